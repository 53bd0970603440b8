"""GET /tenants/{tenantId}/onboarding/evidence: what the tenant's runs found, newest first, page by page."""

from onboarding.cursor import List
from onboarding.domain.access import Access, Role
from onboarding.parameters import EvidenceQuery, TenantPath
from onboarding.rest import NoBody, Request, Response, ok, route
from onboarding.views.evidence import EvidenceView
from onboarding.wiring import stores


@route(admits=Role.READONLY, query=EvidenceQuery)
def handler(request: Request[TenantPath, EvidenceQuery, NoBody], access: Access) -> Response:
    """Show one page of the evidence; only a missing `Link` means the end."""
    query = request.query
    pages = List(access.tenant.id, request.raw_path, query.filters)
    page = stores.evidences().list(
        access.tenant.id, query.task_type, limit=query.limit, after_id=pages.after(query.cursor)
    )
    return ok([EvidenceView.of(piece) for piece in page.pieces], link=pages.link(page.last_id, query.limit))
