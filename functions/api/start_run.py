"""POST /tenants/{tenantId}/onboarding/tasks/{taskType}/runs: start a run, or return the one under way."""

import re

from onboarding import ids
from onboarding.domain.access import Access, Role
from onboarding.domain.catalogue import Task
from onboarding.errors import Refusal
from onboarding.flows.start_run import start_run
from onboarding.metrics import count_start
from onboarding.parameters import NoQuery, TaskPath
from onboarding.problems import invalid
from onboarding.rest import NoBody, Request, Response, created, route
from onboarding.storage.runs import IdempotencyKey
from onboarding.views.problems import FieldError
from onboarding.views.runs import RunLinkView
from onboarding.wiring import stores

_KEY = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]{0,62}[\x21-\x7e])?", re.ASCII)


@route(admits=Role.OPERATOR, path=TaskPath)
def handler(request: Request[TaskPath, NoQuery, NoBody], access: Access) -> Response:
    """Start a run in the tenant's guard; 201 with the run under way if there is one of the same."""
    key = _idempotency_key(request, access)
    task = Task.named(request.path.task_type)
    try:
        started = start_run(
            access,
            task,
            key=key,
            runs=stores.runs(),
            boards=stores.boards(),
            new_id=ids.new,
            deadlines=stores.settings().deadlines,
            now=request.received_at,
        )
    except Refusal as refused:
        count_start(refused.code)
        raise
    count_start("replayed" if started.replayed else "reused" if started.reused else "started")
    link = RunLinkView.of(access.tenant.id, started)
    return created(
        link,
        location=link.url,
        operation_reused=str(started.reused).lower(),
        idempotent_replayed="true" if started.replayed else None,
    )


def _idempotency_key(request: Request[TaskPath, NoQuery, NoBody], access: Access) -> IdempotencyKey | None:
    text = request.headers.get("idempotency-key")
    if text is None:
        return None
    if not _KEY.fullmatch(text):
        raise invalid(FieldError(field="Idempotency-Key", message="must be 1 to 64 printable ASCII characters"))
    return IdempotencyKey(access.user_id, text)
