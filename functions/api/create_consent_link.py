"""POST /tenants/{tenantId}/provider-connections/{connectionId}/consent-link: a link for the customer's consent."""

import secrets

from onboarding import ids
from onboarding.domain.access import Access, Role
from onboarding.flows.create_consent_link import create_consent_link
from onboarding.parameters import ConnectionPath, NoQuery
from onboarding.rest import NoBody, Request, Response, created, route
from onboarding.views.connections import ConsentLinkView
from onboarding.wiring import stores
from onboarding.wiring.consents import consents


@route(admits=Role.OPERATOR, path=ConnectionPath)
def handler(request: Request[ConnectionPath, NoQuery, NoBody], access: Access) -> Response:
    """Create a link that the operator sends to the customer; each is good for one consent."""
    link = create_consent_link(
        access,
        request.path.connection_id,
        consents=consents(),
        tenants=stores.tenants(),
        secret=secrets.token_urlsafe(32),
        redirect_uri=f"{request.own_url}/consent/callback",
        new_id=ids.new,
        now=request.received_at,
    )
    return created(ConsentLinkView(url=link.url, ends_at=link.ends_at))
