"""How an answer is given, whatever it says: the same on every route, as the rows of one table."""

import re
from collections.abc import Callable
from itertools import product
from typing import Any, NamedTuple

import pytest

from onboarding.rest import SMALLEST_COMPRESSED
from onboarding.routes import ACTING, PAGE, ROUTES, allowed, methods
from tests import described, events, template
from tests.arranging import ADMIN, found, opened, started
from tests.calling import Answer, call, connection, register
from tests.deployment import Deployment

pytestmark = pytest.mark.parametrize("dynamodb", ["dynamodb_local"], indirect=True)


@pytest.fixture(autouse=True)
def _registered(deployed: Deployment) -> None:
    assert deployed
    register()
    for user in (6, 7):
        call("register_member", userId=user, body={"role": "operator"}, **ADMIN)


def one_run(user: int = 1) -> dict[str, Any]:
    return {"runId": started("rbac_check", user=user)}


def one_session() -> dict[str, Any]:
    return {"sessionId": opened(), "body": {"current_step": 1}}


def one_finding() -> dict[str, Any]:
    return {"evidenceId": found("rbac_check").id}


def nothing() -> dict[str, Any]:
    return {}


class Row(NamedTuple):
    """How a route is asked so that it succeeds, and what its answer has beside what every answer has."""

    given: Callable[[], dict[str, Any]]
    status: int
    headers: frozenset[str] = frozenset()
    cache: str = "no-store"


COMPRESSIBLE = frozenset({"vary"})
"""What says of itself that it has another form."""

ROWS: dict[str, Row] = {
    "list_my_sessions": Row(nothing, 200),
    "list_sessions": Row(nothing, 200),
    "get_session": Row(nothing, 200),
    "create_session": Row(nothing, 201, frozenset({"etag", "location", "session-resumed"})),
    "update_session": Row(one_session, 200, frozenset({"etag"})),
    "list_tasks": Row(nothing, 200, COMPRESSIBLE),
    "start_run": Row(lambda: {"taskType": "rbac_check"}, 201, frozenset({"location", "operation-reused"})),
    "get_run": Row(one_run, 200, frozenset({"retry-after"})),
    "cancel_run": Row(one_run, 200),
    "list_evidence": Row(nothing, 200),
    "compare_evidence": Row(one_finding, 200),
    "list_audit": Row(nothing, 200, COMPRESSIBLE),
    "register_tenant": Row(lambda: {**ADMIN, "tenant": 2, "body": {"name": "Fabrikam"}}, 201, frozenset({"location"})),
    "list_members": Row(nothing, 200),
    "list_connections": Row(nothing, 200),
    "register_member": Row(lambda: {**ADMIN, "userId": 8, "body": {"role": "operator"}}, 200),
    "remove_member": Row(lambda: {**ADMIN, "userId": 7}, 204),
    "register_connection": Row(
        lambda: {**ADMIN, "connectionId": 102, "body": connection()}, 201, frozenset({"location"})
    ),
    "create_consent_link": Row(lambda: {"connectionId": 101}, 201),
    "serve_openapi": Row(nothing, 200, COMPRESSIBLE, "no-cache"),
    "serve_docs": Row(
        nothing,
        200,
        COMPRESSIBLE | {"content-security-policy", "referrer-policy", "x-content-type-options"},
        "no-cache",
    ),
}
ELSEWHERE = {"preflight_connection", "record_consent", "serve_page"}
"""The first asks Microsoft, the others are asked for by browsers; what is said here is tried with theirs."""

EVERY = pytest.mark.parametrize("name", ROWS)
SHOWING = [name for name in ROWS if ROUTES[name].method == "GET"]
SHOWN = pytest.mark.parametrize("name", SHOWING)
ALWAYS = {"x-request-id", "cache-control"}


def test_no_route_is_left_out(deployed: Deployment) -> None:
    assert deployed
    assert ROWS.keys() | ELSEWHERE == ROUTES.keys()


@EVERY
def test_an_answer_has_the_headers_of_its_row_and_no_others(name: str) -> None:
    row = ROWS[name]

    answer = call(name, **row.given())

    shown = {"etag"} if name in SHOWING else set()
    typed = {"content-type"} if answer.body is not None else set()
    assert answer.status == row.status
    assert answer.headers.keys() == ALWAYS | row.headers | shown | typed
    assert answer.headers["cache-control"] == row.cache
    assert re.fullmatch(r"JKJaXmPLvHcESHA\d+=", answer.headers["x-request-id"])


@EVERY
def test_what_is_created_is_found_where_it_is_said_to_be(name: str) -> None:
    answer = call(name, **ROWS[name].given())

    location = answer.headers.get("location")
    # A consent link is sent to somebody and kept by nobody, so it is nowhere.
    assert (location is not None) == (answer.status == 201 and name != "create_consent_link")
    assert location is None or allowed(location)


# ── What is known already ────────────────────────────────────────────────────────────────────────────────────────────


@SHOWN
def test_what_is_known_is_not_sent_again(name: str) -> None:
    given = ROWS[name].given()
    first = call(name, **given)
    tag = first.headers["etag"]

    for known in (tag, tag.removeprefix("W/"), f'"another", {tag}', "*"):
        again = call(name, **given, headers={"If-None-Match": known})

        assert (again.status, again.body) == (304, None)
        assert again.headers.items() >= (first.headers | {"x-request-id": again.headers["x-request-id"]}).items() - {
            ("content-type", first.headers["content-type"])
        }


@SHOWN
def test_what_is_not_known_is_sent(name: str) -> None:
    given = ROWS[name].given()

    for known in ('"another"', 'W/"0000"', "", "nonsense"):
        assert call(name, **given, headers={"If-None-Match": known}).status == 200


CHANGES: dict[str, Callable[[], object]] = {
    "get_session": opened,
    "list_sessions": lambda: call("update_session", sessionId=opened(), body={"assigned_to_user_id": None}),
    "list_tasks": lambda: started("license_check"),
    "list_evidence": lambda: found("rbac_check"),
    "list_audit": lambda: call("remove_member", userId=6, **ADMIN),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_tag_changes_with_what_is_shown(name: str) -> None:
    before = call(name)

    CHANGES[name]()

    after = call(name, headers={"If-None-Match": before.headers["etag"]})
    assert after.status == 200
    assert after.headers["etag"] != before.headers["etag"]


@pytest.mark.parametrize("name", [name for name in ROWS if ROUTES[name].method != "GET"])
def test_what_is_done_is_done_whatever_is_known(name: str) -> None:
    row = ROWS[name]

    assert call(name, **row.given(), headers={"If-None-Match": "*"}).status == row.status


# ── The head alone ───────────────────────────────────────────────────────────────────────────────────────────────────


@SHOWN
def test_the_head_is_that_of_the_answer(name: str) -> None:
    given = ROWS[name].given()
    whole = call(name, **given)

    head = call(name, method="HEAD", **given)

    assert (head.status, head.body) == (200, None)
    assert head.headers | {"x-request-id": ""} == whole.headers | {"x-request-id": ""}


@SHOWN
def test_the_head_of_what_is_known_is_that_it_is(name: str) -> None:
    given = ROWS[name].given()
    tag = call(name, **given).headers["etag"]

    assert call(name, method="HEAD", **given, headers={"If-None-Match": tag}).status == 304


@pytest.mark.parametrize("name", [name for name in SHOWING if "{tenantId}" in ROUTES[name].path])
def test_the_head_is_refused_to_whom_the_answer_is(name: str) -> None:
    given = ROWS[name].given()

    assert call(name, method="HEAD", **given, user=9).status == 404


# ── Which methods there are ──────────────────────────────────────────────────────────────────────────────────────────


def ask_for(method: str, path: str, **how: Any) -> dict[str, Any]:
    from api.answer_unmatched import handler  # noqa: PLC0415 - its settings are those of the test

    return handler(events.http(method, path, route="$default", **how), events.Context())


def test_every_path_says_which_methods_it_has(deployed: Deployment) -> None:
    assert deployed
    for route in ROUTES.values():
        there = {method for each in (*ROUTES.values(), PAGE) if each.path == route.path for method in methods(each)}
        path = re.sub(r"\{\w+\+?\}", "1", route.path)

        for method in ({"DELETE", "GET", "HEAD", "PATCH", "POST", "PUT", "TRACE"} - there) | {"OPTIONS"}:
            answer = ask_for(method, path, anonymous=method == "OPTIONS")

            assert answer["statusCode"] == (204 if method == "OPTIONS" else 405), (method, path)
            assert set(answer["headers"]["allow"].split(", ")) == there | {"OPTIONS"}


def test_only_what_acts_has_no_head(deployed: Deployment) -> None:
    assert deployed
    assert {each for each in ROUTES.values() if each.method == "GET" and "HEAD" not in methods(each)} == ACTING


# ── Who asks from a browser ──────────────────────────────────────────────────────────────────────────────────────────

CORS_SAFE = {"cache-control", "content-language", "content-length", "content-type", "expires", "last-modified"}
"""What a script sees of every answer (https://fetch.spec.whatwg.org/#cors-safelisted-response-header-name)."""
BROWSER_S = {"content-encoding", "vary", "www-authenticate", *("content-security-policy", "referrer-policy")}
"""What is the browser's affair, and no script's."""


def test_a_script_may_see_and_send_whatever_the_document_speaks_of(deployed: Deployment) -> None:
    assert deployed
    cors = template.read()["Resources"]["Api"]["Properties"]["CorsConfiguration"]
    parts = described.document()["components"]
    taken = {each["name"].lower() for each in parts["parameters"].values() if each["in"] == "header"}
    shown = {name.lower() for name in parts["headers"]} - CORS_SAFE - BROWSER_S - {"x-content-type-options"}

    assert set(cors["AllowHeaders"]) == taken | {"accept", "authorization", "content-type"}
    assert set(cors["ExposeHeaders"]) == shown
    assert set(cors["AllowMethods"]) == {method for route in ROUTES.values() for method in methods(route)} | {"OPTIONS"}


# ── Compressed where it pays ─────────────────────────────────────────────────────────────────────────────────────────

ADMITTING = ("gzip", "br, gzip", "GZIP;q=0.5", "*", "gzip; q=1.0, *;q=0", "deflate, *;q=0.001")
REFUSING = ("", "br", "identity", "gzip;q=0", "gzip; q=0.000, *", "*;q=0", "x-gzip-not")


def size(answer: Answer) -> int:
    return len(str(answer.body))


@pytest.mark.parametrize("encoding", ADMITTING)
def test_a_large_body_is_compressed_for_whoever_takes_that(encoding: str) -> None:
    plain, packed = call("list_tasks"), call("list_tasks", headers={"Accept-Encoding": encoding})

    assert size(plain) >= SMALLEST_COMPRESSED
    assert (packed.headers["content-encoding"], packed.headers["vary"]) == ("gzip", "accept-encoding")
    assert packed.body == plain.body
    assert packed.headers["etag"] == plain.headers["etag"]  # hence a weak one: it names what is shown, not the bytes


@pytest.mark.parametrize("encoding", REFUSING)
def test_a_large_body_is_left_as_it_is_for_whoever_does_not_and_says_that_it_has_another_form(encoding: str) -> None:
    plain = call("list_tasks", headers={"Accept-Encoding": encoding})

    assert "content-encoding" not in plain.headers
    assert plain.headers["vary"] == "accept-encoding"


@pytest.mark.parametrize("name", ["list_tasks", "get_session"])
@pytest.mark.parametrize("encoding", ["gzip", ""])
def test_what_is_known_says_that_it_has_another_form(name: str, encoding: str) -> None:
    etag = call(name).headers["etag"]

    known = call(name, headers={"If-None-Match": etag, "Accept-Encoding": encoding})

    assert (known.status, known.headers["vary"]) == (304, "accept-encoding")
    assert "content-encoding" not in known.headers


def test_a_small_body_is_left_as_it_is(subtests: pytest.Subtests) -> None:
    for name, encoding in product(("get_session", "create_session", "get_run"), ADMITTING):
        with subtests.test(name, encoding=encoding):
            answer = call(name, **ROWS[name].given(), headers={"Accept-Encoding": encoding})

            assert size(answer) < SMALLEST_COMPRESSED
            assert not {"content-encoding", "vary"} & set(answer.headers)


def test_the_head_of_a_large_body_says_that_it_would_be_compressed() -> None:
    head = call("list_tasks", method="HEAD", headers={"Accept-Encoding": "gzip"})

    assert (head.headers["content-encoding"], head.body) == ("gzip", None)


def test_a_refusal_that_is_large_is_compressed_too() -> None:
    unknown = "&".join(f"unknown{n}=1" for n in range(40))

    answer = call("list_tasks", query=unknown, headers={"Accept-Encoding": "gzip"})

    assert (answer.status, answer.headers["content-encoding"], answer.headers["vary"]) == (
        400,
        "gzip",
        "accept-encoding",
    )
    assert len(answer.body["errors"]) == 40
