import pytest

from tests.arranging import let_the_lock_expire, opened, stored
from tests.calling import call, register
from tests.deployment import Deployment
from tests.matching import UNLOCKED, a_problem, a_session

pytestmark = pytest.mark.parametrize("dynamodb", ["dynamodb_local"], indirect=True)


@pytest.fixture(autouse=True)
def _registered(deployed: Deployment) -> None:
    assert deployed
    register()


def test_without_an_open_session_it_is_null() -> None:
    answer = call("get_session", user=4)

    assert (answer.status, answer.body) == (200, {"session": None})
    assert answer.headers["etag"] == '"0"'


def test_the_open_session_is_shown_to_every_member() -> None:
    created = call("create_session")

    answer = call("get_session", user=4)

    assert (answer.status, answer.body) == (200, {"session": created.body})
    assert answer.headers["etag"] == created.headers["etag"]


def test_a_closed_session_is_no_longer_shown() -> None:
    call("update_session", sessionId=opened(), body={"status": "abandoned"})

    assert call("get_session").body == {"session": None}


def test_an_expired_lock_is_shown_as_null_and_is_another_etag(deployed: Deployment) -> None:
    created = call("create_session")
    let_the_lock_expire(deployed)

    answer = call("get_session")

    assert answer.body == {"session": a_session(**UNLOCKED)}
    assert answer.headers["etag"] == f'"{created.body["id"]}.1.0"'


def test_looking_neither_takes_nor_renews_the_lock(deployed: Deployment) -> None:
    opened()
    deployed.configure(LOCK_SECONDS="100000")
    before = stored(deployed, deployed.tables.sessions, "open")

    call("get_session")

    assert stored(deployed, deployed.tables.sessions, "open") == before


@pytest.mark.parametrize("known", ["{etag}", "W/{etag}", '"1.1.1", {etag}', "*"])
def test_what_is_known_already_is_not_sent_again(known: str) -> None:
    opened()
    etag = call("get_session").headers["etag"]

    answer = call("get_session", headers={"If-None-Match": known.format(etag=etag)})

    assert (answer.status, answer.body) == (304, None)
    assert answer.headers["etag"] == etag
    assert "content-type" not in answer.headers


@pytest.mark.parametrize("change", ["renewed", "expired", "edited", "closed"])
def test_what_has_changed_is_sent_again(deployed: Deployment, change: str) -> None:
    session_id = opened()
    etag = call("get_session").headers["etag"]
    if change == "renewed":
        deployed.configure(LOCK_SECONDS="100000")
        call("update_session", sessionId=session_id, body={})
    elif change == "expired":
        let_the_lock_expire(deployed)
    elif change == "edited":
        call("update_session", sessionId=session_id, body={"current_step": 2})
    else:
        call("update_session", sessionId=session_id, body={"status": "abandoned"})

    answer = call("get_session", headers={"If-None-Match": etag})

    assert answer.status == 200
    assert answer.headers["etag"] != etag


def test_that_there_is_still_no_session_is_not_sent_again() -> None:
    answer = call("get_session", headers={"If-None-Match": '"0"'})

    assert (answer.status, answer.body) == (304, None)


def test_a_stranger_sees_no_tenant() -> None:
    answer = call("get_session", user=9)

    assert (answer.status, answer.body) == (404, a_problem("tenant_not_found", 404))
