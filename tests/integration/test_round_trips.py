"""What every route asks of DynamoDB, to the call and the item, as the data design's table of operations has it.

And that the template lets its function do so: no engine here checks rights, DynamoDB does.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from onboarding import clock
from onboarding.domain.catalogue import Kind, Task
from onboarding.domain.finding import Finding, FindingStatus
from onboarding.domain.reasons import ReasonCode
from onboarding.domain.run import RunStatus
from onboarding.ids import new as make_id
from onboarding.wiring import stores
from schedules.sweep import handler as sweep
from tests import events
from tests.arranging import (
    ADMIN,
    at_step,
    claimed,
    dated,
    found,
    let_the_lock_expire,
    let_the_worker_die,
    opened,
    run_entry,
    started,
)
from tests.arranging import (
    ended as ended_by_its_worker,
)
from tests.calling import Answer, call, connection, register
from tests.consenting import come_back, linked
from tests.deployment import Deployment
from tests.rights import lacking
from tests.wire import Call, Wire
from tests.working import Worker, register_examined

pytestmark = pytest.mark.parametrize("dynamodb", ["dynamodb_local"], indirect=True)

READ = "BatchGetItem of 3"
"""The access read: member, tenant and open session."""

GET_ONE = "BatchGetItem"
GUARD_AND_FINDING = "BatchGetItem of 2"
WATCHED = "BatchGetItem of 2"
"""A watch, and whether a session is open."""

BOARD = "BatchGetItem of 7"
"""The guard, and the newest finding of each probe."""

STANDING = "BatchGetItem of 3"
"""Where a connection stands: itself, tenant and open session."""


def shown(calls: list[Call]) -> list[str]:
    """Write *calls* down: each operation, with the number of its items where it has several."""
    return [f"{each.operation} of {each.items}" if each.items > 1 else each.operation for each in calls]


# ── The routes ───────────────────────────────────────────────────────────────────────────────────────────────────────


class Case(NamedTuple):
    """What is asked of a route once things are *arranged*, what comes of it and what that takes."""

    route: str
    name: str
    arrange: Callable[[Deployment, Wire], dict[str, Any]]
    status: int
    calls: list[str]


def rival(deployed: Deployment, wire: Wire, act: Callable[[], object]) -> Callable[[], None]:
    """Let *act* happen past the wire, so that only the calls of whom we look at are on record."""

    def run() -> None:
        deployed.configure(AWS_ENDPOINT_URL_DYNAMODB=wire.upstream)
        act()
        deployed.configure(AWS_ENDPOINT_URL_DYNAMODB=wire.url)

    return run


def nothing(_deployed: Deployment, _wire: Wire) -> dict[str, Any]:
    return {}


def arguments(**given: Any) -> Callable[[Deployment, Wire], dict[str, Any]]:
    return lambda _deployed, _wire: given


def at_verification(_deployed: Deployment, _wire: Wire) -> dict[str, Any]:
    at_step(3)
    return {}


def in_review(_deployed: Deployment, _wire: Wire) -> dict[str, Any]:
    at_step(5)
    return {}


def two_connections(_deployed: Deployment, _wire: Wire) -> dict[str, Any]:
    call("register_connection", connectionId=102, body=connection(), **ADMIN)
    return {}


def held_by_another(_deployed: Deployment, _wire: Wire) -> dict[str, Any]:
    opened()
    return {"user": 2}


def own_lock(_deployed: Deployment, _wire: Wire) -> dict[str, Any]:
    opened()
    return {}


def expired_lock(deployed: Deployment, _wire: Wire) -> dict[str, Any]:
    opened()
    let_the_lock_expire(deployed)
    return {"user": 2}


def lost_to_another(deployed: Deployment, wire: Wire) -> dict[str, Any]:
    wire.before(rival(deployed, wire, lambda: opened(user=2)), on="TransactWriteItems")
    return {}


def editing(body: dict[str, Any], *, step: int = 1, user: int = 1) -> Callable[[Deployment, Wire], dict[str, Any]]:
    def arrange(_deployed: Deployment, _wire: Wire) -> dict[str, Any]:
        return {"sessionId": at_step(step) if step > 1 else opened(), "body": body, "user": user}

    return arrange


def forwards(_deployed: Deployment, _wire: Wire) -> dict[str, Any]:
    session_id = opened()
    found("consent_status")
    return {"sessionId": session_id, "body": {"current_step": 3}}


def lost_race(body: dict[str, Any], *, on: str) -> Callable[[Deployment, Wire], dict[str, Any]]:
    def arrange(deployed: Deployment, wire: Wire) -> dict[str, Any]:
        session_id = opened()
        found("consent_status")
        takeover = {"takeover": True}
        act = rival(deployed, wire, lambda: call("update_session", sessionId=session_id, body=takeover, user=2))
        wire.before(act, on=on)
        return {"sessionId": session_id, "body": body}

    return arrange


def closed_session(_deployed: Deployment, _wire: Wire) -> dict[str, Any]:
    session_id = opened()
    call("update_session", sessionId=session_id, body={"status": "abandoned"})
    return {"sessionId": session_id, "body": {}}


def another_connection(_deployed: Deployment, _wire: Wire) -> dict[str, Any]:
    session_id = opened()
    call("register_connection", connectionId=102, body=connection(), **ADMIN)
    return {"sessionId": session_id, "body": {"provider_connection_id": 102}}


def another_connection_while_active(deployed: Deployment, wire: Wire) -> dict[str, Any]:
    given = another_connection(deployed, wire)
    started("rbac_check")
    return given


def everything_in_one(deployed: Deployment, wire: Wire) -> dict[str, Any]:
    given = another_connection(deployed, wire)
    body = {"provider_connection_id": 102, "assigned_to_user_id": 3, "takeover": True, "current_step": 1}
    return given | {"body": body, "user": 2}


def starting(task: str, *, active: str | None = None, key: str | None = None, again: bool = False) -> Any:
    def arrange(_deployed: Deployment, _wire: Wire) -> dict[str, Any]:
        given: dict[str, Any] = {"taskType": task, "headers": {"Idempotency-Key": key} if key else {}}
        if active:
            started(active)
        if again:
            assert call("start_run", **given).status == 201
        return given

    return arrange


def spent(deployed: Deployment, _wire: Wire) -> dict[str, Any]:
    deployed.configure(RUN_BUDGET="1")
    run_id = started("rbac_check")
    call("cancel_run", runId=run_id)
    return {"taskType": "rbac_check"}


def spent_long_ago(deployed: Deployment, wire: Wire) -> dict[str, Any]:
    given = spent(deployed, wire)
    dated(deployed, deployed.tables.runs, "board#guard", counted_since=-601)
    return given


def blocked_only_a_moment(deployed: Deployment, wire: Wire) -> dict[str, Any]:
    run_id = started("initial_sync")
    wire.before(rival(deployed, wire, lambda: call("cancel_run", runId=run_id)), on="GetItem")
    return {"taskType": "rbac_check"}


def queued(_deployed: Deployment, _wire: Wire) -> dict[str, Any]:
    return {"runId": started("rbac_check")}


def running(_deployed: Deployment, _wire: Wire) -> dict[str, Any]:
    return {"runId": claimed(started("rbac_check")).id}


def ended(_deployed: Deployment, _wire: Wire) -> dict[str, Any]:
    return {"runId": found("rbac_check").operation_run_id}


def evidence(_deployed: Deployment, _wire: Wire) -> dict[str, Any]:
    for _ in range(3):
        found("rbac_check")
    return {"query": "limit=2"}


def compared(_deployed: Deployment, _wire: Wire) -> dict[str, Any]:
    found("rbac_check")
    return {"evidenceId": found("rbac_check").id}


def oneself(deployed: Deployment, _wire: Wire) -> dict[str, Any]:
    session_id = opened()
    let_the_lock_expire(deployed)
    return {"sessionId": session_id, "body": {"assigned_to_user_id": 3}, "user": 3}


def member_with_lock(_deployed: Deployment, _wire: Wire) -> dict[str, Any]:
    opened(user=3)
    return {**ADMIN, "userId": 3, "body": {"role": "readonly"}}


def member_who_takes_the_lock(deployed: Deployment, wire: Wire) -> dict[str, Any]:
    session_id = opened()
    let_the_lock_expire(deployed)
    step = {"current_step": 1}
    act = rival(deployed, wire, lambda: call("update_session", user=3, sessionId=session_id, body=step))
    wire.before(act, on="TransactWriteItems")
    return {**ADMIN, "userId": 3, "body": {"role": "readonly"}}


def bodyless(arrange: Callable[[Deployment, Wire], dict[str, Any]]) -> Callable[[Deployment, Wire], dict[str, Any]]:
    return lambda deployed, wire: {name: value for name, value in arrange(deployed, wire).items() if name != "body"}


def completing_a_drifted_one(deployed: Deployment, wire: Wire) -> dict[str, Any]:
    given = editing({"status": "completed"}, step=5)(deployed, wire)
    dated(deployed, deployed.tables.sessions, "tenant", drifted_at=-60)
    return given


QUERY, GET, UPDATE, PUT, DELETE = "Query", "GetItem", "UpdateItem", "PutItem", "DeleteItem"
TWO, THREE, FOUR, FIVE, SIX, SEVEN = (f"TransactWriteItems of {n}" for n in (2, 3, 4, 5, 6, 7))
NINE = "TransactWriteItems of 9"

CASES = [
    Case("get_session", "none open", nothing, 200, [READ]),
    Case("get_session", "open", own_lock, 200, [READ]),
    Case("get_session", "a stranger", arguments(user=9), 404, [READ]),
    Case("get_session", "an unknown tenant", arguments(tenant=9), 404, [READ]),
    Case("get_session", "no token", arguments(anonymous=True), 401, []),
    Case("get_session", "malformed", arguments(tenant="x"), 400, []),
    Case("create_session", "none open", nothing, 201, [READ, TWO]),
    Case("create_session", "one's own lock", own_lock, 201, [READ]),
    Case("create_session", "another's lock", held_by_another, 201, [READ]),
    Case("create_session", "an expired lock", expired_lock, 201, [READ, UPDATE]),
    Case("create_session", "somebody was faster", lost_to_another, 201, [READ, TWO, GET]),
    Case("update_session", "heartbeat", editing({}), 200, [READ]),
    Case("update_session", "locked", editing({"current_step": 1}, user=3), 409, [READ]),
    Case("update_session", "step to 2", editing({"current_step": 2}), 200, [READ, QUERY, UPDATE]),
    Case("update_session", "forwards", forwards, 200, [READ, QUERY, UPDATE]),
    Case("update_session", "backwards", editing({"current_step": 1}, step=4), 200, [READ, UPDATE]),
    Case("update_session", "gates not met", editing({"current_step": 5}), 409, [READ, QUERY]),
    Case(
        "update_session",
        "a race lost on the way forwards",
        lost_race({"current_step": 3}, on="UpdateItem"),
        409,
        [READ, QUERY, UPDATE],
    ),
    Case("update_session", "handoff", editing({"assigned_to_user_id": 3}), 200, [READ, THREE]),
    Case("update_session", "assignment of oneself", oneself, 200, [READ, THREE]),
    Case("update_session", "unassignment", editing({"assigned_to_user_id": None}), 200, [READ, TWO]),
    Case("update_session", "not eligible", editing({"assigned_to_user_id": 9}), 422, [READ, THREE]),
    Case("update_session", "takeover", editing({"takeover": True}, user=2), 200, [READ, TWO]),
    Case(
        "update_session",
        "a race lost in a transaction",
        lost_race({"assigned_to_user_id": 3}, on="TransactWriteItems"),
        409,
        [READ, THREE, GET],
    ),
    Case("update_session", "change of connection", another_connection, 200, [READ, FOUR]),
    Case(
        "update_session",
        "change of connection while active",
        another_connection_while_active,
        409,
        [READ, FOUR, GET],
    ),
    Case("update_session", "takeover, handoff and change of connection in one", everything_in_one, 200, [READ, SEVEN]),
    Case("update_session", "a note", editing({"note": "Calls back.", "waiting_until": None}), 200, [READ, TWO]),
    Case("update_session", "a noted handoff", editing({"assigned_to_user_id": 3, "note": "Yours."}), 200, [READ, FOUR]),
    Case("update_session", "abandoned", editing({"status": "abandoned"}), 200, [READ, THREE]),
    Case("update_session", "completed", editing({"status": "completed"}, step=5), 200, [READ, QUERY, FIVE]),
    Case("update_session", "completed after it had drifted", completing_a_drifted_one, 200, [READ, QUERY, FIVE]),
    Case("update_session", "a closed one", closed_session, 409, [READ, GET]),
    Case("update_session", "one that never was", arguments(sessionId=5, body={}), 404, [READ, GET]),
    Case("list_tasks", "always", nothing, 200, [READ, QUERY]),
    Case("start_run", "nothing active", starting("rbac_check"), 201, [READ, TWO]),
    Case("start_run", "exclusive", starting("initial_sync"), 201, [READ, TWO]),
    Case("start_run", "with a key", starting("rbac_check", key="k"), 201, [READ, THREE]),
    Case("start_run", "reused", starting("rbac_check", active="rbac_check"), 201, [READ, TWO, GET]),
    Case(
        "start_run",
        "reused with a key",
        starting("rbac_check", active="rbac_check", key="k"),
        201,
        [READ, THREE, GET, PUT],
    ),
    Case("start_run", "replayed", starting("rbac_check", key="k", again=True), 201, [READ, THREE, GET]),
    Case("start_run", "blocked", starting("rbac_check", active="initial_sync"), 409, [READ, TWO, GET]),
    Case("start_run", "blocked for a moment", blocked_only_a_moment, 201, [READ, TWO, GET, TWO]),
    Case("start_run", "budget spent", spent, 429, [READ, TWO, GET]),
    Case("start_run", "the first of a new count", spent_long_ago, 201, [READ, TWO, GET, TWO]),
    Case("start_run", "unknown task", starting("no_such_task"), 404, [READ]),
    Case("list_sessions", "none", nothing, 200, [READ, QUERY]),
    Case("list_sessions", "open and closed", own_lock, 200, [READ, QUERY]),
    Case("list_my_sessions", "of nobody's tenants", arguments(user=9), 200, [QUERY]),
    Case("list_my_sessions", "no session open", nothing, 200, [QUERY, READ, GET_ONE, GET_ONE]),
    Case("list_my_sessions", "in its verification", at_verification, 200, [QUERY, READ, "BatchGetItem of 6", GET_ONE]),
    Case("list_my_sessions", "in its review", in_review, 200, [QUERY, READ, "BatchGetItem of 8", GET_ONE]),
    Case("list_my_sessions", "no connection in use", two_connections, 200, [QUERY, READ, GET_ONE]),
    Case("list_members", "a page", arguments(query="limit=2"), 200, [READ, QUERY]),
    Case("list_connections", "a page", arguments(user=4), 200, [READ, QUERY]),
    Case("get_run", "there", queued, 200, [READ, GET]),
    Case("get_run", "not there", arguments(runId=5), 404, [READ, GET]),
    Case("cancel_run", "queued", queued, 200, [READ, GET, TWO]),
    Case("cancel_run", "running", running, 200, [READ, GET, UPDATE]),
    Case("cancel_run", "ended", ended, 200, [READ, GET]),
    Case("list_evidence", "a page", evidence, 200, [READ, QUERY]),
    Case("list_evidence", "of one task", arguments(query="taskType=rbac_check"), 200, [READ, QUERY]),
    Case("compare_evidence", "with the one before", compared, 200, [READ, GET, QUERY]),
    Case("compare_evidence", "not there", arguments(evidenceId=5), 404, [READ, GET]),
    Case("register_tenant", "new", arguments(**ADMIN, tenant=9, body={"name": "Nine"}), 201, [READ, THREE]),
    Case("register_tenant", "renamed", arguments(**ADMIN, body={"name": "One"}), 200, [READ, TWO]),
    Case("register_tenant", "the same again", arguments(**ADMIN, body={"name": "Tenant 1"}), 200, [READ, TWO]),
    Case("register_member", "operator", arguments(**ADMIN, userId=9, body={"role": "operator"}), 200, [READ, TWO]),
    Case("register_member", "the same", arguments(**ADMIN, userId=3, body={"role": "operator"}), 200, [READ, TWO]),
    Case("register_member", "reader", arguments(**ADMIN, userId=9, body={"role": "readonly"}), 200, [READ, THREE]),
    Case("register_member", "who held the lock", member_with_lock, 200, [READ, FOUR]),
    Case("register_member", "who takes the lock meanwhile", member_who_takes_the_lock, 200, [READ, THREE, GET, FOUR]),
    Case("remove_member", "there", arguments(**ADMIN, userId=5), 204, [READ, THREE]),
    Case("remove_member", "not there", arguments(**ADMIN, userId=9), 404, [READ, THREE]),
    Case("remove_member", "who held the lock", bodyless(member_with_lock), 204, [READ, FOUR]),
    Case("remove_member", "who takes the lock", bodyless(member_who_takes_the_lock), 204, [READ, THREE, GET, FOUR]),
    Case("register_connection", "new", arguments(**ADMIN, connectionId=102, body=connection()), 201, [READ, THREE]),
    Case(
        "register_connection",
        "changed",
        arguments(**ADMIN, connectionId=101, body=connection(expected_domain="contoso.example")),
        200,
        [READ, TWO],
    ),
    Case(
        "register_connection",
        "the same again",
        arguments(**ADMIN, connectionId=101, body=connection()),
        200,
        [READ, TWO, GET],
    ),
    Case("list_audit", "a page", arguments(query="limit=2"), 200, [READ, QUERY]),
    Case("list_audit", "by a manager", arguments(user=2), 403, [READ, PUT]),
    Case("list_audit", "by a stranger", arguments(user=9), 404, [READ]),
    Case("create_session", "by a reader", arguments(user=4), 403, [READ, PUT]),
    Case("update_session", "takeover by an operator", editing({"takeover": True}, user=3), 403, [READ, PUT]),
    Case("start_run", "by a reader", arguments(taskType="rbac_check", user=4), 403, [READ, PUT]),
    Case("cancel_run", "by a reader", arguments(runId=5, user=4), 403, [READ, PUT]),
    Case("preflight_connection", "by a reader", arguments(query="tenant=contoso.example", user=4), 403, [READ, PUT]),
    Case("preflight_connection", "by a stranger", arguments(query="tenant=contoso.example", user=9), 404, [READ]),
    Case("create_consent_link", "always", arguments(connectionId=101), 201, [READ, GET, TWO]),
    Case("create_consent_link", "no such connection", arguments(connectionId=9), 404, [READ]),
    Case("create_consent_link", "by a reader", arguments(connectionId=101, user=4), 403, [READ, PUT]),
    Case("register_tenant", "by an owner", arguments(body={"name": "One"}), 403, [READ, PUT]),
    Case("register_member", "by a manager", arguments(userId=9, body={"role": "owner"}, user=2), 403, [READ, PUT]),
    Case("remove_member", "by a manager", arguments(userId=5, user=2), 403, [READ, PUT]),
    Case("register_connection", "by a manager", arguments(connectionId=101, body={}, user=2), 403, [READ, PUT]),
]


def ids(case: Case) -> str:
    return f"{case.route}: {case.name}"


def performed(case: Case, deployed: Deployment, wire: Wire) -> tuple[Answer, list[Call]]:
    """Arrange *case*, then ask; give the answer and the calls it took, a rival's left out."""
    register()
    given = case.arrange(deployed, wire)
    del wire.calls[:]
    answer = call(case.route, **given)
    return answer, list(wire.calls)


@pytest.mark.parametrize("case", CASES, ids=ids)
def test_a_route_asks_dynamodb_exactly_what_the_design_says(case: Case, deployed: Deployment, wire: Wire) -> None:
    answer, calls = performed(case, deployed, wire)

    assert answer.status == case.status, answer
    assert shown(calls) == case.calls
    assert lacking(case.route, calls, deployed) == set()


def test_list_tasks_does_not_grow_with_history(deployed: Deployment, wire: Wire) -> None:
    register()
    found("rbac_check")
    few = call("list_tasks")
    for _ in range(20):
        found("rbac_check")
    del wire.calls[:]

    many = call("list_tasks")

    assert deployed
    assert shown(wire.calls) == [READ, QUERY]
    assert len(str(many.body)) == len(str(few.body))


# ── The workers and the sweep ────────────────────────────────────────────────────────────────────────────────────────


def test_a_probe_takes_a_claim_a_connection_and_an_end(
    worker: Worker, secret_arn: str, deployed: Deployment, wire: Wire
) -> None:
    register_examined(secret_arn)
    run_id = started("rbac_check")
    del wire.calls[:]

    worker.work(run_id, kind=Kind.PROBE)

    assert shown(wire.calls) == [UPDATE, GET, FOUR]
    assert lacking("execute_probe", wire.calls, deployed) == set()


def test_a_duplicate_takes_one_refused_claim(worker: Worker, secret_arn: str, deployed: Deployment, wire: Wire) -> None:
    register_examined(secret_arn)
    run_id = started("rbac_check")
    worker.work(run_id, kind=Kind.PROBE)
    del wire.calls[:]

    worker.work(run_id, kind=Kind.PROBE)

    assert deployed
    assert shown(wire.calls) == [UPDATE]


@pytest.mark.parametrize(("task", "function"), [("rbac_check", "execute_probe"), ("initial_sync", "execute_sync")])
def test_a_run_whose_cancel_comes_last_takes_a_look_and_an_end_more(
    worker: Worker, secret_arn: str, deployed: Deployment, wire: Wire, task: str, function: str
) -> None:
    register_examined(secret_arn)
    run_id = started(task)
    kind = Task(task).spec.kind
    del wire.calls[:]
    wire.before(rival(deployed, wire, lambda: call("cancel_run", runId=run_id)), on="TransactWriteItems")

    assert worker.work(run_id, kind=kind) == ["cancelled"]

    assert shown(wire.calls)[-3:] == [FOUR, GET, TWO]
    assert lacking(function, wire.calls, deployed) == set()


def test_a_sync_takes_one_write_a_page_beside(
    worker: Worker, secret_arn: str, deployed: Deployment, wire: Wire
) -> None:
    register_examined(secret_arn)
    run_id = started("initial_sync")
    del wire.calls[:]

    worker.work(run_id, kind=Kind.EXCLUSIVE)

    assert shown(wire.calls) == [UPDATE, GET, *[UPDATE] * 6, FOUR]
    assert lacking("execute_sync", wire.calls, deployed) == set()


def test_a_consent_takes_a_look_at_its_link_and_one_transaction(deployed: Deployment, wire: Wire) -> None:
    register()
    opened()
    state = linked()
    del wire.calls[:]

    come_back(state)

    assert shown(wire.calls) == ["BatchGetItem of 4", SIX]
    assert lacking("record_consent", wire.calls, deployed) == set()
    del wire.calls[:]

    come_back(state)

    assert shown(wire.calls) == ["BatchGetItem of 4"]


def test_a_consent_that_has_to_be_looked_for_later_takes_both_twice(deployed: Deployment, wire: Wire) -> None:
    register()
    started("initial_sync")
    state = linked()
    del wire.calls[:]

    come_back(state)

    assert shown(wire.calls) == ["BatchGetItem of 4", SIX, "BatchGetItem of 4", FIVE]
    assert lacking("record_consent", wire.calls, deployed) == set()


def test_a_consent_over_a_connection_that_is_not_in_use_takes_four_items(deployed: Deployment, wire: Wire) -> None:
    register(1, 101, 102)
    state = linked()
    del wire.calls[:]

    come_back(state)

    assert shown(wire.calls) == ["BatchGetItem of 4", FOUR]
    assert lacking("record_consent", wire.calls, deployed) == set()


def due_session(deployed: Deployment) -> None:
    opened()
    dated(deployed, deployed.tables.sessions, "open", updated_at=-(31 * 24 * 3600), due_at=-1, locked_until=-1)


def put_off_session(deployed: Deployment) -> None:
    due_session(deployed)
    dated(deployed, deployed.tables.sessions, "open", locked_until=600)


def unclaimed_run(deployed: Deployment) -> None:
    dated(deployed, deployed.tables.runs, run_entry(started("rbac_check")), outbox=-4000, due_at=-1)


def dead_worker(deployed: Deployment) -> None:
    run_id = started("rbac_check")
    claimed(run_id)
    let_the_worker_die(deployed, run_id)


def cancelled_and_dead(deployed: Deployment) -> None:
    run_id = started("rbac_check")
    claimed(run_id)
    call("cancel_run", runId=run_id)
    let_the_worker_die(deployed, run_id)


def overdue_run(deployed: Deployment) -> None:
    dated(deployed, deployed.tables.runs, run_entry(started("rbac_check")), deadline=-1, due_at=-1)


def propagating_consent(deployed: Deployment) -> None:
    opened()
    dated(deployed, deployed.tables.sessions, "connection#0000000000000101", consented_at=-300)
    finding = Finding.because(FindingStatus.WARN, ReasonCode.CONSENT_PROPAGATING)
    run, now = claimed(started("consent_status")), clock.now()
    stores.runs().end(run, RunStatus.SUCCEEDED, finding, make_id(), now, recheck_at=now)


def propagating_consent_in_the_way_of_which_is_something(deployed: Deployment) -> None:
    propagating_consent(deployed)
    started("initial_sync")


def left_look(deployed: Deployment) -> None:
    run_id = started("initial_sync")
    opened()
    come_back(linked())
    dated(deployed, deployed.tables.runs, "look#0000000000000101", due_at=-1)
    call("cancel_run", runId=run_id)


def left_look_in_the_way_of_which_is_something(deployed: Deployment) -> None:
    left_look(deployed)
    started("initial_sync")


def left_look_at_what_is_out_of_use(deployed: Deployment) -> None:
    left_look(deployed)
    call("register_connection", connectionId=102, body=connection())
    assert call("update_session", sessionId=opened(), body={"provider_connection_id": 102}).status == 200


def due_watch(deployed: Deployment) -> None:
    assert call("update_session", sessionId=at_step(5), body={"status": "completed"}).status == 200
    dated(deployed, deployed.tables.sessions, "watch", due_at=-1)


def due_watch_while_people_are_at_it(deployed: Deployment) -> None:
    due_watch(deployed)
    opened()


def due_watch_in_the_way_of_which_is_something(deployed: Deployment) -> None:
    due_watch(deployed)
    started("initial_sync")


def round_under_way(deployed: Deployment) -> None:
    due_watch(deployed)
    sweep(events.schedule(), events.Context())
    dated(deployed, deployed.tables.sessions, "watch", due_at=-1)


def round_that_found(*worse: str) -> Callable[[Deployment], None]:
    def arrange(deployed: Deployment) -> None:
        round_under_way(deployed)
        bad = Finding.because(FindingStatus.FAIL, ReasonCode.PERMISSION_MISSING)
        for task, run in stores.boards().guard(1).active.items():
            ended_by_its_worker(claimed(run.run_id), bad if task.value in worse else None)

    return arrange


@pytest.mark.parametrize(
    ("arrange", "calls"),
    [
        (due_watch, [WATCHED, NINE]),
        (due_watch_while_people_are_at_it, [WATCHED, UPDATE]),
        (due_watch_in_the_way_of_which_is_something, [WATCHED, NINE, UPDATE]),
        (round_under_way, [WATCHED, BOARD, UPDATE]),
        (round_that_found(), [WATCHED, BOARD, TWO]),
        (round_that_found("rbac_check"), [WATCHED, BOARD, FOUR]),
        (round_that_found("rbac_check", "license_check"), [WATCHED, BOARD, FIVE]),
        (due_session, [GET, GET, FOUR]),
        (put_off_session, [GET, GET, UPDATE]),
        (unclaimed_run, [GET, UPDATE]),
        (dead_worker, [GET, UPDATE]),
        (cancelled_and_dead, [GET, TWO]),
        (overdue_run, [GET, FOUR]),
        (propagating_consent, [GUARD_AND_FINDING, STANDING, FOUR]),
        (propagating_consent_in_the_way_of_which_is_something, [GUARD_AND_FINDING, UPDATE]),
        (left_look, [STANDING, FOUR]),
        (left_look_in_the_way_of_which_is_something, [STANDING, FOUR, UPDATE]),
        (left_look_at_what_is_out_of_use, [STANDING, DELETE]),
    ],
)
def test_the_sweep_asks_each_shard_and_then_only_for_what_is_due(
    arrange: Callable[[Deployment], None], calls: list[str], deployed: Deployment, wire: Wire
) -> None:
    register()
    arrange(deployed)
    del wire.calls[:]

    sweep(events.schedule(), events.Context())

    assert [each for each in shown(wire.calls) if each != QUERY] == calls
    assert wire.count(QUERY) == 8
    assert lacking("sweep", wire.calls, deployed) == set()
    assert lacking("sweep", wire.calls, deployed) == set()
