import re

import pytest

from tests.arranging import found, opened
from tests.calling import Answer, call, register
from tests.deployment import Deployment
from tests.matching import AN_INSTANT, malformed

pytestmark = pytest.mark.parametrize("dynamodb", ["dynamodb_local"], indirect=True)


@pytest.fixture(autouse=True)
def _registered(deployed: Deployment) -> None:
    assert deployed
    register()


def shown(answer: Answer) -> list[int]:
    """Give the ids that *answer* shows."""
    assert answer.status == 200, answer
    return [piece["id"] for piece in answer.body]


def next_query(answer: Answer) -> str | None:
    """Give the query of the page that *answer* links to."""
    link = answer.headers.get("link")
    if link is None:
        return None
    match = re.fullmatch(r'</tenants/1/onboarding/evidence\?(\S+)>; rel="next"', link)
    assert match, link
    return match[1]


def pages(query: str) -> list[list[int]]:
    """Follow the links from the page at *query* to the end."""
    answers = [call("list_evidence", query=query)]
    while following := next_query(answers[-1]):
        answers.append(call("list_evidence", query=following))
    return [shown(answer) for answer in answers]


def test_without_evidence_the_list_is_empty() -> None:
    answer = call("list_evidence", user=4)

    assert (answer.status, answer.body) == (200, [])
    assert "link" not in answer.headers


def test_a_piece_is_shown_as_it_was_recorded() -> None:
    session_id = opened()
    payload = {"names": ["Zoë", "\U0001f600"], "n": 2**53 - 1, "f": 0.1, "empty": "", "none": None, "map": {}}
    evidence = found("rbac_check", "fail", "role_missing", payload=payload)

    answer = call("list_evidence", user=4)

    assert answer.body == [
        {
            "id": evidence.id,
            "tenant_id": 1,
            "onboarding_session_id": session_id,
            "provider_connection_id": 101,
            "task_type": "rbac_check",
            "status": "fail",
            "reason_code": "role_missing",
            "message": "Seen.",
            "payload": payload,
            "operation_run_id": evidence.operation_run_id,
            "recorded_at": AN_INSTANT,
        }
    ]


def test_without_a_session_its_id_is_null() -> None:
    found("rbac_check")

    [piece] = call("list_evidence").body
    assert piece["onboarding_session_id"] is None


@pytest.mark.parametrize("limit", [1, 2, 3, 200])
def test_pages_follow_each_other_newest_first_without_gap_or_repetition(limit: int) -> None:
    ids = [found(task).id for task in ("rbac_check", "license_check", "rbac_check", "intune_status", "rbac_check")]

    followed = pages(f"limit={limit}")

    assert [each for page in followed for each in page] == ids[::-1]
    assert all(len(page) <= limit for page in followed)


@pytest.mark.parametrize("limit", [1, 2, 200])
def test_pages_of_one_task_hold_that_task_only(limit: int) -> None:
    made = [found(task) for task in ("rbac_check", "license_check", "rbac_check", "rbac_check", "license_check")]

    followed = pages(f"taskType=rbac_check&limit={limit}")

    assert [each for page in followed for each in page] == [
        piece.id for piece in reversed(made) if piece.task_type == "rbac_check"
    ]


def test_what_is_recorded_while_somebody_pages_does_not_shift_the_pages() -> None:
    ids = [found("rbac_check").id for _ in range(3)]
    first = call("list_evidence", query="limit=2")
    found("rbac_check")

    second = call("list_evidence", query=next_query(first) or "")

    assert shown(first) + shown(second) == ids[::-1]


def test_tenants_do_not_see_each_other_s_evidence() -> None:
    register(2)
    found("rbac_check", tenant=2)

    assert call("list_evidence").body == []


@pytest.mark.parametrize("query", ["taskType=rbac_check", "taskType=license_check"])
def test_a_cursor_of_another_filter_is_refused(query: str) -> None:
    for _ in range(2):
        found("rbac_check")
    cursor = (next_query(call("list_evidence", query="limit=1")) or "").partition("cursor=")[2]

    answer = call("list_evidence", query=f"{query}&cursor={cursor}")

    assert (answer.status, answer.body) == (400, malformed("cursor"))


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("taskType=consent", "taskType"),
        ("taskType=", "taskType"),
        ("taskType=rbac_check&taskType=rbac_check", "taskType"),
        ("task_type=rbac_check", "task_type"),
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=-1", "limit"),
        ("limit=+1", "limit"),
        ("limit=1.0", "limit"),
        ("limit=%D9%A3", "limit"),
        ("limit=", "limit"),
        ("limit=1&limit=2", "limit"),
        ("cursor=", "cursor"),
        ("cursor=%FF", "cursor"),
        ("page=2", "page"),
    ],
)
def test_a_query_that_is_unknown_empty_or_repeated_is_refused(query: str, field: str) -> None:
    answer = call("list_evidence", query=query)

    assert (answer.status, answer.body) == (400, malformed(field))
