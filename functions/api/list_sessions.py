"""GET /tenants/{tenantId}/onboarding/sessions: all sessions of a tenant, newest first, page by page."""

from onboarding.cursor import List
from onboarding.domain.access import Access, Role
from onboarding.parameters import PageQuery, TenantPath
from onboarding.rest import NoBody, Request, Response, ok, route
from onboarding.storage.sessions import ClosedSessions
from onboarding.views.sessions import SessionView
from onboarding.wiring import stores


@route(admits=Role.READONLY, query=PageQuery)
def handler(request: Request[TenantPath, PageQuery, NoBody], access: Access) -> Response:
    """Show one page of the sessions. The open one is the newest, so it leads the first page."""
    limit, pages = request.query.limit, List(access.tenant.id, request.raw_path)
    after_id = pages.after(request.query.cursor)
    leading = [access.session] if access.session and after_id is None else []
    if leading:
        after_id = leading[0].id  # should it be closed meanwhile, it is not shown twice
    room = limit - len(leading)
    if room:
        page = stores.sessions().list_closed(access.tenant.id, limit=room, after_id=after_id)
    else:
        page = ClosedSessions([], after_id)
    shown = [SessionView.of(session, request.received_at) for session in (*leading, *page.sessions)]
    return ok(shown, link=pages.link(page.last_id, limit))
