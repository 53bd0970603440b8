"""DELETE /tenants/{tenantId}/members/{userId}: take a user's role in a tenant away."""

from http import HTTPStatus

from onboarding import ids
from onboarding.domain.access import Access
from onboarding.flows.remove_member import remove_member
from onboarding.parameters import MemberPath, NoQuery
from onboarding.rest import REGISTRARS, NoBody, Request, Response, route
from onboarding.wiring import stores


@route(admits=REGISTRARS, path=MemberPath)
def handler(request: Request[MemberPath, NoQuery, NoBody], access: Access) -> Response:
    """Remove the member, who loses lock and assignment with it."""
    remove_member(access, request.path.user_id, tenants=stores.tenants(), new_id=ids.new, now=request.received_at)
    return Response(HTTPStatus.NO_CONTENT)
