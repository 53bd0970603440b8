"""Tenants to die in."""

from collections.abc import Callable, Iterator

import pytest
from pydynox import DynamoDBClient

from tests import wire as recording
from tests.calling import register
from tests.crashes.dying import Wires
from tests.crashes.scene import PATTERN, Scene, copies
from tests.deployment import Deployment, Engine, Queues
from tests.wire import Wire


@pytest.fixture(scope="session")
def open_queue_wire() -> Iterator[Wire]:
    """A second wire, for the queues; tests ask for `wires`."""
    with recording.serve() as wire:
        yield wire


@pytest.fixture
def wires(wire: Wire, open_queue_wire: Wire, moto: Engine, deployed: Deployment, queues: Queues) -> Wires:
    """Both wires, with handlers that call over them."""
    open_queue_wire.reset(moto.url)
    deployed.configure(AWS_ENDPOINT_URL_SQS=open_queue_wire.url)
    return Wires(wire, open_queue_wire)


@pytest.fixture
def new_scene(wires: Wires, deployed: Deployment, dynamodb: Engine) -> Callable[[], Scene]:
    """Makes tenants, registered and with nothing in them."""
    register(PATTERN)
    engine = DynamoDBClient(endpoint_url=dynamodb.url)
    return copies(Scene(deployed, wires.tables, engine, PATTERN))
