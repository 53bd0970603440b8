"""Create a link over which a customer's administrator can consent."""

from datetime import datetime
from typing import NamedTuple

from onboarding.domain.access import Access
from onboarding.domain.consent import LIFE, ConsentRequest, State
from onboarding.errors import NotFound
from onboarding.graph.consent import admin_consent_url
from onboarding.storage.consents import Consents
from onboarding.storage.tenants import Tenants


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
    consents.ask(request, state)
    return ConsentLink(admin_consent_url(connection, redirect_uri, str(state)), request.ends_at)
