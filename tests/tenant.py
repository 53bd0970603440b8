"""A tenant in memory: answers the domain's questions from fields, so that tasks can be tried without Microsoft."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from onboarding.domain.connection import Connection, CredentialKind
from onboarding.domain.finding import Finding, FindingStatus, Obstacle
from onboarding.domain.payloads import SignalPayload
from onboarding.domain.permissions import PERMISSIONS
from onboarding.domain.reasons import ReasonCode
from onboarding.domain.tenant import Area, Grant, GraphPrincipal, Organization, Page, Principal, Sku

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
TENANT_ID = "11111111-2222-4333-8444-555555555555"
PRINCIPAL_ID = "aaaaaaaa-0000-4000-8000-000000000001"
GRAPH_ID = "aaaaaaaa-0000-4000-8000-000000000002"

ALL = frozenset(permission.name for permission in PERMISSIONS)
ROLE_IDS = {permission.name: permission.role_id for permission in PERMISSIONS}

CONNECTION = Connection(
    id=101,
    tenant_id=1,
    entra_tenant_id=TENANT_ID,
    client_id="6f1c1d52-8f0e-4a35-9c55-2b7a4f0d9e11",
    expected_domain="contoso.example",
    credential_kind=CredentialKind.CLIENT_SECRET,
    credential_arn="arn:aws:secretsmanager:eu-central-1:123456789012:secret:tenant-onboarding/x",
)


def obstacle(
    reason: ReasonCode,
    status: FindingStatus = FindingStatus.FAIL,
    *,
    next_check_at: datetime | None = None,
    permissions: tuple[str, ...] = (),
    http_status: int | None = None,
) -> Obstacle:
    """Make what a gateway raises when Microsoft refuses."""
    signal = SignalPayload(permissions=permissions, http_status=http_status).kept()
    return Obstacle(Finding.because(status, reason, next_check_at=next_check_at, **signal))


def grants(*names: str) -> tuple[Grant, ...]:
    """Grant permissions of Microsoft Graph by name."""
    return tuple(Grant(ROLE_IDS[name], GRAPH_ID) for name in names)


def pages(area: Area, *sizes: int) -> dict[tuple[Area, str | None], Page]:
    """Lay *area* out on pages of these *sizes*."""
    links = [None, *(f"{area}?{number}" for number in range(1, len(sizes)))]
    return {
        (area, link): Page(size, NOW - timedelta(days=number), links[number + 1] if number + 1 < len(sizes) else None)
        for number, (link, size) in enumerate(zip(links, sizes, strict=True))
    }


_OWN = Principal(PRINCIPAL_ID, enabled=True)
_GRANTED = grants(*sorted(ALL))
_CUSTOMER = Organization(
    TENANT_ID, "Contoso", frozenset({"contoso.example", "contoso.onmicrosoft.com"}), timedelta(milliseconds=180)
)
_BOUGHT = (Sku("SPB", "Enabled", 25, 25, frozenset({"INTUNE_A", "AAD_PREMIUM"})),)


@dataclass
class PlainTenant:
    """A healthy tenant, until a field says otherwise; `refusals` are raised by the question of that name."""

    roles: frozenset[str] = ALL
    own: Principal | None = _OWN
    app_roles: Mapping[str, str] = field(default_factory=lambda: {role_id: name for name, role_id in ROLE_IDS.items()})
    granted: tuple[Grant, ...] = _GRANTED
    customer: Organization = _CUSTOMER
    bought: tuple[Sku, ...] = _BOUGHT
    intune: str | None = "active"
    authority: str | None = "intune"
    held_roles: frozenset[str] = frozenset()
    inventory: Mapping[tuple[Area, str | None], Page] = field(
        default_factory=lambda: {key: page for area in Area for key, page in pages(area, 2).items()}
    )
    refusals: Mapping[str, Obstacle] = field(default_factory=dict)
    before_page: Callable[[Area, str | None], None] = lambda _area, _link: None
    """Called before a page is read; may raise."""

    read: list[tuple[Area, str | None]] = field(default_factory=list)
    """The pages that were given out."""

    def token_roles(self) -> frozenset[str]:
        return self._unless_refused("token_roles", self.roles)

    def principal(self) -> Principal | None:
        return self._unless_refused("principal", self.own)

    def graph_principal(self) -> GraphPrincipal:
        return self._unless_refused("graph_principal", GraphPrincipal(GRAPH_ID, self.app_roles))

    def grants(self, principal_id: str) -> tuple[Grant, ...]:
        assert principal_id == PRINCIPAL_ID
        return self._unless_refused("grants", self.granted)

    def organization(self) -> Organization:
        return self._unless_refused("organization", self.customer)

    def skus(self) -> tuple[Sku, ...]:
        return self._unless_refused("skus", self.bought)

    def intune_subscription(self) -> str | None:
        return self._unless_refused("intune_subscription", self.intune)

    def mdm_authority(self) -> str | None:
        return self._unless_refused("mdm_authority", self.authority)

    def directory_roles(self, principal_id: str) -> frozenset[str]:
        assert principal_id == PRINCIPAL_ID
        return self._unless_refused("directory_roles", self.held_roles)

    def page(self, area: Area, link: str | None) -> Page:
        self.before_page(area, link)
        page = self._unless_refused(area, self.inventory[area, link])
        self.read.append((area, link))
        return page

    def _unless_refused[T](self, question: str, answer: T) -> T:
        if question in self.refusals:
            raise self.refusals[question]
        return answer
