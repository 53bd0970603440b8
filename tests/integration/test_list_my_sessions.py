"""The queue: each tenant that a user is a member of, with who acts next there; and nothing of any other tenant."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.arranging import ADMIN, at_step, dated, everything_is_well, found, opened, started
from tests.calling import MEMBERS, Answer, call, connection, register
from tests.deployment import Deployment
from tests.matching import AN_INSTANT, UNLOCKED, a_problem, a_session, malformed
from tests.wire import Wire

pytestmark = pytest.mark.parametrize("dynamodb", ["dynamodb_local"], indirect=True)

NEVER_RUN = {"status": "unknown", "reason_code": "never_run", "stale": False}


@pytest.fixture(autouse=True)
def _registered(deployed: Deployment) -> None:
    assert deployed
    register()


def queue(user: int = 1, query: str = "") -> Answer:
    """Ask for a page of the queue of *user*."""
    return call("list_my_sessions", user=user, query=query)


def in_queue(tenant: int = 1, *, user: int = 1) -> dict[str, Any]:
    """Give what the queue of *user* says of *tenant*."""
    [shown] = [each for each in queue(user).body if each["tenant"]["id"] == tenant]
    answer: dict[str, Any] = shown
    return answer


def a_tenant(number: int = 1, **others: object) -> dict[str, object]:
    """Give what the queue of an owner says of a tenant just registered, but for *others*."""
    return {
        "tenant": {"id": number, "name": f"Tenant {number}"},
        "role": "owner",
        "session": None,
        "last_completed": None,
        "acts_next": "nobody",
        "because": [],
        "active_runs": [],
        "credential_expires_at": None,
        "drifted": False,
    } | others


def tenants(answer: Answer) -> list[int]:
    """Name the tenants that *answer* shows."""
    return [each["tenant"]["id"] for each in answer.body]


def next_query(answer: Answer) -> str | None:
    """Give the query of the page that *answer* links to."""
    link = answer.headers.get("link")
    if link is None:
        return None
    match = re.fullmatch(r'</onboarding/sessions\?(\S+)>; rel="next"', link)
    assert match, link
    return match[1]


def pages(user: int, limit: int) -> Iterator[Answer]:
    """Follow the links from the first page of the queue of *user* to the last."""
    query: str | None = f"limit={limit}"
    while query:
        answer = queue(user, query)
        yield answer
        query = next_query(answer)


def index_only(deployed: Deployment, tenant: int, user: int) -> None:
    """Leave in the index a member who is one no more: as it is until the index has caught up with the table.

    The index of this engine never lags. So an item that is no membership stands in for what it would still say.
    """
    key = {"tenant_id": {"N": str(tenant)}, "entry": {"S": f"gone#{user:016d}"}}
    deployed.dynamodb.put_item(TableName=deployed.tables.sessions, Item={**key, "user_id": {"N": str(user)}})


# ── What is shown ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_user_of_no_tenant_has_an_empty_queue() -> None:
    answer = queue(9)

    assert (answer.status, answer.body) == (200, [])
    assert "link" not in answer.headers


def test_a_tenant_without_a_session_is_in_the_queue_and_waits_for_nobody() -> None:
    answer = queue()

    assert (answer.status, answer.body) == (200, [a_tenant()])


@pytest.mark.parametrize(("user", "role"), MEMBERS.items())
def test_every_member_has_it_in_their_queue_with_their_role(user: int, role: str) -> None:
    opened(user=2)

    shown = in_queue(user=user)

    held = {"assigned_to_user_id": 2, "locked_by_user_id": 2}
    assert shown == a_tenant(role=role, session=a_session(**held), acts_next="us")


def test_a_session_is_shown_as_everywhere() -> None:
    at_step(3)
    call("update_session", sessionId=opened(), body={"note": "Calls back.", "waiting_until": "2026-03-02T09:30:00Z"})

    shown = in_queue()["session"]

    assert shown == call("get_session").body["session"]
    assert (shown["note"], shown["waiting_until"]) == ("Calls back.", "2026-03-02T09:30:00Z")


def test_an_expired_lock_is_shown_as_none(deployed: Deployment) -> None:
    opened()
    dated(deployed, deployed.tables.sessions, "open", locked_until=-1)

    assert in_queue()["session"] == a_session(**UNLOCKED)


def completed(user: int = 1) -> dict[str, Any]:
    """Walk the tenant through another session, have *user* complete it, and give what the queue says of that."""
    session_id = at_step(5)
    answer = call("update_session", user=user, sessionId=session_id, body={"status": "completed", "takeover": True})
    assert answer.status == 200
    return {"session_id": session_id, "at": answer.body["closed_at"], "by_user_id": user}


def test_a_completed_session_is_in_nobody_s_way_and_is_told_from_one_that_never_was() -> None:
    last = completed()

    assert in_queue() == a_tenant(last_completed=last)


def test_what_comes_after_a_completion_does_not_take_it_away() -> None:
    last = completed()

    session_id = opened()
    meanwhile = in_queue()["last_completed"]
    call("update_session", sessionId=session_id, body={"status": "abandoned"})

    assert meanwhile == last
    assert in_queue() == a_tenant(last_completed=last)


def test_of_several_completions_the_last_is_told() -> None:
    completed()

    last = completed(user=2)

    assert in_queue()["last_completed"] == last


def test_an_abandoned_session_completes_nothing() -> None:
    call("update_session", sessionId=opened(), body={"status": "abandoned"})

    assert in_queue() == a_tenant()


def test_a_tenant_that_was_completed_before_it_was_kept_says_nothing_of_it(deployed: Deployment) -> None:
    completed()
    deployed.dynamodb.update_item(
        TableName=deployed.tables.sessions,
        Key={"tenant_id": {"N": "1"}, "entry": {"S": "tenant"}},
        UpdateExpression="REMOVE last_completed",
    )

    assert in_queue() == a_tenant()


def test_what_keeps_the_session_is_shown_with_who_has_to_act() -> None:
    session_id = opened()
    found("consent_status")
    assert call("update_session", sessionId=session_id, body={"current_step": 3}).status == 200
    everything_is_well()
    found("license_check", "fail", "license_missing")
    found("intune_status", "unknown", "graph_unavailable")

    shown = in_queue()

    assert shown["acts_next"] == "customer"
    assert shown["because"] == [
        {"task_type": "license_check", "status": "fail", "reason_code": "license_missing", "stale": False},
        {"task_type": "intune_status", "status": "unknown", "reason_code": "graph_unavailable", "stale": False},
    ]


def test_a_run_under_way_is_shown_and_nobody_has_to_act_meanwhile() -> None:
    session_id = opened()
    call("update_session", sessionId=session_id, body={"current_step": 2})

    before = in_queue()
    started("consent_status")
    started("rbac_check")
    after = in_queue()

    because = [{"task_type": "consent_status", **NEVER_RUN}]
    assert (before["acts_next"], before["because"], before["active_runs"]) == ("us", because, [])
    assert (after["acts_next"], after["because"]) == ("nobody", because)
    assert after["active_runs"] == ["consent_status", "rbac_check"]


def test_in_review_what_grew_old_is_shown_as_such(deployed: Deployment) -> None:
    at_step(5)
    dated(deployed, deployed.tables.runs, "board#finding#rbac_check", recorded_at=-(25 * 3600))

    shown = in_queue()

    assert shown["acts_next"] == "us"
    assert shown["because"] == [{"task_type": "rbac_check", "status": "ok", "reason_code": None, "stale": True}]


def test_a_choice_of_connection_that_is_missing_is_shown_without_a_task() -> None:
    register(2, 201, 202)
    opened(tenant=2)

    shown = in_queue(2)

    assert shown["because"] == [
        {"task_type": None, "status": "unknown", "reason_code": "connection_missing", "stale": False}
    ]


def test_the_credential_of_the_connection_in_use_says_when_it_ends() -> None:
    ends = {101: "2027-01-01T00:00:00Z", 102: "2027-02-01T00:00:00Z"}
    call("register_connection", connectionId=101, body=connection(credential_expires_at=ends[101]), **ADMIN)

    alone = in_queue()["credential_expires_at"]
    call("register_connection", connectionId=102, body=connection(credential_expires_at=ends[102]), **ADMIN)
    of_two = in_queue()["credential_expires_at"]
    call("update_session", sessionId=opened(), body={"provider_connection_id": 102})
    chosen = in_queue()["credential_expires_at"]

    assert (alone, of_two, chosen) == (ends[101], None, ends[102])


def test_a_tenant_that_drifted_since_waits_for_us(deployed: Deployment) -> None:
    dated(deployed, deployed.tables.sessions, "tenant", drifted_at=-60)

    assert in_queue() == a_tenant(drifted=True, acts_next="us")


def test_until_when_it_waits_is_shown_and_does_not_change_who_acts() -> None:
    until = (datetime.now(UTC) + timedelta(days=3)).isoformat()
    session_id = opened()

    call("update_session", sessionId=session_id, body={"waiting_until": until})

    shown = in_queue()
    assert shown["session"]["waiting_until"] == AN_INSTANT
    assert shown["acts_next"] == "us"


# ── Page by page ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_pages_follow_each_other_in_the_order_of_ids_without_gap_or_repetition() -> None:
    for number in (30, 4, 200, 17):
        register(number)

    shown = [tenants(answer) for answer in pages(3, limit=2)]

    assert shown[:2] == [[1, 4], [17, 30]]
    assert [each for page in shown for each in page] == [1, 4, 17, 30, 200]


def test_a_page_has_25_unless_another_number_is_asked_for() -> None:
    for number in range(2, 29):
        register(number)

    assert len(queue().body) == 25
    assert len(queue(query="limit=100").body) == 28
    assert len(queue(query="limit=1").body) == 1


def test_a_page_of_those_who_left_is_empty_and_goes_on() -> None:
    for number in (2, 3):
        register(number)
    call("remove_member", userId=3, tenant=1, **{name: value for name, value in ADMIN.items() if name != "tenant"})

    shown = [tenants(answer) for answer in pages(3, limit=1)]

    assert [each for page in shown for each in page] == [2, 3]


@pytest.mark.parametrize("query", ["cursor=x", "cursor=bm90aGluZw==", "limit=0", "limit=101", "limit=2.0"])
def test_a_cursor_or_limit_that_is_none_is_refused(query: str) -> None:
    answer = queue(query=query)

    assert (answer.status, answer.body) == (400, malformed(query.partition("=")[0]))


@pytest.mark.parametrize("query", ["tenant=1", "user=2", "limit=1&limit=2", "limit="])
def test_anything_else_in_the_query_is_refused(query: str) -> None:
    answer = queue(query=query)

    assert (answer.status, answer.code) == (400, "invalid_request")


def test_a_cursor_of_another_user_is_refused() -> None:
    register(2)
    query = next_query(queue(1, "limit=1")) or ""

    answer = queue(2, query)

    assert (answer.status, answer.body) == (400, malformed("cursor"))


def test_a_cursor_of_the_tenant_that_has_the_user_s_id_is_refused() -> None:
    for _ in range(2):
        call("update_session", sessionId=opened(), body={"status": "abandoned"})
    link = call("list_sessions", query="limit=1").headers["link"]
    query = link[link.index("?") + 1 : link.index(">")]

    assert queue(1, query).status == 400


def test_nobody_has_a_queue_without_a_token() -> None:
    answer = call("list_my_sessions", anonymous=True)

    assert (answer.status, answer.body) == (401, a_problem("unauthenticated", 401))


@pytest.mark.parametrize("body", ["{", "[]", '{"user_id": 2}'])
def test_a_body_that_says_anything_is_refused(body: str) -> None:
    answer = call("list_my_sessions", body=body)

    assert (answer.status, answer.code) == (400, "invalid_request")


# ── Nothing of another's ─────────────────────────────────────────────────────────────────────────────────────────────


def test_a_queue_has_nothing_of_a_tenant_that_the_user_is_no_member_of() -> None:
    admin: dict[str, Any] = {"user": 100, "scope": "onboarding.admin"}
    call("register_tenant", tenant=2, body={"name": "Secret"}, **admin)
    call("register_member", tenant=2, userId=8, body={"role": "owner"}, **admin)
    call("register_connection", tenant=2, connectionId=201, body=connection(), **admin)
    opened(user=8, tenant=2)

    shown = {user: tenants(queue(user)) for user in (*MEMBERS, 8, 9, 100)}

    assert shown == {**{user: [1] for user in MEMBERS}, 8: [2], 9: [], 100: []}
    assert "Secret" not in str([queue(user).body for user in MEMBERS])


def test_the_platform_s_scope_shows_no_tenant_by_itself() -> None:
    assert call("list_my_sessions", **ADMIN).body == []


def test_who_was_removed_sees_nothing_though_the_index_still_says_so(deployed: Deployment, wire: Wire) -> None:
    opened()
    wire.before(lambda: call("remove_member", userId=3, **ADMIN), on="BatchGetItem")

    answer = queue(3)

    assert deployed
    assert (answer.status, answer.body) == (200, [])


def test_what_the_index_says_and_no_item_does_is_nothing(deployed: Deployment) -> None:
    for user in (3, 9):
        index_only(deployed, 1, user)

    assert queue(9).body == []
    assert [each["role"] for each in queue(3).body] == ["operator"]


def test_who_was_removed_and_is_back_sees_it_again() -> None:
    call("remove_member", userId=3, **ADMIN)
    assert queue(3).body == []

    call("register_member", userId=3, body={"role": "readonly"}, **ADMIN)

    assert in_queue(user=3)["role"] == "readonly"


def test_who_was_demoted_while_it_was_read_is_shown_with_the_role_they_have(wire: Wire) -> None:
    demote = {"userId": 2, "body": {"role": "readonly"}, **ADMIN}
    wire.before(lambda: call("register_member", **demote), on="BatchGetItem")

    assert in_queue(user=2)["role"] == "readonly"


def test_a_member_whose_tenant_is_not_there_is_left_out(deployed: Deployment) -> None:
    register(2)
    place = {"tenant_id": {"N": "1"}, "entry": {"S": "tenant"}}
    deployed.dynamodb.delete_item(TableName=deployed.tables.sessions, Key=place)

    assert tenants(queue()) == [2]


# ── Members of before there was a queue ──────────────────────────────────────────────────────────────────────────────


def as_before(deployed: Deployment, user: int) -> None:
    """Leave a member's item as it was written before there was the index."""
    deployed.dynamodb.update_item(
        TableName=deployed.tables.sessions,
        Key={"tenant_id": {"N": "1"}, "entry": {"S": f"member#{user:016d}"}},
        UpdateExpression="REMOVE user_id",
    )


@pytest.mark.parametrize(("user", "role"), MEMBERS.items())
def test_a_member_of_before_has_all_rights_and_an_empty_queue_until_registered_again(
    user: int, role: str, deployed: Deployment
) -> None:
    as_before(deployed, user)

    assert call("get_session", user=user).status == 200
    assert queue(user).body == []
    assert call("register_member", userId=user, body={"role": role}, **ADMIN).status == 200
    assert in_queue(user=user)["role"] == role


def test_registering_a_member_of_now_again_writes_nothing(deployed: Deployment) -> None:
    before = deployed.items(deployed.tables.audit)

    call("register_member", userId=3, body={"role": "operator"}, **ADMIN)

    assert deployed.items(deployed.tables.audit) == before
