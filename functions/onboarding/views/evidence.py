"""Evidence, and what differs between two pieces of it."""

from typing import Any, Self

from onboarding.domain.catalogue import Task
from onboarding.domain.comparison import Comparison, PayloadChange
from onboarding.domain.evidence import Evidence
from onboarding.domain.finding import FindingStatus
from onboarding.domain.model import Id, Instant
from onboarding.domain.reasons import ReasonCode
from onboarding.views.body import View


class EvidenceView(View):
    """`OnboardingEvidence` of the contract."""

    id: Id
    tenant_id: Id
    onboarding_session_id: Id | None
    """The session that was open when the run was started."""
    provider_connection_id: Id | None
    task_type: Task
    status: FindingStatus
    reason_code: ReasonCode | None
    message: str | None
    payload: dict[str, Any]
    """What was seen, which differs by task; never a secret."""
    operation_run_id: Id | None
    """The run that left it."""
    recorded_at: Instant

    @classmethod
    def of(cls, evidence: Evidence) -> Self:
        """Show *evidence* as it was recorded."""
        return cls.model_validate(evidence, from_attributes=True)


class JudgementView(View):
    """How a piece of evidence judged, and when."""

    evidence_id: Id
    status: FindingStatus
    reason_code: ReasonCode | None
    recorded_at: Instant

    @classmethod
    def of(cls, evidence: Evidence) -> Self:
        """Show the judgement of *evidence*."""
        return cls(
            evidence_id=evidence.id,
            status=evidence.status,
            reason_code=evidence.reason_code,
            recorded_at=evidence.recorded_at,
        )


class EvidenceDiffView(View):
    """What changed since the previous evidence of the same task and connection; there may be none."""

    task_type: Task
    provider_connection_id: Id
    evidence: JudgementView
    previous: JudgementView | None
    changes: tuple[PayloadChange, ...]
    words: tuple[str, ...]
    """The changes as an operator says them."""

    @classmethod
    def of(cls, comparison: Comparison) -> Self:
        """Show *comparison*."""
        evidence, previous = comparison.evidence, comparison.previous
        return cls(
            task_type=evidence.task_type,
            provider_connection_id=evidence.provider_connection_id,
            evidence=JudgementView.of(evidence),
            previous=JudgementView.of(previous) if previous else None,
            changes=comparison.changes,
            words=comparison.words,
        )
