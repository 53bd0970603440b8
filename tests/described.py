"""Holds answers against our own OpenAPI document: nothing is answered that it does not say, nor otherwise."""

import json
from collections.abc import Iterator, Mapping
from copy import deepcopy
from functools import cache
from typing import Any

import jsonschema_rs

from docs.openapi.operations import NO_API
from onboarding.routes import ROUTES
from tests.template import ROOT

type Node = dict[str, Any]

DOCUMENT = ROOT / "docs" / "openapi.json"

UNSAID = {"content-type", "content-encoding", "vary"}
"""Headers that the document says in another way, or once for all."""


@cache
def document() -> Node:
    """Read the document; nobody may change it."""
    read: Node = json.loads(DOCUMENT.read_text())
    return read


def operation(name: str) -> Node:
    """Find what the document says of the route *name*."""
    route = ROUTES[name]
    found: Node = document()["paths"][route.path][route.method.lower()]
    return found


def breaches(name: str, status: int, headers: Mapping[str, str], body: Any) -> Iterator[str]:
    """Name what an answer of the route *name* has that the document does not say; *body* is read, if it is JSON."""
    if name in NO_API:
        return
    answers = operation(name)["responses"]
    if str(status) not in answers:
        yield f"{name} answers {status}"
        return
    answer = resolved(answers[str(status)])
    said = {header.lower() for header in answer.get("headers", {})} | UNSAID
    for header in sorted({header.lower() for header in headers} - said):
        yield f"{name} answers {status} with the header {header}"
    kind = headers.get("content-type", "").partition(";")[0]
    if kind != "" or answer.get("content"):
        if kind not in answer.get("content", {}):
            yield f"{name} answers {status} as {kind}"
        elif kind.endswith("json"):
            judge = _judge(name, status, kind)
            yield from (f"{name} answers {status} with {wrong.message}" for wrong in judge.iter_errors(body))


def resolved(node: Node) -> Node:
    """Follow *node*, if it only points elsewhere in the document."""
    if "$ref" not in node:
        return node
    found: Any = document()
    for key in node["$ref"].removeprefix("#/").split("/"):
        found = found[key]
    return resolved(found)


@cache
def _judge(name: str, status: int, kind: str) -> jsonschema_rs.Draft202012Validator:
    schema = resolved(operation(name)["responses"][str(status)])["content"][kind]["schema"]
    return jsonschema_rs.Draft202012Validator({**schema, "components": _closed()}, validate_formats=True)


@cache
def _closed() -> Node:
    """Give the schemas so that they refuse a field that they do not know: callers must put up with one, we need not."""
    schemas = deepcopy(document()["components"]["schemas"])
    for schema in schemas.values():
        if "properties" in schema:
            schema.setdefault("additionalProperties", False)
    return {"schemas": schemas}
