"""Provider connections, and what leads to one."""

from typing import Self

from onboarding.domain.connection import Cloud, Connection, ConnectionDetails, CredentialKind
from onboarding.domain.discovery import DiscoveredTenant
from onboarding.domain.model import Id, Instant
from onboarding.views.body import View


class ConnectionView(View):
    """A registered provider connection; the credential is named, never shown."""

    id: Id
    tenant_id: Id
    entra_tenant_id: str
    client_id: str
    cloud: Cloud
    expected_domain: str | None
    credential_kind: CredentialKind
    credential_arn: str | None
    """What names the credential."""
    certificate_thumbprint: str | None
    credential_expires_at: Instant | None

    @classmethod
    def of(cls, tenant_id: int, connection_id: int, details: ConnectionDetails) -> Self:
        """Show a connection as *details* registered it."""
        return cls(id=connection_id, tenant_id=tenant_id, **details.model_dump())


class ListedConnectionView(ConnectionView):
    """A provider connection as its tenant's members see it."""

    credential_arn: str | None
    """What names the credential; null to whoever may not register connections."""
    consented_at: Instant | None
    """When the customer's administrator consented; null if nobody did."""

    @classmethod
    def listed(cls, connection: Connection, *, named: bool) -> Self:
        """Show *connection* as it stands; what names its credential only if *named*."""
        return cls(**connection.model_dump() | ({} if named else {"credential_arn": None}))


class PreflightView(View):
    """What Microsoft's public metadata say of a tenant."""

    exists: bool
    entra_tenant_id: str | None
    cloud: Cloud | None
    reachable: bool
    """Whether a connection to it can be registered."""
    cloud_name: str | None
    region: str | None
    sub_region: str | None

    @classmethod
    def of(cls, tenant: DiscoveredTenant) -> Self:
        """Show *tenant*."""
        return cls(reachable=tenant.reachable, **tenant.model_dump())


class ConsentLinkView(View):
    """A link for a customer's administrator, good for one consent until *ends_at*."""

    url: str
    ends_at: Instant
