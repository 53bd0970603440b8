"""Register a member: give a user a role in a tenant, and take from them what the role cannot have."""

from collections.abc import Callable
from datetime import datetime

from onboarding.domain.access import ELIGIBLE, Access, Member
from onboarding.domain.audit import Act, Details
from onboarding.domain.editing import vacated
from onboarding.errors import Transient
from onboarding.storage.audit import EntryTaken
from onboarding.storage.sessions import SessionMoved
from onboarding.storage.tenants import Tenants

TRIES = 3


def register_member(
    access: Access, member: Member, *, tenants: Tenants, new_id: Callable[[], int], now: datetime
) -> None:
    """Give *member* their role; one below operator loses lock and assignment in the same transaction.

    The role that they have already changes nothing.

    Raises:
        Transient: If the session kept changing, or DynamoDB did not take it.
    """
    session = None if member.role in ELIGIBLE else access.session
    for _ in range(TRIES):
        entry_id, about = new_id(), Details(member_user_id=member.user_id, role=member.role.value)
        entry = access.caller.did(Act.MEMBER_REGISTERED, member.tenant_id, entry_id, now, details=about)
        leaves = vacated(session, member.user_id, access.caller, entry_id + 1, now) if session else None
        try:
            tenants.register_member(member, leaves, session, entry)
        except SessionMoved as moved:
            session = moved.current
        except EntryTaken:
            continue
        else:
            return
    raise Transient("Others keep changing this session; try again in a moment.")
