"""Runs: one execution each of a task, from its start to its end. How it went is not what was found."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from onboarding.domain.catalogue import Kind, Task
from onboarding.domain.finding import Finding, FindingStatus
from onboarding.domain.model import Concept, Id, Instant
from onboarding.domain.progress import Progress
from onboarding.domain.reasons import ReasonCode

MAX_ATTEMPTS = 3
"""How often a run is claimed anew after a crash before it is given up."""


class RunStatus(StrEnum):
    """How an execution stands; `queued` and `running` are active, the others are ends."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    TIMED_OUT = "timed_out"

    @property
    def is_active(self) -> bool:
        """Whether the guard names a run of this status."""
        return self in {RunStatus.QUEUED, RunStatus.RUNNING}


class RunFinding(Concept):
    """What a run found, as it is shown beside how it went."""

    status: FindingStatus
    reason_code: ReasonCode | None = None
    message: str | None = None
    evidence_id: Id


class Run(Concept):
    """One execution of a task in a tenant, through the connection chosen when it was started."""

    id: Id
    tenant_id: Id
    task_type: Task
    status: RunStatus = RunStatus.QUEUED
    connection_id: Id
    session_id: Id | None = None
    """The session that was open at the start; its evidence belongs there even if it closes meanwhile."""
    started_by_user_id: Id | None = None
    """None when the sweep started it."""
    queued_at: Instant
    started_at: Instant | None = None
    """When a worker first claimed it."""
    ended_at: Instant | None = None
    deadline: Instant
    attempts: int = 0
    """Claims since it was started or put back: counts crashes, not patience."""
    progress: Progress | None = None
    finding: RunFinding | None = None
    cancel_requested_at: Instant | None = None

    # The worker's side: who may write, and until when the others must wait.
    claim_id: str | None = None
    """The fencing token: fresh per claim, and in the condition of every later write."""
    lease_until: Instant | None = None
    not_before: Instant | None = None
    outbox_at: Instant | None = None
    """When sending it to its queue was last asked for; set exactly while it waits to be claimed."""
    sendings: int = 1
    """How often sending was asked for since it last became queued."""
    resume: dict[str, Any] | None = None
    """Where an exclusive task stopped."""


class Started(NamedTuple):
    """The answer to a start: the run that is under way now."""

    run_id: int
    task: Task
    reused: bool
    replayed: bool = False
    """Whether an earlier answer to the same idempotency key was given again."""


class Executed(NamedTuple):
    """How an execution of a run went, for those who count and log it."""

    run: Run
    """As its worker, or the sweep, knew it before its end."""
    status: RunStatus
    """How it stands now: at an end, or `queued` if it was put back."""
    finding: Finding | None = None
    """What it ended with; one that was cancelled or put back found nothing."""


def started(
    run_id: int,
    task: Task,
    connection_id: int,
    *,
    tenant_id: int,
    session_id: int | None,
    user_id: int | None,
    now: datetime,
    deadlines: dict[Kind, timedelta],
) -> Run:
    """Start a run of *task*: saved, it is queued; the stream sends it."""
    return Run(
        id=run_id,
        tenant_id=tenant_id,
        task_type=task,
        connection_id=connection_id,
        session_id=session_id,
        started_by_user_id=user_id,
        queued_at=now,
        deadline=now + deadlines[task.spec.kind],
        outbox_at=now,
    )


def resend_at(asked_at: datetime, sendings: int, resend_after: timedelta, not_before: datetime | None) -> datetime:
    """Say when an unclaimed run is sent again: *resend_after* at first, doubling with each sending up to an hour."""
    patience: timedelta = min(resend_after * 2 ** min(sendings - 1, 16), max(timedelta(hours=1), resend_after))
    return max(asked_at, not_before or asked_at) + patience
