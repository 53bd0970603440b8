"""PUT /tenants/{tenantId}/provider-connections/{connectionId}: register how a Microsoft tenant is reached."""

from onboarding import ids
from onboarding.domain.access import Access
from onboarding.domain.connection import ConnectionDetails
from onboarding.flows.register_connection import register_connection
from onboarding.parameters import ConnectionPath, NoQuery
from onboarding.rest import REGISTRARS, Request, Response, created, ok, route
from onboarding.views.connections import ConnectionView
from onboarding.wiring import stores


@route(admits=REGISTRARS, path=ConnectionPath, body=ConnectionDetails)
def handler(request: Request[ConnectionPath, NoQuery, ConnectionDetails], access: Access) -> Response:
    """Register the connection; the same again changes nothing."""
    connection_id, details = request.path.connection_id, request.body
    new = register_connection(
        access, connection_id, details, tenants=stores.tenants(), new_id=ids.new, now=request.received_at
    )
    shown = ConnectionView.of(access.tenant.id, connection_id, details)
    return created(shown, location=request.raw_path) if new else ok(shown)
