"""What the tasks ask of an examined Microsoft tenant. `graph` answers; the domain owns the questions."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple, Protocol


class Principal(NamedTuple):
    """Our application as the customer's tenant knows it: its service principal."""

    id: str
    enabled: bool


class GraphPrincipal(NamedTuple):
    """Microsoft Graph as the customer's tenant knows it: its service principal, and its app roles by id."""

    id: str
    roles: Mapping[str, str]


class Grant(NamedTuple):
    """An app role assigned to our application: the role's id, and the principal of the API that defines it."""

    role_id: str
    resource_id: str


class Organization(NamedTuple):
    """Who the customer is to Microsoft."""

    id: str
    display_name: str
    domains: frozenset[str]
    """Verified domains, in lower case."""

    answered_in: timedelta
    """How long Microsoft took to answer; waits for throttling are not counted."""


class Sku(NamedTuple):
    """A subscription the customer has bought."""

    name: str
    status: str
    """`Enabled`, `Warning`, `Suspended`, `Deleted` or `LockedOut`."""

    enabled_units: int
    consumed_units: int
    plans: frozenset[str]
    """Names of the service plans in it."""


class Area(StrEnum):
    """A part of the tenant that the initial sync takes stock of, named as Microsoft Graph names it."""

    DEVICE_CONFIGURATIONS = "deviceConfigurations"
    CONFIGURATION_POLICIES = "configurationPolicies"
    COMPLIANCE_POLICIES = "deviceCompliancePolicies"
    MANAGED_DEVICES = "managedDevices"
    SCRIPTS = "deviceManagementScripts"
    MOBILE_APPS = "mobileApps"


class Page(NamedTuple):
    """One page of an area, already counted: what the items are called never leaves the gateway."""

    items: int
    newest: datetime | None
    """The latest change among them."""

    next_link: str | None
    """Where the next page is; None on the last."""


class Tenant(Protocol):
    """An examined Microsoft tenant, reached over one connection.

    Every question may raise `Obstacle` with the finding that says why there is no answer. Short waits for
    throttling happen inside; an obstacle is final for this invocation.
    """

    def token_roles(self) -> frozenset[str]:
        """Name the application permissions in a token fetched in this invocation."""
        ...

    def principal(self) -> Principal | None:
        """Find our application in the tenant; None if it is not there."""
        ...

    def graph_principal(self) -> GraphPrincipal:
        """Find Microsoft Graph in the tenant, with the app roles it defines there."""
        ...

    def grants(self, principal_id: str) -> tuple[Grant, ...]:
        """List the app roles assigned to *principal_id*, on whatever API."""
        ...

    def organization(self) -> Organization:
        """Ask who the customer is."""
        ...

    def skus(self) -> tuple[Sku, ...]:
        """List what the customer has bought."""
        ...

    def intune_subscription(self) -> str | None:
        """Ask how the Intune account stands, in Microsoft's word for it; None if Microsoft does not say."""
        ...

    def mdm_authority(self) -> str | None:
        """Ask who manages the tenant's devices, in Microsoft's word for it; None if Microsoft does not say."""
        ...

    def directory_roles(self, principal_id: str) -> frozenset[str]:
        """List the directory roles assigned to *principal_id*, by template id."""
        ...

    def page(self, area: Area, link: str | None) -> Page:
        """Read the page of *area* at *link*, or its first one."""
        ...
