"""Start a run of a task, or hand back the one under way."""

from collections.abc import Callable
from datetime import datetime, timedelta

from onboarding.domain import guard
from onboarding.domain.access import Access
from onboarding.domain.catalogue import Kind, Task
from onboarding.domain.guard import ActiveRun, Blocking
from onboarding.domain.run import Started, started
from onboarding.errors import Transient, Unacceptable
from onboarding.storage.board import Boards
from onboarding.storage.runs import GuardRefused, IdempotencyKey, IdTaken, KeyTaken, Runs

TRIES = 3


def start_run(
    access: Access,
    task: Task,
    *,
    key: IdempotencyKey | None,
    runs: Runs,
    boards: Boards,
    new_id: Callable[[], int],
    deadlines: dict[Kind, timedelta],
    now: datetime,
) -> Started:
    """Start *task*, or hand back the run of it that is still active.

    Raises:
        Conflict: `run_blocked` while something is active that stands in the way, with what and who started it.
        Unacceptable: `connection_missing` if neither session nor tenant names a connection, or
            `idempotency_key_reused` if *key* was used to start another task.
        Transient: If what stood in the way was gone each time it was looked for, or DynamoDB did not take it.
    """
    connection_id = access.connection_id
    if connection_id is None:
        raise Unacceptable("connection_missing", "Choose a provider connection first.")
    for _ in range(TRIES):
        run = started(
            new_id(),
            task,
            connection_id,
            tenant_id=access.tenant.id,
            session_id=access.session.id if access.session else None,
            user_id=access.user_id,
            now=now,
            deadlines=deadlines,
        )
        try:
            runs.start(run, key)
        except KeyTaken as taken:
            return _replayed(taken.earlier, task)
        except IdTaken:
            continue
        except GuardRefused:
            match guard.judge(boards.guard(access.tenant.id), task, connection_id):
                case Blocking() as blocking:
                    # What blocks now may have come after an answer to this very key, given while we were refused.
                    if key and (earlier := runs.answer(access.tenant.id, key, now)):
                        return _replayed(earlier, task)
                    raise guard.blocked(blocking) from None
                case ActiveRun(run_id=active):
                    return _remembered(Started(active, task, reused=True), access.tenant.id, key, runs, now)
                case None:
                    continue  # it has ended meanwhile
        return Started(run.id, task, reused=False)
    raise Transient("This tenant is busy; try again in a moment.")


def _remembered(answer: Started, tenant_id: int, key: IdempotencyKey | None, runs: Runs, now: datetime) -> Started:
    if key:
        try:
            runs.remember(tenant_id, key, answer, now)
        except KeyTaken as taken:
            return _replayed(taken.earlier, answer.task)
    return answer


def _replayed(earlier: Started, task: Task) -> Started:
    if earlier.task is not task:
        raise Unacceptable("idempotency_key_reused", "This idempotency key was used to start another task.")
    return earlier._replace(replayed=True)
