"""Start a run of a task, or hand back the one under way."""

from collections.abc import Callable
from datetime import datetime, timedelta

from onboarding.domain import budget, guard
from onboarding.domain.access import Access
from onboarding.domain.catalogue import Kind, Task
from onboarding.domain.guard import ActiveRun, Blocking, Guard
from onboarding.domain.run import Started, started
from onboarding.errors import Refusal, Transient, Unacceptable
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
        TooMany: `run_budget_spent` if nothing stands in the way but that the tenant's people started too many.
        Unacceptable: `connection_missing` if neither session nor tenant names a connection, or
            `idempotency_key_reused` if *key* was used to start another task.
        Transient: If what stood in the way was gone each time it was looked for, or DynamoDB did not take it.
    """
    connection_id = access.connection_id
    if connection_id is None:
        raise Unacceptable("connection_missing", "Choose a provider connection first.")
    full_since: datetime | None = None
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
            runs.start(run, key, instead_of=full_since)
        except KeyTaken as taken:
            return _replayed(taken.earlier, task)
        except IdTaken:
            continue
        except GuardRefused:
            there = boards.guard(access.tenant.id)
            verdict = guard.judge(there, task, connection_id)
            if isinstance(verdict, ActiveRun):
                return _remembered(Started(verdict.run_id, task, reused=True), access.tenant.id, key, runs, now)
            if refusal := _refusal(verdict, there, runs.run_budget, now):
                # What refuses now may have come after an answer to this very key, given while we were refused.
                if key and (earlier := runs.answer(access.tenant.id, key, now)):
                    return _replayed(earlier, task)
                raise refusal from None
            full_since = budget.counted_out(there, runs.run_budget)
            continue  # what stood in the way has ended meanwhile, or a new count begins
        return Started(run.id, task, reused=False)
    raise Transient("This tenant is busy; try again in a moment.")


def _refusal(blocking: Blocking | None, there: Guard, run_budget: int, now: datetime) -> Refusal | None:
    """Say why a start is refused; what blocks is told first, for it is there whatever was spent."""
    if blocking:
        return guard.blocked(blocking)
    until = budget.spent_until(there, run_budget, now)
    return budget.spent(run_budget, until, now) if until else None


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
