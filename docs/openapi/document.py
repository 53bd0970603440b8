"""The document: every route with what it takes, what it answers and why it refuses."""

import inspect
from collections.abc import Iterator
from http import HTTPStatus
from importlib import import_module
from types import ModuleType
from typing import NamedTuple

from pydantic import BaseModel

from docs.openapi import examples
from docs.openapi.operations import NO_API, OPERATIONS, TAGS, Answer, Itself, ListOf, Operation, Page
from docs.openapi.refusals import HEADERS, RefusalKind, refusals
from docs.openapi.schemas import Node, parameter, reference, schemas
from docs.openapi.words import (
    GATEWAY,
    INTRODUCTION,
    PARAMETERS,
    REQUEST_HEADERS,
    RESPONSE_HEADERS,
    STRANGER_S_QUERY,
    Header,
)
from onboarding.domain.access import PLATFORM_SCOPE
from onboarding.parameters import NoPath, NoQuery, Parameters
from onboarding.problems import STATUS
from onboarding.rest import Admits, NoBody
from onboarding.routes import ROUTES, Route
from onboarding.views.body import View
from onboarding.views.problems import ProblemView

JSON, PROBLEM, HTML = "application/json", "application/problem+json", "text/html"
TITLE, VERSION, VERSION_OF_OPENAPI = "Tenant Onboarding", "1.0.0", "3.1.0"

ALWAYS = ("X-Request-Id", "Cache-Control")
"""The headers of every answer of ours."""

GUARDING = ("Content-Security-Policy", "Referrer-Policy", "X-Content-Type-Options")
"""The headers of every page."""

OF_EVERY_CALLER = ("invalid_request", "unauthenticated", "body_too_large", "unsupported_media_type", "unavailable")
OF_EVERY_TENANT = (*OF_EVERY_CALLER, "tenant_not_found")
"""What every route may refuse with that asks who calls, and every one that lies in a tenant."""

OF_EVERY_ROUTE = ("internal_error",)
OF_NO_ROUTE = ("route_not_found", "method_not_allowed")
"""What is answered where there is no route."""


class Declared(NamedTuple):
    """What a handler itself says of its route."""

    module: ModuleType
    admits: Admits | None
    """Whom it lets in of a tenant; None if it lies in none."""
    is_public: bool
    """Whether it asks nobody who they are."""
    path: type[Parameters]
    query: type[Parameters]
    body: type[BaseModel]

    @classmethod
    def by(cls, name: str) -> "Declared":
        """Read it off the handler of the Lambda *name*."""
        module = import_module(f"api.{name}")
        known = inspect.getclosurevars(module.handler).nonlocals
        if "whom" in known:
            lets_in, taken = known["whom"], (known["path"], known["query"], known["body"])
            return cls(module, lets_in, is_public=False, path=taken[0], query=taken[1], body=taken[2])
        nobody_asked, query = "query" not in known, known.get("query", NoQuery)
        return cls(module, None, is_public=nobody_asked, path=NoPath, query=query, body=NoBody)

    @property
    def taken(self) -> type[BaseModel] | None:
        """The model of the body, if it takes one."""
        return None if self.body is NoBody else self.body


class GatewayError(View):
    """What API Gateway itself answers, before or in place of a function."""

    message: str


def document() -> Node:
    """Write the document."""
    known = refusals()
    declared = {name: Declared.by(name) for name in described()}
    paths: Node = {}
    for name, route in described().items():
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(name, route, declared[name], known)
    return {
        "openapi": VERSION_OF_OPENAPI,
        "info": {"title": TITLE, "version": VERSION, "description": INTRODUCTION},
        "servers": [{"url": "/", "description": "Where this document is served"}],
        "tags": [{"name": name, "description": words} for name, words in TAGS.items()],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "accessToken": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "JWT",
                    "description": "An OIDC access token (RS256) that names an integer user id.",
                }
            },
            "parameters": {
                **{each["name"]: each for route in declared.values() for each in _in_url(route.path, "path")},
                **{
                    name: {"name": name, "in": "header", **_described(header)}
                    for name, header in REQUEST_HEADERS.items()
                },
            },
            "headers": {name: _described(header) for name, header in RESPONSE_HEADERS.items()},
            "responses": _shared(known),
            "schemas": _schemas(declared, known),
        },
    }


def described() -> dict[str, Route]:
    """List the routes that the document tells of, by the name of the Lambda."""
    return {name: route for name, route in ROUTES.items() if name not in NO_API}


def refusals_of(name: str) -> tuple[str, ...]:
    """List the codes that the route *name* may refuse with."""
    declared, operation = Declared.by(name), OPERATIONS[name]
    if declared.admits is None:
        return (*(() if declared.is_public else OF_EVERY_CALLER), *OF_EVERY_ROUTE, *operation.refuses)
    forbids = declared.admits.least is None or declared.admits.least.value != "readonly"
    return (*OF_EVERY_TENANT, *(("role_insufficient",) if forbids else ()), *OF_EVERY_ROUTE, *operation.refuses)


def _operation(name: str, route: Route, declared: Declared, known: dict[str, RefusalKind]) -> Node:
    operation = OPERATIONS[name]
    summary, rest = _words(declared.module, route)
    takes = [*operation.takes, *(["If-None-Match"] if _shows(name, operation) else [])]
    parameters = [*_parameters(declared), *({"$ref": f"#/components/parameters/{each}"} for each in takes)]
    described: Node = {
        "operationId": _camel(name),
        "tags": [operation.tag],
        "summary": summary,
        "description": "\n\n".join([*rest, *_who(declared)]),
        "parameters": parameters,
    }
    if declared.taken:
        described["requestBody"] = _request_body(declared.taken)
    described["responses"] = _responses(name, operation, known)
    described["security"] = _security(declared)
    return described


def _words(module: ModuleType, route: Route) -> tuple[str, list[str]]:
    """Take the summary from the module's first sentence, which begins with the route, and the rest from below it."""
    first, *more = inspect.cleandoc(module.__doc__ or "").split("\n\n")
    asked, colon, sentence = first.partition(": ")
    if not colon or asked != f"{route.method} {route.path}":
        raise ValueError(f"{module.__name__}: its docstring has to begin with `{route.method} {route.path}: `")
    handler = inspect.cleandoc(module.handler.__doc__ or "").split("\n\n")
    paragraphs = [" ".join(each.split()) for each in (*handler, *more)]
    summary = " ".join(sentence.split()).rstrip(".")
    return summary[0].upper() + summary[1:], paragraphs


def _who(declared: Declared) -> Iterator[str]:
    admits = declared.admits
    if admits is None:
        yield "For everybody: it needs no token." if declared.is_public else "For whoever is signed in."
        return
    members = [f"members of at least `{admits.least.value}`"] if admits.least else []
    platform = [f"the owning product, by the scope `{PLATFORM_SCOPE}`"] if admits.platform else []
    yield f"For {', and for '.join([*members, *platform])}."


def _security(declared: Declared) -> list[Node]:
    """Name the roles that are let in, as 3.1 has room for (https://spec.openapis.org/oas/v3.1.0#security-requirement)."""
    admits = declared.admits
    if admits is None:
        return [] if declared.is_public else [{"accessToken": []}]
    least = [{"accessToken": [admits.least.value]}] if admits.least else []
    return [*least, *([{"accessToken": [PLATFORM_SCOPE]}] if admits.platform else [])]


def _parameters(declared: Declared) -> Iterator[Node]:
    if declared.module.__name__ == "api.record_consent":  # it takes whatever Microsoft sends
        for name, words in STRANGER_S_QUERY.items():
            yield {"name": name, "in": "query", "description": words, "schema": {"type": "string"}}
    for each in _in_url(declared.path, "path"):
        yield {"$ref": f"#/components/parameters/{each['name']}"}
    yield from _in_url(declared.query, "query")


def _in_url(model: type[Parameters], where: str) -> Iterator[Node]:
    for field_name, field in model.model_fields.items():
        name = field.alias or field_name
        required = {"required": True} if field.is_required() else {}
        words, schema = PARAMETERS[name], parameter(model, field)
        yield {"name": name, "in": where, **required, "description": words, "schema": schema}


def _described(header: Header) -> Node:
    return {"description": header.words, "schema": header.schema}


def _request_body(model: type[BaseModel]) -> Node:
    given = {name: {"value": value} for name, value in examples.BODIES[model].items()}
    return {"required": True, "content": {JSON: {"schema": reference(model), "examples": given}}}


def _responses(name: str, operation: Operation, known: dict[str, RefusalKind]) -> Node:
    answers = operation.answers
    if _shows(name, operation):
        shown = answers[HTTPStatus.OK]
        answers = {
            **answers,
            HTTPStatus.OK: shown._replace(headers=("ETag", *shown.headers)),
            HTTPStatus.NOT_MODIFIED: Answer(
                "As `If-None-Match` has it.", None, ("ETag", *shown.headers, *_guarding(shown))
            ),
        }
    by_status: dict[HTTPStatus, Node] = {status: _response(answer, operation) for status, answer in answers.items()}
    codes = [known[code] for code in refusals_of(name)]
    # Where no token is asked for, the gateway misses none.
    theirs = GATEWAY.keys() - ({HTTPStatus.UNAUTHORIZED} if Declared.by(name).is_public else set())
    for status in sorted({each.status for each in codes} | theirs):
        ours = [each for each in codes if each.status is status]
        if status not in by_status:
            by_status[status] = _refused(status, ours, shared=_is_shared(status, ours))
    return {str(int(status)): by_status[status] for status in sorted(by_status)}


def _shows(name: str, operation: Operation) -> bool:
    """Tell whether the route *name* only shows what there is, with an ETag."""
    return ROUTES[name].method == "GET" and operation.answers[HTTPStatus.OK].body is not None


def _response(answer: Answer, operation: Operation) -> Node:
    headers = _named_headers((*answer.headers, *_guarding(answer), *ALWAYS))
    described: Node = {"description": answer.what, "headers": headers}
    if isinstance(answer.body, Page):
        described["content"] = {HTML: {"schema": {"type": "string"}}}
    elif answer.body is not None:
        described["content"] = {JSON: _content(answer.body)}
    if operation.links and answer.body:
        described["links"] = {
            _camel(name): {"operationId": _camel(name), "parameters": given} for name, given in operation.links.items()
        }
    return described


def _guarding(answer: Answer) -> tuple[str, ...]:
    return GUARDING if isinstance(answer.body, Page) else ()


def _content(body: type[BaseModel] | ListOf | Itself) -> Node:
    if isinstance(body, Itself):
        least = {"openapi": VERSION_OF_OPENAPI, "info": {"title": TITLE, "version": VERSION}, "paths": {}}
        schema = {"type": "object", "required": list(least)}
        return {"schema": schema, "examples": {"the least of it": {"value": least}}}
    shown = examples.answers()
    if isinstance(body, ListOf):
        values = [each.model_dump(mode="json") for each in shown[body.each].values()]
        return {"schema": {"type": "array", "items": reference(body.each)}, "examples": {"page": {"value": values}}}
    named = {name: {"value": each.model_dump(mode="json")} for name, each in shown[body].items()}
    return {"schema": reference(body), "examples": named}


def _named_headers(names: tuple[str, ...]) -> Node:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


_SHARED = {
    "invalid_request": "Malformed",
    "unauthenticated": "Unauthenticated",
    "tenant_not_found": "NoSuchTenant",
    "role_insufficient": "Forbidden",
    "body_too_large": "TooLarge",
    "unsupported_media_type": "NotJson",
    "internal_error": "Broken",
    "unavailable": "Unavailable",
    "route_not_found": "NoSuchRoute",
    "method_not_allowed": "MethodNotAllowed",
}
"""Answers that many routes give, and no other with their status."""


def _is_shared(status: HTTPStatus, ours: list[RefusalKind]) -> bool:
    return status in GATEWAY if not ours else len(ours) == 1 and ours[0].code in _SHARED


def _shared(known: dict[str, RefusalKind]) -> Node:
    alone = {each.name: _refused(status, [], shared=False) for status, each in GATEWAY.items() if each.name}
    return {name: _refused(known[code].status, [known[code]], shared=False) for code, name in _SHARED.items()} | alone


def _refused(status: HTTPStatus, ours: list[RefusalKind], *, shared: bool) -> Node:
    """Describe a refusal: in our form, which may be a problem, and in the gateway's where it may be first."""
    if shared:
        name = _SHARED[ours[0].code] if ours else GATEWAY[status].name
        return {"$ref": f"#/components/responses/{name}"}
    bodies = [{"$ref": f"#/components/schemas/{each.schema_name}"} for each in ours]
    given = {each.code: {"value": examples.refusal(each)} for each in ours}
    headers = _named_headers((*dict.fromkeys(name for each in ours for name in HEADERS.get(each.code, ())), *ALWAYS))
    words = " ".join([*(f"`{each.code}`: {_sentence(each)}" for each in ours), *_gateway_words(status)])
    problem = {PROBLEM: {"schema": _one_of(bodies)}} if ours else {}
    if status in GATEWAY:
        bodies.append(reference(GatewayError))
        given["gateway"] = {"value": {"message": GATEWAY[status].message}}
    answer: Node = {"description": words, "content": {JSON: {"schema": _one_of(bodies), "examples": given}, **problem}}
    return {**answer, "headers": headers} if ours else answer


def _gateway_words(status: HTTPStatus) -> list[str]:
    return [GATEWAY[status].words] if status in GATEWAY else []


def _sentence(refusal: RefusalKind) -> str:
    return refusal.model().__doc__ or ""


def _one_of(bodies: list[Node]) -> Node:
    return bodies[0] if len(bodies) == 1 else {"oneOf": list(bodies)}


def _schemas(declared: dict[str, Declared], known: dict[str, RefusalKind]) -> Node:
    bodies = [answer.body for operation in OPERATIONS.values() for answer in operation.answers.values()]
    models = [body.each if isinstance(body, ListOf) else body for body in bodies]
    shown = [model for model in models if isinstance(model, type)]
    problems = [refusal.model() for refusal in known.values()]
    taken = {each.taken: list(examples.BODIES[each.taken].values()) for each in declared.values() if each.taken}
    written = schemas(dict.fromkeys([*shown, *problems, ProblemView, GatewayError]), taken)
    written["ErrorResponse"]["properties"]["code"] = {"type": "string", "enum": list(known)}
    written["ErrorResponse"]["properties"]["status"] = {
        "type": "integer",
        "enum": sorted({*map(int, STATUS.values()), 500}),
    }
    return written


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(map(str.title, others))
