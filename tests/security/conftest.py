"""Tenants to ask in."""

import pytest

from tests.deployment import Deployment
from tests.security.scene import Pattern, Tenants, arranged


@pytest.fixture(scope="session")
def _patterns() -> list[Pattern]:
    return []


@pytest.fixture
def pattern(_patterns: list[Pattern], deployed: Deployment) -> Pattern:
    """The tenant that is copied; brought about once, and good on any tables."""
    if not _patterns:
        _patterns.append(arranged(deployed))
    return _patterns[0]


@pytest.fixture
def tenants(deployed: Deployment) -> Tenants:
    """Where tenants are made; those who are members elsewhere only have theirs."""
    made = Tenants(deployed.dynamodb, deployed.tables.physical)
    made.add_elsewhere()
    return made
