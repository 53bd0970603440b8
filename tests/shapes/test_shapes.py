"""Items of every earlier day are read, listed, swept and worked on by the code of today.

Each file here holds the tables as the code of that day left them after the story of `story.py`; `record.py` writes one.
"""

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from onboarding import clock
from onboarding.domain.catalogue import Task
from schedules import sweep
from tests import events
from tests.arranging import TASKS, found, opened
from tests.calling import MEMBERS, call
from tests.deployment import Deployment

pytestmark = pytest.mark.parametrize("dynamodb", ["dynamodb_local"], indirect=True)

DAYS = sorted(Path(__file__).parent.glob("*.json"))

type Items = dict[str, list[dict[str, Any]]]


@pytest.fixture(params=DAYS, ids=lambda path: path.stem)
def left(request: pytest.FixtureRequest, deployed: Deployment) -> Items:
    """Fill the tables with what a day left, as if that day were the one before yesterday."""
    items: Items = json.loads(_moved(request.param.read_text()))
    for name, table in deployed.tables.physical.items():
        for item in items.get(name, []):
            deployed.dynamodb.put_item(TableName=table, Item=item)
    return items


def _moved(text: str) -> str:
    """Move all instants, in milliseconds and (of a TTL) in seconds, so that the latest is two days ago; ids stay."""
    latest = max(int(found[1]) for found in re.finditer(r'"(?:queued|updated)_at": {\s*"N": "(\d{13})"', text))
    later = int((clock.now() - timedelta(days=2)).timestamp() * 1000) - latest
    text = re.sub(r'"N": "(1[78]\d{11})"', lambda found: f'"N": "{int(found[1]) + later}"', text)
    return re.sub(r'"N": "(1[78]\d{8})"', lambda found: f'"N": "{int(found[1]) + later // 1000}"', text)


def ids_of(left: Items, entry: str, tenant: int = 1) -> list[int]:
    """Give the ids of the items of one kind, in order."""
    named = [each["entry"]["S"] for each in left["Sessions"] + left["Runs"] if each["tenant_id"]["N"] == str(tenant)]
    return sorted(int(each.removeprefix(entry)) for each in named if each.startswith(entry))


def test_days_are_there(deployed: Deployment) -> None:
    assert deployed
    assert len(DAYS) >= 2


def test_what_was_kept_is_read(left: Items) -> None:
    session = call("get_session").body["session"]
    closed = ids_of(left, "closed#")
    assert [each["id"] for each in call("list_sessions").body] == [session["id"], *reversed(closed)]
    assert (session["status"], session["current_step"], session["assigned_to_user_id"]) == ("in_progress", 1, 3)
    summaries = {each["task_type"]: each for each in call("list_tasks").body}
    assert set(summaries) == set(TASKS)
    assert summaries["rbac_check"]["reason_code"] == "role_excess"
    evidence = call("list_evidence").body
    assert len(evidence) == sum(each["tenant_id"]["N"] == "1" for each in left["Evidence"])
    assert all(call("compare_evidence", evidenceId=each["id"]).status == 200 for each in evidence)


def test_every_run_is_shown(left: Items) -> None:
    shown = {run_id: call("get_run", runId=run_id) for run_id in ids_of(left, "run#")}

    statuses = [answer.body["status"] for answer in shown.values()]
    assert {answer.status for answer in shown.values()} == {200}
    assert sorted(set(statuses)) == ["cancelled", "queued", "running", "succeeded"]


def test_whoever_was_a_member_is_one(left: Items) -> None:
    assert left
    assert [call("get_session", user=user).status for user in MEMBERS] == [200] * len(MEMBERS)
    assert call("get_session", user=9).status == 404


def test_what_was_registered_is_registered_again_as_the_same(left: Items) -> None:
    assert left

    again = call("register_member", userId=4, body={"role": "readonly"})

    assert again.status == 200
    assert call("get_session", user=4).status == 200


def test_whoever_was_a_member_has_it_in_their_queue_once_they_are_registered_again(left: Items) -> None:
    assert left
    for user, role in {**MEMBERS, 4: "readonly"}.items():
        assert call("register_member", userId=user, body={"role": role}).status == 200

    queues = {user: call("list_my_sessions", user=user).body for user in MEMBERS}

    open_session = call("get_session").body["session"]
    assert [each["session"] for queue in queues.values() for each in queue if each["tenant"]["id"] == 1] == [
        open_session
    ] * len(MEMBERS)
    assert {queue[0]["acts_next"] for queue in queues.values()} == {"us"}


def test_what_is_due_is_swept_and_everything_goes_on(left: Items) -> None:
    acts = sweep.handler(events.schedule(), events.Context())

    assert acts, "by now all of it is due"
    runs = [call("get_run", runId=run_id).body for run_id in ids_of(left, "run#")]
    assert [run for run in runs if run["status"] in {"queued", "running"}] == []
    for task in {*TASKS} - {Task.INITIAL_SYNC}:
        assert call("start_run", taskType=task).status == 201


def test_an_onboarding_that_was_begun_is_carried_on_to_its_end(left: Items) -> None:
    assert left
    while sweep.handler(events.schedule(), events.Context()):
        pass
    session_id = opened()
    chosen = call("update_session", sessionId=session_id, body={"provider_connection_id": 101})
    assert chosen.status == 200, chosen
    for task in TASKS:
        found(task)

    assert call("update_session", sessionId=session_id, body={"current_step": 5}).status == 200
    completed = call("update_session", sessionId=session_id, body={"status": "completed"})

    assert (completed.status, completed.body["status"]) == (200, "completed")


def test_a_sync_that_was_under_way_ends_as_timed_out(left: Items) -> None:
    sweep.handler(events.schedule(), events.Context())

    [run_id] = ids_of(left, "run#", tenant=2)
    run = call("get_run", tenant=2, runId=run_id).body
    assert (run["status"], run["progress"]["done"]) == ("timed_out", 1)
    assert call("start_run", tenant=2, taskType="initial_sync").status == 201
