"""The board of a tenant: what was last found for each task, beside the guard that says what is under way."""

from datetime import datetime
from typing import NamedTuple

from onboarding.domain.catalogue import CATALOGUE, Task
from onboarding.domain.finding import FindingStatus
from onboarding.domain.guard import Guard
from onboarding.domain.model import Concept, Id, Instant
from onboarding.domain.reasons import ReasonCode


class RecordedFinding(Concept):
    """The newest finding of a task, as the run that finished last left it on the board."""

    task_type: Task
    status: FindingStatus
    reason_code: ReasonCode | None = None
    message: str | None = None
    connection_id: Id
    run_id: Id
    evidence_id: Id
    recorded_at: Instant
    next_check_at: Instant | None = None
    recheck_at: Instant | None = None
    """When the sweep starts a run to look again."""
    put_off_until: Instant | None = None
    """Until when that waits, as something stood in the way; the date itself says which look it is."""

    @property
    def due_at(self) -> datetime | None:
        """When the sweep turns to it next; None if it does not."""
        return self.put_off_until or self.recheck_at


class Board(NamedTuple):
    """The guard and the findings of one tenant, as one Query saw them."""

    guard: Guard
    findings: dict[Task, RecordedFinding]


class TaskSummary(NamedTuple):
    """What people see of a task: its finding for the current connection, and its runs."""

    task: Task
    status: FindingStatus
    reason_code: ReasonCode | None
    finding: RecordedFinding | None
    """The finding behind the status; None if there is none for the current connection."""
    last_run_id: int | None
    active_run_id: int | None


def seen_finding(finding: RecordedFinding | None, connection_id: int | None) -> tuple[FindingStatus, ReasonCode | None]:
    """Judge *finding* as seen through *connection_id*: another connection's finding vouches for nothing."""
    if finding is None:
        return FindingStatus.UNKNOWN, ReasonCode.NEVER_RUN
    if finding.connection_id != connection_id:
        return FindingStatus.UNKNOWN, ReasonCode.CONNECTION_CHANGED
    return finding.status, finding.reason_code


def summarise(board: Board, connection_id: int | None) -> tuple[TaskSummary, ...]:
    """Summarise every task of the catalogue, in step order, for *connection_id*."""
    return tuple(_summary(task, board, connection_id) for task in CATALOGUE)


def _summary(task: Task, board: Board, connection_id: int | None) -> TaskSummary:
    finding = board.findings.get(task)
    status, reason = seen_finding(finding, connection_id)
    active = board.guard.active.get(task)
    return TaskSummary(
        task=task,
        status=status,
        reason_code=reason,
        finding=finding if finding and finding.connection_id == connection_id else None,
        last_run_id=board.guard.last.get(task),
        active_run_id=active.run_id if active else None,
    )


def newest_activity(board_guard: Guard, session_updated_at: datetime) -> datetime:
    """Tell when a session was last lively: its own last change, or its tenant's newest run."""
    newest = board_guard.newest_run_at
    return max(session_updated_at, newest) if newest else session_updated_at
