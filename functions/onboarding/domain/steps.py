"""The gates between the steps: what must be found before a session may go on."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from onboarding.domain.board import RecordedFinding, seen_finding
from onboarding.domain.catalogue import Step, Task, tasks_to_leave
from onboarding.domain.finding import FindingStatus
from onboarding.domain.reasons import ReasonCode

FRESH = timedelta(hours=24)
"""How old a finding may be for a session to be completed on it."""


class Unmet(NamedTuple):
    """A gate that is not met, by the task that keeps it shut; None is the choice of a connection."""

    task_type: Task | None
    status: FindingStatus
    reason_code: ReasonCode | None
    stale: bool = False


def is_stale(recorded_at: datetime, now: datetime) -> bool:
    """Tell whether a finding recorded at *recorded_at* is too old to be relied on."""
    return now - recorded_at > FRESH


def unmet_between(
    start: Step,
    target: Step,
    connection_id: int | None,
    findings: Mapping[Task, RecordedFinding],
) -> tuple[Unmet, ...]:
    """List what keeps a session from going forwards from *start* to *target*, in step order."""
    return tuple(unmet for step in Step if start <= step < target for unmet in _unmet(step, connection_id, findings))


def unmet_to_complete(
    connection_id: int | None, findings: Mapping[Task, RecordedFinding], now: datetime
) -> tuple[Unmet, ...]:
    """List what keeps a session from being completed at *now*, in step order: gates not met, and findings grown old."""
    return tuple(unmet for step in Step for unmet in _unmet(step, connection_id, findings, now))


def _unmet(
    step: Step, connection_id: int | None, findings: Mapping[Task, RecordedFinding], fresh_at: datetime | None = None
) -> Iterator[Unmet]:
    if step is Step.CONNECTION and connection_id is None:
        yield Unmet(None, FindingStatus.UNKNOWN, ReasonCode.CONNECTION_MISSING)
    for task in tasks_to_leave(step):
        finding = findings.get(task)
        status, reason = seen_finding(finding, connection_id)
        if not _opens(status, reason):
            yield Unmet(task, status, reason)
        elif finding and fresh_at and is_stale(finding.recorded_at, fresh_at):
            yield Unmet(task, status, reason, stale=True)


def _opens(status: FindingStatus, reason: ReasonCode | None) -> bool:
    """A consent that is still propagating is good news, but nothing to build on."""
    if reason is ReasonCode.CONSENT_PROPAGATING:
        return False
    return status in {FindingStatus.OK, FindingStatus.WARN}
