"""Wherever a process dies, nothing that was acknowledged is lost, nothing happens twice, and nothing stays stuck."""

import os
from collections import Counter
from collections.abc import Callable

import pytest

from local.verify import TableSet
from tests.crashes.commands import COMMANDS, Command
from tests.crashes.dying import Point, Side, Wires, died, lived, points
from tests.crashes.scene import Afterwards, Scene
from tests.deployment import Deployment, Queues
from tests.tallies import tally

CRASHES = tally(
    "CRASHES: {commands} commands, {calls} calls × 2 crash points = {points} enumerated; {crashes:,} crashes tried; "
    "violations fail the tests above"
)

SOAK = os.environ.get("SOAK") == "1"
"""Whether there is time for all of it, as in `make crashes`."""

pytestmark = pytest.mark.parametrize("dynamodb", ["dynamodb_local"], indirect=True)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name.replace(" ", "-"))
def test_a_process_may_die_before_and_after_every_call(
    command: Command,
    new_scene: Callable[[], Scene],
    wires: Wires,
    queues: Queues,
    deployed: Deployment,
) -> None:
    wire = wires.of(command)
    scene = new_scene()
    status, calls = lived(scene, command.arrange(scene), wire)
    scene.rest()
    assert (tuple(calls), status in (command.again or {0})) == (command.calls, True)

    enumerated, tried = 0, 0
    for point in points(len(calls)):
        for afterwards in _worth_trying(command, point):
            _dies(command, new_scene(), wires, point, afterwards)
            tried += 1
        enumerated += 1

    tables = TableSet(*deployed.tables, deployed.dynamodb)
    assert tables.verified()[1] == []
    assert enumerated == 2 * len(command.calls)
    CRASHES.update(commands=1, calls=len(calls), points=enumerated, crashes=tried)


def _worth_trying(command: Command, point: Point) -> tuple[Afterwards, ...]:
    """Every world after every point in a soak; else one world per point, and points that leave the tables alike once.

    A process that dies before a call leaves what one leaves that died after the call before it; and a sweep that only
    looked left nothing.
    """
    if SOAK:
        return tuple(Afterwards)
    only_looked = all(call == "Query" for call in command.calls[: point.nth])
    if (point.side is Side.BEFORE and point.nth > 1) or (only_looked and point.nth > 1):
        return ()
    return (tuple(Afterwards)[point.nth % 2],)


def _dies(command: Command, scene: Scene, wires: Wires, point: Point, afterwards: Afterwards) -> None:
    wire = wires.of(command)
    act = command.arrange(scene)

    tried = died(scene, act, wire, point)

    assert tuple(tried) == command.calls[: point.nth], f"{point} did not cut what it should"
    if command.again:
        assert act(scene) in command.again, f"asked again after {point}"
    scene.go_on(afterwards)
    scene.check()
    started = Counter(run["task_type"] for run in scene.kept().run.values())
    for task, most in command.at_most.items():
        assert started[task] <= most, f"{point}: {started}"
    for task, least in command.at_least.items():
        assert started[task] + len(scene.looks()) >= least, f"{point}: {started}"
    scene.rest()
