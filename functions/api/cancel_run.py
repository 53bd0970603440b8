"""POST /tenants/{tenantId}/onboarding/runs/{runId}/cancel: cancel a run, at once or at its next checkpoint."""

from onboarding.domain.access import Access, Role
from onboarding.flows.cancel_run import cancel_run
from onboarding.parameters import NoQuery, RunPath
from onboarding.rest import NoBody, Request, Response, ok, route
from onboarding.views.runs import RunView
from onboarding.wiring import stores


@route(admits=Role.OPERATOR, path=RunPath)
def handler(request: Request[RunPath, NoQuery, NoBody], access: Access) -> Response:
    """Cancel a run and show it as it is now; a run that has ended stays as it is."""
    run = cancel_run(access.tenant.id, request.path.run_id, runs=stores.runs(), now=request.received_at)
    return ok(RunView.of(run), retry_after="2" if run.status.is_active else None)
