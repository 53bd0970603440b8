import pytest

from tests.arranging import ADMIN, let_the_lock_expire, opened, stored, told_of
from tests.calling import Answer, call, register
from tests.deployment import Deployment
from tests.matching import UNLOCKED, a_problem, a_session
from tests.wire import Wire

pytestmark = pytest.mark.parametrize("dynamodb", ["dynamodb_local"], indirect=True)


@pytest.fixture(autouse=True)
def _registered(deployed: Deployment) -> None:
    assert deployed
    register()


def put(user: int, role: str) -> Answer:
    """Give *user* a role in tenant 1, as the owning product does."""
    return call("register_member", userId=user, body={"role": role}, **ADMIN)


@pytest.mark.parametrize("role", ["readonly", "operator", "manager", "owner"])
def test_a_user_is_given_a_role(role: str) -> None:
    answer = put(9, role)

    assert (answer.status, answer.body) == (200, {"tenant_id": 1, "user_id": 9, "role": role})
    assert call("get_session", user=9).status == 200


def test_the_owner_may_register_members_and_a_manager_may_not() -> None:
    arguments = {"userId": 9, "body": {"role": "operator"}}

    owner = call("register_member", user=1, userId=9, body=arguments["body"])
    manager = call("register_member", user=2, userId=9, body=arguments["body"])

    assert owner.status == 200
    assert (manager.status, manager.body) == (403, a_problem("role_insufficient", 403))


def test_a_demotion_below_operator_takes_lock_and_assignment_along(deployed: Deployment) -> None:
    session_id = opened(user=3)

    put(3, "readonly")

    session = call("get_session").body["session"]
    assert session == a_session(id=session_id, assigned_to_user_id=None, version=2, **UNLOCKED)
    [vacated] = told_of(deployed, "session_vacated")
    assert vacated["details"]["M"] == {
        "member_user_id": {"N": "3"},
        "lost_lock": {"BOOL": True},
        "lost_assignment": {"BOOL": True},
    }
    assert call("update_session", user=3, sessionId=session_id, body={"current_step": 2}).code == "role_insufficient"


def test_a_demotion_to_what_can_still_be_assigned_leaves_the_session_alone(deployed: Deployment) -> None:
    opened(user=2)
    before = stored(deployed, deployed.tables.sessions, "open")

    put(2, "operator")

    assert stored(deployed, deployed.tables.sessions, "open") == before


def test_an_expired_lock_of_whoever_is_demoted_is_no_obstacle(deployed: Deployment) -> None:
    opened(user=3)
    let_the_lock_expire(deployed)

    put(3, "readonly")

    assert call("get_session").body["session"]["assigned_to_user_id"] is None


def test_whoever_takes_the_lock_while_being_demoted_loses_it(wire: Wire, deployed: Deployment) -> None:
    session_id = opened()
    let_the_lock_expire(deployed)
    wire.before(
        lambda: call("update_session", user=3, sessionId=session_id, body={"current_step": 1}),
        on="TransactWriteItems",
    )

    answer = put(3, "readonly")

    assert answer.status == 200
    assert call("get_session").body["session"] == a_session(id=session_id, version=3, **UNLOCKED)


def test_whoever_opens_a_session_while_being_demoted_loses_it(wire: Wire) -> None:
    wire.before(lambda: opened(user=3), on="TransactWriteItems")

    answer = put(3, "readonly")

    assert answer.status == 200
    assert call("get_session").body["session"] == a_session(assigned_to_user_id=None, version=2, **UNLOCKED)
