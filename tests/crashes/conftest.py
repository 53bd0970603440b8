"""Tenants to die in, and the sum of all deaths."""

from collections import Counter
from collections.abc import Callable, Iterator

import pytest
from pydynox import DynamoDBClient

from tests import wire as recording
from tests.calling import register
from tests.crashes.dying import Wires
from tests.crashes.scene import PATTERN, Scene, copies
from tests.deployment import Deployment, Engine, Queues
from tests.wire import Wire

_sum: Counter[str] = Counter()
_faults: Counter[str] = Counter()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how much was enumerated."""
    if _sum:
        terminalreporter.write_line(
            f"CRASHES: {_sum['commands']} commands, {_sum['calls']} calls × 2 crash points = {_sum['points']} "  # noqa: RUF001
            f"enumerated; {_sum['crashes']:,} crashes tried; violations fail the tests above"
        )
    if _faults:
        terminalreporter.write_line(
            f"FAULTS: {_faults['passing']} commands with every call going wrong once ({_faults['hits']:,} calls hit), "
            f"{_faults['lasting']} with every call going wrong for ever; violations fail the tests above"
        )


@pytest.fixture
def fault_tally() -> Counter[str]:
    """Where `passing`, `hits` and `lasting` are counted."""
    return _faults


@pytest.fixture
def tally() -> Counter[str]:
    """Where `commands`, `calls` and `crashes` are counted."""
    return _sum


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
