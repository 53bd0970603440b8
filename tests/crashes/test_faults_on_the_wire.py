"""However AWS's answers break, nobody is told anything wrong, nothing happens twice, and who has to wait is told so."""

import os
from collections import Counter
from collections.abc import Callable, Iterator

import boto3
import pytest

from tests.calling import Answer
from tests.crashes import storm as storms
from tests.crashes.commands import COMMANDS, CONSENT, RUNS, SESSIONS, Command
from tests.crashes.scene import Afterwards, Scene
from tests.crashes.storm import EVERY_FIRST_TRY, FAULTS, WRITES, Storm
from tests.deployment import REGION, Deployment
from tests.tallies import tally
from tests.wire import Wire

BROKEN_ANSWERS = tally(
    "FAULTS: {passing} commands with every call going wrong once ({hits:,} calls hit), {lasting} with every call going "
    "wrong for ever; violations fail the tests above"
)

SOAK = os.environ.get("SOAK") == "1"

pytestmark = pytest.mark.parametrize("dynamodb", ["dynamodb_local"], indirect=True)

TRIED = [command for command in COMMANDS if not command.sends]
ASKED = [command for command in (*SESSIONS, *RUNS, *CONSENT) if command.again]
LASTING = [fault for fault in FAULTS if fault != "slow"]

ALWAYS = "start a run with a key"
"""What is tried with every fault in a short run too."""


@pytest.fixture(scope="session")
def open_storm(open_wire: Wire) -> Iterator[Storm]:
    """The one microburst of the session; tests ask for `storm`."""
    with storms.serve(open_wire.url) as running:
        yield running


@pytest.fixture
def storm(open_storm: Storm, deployed: Deployment, new_scene: Callable[[], Scene]) -> Iterator[Storm]:
    """A calm storm, through which handlers call."""
    deployed.configure(AWS_ENDPOINT_URL_DYNAMODB=open_storm.url)
    open_storm.calm()
    # The first call has it learn what AWS's answers look like, for longer than ours would wait.
    boto3.client("dynamodb", endpoint_url=open_storm.url, region_name=REGION).list_tables()
    yield open_storm
    open_storm.calm()


def turns(commands: list[Command], faults: list[str], *, each: bool) -> Iterator[tuple[Command, list[str]]]:
    """Give each command the faults that it is tried with: all in a soak, else one in turn if *each* is to have one."""
    for number, command in enumerate(commands):
        if SOAK or command.name == ALWAYS:
            yield command, faults
        elif each:
            yield command, [faults[number % len(faults)]]


@pytest.mark.parametrize(
    ("command", "faults"),
    [pytest.param(*each, id=each[0].name.replace(" ", "-")) for each in turns(TRIED, list(FAULTS), each=True)],
)
def test_what_goes_wrong_once_at_every_call_is_as_if_it_had_not(
    command: Command, faults: list[str], new_scene: Callable[[], Scene], storm: Storm
) -> None:
    scene = new_scene()
    expected = command.arrange(scene)(scene)

    for fault in faults:
        scene = new_scene()
        act = command.arrange(scene)
        storm.rage(fault, {} if fault == "slow" else EVERY_FIRST_TRY)
        status = act(scene)
        hit = storm.calm()
        scene.wire.reset()

        assert status == expected, fault
        assert hit or not _can_be_hit(command, fault), fault
        scene.go_on(Afterwards.REDELIVERED)
        scene.check()
        started = Counter(run["task_type"] for run in scene.kept().run.values())
        assert all(started[task] <= most for task, most in command.at_most.items()), fault
        BROKEN_ANSWERS.update(passing=1, hits=hit.total())


@pytest.mark.parametrize(
    ("command", "faults"),
    [pytest.param(*each, id=each[0].name.replace(" ", "-")) for each in turns(ASKED, LASTING, each=False)],
)
def test_what_goes_on_and_on_is_told_as_503_and_when_to_come_again(
    command: Command, faults: list[str], new_scene: Callable[[], Scene], storm: Storm
) -> None:
    for fault in faults:
        if not _can_be_hit(command, fault):
            continue
        scene = new_scene()
        heard: list[Answer] = []
        scene.hears = heard.append
        act = command.arrange(scene)
        heard.clear()
        storm.rage(fault, {})
        status = act(scene)
        storm.calm()
        scene.wire.reset()

        assert status == 503, fault
        assert [answer.headers.get("retry-after") for answer in heard] in ([], ["1"]), fault
        assert act(scene) in command.again, f"asked again after {fault}"
        scene.go_on(Afterwards.REDELIVERED)
        scene.check()
        started = Counter(run["task_type"] for run in scene.kept().run.values())
        assert all(started[task] <= most for task, most in command.at_most.items()), fault
        BROKEN_ANSWERS.update(lasting=1)


def _can_be_hit(command: Command, fault: str) -> bool:
    """Tell whether the command makes a call that the fault is about."""
    only_writes = fault in {"in conflict", "applied, its reply lost"}
    return not only_writes or any(write.startswith(call) for call in command.calls for write in WRITES)
