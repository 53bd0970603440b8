"""Sweep: do what is due and nobody else will do, each in one write against the state that was read."""

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeGuard

from onboarding.domain import lock
from onboarding.domain.access import Standing
from onboarding.domain.board import newest_activity
from onboarding.domain.catalogue import Kind, Task
from onboarding.domain.editing import abandoned_by_the_sweep
from onboarding.domain.guard import judge
from onboarding.domain.propagation import is_over, look
from onboarding.domain.run import MAX_ATTEMPTS, Run, RunStatus, resend_at
from onboarding.domain.watch import Watch, entries_of, judged, next_round, round_of
from onboarding.flows import ending
from onboarding.storage.board import Boards
from onboarding.storage.looks import LookMoved, Looks
from onboarding.storage.rounds import Rounds, WatchMoved
from onboarding.storage.runs import DueFinding, DueLook, DueRun, GuardRefused, IdTaken, RunMoved, Runs
from onboarding.storage.sessions import SessionMoved, Sessions, SomethingActive
from onboarding.storage.tenants import Tenants

RECHECK_AFTER = timedelta(hours=1)
"""When to look again for a consent if the run that looked came to nothing."""

LOOK_AFTER = timedelta(minutes=1)
"""When to try again to look for a consent if something stood in the way."""

JUDGE_AFTER = timedelta(minutes=1)
"""When to look whether the runs of a round have ended."""

BEGIN_AFTER = timedelta(minutes=10)
"""When to try again to begin a round if something stood in the way: there is no hurry, and it may stay for hours."""


class Act(StrEnum):
    """What the sweep did about one thing that seemed due."""

    ABANDONED = "session_abandoned"
    PUT_OFF = "session_put_off"
    SENT_AGAIN = "run_sent_again"
    REVIVED = "run_revived"
    CANCELLED = "run_cancelled"
    TIMED_OUT = "run_timed_out"
    RECHECKED = "consent_rechecked"
    RECHECK_PUT_OFF = "consent_recheck_put_off"
    LOOKED = "consent_looked_for"
    LOOK_PUT_OFF = "consent_look_put_off"
    LEFT_BE = "consent_left_be"
    WATCHED = "watch_round_begun"
    WATCH_PUT_OFF = "watch_put_off"
    DRIFTED = "watch_found_worse"
    RECOVERED = "watch_found_recovered"
    SETTLED = "watch_found_nothing_new"
    NOTHING = "nothing"
    """It was not due, or somebody else was faster."""


def sweep_session(
    tenant_id: int,
    *,
    sessions: Sessions,
    boards: Boards,
    idle: timedelta,
    new_id: Callable[[], int],
    now: datetime,
) -> Act:
    """Abandon a tenant's open session if it was idle for *idle*: no change, no run, no live lock.

    Raises:
        Transient: If DynamoDB did not answer.
    """
    session = sessions.get_open(tenant_id)
    if session is None:
        return Act.NOTHING
    guard = boards.guard(tenant_id)
    due_at = newest_activity(guard, session.updated_at) + idle
    held = lock.live(session.lock, now)
    if held:
        due_at = max(due_at, held.until)
    if guard.active:
        due_at = max(due_at, now + idle)
    if due_at > now:
        sessions.put_off(session, due_at)
        return Act.PUT_OFF
    try:
        sessions.save(abandoned_by_the_sweep(session, new_id(), now))
    except (SessionMoved, SomethingActive):
        return Act.NOTHING
    return Act.ABANDONED


def sweep_run(due: DueRun, *, runs: Runs, resend_after: timedelta, new_id: Callable[[], int], now: datetime) -> Act:
    """Send a run again that nobody claimed, revive or end one whose worker died, end one past its deadline.

    Raises:
        Transient: If DynamoDB did not answer.
    """
    run = runs.get(due.tenant_id, due.run_id)
    if run is None or not run.status.is_active:
        return Act.NOTHING
    act = _due_act(run, resend_after, now)
    try:
        if act is Act.TIMED_OUT:
            return _end(run, runs, new_id, now)
        if act is not Act.NOTHING:
            runs.send_again(run, now)
    except RunMoved:
        return Act.NOTHING
    return act


def sweep_finding(
    due: DueFinding,
    *,
    looks: Looks,
    boards: Boards,
    tenants: Tenants,
    deadlines: dict[Kind, timedelta],
    new_id: Callable[[], int],
    now: datetime,
) -> Act:
    """Look again for a consent that may still propagate: start a run, in nobody's name, while the session is open.

    What is in the way is waited for, behind all else that is due: it may be there for hours, and findings share the
    index with runs.

    Raises:
        Transient: If DynamoDB did not answer.
    """
    board = boards.of_tasks(due.tenant_id, due.task)
    finding = board.findings.get(due.task)
    if finding is None or finding.recheck_at is None or finding.due_at is None or finding.due_at > now:
        return Act.NOTHING
    if judge(board.guard, Task.CONSENT_STATUS, finding.connection_id):
        boards.put_off(due.tenant_id, finding, now + LOOK_AFTER)
        return Act.RECHECK_PUT_OFF
    standing = tenants.standing(due.tenant_id, finding.connection_id)
    if not _is_waited_for(standing) or is_over(standing.connection.consented_at, finding.recheck_at):
        boards.leave_be(due.tenant_id, finding)
        return Act.LEFT_BE
    run = look(standing, new_id(), deadlines, now)
    try:
        looks.begin_again(run, standing, finding, now + RECHECK_AFTER)
    except (GuardRefused, LookMoved, IdTaken):
        return Act.NOTHING  # what came between is seen a minute later
    return Act.RECHECKED


def sweep_look(
    due: DueLook,
    *,
    looks: Looks,
    tenants: Tenants,
    deadlines: dict[Kind, timedelta],
    new_id: Callable[[], int],
    now: datetime,
) -> Act:
    """Look for a consent that could not be looked for as it was recorded: start a run, in nobody's name.

    What is in the way is waited for, however long; dropped is a look at a connection that is not in use any more. The
    look itself is not read: the write demands that it is there and due.

    Raises:
        Transient: If DynamoDB did not answer.
    """
    standing = tenants.standing(due.tenant_id, due.connection_id)
    if standing is None or not standing.is_in_use:
        looks.drop(due.tenant_id, due.connection_id, now)
        return Act.LEFT_BE
    try:
        looks.begin(look(standing, new_id(), deadlines, now), standing, now)
    except GuardRefused:
        looks.put_off(due.tenant_id, due.connection_id, now + LOOK_AFTER, now)
        return Act.LOOK_PUT_OFF
    except (LookMoved, IdTaken):
        return Act.NOTHING
    return Act.LOOKED


def sweep_watch(
    tenant_id: int,
    *,
    rounds: Rounds,
    boards: Boards,
    every: timedelta,
    deadlines: dict[Kind, timedelta],
    new_id: Callable[[], int],
    now: datetime,
) -> Act:
    """Verify a tenant again whose session was completed: begin a round, or settle the one whose runs have ended.

    While somebody has a session open nothing is begun and nothing settled: people are at it. What the round found stays
    on the board, and the watch waits for its next one.

    Raises:
        Transient: If DynamoDB did not answer.
    """
    watched = rounds.get(tenant_id)
    if watched is None or watched.watch.due_at > now:
        return Act.NOTHING
    watch = watched.watch
    if watched.session_is_open:
        rounds.put_off(watch, next_round(tenant_id, now, every), gives_up_the_round=True)
        return Act.WATCH_PUT_OFF
    try:
        if watch.run_ids:
            return _settle(watch, rounds, boards, every, new_id, now)
        rounds.begin(watch, round_of(watch, new_id(), deadlines, now), now + JUDGE_AFTER)
    except GuardRefused:
        rounds.put_off(watch, now + BEGIN_AFTER)
        return Act.WATCH_PUT_OFF
    except (WatchMoved, IdTaken):
        return Act.NOTHING  # what came between is seen a minute later
    return Act.WATCHED


def _settle(
    watch: Watch, rounds: Rounds, boards: Boards, every: timedelta, new_id: Callable[[], int], now: datetime
) -> Act:
    board = boards.of_tasks(watch.tenant_id, *watch.rests_on)
    if watch.is_awaited(board):
        rounds.put_off(watch, now + JUDGE_AFTER)
        return Act.WATCH_PUT_OFF
    verdict = judged(watch, board.findings)
    entries = entries_of(verdict, watch, new_id(), now)
    rounds.settle(watch, verdict, entries, next_round(watch.tenant_id, now, every), now)
    if verdict.got_worse:
        return Act.DRIFTED
    return Act.RECOVERED if verdict.recovered else Act.SETTLED


def _is_waited_for(standing: Standing | None) -> TypeGuard[Standing]:
    """Tell whether there is an open session that waits for what is found over this connection."""
    return standing is not None and standing.session is not None and standing.is_in_use


def _due_act(run: Run, resend_after: timedelta, now: datetime) -> Act:
    """Judge what is due; the index only proposed it."""
    if now >= run.deadline:
        return Act.TIMED_OUT
    if run.status is RunStatus.QUEUED:
        sent_at = run.outbox_at or run.queued_at
        due = resend_at(sent_at, run.sendings, resend_after, run.not_before) <= now
        return Act.SENT_AGAIN if due else Act.NOTHING
    if run.lease_until and run.lease_until > now:
        return Act.NOTHING
    worn_out = run.cancel_requested_at or run.attempts >= MAX_ATTEMPTS
    return Act.TIMED_OUT if worn_out else Act.REVIVED


def _end(run: Run, runs: Runs, new_id: Callable[[], int], now: datetime) -> Act:
    if run.cancel_requested_at:
        runs.cancel(run, now)
        return Act.CANCELLED
    # Whether there is a consent to look for again is seen when it is due: this run only says that it did not see.
    again_at = now + RECHECK_AFTER if run.task_type is Task.CONSENT_STATUS else None
    ended = ending.end(
        run, RunStatus.TIMED_OUT, ending.run_timed_out(), runs=runs, new_id=new_id, now=now, recheck_at=again_at
    )
    return Act.CANCELLED if ended.status is RunStatus.CANCELLED else Act.TIMED_OUT
