"""Runs, as callers see them."""

from typing import Self

from onboarding.domain.catalogue import Task
from onboarding.domain.finding import FindingStatus
from onboarding.domain.model import Id, Instant
from onboarding.domain.progress import Progress
from onboarding.domain.reasons import ReasonCode
from onboarding.domain.run import Run, RunFinding, RunStatus, Started
from onboarding.views.body import View
from onboarding.views.tasks import RemedyView


class RunLinkView(View):
    """`OperationRunLink` of the contract."""

    run_id: Id
    url: str
    """Where the run can be watched; path-absolute."""

    @classmethod
    def of(cls, tenant_id: int, started: Started) -> Self:
        """Show where a started run can be watched; path-absolute."""
        return cls(run_id=started.run_id, url=f"/tenants/{tenant_id}/onboarding/runs/{started.run_id}")


class RunFindingView(View):
    """What a run found."""

    status: FindingStatus
    reason_code: ReasonCode | None
    message: str | None
    evidence_id: Id
    """The evidence that the run left."""
    remedy: RemedyView | None

    @classmethod
    def of(cls, finding: RunFinding) -> Self:
        """Show *finding* with its remedy."""
        return cls(
            status=finding.status,
            reason_code=finding.reason_code,
            message=finding.message,
            evidence_id=finding.evidence_id,
            remedy=RemedyView.of(finding.reason_code),
        )


class RunView(View):
    """A run: how it went, and what it found."""

    id: Id
    tenant_id: Id
    task_type: Task
    status: RunStatus
    """How the execution stands; what was found is another matter."""
    provider_connection_id: Id
    onboarding_session_id: Id | None
    started_by_user_id: Id | None
    """Null where the sweep started it."""
    queued_at: Instant
    started_at: Instant | None
    """When a worker first took it."""
    ended_at: Instant | None
    not_before: Instant | None
    """Until when it was put back."""
    attempts: int
    """Counts crashes, not patience."""
    cancel_requested_at: Instant | None
    progress: Progress | None
    finding: RunFindingView | None
    """What it found; null until it has ended, and where it was cancelled."""

    @classmethod
    def of(cls, run: Run) -> Self:
        """Show *run*; the worker's side of it is its own affair."""
        return cls(
            id=run.id,
            tenant_id=run.tenant_id,
            task_type=run.task_type,
            status=run.status,
            provider_connection_id=run.connection_id,
            onboarding_session_id=run.session_id,
            started_by_user_id=run.started_by_user_id,
            queued_at=run.queued_at,
            started_at=run.started_at,
            ended_at=run.ended_at,
            not_before=run.not_before,
            attempts=run.attempts,
            cancel_requested_at=run.cancel_requested_at,
            progress=run.progress,
            finding=RunFindingView.of(run.finding) if run.finding else None,
        )
