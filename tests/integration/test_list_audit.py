"""The audit trail: every act leaves its entry, exactly once; owners read it, newest first, and nobody else does."""

import logging
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from api import record_consent
from onboarding import clock, ids
from onboarding.domain.access import Caller
from onboarding.errors import Forbidden
from onboarding.flows.record_denial import record_denial
from onboarding.wiring import stores
from tests import events
from tests import wire as faults
from tests.arranging import ADMIN, acts_told, at_step, everything_is_well, let_the_lock_expire, opened, told_of
from tests.calling import ENTRA_TENANT, Answer, call, connection, register
from tests.deployment import Deployment
from tests.matching import AN_ID, AN_INSTANT, SOME_TEXT, a_problem, malformed
from tests.wire import FOR_EVER, Wire

pytestmark = pytest.mark.parametrize("dynamodb", ["dynamodb_local"], indirect=True)


@pytest.fixture(autouse=True)
def _registered(deployed: Deployment) -> None:
    assert deployed
    register()


def an_entry(act: str, user: int | None, session_id: object = None, **details: object) -> dict[str, object]:
    """Give an entry of tenant 1 as the list shows it."""
    return {
        "id": AN_ID,
        "tenant_id": 1,
        "at": AN_INSTANT,
        "act": act,
        "by_user_id": user,
        "source_ip": "203.0.113.7",
        "request_id": SOME_TEXT,
        "session_id": session_id,
        "details": details,
    }


def newest(number: int = 1) -> list[dict[str, Any]]:
    """Read the newest entries of tenant 1."""
    answer = call("list_audit", query=f"limit={number}")
    assert answer.status == 200, answer
    entries: list[dict[str, Any]] = answer.body
    return entries


def denied() -> list[dict[str, Any]]:
    """Read what members of tenant 1 were denied; an entry stands at the beginning of its minute."""
    return [entry for entry in newest(200) if entry["act"] == "access_denied"]


def edit(body: dict[str, Any], *, user: int = 1) -> Answer:
    """Edit the open session of tenant 1, which user 1 has opened."""
    return call("update_session", user=user, sessionId=opened(user=user), body=body)


# ── What is told ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_registration_is_told_from_the_first() -> None:
    told = newest(200)

    assert told[-1] == an_entry("tenant_registered", 100)
    assert told[-2] == an_entry("member_registered", 100, member_user_id=1, role="owner")
    assert told[0] == an_entry("connection_registered", 100, connection_id=101)
    assert len(told) == 7


@pytest.mark.parametrize(
    ("route", "arguments", "told"),
    [
        ("register_tenant", {**ADMIN, "body": {"name": "One"}}, an_entry("tenant_renamed", 100)),
        (
            "register_member",
            {"userId": 9, "body": {"role": "manager"}},
            an_entry("member_registered", 1, member_user_id=9, role="manager"),
        ),
        (
            "register_member",
            {"userId": 2, "body": {"role": "readonly"}},
            an_entry("member_registered", 1, member_user_id=2, role="readonly"),
        ),
        ("remove_member", {"userId": 5}, an_entry("member_removed", 1, member_user_id=5)),
        (
            "register_connection",
            {"connectionId": 102, "body": connection()},
            an_entry("connection_registered", 1, connection_id=102),
        ),
        (
            "register_connection",
            {"connectionId": 101, "body": connection(expected_domain="contoso.example")},
            an_entry("connection_changed", 1, connection_id=101),
        ),
        (
            "register_connection",
            {"connectionId": 101, "body": connection(credential_arn=None, credential_kind="federation")},
            an_entry("connection_changed", 1, connection_id=101),
        ),
    ],
)
def test_what_is_registered_is_told_once_and_the_same_again_is_not(
    route: str, arguments: dict[str, Any], told: dict[str, object], deployed: Deployment
) -> None:
    before = told_of(deployed)

    first = call(route, **arguments)
    again = call(route, **arguments)

    assert first.status in {200, 201, 204}
    assert again.status in {200, 404}
    assert newest() == [told]
    assert len(told_of(deployed)) == len(before) + 1


def test_what_a_connection_loses_is_a_change_of_it(deployed: Deployment) -> None:
    call("register_connection", connectionId=101, body=connection(expected_domain="contoso.example"))

    answer = call("register_connection", connectionId=101, body=connection())

    assert (answer.status, answer.body["expected_domain"]) == (200, None)
    assert len(told_of(deployed, "connection_changed")) == 2


@pytest.mark.parametrize("body", [connection("22222222-2222-4333-8444-555555555555")])
def test_what_is_refused_is_not_told(body: dict[str, Any], deployed: Deployment) -> None:
    before = told_of(deployed)

    answer = call("register_connection", connectionId=101, body=body)

    assert answer.code == "connection_fixed"
    assert call("remove_member", userId=9).code == "member_not_found"
    assert told_of(deployed) == before


def test_the_life_of_a_session_is_told(deployed: Deployment) -> None:
    session_id = at_step(1)
    everything_is_well()
    call("register_connection", connectionId=102, body=connection())

    edit({"takeover": True}, user=2)
    edit({"assigned_to_user_id": 2}, user=2)
    edit({"assigned_to_user_id": 3}, user=2)
    edit({"provider_connection_id": 102}, user=3)
    edit({"takeover": True, "status": "abandoned"}, user=1)

    assert acts_told(deployed) == [
        "session_opened",
        "session_taken_over",
        "session_assigned",
        "session_handed_off",
        "session_connection_changed",
        "session_taken_over",
        "session_abandoned",
    ]
    abandoned, taken, changed, handed_off, assigned, first_taken = newest(6)
    assert abandoned == an_entry("session_abandoned", 1, session_id)
    assert taken == an_entry("session_taken_over", 1, session_id, from_user_id=3)
    assert changed == an_entry(
        "session_connection_changed", 3, session_id, from_connection_id=101, to_connection_id=102
    )
    assert handed_off == an_entry("session_handed_off", 2, session_id, from_user_id=2, to_user_id=3)
    assert assigned == an_entry("session_assigned", 2, session_id, from_user_id=1, to_user_id=2)
    assert first_taken == an_entry("session_taken_over", 2, session_id, from_user_id=1)
    assert taken["request_id"] == abandoned["request_id"] != changed["request_id"]


def test_a_completion_is_told(deployed: Deployment) -> None:
    session_id = at_step(5)

    answer = edit({"status": "completed"})

    assert (answer.status, acts_told(deployed)) == (200, ["session_opened", "session_completed"])
    assert newest() == [an_entry("session_completed", 1, session_id)]


def test_who_loses_a_session_with_their_role_is_told_beside_it() -> None:
    session_id = opened(user=3)

    call("remove_member", userId=3)

    vacated, removed = newest(2)
    lost = {"member_user_id": 3, "lost_lock": True, "lost_assignment": True}
    assert vacated == an_entry("session_vacated", 1, session_id, **lost)
    assert removed == an_entry("member_removed", 1, member_user_id=3)


def test_a_consent_is_told_in_nobody_s_name_and_the_link_in_the_operator_s(deployed: Deployment) -> None:
    url = call("create_consent_link", user=3, connectionId=101).body["url"]
    [state] = parse_qs(urlsplit(url).query)["state"]
    query = urlencode({"admin_consent": "True", "tenant": ENTRA_TENANT, "state": state})

    answers = [
        record_consent.handler(events.http("GET", "/consent/callback", query=query, anonymous=True), events.Context())
        for _ in range(2)
    ]

    recorded, created = newest(2)
    assert [answer["statusCode"] for answer in answers] == [200, 200]
    assert recorded == an_entry("consent_recorded", None, connection_id=101)
    assert created == an_entry("consent_link_created", 3, connection_id=101)
    assert acts_told(deployed) == ["consent_link_created", "consent_recorded"]
    assert state.rpartition(".")[2] not in str(told_of(deployed))


def test_resuming_steps_and_heartbeats_are_not_told(deployed: Deployment) -> None:
    opened()
    let_the_lock_expire(deployed)

    opened(user=2)
    edit({"current_step": 2}, user=2)
    edit({}, user=2)

    assert acts_told(deployed) == ["session_opened"]


# ── With the act, or not at all ──────────────────────────────────────────────────────────────────────────────────────


def _takes_over() -> Callable[[], Answer]:
    session_id = opened(user=3)
    return lambda: call("update_session", user=2, sessionId=session_id, body={"takeover": True})


ACTS: dict[str, Callable[[], Callable[[], Answer]]] = {
    "create_session": lambda: lambda: call("create_session"),
    "take over": _takes_over,
    "register_tenant": lambda: lambda: call("register_tenant", **{**ADMIN, "tenant": 9}, body={"name": "Nine"}),
    "rename a tenant": lambda: lambda: call("register_tenant", **ADMIN, body={"name": "One"}),
    "register an operator": lambda: lambda: call("register_member", userId=9, body={"role": "operator"}),
    "register a reader": lambda: lambda: call("register_member", userId=9, body={"role": "readonly"}),
    "remove_member": lambda: lambda: call("remove_member", userId=5),
    "register_connection": lambda: lambda: call("register_connection", connectionId=102, body=connection()),
    "create_consent_link": lambda: lambda: call("create_consent_link", connectionId=101),
    "change a connection": lambda: (
        lambda: call("register_connection", connectionId=101, body=connection(expected_domain="contoso.example"))
    ),
}


def everything(deployed: Deployment) -> list[Any]:
    """Read all that is kept."""
    return [deployed.items(table) for table in deployed.tables]


@pytest.mark.parametrize("name", ACTS)
def test_an_act_whose_reply_was_lost_is_told_once(name: str, wire: Wire, deployed: Deployment) -> None:
    act = ACTS[name]()
    before = sum(len(told_of(deployed, tenant=tenant)) for tenant in (1, 9))
    wire.reset()
    wire.fail(faults.reply_lost(), on="TransactWriteItems")

    answer = act()

    assert answer.status in {200, 201, 204}
    assert wire.count("TransactWriteItems") == 2
    assert sum(len(told_of(deployed, tenant=tenant)) for tenant in (1, 9)) == before + 1


@pytest.mark.parametrize("name", ACTS)
def test_an_act_that_is_not_taken_is_not_told(name: str, wire: Wire, deployed: Deployment) -> None:
    act = ACTS[name]()
    before = everything(deployed)
    wire.fail(faults.throttled(), on="TransactWriteItems", times=FOR_EVER)

    answer = act()

    assert answer.code == "unavailable"
    assert everything(deployed) == before


@pytest.mark.parametrize("name", ACTS)
def test_an_entry_s_id_that_is_taken_is_made_anew(name: str, wire: Wire, deployed: Deployment) -> None:
    act = ACTS[name]()
    before = sum(len(told_of(deployed, tenant=tenant)) for tenant in (1, 9))
    others: dict[str, list[str | None]] = {
        "register_tenant": [None, None],
        "register_connection": [None, None],
        "register a reader": [None, None],
        "remove_member": [None, None],
    }
    wire.fail(faults.cancelled(*others.get(name, [None]), "ConditionalCheckFailed"), on="TransactWriteItems")

    answer = act()

    assert answer.status in {200, 201, 204}
    assert sum(len(told_of(deployed, tenant=tenant)) for tenant in (1, 9)) == before + 1


# ── What is denied ───────────────────────────────────────────────────────────────────────────────────────────────────


DENIED: list[tuple[str, dict[str, Any], str]] = [
    ("list_audit", {"user": 2}, "role_insufficient"),
    ("create_session", {"user": 4}, "role_insufficient"),
    ("start_run", {"user": 4, "taskType": "rbac_check"}, "role_insufficient"),
    ("register_member", {"user": 2, "userId": 9, "body": {"role": "owner"}}, "role_insufficient"),
    ("register_connection", {"user": 2, "connectionId": 102, "body": connection()}, "role_insufficient"),
    ("register_tenant", {"user": 1, "body": {"name": "Mine"}}, "role_insufficient"),
    ("update_session", {"user": 3, "body": {"takeover": True}}, "takeover_forbidden"),
]


@pytest.mark.parametrize(("route", "arguments", "code"), DENIED)
def test_what_a_member_was_denied_is_told_with_why_and_what(route: str, arguments: dict[str, Any], code: str) -> None:
    if route == "update_session":
        arguments = {**arguments, "sessionId": opened()}

    answer = call(route, **arguments)

    [entry] = denied()
    assert (answer.status, answer.body) == (403, a_problem(code, 403))
    assert entry == an_entry("access_denied", arguments["user"], code=code, route=SOME_TEXT)
    assert entry["request_id"] == answer.body["request_id"]


@pytest.mark.parametrize(
    ("body", "code"),
    [({"status": "abandoned"}, "abandon_forbidden"), ({"assigned_to_user_id": 2}, "assignment_forbidden")],
)
def test_an_operator_who_decides_for_others_is_told(body: dict[str, Any], code: str, deployed: Deployment) -> None:
    session_id = opened()
    let_the_lock_expire(deployed)

    answer = call("update_session", user=3, sessionId=session_id, body=body)

    assert answer.code == code
    assert denied() == [
        an_entry("access_denied", 3, code=code, route="PATCH /tenants/{tenantId}/onboarding/session/{sessionId}")
    ]


def test_a_stranger_leaves_a_line_in_the_log_and_nothing_in_the_trail(
    deployed: Deployment, caplog: pytest.LogCaptureFixture
) -> None:
    before = told_of(deployed)

    with caplog.at_level(logging.INFO):
        answer = call("list_audit", user=9)

    [line] = [vars(record) for record in caplog.records if record.message == "request"]
    assert (answer.status, answer.code) == (404, "tenant_not_found")
    assert told_of(deployed) == before
    assert {name: line[name] for name in ("route", "tenant_id", "user_id", "source_ip", "code")} == {
        "route": "GET /tenants/{tenantId}/audit",
        "tenant_id": 1,
        "user_id": 9,
        "source_ip": "203.0.113.7",
        "code": "tenant_not_found",
    }


@pytest.mark.parametrize("fault", [faults.throttled(), faults.refused("AccessDeniedException", "not allowed")])
def test_a_denial_that_cannot_be_told_is_a_denial_all_the_same(
    fault: faults.Fault, wire: Wire, deployed: Deployment, caplog: pytest.LogCaptureFixture
) -> None:
    before = told_of(deployed)
    wire.fail(fault, on="PutItem", times=FOR_EVER)

    with caplog.at_level(logging.ERROR):
        answer = call("list_audit", user=2)

    assert (answer.status, answer.body) == (403, a_problem("role_insufficient", 403))
    assert "denial not recorded" in caplog.messages
    assert told_of(deployed) == before


def test_where_from_is_what_the_gateway_saw_and_not_what_a_header_says() -> None:
    call("list_audit", user=2, headers={"X-Forwarded-For": "198.51.100.1", "Forwarded": "for=198.51.100.1"})

    assert [entry["source_ip"] for entry in denied()] == ["203.0.113.7"]


def test_a_denial_whose_reply_was_lost_is_told_once(wire: Wire, deployed: Deployment) -> None:
    wire.fail(faults.reply_lost(), on="PutItem")

    answer = call("list_audit", user=2)

    assert answer.status == 403
    assert len(told_of(deployed, "access_denied")) == 1


def test_a_denial_whose_id_is_taken_is_told_under_another(wire: Wire, deployed: Deployment) -> None:
    wire.fail(faults.refused("ConditionalCheckFailedException", "The conditional request failed"), on="PutItem")

    answer = call("list_audit", user=2)

    assert answer.status == 403
    assert len(told_of(deployed, "access_denied")) == 1


def test_the_same_denial_again_within_a_minute_is_told_once(deployed: Deployment) -> None:
    minute = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)

    again = [(0, 2, "one"), (1, 2, "one"), (59, 2, "one")]
    for seconds, user, route in [*again, (60, 2, "one"), (5, 3, "one"), (5, 2, "another")]:
        now = minute + timedelta(seconds=seconds)
        record_denial(
            Forbidden("role_insufficient", "No."),
            Caller(user, platform_scope=False),
            1,
            route,
            audit_entries=stores.audit_entries(),
            id_in_this_minute=partial(ids.of_minute, now),
            new_id=ids.new,
            now=now,
        )

    assert len(told_of(deployed, "access_denied")) == 4


def test_denials_that_meet_in_one_id_are_both_told(deployed: Deployment) -> None:
    now = clock.now()

    for user in (2, 3):
        record_denial(
            Forbidden("role_insufficient", "No."),
            Caller(user, platform_scope=False),
            1,
            "one",
            audit_entries=stores.audit_entries(),
            id_in_this_minute=lambda _about: 4096,
            new_id=ids.new,
            now=now,
        )

    assert len(told_of(deployed, "access_denied")) == 2


# ── Reading it ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("user", [2, 3, 4])
def test_only_an_owner_reads_it(user: int) -> None:
    answer = call("list_audit", user=user)

    assert (answer.status, answer.body) == (403, a_problem("role_insufficient", 403))


def test_the_platform_scope_alone_does_not_read_it() -> None:
    assert call("list_audit", **ADMIN).code == "tenant_not_found"


def next_query(answer: Answer) -> str | None:
    """Give the query of the page that *answer* links to."""
    match = re.fullmatch(r'</tenants/1/audit\?(\S+)>; rel="next"', answer.headers.get("link", ""))
    return match[1] if match else None


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 200])
def test_pages_follow_each_other_newest_first_without_gap_or_repetition(limit: int, deployed: Deployment) -> None:
    answers = [call("list_audit", query=f"limit={limit}")]
    while following := next_query(answers[-1]):
        answers.append(call("list_audit", query=following))

    shown = [entry["id"] for answer in answers for entry in answer.body]
    assert shown == [int(entry["entry_id"]["N"]) for entry in reversed(told_of(deployed))]
    assert all(len(answer.body) <= limit for answer in answers)


def test_an_act_of_a_later_version_is_shown_by_its_name(deployed: Deployment) -> None:
    deployed.dynamodb.put_item(
        TableName=deployed.tables.audit,
        Item={
            "tenant_id": {"N": "1"},
            "entry_id": {"N": str(ids.new())},
            "at": {"N": "1767225600000"},
            "act": {"S": "tenant_archived"},
            "by_user_id": {"N": "1"},
        },
    )

    assert [shown["act"] for shown in newest()] == ["tenant_archived"]


def test_tenants_do_not_see_each_other_s_trail() -> None:
    before = newest(200)
    register(2)

    assert newest(200) == before


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "cursor=x", "limit=1&limit=2", "act=access_denied"])
def test_a_query_that_is_none_is_refused(query: str) -> None:
    answer = call("list_audit", query=query)

    assert (answer.status, answer.body) == (400, malformed(query.partition("=")[0]))


@pytest.mark.parametrize(("route", "tenant"), [("list_evidence", 1), ("list_audit", 2)])
def test_a_cursor_of_another_list_is_refused(route: str, tenant: int) -> None:
    register(2)
    following = next_query(call("list_audit", query="limit=1"))

    answer = call(route, tenant=tenant, query=following)

    assert (answer.status, answer.body) == (400, malformed("cursor"))
