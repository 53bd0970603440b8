"""What Microsoft tells anybody of a tenant, before there is a connection to it."""

from onboarding.domain.connection import Cloud
from onboarding.domain.model import Concept


class DiscoveredTenant(Concept):
    """A tenant as its public metadata describe it; what they do not say is None."""

    exists: bool
    entra_tenant_id: str | None = None
    cloud: Cloud | None = None
    """The cloud that a connection to it is registered with; None if it lives in one that we cannot reach."""

    cloud_name: str | None = None
    """The cloud in Microsoft's words, `microsoftonline.com` say."""

    region: str | None = None
    """In Microsoft's words, `EU` or `NA` say."""

    sub_region: str | None = None
    """In Microsoft's words: `GCC`, `DODCON` or `DOD`; most have none."""

    @property
    def reachable(self) -> bool:
        """Tell whether a connection to it can be registered."""
        return self.cloud is not None and self.entra_tenant_id is not None
