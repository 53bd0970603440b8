"""A session, its people and its board, as tests of the domain like them: good in every way unless said otherwise."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from onboarding.domain.access import Access, Caller, RegisteredTenant, Role
from onboarding.domain.audit import Act, AuditEntry, Details, Origin
from onboarding.domain.board import RecordedFinding
from onboarding.domain.catalogue import Task
from onboarding.domain.editing import Circumstances, Edit
from onboarding.domain.finding import FindingStatus
from onboarding.domain.guard import ActiveRun
from onboarding.domain.lock import Lock
from onboarding.domain.reasons import ReasonCode
from onboarding.domain.session import Session

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
EARLIER = NOW - timedelta(hours=1)
LENGTH = timedelta(minutes=15)
A_DAY = timedelta(days=1)
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
ENTRY = 9_000
ORIGIN = Origin("203.0.113.7", "request-1")


def caller(user_id: int) -> Caller:
    """Make a user who asks."""
    return Caller(user_id, platform_scope=False, origin=ORIGIN)


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
    return Access(caller(user_id), tenant, role or ROLES[user_id], current)


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
        watch_every=A_DAY,
        entry_id=ENTRY,
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


def told(user_id: int | None, **acts: dict[str, Any]) -> tuple[AuditEntry, ...]:
    """Make what the audit trail is told of the session that *user_id* changes now: acts by their names."""
    return tuple(
        AuditEntry(
            id=ENTRY + n,
            tenant_id=TENANT,
            at=NOW,
            act=Act(act),
            by_user_id=user_id,
            source_ip=ORIGIN.source_ip if user_id else None,
            request_id=ORIGIN.request_id if user_id else None,
            session_id=SESSION,
            details=Details(**details),
        )
        for n, (act, details) in enumerate(acts.items())
    )
