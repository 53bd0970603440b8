"""What callers see: the given contract word for word, one error body, one order of checks, no input that breaks us."""

import json
from collections.abc import Callable
from importlib import import_module
from itertools import product
from typing import Any, NamedTuple

import pytest

from onboarding import routes
from tests import events, schemas
from tests.arranging import ADMIN, at_step, everything_is_well, found, let_the_lock_expire, opened, started
from tests.calling import MEMBERS, Answer, call, connection, register
from tests.deployment import Deployment
from tests.matching import a_problem, malformed

pytestmark = pytest.mark.parametrize("dynamodb", ["dynamodb_local"], indirect=True)


@pytest.fixture(autouse=True)
def _registered(deployed: Deployment) -> None:
    assert deployed
    register()


class Route(NamedTuple):
    """A route as these tests ask it: as whom, with which further arguments, and whether it takes a body."""

    given: dict[str, Any]
    body: dict[str, Any] | None = None
    ids: tuple[str, ...] = ("tenant",)
    least: str | None = "readonly"


ROUTES: dict[str, Route] = {
    "list_sessions": Route({}),
    "get_session": Route({}),
    "create_session": Route({}, least="operator"),
    "update_session": Route({"sessionId": 5}, {"current_step": 1}, ("tenant", "sessionId"), least="operator"),
    "list_tasks": Route({}),
    "start_run": Route({"taskType": "rbac_check"}, least="operator"),
    "get_run": Route({"runId": 5}, ids=("tenant", "runId")),
    "cancel_run": Route({"runId": 5}, ids=("tenant", "runId"), least="operator"),
    "list_evidence": Route({}),
    "compare_evidence": Route({"evidenceId": 5}, ids=("tenant", "evidenceId")),
    "list_audit": Route({}, least="owner"),
    "list_members": Route({}),
    "list_connections": Route({}),
    "create_consent_link": Route({"connectionId": 101}, ids=("tenant", "connectionId"), least="operator"),
    "register_tenant": Route(ADMIN, {"name": "Contoso"}, least=None),
    "register_member": Route({**ADMIN, "userId": 5}, {"role": "operator"}, ("tenant", "userId"), least="owner"),
    "remove_member": Route({**ADMIN, "userId": 5}, ids=("tenant", "userId"), least="owner"),
    "register_connection": Route(
        {**ADMIN, "connectionId": 102}, connection(), ("tenant", "connectionId"), least="owner"
    ),
}
ELSEWHERE = {
    *("preflight_connection", "record_consent", "list_my_sessions"),
    *("serve_docs", "serve_openapi", "serve_page"),
}
"""One would ask Microsoft, one is of no tenant, the others are asked by strangers; all have tests of their own."""

EVERY = pytest.mark.parametrize("name", ROUTES)
WITH_BODY = pytest.mark.parametrize("name", [name for name, route in ROUTES.items() if route.body])


def ask(name: str, **changes: Any) -> Answer:
    """Ask a route as it likes to be asked, but for *changes*."""
    route = ROUTES[name]
    body = {"body": route.body} if route.body else {}
    answer = call(name, **{**body, **route.given, **changes})
    is_sound(answer)
    return answer


def is_sound(answer: Answer) -> None:
    """Demand what holds of every answer."""
    assert answer.headers["x-request-id"]
    assert answer.headers["cache-control"] == "no-store"
    assert answer.status < 500
    if answer.status >= 400:
        assert answer.body == a_problem(
            answer.body["code"], answer.status, **{name: answer.body[name] for name in answer.body.keys() - _COMMON}
        )
        assert answer.body["error"] == answer.body["detail"]
        assert answer.body["request_id"] == answer.headers["x-request-id"]
        assert answer.headers["content-type"] == "application/json"
        schemas.named("ErrorResponse").validate(answer.body)


_COMMON = {"error", "code", "type", "title", "status", "detail", "request_id"}


# ── The contract ─────────────────────────────────────────────────────────────────────────────────────────────────────

SESSION = "/tenants/{tenantId}/onboarding/session"
RUNS = "/tenants/{tenantId}/onboarding/tasks/{taskType}/runs"


def every_way_to_see_a_session(deployed: Deployment) -> list[Answer]:
    answers = [call("get_session")]
    call("create_session")
    answers.append(call("get_session"))
    let_the_lock_expire(deployed)
    answers.append(call("get_session"))
    return answers


def every_way_to_create(deployed: Deployment) -> list[Answer]:
    register(2, 201, 202)
    answers = [call("create_session"), call("create_session", user=2), call("create_session", tenant=2)]
    let_the_lock_expire(deployed)
    return [*answers, call("create_session", user=3)]


def every_way_to_update(_deployed: Deployment) -> list[Answer]:
    session_id = at_step(5)
    bodies: list[dict[str, Any]] = [
        {},
        {"assigned_to_user_id": None},
        {"current_step": 5},
        {"assigned_to_user_id": 2},
        {"status": "completed"},
    ]
    return [call("update_session", sessionId=session_id, body=body) for body in bodies]


def every_way_to_list_tasks(_deployed: Deployment) -> list[Answer]:
    answers = [call("list_tasks")]
    everything_is_well()
    found("rbac_check", "fail", "role_missing")
    found("license_check", "unknown", "graph_throttled")
    started("consent_status")
    return [*answers, call("list_tasks")]


def every_way_to_start(_deployed: Deployment) -> list[Answer]:
    headers = {"Idempotency-Key": "k"}
    return [call("start_run", taskType="rbac_check", headers=headers) for _ in range(2)] + [
        call("start_run", taskType="rbac_check")
    ]


def every_way_to_be_blocked(_deployed: Deployment) -> list[Answer]:
    started("initial_sync")
    return [call("start_run", taskType="rbac_check")]


def every_way_to_list_evidence(_deployed: Deployment) -> list[Answer]:
    answers = [call("list_evidence")]
    found("rbac_check")
    opened()
    found("rbac_check", "warn", "role_excess", payload={"held": ["x"], "nested": {"n": 1.5}})
    return [*answers, call("list_evidence"), call("list_evidence", query="taskType=rbac_check&limit=1")]


PROMISED: dict[tuple[str, str, int], Callable[[Deployment], list[Answer]]] = {
    ("GET", SESSION, 200): every_way_to_see_a_session,
    ("POST", SESSION, 201): every_way_to_create,
    ("PATCH", f"{SESSION}/{{sessionId}}", 200): every_way_to_update,
    ("GET", "/tenants/{tenantId}/onboarding/tasks", 200): every_way_to_list_tasks,
    ("POST", RUNS, 201): every_way_to_start,
    ("POST", RUNS, 409): every_way_to_be_blocked,
    ("GET", "/tenants/{tenantId}/onboarding/evidence", 200): every_way_to_list_evidence,
}


@pytest.mark.parametrize("promise", PROMISED, ids=lambda promise: " ".join(map(str, promise)))
def test_what_the_contract_promises_is_answered_as_it_says(promise: tuple[str, str, int], deployed: Deployment) -> None:
    answers = PROMISED[promise](deployed)

    assert {answer.status for answer in answers} == {promise[2]}
    for answer in answers:
        schemas.of(*promise).validate(answer.body)
        assert answer.headers["content-type"] == "application/json"


def test_nothing_that_the_contract_promises_is_left_out(deployed: Deployment) -> None:
    assert deployed
    assert set(PROMISED) == set(schemas.promised())


def test_no_route_is_left_out(deployed: Deployment) -> None:
    assert deployed
    assert set(ROUTES) == routes.ROUTES.keys() - ELSEWHERE


def test_a_body_that_is_not_the_contract_s_is_caught(deployed: Deployment) -> None:
    assert deployed
    judge = schemas.of("GET", SESSION, 200)
    good: dict[str, Any] = {"id": 1, "tenant_id": 1, "status": "draft", "current_step": 1}

    assert judge.is_valid({"session": None})
    assert judge.is_valid({"session": good | {"locked_until": None}})
    assert not judge.is_valid({})
    assert not judge.is_valid({"session": good | {"status": "open"}})
    assert not judge.is_valid({"session": good | {"current_step": 6}})
    assert not judge.is_valid({"session": good | {"locked_until": "soon"}})
    assert not judge.is_valid({"session": {"id": 1}})


# ── Who asks ─────────────────────────────────────────────────────────────────────────────────────────────────────────

USELESS_TOKENS: dict[str, dict[str, str]] = {
    "no expiry": {name: value for name, value in events.claims(1).items() if name != "exp"},
    "an empty expiry": events.claims(1, exp=""),
    "no user id": events.claims(None),
    "an empty user id": events.claims(""),
    "a name for a user id": events.claims("alice"),
    "user id 0": events.claims(0),
    "a negative user id": events.claims(-1),
    "user id 01": events.claims("01"),
    "user id ' 1'": events.claims(" 1"),
    "user id 1.0": events.claims("1.0"),
    "user id in other digits": events.claims("\u0661"),
    "user id 2^53": events.claims(2**53),
    "a list for a user id": events.claims("[1 2]"),
    "an id token": events.claims(1) | {"token_use": "id"},
    "a refresh token": events.claims(1) | {"token_use": "refresh"},
    "an empty use": events.claims(1) | {"token_use": ""},
    "no claims": {"iss": "https://issuer.example.invalid"},
}


def test_a_token_that_names_no_user_for_now_is_refused(subtests: pytest.Subtests) -> None:
    for about, token in USELESS_TOKENS.items():
        with subtests.test(about):
            answer = ask("get_session", token=token)

            assert (answer.status, answer.body) == (401, a_problem("unauthenticated", 401))
            assert answer.headers["www-authenticate"] == "Bearer"


def test_no_route_answers_without_a_token(subtests: pytest.Subtests) -> None:
    for name in ROUTES:
        with subtests.test(name):
            answer = ask(name, anonymous=True)

            assert (answer.status, answer.code) == (401, "unauthenticated")


def test_a_token_without_a_use_and_with_any_scope_is_good() -> None:
    token = {name: value for name, value in events.claims(1, scope="openid").items() if name != "token_use"}

    assert ask("get_session", token=token).status == 200


@pytest.mark.parametrize("scope", ["onboarding.administrator", "xonboarding.admin", "ONBOARDING.ADMIN", "onboarding"])
def test_a_scope_that_only_looks_like_the_platform_s_is_none(scope: str) -> None:
    answer = ask("register_tenant", user=100, scope=scope)

    assert (answer.status, answer.code) == (404, "tenant_not_found")


@pytest.mark.parametrize(
    "claim", [{"scope": "openid onboarding.admin"}, {"scp": "onboarding.admin"}, {"scp": "[openid onboarding.admin]"}]
)
def test_the_platform_s_scope_is_found_among_others(claim: dict[str, str]) -> None:
    assert ask("register_tenant", token=events.claims(100) | claim).status == 200


def test_a_foreign_tenant_and_an_unknown_one_look_the_same(subtests: pytest.Subtests) -> None:
    changes = {"user": 9, "scope": ""}
    for name in ROUTES:
        with subtests.test(name):
            foreign, unknown = ask(name, **changes), ask(name, **changes, tenant=77)

            assert (foreign.status, unknown.status) == (404, 404)
            same = {"request_id": None}
            assert foreign.body | same == unknown.body | same == a_problem("tenant_not_found", 404) | same
            assert _without_id(foreign.headers) == _without_id(unknown.headers)


def _without_id(headers: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name != "x-request-id"}


@EVERY
def test_a_member_below_the_role_is_forbidden_and_one_of_it_is_not(name: str) -> None:
    least = ROUTES[name].least
    order = ["readonly", "operator", "manager", "owner"]

    codes = {role: ask(name, user=user, scope="").code for user, role in reversed(MEMBERS.items())}

    refused = {role for role, code in codes.items() if code == "role_insufficient"}
    assert refused == set(order[: order.index(least)] if least else order)


# ── The order of checks ──────────────────────────────────────────────────────────────────────────────────────────────

WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("401", {"anonymous": True}, "unauthenticated"),
    ("400", {"query": "unknown=1"}, "invalid_request"),
    ("404", {"user": 9}, "tenant_not_found"),
    ("403", {"user": 4}, "role_insufficient"),
    ("body", {"body": "{"}, "invalid_request"),
    ("404 of the thing", {"sessionId": 5}, "session_not_found"),
]


@pytest.mark.parametrize("first", range(len(WRONG)))
def test_of_everything_that_is_wrong_the_first_in_order_is_told(first: int) -> None:
    changes: dict[str, Any] = {}
    for _, wrong, _ in reversed(WRONG[first:]):
        changes |= wrong

    answer = ask("update_session", **changes)

    assert answer.code == WRONG[first][2]


@pytest.mark.parametrize("name", ["list_evidence", "list_sessions"])
@pytest.mark.parametrize("user", [1, 9], ids=["a member", "a stranger"])
def test_a_cursor_is_judged_with_the_query_before_who_asks(name: str, user: int) -> None:
    answer = ask(name, query="cursor=nonsense", user=user)

    assert (answer.status, answer.body) == (400, malformed("cursor"))


def test_a_body_is_too_large_before_it_is_of_the_wrong_type_before_it_is_malformed() -> None:
    large, text = "x" * 20_000, {"content-type": "text/plain"}

    answers = [
        ask("update_session", body=large, headers=text),
        ask("update_session", body="{", headers=text),
        ask("update_session", body="{"),
    ]

    assert [answer.status for answer in answers] == [413, 415, 400]


def test_the_thing_named_comes_before_its_lock_before_its_version_before_its_gates() -> None:
    session_id = opened()
    wrong = {"body": {"current_step": 5}, "headers": {"If-Match": '"1.1.1"'}}
    free = {**wrong, "sessionId": session_id}
    call("update_session", sessionId=session_id, body={"current_step": 1})

    codes = [
        ask("update_session", **wrong, sessionId=5, user=2).code,
        ask("update_session", **free, user=2).code,
        ask("update_session", **free).code,
        ask(
            "update_session", **{**free, "body": {"provider_connection_id": 999, "current_step": 5}, "headers": {}}
        ).code,
        ask("update_session", **{**free, "headers": {}}).code,
    ]

    assert codes == [
        "session_not_found",
        "session_locked",
        "version_stale",
        "connection_unknown",
        "step_prerequisites_unmet",
    ]


def test_an_unknown_task_is_told_after_who_asks_and_the_body() -> None:
    codes = [
        ask("start_run", taskType="x", user=9).code,
        ask("start_run", taskType="x", user=4).code,
        ask("start_run", taskType="x", body="{").code,
        ask("start_run", taskType="x").code,
    ]

    assert codes == ["tenant_not_found", "role_insufficient", "invalid_request", "task_type_unknown"]


# ── Unhappy input ────────────────────────────────────────────────────────────────────────────────────────────────────

NO_IDS = [
    "0",
    "-1",
    "01",
    "+1",
    "1.0",
    "1e3",
    " 1",
    "1 ",
    "x",
    "\u0663",
    "\u00b2",
    "9007199254740992",
    "9" * 40,
    "1,2",
    "0x1",
    "null",
    "1\n",
]


def test_what_is_no_id_is_refused_wherever_an_id_stands(subtests: pytest.Subtests) -> None:
    for name, where in ((name, where) for name, route in ROUTES.items() for where in route.ids):
        field = "tenantId" if where == "tenant" else where
        for wrong in NO_IDS:
            with subtests.test(name, where=where, wrong=wrong):
                answer = ask(name, **{where: wrong})

                assert (answer.status, answer.body) == (400, malformed(field))


@EVERY
def test_the_largest_id_is_one(name: str) -> None:
    answer = ask(name, tenant=2**53 - 1)

    assert answer.status in ({201} if name == "register_tenant" else {404})


UNKNOWN_QUERIES = {
    "x=1": "x",
    "x=": "x",
    "x": "x",
    "x=1&x=1": "x",
    "tenantId=1": "tenantId",
    "%FF=%FF": "\ufffd",
    "=1": "",
    "limit=1;cursor=x": "limit",
    f"x={'y' * 8000}": "x",
}


def test_a_query_that_a_route_does_not_know_is_refused(subtests: pytest.Subtests) -> None:
    for name, (query, field) in product(ROUTES, UNKNOWN_QUERIES.items()):
        with subtests.test(name, query=query[:20]):
            answer = ask(name, query=query)

            assert (answer.status, answer.code) == (400, "invalid_request")
            assert answer.body["errors"][0]["field"] == field


DEEP = 5_000
BROKEN_BODIES: dict[str, Any] = {
    "cut off": "{",
    "a tail": '{"a": 1}]',
    "not JSON": "current_step=1",
    "single quotes": "{'current_step': 1}",
    "a byte order mark": "\ufeff{}",
    "broken UTF-8": b'{"\xff\xfe": 1}',
    "UTF-16": '{"current_step": 1}'.encode("utf-16"),
    "a lone surrogate, escaped": '{"name": "\\ud800", "role": "\\ud800"}',
    "nested deeply": "[" * DEEP + "]" * DEEP,
    "nested deeply in an object": '{"a":' * 2_000 + "1" + "}" * 2_000,
    "NaN": '{"current_step": NaN}',
    "infinity": '{"current_step": -Infinity}',
    "a huge number": '{"current_step": 1e999}',
    "a long number": '{"current_step": ' + "9" * 5_000 + "}",
    "null": "null",
    "a list": "[]",
    "a text": '"x"',
    "a number": "1",
    "a truth": "true",
    "a zero byte": "\x00",
    "an unknown field": {"step": 1},
    "a prototype": {"__proto__": {"x": 1}},
}


def test_a_body_that_is_none_is_refused(subtests: pytest.Subtests) -> None:
    for name, (about, body) in product(ROUTES, BROKEN_BODIES.items()):
        with subtests.test(name, about=about):
            answer = ask(name, body=body)

            assert (answer.status, answer.code) == (400, "invalid_request")
            assert answer.body["errors"]


@WITH_BODY
def test_no_body_where_one_is_needed_is_refused(name: str) -> None:
    answers = [ask(name, body=body) for body in (None, "", b"")]

    assert [answer.code for answer in answers] == ["invalid_request"] * 3


def test_a_body_beyond_the_limit_is_refused(subtests: pytest.Subtests) -> None:
    for name, size, encoded in product(ROUTES, (16 * 1024 + 1, 1024 * 1024), (False, True)):
        with subtests.test(name, size=size, encoded=encoded):
            answer = ask(name, body=" " * size, encoded=encoded)

            assert (answer.status, answer.body) == (413, a_problem("body_too_large", 413))


@WITH_BODY
def test_a_body_of_just_the_limit_is_read(name: str) -> None:
    text = json.dumps(ROUTES[name].body)

    answer = ask(name, body=text + " " * (16 * 1024 - len(text)))

    assert answer.status not in {400, 413}


OTHER_TYPES = ("text/plain", "application/xml", "application/x-www-form-urlencoded", "json", "")


def test_a_body_of_another_media_type_is_refused(subtests: pytest.Subtests) -> None:
    for name, media_type in product(ROUTES, OTHER_TYPES):
        with subtests.test(name, media_type=media_type):
            answer = ask(name, body="{}", headers={"content-type": media_type})

            assert (answer.status, answer.body) == (415, a_problem("unsupported_media_type", 415))


@WITH_BODY
def test_json_by_any_of_its_names_is_read(name: str) -> None:
    types = ("application/json; charset=utf-8", "Application/JSON", "application/merge-patch+json")

    answers = [ask(name, headers={"content-type": media_type}) for media_type in types]

    assert not {answer.status for answer in answers} & {400, 415}


@WITH_BODY
def test_a_body_that_the_gateway_encoded_is_read_as_it_was_sent(name: str) -> None:
    answer = ask(name, encoded=True)

    assert answer.status not in {400, 413, 415}


@WITH_BODY
def test_a_body_that_is_not_what_its_encoding_says_is_refused(name: str) -> None:
    route = ROUTES[name]
    event = events.http(
        "POST", "/", parameters={"tenantId": 1, **{k: v for k, v in route.given.items() if k.endswith("Id")}}
    )
    event["requestContext"]["authorizer"]["jwt"]["claims"]["scope"] = "onboarding.admin"
    event |= {"body": "é{not base64", "isBase64Encoded": True}

    answer = import_module(f"api.{name}").handler(event, events.Context())

    assert answer["statusCode"] == 400


def each(field: str, wrong: list[Any]) -> list[dict[str, Any]]:
    """Give a body for each of the *wrong* values of *field*."""
    return [{field: value} for value in wrong]


WRONG_TYPES: dict[str, list[dict[str, Any]]] = {
    "update_session": [
        *each("current_step", ["1", 1.5, True, None, [], {}, 0, 6, -1, 2**53, 10**30]),
        *each("assigned_to_user_id", ["1", 1.0, True, [], {}, 0, -1, 2**53]),
        *each("provider_connection_id", ["1", 1.5, True, None, [], 0, -1, 2**53]),
        *each("takeover", ["true", 1, 0, [], {}]),
        *each("status", ["draft", "in_progress", "COMPLETED", "", 1, None, []]),
        *each("note", [1, True, [], {}, "x" * 501]),
        *each("waiting_until", [1, True, [], {}, "", "soon", "1772443800", "2026-03-02T09:30:00"]),
        {"status": "completed", "current_step": 5},
        {"current_step": 1, "step": 1},
    ],
    "register_tenant": each("name", [1, None, [], {}, True, "", " ", "x" * 201]),
    "register_member": each("role", [1, None, [], {}, True, "", "admin", "OWNER"]),
    "register_connection": [
        connection() | wrong
        for name in ("entra_tenant_id", "client_id", "credential_arn", "credential_kind", "cloud", "expected_domain")
        for wrong in each(name, [1, [], {}, True, "", "x" * 1000])
    ]
    + [connection() | wrong for wrong in each("credential_expires_at", [1, [], {}, True, "", "1700000000", "soon"])],
}


@WITH_BODY
def test_a_field_of_the_wrong_type_is_refused_and_named(name: str, subtests: pytest.Subtests) -> None:
    for body in WRONG_TYPES[name]:
        with subtests.test(body=str(body)[:60]):
            answer = ask(name, body=body)

            assert (answer.status, answer.code) == (400, "invalid_request")
            assert {error["field"].partition(".")[0] for error in answer.body["errors"]} <= {*body, ""}


def test_what_was_sent_is_never_repeated(subtests: pytest.Subtests) -> None:
    canary = "canary-7f3a9c"
    for name in ROUTES:
        with subtests.test(name):
            answers = [
                ask(name, body={"name": [canary], "role": canary, "current_step": canary, "client_id": canary}),
                ask(name, query=f"cursor={canary}&limit={canary}&x={canary}"),
                ask(name, tenant=canary),
            ]

            assert {answer.status for answer in answers} == {400}
            assert canary not in str([(answer.body, answer.headers) for answer in answers])


# ── Form ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


ACCEPTED = {
    "application/json": "application/json",
    "*/*": "application/json",
    "application/problem+json": "application/problem+json",
    "text/html, application/problem+json;q=0.9": "application/problem+json",
}


def test_a_refusal_is_a_problem_where_that_is_asked_for(subtests: pytest.Subtests) -> None:
    for name, (accept, media_type) in product(ROUTES, ACCEPTED.items()):
        with subtests.test(name, accept=accept):
            stranger = {**ROUTES[name].given, "user": 9, "scope": ""}
            answer = call(name, **stranger, headers={"Accept": accept})

            assert (answer.status, answer.headers["content-type"]) == (404, media_type)
            assert answer.body == a_problem("tenant_not_found", 404)


@pytest.mark.parametrize("name", ["get_session", "list_tasks", "list_evidence", "list_sessions"])
def test_an_answer_that_is_no_refusal_is_json_even_where_a_problem_was_asked_for(name: str) -> None:
    answer = ask(name, headers={"Accept": "application/problem+json"})

    assert (answer.status, answer.headers["content-type"]) == (200, "application/json")
