"""Register a provider connection, or change what may change of a registered one."""

from onboarding.domain.access import Access
from onboarding.domain.connection import ConnectionDetails
from onboarding.errors import Conflict
from onboarding.storage.tenants import ConnectionFixed, Tenants


def register_connection(access: Access, connection_id: int, details: ConnectionDetails, *, tenants: Tenants) -> bool:
    """Register a connection as *details* say. Tell whether it is new.

    Raises:
        Conflict: `connection_fixed` if it is registered for another Entra tenant, client or cloud.
        Transient: If DynamoDB did not take it.
    """
    known = connection_id in access.tenant.connection_ids
    try:
        if known:
            tenants.change_connection(access.tenant.id, connection_id, details)
        else:
            tenants.register_connection(access.tenant.id, connection_id, details)
    except ConnectionFixed:
        raise Conflict(
            "connection_fixed",
            "A connection's Entra tenant, client id and cloud never change; register a new connection.",
        ) from None
    return not known
