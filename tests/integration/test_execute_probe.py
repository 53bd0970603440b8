from collections.abc import Callable
from typing import Any

import pytest

from onboarding.domain.tenant import Sku
from tests import events
from tests import wire as faults
from tests.arranging import (
    PROBES,
    claimed,
    dated,
    entries,
    let_the_worker_die,
    opened,
    run_entry,
    started,
    stored,
)
from tests.calling import call, register
from tests.deployment import Deployment
from tests.matching import A_REMEDY, A_SENTENCE, AN_ID, AN_INSTANT, a_run
from tests.wire import FOR_EVER, Wire
from tests.working import Worker, register_examined
from workers import execute_probe

pytestmark = pytest.mark.parametrize("dynamodb", ["dynamodb_local"], indirect=True)


@pytest.fixture(autouse=True)
def _registered(deployed: Deployment, secret_arn: str) -> None:
    assert deployed
    register_examined(secret_arn)


class InFront:
    """Something in front of the tenant: *act* happens before its first answer."""

    def __init__(self, tenant: Any, act: Callable[[], object]) -> None:
        self._tenant = tenant
        self._act: Callable[[], object] | None = act

    def __getattr__(self, name: str) -> Any:
        if self._act is not None:
            act, self._act = self._act, None
            act()
        return getattr(self._tenant, name)


def before_the_answer(act: Callable[[], object]) -> Callable[[Any], Any]:
    """Have *act* happen while a task is under way."""
    return lambda tenant: InFront(tenant, act)


def handle(*bodies: object, remaining_ms: int = 90_000) -> list[int]:
    """Give *bodies* to the real handler; tell which of them, from 0, are to be delivered again."""
    event = events.sqs(*bodies)
    context: Any = events.Context(function_name="execute-probe", remaining_ms=remaining_ms)
    failed = events.failures(execute_probe.handler(event, context))
    return [place for place, record in enumerate(event["Records"]) if record["messageId"] in failed]


def order(run_id: int, *, tenant: int = 1) -> dict[str, int]:
    """Say what a message says."""
    return {"tenant_id": tenant, "run_id": run_id}


def guarded(deployed: Deployment) -> list[str]:
    """Name the tasks that the guard names."""
    guard = stored(deployed, deployed.tables.runs, "board#guard") or {}
    return sorted(guard["active"]["M"])


@pytest.mark.parametrize("task", PROBES)
def test_a_probe_is_executed_from_claim_to_evidence_and_lets_go_of_the_guard(
    worker: Worker, deployed: Deployment, task: str
) -> None:
    session_id = opened()
    run_id = started(task)

    assert worker.work(run_id) == ["succeeded"]

    [piece] = call("list_evidence").body
    assert piece | {"payload": ...} == {
        "id": AN_ID,
        "tenant_id": 1,
        "onboarding_session_id": session_id,
        "provider_connection_id": 101,
        "task_type": task,
        "status": "ok",
        "reason_code": None,
        "message": A_SENTENCE,
        "payload": ...,
        "operation_run_id": run_id,
        "recorded_at": AN_INSTANT,
    }
    finding = {
        "status": "ok",
        "reason_code": None,
        "message": piece["message"],
        "evidence_id": piece["id"],
        "remedy": None,
    }
    assert call("get_run", runId=run_id).body == a_run(
        task,
        id=run_id,
        onboarding_session_id=session_id,
        status="succeeded",
        attempts=1,
        started_at=AN_INSTANT,
        ended_at=AN_INSTANT,
        finding=finding,
    )
    [summary] = [each for each in call("list_tasks").body if each["task_type"] == task]
    assert (summary["status"], summary["last_run_id"], summary["active_run_id"]) == ("ok", run_id, None)
    assert guarded(deployed) == []
    run = stored(deployed, deployed.tables.runs, run_entry(run_id)) or {}
    assert {"outbox", "due_at", "due_shard", "lease_until"} & run.keys() == set()


def test_a_fault_of_the_tenant_is_a_finding_of_a_run_that_succeeded(worker: Worker) -> None:
    worker.simulator.play("permission_missing")
    run_id = started("verify_permissions")

    assert worker.work(run_id) == ["succeeded"]

    finding = call("get_run", runId=run_id).body["finding"]
    assert finding == {
        "status": "fail",
        "reason_code": "permission_missing",
        "message": A_SENTENCE,
        "evidence_id": AN_ID,
        "remedy": A_REMEDY | {"by_consent": True},
    }


def test_a_tenant_that_asks_to_wait_for_long_is_undecided_and_says_when_to_look_again(worker: Worker) -> None:
    worker.simulator.play("throttled_for_long")
    run_id = started("license_check")

    assert worker.work(run_id) == ["succeeded"]

    [summary] = [each for each in call("list_tasks").body if each["task_type"] == "license_check"]
    assert (summary["status"], summary["reason_code"]) == ("unknown", "graph_throttled")
    assert summary["next_check_at"] == AN_INSTANT
    assert worker.waits == []


def test_a_batch_shares_one_token(worker: Worker, deployed: Deployment) -> None:
    runs = [started(task) for task in PROBES[:5]]

    assert worker.work(*runs) == ["succeeded"] * 5

    assert worker.simulator.calls()["token"] == 1
    assert guarded(deployed) == []


def test_a_credential_that_cannot_be_read_is_a_finding(deployed: Deployment) -> None:
    register(2)
    run_id = started("rbac_check", tenant=2)

    assert handle(order(run_id, tenant=2)) == []

    run = call("get_run", tenant=2, runId=run_id).body
    assert (run["status"], run["finding"]["status"]) == ("succeeded", "fail")
    assert run["finding"]["reason_code"] == "credential_invalid"
    assert deployed


def test_a_message_delivered_twice_is_executed_once(worker: Worker, deployed: Deployment) -> None:
    run_id = started("rbac_check")

    assert worker.work(run_id, run_id) == ["-", "succeeded"]
    assert worker.work(run_id) == ["-"]

    assert len(deployed.items(deployed.tables.evidence)) == 1


def test_a_duplicate_while_the_run_is_under_way_is_acknowledged_and_changes_nothing(deployed: Deployment) -> None:
    run_id = started("rbac_check")
    claimed(run_id)
    before = deployed.items(deployed.tables.runs)

    assert handle(order(run_id), order(run_id)) == []

    assert deployed.items(deployed.tables.runs) == before


@pytest.mark.parametrize(
    "poison",
    [
        "",
        "{",
        "[]",
        "null",
        {},
        {"tenant_id": 1},
        {"tenant_id": "1", "run_id": 5},
        {"tenant_id": 1, "run_id": 5, "connection_id": 999},
        {"tenant_id": 1, "run_id": 2**53},
        {"tenant_id": 1, "run_id": 0},
        '{"tenant_id": 1, "run_id": NaN}',
    ],
)
def test_a_message_that_names_no_run_is_redelivered_and_the_others_are_done(poison: object) -> None:
    register(2)
    run_id = started("rbac_check", tenant=2)

    assert handle(poison, order(run_id, tenant=2)) == [0]

    assert call("get_run", tenant=2, runId=run_id).body["status"] == "succeeded"


def test_what_cannot_be_executed_is_said_in_the_log_without_a_word_of_the_message(
    wire: Wire, caplog: pytest.LogCaptureFixture
) -> None:
    run_id = started("license_check")
    wire.fail(faults.broken(), on="UpdateItem", times=FOR_EVER)

    assert handle({"tenant_id": 1, "run_id": run_id}, {"secret": "do-not-log"}) == [0, 1]

    assert sorted(set(caplog.messages) & {"no order", "not executed"}) == ["no order", "not executed"]
    assert "do-not-log" not in caplog.text


@pytest.mark.parametrize("forged", [{"tenant_id": 2}, {"run_id": 5}, {"tenant_id": 77}])
def test_a_forged_message_reaches_nothing(deployed: Deployment, forged: dict[str, int]) -> None:
    register(2)
    run_id = started("rbac_check")
    before = deployed.items(deployed.tables.runs)

    assert handle(order(run_id) | forged) == []

    assert deployed.items(deployed.tables.runs) == before


def test_a_run_cancelled_before_its_message_came_is_not_executed(worker: Worker, deployed: Deployment) -> None:
    run_id = started("rbac_check")
    call("cancel_run", runId=run_id)

    assert worker.work(run_id) == ["-"]

    assert worker.simulator.calls()["token"] == 0
    assert deployed.items(deployed.tables.evidence) == []


def test_a_run_cancelled_while_it_runs_leaves_no_evidence(worker: Worker, deployed: Deployment) -> None:
    run_id = started("rbac_check")
    worker.reach = before_the_answer(lambda: call("cancel_run", runId=run_id))

    assert worker.work(run_id) == ["cancelled"]

    run = call("get_run", runId=run_id).body
    assert (run["status"], run["finding"]) == ("cancelled", None)
    assert guarded(deployed) == []
    assert deployed.items(deployed.tables.evidence) == []


def broken(tenant: Any) -> Any:
    """Stand for a bug: whatever is asked, something breaks that nobody foresaw."""

    def act() -> None:
        raise ZeroDivisionError

    return InFront(tenant, act)


def test_a_bug_fails_the_run_for_good_and_says_nothing_of_the_tenant(worker: Worker, deployed: Deployment) -> None:
    run_id = started("rbac_check")
    worker.reach = broken

    assert worker.work(run_id) == ["failed"]

    run = call("get_run", runId=run_id).body
    assert run["finding"] == {
        "status": "unknown",
        "reason_code": "run_failed",
        "message": A_SENTENCE,
        "evidence_id": AN_ID,
        "remedy": A_REMEDY,
    }
    assert worker.reports == ["the execution failed"]
    assert guarded(deployed) == []


def test_a_payload_that_cannot_be_kept_fails_the_run(worker: Worker) -> None:
    class Large:
        def skus(self) -> list[Sku]:
            return [Sku("x" * 70_000, "Enabled", 1, 1, frozenset({"INTUNE_A"}))]

    large: Any = Large()
    worker.reach = lambda _tenant: large
    run_id = started("license_check")

    assert worker.work(run_id) == ["failed"]

    assert call("get_run", runId=run_id).body["finding"]["reason_code"] == "run_failed"
    [piece] = call("list_evidence").body
    assert piece["payload"] == {}


def test_a_connection_that_is_gone_fails_the_run(worker: Worker, deployed: Deployment) -> None:
    run_id = started("rbac_check")
    key = {"tenant_id": {"N": "1"}, "entry": {"S": "connection#0000000000000101"}}
    deployed.dynamodb.delete_item(TableName=deployed.tables.sessions, Key=key)

    assert worker.work(run_id) == ["failed"]

    assert guarded(deployed) == []


def test_a_worker_whose_lease_ran_out_finishes_for_nobody(worker: Worker, deployed: Deployment) -> None:
    run_id = started("rbac_check")

    def another_takes_it() -> None:
        let_the_worker_die(deployed, run_id)
        claimed(run_id)

    worker.reach = before_the_answer(another_takes_it)

    assert worker.work(run_id) == ["-"]

    assert deployed.items(deployed.tables.evidence) == []
    assert call("get_run", runId=run_id).body["attempts"] == 2
    assert guarded(deployed) == ["rbac_check"]


def test_a_worker_whose_lease_ran_out_cancels_nothing_under_the_next(worker: Worker, deployed: Deployment) -> None:
    run_id = started("rbac_check")

    def another_takes_it_and_is_asked_to_stop() -> None:
        let_the_worker_die(deployed, run_id)
        claimed(run_id)
        call("cancel_run", runId=run_id)

    worker.reach = before_the_answer(another_takes_it_and_is_asked_to_stop)

    assert worker.work(run_id) == ["-"]

    assert call("get_run", runId=run_id).body["status"] == "running"
    assert guarded(deployed) == ["rbac_check"]


def test_a_run_is_claimed_three_times_at_most(worker: Worker, deployed: Deployment) -> None:
    run_id = started("rbac_check")
    for _ in range(3):
        claimed(run_id)
        let_the_worker_die(deployed, run_id)

    assert worker.work(run_id) == ["-"]

    assert call("get_run", runId=run_id).body["attempts"] == 3


def test_a_run_past_its_deadline_is_not_executed(worker: Worker, deployed: Deployment) -> None:
    run_id = started("rbac_check")
    dated(deployed, deployed.tables.runs, run_entry(run_id), deadline=-1)

    assert worker.work(run_id) == ["-"]


def test_an_end_that_dynamodb_does_not_take_is_tried_by_the_next_worker(
    wire: Wire, worker: Worker, deployed: Deployment
) -> None:
    run_id = started("rbac_check")
    wire.fail(faults.dropped(), on="TransactWriteItems", times=FOR_EVER)
    assert worker.work(run_id) == []
    wire.reset()
    let_the_worker_die(deployed, run_id)

    assert worker.work(run_id) == ["succeeded"]

    assert call("get_run", runId=run_id).body["attempts"] == 2
    assert len(deployed.items(deployed.tables.evidence)) == 1


def test_an_end_whose_reply_was_lost_is_one_end(wire: Wire, worker: Worker, deployed: Deployment) -> None:
    run_id = started("rbac_check")
    wire.fail(faults.reply_lost(), on="TransactWriteItems")

    assert worker.work(run_id) == ["succeeded"]

    assert len(deployed.items(deployed.tables.evidence)) == 1
    assert guarded(deployed) == []


def test_an_evidence_id_that_is_taken_is_made_anew(wire: Wire, worker: Worker) -> None:
    run_id = started("rbac_check")
    wire.fail(faults.cancelled(None, "ConditionalCheckFailed", None, None), on="TransactWriteItems")

    assert worker.work(run_id) == ["succeeded"]


def test_evidence_belongs_to_the_session_in_which_its_run_was_started(worker: Worker) -> None:
    session_id = opened()
    run_id = started("rbac_check")
    call("update_session", sessionId=session_id, body={"status": "abandoned"})
    opened()

    worker.work(run_id)

    [piece] = call("list_evidence").body
    assert piece["onboarding_session_id"] == session_id


def test_nothing_but_boards_and_the_run_is_left_in_the_table(worker: Worker, deployed: Deployment) -> None:
    run_id = started("rbac_check")
    worker.work(run_id)

    assert entries(deployed, deployed.tables.runs) == [
        "board#finding#rbac_check",
        "board#guard",
        run_entry(run_id),
    ]
