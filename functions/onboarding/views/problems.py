"""What a refusal says."""

from typing import Any, Self

from pydantic import ConfigDict, SerializeAsAny

from onboarding.domain.catalogue import Task
from onboarding.domain.finding import FindingStatus
from onboarding.domain.reasons import ReasonCode
from onboarding.domain.steps import Unmet
from onboarding.views.body import View


class BlockingView(View):
    """A gate that is shut; without a task it is the choice of a connection."""

    task_type: Task | None
    status: FindingStatus
    reason_code: ReasonCode | None
    stale: bool

    @classmethod
    def of(cls, gate: Unmet) -> Self:
        """Show *gate*."""
        return cls(**gate._asdict())


class FieldError(View):
    """A field of a request that is wrong, and what is wrong with it."""

    field: str
    message: str


class ProblemView(View):
    """`ErrorResponse` of the contract and a problem of RFC 9457 in one; the code's own fields stand beside these."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, SerializeAsAny[Any]]

    error: str
    """What is the matter, in a sentence."""
    code: str
    """The same for programs."""
    type: str
    title: str
    status: int
    detail: str
    """The same sentence, where RFC 9457 has it."""
    request_id: str
    """By which the log finds the request."""
