"""The given contract's schemas, as JSON Schema; the file itself stays as its author wrote it."""

import json
from functools import cache
from typing import Any

import yaml
from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.protocols import Validator

from tests.matching import AN_INSTANT
from tests.template import ROOT

_CONTRACT = ROOT / "tests" / "contract" / "openapi.yaml"

formats = FormatChecker(())


@formats.checks("date-time")
def _is_date_time(value: object) -> bool:
    return not isinstance(value, str) or value == AN_INSTANT


@cache
def contract() -> dict[str, Any]:
    """Read the contract, with `nullable` said in JSON Schema's words."""
    read: dict[str, Any] = _translated(yaml.safe_load(_CONTRACT.read_text()))
    return read


def _translated(node: Any) -> Any:
    if isinstance(node, list):
        return [_translated(each) for each in node]
    if not isinstance(node, dict):
        return node
    answer = {name: _translated(each) for name, each in node.items() if name != "nullable"}
    if node.get("nullable"):
        answer["type"] = [answer["type"], "null"]
    return answer


def of(method: str, path: str, status: int) -> Validator:
    """Give the judge of the body that *method* *path* answers with *status*; KeyError if the contract has none."""
    answers = contract()["paths"][path][method.lower()]["responses"]
    schema = answers[str(status)]["content"]["application/json"]["schema"]
    judge: Validator = Draft202012Validator({**schema, "components": contract()["components"]}, format_checker=formats)
    return judge


def named(name: str) -> Validator:
    """Give the judge of the schema *name* of the contract's components."""
    schema = {"$ref": f"#/components/schemas/{name}", "components": contract()["components"]}
    judge: Validator = Draft202012Validator(schema, format_checker=formats)
    return judge


def promised() -> list[tuple[str, str, int]]:
    """List every answer that the contract promises: method, path, status."""
    return [
        (method.upper(), path, int(status))
        for path, operations in contract()["paths"].items()
        for method, operation in operations.items()
        for status in operation["responses"]
    ]


@cache
def events() -> Validator:
    """Give the judge of our events, by the file that consumers are given."""
    schema = json.loads((ROOT / "docs" / "events.v1.schema.json").read_text())
    judge: Validator = Draft202012Validator(schema, format_checker=formats)
    return judge
