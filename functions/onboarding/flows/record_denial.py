"""Record in a tenant's audit trail that a member was denied something."""

from collections.abc import Callable
from datetime import datetime

from onboarding.domain.access import Caller
from onboarding.domain.audit import Act, Details
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
    new_id: Callable[[], int],
    now: datetime,
) -> None:
    """Record that *caller*, a member, was *denied* what *route* does.

    A stranger's 404 is nothing of the kind: anybody with a token could fill the trail of a tenant that is not theirs.

    Raises:
        Transient: If DynamoDB did not take it.
    """
    about = Details(code=denied.code, route=route)
    for _ in range(TRIES):
        try:
            audit_entries.record(caller.did(Act.ACCESS_DENIED, tenant_id, new_id(), now, details=about))
        except EntryTaken:
            continue
        else:
            return
    raise Transient("No id of an entry was free.")
