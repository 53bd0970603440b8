"""PUT /tenants/{tenantId}/members/{userId}: give a user a role in a tenant."""

from onboarding import ids
from onboarding.domain.access import Access, Member, Role
from onboarding.domain.model import Concept
from onboarding.flows.register_member import register_member
from onboarding.parameters import MemberPath, NoQuery
from onboarding.rest import REGISTRARS, Request, Response, ok, route
from onboarding.views.tenants import MemberView
from onboarding.wiring import stores


class MemberDetails(Concept):
    """What the owning product registers about a member."""

    role: Role


@route(admits=REGISTRARS, path=MemberPath, body=MemberDetails)
def handler(request: Request[MemberPath, NoQuery, MemberDetails], access: Access) -> Response:
    """Register the member; the same again changes nothing."""
    member = Member(tenant_id=access.tenant.id, user_id=request.path.user_id, role=request.body.role)
    register_member(access, member, tenants=stores.tenants(), new_id=ids.new, now=request.received_at)
    return ok(MemberView(tenant_id=member.tenant_id, user_id=member.user_id, role=member.role))
