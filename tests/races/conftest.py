"""Many at once, against Amazon's own engine."""

import pytest

from onboarding.wiring import stores
from tests.calling import call, register
from tests.deployment import Deployment
from tests.races.crowd import Crowd


@pytest.fixture
def crowd(deployed: Deployment) -> Crowd:
    """A crowd, and a tenant for it; what a process builds once is built."""
    assert deployed
    register()
    call("get_session")
    stores.runs()
    stores.boards()
    return Crowd()
