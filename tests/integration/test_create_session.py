from typing import Any

import pytest

from tests.arranging import ADMIN, let_the_lock_expire, opened, stored
from tests.calling import call, connection, register
from tests.deployment import Deployment
from tests.matching import AN_ID, a_problem, a_session

pytestmark = pytest.mark.parametrize("dynamodb", ["dynamodb_local"], indirect=True)


@pytest.fixture(autouse=True)
def _registered(deployed: Deployment) -> None:
    assert deployed
    register()


def test_without_an_open_session_a_draft_is_created_locked_and_assigned_to_the_caller() -> None:
    answer = call("create_session", user=3)

    assert answer.status == 201
    assert answer.body == a_session(assigned_to_user_id=3, locked_by_user_id=3)
    assert answer.headers["session-resumed"] == "false"
    assert answer.headers["location"] == "/tenants/1/onboarding/session"
    assert answer.headers["etag"].startswith(f'"{answer.body["id"]}.1.')


def test_the_holder_resumes_the_same_session_unchanged() -> None:
    created = call("create_session")

    resumed = call("create_session")

    assert (resumed.status, resumed.body) == (201, created.body)
    assert resumed.headers["session-resumed"] == "true"
    assert resumed.headers["etag"] == created.headers["etag"]


def test_another_may_look_while_the_lock_is_held_and_changes_nothing(deployed: Deployment) -> None:
    created = call("create_session")
    before = stored(deployed, deployed.tables.sessions, "open")

    resumed = call("create_session", user=2)

    assert (resumed.status, resumed.body) == (201, created.body)
    assert resumed.headers["session-resumed"] == "true"
    assert stored(deployed, deployed.tables.sessions, "open") == before


def test_another_takes_an_expired_lock_and_the_version_counts_it(deployed: Deployment) -> None:
    session_id = opened()
    let_the_lock_expire(deployed)

    resumed = call("create_session", user=2)

    assert (resumed.status, resumed.body) == (201, a_session(id=session_id, locked_by_user_id=2, version=2))
    assert call("update_session", sessionId=session_id, body={"current_step": 1}).code == "session_locked"


def test_the_holder_s_lock_is_renewed_once_less_than_half_of_it_is_left(deployed: Deployment) -> None:
    created = call("create_session")
    deployed.configure(LOCK_SECONDS="1900")

    resumed = call("create_session")

    assert resumed.body == created.body | {"locked_until": resumed.body["locked_until"]}
    assert resumed.body["locked_until"] > created.body["locked_until"]
    assert call("get_session").body["session"] == resumed.body


def test_a_closed_session_is_followed_by_a_new_one() -> None:
    first = opened()
    call("update_session", sessionId=first, body={"status": "abandoned"})

    answer = call("create_session", user=2)

    assert answer.status == 201
    assert answer.headers["session-resumed"] == "false"
    assert answer.body == a_session(assigned_to_user_id=2, locked_by_user_id=2)
    assert answer.body["id"] > first


@pytest.mark.parametrize(("connections", "chosen"), [((101,), 101), ((101, 102), None)])
def test_a_new_session_has_the_tenant_s_only_connection_or_none(
    connections: tuple[int, ...], chosen: int | None
) -> None:
    register(2, *connections)

    answer = call("create_session", tenant=2)

    assert answer.body == a_session(tenant_id=2, provider_connection_id=chosen)


def test_a_tenant_without_a_connection_has_a_session_without_one() -> None:
    call("register_tenant", tenant=3, body={"name": "Bare"}, **ADMIN)
    call("register_member", tenant=3, userId=1, body={"role": "operator"}, **ADMIN)

    answer = call("create_session", tenant=3)

    assert answer.body == a_session(tenant_id=3, provider_connection_id=None)


@pytest.mark.parametrize(
    "others", [{}, {"body": ""}, {"body": "", "headers": {"content-type": ""}}, {"body": "{}"}, {"body": b"{}"}]
)
def test_it_needs_neither_body_nor_media_type(others: dict[str, Any]) -> None:
    answer = call("create_session", **others)

    assert (answer.status, answer.body) == (201, a_session())


def test_a_reader_may_not_create(deployed: Deployment) -> None:
    answer = call("create_session", user=4)

    assert (answer.status, answer.body) == (403, a_problem("role_insufficient", 403))
    assert stored(deployed, deployed.tables.sessions, "open") is None


def test_each_tenant_has_a_session_of_its_own() -> None:
    register(2)

    first, second = call("create_session").body, call("create_session", tenant=2).body

    assert first == a_session()
    assert second == a_session(tenant_id=2, provider_connection_id=201)
    assert first["id"] != second["id"]


def test_a_connection_registered_later_is_not_slipped_into_an_open_session() -> None:
    session_id = opened()
    call("register_connection", connectionId=102, body=connection(), **ADMIN)

    answer = call("create_session")

    assert answer.body == a_session(id=session_id)
    assert answer.body["id"] == AN_ID
