"""An id that others have and an id that nobody has are one to whom it does not concern: to the byte, and to the call.

Compared is all that a caller can see of an answer, and all that DynamoDB is asked for it, from which its time comes.
"""

import json
import re
from collections.abc import Callable
from importlib import import_module
from typing import Any, NamedTuple, Protocol

import pytest

from onboarding.routes import ROUTES
from tests import events
from tests.arranging import ADMIN, found, opened
from tests.calling import call, register
from tests.deployment import Deployment
from tests.security.matrix import PUBLIC
from tests.security.scene import Asked, Known, Pattern, Tenants, asked, person
from tests.tallies import tally
from tests.wire import Wire

pytestmark = pytest.mark.parametrize("dynamodb", ["dynamodb_local"], indirect=True)

COMPARED = tally(
    "IDS: {strangers} answers to strangers and {members} to members: an id that others have, and one that nobody has, "
    "are told apart by nothing"
)

UNKNOWN = 999_999
"""A tenant that nobody has."""

UNIQUE = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\b[0-9a-f]{32}\b|\d{13,}")
"""What is made anew for every request, or is the time; ids of runs, sessions and evidence are alike."""


class Told(NamedTuple):
    """All that a caller can tell an answer from another by."""

    status: int
    headers: dict[str, str]
    body: str
    calls: list[tuple[str, str]]
    """What DynamoDB was asked, in order."""


class Ask(Protocol):
    """Asks the route *name* in *tenant* as *who*; the id *shown* is one and the same word in what is told."""

    def __call__(self, name: str, how: Asked, tenant: int, who: str, shown: str = "") -> Told: ...


@pytest.fixture
def ask(wire: Wire, deployed: Deployment) -> Ask:
    """Asks the real handlers, over the wire."""
    assert deployed

    def tell(name: str, how: Asked, tenant: int, who: str, shown: str = "") -> Told:
        user, scope = person(who)
        event = events.http(
            how.route.method,
            how.route.path,
            parameters={"tenantId": tenant, **how.ids},
            query=how.query,
            body=how.body,
            user=user,
            scope=scope,
        )
        del wire.calls[:]
        told = import_module(f"api.{name}").handler(event, events.Context())
        request_id = told["headers"].pop("x-request-id")

        def alike(text: str) -> str:
            text = (
                text.replace(request_id, "request").replace(f'"N": "{tenant}"', "tenant").replace(f"s/{tenant}", "s/T")
            )
            text = re.sub(rf"(?<!\w)0*{shown}(?!\w)", "shown", text) if shown else text
            return UNIQUE.sub("unique", text)

        calls = [(each.operation, alike(json.dumps(each.request, sort_keys=True))) for each in wire.calls]
        headers = {header: alike(value) for header, value in told["headers"].items()}
        return Told(told["statusCode"], headers, alike(told["body"]), calls)

    return tell


# ── Strangers ────────────────────────────────────────────────────────────────────────────────────────────────────────

BY_SCOPE = ("register_tenant", "register_member", "remove_member", "register_connection")
"""Where the platform's scope is a right, and its holder no stranger."""

STRANGERS = [
    (name, who)
    for name in ROUTES
    if name not in PUBLIC and "{tenantId}" in ROUTES[name].path
    for who in ("nobody", "owner elsewhere", "platform")
    if not (who == "platform" and name in BY_SCOPE)
]


def ways(how: Asked) -> list[Asked]:
    """Ask as *how*, with ids in the tenant that are nowhere, and with a body that is none."""
    nowhere: dict[str, object] = {each: "no_such_task" if each == "taskType" else 4_000_000 for each in how.ids}
    return [how, how._replace(ids=nowhere), how._replace(body="{")]


@pytest.mark.parametrize(("name", "who"), STRANGERS)
def test_to_a_stranger_every_tenant_is_unknown_whatever_they_ask_in_it(
    name: str, who: str, pattern: Pattern, tenants: Tenants, ask: Ask
) -> None:
    foreign = tenants.copy(pattern)

    told = [ask(name, how, tenant, who) for tenant in (foreign, UNKNOWN) for how in ways(asked(name, pattern.known))]

    assert told == [told[0]] * len(told)
    assert told[0].status == 404
    assert json.loads(told[0].body)["code"] == "tenant_not_found"
    assert [operation for operation, _ in told[0].calls] == ["BatchGetItem"]
    COMPARED["strangers"] += len(told)


@pytest.mark.parametrize("who", ["nobody", "readonly elsewhere", "owner elsewhere", "platform"])
def test_a_queue_is_the_same_to_the_call_whatever_tenants_others_have(
    who: str, pattern: Pattern, tenants: Tenants, ask: Ask
) -> None:
    how = asked("list_my_sessions", pattern.known)

    before = ask("list_my_sessions", how, UNKNOWN, who)
    tenants.copy(pattern)
    after = ask("list_my_sessions", how, UNKNOWN, who)

    assert before.status == 200
    assert after == before
    COMPARED["strangers"] += 2


# ── Members ──────────────────────────────────────────────────────────────────────────────────────────────────────────

MINE, THEIRS = 1, 2


class Pair(NamedTuple):
    """One way to ask with an id that another tenant has, and with an id that none has; and what both are told."""

    name: str
    field: str
    theirs: Callable[["Ids"], Any]
    nobodys: Callable[["Ids"], Any]
    status: int
    code: str | None
    place: str = "ids"
    """Where the id stands: in the path (`ids`), or the body."""


class Ids(NamedTuple):
    """What the other tenant has."""

    session: int
    closed: int
    run: int
    evidence: int


PAIRS = [
    Pair("update_session", "sessionId", lambda ids: ids.session, lambda ids: ids.session + 1, 404, "session_not_found"),
    Pair("update_session", "sessionId", lambda ids: ids.closed, lambda ids: ids.closed + 1, 404, "session_not_found"),
    Pair("get_run", "runId", lambda ids: ids.run, lambda ids: ids.run + 1, 404, "run_not_found"),
    Pair("cancel_run", "runId", lambda ids: ids.run, lambda ids: ids.run + 1, 404, "run_not_found"),
    Pair(
        "compare_evidence",
        "evidenceId",
        lambda ids: ids.evidence,
        lambda ids: ids.evidence + 1,
        404,
        "evidence_not_found",
    ),
    Pair("create_consent_link", "connectionId", lambda _: 201, lambda _: 209, 404, "connection_not_found"),
    Pair("remove_member", "userId", lambda _: 77, lambda _: 78, 404, "member_not_found"),
    Pair("register_member", "userId", lambda _: 77, lambda _: 78, 200, None),
    Pair("register_connection", "connectionId", lambda _: 201, lambda _: 209, 201, None),
    Pair("update_session", "assigned_to_user_id", lambda _: 77, lambda _: 78, 422, "assignee_not_eligible", "body"),
    Pair("update_session", "provider_connection_id", lambda _: 201, lambda _: 209, 422, "connection_unknown", "body"),
]


@pytest.fixture
def other(deployed: Deployment) -> Ids:
    """A tenant with everything, beside one's own; no id of it is one of one's own."""
    assert deployed
    for tenant in (MINE, THEIRS):
        register(tenant)
    call("register_member", userId=77, body={"role": "operator"}, tenant=THEIRS, **ADMIN)
    closed = opened(tenant=THEIRS)
    call("update_session", sessionId=closed, body={"status": "abandoned"}, tenant=THEIRS)
    session, evidence = opened(tenant=THEIRS), found("rbac_check", tenant=THEIRS)
    return Ids(session, closed, evidence.operation_run_id, evidence.id)


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: f"{pair.name} {pair.field}")
def test_an_id_of_another_tenant_is_unknown_in_one_s_own(pair: Pair, other: Ids, ask: Ask) -> None:
    mine = opened(tenant=MINE)
    how = asked(pair.name, Known(mine, run=0, evidence=0))

    told = []
    for find in (pair.theirs, pair.nobodys):
        given = {pair.field: find(other)}
        changed = how._replace(ids={**how.ids, **given}) if pair.place == "ids" else how._replace(body=given)
        told.append(ask(pair.name, changed, MINE, "owner", str(find(other))))

    assert told[0] == told[1]
    assert told[0].status == pair.status
    assert re.findall(r'"code":"(\w+)"', told[0].body) == ([pair.code] if pair.code else [])
    COMPARED["members"] += len(told)


def test_the_cursor_of_another_tenant_is_one_that_was_never_made(other: Ids, ask: Ask) -> None:
    assert other
    found("rbac_check", tenant=THEIRS)
    link = call("list_evidence", tenant=THEIRS, query="limit=1").headers["link"]
    cursor = link.partition("cursor=")[2].partition(">")[0]

    told = [
        ask("list_evidence", asked("list_evidence", Known(0, 0, 0))._replace(query=f"cursor={each}"), MINE, "owner")
        for each in (cursor, "nonsense")
    ]

    assert told[0] == told[1]
    assert (told[0].status, told[0].calls) == (400, [])
    COMPARED["members"] += len(told)


# ── The comparison can fail ──────────────────────────────────────────────────────────────────────────────────────────


def test_answers_that_differ_in_anything_a_caller_sees_are_told_apart(
    pattern: Pattern, tenants: Tenants, ask: Ask
) -> None:
    how = asked("get_run", pattern.known)

    told = ask("get_run", how, tenants.copy(pattern), "nobody")

    operation, request = told.calls[0]
    for other in (
        told._replace(status=403),
        told._replace(headers=told.headers | {"retry-after": "2"}),
        told._replace(body=told.body + " "),
        told._replace(calls=[*told.calls, ("GetItem", request)]),
        told._replace(calls=[(operation, request.replace("ConsistentRead", "Consistent"))]),
        told._replace(calls=[]),
    ):
        assert other != told


def test_who_is_a_member_is_told_apart_from_a_stranger(pattern: Pattern, tenants: Tenants, ask: Ask) -> None:
    tenant, how = tenants.copy(pattern), asked("get_run", pattern.known)

    assert ask("get_run", how, tenant, "readonly") != ask("get_run", how, tenant, "nobody")


def test_an_id_that_is_there_is_told_apart_from_one_that_is_not(other: Ids, ask: Ask) -> None:
    how = asked("get_run", Known(0, other.run, 0))
    unknown = how._replace(ids={"runId": other.run + 1})

    there, nowhere = (ask("get_run", each, THEIRS, "owner", str(each.ids["runId"])) for each in (how, unknown))

    assert (there.status, nowhere.status) == (200, 404)
    assert there.calls == nowhere.calls
    assert there != nowhere
