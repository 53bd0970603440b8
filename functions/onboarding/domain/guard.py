"""The concurrency guard: one per tenant, it names every run under way, so that nothing runs twice.

Invariant G: the guard names a run exactly while that run is queued or running. Both change only inside one
transaction, so the guard is never wrong, never expires and is never cleaned up.
"""

from typing import NamedTuple

from onboarding.domain.catalogue import Kind, Task
from onboarding.domain.model import Concept, Id, Instant
from onboarding.errors import Conflict

RETRY_AFTER = {Kind.PROBE: 2, Kind.EXCLUSIVE: 10}
"""Seconds after which asking again makes sense, by the kind of what blocks."""


class ActiveRun(Concept):
    """A run under way, as the guard names it."""

    run_id: Id
    connection_id: Id
    started_by_user_id: Id | None = None
    started_at: Instant


class Guard(Concept):
    """What is under way in one tenant, and the newest run of each task."""

    active: dict[Task, ActiveRun] = {}
    last: dict[Task, Id] = {}
    exclusive_run: Id | None = None
    newest_run_at: Instant | None = None
    starts: int = 0
    """How many runs the count of the run budget has taken in."""
    counted_since: Instant | None = None
    """When that count began; None if nothing was counted yet."""


class Blocking(NamedTuple):
    """A run under way that keeps another from starting."""

    task: Task
    run: ActiveRun


def judge(guard: Guard, task: Task, connection_id: int) -> ActiveRun | Blocking | None:
    """Judge what *guard* has to say to a start of *task* on *connection_id*.

    The run to reuse, what blocks, or None if nothing stands in the way.
    """
    same = guard.active.get(task)
    if same:
        return same if same.connection_id == connection_id else Blocking(task, same)
    for other, run in guard.active.items():
        if Kind.EXCLUSIVE in {task.spec.kind, other.spec.kind}:
            return Blocking(other, run)
    return None


def blocked(blocking: Blocking) -> Conflict:
    """Refuse because of *blocking*, saying what it is and who started it."""
    return Conflict(
        "run_blocked",
        f"{blocking.task.value} is under way in this tenant; it has to end first.",
        blocking_run_id=blocking.run.run_id,
        blocking_task_type=blocking.task.value,
        started_by_user_id=blocking.run.started_by_user_id,
        retry_after=RETRY_AFTER[blocking.task.spec.kind],
    )


def any_active(guard: Guard) -> Blocking | None:
    """Name a run under way, the oldest, or None if there is none."""
    if not guard.active:
        return None
    return Blocking(*min(guard.active.items(), key=lambda entry: entry[1].started_at))
