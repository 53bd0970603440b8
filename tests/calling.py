"""Calls the real handlers in-process, as API Gateway would, and gives back what a client would see."""

import base64
import gzip
import json
from collections.abc import Mapping
from importlib import import_module
from typing import Any, NamedTuple

from onboarding.routes import ROUTES
from tests import described, events

ENTRA_TENANT = "11111111-2222-4333-8444-555555555555"
CLIENT = "99999999-8888-4777-8666-555555555555"
SECRET_ARN = "arn:aws:secretsmanager:us-east-1:123456789012:secret:tenant-onboarding/contoso-AbCdEf"  # noqa: S105 - a name


class Answer(NamedTuple):
    """What a client sees of an answer."""

    status: int
    body: Any
    headers: dict[str, str]

    @property
    def code(self) -> str | None:
        """The code of a refusal."""
        return self.body.get("code") if isinstance(self.body, dict) else None


def call(name: str, *, user: int | None = 1, tenant: object = 1, method: str | None = None, **others: Any) -> Answer:
    """Call the route *name* as *user* in *tenant*; *others* are further path parameters, or arguments of an event.

    A route that is of no one tenant is asked without one.
    Whatever is answered has to be what our document says of the route, whose method may be HEAD instead.
    """
    route = ROUTES[name]
    passed = {each: others.pop(each) for each in _EVENT_ARGUMENTS & others.keys()}
    parameters: Mapping[str, object] = {**({"tenantId": tenant} if "{tenantId}" in route.path else {}), **others}
    event = events.http(method or route.method, route.path, parameters=parameters, user=user, **passed)
    answer = import_module(f"api.{name}").handler(event, events.Context())
    body = _read(answer)
    if event["requestContext"]["http"]["method"] == "HEAD":
        assert body is None
    else:
        assert [*described.breaches(name, answer["statusCode"], answer["headers"], body)] == []
    return Answer(answer["statusCode"], body, answer["headers"])


def _read(answer: Mapping[str, Any]) -> Any:
    """Read a body as a client would: unpacked, and as JSON if that is what it is."""
    text = answer["body"]
    if answer.get("isBase64Encoded"):
        assert answer["headers"]["content-encoding"] == "gzip"
        text = gzip.decompress(base64.b64decode(text)).decode()
    is_page = answer["headers"].get("content-type", "").startswith("text/html")
    return text or None if is_page else json.loads(text) if text else None


_EVENT_ARGUMENTS = {"query", "headers", "body", "scope", "token", "anonymous", "encoded", "now"}

MEMBERS = {1: "owner", 2: "manager", 3: "operator", 5: "operator", 4: "readonly"}
"""Who is what in a tenant made by `register`; user 9 is a stranger."""


def connection(entra_tenant_id: str = ENTRA_TENANT, **details: object) -> dict[str, object]:
    """Give the details of a connection as the owning product registers them."""
    return {"entra_tenant_id": entra_tenant_id, "client_id": CLIENT, "credential_arn": SECRET_ARN, **details}


def register(tenant: int = 1, *connections: int) -> None:
    """Register a tenant with its members and *connections*; without any, with one of id tenant * 100 + 1."""
    admin: dict[str, Any] = {"user": 100, "tenant": tenant, "scope": "onboarding.admin"}
    answers = [
        call("register_tenant", body={"name": f"Tenant {tenant}"}, **admin),
        *(call("register_member", userId=user, body={"role": role}, **admin) for user, role in MEMBERS.items()),
        *(
            call("register_connection", connectionId=each, body=connection(), **admin)
            for each in connections or (tenant * 100 + 1,)
        ),
    ]
    assert all(answer.status in {200, 201} for answer in answers), answers
