"""Every refusal that our document says a route has can be had from it.

What all routes refuse alike is tried on each of them in `test_contract.py`, and what storage refuses in
`test_storage_faults.py`. That no route refuses otherwise than the document says is demanded of every answer to any
test: `tests.calling.call` holds each against it.
"""

from collections.abc import Callable
from typing import Any

import pytest

from docs.openapi.document import OF_EVERY_ROUTE, OF_EVERY_TENANT, described, refusals_of
from tests.arranging import ADMIN, let_the_lock_expire, opened, started
from tests.calling import CLIENT, Answer, call, connection, register
from tests.deployment import Deployment

pytestmark = pytest.mark.parametrize("dynamodb", ["dynamodb_local"], indirect=True)

ALIKE = {*OF_EVERY_TENANT, *OF_EVERY_ROUTE, "role_insufficient"}
ANOTHER = "11111111-2222-4333-8444-666666666666"


@pytest.fixture(autouse=True)
def _registered(deployed: Deployment) -> None:
    assert deployed
    register()


def update(session_id: int, *, user: int = 1, if_match: str = "*", **edit: object) -> Answer:
    return call("update_session", user=user, sessionId=session_id, body=edit, headers={"If-Match": if_match})


def start(task: str = "rbac_check", **how: Any) -> Answer:
    return call("start_run", taskType=task, **how)


def closed() -> int:
    session_id = opened()
    assert update(session_id, status="abandoned").status == 200
    return session_id


def left_by(user: int, deployed: Deployment) -> int:
    session_id = opened(user=user)
    let_the_lock_expire(deployed)
    return session_id


def with_another_connection() -> int:
    call("register_connection", connectionId=102, body=connection(), **ADMIN)
    return opened()


def blocked_by_a_run(_: Deployment) -> Answer:
    session_id = with_another_connection()
    assert update(session_id, provider_connection_id=101).status == 200
    started("rbac_check")
    return update(session_id, provider_connection_id=102)


def with_a_used_key(_: Deployment) -> Answer:
    key = {"Idempotency-Key": "used"}
    assert start(headers=key).status == 201
    return start("license_check", headers=key)


def with_nothing_left_to_spend(deployed: Deployment) -> Answer:
    run_id = started("rbac_check")
    assert call("cancel_run", runId=run_id).status == 200
    deployed.dynamodb.update_item(
        TableName=deployed.tables.runs,
        Key={"tenant_id": {"N": "1"}, "entry": {"S": "board#guard"}},
        UpdateExpression="SET starts = :all",
        ExpressionAttributeValues={":all": {"N": "300"}},
    )
    return start()


def beside_a_sync(_: Deployment) -> Answer:
    started("initial_sync")
    return start()


def without_a_connection(_: Deployment) -> Answer:
    register(2, 201, 202)
    return start(tenant=2)


PROVOKED: dict[tuple[str, str], Callable[[Deployment], Answer]] = {
    ("update_session", "session_not_found"): lambda _: update(5),
    ("update_session", "session_closed"): lambda _: update(closed(), current_step=1),
    ("update_session", "lock_lost"): lambda _: update(opened(user=3)),
    ("update_session", "session_locked"): lambda _: update(opened(user=3), current_step=1),
    ("update_session", "takeover_forbidden"): lambda _: update(opened(), user=3, current_step=1, takeover=True),
    ("update_session", "abandon_forbidden"): lambda deployed: update(left_by(1, deployed), user=3, status="abandoned"),
    ("update_session", "assignment_forbidden"): lambda deployed: update(
        left_by(1, deployed), user=3, assigned_to_user_id=5
    ),
    ("update_session", "version_stale"): lambda _: update(opened(), current_step=1, if_match='"1.1.0"'),
    ("update_session", "connection_unknown"): lambda _: update(opened(), provider_connection_id=999),
    ("update_session", "assignee_not_eligible"): lambda _: update(opened(), assigned_to_user_id=4),
    ("update_session", "step_prerequisites_unmet"): lambda _: update(opened(), current_step=5),
    ("update_session", "run_blocked"): blocked_by_a_run,
    ("start_run", "task_type_unknown"): lambda _: start("alchemy"),
    ("start_run", "connection_missing"): without_a_connection,
    ("start_run", "idempotency_key_reused"): with_a_used_key,
    ("start_run", "run_blocked"): beside_a_sync,
    ("start_run", "run_budget_spent"): with_nothing_left_to_spend,
    ("get_run", "run_not_found"): lambda _: call("get_run", runId=5),
    ("cancel_run", "run_not_found"): lambda _: call("cancel_run", runId=5),
    ("compare_evidence", "evidence_not_found"): lambda _: call("compare_evidence", evidenceId=5),
    ("remove_member", "member_not_found"): lambda _: call("remove_member", userId=9, **ADMIN),
    ("create_consent_link", "connection_not_found"): lambda _: call("create_consent_link", connectionId=999),
    ("register_connection", "connection_fixed"): lambda _: call(
        "register_connection", connectionId=101, body=connection(ANOTHER, client_id=CLIENT), **ADMIN
    ),
}


@pytest.mark.parametrize("refusal", PROVOKED, ids=" ".join)
def test_a_refusal_that_the_document_tells_of_can_be_had(refusal: tuple[str, str], deployed: Deployment) -> None:
    answer = PROVOKED[refusal](deployed)

    assert answer.code == refusal[1]


def test_no_refusal_that_the_document_tells_of_is_left_out(deployed: Deployment) -> None:
    assert deployed
    assert PROVOKED.keys() == {(name, code) for name in described() for code in refusals_of(name) if code not in ALIKE}
