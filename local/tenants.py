"""The tenants a fresh local deployment starts with: who they are to us, and who they are to Microsoft.

The one source for both sides: `local.seed` registers them over the API, the simulator answers for them.
"""

from dataclasses import dataclass
from uuid import NAMESPACE_DNS, UUID, uuid5

CLIENT_ID = UUID("6f1c1d52-8f0e-4a35-9c55-2b7a4f0d9e11")
"""The one multi-tenant application that every seeded connection uses."""

OUTSIDER_USER_ID = 9
"""A user who is a member of no tenant."""

ROLES = {1: "owner", 2: "manager", 3: "operator", 4: "readonly", 5: "operator"}
"""User id → role; the same in every seeded tenant."""

NAMES = {1: "Olivia", 2: "Morgan", 3: "Alex", 5: "Sam", 4: "Robin", OUTSIDER_USER_ID: "Kim"}
"""User id → what the people are called whom one can sign in as, in the order in which they are offered."""


@dataclass(frozen=True, slots=True)
class SeededTenant:
    """One customer; *scenario* names how Microsoft's side of it behaves in the simulator."""

    id: int
    name: str
    domain: str
    scenario: str = "healthy"

    @property
    def entra_tenant_id(self) -> UUID:
        """The GUID of its Entra tenant: the same on every machine, since it follows from the domain."""
        return uuid5(NAMESPACE_DNS, self.domain)

    @property
    def connection_id(self) -> int:
        """The id of its only provider connection."""
        return self.id * 100 + 1


TENANTS = (
    SeededTenant(1, "Contoso", "contoso.example"),
    SeededTenant(2, "Fabrikam", "fabrikam.example", "permission_missing"),
    SeededTenant(3, "Northwind Traders", "northwind.example", "consent_missing"),
    SeededTenant(4, "Tailspin Toys", "tailspin.example", "throttled_twice"),
    SeededTenant(5, "Adventure Works", "adventure-works.example"),
    SeededTenant(6, "Alpine Ski House", "alpine-ski-house.example"),
    SeededTenant(7, "Bellows College", "bellows-college.example"),
    SeededTenant(8, "Blue Yonder Airlines", "blue-yonder.example"),
    SeededTenant(9, "City Power & Light", "city-power.example"),
    SeededTenant(10, "Coho Winery", "coho-winery.example"),
    SeededTenant(11, "Consolidated Messenger", "consolidated-messenger.example"),
    SeededTenant(12, "Fourth Coffee", "fourth-coffee.example"),
    SeededTenant(13, "Graphic Design Institute", "graphic-design.example"),
    SeededTenant(14, "Humongous Insurance", "humongous-insurance.example"),
    SeededTenant(15, "Litware", "litware.example"),
    SeededTenant(16, "Lucerne Publishing", "lucerne-publishing.example"),
    SeededTenant(17, "Margie's Travel", "margies-travel.example"),
    SeededTenant(18, "Proseware", "proseware.example"),
    SeededTenant(19, "Trey Research", "trey-research.example"),
    SeededTenant(20, "Wide World Importers", "wide-world-importers.example"),
)
