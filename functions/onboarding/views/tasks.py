"""What there is to do in a tenant, and what to do about what was found."""

from datetime import datetime
from typing import Self

from onboarding.domain.board import TaskSummary
from onboarding.domain.catalogue import Step, Task
from onboarding.domain.finding import FindingStatus
from onboarding.domain.model import Id, Instant
from onboarding.domain.reasons import REASONS, ReasonCode
from onboarding.domain.steps import is_stale
from onboarding.views.body import View


class RemedyView(View):
    """What an operator can do about a finding, and where to read more."""

    text: str
    link: str | None
    by_consent: bool
    """Whether it is done by an administrator of the customer who opens a consent link."""

    @classmethod
    def of(cls, reason: ReasonCode | None) -> Self | None:
        """Show the remedy of *reason*; there is none where nothing is the matter."""
        if reason is None:
            return None
        told = REASONS[reason]
        return cls(text=told.remedy, link=told.link, by_consent=told.by_consent)


class TaskView(View):
    """`OnboardingTaskSummary` of the contract; all from `step` on is added."""

    task_type: Task
    status: FindingStatus
    """What was last found over the connection in use."""
    reason_code: ReasonCode | None
    """Why it is not ok."""
    message: str | None
    last_run_id: Id | None
    """The newest started run, whatever it found."""
    step: Step
    required: bool
    """Whether its step can only be left forwards once its finding is good."""
    active_run_id: Id | None
    """The run that is under way."""
    recorded_at: Instant | None
    stale: bool
    """Whether the finding is older than 24 hours: too old to complete a session on."""
    remedy: RemedyView | None
    next_check_at: Instant | None
    """From when on looking again makes sense; of a consent that is propagating, when it is looked again."""

    @classmethod
    def of(cls, summary: TaskSummary, now: datetime) -> Self:
        """Show *summary* as it stands at *now*."""
        finding, reason = summary.finding, summary.reason_code
        sentence = REASONS[reason].sentence if reason else None
        return cls(
            task_type=summary.task,
            status=summary.status,
            reason_code=reason,
            message=finding.message if finding else sentence,
            last_run_id=summary.last_run_id,
            step=summary.task.spec.step,
            required=summary.task.spec.required,
            active_run_id=summary.active_run_id,
            recorded_at=finding.recorded_at if finding else None,
            stale=is_stale(finding.recorded_at, now) if finding else False,
            remedy=RemedyView.of(reason),
            next_check_at=finding.next_check_at if finding else None,
        )
