"""Sessions: what one is, and what becomes of it when it is created, resumed, changed, completed or abandoned."""

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from onboarding.domain import lock as locks
from onboarding.domain.audit import AuditEntry
from onboarding.domain.catalogue import Step, Task
from onboarding.domain.lock import Lock
from onboarding.domain.model import Concept, Id, Instant

if TYPE_CHECKING:  # every route knows sessions, and only who completes one makes a watch
    from onboarding.domain.watch import Watch


class SessionStatus(StrEnum):
    """How far a session is; `draft` and `in_progress` are open, the others closed."""

    DRAFT = "draft"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    ABANDONED = "abandoned"


class AcceptedWarning(Concept):
    """A warning that somebody saw and accepted by completing the session."""

    task_type: Task
    reason_code: str
    evidence_id: Id
    accepted_by_user_id: Id


class Completion(Concept):
    """What a completed session rests on."""

    evidence_ids: tuple[Id, ...]
    accepted_warnings: tuple[AcceptedWarning, ...]


class Session(Concept):
    """One walk of a tenant through the five steps.

    *version* counts the changes others must know of: every one but the renewal of a lock.
    """

    id: Id
    tenant_id: Id
    provider_connection_id: Id | None = None
    status: SessionStatus = SessionStatus.DRAFT
    current_step: Step = Step.CONNECTION
    assigned_to_user_id: Id | None = None
    lock: Lock | None = None
    version: int = 1
    created_at: Instant
    updated_at: Instant
    """When the version last changed; idling counts from here."""
    closed_at: Instant | None = None
    completion: Completion | None = None
    note: str | None = None
    """What its people want each other to know; theirs alone to write, and told to nobody else."""
    waiting_until: Instant | None = None
    """When somebody wants to look again. It is shown, and decides nothing."""

    def etag(self, now: datetime) -> str:
        """Name what a caller sees at *now*: `"<session id>.<version>.<shown locked_until in ms, or 0>"`."""
        shown = locks.live(self.lock, now)
        until = round(shown.until.timestamp() * 1000) if shown else 0
        return f'"{self.id}.{self.version}.{until}"'


NO_SESSION_ETAG = '"0"'
"""ETag of the answer `{"session": null}`."""


class Change(NamedTuple):
    """A decided change of an open session, and what has to be still so when it is saved."""

    before: Session
    after: Session
    by_user_id: int | None
    """Who changes it; None is the sweep."""
    at: datetime
    entries: tuple[AuditEntry, ...] = ()
    """What the audit trail is to say of it, saved with it."""
    assignee_must_be_eligible: int | None = None
    """A user who must be a member of at least operator at that moment."""
    nothing_may_be_active: bool = False
    """Whether the guard must name no run at that moment."""
    watch: "Watch | None" = None
    """What the tenant is held to from then on."""

    @property
    def is_nothing(self) -> bool:
        """Whether there is nothing to save."""
        return self.after == self.before

    @property
    def closes(self) -> bool:
        """Whether the session is closed by this."""
        return self.after.closed_at is not None

    @property
    def completes(self) -> bool:
        """Whether the session is completed by this."""
        return self.closes and self.after.status is SessionStatus.COMPLETED


def closed(session: Session, status: SessionStatus, now: datetime, completion: Completion | None = None) -> Session:
    """Close *session* as *status* at *now*; nobody holds a closed session's lock."""
    return session.model_copy(
        update={
            "status": status,
            "lock": None,
            "version": session.version + 1,
            "updated_at": now,
            "closed_at": now,
            "completion": completion,
        }
    )


def opened(
    tenant_id: int, session_id: int, user_id: int, connection_id: int | None, lock: Lock, now: datetime
) -> Session:
    """Open a session for *user_id*, who is its assignee and holds its *lock*."""
    return Session(
        id=session_id,
        tenant_id=tenant_id,
        provider_connection_id=connection_id,
        assigned_to_user_id=user_id,
        lock=lock,
        created_at=now,
        updated_at=now,
    )
