"""The schemas: every model that a request or an answer has, in JSON Schema as OpenAPI 3.1 takes it."""

import ast
import inspect
import json
import textwrap
from collections.abc import Iterable, Iterator
from enum import Enum
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic.json_schema import models_json_schema

from onboarding.domain.audit import Details
from onboarding.domain.catalogue import Task
from onboarding.domain.connection import GUID, NAMED_BY, CredentialKind
from onboarding.domain.editing import Edit
from onboarding.domain.model import LARGEST_ID
from onboarding.parameters import (
    LARGEST_PAGE,
    LARGEST_QUEUE_PAGE,
    USUAL_QUEUE_PAGE,
    Limit,
    Parameters,
    PathId,
    QueueLimit,
    TaskPath,
    TenantName,
)
from onboarding.views.evidence import EvidenceView
from onboarding.views.problems import ProblemView
from onboarding.views.runs import RunLinkView, RunView
from onboarding.views.sessions import CurrentSessionView, SessionView
from onboarding.views.tasks import TaskView

type Node = dict[str, Any]

NAMES = {
    SessionView.__name__: "OnboardingSession",
    CurrentSessionView.__name__: "OnboardingSessionResponse",
    Edit.__name__: "UpdateOnboardingSessionRequest",
    TaskView.__name__: "OnboardingTaskSummary",
    EvidenceView.__name__: "OnboardingEvidence",
    RunLinkView.__name__: "OperationRunLink",
    ProblemView.__name__: "ErrorResponse",
    RunView.__name__: "OperationRun",
    "RunFindingView": "OperationRunFinding",
    "Task": "TaskType",
    "End": "SessionEnd",
}
"""What callers call it where the code calls it otherwise: the contract's names, and names that would be vague."""

IDENTIFIER: Node = {"type": "integer", "minimum": 1, "maximum": LARGEST_ID}

_IN_URLS: tuple[tuple[Any, Node], ...] = (
    (PathId, IDENTIFIER),
    (Limit, {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE, "default": LARGEST_PAGE}),
    (QueueLimit, {"type": "integer", "minimum": 1, "maximum": LARGEST_QUEUE_PAGE, "default": USUAL_QUEUE_PAGE}),
    (TenantName, {"type": "string", "minLength": 4, "maxLength": 253}),
)
"""What is read by a function of ours is described here: pydantic cannot look into it."""


def reference(model: type) -> Node:
    """Point to the schema of *model*."""
    return {"$ref": f"#/components/schemas/{public_name(model.__name__)}"}


def public_name(name: str) -> str:
    """Give the name under which callers know the model *name*."""
    return NAMES.get(name, name.removesuffix("View"))


def schemas(shown: Iterable[type[BaseModel]], taken: dict[type[BaseModel], list[Node]]) -> Node:
    """Write the schemas of what is *shown* and *taken*, and of all that these are made of, by their public names.

    What is taken comes with bodies that are good: they tell where null is no value.
    """
    models = [(model, "serialization") for model in shown]
    modes = [*models, *((model, "validation") for model in taken)]
    _, written = models_json_schema(modes, ref_template="#/components/schemas/{model}")  # type: ignore[arg-type]  # its stubs know tuples of literals only
    definitions: Node = written["$defs"]
    for model, bodies in taken.items():
        _keep_null_only_where_it_is_taken(model, definitions[model.__name__], bodies)
    for model in _with_parts([*shown, *taken, Details]):
        if model.__name__ in definitions:
            _describe_fields(model, definitions[model.__name__])
    for name in {model.__name__ for model in shown} | definitions.keys() - {model.__name__ for model in taken}:
        definitions[name].pop("additionalProperties", None)  # a later version may show more
    _refine(definitions)
    return {public_name(name): _tidied(definitions[name]) for name in sorted(definitions, key=public_name)}


def parameter(model: type[Parameters], field: FieldInfo) -> Node:
    """Write the schema of one parameter in a path or a query."""
    for known, schema in _IN_URLS:
        if get_args(known)[1] in field.metadata:
            found: Node = schema
            return found
    if field.alias == "taskType" and model is TaskPath:  # which tasks there are is judged after who asks
        return reference(Task)
    name = field.alias or next(name for name, each in model.model_fields.items() if each is field)
    schema = model.model_json_schema()["properties"][name]
    [one, *_] = schema.get("anyOf", [schema])  # absent is not null: a URL has no null
    if "$ref" in one:
        return {"$ref": f"#/components/schemas/{public_name(one['$ref'].rpartition('/')[2])}"}
    described: Node = _tidied(one)
    return described


def _keep_null_only_where_it_is_taken(model: type[BaseModel], schema: Node, bodies: list[Node]) -> None:
    for name, described in schema["properties"].items():
        taken = any(_is_taken(model, name, body) for body in bodies)
        if not taken and {"type": "null"} in described.get("anyOf", []):
            described["anyOf"].remove({"type": "null"})


def _is_taken(model: type[BaseModel], name: str, body: Node) -> bool:
    """Tell whether *body* could have null as *name*."""
    try:
        model.model_validate_json(json.dumps({**body, name: None}))
    except ValidationError as error:
        return not any(each["loc"] == (name,) for each in error.errors())
    return True


def _refine(definitions: Node) -> None:
    """Say what validators of ours demand, which pydantic cannot look into."""
    if "Edit" in definitions:
        definitions["Edit"] |= {
            "if": {"required": ["status"]},
            "then": {"propertyNames": {"enum": ["status", "takeover"]}},
        }
    if "ConnectionDetails" in definitions:
        connection = definitions["ConnectionDetails"]
        for name in ("entra_tenant_id", "client_id"):
            connection["properties"][name] |= {"pattern": f"^{GUID.pattern}$"}
        connection["allOf"] = [_of_kind(kind) for kind in CredentialKind]
    if "AuditEntryView" in definitions:
        # An entry shows of its details those that apply to its act.
        details = Details.model_json_schema(mode="validation")
        for described in details["properties"].values():
            described["anyOf"].remove({"type": "null"})
            del described["default"]
        _describe_fields(Details, details)
        del details["additionalProperties"]
        definitions["AuditDetails"] = details
        definitions["AuditEntryView"]["properties"]["details"] = {"$ref": "#/components/schemas/AuditDetails"}


def _of_kind(kind: CredentialKind) -> Node:
    """Say what names a credential of *kind*, and that nothing else does."""
    chosen: Node = {"properties": {"credential_kind": {"const": kind.value}}}
    if kind is not CredentialKind.CLIENT_SECRET:  # which is what it is if nothing is said
        chosen["required"] = ["credential_kind"]
    nothing: Node = {"type": "null"}
    named: Node = {"credential_arn": nothing, "certificate_thumbprint": nothing}
    if kind in NAMED_BY:
        named["credential_arn"] = {"type": "string", "pattern": f"^{NAMED_BY[kind][0].pattern}$"}
    if kind is CredentialKind.CERTIFICATE:
        named["certificate_thumbprint"] = {"type": "string", "pattern": "^:*([0-9A-Fa-f]:*){64}$"}
    needed = [name for name, schema in named.items() if schema is not nothing]
    return {"if": chosen, "then": {"properties": named, **({"required": needed} if needed else {})}}


def _with_parts(models: Iterable[type[BaseModel]]) -> Iterator[type[BaseModel]]:
    """Walk through *models* and all that they are made of."""
    seen: set[type[BaseModel]] = set()
    ahead = list(models)
    while ahead:
        model = ahead.pop()
        if model in seen:
            continue
        seen.add(model)
        yield model
        for field in model.model_fields.values():
            ahead += [each for each in _types_in(field.annotation) if issubclass(each, BaseModel)]


def _types_in(annotation: Any) -> Iterator[type]:  # noqa: ANN401 - whatever stands in an annotation
    if isinstance(annotation, type) and not get_args(annotation):
        yield annotation
    for each in get_args(annotation):
        yield from _types_in(each)


def _describe_fields(model: type[BaseModel], schema: Node) -> None:
    """Say of each field what the docstring below it says."""
    for name, words in _docstrings(model).items():
        if name in schema.get("properties", {}):
            schema["properties"][name]["description"] = words


def _docstrings(model: type[BaseModel]) -> dict[str, str]:
    found: dict[str, str] = {}
    for each in reversed(model.__mro__):
        if not issubclass(each, BaseModel) or each is BaseModel or each.__module__ == "abc":
            continue
        try:
            [definition] = ast.parse(textwrap.dedent(inspect.getsource(each))).body
        except (OSError, TypeError):  # made at run time; what it is made of has its own
            continue
        assert isinstance(definition, ast.ClassDef)  # noqa: S101 - it is a class
        for field, below in zip(definition.body, definition.body[1:], strict=False):
            if isinstance(field, ast.AnnAssign) and isinstance(below, ast.Expr) and isinstance(field.target, ast.Name):
                found[field.target.id] = _words(ast.literal_eval(below.value))
    return found


def _words(docstring: str) -> str:
    return " ".join(inspect.cleandoc(docstring).split())


def _tidied(node: Any) -> Any:  # noqa: ANN401 - JSON values
    """Leave out what says nothing, use public names, and write `null` beside the type that it can replace.

    A title only repeats a name; that a field may be absent is said by its not being required.
    """
    if isinstance(node, list):
        return [_tidied(each) for each in node]
    if not isinstance(node, dict):
        return node
    tidy: Node = {
        name: {each: _tidied(schema) for each, schema in value.items()} if name == "properties" else _tidied(value)
        for name, value in node.items()
        if not (name == "title" and isinstance(value, str)) and not (name == "default" and value is None)
    }
    if "$ref" in tidy:
        before, slash, name = tidy["$ref"].rpartition("/")
        tidy["$ref"] = before + slash + public_name(name)
    if isinstance(tidy.get("description"), str):
        tidy["description"] = " ".join(tidy["description"].split())
    match tidy.get("anyOf"):
        case [{"type": str(kind)} as one, {"type": "null"}]:
            del tidy["anyOf"]
            tidy |= one | {"type": [kind, "null"]}
        case [dict(one)]:
            del tidy["anyOf"]
            tidy |= one
    if isinstance(tidy.get("default"), Enum):
        tidy["default"] = tidy["default"].value
    return tidy
