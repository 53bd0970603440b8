"""Create a link over which a customer's administrator can consent."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from onboarding.domain.access import Access
from onboarding.domain.audit import Act, Details
from onboarding.domain.consent import LIFE, ConsentRequest, State
from onboarding.errors import NotFound, Transient
from onboarding.graph.consent import admin_consent_url
from onboarding.storage.audit import EntryTaken
from onboarding.storage.consents import Consents
from onboarding.storage.tenants import Tenants

TRIES = 3


class ConsentLink(NamedTuple):
    """The link, and when it ends."""

    url: str
    ends_at: datetime


def create_consent_link(
    access: Access,
    connection_id: int,
    *,
    consents: Consents,
    tenants: Tenants,
    secret: str,
    redirect_uri: str,
    new_id: Callable[[], int],
    now: datetime,
) -> ConsentLink:
    """Create a link for one consent over a connection; *secret* is random and proves, when it returns, that we asked.

    Raises:
        NotFound: `connection_not_found` if the tenant has no such connection.
        Transient: If DynamoDB did not take it.
    """
    if connection_id not in access.tenant.connection_ids:
        raise NotFound("connection_not_found", "This tenant has no such provider connection.")
    connection = tenants.connection(access.tenant.id, connection_id)
    state = State(access.tenant.id, connection_id, secret)
    request = ConsentRequest(
        tenant_id=access.tenant.id,
        connection_id=connection_id,
        requested_by_user_id=access.user_id,
        requested_at=now,
        ends_at=now + LIFE,
    )
    about = Details(connection_id=connection_id)
    for _ in range(TRIES):
        entry = access.caller.did(Act.CONSENT_LINK_CREATED, access.tenant.id, new_id(), now, details=about)
        try:
            consents.ask(request, state, entry)
        except EntryTaken:
            continue
        else:
            return ConsentLink(admin_consent_url(connection, redirect_uri, str(state)), request.ends_at)
    raise Transient("This tenant is busy; try again in a moment.")
