from collections.abc import Callable
from typing import Any

import pytest

from onboarding.domain.finding import Postponed
from tests import events
from tests import wire as faults
from tests.arranging import claimed, dated, let_the_worker_die, run_entry, started, stored
from tests.calling import call, register
from tests.deployment import Deployment
from tests.matching import A_SENTENCE, AN_ID, AN_INSTANT, SOME_TEXT, a_run
from tests.wire import FOR_EVER, Wire
from tests.working import Worker, register_examined
from workers import execute_sync

pytestmark = pytest.mark.parametrize("dynamodb", ["dynamodb_local"], indirect=True)


@pytest.fixture(autouse=True)
def _registered(deployed: Deployment, secret_arn: str) -> None:
    assert deployed
    register_examined(secret_arn)


class Pages:
    """The tenant's pages, with something that happens before the *nth* of them."""

    def __init__(self, tenant: Any, act: Callable[[], object], nth: int) -> None:
        self._tenant = tenant
        self._act = act
        self._left = nth

    def page(self, *arguments: Any) -> Any:
        self._left -= 1
        if self._left == 0:
            self._act()
        return self._tenant.page(*arguments)


def before_page(nth: int, act: Callable[[], object]) -> Callable[[Any], Any]:
    """Have *act* happen before the *nth* page is read."""
    return lambda tenant: Pages(tenant, act, nth)


class Clocked:
    """The tenant's pages, and a clock that runs out with the *nth* of them."""

    def __init__(self, pages: int) -> None:
        self._left = pages
        self._tenant: Any = None

    def seconds_left(self) -> float:
        return 90.0 if self._left else 0.0

    def before(self, tenant: Any) -> Any:
        self._tenant = tenant
        return self

    def page(self, *arguments: Any) -> Any:
        page = self._tenant.page(*arguments)
        self._left -= 1
        return page


def time_runs_out_after(pages: int, worker: Worker) -> None:
    """Let the invocation's time run out with so many *pages* read."""
    clocked = Clocked(pages)
    worker.seconds_left, worker.reach = clocked.seconds_left, clocked.before


def time_is_ample(worker: Worker) -> None:
    """Let the next invocation have all the time it needs."""
    worker.seconds_left, worker.reach = (lambda: 90.0), (lambda tenant: tenant)


def item(deployed: Deployment, run_id: int) -> dict[str, Any]:
    """Read a run's item."""
    return stored(deployed, deployed.tables.runs, run_entry(run_id)) or {}


def guarded(deployed: Deployment) -> tuple[list[str], bool]:
    """Name the tasks that the guard names, and tell whether one of them is exclusive."""
    guard = stored(deployed, deployed.tables.runs, "board#guard") or {}
    return sorted(guard["active"]["M"]), "exclusive_run" in guard


FREE: tuple[list[str], bool] = ([], False)
TAKEN = (["initial_sync"], True)


def areas(run_id: int) -> dict[str, int]:
    """Give what the evidence of a run counted, by area."""
    [piece] = [each for each in call("list_evidence").body if each["operation_run_id"] == run_id]
    return {area["area"]: area["items"] for area in piece["payload"]["areas"]}


ALL_AREAS = {
    "deviceConfigurations": 12,
    "configurationPolicies": 8,
    "deviceCompliancePolicies": 3,
    "managedDevices": 25,
    "deviceManagementScripts": 4,
    "mobileApps": 9,
}


def test_an_inventory_is_taken_and_the_guard_let_go(worker: Worker, deployed: Deployment) -> None:
    run_id = started("initial_sync")

    assert worker.work(run_id) == ["succeeded"]

    assert call("get_run", runId=run_id).body == a_run(
        "initial_sync",
        id=run_id,
        status="succeeded",
        attempts=1,
        started_at=AN_INSTANT,
        ended_at=AN_INSTANT,
        progress={"done": 6, "total": 6, "message": SOME_TEXT},
        finding={
            "status": "ok",
            "reason_code": None,
            "message": A_SENTENCE,
            "evidence_id": AN_ID,
            "remedy": None,
        },
    )
    assert areas(run_id) == ALL_AREAS
    assert guarded(deployed) == FREE
    assert call("start_run", taskType="rbac_check").status == 201
    assert {"outbox", "due_at", "due_shard", "lease_until", "resume"} & item(deployed, run_id).keys() == set()


def test_a_run_out_of_time_is_put_back_and_goes_on_where_it_stopped(worker: Worker, deployed: Deployment) -> None:
    worker.simulator.play("large_inventory")
    run_id = started("initial_sync")
    time_runs_out_after(14, worker)

    assert worker.work(run_id) == ["queued"]

    put_back = call("get_run", runId=run_id).body
    assert (put_back["status"], put_back["attempts"], put_back["not_before"]) == ("queued", 0, None)
    assert 0 < put_back["progress"]["done"] < 6
    assert "outbox" in item(deployed, run_id)
    assert "lease_until" not in item(deployed, run_id)
    assert guarded(deployed) == TAKEN
    time_is_ample(worker)
    assert worker.work(run_id) == ["succeeded"]
    assert areas(run_id) == ALL_AREAS | {"managedDevices": 2000}
    assert set(worker.simulator.calls()["paths"].values()) == {1}
    assert guarded(deployed) == FREE


def test_a_run_asked_to_wait_for_long_is_put_back_until_then(worker: Worker, deployed: Deployment) -> None:
    worker.simulator.play("throttled_for_long")
    run_id = started("initial_sync")

    assert worker.work(run_id) == ["queued"]

    assert call("get_run", runId=run_id).body["not_before"] == AN_INSTANT
    assert int(item(deployed, run_id)["not_before"]["N"]) - int(item(deployed, run_id)["outbox"]["N"]) > 100_000
    assert worker.work(run_id) == ["-"]
    assert worker.waits == []
    worker.simulator.play("healthy")
    dated(deployed, deployed.tables.runs, run_entry(run_id), not_before=-1)
    assert worker.work(run_id) == ["succeeded"]


def test_a_run_cancelled_while_it_runs_stops_at_its_next_checkpoint(worker: Worker, deployed: Deployment) -> None:
    run_id = started("initial_sync")
    worker.reach = before_page(2, lambda: call("cancel_run", runId=run_id))

    assert worker.work(run_id) == ["cancelled"]

    run = call("get_run", runId=run_id).body
    assert (run["status"], run["finding"]) == ("cancelled", None)
    assert sum(worker.simulator.calls()["paths"].values()) == 2
    assert deployed.items(deployed.tables.evidence) == []
    assert guarded(deployed) == FREE


def test_a_run_cancelled_before_it_was_resumed_is_not_resumed(worker: Worker, deployed: Deployment) -> None:
    run_id = started("initial_sync")
    time_runs_out_after(1, worker)
    worker.work(run_id)
    call("cancel_run", runId=run_id)

    assert worker.work(run_id) == ["-"]

    assert deployed.items(deployed.tables.evidence) == []
    assert guarded(deployed) == FREE


def test_a_cancel_that_comes_as_the_run_is_put_back_wins(worker: Worker, deployed: Deployment) -> None:
    run_id = started("initial_sync")

    def cancelled_and_postponed() -> None:
        call("cancel_run", runId=run_id)
        raise Postponed

    worker.reach = before_page(2, cancelled_and_postponed)

    assert worker.work(run_id) == ["cancelled"]

    assert guarded(deployed) == FREE


def test_a_worker_whose_lease_ran_out_stops_at_its_next_checkpoint(worker: Worker, deployed: Deployment) -> None:
    run_id = started("initial_sync")

    def another_takes_it() -> None:
        let_the_worker_die(deployed, run_id)
        claimed(run_id)

    worker.reach = before_page(2, another_takes_it)

    assert worker.work(run_id) == ["-"]

    run = call("get_run", runId=run_id).body
    assert (run["status"], run["attempts"], run["progress"]["done"]) == ("running", 2, 1)
    assert deployed.items(deployed.tables.evidence) == []
    assert guarded(deployed) == TAKEN


def test_a_run_that_comes_to_its_deadline_is_timed_out(worker: Worker, deployed: Deployment) -> None:
    run_id = started("initial_sync")

    def time_passes() -> None:
        dated(deployed, deployed.tables.runs, run_entry(run_id), deadline=-1)

    worker.reach = before_page(2, time_passes)
    assert worker.work(run_id) == ["timed_out"]

    finding = call("get_run", runId=run_id).body["finding"]
    assert (finding["status"], finding["reason_code"]) == ("unknown", "run_timed_out")
    assert guarded(deployed) == FREE


def test_a_bug_fails_the_run_for_good(worker: Worker, deployed: Deployment) -> None:
    run_id = started("initial_sync")

    def breaks() -> None:
        raise ZeroDivisionError

    worker.reach = before_page(2, breaks)

    assert worker.work(run_id) == ["failed"]

    finding = call("get_run", runId=run_id).body["finding"]
    assert (finding["status"], finding["reason_code"]) == ("unknown", "run_failed")
    assert worker.reports == ["the execution failed"]
    assert guarded(deployed) == FREE


def test_the_next_worker_goes_on_where_one_crashed(wire: Wire, worker: Worker, deployed: Deployment) -> None:
    worker.simulator.play("large_inventory")
    run_id = started("initial_sync")
    wire.fail(faults.dropped(), on="UpdateItem", nth=6, times=FOR_EVER)
    assert worker.work(run_id) == []
    wire.reset()
    let_the_worker_die(deployed, run_id)

    assert worker.work(run_id) == ["succeeded"]

    assert areas(run_id) == ALL_AREAS | {"managedDevices": 2000}
    assert call("get_run", runId=run_id).body["attempts"] == 2


def test_a_checkpoint_whose_reply_was_lost_is_one_checkpoint(wire: Wire, worker: Worker) -> None:
    run_id = started("initial_sync")
    wire.fail(faults.reply_lost(), on="UpdateItem", nth=3)

    assert worker.work(run_id) == ["succeeded"]

    assert areas(run_id) == ALL_AREAS


def test_a_put_back_whose_reply_was_lost_is_put_back_once(wire: Wire, worker: Worker, deployed: Deployment) -> None:
    run_id = started("initial_sync")
    time_runs_out_after(1, worker)
    wire.fail(faults.reply_lost(), on="UpdateItem", nth=3)

    worker.work(run_id)

    assert wire.count("UpdateItem") == 4
    run = call("get_run", runId=run_id).body
    assert (run["status"], run["attempts"], run["not_before"]) == ("queued", 0, None)
    assert "outbox" in item(deployed, run_id)


def test_attempts_count_crashes_and_start_over_when_the_run_is_put_back(worker: Worker, deployed: Deployment) -> None:
    run_id = started("initial_sync")
    for _ in range(2):
        claimed(run_id)
        let_the_worker_die(deployed, run_id)
    time_runs_out_after(1, worker)

    assert worker.work(run_id) == ["queued"]

    assert call("get_run", runId=run_id).body["attempts"] == 0


def test_a_checkpoint_renews_the_lease_and_shows_how_far_it_is(worker: Worker, deployed: Deployment) -> None:
    run_id = started("initial_sync")
    seen: list[dict[str, Any]] = []

    def look() -> None:
        dated(deployed, deployed.tables.runs, run_entry(run_id), lease_until=1)
        seen.append(call("get_run", runId=run_id).body["progress"])

    worker.reach = before_page(2, look)

    assert worker.work(run_id) == ["succeeded"]
    assert seen == [{"done": 1, "total": 6, "message": "12 device configurations read"}]


def test_part_of_the_areas_is_a_warning(worker: Worker) -> None:
    worker.simulator.play("permission_optional_missing")
    run_id = started("initial_sync")

    assert worker.work(run_id) == ["succeeded"]

    finding = call("get_run", runId=run_id).body["finding"]
    assert (finding["status"], finding["reason_code"]) == ("warn", "sync_partial")


def test_the_real_handler_executes_and_answers_as_a_batch_does(deployed: Deployment) -> None:
    register(2)
    run_id = started("initial_sync", tenant=2)
    event = events.sqs({"tenant_id": 2, "run_id": run_id}, queue="Sync")
    context: Any = events.Context(function_name="execute-sync", remaining_ms=90_000)

    answer = execute_sync.handler(event, context)

    assert answer == {"batchItemFailures": []}
    finding = call("get_run", tenant=2, runId=run_id).body["finding"]
    assert (finding["status"], finding["reason_code"]) == ("fail", "credential_invalid")
    assert deployed


def test_the_real_handler_puts_a_run_back_that_it_has_no_time_for(deployed: Deployment) -> None:
    run_id = started("initial_sync")
    event = events.sqs({"tenant_id": 1, "run_id": run_id}, queue="Sync")
    context: Any = events.Context(function_name="execute-sync", remaining_ms=1_000)

    answer = execute_sync.handler(event, context)

    assert answer == {"batchItemFailures": []}
    assert call("get_run", runId=run_id).body["status"] == "queued"
    assert "outbox" in item(deployed, run_id)
