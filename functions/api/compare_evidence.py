"""GET /tenants/{tenantId}/onboarding/evidence/{evidenceId}/diff: what changed since the finding before."""

from onboarding.domain.access import Access, Role
from onboarding.domain.comparison import compared
from onboarding.errors import NotFound
from onboarding.parameters import EvidencePath, NoQuery
from onboarding.rest import NoBody, Request, Response, ok, route
from onboarding.views.evidence import EvidenceDiffView
from onboarding.wiring import stores


@route(admits=Role.READONLY, path=EvidencePath)
def handler(request: Request[EvidencePath, NoQuery, NoBody], access: Access) -> Response:
    """Compare a piece of evidence with the previous one of the same task and connection."""
    evidences = stores.evidences()
    evidence = evidences.get(access.tenant.id, request.path.evidence_id)
    if evidence is None:
        raise NotFound("evidence_not_found", "This tenant has no such evidence.")
    return ok(EvidenceDiffView.of(compared(evidence, evidences.before(evidence))))
