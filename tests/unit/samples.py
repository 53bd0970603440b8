"""A session, its people and its board, as tests of the domain like them: good in every way unless said otherwise."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from onboarding.domain.access import Access, Caller, RegisteredTenant, Role
from onboarding.domain.board import RecordedFinding
from onboarding.domain.catalogue import Task
from onboarding.domain.editing import Circumstances, Edit
from onboarding.domain.finding import FindingStatus
from onboarding.domain.guard import ActiveRun
from onboarding.domain.lock import Lock
from onboarding.domain.reasons import ReasonCode
from onboarding.domain.session import HistoryEntry, HistoryEvent, Session

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
EARLIER = NOW - timedelta(hours=1)
LENGTH = timedelta(minutes=15)
MILLISECOND = timedelta(milliseconds=1)
SECOND = timedelta(seconds=1)

OWNER, MANAGER, ALICE, READER, BOB = 1, 2, 3, 4, 5
ROLES = {
    OWNER: Role.OWNER,
    MANAGER: Role.MANAGER,
    ALICE: Role.OPERATOR,
    READER: Role.READONLY,
    BOB: Role.OPERATOR,
}
"""Alice and Bob are both operators."""

TENANT = 1
CONNECTION, OTHER_CONNECTION = 101, 102
SESSION = 7_000
HISTORY = 9_000


def session(**others: Any) -> Session:
    """Make a session that Alice opened an hour ago; nobody holds its lock any more."""
    known: dict[str, Any] = {
        "id": SESSION,
        "tenant_id": TENANT,
        "provider_connection_id": CONNECTION,
        "assigned_to_user_id": ALICE,
        "version": 4,
        "created_at": EARLIER,
        "updated_at": EARLIER,
    }
    return Session(**known | others)


def lock(user_id: int, left: timedelta = LENGTH) -> Lock:
    """Make a lock of *user_id* that holds for *left* from now; one that does not is expired."""
    return Lock(user_id=user_id, until=NOW + left)


def access(user_id: int, *connection_ids: int, role: Role | None = None, current: Session | None = None) -> Access:
    """Make what the access read finds for *user_id*; without *connection_ids* the tenant has both of them."""
    tenant = RegisteredTenant(
        id=TENANT, name="Contoso", connection_ids=frozenset(connection_ids or (CONNECTION, OTHER_CONNECTION))
    )
    return Access(Caller(user_id, platform_scope=False), tenant, role or ROLES[user_id], current)


def edit(**fields: object) -> Edit:
    """Make the edit that a PATCH with *fields* as its JSON body asks for."""
    return Edit.model_validate_json(json.dumps(fields))


def circumstances(
    user_id: int,
    *,
    if_match: str | None = None,
    findings: Mapping[Task, RecordedFinding] | None = None,
    now: datetime = NOW,
) -> Circumstances:
    """Make the circumstances of an edit by *user_id*; without *findings* every task was found to be well."""
    return Circumstances(
        access=access(user_id),
        if_match=if_match,
        findings=good() if findings is None else findings,
        now=now,
        lock_length=LENGTH,
        history_id=HISTORY,
    )


def finding(
    task: Task,
    status: FindingStatus = FindingStatus.OK,
    reason: ReasonCode | None = None,
    *,
    connection_id: int = CONNECTION,
    recorded_at: datetime = EARLIER,
) -> RecordedFinding:
    """Make what the board says of *task*."""
    number = list(Task).index(task)
    return RecordedFinding(
        task_type=task,
        status=status,
        reason_code=reason,
        connection_id=connection_id,
        run_id=1_000 + number,
        evidence_id=2_000 + number,
        recorded_at=recorded_at,
    )


def good(*worse: RecordedFinding, connection_id: int = CONNECTION) -> dict[Task, RecordedFinding]:
    """Make a board on which all is well, but for what is *worse*."""
    return {task: finding(task, connection_id=connection_id) for task in Task} | {
        each.task_type: each for each in worse
    }


def active(run_id: int = 500, *, connection_id: int = CONNECTION, since: datetime = EARLIER) -> ActiveRun:
    """Make a run under way that Alice started."""
    return ActiveRun(run_id=run_id, connection_id=connection_id, started_by_user_id=ALICE, started_at=since)


def noted(user_id: int | None, *events: HistoryEvent, **others: int | None) -> HistoryEntry:
    """Make the entry of the session's history that *user_id* leaves now."""
    return HistoryEntry(
        id=HISTORY, session_id=SESSION, at=NOW, by_user_id=user_id, events=events, **dict[str, Any](others)
    )
