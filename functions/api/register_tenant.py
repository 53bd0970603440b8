"""PUT /tenants/{tenantId}: register a tenant, or give it another name."""

from typing import Annotated

from pydantic import StringConstraints

from onboarding import ids
from onboarding.domain.access import Access
from onboarding.domain.model import Concept
from onboarding.flows.register_tenant import register_tenant
from onboarding.parameters import NoQuery, TenantPath
from onboarding.rest import PLATFORM, NoTenantYet, Request, Response, created, ok, route
from onboarding.views.tenants import TenantView
from onboarding.wiring import stores


class TenantDetails(Concept):
    """What the owning product registers about a tenant."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


@route(admits=PLATFORM, body=TenantDetails)
def handler(request: Request[TenantPath, NoQuery, TenantDetails], access: Access | NoTenantYet) -> Response:
    """Register the tenant; the same again changes nothing."""
    tenant_id, name = request.path.tenant_id, request.body.name
    shown = TenantView(id=tenant_id, name=name)
    known = isinstance(access, Access)
    register_tenant(
        access.caller,
        tenant_id,
        name,
        known=known,
        tenants=stores.tenants(),
        new_id=ids.new,
        now=request.received_at,
    )
    return ok(shown) if known else created(shown, location=request.raw_path)
