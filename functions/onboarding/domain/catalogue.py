"""The catalogue: which tasks there are, the step each belongs to, and which may run side by side."""

from enum import IntEnum, StrEnum
from typing import NamedTuple, Self

from onboarding.errors import NotFound


class Step(IntEnum):
    """The five steps that a session walks a tenant through, in order."""

    CONNECTION = 1
    CONSENT = 2
    VERIFICATION = 3
    INITIAL_SYNC = 4
    REVIEW = 5


class Kind(StrEnum):
    """Whether a task may run beside others."""

    PROBE = "probe"
    """Read only; probes run side by side and decide within one invocation."""

    EXCLUSIVE = "exclusive"
    """Runs alone in its tenant; may be put back and resumed."""


class Task(StrEnum):
    """A kind of examination of a tenant through Microsoft Graph."""

    CONSENT_STATUS = "consent_status"
    VERIFY_PERMISSIONS = "verify_permissions"
    CONNECTION_DIAGNOSTICS = "connection_diagnostics"
    LICENSE_CHECK = "license_check"
    INTUNE_STATUS = "intune_status"
    RBAC_CHECK = "rbac_check"
    INITIAL_SYNC = "initial_sync"

    @classmethod
    def named(cls, name: str) -> Self:
        """Find the task called *name*.

        Raises:
            NotFound: `task_type_unknown` if the catalogue has none of that name.
        """
        try:
            return cls(name)
        except ValueError:
            raise NotFound("task_type_unknown", "There is no such task.") from None

    @property
    def spec(self) -> "Spec":
        """What the catalogue says of this task."""
        return CATALOGUE[self]


class Spec(NamedTuple):
    """What the catalogue says of one task."""

    step: Step
    kind: Kind
    required: bool
    """Whether the step can only be left forwards once this task's finding is good."""


CATALOGUE: dict[Task, Spec] = {
    Task.CONSENT_STATUS: Spec(Step.CONSENT, Kind.PROBE, required=True),
    Task.VERIFY_PERMISSIONS: Spec(Step.VERIFICATION, Kind.PROBE, required=True),
    Task.CONNECTION_DIAGNOSTICS: Spec(Step.VERIFICATION, Kind.PROBE, required=True),
    Task.LICENSE_CHECK: Spec(Step.VERIFICATION, Kind.PROBE, required=True),
    Task.INTUNE_STATUS: Spec(Step.VERIFICATION, Kind.PROBE, required=True),
    Task.RBAC_CHECK: Spec(Step.VERIFICATION, Kind.PROBE, required=True),
    Task.INITIAL_SYNC: Spec(Step.INITIAL_SYNC, Kind.EXCLUSIVE, required=True),
}
"""Every task, in step order: the order in which people meet them."""

REQUIRED = tuple(task for task, spec in CATALOGUE.items() if spec.required)
"""What a session needs good findings of before it can be completed, in step order."""


def tasks_to_leave(step: Step) -> tuple[Task, ...]:
    """Name the tasks whose findings must be good before *step* is left forwards."""
    return tuple(task for task, spec in CATALOGUE.items() if spec.step == step and spec.required)
