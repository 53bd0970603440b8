"""GET /onboarding/sessions: the caller's queue: each tenant that they are a member of, and who acts next there."""

from onboarding.cursor import List
from onboarding.domain.access import Caller
from onboarding.domain.acting import tasks_that_tell
from onboarding.parameters import NoPath, QueueQuery
from onboarding.rest import NoBody, Request, Response, ok, route_of_caller
from onboarding.views.queued_tenants import QueuedTenantView
from onboarding.wiring import stores


@route_of_caller(query=QueueQuery)
def handler(request: Request[NoPath, QueueQuery, NoBody], caller: Caller) -> Response:
    """Show one page of the queue, in the order of the tenants' ids; only a missing `Link` means the end.

    A page holds fewer tenants than were proposed where the caller is a member no more.
    """
    now, limit = request.received_at, request.query.limit
    pages = List(caller.user_id, request.raw_path, of_user=True)
    tenants = stores.tenants()
    page = tenants.list_of_user(caller.user_id, limit=limit, after_id=pages.after(request.query.cursor))
    accesses = tenants.accesses(page.tenant_ids, caller)
    boards = stores.boards().of_several({each.tenant.id: tasks_that_tell(each.session) for each in accesses})
    in_use = tenants.connections({each.tenant.id: each.connection_id for each in accesses if each.connection_id})
    shown = [QueuedTenantView.of(each, boards[each.tenant.id], in_use.get(each.tenant.id), now) for each in accesses]
    return ok(shown, link=pages.link(page.last_id, limit))
