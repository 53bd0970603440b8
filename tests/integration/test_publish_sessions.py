"""Every step of a session, and everybody who comes to hold its lock, becomes an event, from what it was and is."""

from collections.abc import Callable
from typing import Any

import pytest

from tests import events, schemas
from tests.arranging import found, opened, stored
from tests.calling import call, register
from tests.deployment import Deployment
from workers.publish_sessions import handler

type Heard = Callable[[], list[dict[str, Any]]]


@pytest.fixture(autouse=True)
def _registered(deployed: Deployment) -> None:
    assert deployed
    register()


def image(deployed: Deployment) -> dict[str, Any]:
    """Give the open session as the stream shows it now."""
    return stored(deployed, deployed.tables.sessions, "open") or {}


def test_steps_and_locks_are_told_of_with_the_version_that_they_made(deployed: Deployment, heard: Heard) -> None:
    session_id = opened(user=3)
    created = image(deployed)
    found("consent_status")
    call("update_session", user=3, sessionId=session_id, body={"current_step": 3})
    stepped = image(deployed)
    call("update_session", user=2, sessionId=session_id, body={"takeover": True, "current_step": 1})
    taken_over = image(deployed)

    batch = events.changes((None, created), (created, stepped), (stepped, taken_over))
    answer = handler(batch, events.Context())

    told = [event["detail"] for event in heard()]
    assert answer == {"batchItemFailures": []}
    assert [each["id"] for each in told] == [
        f"1-session_locked-{session_id}.1",
        f"1-session_stepped-{session_id}.2",
        f"1-session_stepped-{session_id}.3",
        f"1-session_locked-{session_id}.3",
    ]
    assert [list(schemas.events().iter_errors(each)) for each in told] == [[], [], [], []]
    shown = [each["data"] for each in told]
    assert [(each["by_user_id"], each["from_user_id"]) for each in (shown[0], shown[3])] == [(3, None), (2, 3)]
    assert [(each["by_user_id"], each["from_step"], each["to_step"]) for each in shown[1:3]] == [(3, 1, 3), (2, 3, 1)]


def test_a_heartbeat_is_told_to_nobody(deployed: Deployment, heard: Heard) -> None:
    session_id = opened()
    before = image(deployed)
    deployed.configure(LOCK_SECONDS="86400")
    assert call("update_session", sessionId=session_id, body={}).status == 200
    after = image(deployed)
    assert before != after

    assert handler(events.changes((before, after)), events.Context()) == {"batchItemFailures": []}
    assert heard() == []


def test_what_is_no_open_session_is_told_to_nobody(deployed: Deployment, heard: Heard) -> None:
    tenant = stored(deployed, deployed.tables.sessions, "tenant") or {}

    assert handler(events.changes((None, tenant)), events.Context()) == {"batchItemFailures": []}
    assert heard() == []
