"""The given contract as a valid OpenAPI 3.1 document, in memory, with what this project adds to it.

The contract says `type: 'null'`, which OpenAPI 3.0.3 does not know; 3.1 does. The file stays as its author wrote it.
"""

import copy
from typing import Any

from tests import schemas

type Node = dict[str, Any]

_ONBOARDING = "/tenants/{tenantId}/onboarding"
_TENANT = "/tenants/{tenantId}"

_REFUSALS = {
    "400": "Malformed",
    "401": "No good access token",
    "403": "Not with this role",
    "404": "Nothing of that name for the caller",
    "409": "Not now",
    "412": "Decided from an older version",
    "413": "Too large",
    "415": "Not JSON",
    "422": "Names what cannot be",
    "429": "Too many at once",
    "503": "Try again",
}


def _ref(name: str) -> Node:
    return {"$ref": f"#/components/schemas/{name}"}


def _named(name: str, schema: Node) -> Node:
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _answer(schema: Node, description: str = "OK") -> Node:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _list(schema: Node) -> Node:
    return {"type": "array", "items": schema}


def _takes(schema: Node) -> Node:
    return {"required": True, "content": {"application/json": {"schema": schema}}}


def document(tenant: int, connection: int, members: list[int]) -> Node:
    """Write the document for a caller who asks in *tenant* alone, about *connection* and *members*."""
    contract = copy.deepcopy(schemas.contract())
    components = contract["components"]
    parameters = components["parameters"]
    identifier = {"type": "integer", "minimum": 1, "maximum": 2**53 - 1}
    parameters["TenantId"]["schema"] = {"type": "integer", "enum": [tenant]}
    parameters["SessionId"]["schema"] = identifier
    parameters["TaskType"]["example"] = "rbac_check"
    components["schemas"] |= _SCHEMAS
    components["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}}
    its = {"$ref": "#/components/parameters/TenantId"}
    run, evidence = _named("runId", identifier), _named("evidenceId", identifier)
    connections = _named("connectionId", {"type": "integer", "enum": [connection]})
    member = _named("userId", {"type": "integer", "enum": members})
    paging = [
        {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 200}},
        {"name": "cursor", "in": "query", "schema": {"type": "string", "minLength": 1, "maxLength": 512}},
    ]
    paths: Node = contract["paths"]
    paths[f"{_ONBOARDING}/evidence"]["get"]["parameters"] += paging
    paths[f"{_ONBOARDING}/tasks/{{taskType}}/runs"]["post"]["parameters"].append(
        {"name": "Idempotency-Key", "in": "header", "schema": {"type": "string", "pattern": "^[!-~]{1,64}$"}}
    )
    paths |= {
        f"{_ONBOARDING}/sessions": {
            "get": {"parameters": [its, *paging], "responses": {"200": _answer(_list(_ref("OnboardingSession")))}}
        },
        f"{_ONBOARDING}/runs/{{runId}}": {
            "get": {"parameters": [its, run], "responses": {"200": _answer(_ref("OperationRun"))}}
        },
        f"{_ONBOARDING}/runs/{{runId}}/cancel": {
            "post": {"parameters": [its, run], "responses": {"200": _answer(_ref("OperationRun"))}}
        },
        f"{_ONBOARDING}/evidence/{{evidenceId}}/diff": {
            "get": {"parameters": [its, evidence], "responses": {"200": _answer({"type": "object"})}}
        },
        f"{_TENANT}/members/{{userId}}": {
            "put": {
                "parameters": [its, member],
                "requestBody": _takes(_ref("Member")),
                "responses": {"200": _answer({"type": "object", "required": ["tenant_id", "user_id", "role"]})},
            },
            "delete": {"parameters": [its, member], "responses": {"204": {"description": "Removed"}}},
        },
        f"{_TENANT}/provider-connections/{{connectionId}}": {
            "put": {
                "parameters": [its, connections],
                "requestBody": _takes(_ref("Connection")),
                "responses": {"200": _answer({"type": "object"}), "201": _answer({"type": "object"}, "Registered")},
            }
        },
        f"{_TENANT}/provider-connections/{{connectionId}}/consent-link": {
            "post": {
                "parameters": [its, connections],
                "responses": {"201": _answer({"type": "object", "required": ["url", "ends_at"]}, "Created")},
            }
        },
    }
    paths[f"{_ONBOARDING}/session/{{sessionId}}"]["patch"]["requestBody"]["content"]["application/json"]["examples"] = {
        "heartbeat": {"value": {}},
        "step": {"value": {"current_step": 2}},
        "handoff": {"value": {"assigned_to_user_id": members[0], "takeover": True}},
    }
    for operations in paths.values():
        for operation in operations.values():
            operation["security"] = [{"token": []}]
            operation["responses"] = _refusals() | operation["responses"]
    _linked(paths)
    return {**contract, "openapi": "3.1.0", "security": [{"token": []}]}


def held(ours: Node, **values: object) -> tuple[Node, str]:
    """Have the path parameters *values* of our own document not made up; give it and schemathesis's settings.

    What is held can be neither right nor wrong, so the document must demand nothing of it.
    """
    told = copy.deepcopy(ours)
    for name in values:
        told["components"]["parameters"][name]["schema"] = {}
    settings = "".join(f'"path.{name}" = {value!r}\n' for name, value in values.items())
    return told, f"[parameters]\n{settings}"


def _refusals() -> Node:
    """Say how every route may refuse. What the gateway itself refuses has its own form."""
    forms: dict[str, Node] = {"401": {}, "413": {}, "429": {}, "503": {}}
    return {status: _answer(forms.get(status, _ref("ErrorResponse")), what) for status, what in _REFUSALS.items()}


def _linked(paths: Node) -> None:
    """Say what follows from what, so that sequences are tried too."""
    session, runs = paths[f"{_ONBOARDING}/session"], paths[f"{_ONBOARDING}/tasks/{{taskType}}/runs"]
    paths[f"{_ONBOARDING}/session/{{sessionId}}"]["patch"]["operationId"] = "updateSession"
    paths[f"{_ONBOARDING}/runs/{{runId}}"]["get"]["operationId"] = "getRun"
    paths[f"{_ONBOARDING}/runs/{{runId}}/cancel"]["post"]["operationId"] = "cancelRun"
    session["post"]["responses"]["201"]["links"] = {
        "update": {"operationId": "updateSession", "parameters": {"sessionId": "$response.body#/id"}}
    }
    runs["post"]["responses"]["201"]["links"] = {
        "get": {"operationId": "getRun", "parameters": {"runId": "$response.body#/run_id"}},
        "cancel": {"operationId": "cancelRun", "parameters": {"runId": "$response.body#/run_id"}},
    }


_GUID = "^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$"

_SCHEMAS: Node = {
    "Member": {
        "type": "object",
        "required": ["role"],
        "additionalProperties": False,
        "properties": {"role": {"type": "string", "enum": ["readonly", "operator", "manager", "owner"]}},
    },
    "Connection": {
        "type": "object",
        "required": ["entra_tenant_id", "client_id", "credential_arn"],
        "additionalProperties": False,
        "properties": {
            "entra_tenant_id": {"type": "string", "pattern": _GUID},
            "client_id": {"type": "string", "pattern": _GUID},
            "cloud": {"type": "string", "enum": ["global"]},
            "expected_domain": {"type": ["string", "null"], "maxLength": 253},
            "credential_kind": {"type": "string", "enum": ["client_secret", "certificate", "federation"]},
            "credential_arn": {"type": ["string", "null"], "maxLength": 512},
            "certificate_thumbprint": {"type": ["string", "null"], "maxLength": 95},
            "credential_expires_at": {"type": ["string", "null"], "format": "date-time"},
        },
    },
    "OperationRun": {
        "type": "object",
        "required": ["id", "tenant_id", "task_type", "status"],
        "properties": {
            "status": {"type": "string", "enum": ["queued", "running", "succeeded", "failed", "cancelled", "timed_out"]}
        },
    },
}
