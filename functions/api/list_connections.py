"""GET /tenants/{tenantId}/provider-connections: how a tenant can be reached, in the order of ids, page by page."""

from onboarding.cursor import List
from onboarding.domain.access import Access, Role
from onboarding.parameters import PageQuery, TenantPath
from onboarding.rest import NoBody, Request, Response, ok, route
from onboarding.views.connections import ListedConnectionView
from onboarding.wiring import stores


@route(admits=Role.READONLY, query=PageQuery)
def handler(request: Request[TenantPath, PageQuery, NoBody], access: Access) -> Response:
    """Show one page of the connections; only a missing `Link` means the end.

    Where a credential lies is the affair of whoever may register it.
    """
    query, pages = request.query, List(access.tenant.id, request.raw_path)
    page = stores.tenants().list_connections(access.tenant.id, limit=query.limit, after_id=pages.after(query.cursor))
    shown = [ListedConnectionView.listed(each, named=access.may_register) for each in page.connections]
    return ok(shown, link=pages.link(page.last_id, query.limit))
