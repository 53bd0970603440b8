"""Is there an order in which one client after the other could have been answered just so?

Wing and Gong's search with Lowe's memory: whatever was already tried with the same operations done and the same state
is not tried again. An operation whose answer never came may have happened at any time since it was asked, or never.

    http://www.cs.cmu.edu/~wing/publications/WingGong93.pdf
    https://www.cs.ox.ac.uk/people/gavin.lowe/LinearizabiltyTesting/paper.pdf
"""

from collections.abc import Callable, Hashable, Sequence
from math import inf
from typing import Any, NamedTuple


class Operation(NamedTuple):
    """What somebody asked, when, and what they were answered, when."""

    client: int
    asked: tuple[Any, ...]
    answered: tuple[Any, ...] | None
    """None if no answer came, or one that says nothing."""
    invoked: float
    responded: float

    def unanswered(self) -> "Operation":
        """Forget the answer."""
        return self._replace(answered=None, responded=inf)


type Model[State: Hashable] = Callable[[State, Operation], State | None]
"""Gives the state after an operation, or None if in that state it is not answered so."""


def order[State: Hashable](
    history: Sequence[Operation], begins_as: State, model: Model[State]
) -> list[Operation] | None:
    """Find an order of *history* that *model* allows, or None if there is none."""
    operations = sorted(history, key=lambda each: each.invoked)
    everything = (1 << len(operations)) - 1
    must_happen = sum(1 << n for n, each in enumerate(operations) if each.answered is not None)
    tried: set[tuple[int, State]] = set()
    # What was done so far, the state it left, and what may still be tried next from there.
    path: list[tuple[int, State, list[int]]] = [(0, begins_as, _next(operations, everything))]
    chosen: list[int] = []
    while path:
        done, state, candidates = path[-1]
        if done & must_happen == must_happen:
            return [operations[n] for n in chosen]
        if not candidates:
            path.pop()
            if chosen:
                chosen.pop()
            continue
        n = candidates.pop()
        after = model(state, operations[n])
        if after is None or (done | 1 << n, after) in tried:
            continue
        tried.add((done | 1 << n, after))
        chosen.append(n)
        path.append((done | 1 << n, after, _next(operations, everything & ~(done | 1 << n))))
    return None


def _next(operations: Sequence[Operation], left: int) -> list[int]:
    """Name those of *left* that may come next: they were asked before any other of them was answered."""
    waiting: list[int] = []
    first_answer = inf
    for n, each in enumerate(operations):
        if not left >> n & 1:
            continue
        if each.invoked > first_answer:
            break
        waiting.append(n)
        first_answer = min(first_answer, each.responded)
    return [n for n in reversed(waiting) if operations[n].invoked <= first_answer]
