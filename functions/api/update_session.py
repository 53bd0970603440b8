"""PATCH /tenants/{tenantId}/onboarding/session/{sessionId}: step, connection, assignment, lock, takeover, end."""

from onboarding import ids
from onboarding.domain.access import Access, Role
from onboarding.domain.editing import Edit
from onboarding.flows.update_session import update_session
from onboarding.parameters import NoQuery, SessionPath
from onboarding.rest import Request, Response, ok, route
from onboarding.views.sessions import SessionView
from onboarding.wiring import stores


@route(admits=Role.OPERATOR, path=SessionPath, body=Edit)
def handler(request: Request[SessionPath, NoQuery, Edit], access: Access) -> Response:
    """Edit the open session; `{}` is the heartbeat."""
    session = update_session(
        access,
        request.path.session_id,
        request.body,
        if_match=request.headers.get("if-match"),
        sessions=stores.sessions(),
        boards=stores.boards(),
        new_id=ids.new,
        lock_length=stores.settings().lock_length,
        watch_every=stores.settings().watch_every,
        now=request.received_at,
    )
    return ok(SessionView.of(session, request.received_at), etag=session.etag(request.received_at))
