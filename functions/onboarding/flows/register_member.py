"""Register a member: give a user a role in a tenant, and take from them what the role cannot have."""

from collections.abc import Callable
from datetime import datetime

from onboarding.domain.access import ELIGIBLE, Access, Member
from onboarding.domain.editing import vacated
from onboarding.errors import Transient
from onboarding.storage.sessions import SessionMoved
from onboarding.storage.tenants import Tenants

TRIES = 3


def register_member(
    access: Access, member: Member, *, tenants: Tenants, new_id: Callable[[], int], now: datetime
) -> None:
    """Give *member* their role; one below operator loses lock and assignment in the same transaction.

    Raises:
        Transient: If the session kept changing, or DynamoDB did not take it.
    """
    session = None if member.role in ELIGIBLE else access.session
    for _ in range(TRIES):
        leaves = vacated(session, member.user_id, access.user_id, new_id(), now) if session else None
        try:
            tenants.register_member(member, leaves, session)
        except SessionMoved as moved:
            session = moved.current
        else:
            return
    raise Transient("Others keep changing this session; try again in a moment.")
