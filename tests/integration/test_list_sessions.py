import re

import pytest

from tests.arranging import opened
from tests.calling import Answer, call, register
from tests.deployment import Deployment
from tests.matching import AN_INSTANT, UNLOCKED, a_session, malformed
from tests.wire import Wire

pytestmark = pytest.mark.parametrize("dynamodb", ["dynamodb_local"], indirect=True)


@pytest.fixture(autouse=True)
def _registered(deployed: Deployment) -> None:
    assert deployed
    register()


def closed(number: int) -> list[int]:
    """Open and abandon so many sessions; give their ids, newest first."""
    made = []
    for _ in range(number):
        made.append(opened())
        call("update_session", sessionId=made[-1], body={"status": "abandoned"})
    return made[::-1]


def shown(answer: Answer) -> list[int]:
    """Give the ids that *answer* shows."""
    return [session["id"] for session in answer.body]


def next_query(answer: Answer) -> str | None:
    """Give the query of the page that *answer* links to."""
    link = answer.headers.get("link")
    if link is None:
        return None
    match = re.fullmatch(r'</tenants/1/onboarding/sessions\?(\S+)>; rel="next"', link)
    assert match, link
    return match[1]


def test_a_tenant_without_sessions_has_an_empty_list() -> None:
    answer = call("list_sessions", user=4)

    assert (answer.status, answer.body) == (200, [])
    assert "link" not in answer.headers


def test_all_sessions_are_listed_the_open_one_first_and_then_the_newest() -> None:
    [first] = closed(1)
    second = opened(user=2)

    answer = call("list_sessions")

    assert answer.status == 200
    assert answer.body == [
        a_session(id=second, assigned_to_user_id=2, locked_by_user_id=2),
        a_session(id=first, status="abandoned", version=2, closed_at=AN_INSTANT, **UNLOCKED),
    ]


def test_pages_follow_each_other_without_gap_or_repetition() -> None:
    ids = [*closed(4)]
    ids.insert(0, opened())

    answer = call("list_sessions", query="limit=2")
    pages = [shown(answer)]
    while query := next_query(answer):
        answer = call("list_sessions", query=query)
        pages.append(shown(answer))

    assert [each for page in pages for each in page] == ids
    assert [len(page) for page in pages][:2] == [2, 2]


def test_a_page_for_the_open_session_alone_links_to_the_closed_ones() -> None:
    ids = closed(1)
    open_id = opened()

    first = call("list_sessions", query="limit=1")
    second = call("list_sessions", query=next_query(first) or "")

    assert (shown(first), shown(second)) == ([open_id], ids)


def test_a_session_closed_while_it_is_listed_is_listed_once(wire: Wire) -> None:
    session_id = opened()
    wire.before(lambda: call("update_session", sessionId=session_id, body={"status": "abandoned"}), on="Query")

    answer = call("list_sessions")

    assert shown(answer) == [session_id]


@pytest.mark.parametrize(
    "query", ["cursor=x", "cursor=bm90aGluZw==", "cursor=%C3%A9", f"cursor={'a' * 600}", "limit=0", "limit=201"]
)
def test_a_cursor_or_limit_that_is_none_is_refused(query: str) -> None:
    answer = call("list_sessions", query=query)

    assert (answer.status, answer.body) == (400, malformed(query.partition("=")[0]))


def test_a_cursor_of_another_tenant_is_refused() -> None:
    register(2)
    closed(2)
    query = next_query(call("list_sessions", query="limit=1")) or ""

    answer = call("list_sessions", tenant=2, query=query)

    assert (answer.status, answer.body) == (400, malformed("cursor"))
