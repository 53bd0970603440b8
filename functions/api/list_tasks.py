"""GET /tenants/{tenantId}/onboarding/tasks: every task with its newest finding, in step order."""

from onboarding.domain.access import Access, Role
from onboarding.domain.board import summarise
from onboarding.parameters import NoQuery, TenantPath
from onboarding.rest import NoBody, Request, Response, ok, route
from onboarding.views.tasks import TaskView
from onboarding.wiring import stores


@route(admits=Role.READONLY)
def handler(request: Request[TenantPath, NoQuery, NoBody], access: Access) -> Response:
    """Show all tasks of the catalogue, for the connection in use."""
    board = stores.boards().get(access.tenant.id)
    return ok([TaskView.of(summary, request.received_at) for summary in summarise(board, access.connection_id)])
