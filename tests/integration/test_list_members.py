import re

import pytest

from tests.arranging import ADMIN
from tests.calling import MEMBERS, Answer, call, register
from tests.deployment import Deployment
from tests.matching import malformed

pytestmark = pytest.mark.parametrize("dynamodb", ["dynamodb_local"], indirect=True)


@pytest.fixture(autouse=True)
def _registered(deployed: Deployment) -> None:
    assert deployed
    register()


def next_query(answer: Answer) -> str | None:
    """Give the query of the page that *answer* links to."""
    link = answer.headers.get("link")
    if link is None:
        return None
    match = re.fullmatch(r'</tenants/1/members\?(\S+)>; rel="next"', link)
    assert match, link
    return match[1]


@pytest.mark.parametrize("user", MEMBERS)
def test_every_member_is_told_who_is_what_in_the_order_of_ids(user: int) -> None:
    register(2)

    answer = call("list_members", user=user)

    assert answer.status == 200
    assert answer.body == [{"tenant_id": 1, "user_id": each, "role": MEMBERS[each]} for each in sorted(MEMBERS)]
    assert "link" not in answer.headers


def test_who_is_registered_and_removed_is_there_and_gone_at_once() -> None:
    call("register_member", userId=2**53 - 1, body={"role": "readonly"}, **ADMIN)
    call("remove_member", userId=5, **ADMIN)

    shown = {member["user_id"]: member["role"] for member in call("list_members").body}

    assert shown == {1: "owner", 2: "manager", 3: "operator", 4: "readonly", 2**53 - 1: "readonly"}


def test_pages_follow_each_other_without_gap_or_repetition() -> None:
    answer = call("list_members", query="limit=2")
    pages = [answer.body]
    while query := next_query(answer):
        answer = call("list_members", query=query)
        pages.append(answer.body)

    assert [[member["user_id"] for member in page] for page in pages if page] == [[1, 2], [3, 4], [5]]


def test_a_cursor_of_another_list_is_refused() -> None:
    register(2)
    query = next_query(call("list_members", query="limit=1")) or ""

    of_a_tenant = call("list_members", tenant=2, query=query)
    of_a_list = call("list_connections", query=query)

    assert (of_a_tenant.status, of_a_tenant.body) == (400, malformed("cursor"))
    assert (of_a_list.status, of_a_list.body) == (400, malformed("cursor"))
