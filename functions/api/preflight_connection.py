"""GET /tenants/{tenantId}/preflight: does a Microsoft tenant exist, who is it, and can it be reached?

Asked before a connection is registered and before the customer is bothered. It needs no credential, and is the one
route that asks Microsoft anything.
"""

from onboarding.domain.access import Access, Role
from onboarding.parameters import PreflightQuery, TenantPath
from onboarding.rest import NoBody, Request, Response, ok, route
from onboarding.views.connections import PreflightView
from onboarding.wiring.discovery import discovery


@route(admits=Role.OPERATOR, query=PreflightQuery)
def handler(request: Request[TenantPath, PreflightQuery, NoBody], _access: Access) -> Response:
    """Show what Microsoft's public metadata say; 503 if Microsoft says nothing."""
    return ok(PreflightView.of(discovery().tenant(request.query.tenant)))
