"""Whoever listens on the event bus hears of a whole onboarding: every act, step, lock, run and finding, in order."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

import pytest

from tests.e2e.conftest import LocalDeployment
from tests.e2e.listening import OPERATOR, VERIFICATION, Listener, onboarded

TENANT = 16
"""One in which no other test opens a session."""


@pytest.fixture
def listener(local: LocalDeployment) -> Iterator[Listener]:
    """Somebody who listens."""
    listener = Listener(local, TENANT)
    listener.listen()
    yield listener
    listener.close()


def a_run(task: str) -> list[set[tuple[str, str]]]:
    """Name what is heard of a run: its start, and its end together with what it found."""
    return [{("run_started", task)}, {("run_ended", task), ("evidence_recorded", task)}]


def moments(events: list[dict[str, Any]]) -> list[set[tuple[str, str]]]:
    """Name what happened, moment by moment: what one write did has one time."""
    told = sorted((event["detail"] for event in events), key=lambda detail: detail["time"])
    return [
        {(each["type"].split(".")[1], each["data"].get("task_type", "")) for each in at_once}
        for _, at_once in groupby(told, key=lambda detail: detail["time"])
    ]


def test_a_whole_onboarding_is_heard_in_order(local: LocalDeployment, listener: Listener) -> None:
    expected = [
        {("session_opened", ""), ("session_locked", "")},
        {("session_stepped", "")},
        *a_run("consent_status"),
        {("session_stepped", "")},
        *(moment for task in VERIFICATION for moment in a_run(task)),
        {("session_taken_over", ""), ("session_locked", ""), ("session_stepped", "")},
        *a_run("initial_sync"),
        {("session_stepped", "")},
        {("session_assigned", "")},
        {("session_completed", "")},
    ]

    completed = onboarded(local, TENANT)

    listener.hear(*(name for moment in expected for name, _ in moment))
    events = list(listener.heard.values())
    assert moments(events) == expected
    assert {event["detail"]["data"]["session_id"] for event in events} == {completed["id"]}
    found = [each["detail"]["data"]["evidence_id"] for each in events if each["detail-type"] == "evidence_recorded"]
    assert sorted(found) == sorted(completed["completion"]["evidence_ids"])


def test_what_one_stream_tells_is_heard_in_the_order_in_which_it_happened(
    local: LocalDeployment, listener: Listener
) -> None:
    token = local.token(OPERATOR)
    session = local.call("POST", f"/tenants/{TENANT}/onboarding/session", token=token).json()
    path = f"/tenants/{TENANT}/onboarding/session/{session['id']}"
    for step in (2, 1, 2, 1, 2):
        assert local.call("PATCH", path, token=token, body={"current_step": step}).status == 200
    assert local.call("PATCH", path, token=token, body={"status": "abandoned"}).status == 200

    listener.hear(*["session_stepped"] * 5, "session_abandoned")
    steps = [event["detail"]["data"] for event in listener.heard.values() if event["detail-type"] == "session_stepped"]
    assert [each["to_step"] for each in steps] == [2, 1, 2, 1, 2]
    assert [each["version"] for each in steps] == [2, 3, 4, 5, 6]
