"""Who may do what: every cell of the matrix is asked of the real handlers."""

import json
from importlib import import_module

import pytest

from onboarding.routes import PAGE, ROUTES, Route, methods
from tests import events, template
from tests.calling import SECRET_ARN
from tests.security import matrix
from tests.security.matrix import PEOPLE, PUBLIC, Answer, Cells
from tests.security.scene import Asked, Pattern, Tenants, asked, body_of, person
from tests.tallies import tally

ASSERTED = tally(
    "MATRIX: {cells} cells asserted of the handlers ({routes} of routes, {acts} of acts within a PATCH); in {refused} "
    "of them somebody is refused, and changed nothing"
)

LETS_IN = {"preflight_connection": Answer(415, "unsupported_media_type")}
"""It would ask Microsoft. Here it is sent a body, which is judged after who asks: what that says is that they may."""


def answer(name: str, how: Asked, tenant: int, who: str) -> Answer:
    """Ask the handler of the row *name* in *tenant* as *who*."""
    route, (user, scope) = how.route, person(who)
    event = events.http(
        route.method,
        route.path,
        parameters={"tenantId": tenant, **how.ids},
        query=how.query,
        headers={"content-type": "text/plain"} if name in LETS_IN else {},
        body="never read" if name in LETS_IN else how.body,
        user=user,
        scope=scope,
        anonymous=user is None,
    )
    module = "answer_unmatched" if name.startswith("unmatched") else name.removesuffix("_itself")
    told = import_module(f"api.{module}").handler(event, events.Context())
    is_json = told["headers"].get("content-type") == "application/json"
    code = json.loads(told["body"]).get("code") if is_json and told["statusCode"] >= 400 else None
    return Answer(told["statusCode"], code)


def is_let_in(cell: Answer) -> bool:
    """Tell whether a cell lets somebody do what they asked for."""
    return cell.status < 400


def told_by_route(name: str, pattern: Pattern, tenants: Tenants) -> dict[str, Answer]:
    """Ask the route *name* as everybody, each who may write in a tenant of their own; nobody else changes anything."""
    how, told = asked(name, pattern.known), {}
    shared = tenants.copy(pattern)
    before = tenants.items(shared)
    for who, cell in matrix.routes()[name].items():
        writes = is_let_in(cell) and how.route.method != "GET"
        told[who] = answer(name, how, tenants.copy(pattern) if writes else shared, who)
    assert tenants.items(shared) == before
    return told


def told_by_act(name: str, pattern: Pattern, tenants: Tenants) -> dict[str, Answer]:
    """Ask for the act *name* as everybody, each who may in a tenant of their own; nobody else changes anything."""
    (act, _, lock), told = name.partition(", lock "), {}
    shared = tenants.copy(pattern, held=lock == "held")
    unchanged = {shared: tenants.items(shared)}
    for who, cell in matrix.acts()[name].items():
        tenant = shared
        if is_let_in(cell) or who in {"assignee", "holder"}:
            tenant = tenants.copy(pattern, who=who, held=lock == "held")
            if not is_let_in(cell):
                unchanged[tenant] = tenants.items(tenant)
        how = asked("update_session", pattern.known)._replace(body=body_of(act, person(who).user))
        told[who] = answer("update_session", how, tenant, who)
    assert {tenant: tenants.items(tenant) for tenant in unchanged} == unchanged
    return told


@pytest.mark.parametrize("name", matrix.routes())
def test_every_route_answers_everybody_as_the_matrix_says(name: str, pattern: Pattern, tenants: Tenants) -> None:
    told = told_by_route(name, pattern, tenants)

    row = matrix.routes()[name]
    assert told == {who: LETS_IN.get(name, cell) if is_let_in(cell) else cell for who, cell in row.items()}
    ASSERTED.update(cells=len(row), routes=len(row), refused=sum(not is_let_in(cell) for cell in row.values()))


@pytest.mark.parametrize("name", matrix.acts())
def test_every_act_within_a_patch_is_open_to_whom_the_matrix_says(
    name: str, pattern: Pattern, tenants: Tenants
) -> None:
    told = told_by_act(name, pattern, tenants)

    row = matrix.acts()[name]
    assert told == row
    ASSERTED.update(cells=len(row), acts=len(row), refused=sum(not is_let_in(cell) for cell in row.values()))


def test_where_a_credential_lies_is_shown_to_whoever_may_register_it(pattern: Pattern, tenants: Tenants) -> None:
    tenant, named = tenants.copy(pattern), set()
    how = asked("list_connections", pattern.known)
    for who, cell in matrix.routes()["list_connections"].items():
        user, scope = person(who)
        event = events.http(
            "GET", how.route.path, parameters={"tenantId": tenant}, user=user, scope=scope, anonymous=user is None
        )
        told = import_module("api.list_connections").handler(event, events.Context())
        if is_let_in(cell):
            arns = {each["credential_arn"] for each in json.loads(told["body"])}
            assert arns in ({None}, {SECRET_ARN}), who
            named |= {who} if None not in arns else set()

    assert named == matrix.NAMED


def test_a_cell_that_says_something_else_is_caught(pattern: Pattern, tenants: Tenants) -> None:
    for told, row in (
        (told_by_route("register_member", pattern, tenants), matrix.routes()["register_member"]),
        (told_by_act("abandon, lock free", pattern, tenants), matrix.acts()["abandon, lock free"]),
    ):
        for who, cell in row.items():
            assert told != row | {who: matrix.cell("404" if cell.status != 404 else "200")}, who


# ── Nothing is left out ──────────────────────────────────────────────────────────────────────────────────────────────


def deployed_routes() -> dict[tuple[str, str], bool]:
    """Read from the template every route with its method, and whether it needs no token."""
    return {
        (event["Properties"].get("Method", "ANY"), event["Properties"].get("Path", "$default")): event["Properties"]
        .get("Auth", {})
        .get("Authorizer")
        == "NONE"
        for function in template.functions(template.read()).values()
        for event in function.get("Events", {}).values()
        if event["Type"] == "HttpApi"
    }


def listed_routes(cells: Cells) -> dict[tuple[str, str], bool]:
    """Read the same from the matrix; KeyError if a row names no route. Who may see something may ask for its head."""
    extra = {
        "unmatched": Route("ANY", "$default"),
        "unmatched_options": Route("OPTIONS", "/{proxy+}"),
        "serve_page_itself": PAGE,
    }
    routes = {name: extra.get(name) or ROUTES[name] for name in cells}
    return {(method, route.path): name in PUBLIC for name, route in routes.items() for method in methods(route)}


def test_the_matrix_has_every_route_that_is_deployed_and_no_other() -> None:
    cells = matrix.routes()

    assert listed_routes(cells) == deployed_routes()
    assert set(cells) == {*ROUTES, "serve_page_itself", "unmatched", "unmatched_options"}


def test_a_route_that_is_not_in_the_matrix_is_caught() -> None:
    for name in matrix.routes():
        cells = matrix.routes()
        del cells[name]

        assert listed_routes(cells) != deployed_routes()


def test_a_row_that_names_no_route_is_caught() -> None:
    cells = matrix.routes(matrix.ROUTES.replace("get_run ", "got_run "))

    with pytest.raises(KeyError, match="got_run"):
        listed_routes(cells)


def test_a_route_that_is_public_in_the_matrix_alone_is_caught() -> None:
    cells = matrix.routes(matrix.ROUTES.replace("unmatched_options ", "unmatched         ", 1))

    assert listed_routes(cells) != deployed_routes()


def test_every_person_of_the_matrix_is_somebody_else() -> None:
    people = [person(who) for who in PEOPLE]

    assert len(set(people)) == len(PEOPLE)


def test_what_needs_no_token_is_what_answers_without_one() -> None:
    assert {name for name, row in matrix.routes().items() if row["no token"].status != 401} == set(PUBLIC)


def test_every_act_is_asked_with_the_lock_free_and_held() -> None:
    rows = {tuple(row.split(", lock ")) for row in matrix.acts()}

    # Where no lock is held there is none to take over, and the act is the same without.
    without_a_lock = {act for act in matrix.BODIES if not act.startswith("take over and")}
    assert rows == {(act, "held") for act in matrix.BODIES} | {(act, "free") for act in without_a_lock}
