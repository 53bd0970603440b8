"""What the dashboard and the alarms read is what handlers count, in CloudWatch's embedded metric format."""

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from onboarding.domain.catalogue import Kind
from schedules import sweep
from tests import events, template
from tests.arranging import claimed, dated, opened, run_entry, started
from tests.calling import call, register
from tests.deployment import Deployment
from tests.working import Worker, register_examined

pytestmark = pytest.mark.parametrize("dynamodb", ["dynamodb_local"], indirect=True)

SERVICE = ("service", "tenant-onboarding")


class Count(NamedTuple):
    """One value of one metric."""

    name: str
    unit: str
    value: float
    by: frozenset[tuple[str, str]]


def counted(said: str) -> Iterator[Count]:
    """Read what was counted as CloudWatch does: the names that `_aws` gives, with values from beside it."""
    for text in said.splitlines():
        line: dict[str, Any] = json.loads(text) if text.startswith("{") else {}
        for directive in line.get("_aws", {}).get("CloudWatchMetrics", []):
            assert directive["Namespace"] == "tenant-onboarding"
            [dimensions] = directive["Dimensions"]
            for metric in directive["Metrics"]:
                [value] = line[metric["Name"]]
                yield Count(metric["Name"], metric["Unit"], value, frozenset((each, line[each]) for each in dimensions))


def count(name: str, value: float, unit: str = "Count", **by: str) -> Count:
    return Count(name, unit, value, frozenset([*by.items(), SERVICE]))


def heard(capsys: pytest.CaptureFixture[str]) -> list[Count]:
    """Give what was counted since this was asked for last."""
    return list(counted(capsys.readouterr().out))


def test_a_start_is_counted_by_what_it_came_to(deployed: Deployment, capsys: pytest.CaptureFixture[str]) -> None:
    register()
    opened()
    deployed.configure(RUN_BUDGET="2")
    headers = {"Idempotency-Key": "mine"}
    capsys.readouterr()

    call("start_run", taskType="rbac_check", headers=headers)
    call("start_run", taskType="rbac_check", headers=headers)
    call("start_run", taskType="rbac_check")
    call("start_run", taskType="initial_sync")
    call("start_run", taskType="license_check")
    call("start_run", taskType="intune_status")

    outcomes = ["started", "replayed", "reused", "run_blocked", "started", "run_budget_spent"]
    assert heard(capsys) == [count("RunStarts", 1, outcome=each) for each in outcomes]


def test_an_execution_is_counted_by_its_end_its_length_and_its_finding(
    deployed: Deployment, worker: Worker, secret_arn: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert deployed
    register_examined(secret_arn, tenant=2)
    run_id = started("verify_permissions", tenant=2)
    capsys.readouterr()

    assert worker.work(run_id, tenant=2) == ["succeeded"]

    duration, *rest = heard(capsys)
    assert (duration.name, duration.unit) == ("RunDuration", "Seconds")
    assert duration.by == {("task", "verify_permissions"), SERVICE}
    assert 0 <= duration.value < 60
    assert rest == [count("RunEnds", 1, status="succeeded"), count("Findings", 1, reason="permission_missing")]


def test_a_finding_that_is_well_is_counted_by_its_status(
    deployed: Deployment, worker: Worker, secret_arn: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert deployed
    register_examined(secret_arn)
    run_id = started("license_check")
    capsys.readouterr()

    worker.work(run_id)

    assert count("Findings", 1, reason="ok") in heard(capsys)


def test_a_run_that_is_put_back_counts_for_how_long_the_guard_has_named_it(
    deployed: Deployment, worker: Worker, secret_arn: str, capsys: pytest.CaptureFixture[str]
) -> None:
    register_examined(secret_arn)
    run_id = started("initial_sync")
    dated(deployed, deployed.tables.runs, run_entry(run_id), queued_at=-7300)
    worker.seconds_left = lambda: 1.0
    capsys.readouterr()

    assert worker.work(run_id) == ["queued"]

    [oldest] = heard(capsys)
    assert oldest.name == "OldestActiveRun"
    assert 7300 <= oldest.value < 7400


def test_a_message_of_a_run_that_is_not_to_be_had_counts_nothing(
    deployed: Deployment, worker: Worker, secret_arn: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert deployed
    register_examined(secret_arn)
    run_id = started("rbac_check")
    worker.work(run_id)
    capsys.readouterr()

    assert worker.work(run_id) == ["-"]

    assert heard(capsys) == []


def test_the_sweep_counts_its_acts_and_the_oldest_run_that_was_due(
    deployed: Deployment, capsys: pytest.CaptureFixture[str]
) -> None:
    register()
    run_id = started("rbac_check")
    dated(deployed, deployed.tables.runs, run_entry(run_id), due_at=-1, outbox=-3600, queued_at=-3600)
    capsys.readouterr()

    sweep.handler(events.schedule(), events.Context())

    act, oldest = heard(capsys)
    assert act == count("SweepActs", 1, act="run_sent_again")
    assert oldest.name == "OldestActiveRun"
    assert 0 < oldest.value < 60


def test_a_sweep_that_finds_nothing_due_says_so(deployed: Deployment, capsys: pytest.CaptureFixture[str]) -> None:
    register()
    claimed(started("rbac_check"))
    capsys.readouterr()

    sweep.handler(events.schedule(), events.Context())

    assert heard(capsys) == [count("OldestActiveRun", 0, "Seconds")]


def drawn_by_name(drawn: list[list[Any]]) -> Iterator[list[str]]:
    """Pick the metrics that are named with their dimensions, which what the log's filters count has none of."""
    return (metric for metric in drawn if len(metric) > 3 and isinstance(metric[2], str))


def test_what_is_counted_is_what_the_dashboard_shows_and_nothing_else(
    deployed: Deployment, worker: Worker, secret_arn: str, capsys: pytest.CaptureFixture[str]
) -> None:
    register_examined(secret_arn)
    run_id = started("rbac_check")
    worker.work(run_id)
    dated(deployed, deployed.tables.runs, run_entry(started("license_check")), due_at=-1, outbox=-3600)
    sweep.handler(events.schedule(), events.Context())

    made = {(each.name, frozenset(name for name, _ in each.by)) for each in heard(capsys)}

    body = json.loads(template.read()["Resources"]["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"])
    drawn = [metric for widget in body["widgets"] for metric in widget["properties"].get("metrics", [])]
    shown = {
        (name, frozenset(by.split(",")))
        for metric in drawn
        if isinstance(metric[0], dict)
        for by, name in re.findall(r'{\${AWS::StackName},([\w,]+)} MetricName="(\w+)"', metric[0]["expression"])
    }
    shown |= {(name, frozenset({by})) for namespace, name, by, *_ in drawn_by_name(drawn) if "StackName" in namespace}
    assert made == shown


def test_the_line_of_a_run_says_what_it_took_and_what_it_found(
    deployed: Deployment, worker: Worker, secret_arn: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert deployed
    register_examined(secret_arn, tenant=2)
    run_id = started("verify_permissions", tenant=2)

    worker.work(run_id, tenant=2, kind=Kind.PROBE)

    [line] = [vars(record) for record in caplog.records if record.message == "run"]
    told = {name: line[name] for name in ("tenant_id", "run_id", "task_type", "status", "finding", "reason_code")}
    assert told == {
        "tenant_id": 2,
        "run_id": run_id,
        "task_type": "verify_permissions",
        "status": "succeeded",
        "finding": "fail",
        "reason_code": "permission_missing",
    }
    assert (line["round_trips"], line["attempts"], line["user_id"]) == (3, 1, 1)
    assert line["milliseconds"] > 0


def test_the_line_of_a_request_says_how_often_it_asked_dynamodb(
    deployed: Deployment, caplog: pytest.LogCaptureFixture
) -> None:
    assert deployed
    register()
    caplog.clear()

    call("get_session")
    call("start_run", taskType="rbac_check")
    call("start_run", taskType="rbac_check")

    lines = [vars(record) for record in caplog.records if record.message == "request"]
    assert [line["round_trips"] for line in lines] == [1, 2, 3]
