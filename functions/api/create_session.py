"""POST /tenants/{tenantId}/onboarding/session: create the session, or resume the one that is open."""

from onboarding import ids
from onboarding.domain.access import Access, Role
from onboarding.flows.create_session import create_session
from onboarding.parameters import NoQuery, TenantPath
from onboarding.rest import NoBody, Request, Response, created, route
from onboarding.views.sessions import SessionView
from onboarding.wiring import stores


@route(admits=Role.OPERATOR)
def handler(request: Request[TenantPath, NoQuery, NoBody], access: Access) -> Response:
    """Open a session for the caller; 201 in either case, as the contract has it."""
    session, resumed = create_session(
        access,
        sessions=stores.sessions(),
        new_id=ids.new,
        lock_length=stores.settings().lock_length,
        now=request.received_at,
    )
    return created(
        SessionView.of(session, request.received_at),
        etag=session.etag(request.received_at),
        location=request.raw_path,
        session_resumed=str(resumed).lower(),
    )
