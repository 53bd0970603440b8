"""Scenarios: how one customer's tenant stands, as data. The rest of the simulator only reads them.

Texts and figures come from Microsoft's public documentation, named where they are used.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cache
from types import MappingProxyType
from typing import Any, Literal

PERMISSIONS = MappingProxyType(
    {
        "Application.Read.All": "9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30",
        "Organization.Read.All": "498476ce-e0fe-48b0-b801-37ba7e2685c6",
        "LicenseAssignment.Read.All": "e2f98668-2877-4f38-a2f4-8202e0717aa1",
        "DeviceManagementManagedDevices.Read.All": "2f51be20-0bb4-4fed-bf7b-db946066c75e",
        "DeviceManagementServiceConfig.Read.All": "06a5fe6d-c49d-46a7-b082-56b1b14103c7",
        "RoleManagement.Read.Directory": "483bed4a-2ad3-4361-a73b-c83ccdbdc53c",
        "DeviceManagementConfiguration.Read.All": "dc377aa6-52d8-4e23-b271-2a7ae04cedf3",
        "DeviceManagementApps.Read.All": "7a6ee1e7-141e-4cec-ae74-d9db155731ff",
        "DeviceManagementScripts.Read.All": "c7a5be92-2b3d-4540-8a67-c96dcaae8b43",
    }
)
"""What our application asks for, by role id (https://learn.microsoft.com/graph/permissions-reference)."""

OTHER_PERMISSIONS = MappingProxyType(
    {
        "Directory.ReadWrite.All": "19dbc75e-c2e2-444c-a770-ec69d8559fc7",
        "DeviceManagementConfiguration.ReadWrite.All": "9241abd9-d0e6-425a-bd4f-47ba86e767a4",
        "RoleManagement.ReadWrite.Directory": "9e3f62cf-ca93-4989-b6ce-bf83c28f9fe8",
    }
)
"""What Microsoft Graph defines besides."""

ALL = frozenset(PERMISSIONS)
OPTIONAL = frozenset({"DeviceManagementScripts.Read.All"})
"""What our application can do without."""

GLOBAL_ADMINISTRATOR = "62e90394-69f5-4237-9190-012177145e10"

CANARY = "canary-7f3a9c-do-not-keep"
"""Planted by the scenario `talkative` wherever a secret or a person's name could be; it must turn up nowhere."""


def canary(place: str) -> str:
    """Make the canary of one *place*, so that whoever finds it knows where it got out."""
    return f"{CANARY}-{place}"


@dataclass(frozen=True, slots=True)
class Fault:
    """What becomes of one call to Microsoft Graph instead of its answer."""

    status: int
    retry_after: str | None = None


Faults = Callable[[int], Fault | None]
"""The fault of the *n*th call to Microsoft Graph since the scenario was chosen, counted from 1."""


@dataclass(frozen=True, slots=True)
class Sku:
    """A subscription (https://learn.microsoft.com/entra/identity/users/licensing-service-plan-reference)."""

    part_number: str
    status: str
    plans: tuple[str, ...]
    enabled: int = 25
    consumed: int = 25


BUSINESS_PREMIUM = Sku("SPB", "Enabled", ("EXCHANGE_S_STANDARD", "INTUNE_A", "INTUNE_SMBIZ", "AAD_PREMIUM"))
NO_INTUNE = Sku("O365_BUSINESS_ESSENTIALS", "Enabled", ("EXCHANGE_S_STANDARD", "INTUNE_O365"))

SIZES = MappingProxyType(
    {
        "deviceConfigurations": 12,
        "configurationPolicies": 8,
        "deviceCompliancePolicies": 3,
        "managedDevices": 25,
        "deviceManagementScripts": 4,
        "mobileApps": 9,
    }
)


def _none(_n: int) -> Fault | None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """How a tenant stands; every field is as it should be unless a scenario says otherwise."""

    story: str
    principal: Literal["enabled", "disabled", "absent"] = "enabled"
    token_refusal: int | None = None
    """AADSTS number that the token endpoint refuses with."""

    granted: frozenset[str] = ALL
    in_token: frozenset[str] | None = None
    """Roles in tokens; those granted, unless the two disagree."""

    stranger: bool = False
    """Whether another customer's domains are in this tenant."""

    skus: tuple[Sku, ...] = (BUSINESS_PREMIUM, NO_INTUNE)
    intune: str | None = "active"
    provisioned: bool = True
    """Whether Intune knows the tenant at all."""

    hides_forbidden: bool = False
    """Whether Intune says 401 where it means 403."""

    directory_roles: tuple[str, ...] = ()
    sizes: Mapping[str, int] = field(default_factory=lambda: SIZES)
    page_size: int = 50
    foreign_next_link: str | None = None
    """A host that links to next pages lead to, in place of ours."""

    faults: Faults = _none
    delay: float = 0.0
    """Seconds before every answer of Microsoft Graph."""

    talkative: bool = False
    """Whether answers hold more than was asked for, secrets among it."""

    @property
    def works(self) -> frozenset[str]:
        """Permissions that are both granted and in a token."""
        return self.granted if self.in_token is None else self.granted & self.in_token

    @property
    def truth(self) -> Mapping[str, bool]:
        """By task: whether "ok" would be true of this tenant. Who cannot find out need not say so; nobody may lie."""
        admitted = self.principal == "enabled" and self.token_refusal is None
        states = {sku.status for sku in self.skus if any(plan.startswith("INTUNE_A") for plan in sku.plans)}
        areas = {name for name in ALL if name.startswith("DeviceManagement")} - {
            "DeviceManagementServiceConfig.Read.All"
        }
        true = {
            "consent_status": bool(self.works & (ALL - OPTIONAL)),
            "verify_permissions": self.works == self.granted == ALL,
            "connection_diagnostics": not self.stranger and not self.delay,
            "license_check": "Enabled" in states,
            "intune_status": self.provisioned and self.intune == "active",
            "rbac_check": not self.directory_roles,
            "initial_sync": self.provisioned and (self.granted if self.in_token is None else self.in_token) >= areas,
        }
        return {task: admitted and holds for task, holds in true.items()}


def _expired_after_a_wait(n: int) -> Fault | None:
    """Put a reader on its third page of four off for an hour, after which the link to that page is no good any more."""
    return {6: Fault(429, "3600"), 7: Fault(410)}.get(n)


def _three_of_ten_and_long(n: int) -> Fault | None:
    """Fail 30 % of the calls; every ninth of those is to be waited for longer than a worker waits."""
    fault = _three_of_ten(n)
    return Fault(429, "90") if fault and n % 30 == 1 else fault


def _first(calls: int, fault: Fault) -> Faults:
    return lambda n: fault if n <= calls else None


def _always(fault: Fault) -> Faults:
    return lambda _n: fault


def _two_of_six(n: int) -> Fault | None:
    return Fault(503) if n % 6 in {1, 2} else None


def _three_of_ten(n: int) -> Fault | None:
    """Fail 30 % of the calls, never four times in a row, by turns as Microsoft does: throttled, or out of order."""
    return {1: Fault(429, "0"), 4: Fault(503), 7: Fault(429, "0")}.get(n % 10)


HEALTHY = Scenario(story="Everything is as it should be.")

SCENARIOS: Mapping[str, Scenario] = MappingProxyType(
    {
        "healthy": HEALTHY,
        "permission_missing": replace(
            HEALTHY,
            story="A required permission was not granted.",
            granted=ALL - {"DeviceManagementConfiguration.Read.All"},
        ),
        "permission_optional_missing": replace(
            HEALTHY,
            story="A permission that the application can do without was not granted.",
            granted=ALL - {"DeviceManagementScripts.Read.All"},
        ),
        "permission_excess": replace(
            HEALTHY,
            story="More was granted than asked for.",
            granted=ALL | {"Directory.ReadWrite.All"},
        ),
        "permission_unread": replace(
            HEALTHY,
            story="The permission to read grants was not granted.",
            granted=ALL - {"Application.Read.All"},
        ),
        "consent_missing": replace(HEALTHY, story="Nothing was ever consented to.", granted=frozenset()),
        "consent_propagating": replace(
            HEALTHY, story="Consent is recorded in the directory, and in no token yet.", in_token=frozenset()
        ),
        "consent_revoked": replace(
            HEALTHY, story="The grants are gone; a token still carries the roles.", granted=frozenset(), in_token=ALL
        ),
        "app_absent": replace(HEALTHY, story="The application is unknown in the tenant.", principal="absent"),
        "app_disabled": replace(HEALTHY, story="The application is disabled.", principal="disabled"),
        "credential_expired": replace(HEALTHY, story="The client secret has expired.", token_refusal=7000222),
        "credential_invalid": replace(HEALTHY, story="The client secret is wrong.", token_refusal=7000215),
        "certificate_rejected": replace(
            HEALTHY, story="The certificate is not (yet) uploaded to the app registration.", token_refusal=700027
        ),
        "federation_not_trusted": replace(
            HEALTHY, story="The app registration trusts another identity to vouch for it.", token_refusal=700213
        ),
        "conditional_access": replace(HEALTHY, story="Conditional Access blocks the application.", token_refusal=53003),
        "token_throttled": replace(HEALTHY, story="Too many tokens were asked for.", token_refusal=90055),
        "unknown_refusal": replace(HEALTHY, story="A refusal that is in no list.", token_refusal=1000031),
        "token_rejected": replace(HEALTHY, story="Microsoft Graph rejects every token.", faults=_always(Fault(401))),
        "token_rejected_once": replace(
            HEALTHY, story="Microsoft Graph rejects the first token.", faults=_first(1, Fault(401))
        ),
        "no_licence": replace(HEALTHY, story="No subscription includes Intune.", skus=(NO_INTUNE,)),
        "licence_warning": replace(
            HEALTHY,
            story="The subscription has ended and is in its grace period.",
            skus=(replace(BUSINESS_PREMIUM, status="Warning"), NO_INTUNE),
        ),
        "licence_suspended": replace(
            HEALTHY,
            story="The subscription is suspended.",
            skus=(replace(BUSINESS_PREMIUM, status="Suspended"), NO_INTUNE),
        ),
        "intune_pending": replace(HEALTHY, story="Intune is being set up.", intune="pending"),
        "intune_warning": replace(HEALTHY, story="Intune is in its grace period.", intune="warning"),
        "intune_disabled": replace(HEALTHY, story="Intune is disabled.", intune="disabled"),
        "intune_unknown": replace(HEALTHY, story="Intune says nothing of itself.", intune=None),
        "intune_not_provisioned": replace(HEALTHY, story="Intune was never set up.", provisioned=False),
        "intune_hides_forbidden": replace(
            HEALTHY,
            story="Intune was not granted, and says 401.",
            granted=frozenset(name for name in ALL if not name.startswith("DeviceManagement")),
            hides_forbidden=True,
        ),
        "role_excess": replace(
            HEALTHY, story="The application is Global Administrator.", directory_roles=(GLOBAL_ADMINISTRATOR,)
        ),
        "wrong_tenant": replace(HEALTHY, story="The registered id is another customer's.", stranger=True),
        "throttled_twice": replace(
            HEALTHY, story="The first two calls are too many.", faults=_first(2, Fault(429, "2"))
        ),
        "throttled_without_header": replace(
            HEALTHY, story="The first two calls are too many, for how long is not said.", faults=_first(2, Fault(429))
        ),
        "throttled_for_long": replace(
            HEALTHY, story="Every call is too many, for two minutes.", faults=_always(Fault(429, "120"))
        ),
        "server_errors": replace(HEALTHY, story="Microsoft Graph fails in bursts.", faults=_two_of_six),
        "unavailable": replace(HEALTHY, story="Microsoft Graph fails always.", faults=_always(Fault(503))),
        "slow": replace(HEALTHY, story="Microsoft Graph is slow.", delay=2.2),
        "large_inventory": replace(
            HEALTHY, story="2,000 devices on 40 pages.", sizes=MappingProxyType({**SIZES, "managedDevices": 2000})
        ),
        "large_flaky_inventory": replace(
            HEALTHY,
            story="2,000 devices on 40 pages, and three calls of ten fail.",
            sizes=MappingProxyType({**SIZES, "managedDevices": 2000}),
            faults=_three_of_ten,
        ),
        "large_throttled_inventory": replace(
            HEALTHY,
            story="2,000 devices on 40 pages, three calls of ten fail, and some for longer than one can wait.",
            sizes=MappingProxyType({**SIZES, "managedDevices": 2000}),
            faults=_three_of_ten_and_long,
        ),
        "next_link_expired": replace(
            HEALTHY,
            story="A link to the next page expires during a long wait for throttling.",
            sizes=MappingProxyType({**SIZES, "managedDevices": 200}),
            faults=_expired_after_a_wait,
        ),
        "foreign_next_link": replace(
            HEALTHY,
            story="Links to the next page lead to another host.",
            page_size=5,
            foreign_next_link="https://graph.microsoft.com.attacker.example",
        ),
        "talkative": replace(
            HEALTHY, story="Answers hold secrets that nobody asked for.", talkative=True, page_size=24
        ),
        "talkative_refusal": replace(
            HEALTHY,
            story="Refusals hold secrets that nobody asked for.",
            granted=frozenset(),
            talkative=True,
        ),
    }
)


@cache
def named(name: str) -> Scenario | None:
    """Find the scenario called *name*, or play two at once: `one+other`.

    None if there is none, or if they exclude each other.
    """
    found: Scenario | None = HEALTHY
    for each in name.split("+"):
        if found is None or each not in SCENARIOS:
            return None
        found = SCENARIOS[each] if found is HEALTHY else combined(found, SCENARIOS[each])
    return found


def combined(one: Scenario, other: Scenario) -> Scenario | None:
    """Let a tenant stand as two scenarios say at once; None if they say different things of the same.

    Grants add up: what either lacks is lacking, what either has too much is too much.
    """
    merged: dict[str, Any] = {
        "story": f"{one.story} {other.story}",
        "granted": (one.granted & other.granted) | ((one.granted | other.granted) - ALL),
    }
    for each in fields(Scenario):
        values = [getattr(scenario, each.name) for scenario in (one, other)]
        said = [value for value in values if value != getattr(HEALTHY, each.name)]
        if each.name in merged or not said:
            continue
        if len(said) > 1 and said[0] != said[1]:
            return None
        merged[each.name] = said[0]
    return replace(HEALTHY, **merged)
