from typing import Any

import pytest

from tests.arranging import ADMIN, entries, stored
from tests.calling import CLIENT, ENTRA_TENANT, SECRET_ARN, Answer, call, connection, register
from tests.deployment import Deployment
from tests.matching import a_problem, malformed
from tests.wire import Wire

pytestmark = pytest.mark.parametrize("dynamodb", ["dynamodb_local"], indirect=True)

OTHER_GUID = "22222222-2222-4333-8444-555555555555"


@pytest.fixture(autouse=True)
def _registered(deployed: Deployment) -> None:
    assert deployed
    register()


def put(connection_id: int, **details: object) -> Answer:
    """Register a connection of tenant 1 as its owner does."""
    return call("register_connection", connectionId=connection_id, body=connection(**details))  # type: ignore[arg-type]  # details are as wrong as a test needs them


def a_connection(**others: object) -> dict[str, Any]:
    """Give the body of connection 102 as `put` registers it, but for *others*."""
    return {
        "id": 102,
        "tenant_id": 1,
        "entra_tenant_id": ENTRA_TENANT,
        "client_id": CLIENT,
        "cloud": "global",
        "expected_domain": None,
        "credential_kind": "client_secret",
        "credential_arn": SECRET_ARN,
        "certificate_thumbprint": None,
        "credential_expires_at": None,
    } | others


def test_a_connection_is_registered_and_its_tenant_lists_it(deployed: Deployment) -> None:
    answer = put(102, expected_domain="Contoso.Example", credential_expires_at="2027-01-01T00:00:00Z")

    assert (answer.status, answer.body) == (
        201,
        a_connection(expected_domain="contoso.example", credential_expires_at="2027-01-01T00:00:00Z"),
    )
    assert answer.headers["location"] == "/tenants/1/provider-connections/102"
    listed = (stored(deployed, deployed.tables.sessions, "tenant") or {})["connection_ids"]["NS"]
    assert sorted(listed) == ["101", "102"]


def test_a_guid_is_kept_in_lower_case() -> None:
    answer = put(102, entra_tenant_id=ENTRA_TENANT.upper())

    assert (answer.status, answer.body) == (201, a_connection())


def test_what_may_change_is_changed_and_what_is_absent_goes() -> None:
    put(102, expected_domain="contoso.example")

    answer = put(102, credential_arn=SECRET_ARN + "2")

    assert (answer.status, answer.body) == (200, a_connection(credential_arn=SECRET_ARN + "2"))


@pytest.mark.parametrize("fixed", ["entra_tenant_id", "client_id"])
def test_who_a_connection_leads_to_never_changes(deployed: Deployment, fixed: str) -> None:
    put(102)
    before = stored(deployed, deployed.tables.sessions, "connection#0000000000000102")

    answer = put(102, **{fixed: OTHER_GUID})

    assert (answer.status, answer.body) == (409, a_problem("connection_fixed", 409))
    assert stored(deployed, deployed.tables.sessions, "connection#0000000000000102") == before


def test_two_who_register_one_id_at_once_for_different_tenants_do_not_both_succeed(wire: Wire) -> None:
    wire.before(lambda: put(102), on="TransactWriteItems")

    answer = put(102, entra_tenant_id=OTHER_GUID)

    assert (answer.status, answer.body) == (409, a_problem("connection_fixed", 409))


def test_a_tenant_that_is_gone_as_its_connection_is_registered_is_no_reason_to_come_again(
    deployed: Deployment, wire: Wire
) -> None:
    place = {"tenant_id": {"N": "1"}, "entry": {"S": "tenant"}}
    remove = lambda: deployed.dynamodb.delete_item(TableName=deployed.tables.sessions, Key=place)  # noqa: E731 - handed on, as its siblings are
    wire.before(remove, on="TransactWriteItems")

    answer = put(102)

    assert (answer.status, answer.code) == (500, "internal_error")
    assert "connection#0000000000000102" not in entries(deployed, deployed.tables.sessions)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("entra_tenant_id", "contoso.example"),
        ("entra_tenant_id", f"{ENTRA_TENANT}/../x"),
        ("client_id", ""),
        ("cloud", "mooncake"),
        ("cloud", "http://169.254.169.254"),
        ("expected_domain", "contoso"),
        ("expected_domain", "https://contoso.example"),
        ("credential_kind", "password"),
        ("credential_arn", "a-secret-pasted-by-mistake"),
        ("credential_arn", "arn:aws:secretsmanager:us-east-1:123456789012:secret:other/contoso"),
        ("credential_expires_at", "2027-01-01T00:00:00"),
        ("credential_expires_at", "soon"),
        ("secret", "x"),
    ],
)
def test_what_is_no_connection_is_refused_and_not_repeated(deployed: Deployment, field: str, value: str) -> None:
    answer = put(102, **{field: value})

    assert (answer.status, answer.body) == (400, malformed(field))
    assert value == "" or len(value) < 4 or value not in str(answer.body)
    assert "connection#0000000000000102" not in entries(deployed, deployed.tables.sessions)


def test_a_manager_may_not_register_and_the_owning_product_may() -> None:
    manager = call("register_connection", user=2, connectionId=102, body=connection())
    product = call("register_connection", connectionId=102, body=connection(), **ADMIN)

    assert (manager.status, manager.body) == (403, a_problem("role_insufficient", 403))
    assert product.status == 201
