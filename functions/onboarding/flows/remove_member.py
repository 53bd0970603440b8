"""Remove a member: take a user's role in a tenant away, with lock and assignment."""

from collections.abc import Callable
from datetime import datetime

from onboarding.domain.access import Access
from onboarding.domain.audit import Act, Details
from onboarding.domain.editing import vacated
from onboarding.errors import NotFound, Transient
from onboarding.storage.sessions import SessionMoved
from onboarding.storage.tenants import Tenants

TRIES = 3


def remove_member(access: Access, user_id: int, *, tenants: Tenants, new_id: Callable[[], int], now: datetime) -> None:
    """Remove a member, who loses lock and assignment in the same transaction.

    Raises:
        NotFound: `member_not_found` if the tenant has no such member.
        Transient: If the session kept changing, or DynamoDB did not take it.
    """
    session = access.session
    for _ in range(TRIES):
        entry_id, about = new_id(), Details(member_user_id=user_id)
        entry = access.caller.did(Act.MEMBER_REMOVED, access.tenant.id, entry_id, now, details=about)
        leaves = vacated(session, user_id, access.caller, entry_id + 1, now) if session else None
        try:
            removed = tenants.remove_member(access.tenant.id, user_id, leaves, session, entry)
        except SessionMoved as moved:
            session = moved.current
            continue
        if not removed:
            raise NotFound("member_not_found", "This tenant has no such member.")
        return
    raise Transient("Others keep changing this session; try again in a moment.")
