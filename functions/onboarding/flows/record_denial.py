"""Record in a tenant's audit trail that a member was denied something."""

from collections.abc import Callable
from datetime import datetime

from onboarding.domain.access import Caller
from onboarding.domain.audit import Act, AuditEntry, Details
from onboarding.errors import Forbidden, Transient
from onboarding.storage.audit import AuditEntries, EntryTaken

TRIES = 3


def record_denial(
    denied: Forbidden,
    caller: Caller,
    tenant_id: int,
    route: str,
    *,
    audit_entries: AuditEntries,
    id_in_this_minute: Callable[[str], int],
    new_id: Callable[[], int],
    now: datetime,
) -> None:
    """Record that *caller*, a member, was *denied* what *route* does; the same again in one minute is told once.

    So nobody who asks and asks can bury the trail: there are only so many routes and members. The entry's id is of the
    minute's beginning, and `at` is the moment. A stranger's 404 is no denial: anybody with a token could fill the trail
    of a tenant that is not theirs.

    Raises:
        Transient: If DynamoDB did not take it.
    """
    about = Details(code=denied.code, route=route)
    entry = caller.did(
        Act.ACCESS_DENIED,
        tenant_id,
        id_in_this_minute(f"{caller.user_id} {denied.code} {route}"),
        now,
        details=about,
    )
    for _ in range(TRIES):
        try:
            audit_entries.record(entry)
        except EntryTaken as taken:
            if _is_the_same(taken.there, entry):
                return
            entry = entry.model_copy(update={"id": new_id()})
        else:
            return
    raise Transient("No id of an entry was free.")


def _is_the_same(there: AuditEntry | None, entry: AuditEntry) -> bool:
    """Tell whether both tell of one caller and one denial, whatever moment of the minute it was."""
    if there is None:
        return False
    return (there.act, there.by_user_id, there.details) == (entry.act, entry.by_user_id, entry.details)
