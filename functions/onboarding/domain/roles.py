"""Directory roles: which ones our application is expected to hold in a customer's tenant, and what they are called.

None is expected. What the application reads, it reads by application permissions that the customer consents to;
a directory role would only add rights (https://learn.microsoft.com/graph/permissions-overview: with app-only access
the app itself is granted application permissions; a directory role is the alternative to them, not their complement).
"""

from typing import NamedTuple

EXPECTED: frozenset[str] = frozenset()
"""Template ids of the directory roles the application must hold."""

_NAMES = {
    "62e90394-69f5-4237-9190-012177145e10": "Global Administrator",
    "e8611ab8-c189-46e8-94e1-60213ab1f814": "Privileged Role Administrator",
    "7be44c8a-adaf-4e2a-84d6-ab2649e08a13": "Privileged Authentication Administrator",
    "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3": "Application Administrator",
    "158c047a-c907-4556-b7ef-446551a6b5f7": "Cloud Application Administrator",
    "fe930be7-5e62-47db-91af-98c3a49a38b1": "User Administrator",
    "194ae4cb-b126-40b2-bd5b-6091b380977d": "Security Administrator",
    "3a2c62db-5318-420d-8d74-23affee5d9d5": "Intune Administrator",
    "f2ef992c-3afb-46b9-b7cf-a126ee74c451": "Global Reader",
    "88d8e3e3-8f55-4a1e-953a-9b9898b8876b": "Directory Readers",
}
"""The roles most often met, by template id
(https://learn.microsoft.com/entra/identity/role-based-access-control/permissions-reference)."""


class HeldRoles(NamedTuple):
    """The directory roles an application holds against those expected, by template id, each sorted."""

    held: tuple[str, ...]
    missing: tuple[str, ...]
    excess: tuple[str, ...]


def compare(held: frozenset[str], expected: frozenset[str] = EXPECTED) -> HeldRoles:
    """Compare the roles *held* with those *expected*."""
    return HeldRoles(tuple(sorted(held)), tuple(sorted(expected - held)), tuple(sorted(held - expected)))


def name_of(template_id: str) -> str:
    """Name a role for people; one that is not in the table is named by its id."""
    return _NAMES.get(template_id, f"role {template_id}")
