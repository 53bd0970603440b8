"""Wherever a process dies, nothing that was acknowledged is lost, nothing happens twice, and nothing stays stuck."""

from collections import Counter
from collections.abc import Callable

import pytest

from local.verify import TableSet
from tests.crashes.commands import COMMANDS, Command
from tests.crashes.dying import Point, Wires, died, lived, points
from tests.crashes.scene import Afterwards, Scene
from tests.deployment import Deployment, Queues

pytestmark = pytest.mark.parametrize("dynamodb", ["dynamodb_local"], indirect=True)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name.replace(" ", "-"))
def test_a_process_may_die_before_and_after_every_call(
    command: Command,
    new_scene: Callable[[], Scene],
    wires: Wires,
    queues: Queues,
    deployed: Deployment,
    tally: Counter[str],
) -> None:
    wire = wires.of(command)
    scene = new_scene()
    status, calls = lived(scene, command.arrange(scene), wire)
    assert (tuple(calls), status in (command.again or {0})) == (command.calls, True)

    enumerated: list[Point] = []
    for point in points(len(calls)):
        for afterwards in Afterwards:
            _dies(command, new_scene(), wires, point, afterwards)
        enumerated.append(point)

    tables = TableSet(*deployed.tables, deployed.dynamodb)
    assert tables.verified()[1] == []
    assert len(set(enumerated)) == 2 * len(command.calls)
    tally.update(commands=1, calls=len(calls), crashes=len(enumerated) * len(Afterwards))


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
