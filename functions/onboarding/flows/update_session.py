"""Update the open session: step, connection, assignment, lock and takeover, or its end."""

from collections.abc import Callable
from datetime import datetime, timedelta

from onboarding.domain import guard
from onboarding.domain.access import Access
from onboarding.domain.editing import Circumstances, Edit, edited
from onboarding.domain.session import Change, Session
from onboarding.errors import Conflict, NotFound, Transient, Unacceptable
from onboarding.storage.board import Boards
from onboarding.storage.sessions import AssigneeNotEligible, SessionMoved, Sessions, SomethingActive

TRIES = 2
"""A lost race is decided once more; who loses that too is told to come back."""


def update_session(
    access: Access,
    session_id: int,
    edit: Edit,
    *,
    if_match: str | None,
    sessions: Sessions,
    boards: Boards,
    new_id: Callable[[], int],
    lock_length: timedelta,
    watch_every: timedelta,
    now: datetime,
) -> Session:
    """Make *edit* of the open session and return it as it is now.

    Who loses a race decides again from what won it, so that the refusal, if there is one, is about what is there.

    Raises:
        NotFound: `session_not_found` if the tenant never had it.
        Conflict: `session_closed`, `session_locked`, `lock_lost`, `step_prerequisites_unmet` or `run_blocked`.
        Forbidden: `takeover_forbidden`, `assignment_forbidden` or `abandon_forbidden`.
        Stale: `version_stale` if *if_match* names another version.
        Unacceptable: `connection_unknown` or `assignee_not_eligible`.
        Transient: If others kept changing it, or DynamoDB did not take it.
    """
    session = _open_session(access, session_id, sessions)
    findings = None
    for _ in range(TRIES):
        if findings is None and edit.goes_forward_from(session, access.tenant):
            findings = boards.get(access.tenant.id).findings
        by = Circumstances(access, if_match, findings or {}, now, lock_length, watch_every, entry_id=new_id())
        change = _decided(session, edit, by, sessions)
        try:
            sessions.save(change)
        except SessionMoved as moved:
            if moved.current is None or moved.current.id != session_id:
                raise _closed() from None
            session = moved.current
        except AssigneeNotEligible:
            raise _not_eligible() from None
        except SomethingActive:
            blocking = guard.any_active(boards.guard(access.tenant.id))
            if blocking:
                raise guard.blocked(blocking) from None
        else:
            return change.after
    raise Transient("Others keep changing this session; try again in a moment.")


def _open_session(access: Access, session_id: int, sessions: Sessions) -> Session:
    session = access.session
    if session and session.id == session_id:
        return session
    if sessions.is_closed(access.tenant.id, session_id):
        raise _closed()
    raise NotFound("session_not_found", "This tenant has no such session.")


def _decided(session: Session, edit: Edit, by: Circumstances, sessions: Sessions) -> Change:
    """Decide; an assignee who cannot be one is told before gates that are not met, as everywhere."""
    try:
        return edited(session, edit, by)
    except Conflict as conflict:
        assignee = edit.assigned_to_user_id
        if conflict.code != "step_prerequisites_unmet" or assignee in {None, by.access.user_id}:
            raise
        if assignee and not sessions.is_eligible(session.tenant_id, assignee):
            raise _not_eligible() from None
        raise


def _closed() -> Conflict:
    return Conflict("session_closed", "This session is closed; create a new one to go on.")


def _not_eligible() -> Unacceptable:
    return Unacceptable("assignee_not_eligible", "Only a member of at least operator can be assigned.")
