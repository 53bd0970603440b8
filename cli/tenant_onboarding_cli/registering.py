"""Where tenants, members and connections are registered."""


def tenant_path(tenant: int) -> str:
    """Say where a tenant is registered."""
    return f"/tenants/{tenant}"


def member_path(tenant: int, user: int) -> str:
    """Say where a member is registered."""
    return f"/tenants/{tenant}/members/{user}"


def connection_path(tenant: int, connection: int) -> str:
    """Say where a connection is registered."""
    return f"/tenants/{tenant}/provider-connections/{connection}"
