"""GET /tenants/{tenantId}/onboarding/runs/{runId}: how a run goes, and what it found."""

from onboarding.domain.access import Access, Role
from onboarding.errors import NotFound
from onboarding.parameters import NoQuery, RunPath
from onboarding.rest import NoBody, Request, Response, ok, route
from onboarding.views.runs import RunView
from onboarding.wiring import stores


@route(admits=Role.READONLY, path=RunPath)
def handler(request: Request[RunPath, NoQuery, NoBody], access: Access) -> Response:
    """Show a run; while it is active, say when to look again."""
    run = stores.runs().get(access.tenant.id, request.path.run_id)
    if run is None:
        raise NotFound("run_not_found", "This tenant has no such run.")
    return ok(RunView.of(run), retry_after="2" if run.status.is_active else None)
