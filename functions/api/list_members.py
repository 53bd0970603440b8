"""GET /tenants/{tenantId}/members: who is what in a tenant, in the order of ids, page by page."""

from onboarding.cursor import List
from onboarding.domain.access import Access, Role
from onboarding.parameters import PageQuery, TenantPath
from onboarding.rest import NoBody, Request, Response, ok, route
from onboarding.views.tenants import MemberView
from onboarding.wiring import stores


@route(admits=Role.READONLY, query=PageQuery)
def handler(request: Request[TenantPath, PageQuery, NoBody], access: Access) -> Response:
    """Show one page of the members; only a missing `Link` means the end."""
    query, pages = request.query, List(access.tenant.id, request.raw_path)
    page = stores.tenants().list_members(access.tenant.id, limit=query.limit, after_id=pages.after(query.cursor))
    shown = [MemberView(**member.model_dump()) for member in page.members]
    return ok(shown, link=pages.link(page.last_id, query.limit))
