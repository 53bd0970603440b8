from datetime import timedelta

import pytest

from onboarding import clock
from onboarding.wiring import stores
from tests.arranging import claimed, ended, entries, run_entry, started, stored
from tests.calling import call, register
from tests.deployment import Deployment
from tests.matching import AN_INSTANT, a_problem, a_run
from tests.wire import Wire

pytestmark = pytest.mark.parametrize("dynamodb", ["dynamodb_local"], indirect=True)


@pytest.fixture(autouse=True)
def _registered(deployed: Deployment) -> None:
    assert deployed
    register()


def test_a_queued_run_is_cancelled_at_once_and_leaves_nothing(deployed: Deployment) -> None:
    run_id = started("initial_sync")

    answer = call("cancel_run", user=3, runId=run_id)

    cancelled = a_run("initial_sync", id=run_id, status="cancelled", ended_at=AN_INSTANT)
    assert (answer.status, answer.body) == (200, cancelled)
    assert "retry-after" not in answer.headers
    assert call("get_run", runId=run_id).body == answer.body
    guard = stored(deployed, deployed.tables.runs, "board#guard") or {}
    assert (guard["active"], "exclusive_run" in guard) == ({"M": {}}, False)
    run = stored(deployed, deployed.tables.runs, run_entry(run_id)) or {}
    assert {"outbox", "due_at", "due_shard"} & run.keys() == set()
    assert entries(deployed, deployed.tables.runs) == ["board#guard", run_entry(run_id)]
    assert deployed.items(deployed.tables.evidence) == []


def test_a_cancelled_run_changes_no_summary_but_stays_the_last_one_started() -> None:
    run_id = started("rbac_check")
    call("cancel_run", runId=run_id)

    [task] = [each for each in call("list_tasks").body if each["task_type"] == "rbac_check"]

    assert (task["reason_code"], task["last_run_id"], task["active_run_id"]) == ("never_run", run_id, None)


def test_a_running_run_is_asked_to_stop() -> None:
    run = claimed(started("initial_sync"))

    answer = call("cancel_run", runId=run.id)

    expected = a_run(
        "initial_sync",
        id=run.id,
        status="running",
        attempts=1,
        started_at=AN_INSTANT,
        cancel_requested_at=AN_INSTANT,
    )
    assert (answer.status, answer.body) == (200, expected)
    assert answer.headers["retry-after"] == "2"


def test_asking_twice_is_asking_once() -> None:
    run = claimed(started("initial_sync"))
    first = call("cancel_run", runId=run.id)

    second = call("cancel_run", runId=run.id)

    assert (second.status, second.body) == (200, first.body)


def test_a_run_that_has_ended_stays_as_it_is() -> None:
    run = claimed(started("rbac_check"))
    ended(run)
    before = call("get_run", runId=run.id)

    answer = call("cancel_run", runId=run.id)

    assert (answer.status, answer.body) == (200, before.body)
    assert "retry-after" not in answer.headers


def test_a_run_that_was_put_back_is_cancelled_at_once() -> None:
    run = claimed(started("initial_sync"))
    now = clock.now()
    stores.runs().put_back(run, not_before=now + timedelta(minutes=5), now=now)

    answer = call("cancel_run", runId=run.id)

    expected = a_run("initial_sync", id=run.id, status="cancelled", started_at=AN_INSTANT, ended_at=AN_INSTANT)
    assert (answer.status, answer.body) == (200, expected)
    assert call("get_run", runId=run.id).body == answer.body


def test_a_run_claimed_between_reading_and_cancelling_is_asked_to_stop(wire: Wire) -> None:
    run_id = started("rbac_check")
    wire.before(lambda: claimed(run_id), on="TransactWriteItems")

    answer = call("cancel_run", runId=run_id)

    assert (answer.status, answer.body["status"]) == (200, "running")
    assert answer.body["cancel_requested_at"] == AN_INSTANT


def test_a_run_that_ends_between_reading_and_asking_stays_as_it_is(wire: Wire) -> None:
    run = claimed(started("rbac_check"))
    wire.before(lambda: ended(run), on="UpdateItem")

    answer = call("cancel_run", runId=run.id)

    assert (answer.status, answer.body["status"]) == (200, "succeeded")
    assert answer.body["cancel_requested_at"] is None


def test_a_reader_may_not_cancel() -> None:
    answer = call("cancel_run", user=4, runId=started("rbac_check"))

    assert (answer.status, answer.body) == (403, a_problem("role_insufficient", 403))


def test_an_unknown_run_is_not_found() -> None:
    answer = call("cancel_run", runId=5)

    assert (answer.status, answer.body) == (404, a_problem("run_not_found", 404))
