"""Our OpenAPI document: valid, whole, true to the source, and all that the given contract promises."""

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import jsonschema_rs
import openapi_spec_validator
import pytest
from openapi_spec_validator.validation.exceptions import OpenAPIValidationError

from docs.openapi.__main__ import text
from docs.openapi.document import OF_NO_ROUTE, document, refusals_of
from docs.openapi.document import described as described_routes
from docs.openapi.refusals import refusals
from tests import described, schemas

type Node = dict[str, Any]

ROUTES = described_routes()
METHODS = ("get", "post", "put", "patch", "delete")


@pytest.fixture(scope="module")
def ours() -> Node:
    return document()


def operations(told: Node) -> Iterator[tuple[str, str, Node]]:
    """Find every operation: its method, its path and what is said of it."""
    for path, item in told["paths"].items():
        for method in METHODS & item.keys():
            yield method, path, item[method]


# ── Valid, and as it was written down ────────────────────────────────────────────────────────────────────────────────


def test_it_is_valid(ours: Node) -> None:
    openapi_spec_validator.validate(ours)


def test_a_document_that_is_not_valid_is_caught(ours: Node) -> None:
    broken = deepcopy(ours)
    broken["paths"]["/tenants/{tenantId}/onboarding/session"]["get"]["parameters"] = []

    with pytest.raises(OpenAPIValidationError):
        openapi_spec_validator.validate(broken)


def test_it_is_the_one_that_is_published() -> None:
    assert described.DOCUMENT.read_text() == text()


def test_it_tells_of_every_route_of_the_api_and_of_nothing_else(ours: Node) -> None:
    assert {(method.upper(), path) for method, path, _ in operations(ours)} == set(ROUTES.values())


def test_each_operation_has_a_name_of_its_own(ours: Node) -> None:
    names = [operation["operationId"] for _, _, operation in operations(ours)]

    assert len(names) == len(set(names)) == len(ROUTES)


def test_nothing_is_described_that_nothing_refers_to(ours: Node) -> None:
    said = json.dumps(ours)
    # What is answered where there is no route belongs to no operation; the contract's general form to all of them.
    alone = {f"responses/{name}" for name in ("NoSuchRoute", "MethodNotAllowed")} | {"schemas/ErrorResponse"}
    parts = {f"{kind}/{name}" for kind, named in ours["components"].items() for name in named}

    unused = {part for part in parts if f'"#/components/{part}"' not in said}

    assert unused == alone | {"securitySchemes/accessToken"}


# ── True to the source ───────────────────────────────────────────────────────────────────────────────────────────────


def test_every_refusal_that_the_source_can_raise_belongs_to_a_route_and_none_does_that_it_cannot() -> None:
    declared = {code for name in ROUTES for code in refusals_of(name)} | set(OF_NO_ROUTE)

    assert declared == refusals().keys()


def test_each_operation_closes_the_codes_of_each_status(ours: Node) -> None:
    known = refusals()
    for name, route in ROUTES.items():
        told: set[tuple[str, str]] = set()
        for status, answer in ours["paths"][route.path][route.method.lower()]["responses"].items():
            body = _resolved(ours, answer).get("content", {}).get("application/problem+json", {}).get("schema", {})
            for each in body.get("oneOf", [body] if body else []):
                told.add((status, _resolved(ours, each)["properties"]["code"]["const"]))

        assert told == {(str(int(known[code].status)), code) for code in refusals_of(name)}


def examples(node: Any) -> Iterator[tuple[Node, Any]]:
    """Find every example with the schema that stands beside it."""
    if isinstance(node, list):
        for each in node:
            yield from examples(each)
    elif isinstance(node, dict):
        if "schema" in node and "examples" in node:
            yield from ((node["schema"], example["value"]) for example in node["examples"].values())
        for each in node.values():
            yield from examples(each)


def test_every_example_is_what_its_schema_says(ours: Node) -> None:
    found = list(examples(ours))

    for schema, value in found:
        jsonschema_rs.Draft202012Validator(
            {**schema, "components": ours["components"]}, validate_formats=True
        ).validate(value)
    assert len(found) > len(ROUTES)


def test_every_body_has_an_example(ours: Node) -> None:
    for name, route in ROUTES.items():
        operation = ours["paths"][route.path][route.method.lower()]
        bodies = [operation["requestBody"]] if "requestBody" in operation else []
        for answer in [*bodies, *(_resolved(ours, each) for each in operation["responses"].values())]:
            for kind, body in answer.get("content", {}).items():
                assert kind != "application/json" or body["examples"], (name, answer["description"])


def _resolved(told: Node, node: Node) -> Node:
    if "$ref" not in node:
        return node
    found: Any = told
    for key in node["$ref"].removeprefix("#/").split("/"):
        found = found[key]
    return _resolved(told, found)


# ── The judge of what is answered ────────────────────────────────────────────────────────────────────────────────────

A_TENANT = {"id": 1, "name": "Contoso"}
USUAL = {"content-type": "application/json", "x-request-id": "1", "cache-control": "no-store"}


def test_an_answer_as_the_document_says_has_no_breaches() -> None:
    assert list(described.breaches("register_tenant", 200, USUAL, A_TENANT)) == []


@pytest.mark.parametrize(
    ("status", "headers", "body"),
    [
        (204, USUAL, None),
        (200, USUAL | {"x-powered-by": "us"}, A_TENANT),
        (200, USUAL | {"content-type": "text/html"}, A_TENANT),
        (200, USUAL, {"id": 1}),
        (200, USUAL, A_TENANT | {"secret": "s"}),
        (200, USUAL, A_TENANT | {"id": "1"}),
        (409, USUAL, {"code": "run_blocked"}),
    ],
    ids=["status", "header", "media type", "lack of a field", "unsaid field", "type of a field", "code"],
)
def test_an_answer_that_the_document_does_not_know_is_caught(status: int, headers: dict[str, str], body: Any) -> None:
    assert list(described.breaches("register_tenant", status, headers, body))


# ── All that the contract promises ───────────────────────────────────────────────────────────────────────────────────


def alternatives(told: Node, schema: Node) -> list[Node]:
    """Take *schema* apart into what a value may be, each of one type."""
    schema = _resolved(told, schema)
    several = schema.get("anyOf") or schema.get("oneOf")
    if several:
        return [each for one in several for each in alternatives(told, one)]
    if isinstance(schema.get("type"), list):
        return [schema | {"type": each} for each in schema["type"]]
    return [schema]


def lacks(ours: Node, theirs: Node, mine: Node, given: Node, where: str) -> Iterator[str]:
    """Name what an answer as *mine* may be that one as *given* may not; both are schemas, each of its own document."""
    for one in alternatives(ours, mine):
        candidates = [each for each in alternatives(theirs, given) if each.get("type") == one.get("type")]
        if not candidates:
            yield f"{where} may be {one.get('type')}"
        for other in candidates[:1]:
            yield from _lacks_of_one(ours, theirs, one, other, where)


def _lacks_of_one(ours: Node, theirs: Node, mine: Node, given: Node, where: str) -> Iterator[str]:
    yield from (f"{where}.{name} may be absent" for name in {*given.get("required", [])} - {*mine.get("required", [])})
    for name, schema in given.get("properties", {}).items():
        if name in mine["properties"]:
            yield from lacks(ours, theirs, mine["properties"][name], schema, f"{where}.{name}")
        else:
            yield f"{where}.{name} is not there"
    if given.get("additionalProperties") is False:
        yield from (f"{where}.{name} is not known" for name in mine["properties"].keys() - given["properties"].keys())
    if "items" in given:
        yield from lacks(ours, theirs, mine["items"], given["items"], f"{where}[]")
    if "enum" in given and mine.get("enum") != given["enum"]:
        yield f"{where} is one of {mine.get('enum')}"
    if "maximum" in given and mine.get("enum") != [*range(given["minimum"], given["maximum"] + 1)]:
        yield f"{where} may be beyond its bounds"
    if given.get("format") != mine.get("format") and "format" in given:
        yield f"{where} has no format"


def broken_promises(ours: Node, theirs: Node) -> Iterator[str]:
    """Name what the contract promises and *ours* does not."""
    for path, item in theirs["paths"].items():
        for method, promised in item.items():
            where = f"{method} {path}"
            operation = ours["paths"].get(path, {}).get(method)
            if operation is None:
                yield f"{where} is not there"
                continue
            yield from _broken_answers(ours, theirs, operation, promised, where)
            yield from _broken_parameters(ours, theirs, operation, promised, where)
            if "requestBody" in promised:
                # What may be sent by the contract has to be taken: the other way round.
                taken, sent = _json(operation["requestBody"]), _json(promised["requestBody"])
                yield from lacks(theirs, ours, _without_bounds(theirs, sent), _taken(ours, taken), f"{where} body")


def _broken_answers(ours: Node, theirs: Node, operation: Node, promised: Node, where: str) -> Iterator[str]:
    for status, answer in promised["responses"].items():
        if status not in operation["responses"]:
            yield f"{where} never answers {status}"
            continue
        mine = _json(_resolved(ours, operation["responses"][status]))
        yield from lacks(ours, theirs, mine, _json(answer), f"{where} {status}")


def _broken_parameters(ours: Node, theirs: Node, operation: Node, promised: Node, where: str) -> Iterator[str]:
    known = {(each["in"], each["name"]): each for each in (_resolved(ours, p) for p in operation["parameters"])}
    for parameter in (_resolved(theirs, each) for each in promised["parameters"]):
        mine = known.get((parameter["in"], parameter["name"]))
        if mine is None:
            yield f"{where} does not take {parameter['name']}"
        elif mine.get("required", False) != parameter.get("required", False):
            yield f"{where} takes {parameter['name']} otherwise"
        elif _resolved(ours, mine["schema"])["type"] != parameter["schema"]["type"]:
            yield f"{where} takes {parameter['name']} as something else"
    demanded = {name for (_, name), each in known.items() if each.get("required")}
    for name in demanded - {_resolved(theirs, each)["name"] for each in promised["parameters"]}:
        yield f"{where} demands {name}"


def _json(described_body: Node) -> Node:
    schema: Node = described_body["content"]["application/json"]["schema"]
    return schema


def _without_bounds(told: Node, schema: Node) -> Node:
    """Say *schema* with its bounds as the values between them, as ours says it."""
    schema = deepcopy(_resolved(told, schema))
    for each in schema["properties"].values():
        if "maximum" in each:
            each["enum"] = [*range(each.pop("minimum"), each.pop("maximum") + 1)]
    return schema


def _taken(told: Node, schema: Node) -> Node:
    """Say of *schema* what the contract speaks of: what is added to it may be sent, and need not be."""
    schema = deepcopy(_resolved(told, schema))
    added = schema["properties"].keys() - {"current_step", "assigned_to_user_id", "takeover"}
    schema["properties"] = {name: each for name, each in schema["properties"].items() if name not in added}
    for each in schema["properties"].values():
        each.pop("maximum", None)  # no id is beyond what JavaScript keeps exact
    return schema


def test_it_promises_all_that_the_contract_promises(ours: Node) -> None:
    assert list(broken_promises(ours, schemas.contract())) == []


SESSION = "OnboardingSession"


@pytest.mark.parametrize(
    "break_it",
    [
        lambda told: told["paths"].pop("/tenants/{tenantId}/onboarding/tasks"),
        lambda told: told["paths"]["/tenants/{tenantId}/onboarding/session"]["post"]["responses"].pop("201"),
        lambda told: told["components"]["schemas"][SESSION]["required"].remove("status"),
        lambda told: told["components"]["schemas"][SESSION]["properties"].pop("locked_until"),
        lambda told: told["components"]["schemas"][SESSION]["properties"]["locked_until"].pop("format"),
        lambda told: told["components"]["schemas"]["SessionStatus"]["enum"].append("paused"),
        lambda told: told["components"]["schemas"]["SessionStatus"]["enum"].remove("draft"),
        lambda told: told["components"]["schemas"]["Step"]["enum"].append(6),
        lambda told: told["components"]["schemas"][SESSION]["properties"].update(id={"type": "string"}),
        lambda told: told["components"]["schemas"]["RunBlockedProblem"]["required"].remove("error"),
        lambda told: told["components"]["parameters"]["tenantId"]["schema"].update(type="string"),
        lambda told: told["components"]["schemas"]["UpdateOnboardingSessionRequest"]["properties"].pop("takeover"),
        lambda told: told["components"]["schemas"]["UpdateOnboardingSessionRequest"].update(required=["takeover"]),
        lambda told: told["components"]["schemas"]["UpdateOnboardingSessionRequest"]["properties"].update(
            takeover={"type": "boolean"}
        ),
    ],
    ids=range(14),
)
def test_a_promise_that_is_not_kept_is_caught(ours: Node, break_it: Any) -> None:
    broken = deepcopy(ours)
    break_it(broken)

    assert list(broken_promises(broken, schemas.contract()))
