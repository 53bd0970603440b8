"""GET /tenants/{tenantId}/onboarding/session: the open session, or null."""

from http import HTTPStatus

from onboarding.domain.access import Access, Role
from onboarding.domain.session import NO_SESSION_ETAG
from onboarding.parameters import NoQuery, TenantPath
from onboarding.rest import NoBody, Request, Response, is_known, ok, route
from onboarding.views.sessions import CurrentSessionView, SessionView


@route(admits=Role.READONLY)
def handler(request: Request[TenantPath, NoQuery, NoBody], access: Access) -> Response:
    """Show the open session; looking neither takes the lock nor renews it."""
    now, session = request.received_at, access.session
    etag = session.etag(now) if session else NO_SESSION_ETAG
    if is_known(etag, request.headers):
        return Response(HTTPStatus.NOT_MODIFIED, headers={"etag": etag})
    return ok(CurrentSessionView(session=SessionView.of(session, now) if session else None), etag=etag)
