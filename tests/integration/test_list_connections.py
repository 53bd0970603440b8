import re
from typing import Any

import pytest

from tests.arranging import ADMIN
from tests.calling import CLIENT, ENTRA_TENANT, MEMBERS, SECRET_ARN, Answer, call, connection, register
from tests.consenting import come_back, linked
from tests.deployment import Deployment
from tests.matching import AN_INSTANT, malformed

pytestmark = pytest.mark.parametrize("dynamodb", ["dynamodb_local"], indirect=True)


@pytest.fixture(autouse=True)
def _registered(deployed: Deployment) -> None:
    assert deployed
    register()


def a_connection(number: int = 101, **others: object) -> dict[str, object]:
    """Give what is shown of a connection of tenant 1 just registered, but for *others*."""
    return {
        "id": number,
        "tenant_id": 1,
        "entra_tenant_id": ENTRA_TENANT,
        "client_id": CLIENT,
        "cloud": "global",
        "expected_domain": None,
        "credential_kind": "client_secret",
        "credential_arn": SECRET_ARN,
        "certificate_thumbprint": None,
        "credential_expires_at": None,
        "consented_at": None,
    } | others


def next_query(answer: Answer) -> str | None:
    """Give the query of the page that *answer* links to."""
    link = answer.headers.get("link")
    if link is None:
        return None
    match = re.fullmatch(r'</tenants/1/provider-connections\?(\S+)>; rel="next"', link)
    assert match, link
    return match[1]


@pytest.mark.parametrize(("user", "role"), MEMBERS.items())
def test_every_member_is_told_how_the_tenant_is_reached_and_owners_where_the_credential_lies(
    user: int, role: str
) -> None:
    register(2)

    answer = call("list_connections", user=user)

    named = SECRET_ARN if role == "owner" else None
    assert (answer.status, answer.body) == (200, [a_connection(credential_arn=named)])
    assert "link" not in answer.headers


def test_a_tenant_that_nobody_has_connected_has_an_empty_list() -> None:
    admin: dict[str, Any] = {"user": 100, "scope": "onboarding.admin", "tenant": 7}
    call("register_tenant", body={"name": "Seven"}, **admin)
    call("register_member", userId=1, body={"role": "owner"}, **admin)

    answer = call("list_connections", tenant=7)

    assert (answer.status, answer.body) == (200, [])


def test_what_was_registered_is_shown_and_when_the_customer_consented() -> None:
    details: dict[str, Any] = {"expected_domain": "contoso.example", "credential_expires_at": "2027-01-01T00:00:00Z"}
    call("register_connection", connectionId=101, body=connection(**details), **ADMIN)
    assert come_back(linked())["statusCode"] == 200

    assert call("list_connections").body == [a_connection(**details, consented_at=AN_INSTANT)]


def test_pages_follow_each_other_without_gap_or_repetition() -> None:
    for number in (9, 2**53 - 1):
        call("register_connection", connectionId=number, body=connection(), **ADMIN)

    answer = call("list_connections", query="limit=2")
    pages = [answer.body]
    while query := next_query(answer):
        answer = call("list_connections", query=query)
        pages.append(answer.body)

    assert [[each["id"] for each in page] for page in pages if page] == [[9, 101], [2**53 - 1]]


def test_a_cursor_of_another_tenant_is_refused() -> None:
    register(2)
    call("register_connection", connectionId=102, body=connection(), **ADMIN)
    query = next_query(call("list_connections", query="limit=1")) or ""

    answer = call("list_connections", tenant=2, query=query)

    assert (answer.status, answer.body) == (400, malformed("cursor"))
