"""The HTTP edge: an HTTP API event becomes a typed request, an outcome or a refusal becomes a response.

The order of checks is the same for every route: 401 · path and query 400 · 404 · 403 · body 413, 415, 400 · what the
route itself refuses.
"""

import base64
import binascii
import functools
import json
import time
import zlib
from _blake2 import blake2b  # hashlib's own; by way of hashlib it would bring OpenSSL, 3 MiB of each process
from collections.abc import Callable, Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from pydantic import BaseModel, ValidationError

from onboarding import clock, ids, manners
from onboarding.cursor import List
from onboarding.domain.access import PLATFORM_SCOPE, Access, Caller, Role
from onboarding.domain.audit import Origin
from onboarding.domain.model import Concept
from onboarding.errors import Forbidden, NotFound, Refusal
from onboarding.flows.record_denial import record_denial
from onboarding.log import logger
from onboarding.parameters import NoPath, NoQuery, PageQuery, Parameters, TenantPath, canonical_id, is_moment
from onboarding.problems import (
    BodyTooLarge,
    Unauthenticated,
    UnsupportedMediaType,
    internal_error,
    invalid,
    problem,
)
from onboarding.storage.dynamo import tally
from onboarding.views.problems import FieldError
from onboarding.wiring import stores

type Event = dict[str, Any]
"""An HTTP API event, payload format 2.0:
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
"""

LARGEST_BODY = 16 * 1024
"""Bytes; nothing this API takes comes near."""

SMALLEST_COMPRESSED = 1024
"""Characters of a body from which on compressing it pays: below, it would save less than a packet."""

LONGEST_REQUEST_ID = 64

_JSON_TYPES = {"application/json", "application/merge-patch+json"}
_NO_BRACKETS = str.maketrans("[],", "   ")
_GZIP = 16 + zlib.MAX_WBITS


class NoBody(Concept):
    """No body; an empty JSON object passes for one."""


class Request[P: Parameters, Q: Parameters, B: Concept](NamedTuple):
    """A request that passed all checks which are the same for every route."""

    path: P
    query: Q
    body: B
    headers: dict[str, str]
    """By lower-case name."""
    received_at: datetime
    raw_path: str
    own_url: str
    """Where the API is reached, without a slash at the end."""


class Html(str):
    """A page, for those who come with a browser."""

    __slots__ = ()


class Json(str):
    """What is written in JSON already."""

    __slots__ = ()


class Response(NamedTuple):
    """An answer; *body* is shown as JSON, unless it is a page; None sends none."""

    status: HTTPStatus
    body: BaseModel | Sequence[BaseModel] | Html | Json | None = None
    headers: dict[str, str] = {}
    code: str | None = None
    """What the log says of a refusal that is shown as a page; other refusals are raised."""


class Admits(NamedTuple):
    """Whom a route lets in."""

    least: Role | None
    """Members of at least this role; None lets no one in by their role."""
    platform: bool = False
    """Whether the platform scope lets in as well."""
    unregistered: bool = False
    """Whether the tenant may be one that is not registered yet."""


REGISTRARS = Admits(Role.OWNER, platform=True)
"""The owner of a tenant, and the owning product."""

PLATFORM = Admits(None, platform=True, unregistered=True)
"""The owning product alone."""


class NoTenantYet(NamedTuple):
    """What the owning product is given in place of its access to a tenant that is about to be registered."""

    caller: Caller


type Handler = Callable[[Event, object], dict[str, Any]]


def route[P: TenantPath, Q: Parameters, B: Concept](
    *,
    admits: Role | Admits,
    path: type[P] = TenantPath,  # type: ignore[assignment]  # no spelling yet for a type variable's default value
    query: type[Q] = NoQuery,  # type: ignore[assignment]  # the same
    body: type[B] = NoBody,  # type: ignore[assignment]  # the same
) -> Callable[[Callable[[Request[P, Q, B], Any], Response]], Handler]:
    """Make a Lambda handler of a function from a typed request and the caller's access to a response.

    The function may raise any `Refusal`. *admits* is whom it is open to, by role or otherwise.
    """
    whom = Admits(admits) if isinstance(admits, Role) else admits

    def decorate(answer: Callable[[Request[P, Q, B], Any], Response]) -> Handler:
        @functools.wraps(answer)
        def handler(event: Event, _context: object) -> dict[str, Any]:
            def respond(received_at: datetime) -> Response:
                caller = authenticate(event)
                in_path = _validated(path, event.get("pathParameters") or {})
                in_query = _validated(query, _query(event))
                _check_cursor(in_path, in_query, event["rawPath"])
                try:
                    access = _access(in_path.tenant_id, caller, whom)
                    request = Request(
                        path=in_path,
                        query=in_query,
                        body=_body(event, body),
                        headers=event["headers"],
                        received_at=received_at,
                        raw_path=event["rawPath"],
                        own_url=_own_url(event),
                    )
                    return answer(request, access)
                except Forbidden as refused:
                    _record(refused, event, caller, in_path.tenant_id, received_at)
                    raise

            return answered(event, respond)

        return handler

    return decorate


def route_of_caller[Q: PageQuery](
    *, query: type[Q]
) -> Callable[[Callable[[Request[NoPath, Q, NoBody], Caller], Response]], Handler]:
    """Make a Lambda handler of a function from a typed request and who asks to a response.

    For what lies in no one tenant: open to whoever is signed in, and so no access is read. Whatever of a tenant the
    function shows, it has to read the caller's membership first, as strongly.
    """

    def decorate(answer: Callable[[Request[NoPath, Q, NoBody], Caller], Response]) -> Handler:
        @functools.wraps(answer)
        def handler(event: Event, _context: object) -> dict[str, Any]:
            def respond(received_at: datetime) -> Response:
                caller = authenticate(event)
                in_query = _validated(query, _query(event))
                List(caller.user_id, event["rawPath"], in_query.filters, of_user=True).after(in_query.cursor)
                request = Request(
                    path=NoPath(),
                    query=in_query,
                    body=_body(event, NoBody),
                    headers=event["headers"],
                    received_at=received_at,
                    raw_path=event["rawPath"],
                    own_url=_own_url(event),
                )
                return answer(request, caller)

            return answered(event, respond)

        return handler

    return decorate


def answered(event: Event, respond: Callable[[datetime], Response]) -> dict[str, Any]:
    """Answer with what *respond* returns or refuses with, and write the one log line of a request.

    What is shown has an ETag and is not sent again to whoever has it; who asks for the head alone is sent no body.
    """
    started, asked, now = time.perf_counter(), tally.round_trips, clock.now()
    request_id = str(event["requestContext"].get("requestId", ""))
    headers = {"x-request-id": request_id, "cache-control": "no-store"}
    try:
        response = respond(now)
        status, code, body = response.status, response.code, _text(response.body)
        headers |= _varying(status, body)
        media_type = "text/html; charset=utf-8" if isinstance(response.body, Html) else "application/json"
        headers |= response.headers
        # Who brings a tag of their own has looked whether it is known.
        if body and "etag" not in headers and status is HTTPStatus.OK and _only_shows(event):
            headers["etag"] = tag = f'W/"{blake2b(body.encode(), digest_size=12).hexdigest()}"'
            if is_known(tag, event["headers"]):
                status, body = HTTPStatus.NOT_MODIFIED, None
    except Exception as error:
        if not isinstance(error, Refusal):
            # The last line of defence: the caller learns nothing, the log everything.
            logger.exception("unexpected", extra={"request_id": request_id})
        refused = problem(error, request_id, now) if isinstance(error, Refusal) else internal_error(request_id)
        status, code, body = refused.status, refused.code, refused.body
        media_type = manners.problem_type(event.get("headers", {}))
        headers |= refused.headers | _varying(status, body)
    if body is not None:
        headers["content-type"] = media_type
    milliseconds = round((time.perf_counter() - started) * 1000, 1)
    outcome = {"status": int(status), "code": code, "milliseconds": milliseconds}
    logger.info("request", extra={**_facts(event), **outcome, "round_trips": tally.round_trips - asked})
    return _sent(event, status, headers, body or "")


def is_known(etag: str, headers: dict[str, str]) -> bool:
    """Tell whether a request's *headers* say that what *etag* names is known."""
    known = headers.get("if-none-match")
    return known is not None and manners.has(known, etag)


def created(body: BaseModel, **headers: str | None) -> Response:
    """Answer 201; *headers* are named in snake case, those of None are left out."""
    return Response(HTTPStatus.CREATED, body, _named(headers))


def ok(body: BaseModel | Sequence[BaseModel], **headers: str | None) -> Response:
    """Answer 200; *headers* are named in snake case, those of None are left out."""
    return Response(HTTPStatus.OK, body, _named(headers))


def authenticate(event: Event) -> Caller:
    """Tell who asks from the claims that API Gateway's JWT authorizer verified; they reach us as strings.

    Raises:
        Unauthenticated: Without verified claims, a moment of expiry or a user id in canonical digits, or if the token
            is for another use than `access`.
    """
    claims = _claims(event)
    user_id = _user_id(claims)
    # API Gateway judges an expiry that is there, and lets a token without one through.
    ends = is_moment(str(claims.get("exp", "")))
    if user_id is None or not ends or claims.get("token_use", "access") != "access":
        raise Unauthenticated("unauthenticated", "Sign in: this needs an access token of a user.")
    # API Gateway writes a claim that is a list as `[one two]`.
    scopes = f"{claims.get('scope', '')} {claims.get('scp', '')}"
    platform = PLATFORM_SCOPE in scopes and PLATFORM_SCOPE in scopes.translate(_NO_BRACKETS).split()
    return Caller(user_id, platform, origin(event))


def origin(event: Event) -> Origin:
    """Tell where a request came from. API Gateway says it; what a header says (`X-Forwarded-For`) anybody can."""
    request_id = str(event["requestContext"].get("requestId", ""))
    return Origin(manners.source_ip(event["requestContext"]), request_id[:LONGEST_REQUEST_ID] or None)


def _claims(event: Event) -> dict[str, Any]:
    authorizer = event["requestContext"].get("authorizer") or {}
    claims: dict[str, Any] = (authorizer.get("jwt") or {}).get("claims") or {}
    return claims


def _user_id(claims: dict[str, Any]) -> int | None:
    return canonical_id(str(claims.get(stores.settings().user_id_claim, "")))


def _access(tenant_id: int, caller: Caller, whom: Admits) -> Access | NoTenantYet:
    """Read where things stand for *caller*. A foreign tenant and an unknown one are the same 404."""
    access = stores.tenants().access(tenant_id, caller)
    by_scope = whom.platform and caller.platform_scope
    if access is None and by_scope and whom.unregistered:
        return NoTenantYet(caller)
    if access is None or (access.role is None and not by_scope):
        raise NotFound("tenant_not_found", "There is no such tenant for you.")
    if not by_scope and not (whom.least and access.is_at_least(whom.least)):
        raise Forbidden("role_insufficient", "Your role in this tenant does not allow this.")
    return access


def _record(denied: Forbidden, event: Event, caller: Caller, tenant_id: int, now: datetime) -> None:
    """Have it in the tenant's audit trail. Whatever fails here, the answer is the refusal: that was decided."""
    try:
        record_denial(
            denied,
            caller,
            tenant_id,
            str(event["routeKey"]),
            audit_entries=stores.audit_entries(),
            id_in_this_minute=functools.partial(ids.of_minute, now),
            new_id=ids.new,
            now=now,
        )
    except Exception:
        # The log has what the trail lacks.
        logger.exception("denial not recorded", extra={**_facts(event), "code": denied.code})


def _check_cursor(path: TenantPath, query: Parameters, raw_path: str) -> None:
    """Refuse the cursor of another list. It is judged with the query that it is part of: before who asks."""
    if isinstance(query, PageQuery):
        List(path.tenant_id, raw_path, query.filters).after(query.cursor)


def _query(event: Event) -> dict[str, str]:
    text = event.get("rawQueryString")
    if not text:
        return {}
    pairs = parse_qsl(text, keep_blank_values=True)
    names = [name for name, _ in pairs]
    empty = [FieldError(field=name, message="must not be empty") for name, value in pairs if not value]
    again = [FieldError(field=name, message="must not be repeated") for name in set(names) if names.count(name) > 1]
    if empty or again:
        raise invalid(*empty, *again)
    return dict(pairs)


def _body[B: Concept](event: Event, model: type[B]) -> B:
    if model is NoBody and not event.get("body"):
        nothing: B = _of_nothing(model)
        return nothing
    raw = _raw_body(event)
    if len(raw) > LARGEST_BODY:
        raise BodyTooLarge("body_too_large", f"The body is larger than {LARGEST_BODY} bytes.")
    if model is NoBody and not raw.strip():
        return model()
    media_type = event["headers"].get("content-type", "").partition(";")[0].strip().lower()
    if raw and media_type not in _JSON_TYPES:
        raise UnsupportedMediaType("unsupported_media_type", "The body must be application/json.")
    try:
        read = model.model_validate_json(raw)
    except ValidationError as error:
        raise invalid(*_field_errors(error)) from None
    if raw:
        _STRICT.decode(raw.decode("utf-8", "surrogatepass"))
    return read


def _each_once(members: list[tuple[str, Any]]) -> None:
    """Refuse an object that names a member twice: which of them counts is each reader's own choice (RFC 8259, 4)."""
    names = [name for name, _ in members]
    again = [FieldError(field=name, message="must not be repeated") for name in names if names.count(name) > 1]
    if again:
        raise invalid(again[0])


_STRICT = json.JSONDecoder(object_pairs_hook=_each_once)


def _raw_body(event: Event) -> bytes:
    body = event.get("body") or ""
    if not event.get("isBase64Encoded"):
        return str(body).encode("utf-8", "surrogatepass")
    try:
        return base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError):
        raise invalid(FieldError(field="", message="the body is broken")) from None


def _validated[M: BaseModel](model: type[M], values: dict[str, Any]) -> M:
    try:
        return model.model_validate(values) if values else _of_nothing(model)
    except ValidationError as error:
        raise invalid(*_field_errors(error)) from None


@functools.cache
def _of_nothing[M: BaseModel](model: type[M]) -> M:
    """Read a request that says nothing, once for all of them: what is read is frozen."""
    return model.model_validate({})


def _field_errors(error: ValidationError) -> list[FieldError]:
    """Say which fields are wrong and why; what was sent is never repeated."""
    return [
        FieldError(field=".".join(map(str, each["loc"])), message=each["msg"].removeprefix("Value error, "))
        for each in error.errors(include_url=False, include_context=False, include_input=False)
    ]


def _text(body: BaseModel | Sequence[BaseModel] | Html | Json | None) -> str | None:
    if body is None or isinstance(body, str):
        return body
    if isinstance(body, BaseModel):
        return body.model_dump_json()
    return "[" + ",".join(each.model_dump_json() for each in body) + "]"


def _only_shows(event: Event) -> bool:
    return event["requestContext"]["http"]["method"] in {"GET", "HEAD"}


def _sent(event: Event, status: HTTPStatus, headers: dict[str, str], body: str) -> dict[str, Any]:
    """Send *body* as it is, or compressed where that pays: API Gateway compresses nothing of an HTTP API."""
    answer: dict[str, Any] = {"statusCode": int(status), "headers": headers, "body": body}
    if len(body) >= SMALLEST_COMPRESSED and manners.admits(event.get("headers", {}).get("accept-encoding", ""), "gzip"):
        headers["content-encoding"] = "gzip"
        packed = zlib.compress(body.encode(), level=1, wbits=_GZIP)  # of the rest, the first level leaves a tenth
        answer |= {"body": base64.b64encode(packed).decode(), "isBase64Encoded": True}
    if event["requestContext"]["http"]["method"] == "HEAD":
        answer |= {"body": "", "isBase64Encoded": False}
    return answer


def _varying(status: HTTPStatus, body: str | None) -> dict[str, str]:
    """Say of an answer that it has another form, whichever is sent, and if none is sent (RFC 9110, 15.4.5)."""
    compressible = status is HTTPStatus.NOT_MODIFIED or len(body or "") >= SMALLEST_COMPRESSED
    return {"vary": "accept-encoding"} if compressible else {}


def _named(headers: dict[str, str | None]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items() if value is not None}


def _own_url(event: Event) -> str:
    """Tell where the API is reached: as deployed, else by the name under which API Gateway took the request."""
    return stores.settings().public_url or f"https://{event['requestContext']['domainName']}"


def _facts(event: Event) -> dict[str, Any]:
    """What a log line says of a request: ids and the route, nothing a person typed."""
    tenant_id = canonical_id((event.get("pathParameters") or {}).get("tenantId", ""))
    return {
        "request_id": event["requestContext"].get("requestId"),
        "route": event.get("routeKey"),
        "tenant_id": tenant_id,
        "user_id": _user_id(_claims(event)),
        "source_ip": manners.source_ip(event["requestContext"]),
    }
