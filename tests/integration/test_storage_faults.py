"""What DynamoDB says when it cannot answer is never mistaken for a refusal, and never for a bug."""

from collections.abc import Callable
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from pydynox.pydynox_core import DynamoDBClient, PydynoxException

from onboarding import clock, ids
from onboarding.domain.access import Caller
from onboarding.domain.audit import Act
from onboarding.domain.lock import Lock
from onboarding.domain.session import opened as session_opened
from onboarding.errors import Transient
from onboarding.storage.dynamo import PATIENCE, TRIES, ConditionFailed, Dynamo, Put, TransactionRefused, Update
from onboarding.storage.sessions import SessionMoved
from onboarding.wiring import stores
from tests import wire as faults
from tests.arranging import ADMIN, acts_told, claimed, entries, let_the_worker_die, opened, started, stored, told_of
from tests.calling import call, register
from tests.deployment import Deployment
from tests.matching import a_problem, a_run, a_session
from tests.wire import FOR_EVER, Fault, Wire

pytestmark = pytest.mark.parametrize("dynamodb", ["dynamodb_local"], indirect=True)

KEY = {"tenant_id": 1, "entry": "open"}
OTHER = {"tenant_id": 1, "entry": "tenant"}


def proxy_error(status: int) -> Fault:
    """Answer as something between us and DynamoDB does: with a status, and not in DynamoDB's words."""
    return Fault(applied=False, status=status)


PASSING = {
    "conflict": faults.conflict(),
    "throughput used up": faults.throttled(),
    "throttled": faults.refused("ThrottlingException", "Rate of requests exceeds the allowed throughput."),
    "account limit": faults.refused("RequestLimitExceeded", "Throughput exceeds the current limit for your account."),
    "500": faults.broken(),
    "500 as 400": faults.refused("InternalServerError", "Internal server error"),
    "503": Fault(applied=False, status=503, body={"__type": "ServiceUnavailable", "message": "Service Unavailable"}),
    "a proxy's 500": proxy_error(500),
    "a proxy's 502": proxy_error(502),
    "a proxy's 503": proxy_error(503),
    "dropped": faults.dropped(),
    "reply lost": faults.reply_lost(),
}

PASSING_IN_TRANSACTIONS = {
    "conflict with another": faults.cancelled("TransactionConflict", None),
    "throttled item": faults.cancelled(None, "ThrottlingError"),
    "throughput of an item used up": faults.cancelled("ProvisionedThroughputExceeded", None),
    "its own first try under way": faults.refused(
        "TransactionInProgressException", "The transaction with the given request token is already in progress."
    ),
}


@pytest.fixture
def pauses() -> list[float]:
    """Seconds that were to be waited, one for each wait."""
    return []


@pytest.fixture
def dynamo(deployed: Deployment, pauses: list[float]) -> Dynamo:
    """The real thing, over the wire; only nobody waits, and a busy machine takes no tries away and adds none."""
    assert deployed
    return Dynamo(DynamoDBClient(max_retries=1), pause=pauses.append, seconds=lambda: 0.0)


def operations(dynamo: Dynamo, table: str) -> dict[str, Callable[[], object]]:
    """Give every operation there is, on *table*."""
    return {
        "get": lambda: dynamo.get(table, KEY),
        "get_several": lambda: dynamo.get_several(table, [KEY, OTHER]),
        "query": lambda: dynamo.query(table, "#tenant_id = :t", {":t": 1}),
        "put": lambda: dynamo.put(Put(table, KEY)),
        "update": lambda: dynamo.update(Update(table, KEY, "SET #a = :a", values={":a": 1})),
        "transact": lambda: dynamo.transact(Put(table, KEY), Put(table, OTHER)),
    }


def test_what_passes_is_tried_again_and_ends_as_transient(
    wire: Wire, dynamo: Dynamo, deployed: Deployment, pauses: list[float], subtests: pytest.Subtests
) -> None:
    for (name, ask), (about, fault) in product(operations(dynamo, deployed.tables.sessions).items(), PASSING.items()):
        with subtests.test(name, about=about):
            pauses.clear()
            wire.reset()
            wire.fail(fault, times=FOR_EVER)

            with pytest.raises(Transient) as refused:
                ask()

            assert refused.value.retry_after == 1
            assert len(wire.calls) == TRIES
            assert len(pauses) == TRIES - 1


@pytest.mark.parametrize("fault", PASSING_IN_TRANSACTIONS.values(), ids=PASSING_IN_TRANSACTIONS)
def test_a_transaction_that_only_met_others_is_tried_again_and_ends_as_transient(
    wire: Wire, dynamo: Dynamo, deployed: Deployment, fault: Fault
) -> None:
    wire.fail(fault, times=FOR_EVER)

    with pytest.raises(Transient):
        operations(dynamo, deployed.tables.sessions)["transact"]()

    assert len(wire.calls) == TRIES


def test_what_has_passed_is_as_if_it_had_never_been(
    wire: Wire, dynamo: Dynamo, deployed: Deployment, subtests: pytest.Subtests
) -> None:
    for (name, ask), (about, fault) in product(operations(dynamo, deployed.tables.sessions).items(), PASSING.items()):
        with subtests.test(name, about=about):
            wire.reset()
            wire.fail(fault)

            ask()

            assert len(wire.calls) == 2


@pytest.mark.parametrize("name", ["put", "update", "transact"])
@pytest.mark.parametrize(
    "fault",
    [
        faults.refused("ValidationException", "One or more parameter values were invalid"),
        faults.refused("AccessDeniedException", "User is not authorized to perform this"),
        faults.refused("ResourceNotFoundException", "Requested resource not found"),
    ],
)
def test_what_does_not_pass_is_a_bug_at_once(
    wire: Wire, dynamo: Dynamo, deployed: Deployment, name: str, fault: Fault
) -> None:
    wire.fail(fault, times=FOR_EVER)

    with pytest.raises(PydynoxException):
        operations(dynamo, deployed.tables.sessions)[name]()

    assert len(wire.calls) == 1


def test_keys_that_are_left_out_each_time_are_no_items_that_are_not_there(wire: Wire, deployed: Deployment) -> None:
    # The client itself asks for them until our patience is over, each time.
    once = Dynamo(DynamoDBClient(max_retries=1), seconds=iter([0.0, PATIENCE]).__next__)
    left_out = {"Keys": [{"tenant_id": {"N": "1"}, "entry": {"S": "open"}}], "ConsistentRead": True}
    answer = {"Responses": {}, "UnprocessedKeys": {deployed.tables.sessions: left_out}}
    wire.fail(Fault(applied=False, status=200, body=answer), times=FOR_EVER)

    with pytest.raises(Transient):
        once.get_several(deployed.tables.sessions, [KEY])


def test_whoever_waits_hears_of_it_in_time_when_every_try_is_slow(wire: Wire, deployed: Deployment) -> None:
    seconds = iter([0.0, PATIENCE / 2, PATIENCE, 99.0])
    slow = Dynamo(DynamoDBClient(max_retries=1), pause=lambda _seconds: None, seconds=lambda: next(seconds))
    wire.fail(faults.broken(), times=FOR_EVER)

    with pytest.raises(Transient):
        slow.get(deployed.tables.sessions, KEY)

    assert len(wire.calls) == 2


def test_the_pauses_grow_and_are_drawn_by_chance(
    wire: Wire, dynamo: Dynamo, deployed: Deployment, pauses: list[float]
) -> None:
    wire.fail(faults.conflict(), times=FOR_EVER)

    for _ in range(20):
        with pytest.raises(Transient):
            dynamo.get(deployed.tables.sessions, KEY)

    longest = [max(pauses[n :: TRIES - 1]) for n in range(TRIES - 1)]
    assert all(pause <= 0.025 * 2**n for n, pause in enumerate(longest))
    assert longest == sorted(longest)
    assert len(set(pauses)) == len(pauses)


@pytest.mark.parametrize(
    ("codes", "failed"),
    [
        (("ConditionalCheckFailed", None), {0}),
        ((None, "ConditionalCheckFailed"), {1}),
        (("ConditionalCheckFailed", "ConditionalCheckFailed"), {0, 1}),
        (("ConditionalCheckFailed", "TransactionConflict"), {0}),
        (("ThrottlingError", "ConditionalCheckFailed"), {1}),
    ],
)
def test_a_refused_transaction_says_which_of_its_conditions_failed(
    wire: Wire, dynamo: Dynamo, deployed: Deployment, codes: tuple[str | None, ...], failed: set[int]
) -> None:
    wire.fail(faults.cancelled(*codes))

    with pytest.raises(TransactionRefused) as refused:
        operations(dynamo, deployed.tables.sessions)["transact"]()

    assert refused.value.failed == failed


def test_dynamodb_s_own_refusal_of_a_transaction_says_which_conditions_failed(
    dynamo: Dynamo, deployed: Deployment
) -> None:
    table = deployed.tables.sessions
    dynamo.put(Put(table, KEY))

    with pytest.raises(TransactionRefused) as refused:
        dynamo.transact(Put(table, OTHER), Put(table, KEY, "attribute_not_exists(#tenant_id)"))

    assert refused.value.failed == {1}
    assert dynamo.get(table, OTHER) is None


def test_dynamodb_s_own_refusal_of_a_write_carries_what_is_there(dynamo: Dynamo, deployed: Deployment) -> None:
    table = deployed.tables.sessions
    dynamo.put(Put(table, {**KEY, "n": 2**53 - 1}))

    with pytest.raises(ConditionFailed) as refused:
        dynamo.put(Put(table, KEY, "attribute_not_exists(#tenant_id)"))

    assert refused.value.item == {**KEY, "n": 2**53 - 1}


def test_a_transaction_whose_reply_was_lost_is_not_done_twice(wire: Wire, dynamo: Dynamo, deployed: Deployment) -> None:
    table = deployed.tables.sessions
    dynamo.put(Put(table, {**KEY, "n": 0}))
    wire.reset()
    wire.fail(faults.reply_lost())

    dynamo.transact(Update(table, KEY, "ADD #n :one", values={":one": 1}), Put(table, OTHER))

    assert dynamo.get(table, KEY) == {**KEY, "n": 1}
    first, second = (call.request["ClientRequestToken"] for call in wire.calls[:2])
    assert first == second


# ── The same over the routes ─────────────────────────────────────────────────────────────────────────────────────────

UNAVAILABLE = a_problem("unavailable", 503)

WRITES: list[tuple[str, dict[str, Any], str]] = [
    ("create_session", {}, "TransactWriteItems"),
    ("start_run", {"taskType": "rbac_check"}, "TransactWriteItems"),
    ("register_tenant", {**ADMIN, "tenant": 9, "body": {"name": "Nine"}}, "TransactWriteItems"),
    ("register_member", {**ADMIN, "userId": 7, "body": {"role": "owner"}}, "TransactWriteItems"),
    ("remove_member", {**ADMIN, "userId": 5}, "TransactWriteItems"),
    ("list_tasks", {}, "Query"),
    ("list_evidence", {}, "Query"),
    ("get_run", {"runId": 5}, "GetItem"),
    ("get_session", {}, "BatchGetItem"),
]


@pytest.mark.parametrize(("name", "arguments", "operation"), WRITES, ids=[name for name, *_ in WRITES])
def test_what_does_not_pass_in_time_is_a_503_that_says_when_to_try_again(
    wire: Wire, deployed: Deployment, name: str, arguments: dict[str, Any], operation: str
) -> None:
    register()
    before = deployed.items(deployed.tables.sessions) + deployed.items(deployed.tables.runs)
    wire.fail(faults.throttled(), on=operation, times=FOR_EVER)

    answer = call(name, **arguments)

    assert (answer.status, answer.body) == (503, UNAVAILABLE)
    assert answer.headers["retry-after"] == "1"
    assert deployed.items(deployed.tables.sessions) + deployed.items(deployed.tables.runs) == before


@pytest.mark.parametrize("codes", [("TransactionConflict", None), (None, "TransactionConflict")])
def test_a_start_that_only_met_other_transactions_is_never_told_as_blocked(
    wire: Wire, deployed: Deployment, codes: tuple[str | None, ...]
) -> None:
    register()
    wire.fail(faults.cancelled(*codes), on="TransactWriteItems", times=FOR_EVER)

    answer = call("start_run", taskType="rbac_check")

    assert (answer.status, answer.body) == (503, UNAVAILABLE)
    assert entries(deployed, deployed.tables.runs) == ["board#guard"]


def test_a_bug_says_nothing_but_that_there_is_one(wire: Wire, deployed: Deployment) -> None:
    register()
    wire.fail(faults.refused("ValidationException", "the secret of the tables"))

    answer = call("get_session")

    assert deployed
    assert (answer.status, answer.body) == (500, a_problem("internal_error", 500))
    assert "secret" not in str(answer)


def test_a_create_whose_reply_was_lost_knows_its_own_session_again(wire: Wire, deployed: Deployment) -> None:
    register()
    wire.reset()
    wire.fail(faults.reply_lost(), on="TransactWriteItems")

    answer = call("create_session")

    assert (answer.status, answer.body) == (201, a_session())
    assert answer.headers["session-resumed"] == "false"
    assert wire.count("TransactWriteItems") == 2
    assert stored(deployed, deployed.tables.sessions, "open")
    assert acts_told(deployed) == ["session_opened"]


def test_an_update_whose_reply_was_lost_knows_its_own_write_again(wire: Wire, deployed: Deployment) -> None:
    register()
    session_id = opened()
    wire.reset()
    wire.fail(faults.reply_lost(), on="UpdateItem")

    answer = call("update_session", sessionId=session_id, body={"current_step": 2})

    assert deployed
    assert (answer.status, answer.body) == (200, a_session(current_step=2, status="in_progress", version=2))
    assert wire.count("UpdateItem") == 2


def test_an_update_whose_reply_was_lost_before_the_session_was_closed_is_not_told_as_refused(
    wire: Wire, deployed: Deployment
) -> None:
    register()
    session_id = opened(user=3)
    wire.reset()
    wire.fail(faults.reply_lost(), on="UpdateItem")
    end = {"takeover": True, "status": "abandoned"}
    wire.before(lambda: call("update_session", user=2, sessionId=session_id, body=end), on="UpdateItem", nth=2)

    answer = call("update_session", user=3, sessionId=session_id, body={"current_step": 2})

    [closed] = call("list_sessions").body
    assert deployed
    assert (answer.status, answer.body) == (503, a_problem("unavailable", 503))
    assert (closed["status"], closed["current_step"]) == ("abandoned", 2)  # the update was done before


def test_two_who_create_a_session_under_the_same_new_id_are_not_taken_for_one(deployed: Deployment) -> None:
    register()
    now, until = clock.now(), clock.now() + timedelta(minutes=15)
    one, other = (session_opened(1, 7, user, 101, Lock(user_id=user, until=until), now) for user in (1, 2))
    by_one, by_other = (Caller(user, platform_scope=False) for user in (1, 2))
    stores.sessions().create(one, by_one.did(Act.SESSION_OPENED, 1, 8, now, session_id=7))

    with pytest.raises(SessionMoved) as refused:
        stores.sessions().create(other, by_other.did(Act.SESSION_OPENED, 1, 9, now, session_id=7))

    assert refused.value.current == one
    assert [entry["by_user_id"]["N"] for entry in told_of(deployed, "session_opened")] == ["1"]


def test_a_start_whose_reply_was_lost_answers_with_the_run_it_saved(wire: Wire, deployed: Deployment) -> None:
    register()
    wire.fail(faults.reply_lost(), on="TransactWriteItems")

    answer = call("start_run", taskType="rbac_check")

    assert (answer.status, answer.headers["operation-reused"]) == (201, "false")
    assert call("get_run", runId=answer.body["run_id"]).body == a_run("rbac_check", id=answer.body["run_id"])
    assert len([entry for entry in entries(deployed, deployed.tables.runs) if entry.startswith("run#")]) == 1


def test_a_claim_whose_reply_was_lost_is_the_worker_s_own(wire: Wire, deployed: Deployment) -> None:
    register()
    run_id = started("rbac_check")
    wire.fail(faults.reply_lost(), on="UpdateItem")

    run = claimed(run_id)

    assert deployed
    assert (run.id, run.attempts) == (run_id, 1)
    assert wire.count("UpdateItem") == 2


def test_a_claim_counts_the_one_that_came_just_before_it(wire: Wire, deployed: Deployment) -> None:
    register()
    run_id = started("rbac_check")

    def another_claims_and_dies() -> None:
        claimed(run_id)
        let_the_worker_die(deployed, run_id)

    wire.before(another_claims_and_dies, on="UpdateItem")

    claimed(run_id)

    assert call("get_run", runId=run_id).body["attempts"] == 2


def test_a_removal_whose_reply_was_lost_is_not_told_as_a_member_who_never_was(wire: Wire, deployed: Deployment) -> None:
    register()
    wire.fail(faults.reply_lost(), on="TransactWriteItems")
    wire.fail(faults.reply_lost(), on="DeleteItem")

    answer = call("remove_member", userId=5, **ADMIN)

    assert (answer.status, answer.body) == (204, None)
    assert stored(deployed, deployed.tables.sessions, "member#0000000000000005") is None


def test_a_new_id_that_is_taken_is_made_anew(wire: Wire, deployed: Deployment) -> None:
    register()
    wire.fail(faults.cancelled(None, "ConditionalCheckFailed"), on="TransactWriteItems")

    answer = call("start_run", taskType="rbac_check")

    assert deployed
    assert (answer.status, answer.headers["operation-reused"]) == (201, "false")


def test_an_audit_entry_s_id_that_is_taken_is_made_anew(wire: Wire, deployed: Deployment) -> None:
    register()
    session_id = opened()
    wire.fail(faults.cancelled(None, "ConditionalCheckFailed", None), on="TransactWriteItems")

    answer = call("update_session", sessionId=session_id, body={"assigned_to_user_id": 2})

    assert deployed
    assert (answer.status, answer.body["assigned_to_user_id"]) == (200, 2)
    assert ids.new() > session_id
