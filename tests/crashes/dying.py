"""A process dies before or after the n-th of its calls, for every n there is."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from tests.crashes.commands import Act, Command
from tests.crashes.scene import Scene
from tests.wire import FOR_EVER, Fault, Wire

_NO_MORE = {"__type": "com.amazon.coral.service#AccessDeniedException", "message": "this process is dead"}

DEAD = Fault(applied=False, status=400, body=_NO_MORE)
"""What a dead process sends never arrives. Closing the connection would look the same from the table, but the process
would try again for a while; this it takes for final, so that nobody has to wait until it gives up."""

LAST = Fault(applied=True, status=400, body=_NO_MORE)
"""The last call arrives; its answer finds nobody."""


class Side(StrEnum):
    """On which side of a call a process dies."""

    BEFORE = "before"
    AFTER = "after"


class Point(NamedTuple):
    """Where a process dies."""

    side: Side
    nth: int
    """Counted from 1."""


@dataclass(frozen=True)
class Wires:
    """What a process calls AWS over."""

    tables: Wire
    queues: Wire

    def of(self, command: Command) -> Wire:
        """The wire that a command is cut on."""
        return self.queues if command.sends else self.tables


def points(calls: int) -> Iterator[Point]:
    """Name every place at which a process that makes so many *calls* can die."""
    for nth in range(1, calls + 1):
        yield from (Point(side, nth) for side in Side)


def lived(scene: Scene, act: Act, wire: Wire) -> tuple[int, list[str]]:
    """Let a process live; give the status of its answer, and name its calls."""
    wire.reset()
    status = act(scene)
    return status, [_short(operation) for operation in wire.operations]


def died(scene: Scene, act: Act, wire: Wire, point: Point) -> list[str]:
    """Let a process die at *point*; name the calls that it tried until then. What it says is not heard."""
    wire.reset()
    if point.side is Side.AFTER:
        wire.fail(LAST, nth=point.nth)
    wire.fail(DEAD, nth=point.nth + (point.side is Side.AFTER), times=FOR_EVER)
    with suppress(Exception):
        act(scene)
    tried = [_short(operation) for operation in wire.operations]
    wire.reset()
    return tried[: point.nth]


def _short(operation: str) -> str:
    return operation.removesuffix("Item").removesuffix("WriteItems").removesuffix("Get") or "Get"
