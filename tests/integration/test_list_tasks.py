from datetime import timedelta
from typing import Any

import pytest

from onboarding.domain.catalogue import CATALOGUE
from tests.arranging import ADMIN, TASKS, dated, found, opened, started
from tests.calling import call, connection, register
from tests.deployment import Deployment
from tests.matching import A_REMEDY, A_SENTENCE, AN_INSTANT

pytestmark = pytest.mark.parametrize("dynamodb", ["dynamodb_local"], indirect=True)


@pytest.fixture(autouse=True)
def _registered(deployed: Deployment) -> None:
    assert deployed
    register()


def a_task(task: str, **others: object) -> dict[str, Any]:
    """Give the summary of a task that never ran, but for *others*."""
    return {
        "task_type": task,
        "status": "unknown",
        "reason_code": "never_run",
        "message": A_SENTENCE,
        "last_run_id": None,
        "step": next(int(spec.step) for each, spec in CATALOGUE.items() if each.value == task),
        "required": True,
        "active_run_id": None,
        "recorded_at": None,
        "stale": False,
        "remedy": A_REMEDY,
        "next_check_at": None,
    } | others


def tasks(*, user: int = 1) -> dict[str, Any]:
    """List the summaries by task, in their order."""
    answer = call("list_tasks", user=user)
    assert answer.status == 200, answer
    return {task["task_type"]: task for task in answer.body}


def test_every_task_is_listed_in_step_order_though_none_ever_ran() -> None:
    listed = tasks(user=4)

    assert list(listed) == list(TASKS)
    assert [task["step"] for task in listed.values()] == [2, 3, 3, 3, 3, 3, 4]
    assert {task["reason_code"] for task in listed.values()} == {"never_run"}
    assert {task["status"] for task in listed.values()} == {"unknown"}


def test_a_finding_is_shown_whole() -> None:
    evidence = found("rbac_check", "warn", "role_excess")

    expected = a_task(
        "rbac_check",
        status="warn",
        reason_code="role_excess",
        message="Seen.",
        last_run_id=evidence.operation_run_id,
        recorded_at=AN_INSTANT,
        remedy=A_REMEDY,
    )
    assert tasks()["rbac_check"] == expected


def test_a_remedy_says_whether_it_is_the_customer_s_consent() -> None:
    found("consent_status", "fail", "consent_missing")
    found("rbac_check", "fail", "role_missing")

    listed = tasks()
    assert listed["consent_status"]["remedy"] == A_REMEDY | {"by_consent": True}
    assert listed["rbac_check"]["remedy"] == A_REMEDY


def test_a_run_under_way_leaves_the_last_finding_shown() -> None:
    found("rbac_check")
    run_id = started("rbac_check")

    expected = a_task(
        "rbac_check",
        status="ok",
        reason_code=None,
        message="Seen.",
        last_run_id=run_id,
        active_run_id=run_id,
        recorded_at=AN_INSTANT,
        remedy=None,
    )
    assert tasks()["rbac_check"] == expected


def test_a_finding_for_another_connection_vouches_for_nothing() -> None:
    session_id = opened()
    evidence = found("rbac_check")
    call("register_connection", connectionId=102, body=connection(), **ADMIN)
    call("update_session", sessionId=session_id, body={"provider_connection_id": 102})

    shown = tasks()["rbac_check"]

    assert (shown["status"], shown["reason_code"]) == ("unknown", "connection_changed")
    assert (shown["last_run_id"], shown["recorded_at"]) == (evidence.operation_run_id, None)


def test_a_finding_older_than_a_day_is_stale(deployed: Deployment) -> None:
    found("rbac_check")
    age = timedelta(hours=24, seconds=1).total_seconds()
    dated(deployed, deployed.tables.runs, "board#finding#rbac_check", recorded_at=-age)

    assert tasks()["rbac_check"]["stale"] is True
