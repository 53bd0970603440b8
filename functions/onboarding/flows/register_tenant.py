"""Register a tenant, or give a registered one another name."""

from collections.abc import Callable
from datetime import datetime

from onboarding.domain.access import Caller
from onboarding.domain.audit import Act
from onboarding.errors import Transient
from onboarding.storage.audit import EntryTaken
from onboarding.storage.tenants import Tenants

TRIES = 3


def register_tenant(
    caller: Caller,
    tenant_id: int,
    name: str,
    *,
    known: bool,
    tenants: Tenants,
    new_id: Callable[[], int],
    now: datetime,
) -> None:
    """Register a tenant as *name*; one that is *known* to be registered gets that name. The same changes nothing.

    Raises:
        Transient: If DynamoDB did not take it.
    """
    act, save = (Act.TENANT_RENAMED, tenants.rename) if known else (Act.TENANT_REGISTERED, tenants.register)
    for _ in range(TRIES):
        try:
            save(tenant_id, name, caller.did(act, tenant_id, new_id(), now))
        except EntryTaken:
            continue
        else:
            return
    raise Transient("This tenant is busy; try again in a moment.")
