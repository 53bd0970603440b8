"""What a run found out about a tenant, and what kept it from finding out."""

from enum import StrEnum
from typing import Any, Self

from onboarding.domain.model import Concept, Instant
from onboarding.domain.reasons import REASONS, ReasonCode


class FindingStatus(StrEnum):
    """How the tenant stands in what a task examines."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"
    UNKNOWN = "unknown"


class Finding(Concept):
    """The judgement of one task about one tenant.

    Every warn, fail and unknown has a reason code. *payload* holds only what the task's allow-list names:
    never a secret, a token, a header, a raw body or a person's name.
    """

    status: FindingStatus
    reason_code: ReasonCode | None = None
    message: str | None = None
    payload: dict[str, Any] = {}
    next_check_at: Instant | None = None
    """Earliest time at which looking again makes sense, where the tenant said so."""

    @classmethod
    def ok(cls, message: str, **payload: Any) -> Self:  # noqa: ANN401 - JSON values
        """Find that all is well; *message* says what was seen."""
        return cls(status=FindingStatus.OK, message=message, payload=payload)

    @classmethod
    def because(
        cls,
        status: FindingStatus,
        reason: ReasonCode,
        *,
        message: str | None = None,
        next_check_at: Instant | None = None,
        **payload: Any,  # noqa: ANN401 - JSON values
    ) -> Self:
        """Find *status* because of *reason*; without *message* the reason's own sentence is used."""
        return cls(
            status=status,
            reason_code=reason,
            message=message or REASONS[reason].sentence,
            payload=payload,
            next_check_at=next_check_at,
        )


class Obstacle(Exception):  # noqa: N818 - it ends a question, and becomes a finding
    """A question to the tenant got no answer that could be judged; carries the finding that says so.

    Raised by the gateway that asks, turned back into its finding by whoever asked. A fault in the customer's
    tenant is never an error of the program.
    """

    def __init__(self, finding: Finding) -> None:
        """Stop with *finding*."""
        super().__init__(finding.reason_code)
        self.finding = finding


class Postponed(Exception):  # noqa: N818 - a pause, not an error
    """An exclusive task cannot go on now and must be put back; it resumes where it stopped.

    *not_before* is the earliest time to go on, or None for as soon as a worker is free.
    """

    def __init__(self, not_before: Instant | None = None) -> None:
        """Pause until *not_before*."""
        super().__init__(not_before)
        self.not_before = not_before
