"""Register a provider connection, or change what may change of a registered one."""

from collections.abc import Callable
from datetime import datetime

from onboarding.domain.access import Access
from onboarding.domain.audit import Act, Details
from onboarding.domain.connection import ConnectionDetails
from onboarding.errors import Conflict, Transient
from onboarding.storage.audit import EntryTaken
from onboarding.storage.tenants import ConnectionFixed, Tenants

TRIES = 3


def register_connection(
    access: Access,
    connection_id: int,
    details: ConnectionDetails,
    *,
    tenants: Tenants,
    new_id: Callable[[], int],
    now: datetime,
) -> bool:
    """Register a connection as *details* say. Tell whether it is new.

    Raises:
        Conflict: `connection_fixed` if it is registered for another Entra tenant, client or cloud.
        Transient: If DynamoDB did not take it.
    """
    tenant_id, known = access.tenant.id, connection_id in access.tenant.connection_ids
    act = Act.CONNECTION_CHANGED if known else Act.CONNECTION_REGISTERED
    save = tenants.change_connection if known else tenants.register_connection
    for _ in range(TRIES):
        entry = access.caller.did(act, tenant_id, new_id(), now, details=Details(connection_id=connection_id))
        try:
            save(tenant_id, connection_id, details, entry)
        except EntryTaken:
            continue
        except ConnectionFixed:
            raise Conflict(
                "connection_fixed",
                "A connection's Entra tenant, client id and cloud never change; register a new connection.",
            ) from None
        else:
            return not known
    raise Transient("This tenant is busy; try again in a moment.")
