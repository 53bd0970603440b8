"""GET /tenants/{tenantId}/audit: who did what to the tenant, when and from where, newest first, page by page."""

from onboarding.cursor import List
from onboarding.domain.access import Access, Role
from onboarding.parameters import PageQuery, TenantPath
from onboarding.rest import NoBody, Request, Response, ok, route
from onboarding.views.audit import AuditEntryView
from onboarding.wiring import stores


@route(admits=Role.OWNER, query=PageQuery)
def handler(request: Request[TenantPath, PageQuery, NoBody], access: Access) -> Response:
    """Show one page of the audit trail; only a missing `Link` means the end."""
    query, pages = request.query, List(access.tenant.id, request.raw_path)
    page = stores.audit_entries().list(access.tenant.id, limit=query.limit, after_id=pages.after(query.cursor))
    return ok([AuditEntryView.of(entry) for entry in page.entries], link=pages.link(page.last_id, query.limit))
