"""Visits every state that a protocol can come to, and tells whether each is right and leads somewhere good."""

import time
from array import array
from typing import NamedTuple

from tests.model.protocol import MUST_HAPPEN, Protocol, State


class Found(NamedTuple):
    """What a search found."""

    states: int
    steps: int
    exhausted: bool
    """Whether every state was visited; else as many as were allowed."""

    breach: str | None
    """What is wrong, if anything."""

    way: tuple[str, ...]
    """The shortest way there."""

    taken: frozenset[str]
    """The kinds of steps that were taken."""

    seconds: float


def search(protocol: Protocol, *, most: int = 10**9) -> Found:
    """Visit states breadth first, *most* of them at the most, and stop at the first that must not be.

    If there is none, ask of each whether a quiet state can be reached from it by steps alone that must happen: without
    a user's help, without a deadline's, and without luck. A state that was not looked at any more counts as good.
    """
    began = time.perf_counter()
    first = protocol.canonical(protocol.first)
    seen: dict[State, int] = {first: 0}
    order = [first]
    came = array("l", [-1])
    by = [""]
    sources, targets = array("l"), array("l")
    taken: set[str] = set()
    steps = visited = 0

    def found(breach: str | None, at: int = -1, *, exhausted: bool = False) -> Found:
        way: list[str] = []
        while at > 0:
            way.append(by[at])
            at = came[at]
        seconds = time.perf_counter() - began
        return Found(len(order), steps, exhausted, breach, tuple(reversed(way)), frozenset(taken), seconds)

    while visited < len(order) and len(order) < most:
        state = order[visited]
        for step, to, breach in protocol.moves(state):
            wrong = breach
            steps += 1
            taken.add(step)
            there = protocol.canonical(to)
            number = seen.get(there)
            if number is None:
                number = seen[there] = len(order)
                order.append(there)
                came.append(visited)
                by.append(step)
                wrong = wrong or protocol.breach(there)
                if wrong:
                    return found(wrong, number)
            elif wrong:
                way = found(wrong, visited)
                return way._replace(way=(*way.way, step))
            if step in MUST_HAPPEN:
                sources.append(visited)
                targets.append(number)
        visited += 1

    stuck = _stuck(protocol, order, visited, sources, targets)
    if stuck is not None:
        return found("no run is stuck", stuck)
    return found(None, exhausted=visited == len(order))


def _stuck(
    protocol: Protocol, order: list[State], visited: int, sources: "array[int]", targets: "array[int]"
) -> int | None:
    """Find the first state from which nothing good can be waited for."""
    good = bytearray(number >= visited or protocol.is_quiet(state) for number, state in enumerate(order))
    changed = True
    while changed:
        changed = False
        # Later states are mostly closer to the end, so that one way backwards settles nearly all.
        for at in range(len(sources) - 1, -1, -1):
            if good[targets[at]] and not good[sources[at]]:
                good[sources[at]] = 1
                changed = True
    return next((number for number, fine in enumerate(good) if not fine), None)
