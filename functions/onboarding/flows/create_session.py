"""Create a tenant's session, or resume the one that is open."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

from onboarding.domain import lock
from onboarding.domain.access import Access
from onboarding.domain.audit import Act
from onboarding.domain.editing import resumed
from onboarding.domain.session import Session, opened
from onboarding.errors import Transient
from onboarding.storage.sessions import SessionMoved, Sessions

TRIES = 3


class Opened(NamedTuple):
    """The open session, and whether it was there before."""

    session: Session
    resumed: bool


def create_session(
    access: Access, *, sessions: Sessions, new_id: Callable[[], int], lock_length: timedelta, now: datetime
) -> Opened:
    """Open a session for the caller, or resume the open one.

    However many ask at once, the tenant has one session afterwards, and all of them are given it.

    Raises:
        Transient: If others kept changing it, or DynamoDB did not take it.
    """
    current = access.session
    for _ in range(TRIES):
        try:
            if current:
                change = resumed(current, access.user_id, lock_length, now)
                sessions.save(change)
                return Opened(change.after, resumed=True)
            held = lock.taken(access.user_id, now, lock_length)
            session = opened(access.tenant.id, new_id(), access.user_id, access.tenant.default_connection_id, held, now)
            entry = access.caller.did(Act.SESSION_OPENED, session.tenant_id, new_id(), now, session_id=session.id)
            sessions.create(session, entry)
            return Opened(session, resumed=False)
        except SessionMoved as moved:
            current = moved.current
    raise Transient("Others keep changing this session; try again in a moment.")
