import pytest

from tests.arranging import ADMIN, opened, stored
from tests.calling import Answer, call, register
from tests.deployment import Deployment
from tests.matching import UNLOCKED, a_problem, a_session
from tests.wire import Wire

pytestmark = pytest.mark.parametrize("dynamodb", ["dynamodb_local"], indirect=True)


@pytest.fixture(autouse=True)
def _registered(deployed: Deployment) -> None:
    assert deployed
    register()


def remove(user: int, *, by: int = 1) -> Answer:
    """Take the role of *user* in tenant 1 away."""
    return call("remove_member", user=by, userId=user)


def test_a_removed_member_sees_no_tenant_any_more() -> None:
    answer = remove(5)

    assert (answer.status, answer.body) == (204, None)
    assert "content-type" not in answer.headers
    assert call("get_session", user=5).body == a_problem("tenant_not_found", 404)


def test_lock_and_assignment_go_with_the_member() -> None:
    session_id = opened(user=3)

    answer = remove(3)

    assert answer.status == 204
    assert call("get_session").body["session"] == a_session(
        id=session_id, assigned_to_user_id=None, version=2, **UNLOCKED
    )


def test_a_session_of_somebody_else_is_left_alone(deployed: Deployment) -> None:
    opened()
    before = stored(deployed, deployed.tables.sessions, "open")

    remove(5)

    assert stored(deployed, deployed.tables.sessions, "open") == before


@pytest.mark.parametrize("with_session", [{"user": 1}, {}])
def test_whoever_is_no_member_is_not_found(with_session: dict[str, int]) -> None:
    if with_session:
        opened()

    answer = remove(9)

    assert (answer.status, answer.body) == (404, a_problem("member_not_found", 404))


def test_whoever_opens_a_session_while_being_removed_loses_it(wire: Wire) -> None:
    wire.before(lambda: opened(user=3), on="TransactWriteItems")

    answer = remove(3)

    assert answer.status == 204
    assert call("get_session").body["session"] == a_session(assigned_to_user_id=None, version=2, **UNLOCKED)


def test_a_manager_may_not_remove_and_the_owning_product_may() -> None:
    manager = remove(5, by=2)
    product = call("remove_member", userId=5, **ADMIN)

    assert (manager.status, manager.body) == (403, a_problem("role_insufficient", 403))
    assert product.status == 204
