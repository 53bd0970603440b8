import pytest

from tests.arranging import ADMIN, entries, started, stored
from tests.calling import Answer, call, register
from tests.deployment import Deployment
from tests.matching import a_problem, malformed
from tests.wire import Wire

pytestmark = pytest.mark.parametrize("dynamodb", ["dynamodb_local"], indirect=True)


def put(name: str = "Contoso") -> Answer:
    """Register tenant 1 as the owning product does."""
    return call("register_tenant", body={"name": name}, **ADMIN)


def test_a_tenant_is_registered_with_its_guard(deployed: Deployment) -> None:
    answer = put(" Contoso ")

    assert (answer.status, answer.body) == (201, {"id": 1, "name": "Contoso"})
    assert answer.headers["location"] == "/tenants/1"
    assert entries(deployed, deployed.tables.sessions) == ["tenant"]
    guard = stored(deployed, deployed.tables.runs, "board#guard")
    assert guard == {
        "tenant_id": {"N": "1"},
        "entry": {"S": "board#guard"},
        "active": {"M": {}},
        "last": {"M": {}},
    }


def test_registering_again_renames_and_touches_nothing_else(deployed: Deployment) -> None:
    register()
    started("rbac_check")
    before = deployed.items(deployed.tables.runs)

    answer = put("Contoso Ltd")

    assert (answer.status, answer.body) == (200, {"id": 1, "name": "Contoso Ltd"})
    assert deployed.items(deployed.tables.runs) == before
    assert (stored(deployed, deployed.tables.sessions, "tenant") or {})["connection_ids"] == {"NS": ["101"]}


def test_a_tenant_whose_guard_is_there_already_is_registered_and_the_guard_left_as_it_is(deployed: Deployment) -> None:
    register()
    started("rbac_check")
    before = deployed.items(deployed.tables.runs)
    place = {"tenant_id": {"N": "1"}, "entry": {"S": "tenant"}}
    deployed.dynamodb.delete_item(TableName=deployed.tables.sessions, Key=place)

    answer = put("Restored")

    assert (answer.status, answer.body) == (201, {"id": 1, "name": "Restored"})
    assert deployed.items(deployed.tables.runs) == before


def test_two_who_register_at_once_make_one_tenant(deployed: Deployment, wire: Wire) -> None:
    wire.before(lambda: put("First"), on="TransactWriteItems")

    answer = put("Second")

    assert answer.status == 201
    assert (stored(deployed, deployed.tables.sessions, "tenant") or {})["name"] == {"S": "Second"}


def test_only_the_owning_product_may_register(deployed: Deployment) -> None:
    register()

    unknown = call("register_tenant", tenant=5, body={"name": "Five"})
    owner = call("register_tenant", body={"name": "Mine"})

    assert (unknown.status, unknown.body) == (404, a_problem("tenant_not_found", 404))
    assert (owner.status, owner.body) == (403, a_problem("role_insufficient", 403))
    assert deployed


@pytest.mark.parametrize("name", ["", "  ", "x" * 201])
def test_a_name_of_no_or_too_many_characters_is_refused(deployed: Deployment, name: str) -> None:
    answer = put(name)

    assert (answer.status, answer.body) == (400, malformed("name"))
    assert deployed.items(deployed.tables.sessions) == []
