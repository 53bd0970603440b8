"""How many runs the people of a tenant may start, on DynamoDB itself: who counts, who is refused, and at what cost."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from onboarding.domain.run import RunStatus
from schedules.sweep import handler as sweep_handler
from tests import events
from tests.arranging import PROBES, claimed, dated, ended, opened, started, stored
from tests.calling import Answer, call, register
from tests.consenting import active_run, come_back, consented, linked, looks
from tests.deployment import Deployment
from tests.matching import AN_ID, a_problem
from tests.wire import Wire

pytestmark = pytest.mark.parametrize("dynamodb", ["dynamodb_local"], indirect=True)

GUARD = "board#guard"


@pytest.fixture(autouse=True)
def _registered(deployed: Deployment) -> None:
    assert deployed
    register()


def start(task: str = "rbac_check", *, user: int = 1, key: str | None = None) -> Answer:
    return call("start_run", user=user, taskType=task, headers={"Idempotency-Key": key} if key else {})


def started_and_gone(task: str = "rbac_check", **how: Any) -> int:
    """Start a run, and cancel it, so that it is in nobody's way."""
    answer = start(task, **how)
    assert answer.status == 201, answer
    run_id: int = answer.body["run_id"]
    assert call("cancel_run", runId=run_id).status == 200
    return run_id


def count(deployed: Deployment) -> tuple[int, int]:
    """Read how many runs are counted, and since when."""
    guard = stored(deployed, deployed.tables.runs, GUARD) or {}
    return int(guard["starts"]["N"]), int(guard["counted_since"]["N"])


def spend(deployed: Deployment, starts: int = 300) -> None:
    """Let the count be full, and have begun a minute ago."""
    deployed.dynamodb.update_item(
        TableName=deployed.tables.runs,
        Key={"tenant_id": {"N": "1"}, "entry": {"S": GUARD}},
        UpdateExpression="SET starts = :starts, counted_since = :now",
        ExpressionAttributeValues={":starts": {"N": str(starts)}, ":now": {"N": "1"}},
    )
    dated(deployed, deployed.tables.runs, GUARD, counted_since=-60)


def let_ten_minutes_pass(deployed: Deployment) -> None:
    dated(deployed, deployed.tables.runs, GUARD, counted_since=-601)


# ── What is refused ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_three_hundred_runs_are_started_and_the_next_is_told_when_to_come_back(deployed: Deployment) -> None:
    for _ in range(300):
        started_and_gone()
    dated(deployed, deployed.tables.runs, GUARD, counted_since=-60)  # however long that took
    before = deployed.items(deployed.tables.runs)

    answer = start("license_check")

    assert (answer.status, answer.body) == (429, a_problem("run_budget_spent", 429, limit=300))
    assert 400 < int(answer.headers["retry-after"]) <= 540
    assert deployed.items(deployed.tables.runs) == before


def test_after_ten_minutes_a_new_count_begins(deployed: Deployment) -> None:
    spend(deployed)
    let_ten_minutes_pass(deployed)

    started_and_gone()
    started_and_gone()

    starts, since = count(deployed)
    assert starts == 2
    assert since > 1_700_000_000_000


def test_a_count_that_never_filled_goes_on_however_old_it_is(deployed: Deployment) -> None:
    spend(deployed, starts=299)
    let_ten_minutes_pass(deployed)
    _, before = count(deployed)

    started_and_gone()

    assert count(deployed) == (300, before)
    assert start().status == 201


def test_the_budget_is_the_deployment_s(deployed: Deployment) -> None:
    deployed.configure(RUN_BUDGET="2")
    started_and_gone()
    started_and_gone()

    answer = start()

    assert (answer.status, answer.body) == (429, a_problem("run_budget_spent", 429, limit=2))


def test_each_tenant_has_a_budget_of_its_own(deployed: Deployment) -> None:
    register(2)
    spend(deployed)

    assert start().status == 429
    assert call("start_run", tenant=2, taskType="rbac_check").status == 201


def test_a_guard_from_before_there_was_a_budget_begins_to_count(deployed: Deployment) -> None:
    guard = stored(deployed, deployed.tables.runs, GUARD) or {}
    assert not {"starts", "counted_since"} & guard.keys()

    started_and_gone()

    assert count(deployed)[0] == 1


@pytest.mark.parametrize("task", ["rbac_check", "initial_sync"])
def test_every_kind_of_task_is_counted_and_refused(deployed: Deployment, task: str) -> None:
    started_and_gone(task)
    assert count(deployed)[0] == 1
    spend(deployed)

    assert start(task).status == 429


# ── What is free ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_reuse_is_free_and_goes_on_though_the_budget_is_spent(deployed: Deployment) -> None:
    run_id = started("rbac_check")
    for _ in range(3):
        assert start().headers["operation-reused"] == "true"
    assert count(deployed)[0] == 1
    spend(deployed)

    answer = start(user=2, key="once")

    assert (answer.status, answer.body["run_id"], answer.headers["operation-reused"]) == (201, run_id, "true")
    assert count(deployed)[0] == 300


def test_a_replay_is_free_and_goes_on_though_the_budget_is_spent(deployed: Deployment) -> None:
    run_id = started_and_gone(key="once")
    for _ in range(3):
        assert start(key="once").headers["idempotent-replayed"] == "true"
    assert count(deployed)[0] == 1
    spend(deployed)

    answer = start(key="once")

    assert (answer.status, answer.body["run_id"]) == (201, run_id)
    assert count(deployed)[0] == 300


def test_a_key_that_is_answered_while_its_start_is_refused_is_replayed(deployed: Deployment, wire: Wire) -> None:
    spend(deployed)

    def meanwhile() -> None:
        spend(deployed, starts=299)
        started_and_gone(key="once")

    wire.before(meanwhile, on="GetItem")

    answer = start(key="once")

    assert (answer.status, answer.headers["idempotent-replayed"]) == (201, "true")


def test_a_refusal_is_not_remembered(deployed: Deployment) -> None:
    spend(deployed)
    assert start(key="once").status == 429
    let_ten_minutes_pass(deployed)

    answer = start(key="once")

    assert (answer.status, "idempotent-replayed" in answer.headers) == (201, False)


def test_what_blocks_is_told_before_what_was_spent(deployed: Deployment) -> None:
    run_id = started("initial_sync", user=3)
    spend(deployed)

    answer = start()

    blocked = a_problem(
        "run_blocked", 409, blocking_run_id=run_id, blocking_task_type="initial_sync", started_by_user_id=3
    )
    assert (answer.status, answer.body) == (409, blocked)


# ── In nobody's name ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_consent_counts_and_is_left_for_the_sweep_once_the_budget_is_spent(deployed: Deployment) -> None:
    opened()
    come_back(linked())
    ended(claimed(active_run() or 0))
    assert count(deployed)[0] == 1
    spend(deployed)

    answer = come_back(linked())

    assert answer["statusCode"] == 200
    assert consented(deployed)
    assert (active_run(), len(looks(deployed))) == (None, 1)


def test_the_sweep_goes_on_though_the_budget_is_spent_and_spends_nothing_of_it(deployed: Deployment) -> None:
    opened()
    spend(deployed)
    come_back(linked())

    acts = sweep_handler(events.schedule(), events.Context())

    assert acts == {"consent_looked_for": 1}
    assert call("get_run", runId=active_run()).body["started_by_user_id"] is None
    assert count(deployed)[0] == 300


def test_a_consent_of_a_tenant_nobody_is_at_is_looked_for_though_an_old_count_is_full(deployed: Deployment) -> None:
    spend(deployed)
    let_ten_minutes_pass(deployed)
    come_back(linked())
    assert len(looks(deployed)) == 1

    acts = sweep_handler(events.schedule(), events.Context())

    assert acts == {"consent_looked_for": 1}
    assert call("get_run", runId=active_run()).body["onboarding_session_id"] is None


# ── Many at once ─────────────────────────────────────────────────────────────────────────────────────────────────────

CROWD = 32

LONGEST_TRY = 500
"""Starts after which whoever was never told that the budget is spent gives up."""


def storm(tasks: tuple[str, ...] = PROBES, each: int = 6) -> Counter[object]:
    """Have a crowd start and cancel runs as fast as they can, so often *each* at least; count what they were answered.

    Nobody stops before they were told that the budget is spent, or leaves a run behind that others would be handed, as
    long as there is hope for either.
    """

    def hammer(number: int) -> Counter[object]:
        told: Counter[object] = Counter()
        while told.total() < each or not (told["run_budget_spent"] or told.total() == LONGEST_TRY):
            answer = start(tasks[(number + told.total()) % len(tasks)], user=(1, 2, 3, 5)[number % 4])
            told["reused" if answer.headers.get("operation-reused") == "true" else answer.code or "started"] += 1
            if answer.status == 201:
                cancels = (call("cancel_run", runId=answer.body["run_id"]).status for _ in range(LONGEST_TRY))
                assert any(status != 503 for status in cancels)
        return told

    with ThreadPoolExecutor(CROWD) as threads:
        return sum(threads.map(hammer, range(CROWD)), Counter())


def test_however_many_start_at_once_there_are_never_more_than_the_budget(deployed: Deployment) -> None:
    deployed.configure(RUN_BUDGET="20")

    told = storm()

    runs = [item for item in deployed.items(deployed.tables.runs) if item["entry"]["S"].startswith("run#")]
    assert told["started"] == len(runs) == count(deployed)[0] == 20
    assert told["run_budget_spent"] > 0
    assert told.keys() <= {"started", "reused", "run_budget_spent", "unavailable"}


def test_however_many_begin_a_new_count_at_once_it_begins_once(deployed: Deployment) -> None:
    deployed.configure(RUN_BUDGET="20")
    spend(deployed, starts=20)
    let_ten_minutes_pass(deployed)

    told = storm()

    runs = [item for item in deployed.items(deployed.tables.runs) if item["entry"]["S"].startswith("run#")]
    assert told["started"] == len(runs) == count(deployed)[0] == 20


def test_a_new_count_that_somebody_else_began_meanwhile_is_gone_on_with(deployed: Deployment, wire: Wire) -> None:
    spend(deployed)
    let_ten_minutes_pass(deployed)
    wire.before(started_and_gone, on="TransactWriteItems", nth=2)

    answer = start()

    assert answer.status == 201
    assert count(deployed)[0] == 2


# ── At what cost ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("load", [30, 300])
def test_ten_times_the_load_costs_a_refused_transaction_and_a_read_each_and_writes_nothing(
    deployed: Deployment, wire: Wire, load: int
) -> None:
    deployed.configure(RUN_BUDGET="10")
    for _ in range(10):
        started_and_gone()
    before = deployed.items(deployed.tables.runs)
    del wire.calls[:]

    statuses = {start().status for _ in range(load)}

    assert statuses == {429}
    assert Counter(wire.operations) == {"BatchGetItem": load, "TransactWriteItems": load, "GetItem": load}
    assert deployed.items(deployed.tables.runs) == before


def test_a_full_count_that_is_old_enough_costs_one_start_in_so_many_two_requests_more(
    deployed: Deployment, wire: Wire
) -> None:
    spend(deployed)
    let_ten_minutes_pass(deployed)
    del wire.calls[:]

    answer = start()

    assert (answer.status, answer.body["run_id"]) == (201, AN_ID)
    assert wire.operations == ["BatchGetItem", "TransactWriteItems", "GetItem", "TransactWriteItems"]
    assert call("get_run", runId=answer.body["run_id"]).body["status"] == RunStatus.QUEUED
