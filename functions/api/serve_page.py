"""GET /app and all that is under it: the page, its files, and what it has to know of the deployment. Public.

It is nothing of the API's: no tenant, no caller, no table. So it does without `rest`, which would be most of its start;
what both say alike is in `manners`.
"""

import base64
import json
import time
from functools import cache
from http import HTTPStatus
from typing import Any, NamedTuple

from onboarding import manners
from onboarding.log import logger
from onboarding.routes import PAGE
from onboarding.settings import PageSettings
from onboarding.wiring import page as wired

type Event = dict[str, Any]

CONFIG = "config.json"
"""What the page asks first: whom to sign in with."""

_YEAR = 365 * 24 * 3600
_PROBLEMS = {
    "page_not_built": "This deployment was made without its page: `make build` builds it where there is Node.js.",
    "page_file_not_found": "The page has no such file. After a new release, load the page again.",
    "internal_error": "Something went wrong on our side.",
}


class Answer(NamedTuple):
    """What is sent; *code* names the problem, if it is one."""

    status: HTTPStatus
    headers: dict[str, str]
    body: str = ""
    is_base64: bool = False
    code: str | None = None


def handler(event: Event, _context: object) -> dict[str, Any]:
    """Answer with a file of the page, and write the one log line of a request."""
    started = time.perf_counter()
    context = event["requestContext"]
    request_id, headers = str(context.get("requestId", "")), event.get("headers", {})
    facts = {
        "request_id": request_id,
        "route": event.get("routeKey"),
        "tenant_id": None,
        "user_id": None,
        "source_ip": manners.source_ip(context),
    }
    try:
        answer = _answer(event["rawPath"], headers, request_id)
    except Exception:
        # The last line of defence: the caller learns nothing, the log everything.
        logger.exception("unexpected", extra={"request_id": request_id})
        answer = _problem(HTTPStatus.INTERNAL_SERVER_ERROR, "internal_error", request_id, headers)
    is_head = context.get("http", {}).get("method") == "HEAD"
    milliseconds = round((time.perf_counter() - started) * 1000, 1)
    outcome = {"status": int(answer.status), "code": answer.code, "milliseconds": milliseconds, "round_trips": 0}
    logger.info("request", extra={**facts, **outcome})
    return {
        "statusCode": int(answer.status),
        "headers": {"x-request-id": request_id, **_guarding(wired.settings()), **answer.headers},
        "body": "" if is_head else answer.body,
        "isBase64Encoded": answer.is_base64 and not is_head,
    }


def _answer(path: str, headers: dict[str, str], request_id: str) -> Answer:
    name = _name(path)
    if name == CONFIG:
        return _config()
    page = wired.page()
    file = None if name is None else page.find(name)
    if file is None:
        code = "page_file_not_found" if page.is_built else "page_not_built"
        return _problem(HTTPStatus.NOT_FOUND, code, request_id, headers)
    if file.never_changes:
        told = {"cache-control": f"public, max-age={_YEAR}, immutable"}
    else:
        told = {"cache-control": "no-cache", "etag": file.etag()}
        if manners.has(headers.get("if-none-match", ""), told["etag"]):
            return Answer(HTTPStatus.NOT_MODIFIED, told | {"vary": "accept-encoding"})
    content, encoding = file.sent(headers.get("accept-encoding", ""))
    told |= {"content-type": file.media_type, "vary": "accept-encoding"}
    if encoding:
        told["content-encoding"] = encoding
    return Answer(HTTPStatus.OK, told, base64.b64encode(content).decode(), is_base64=True)


def _name(path: str) -> str | None:
    """Name what *path* is to the page, which has no name itself; None for what is not under it."""
    under = f"{PAGE.path}/"
    if path == PAGE.path:
        return ""
    return path.removeprefix(under) if path.startswith(under) else None


def _config() -> Answer:
    settings = wired.settings()
    known = {
        "issuer": settings.issuer,
        "client_id": settings.client_id,
        "scope": settings.scope,
        "audience": settings.audience,
        "user_id_claim": settings.user_id_claim,
    }
    return Answer(HTTPStatus.OK, _json("application/json"), json.dumps(known))


def _problem(status: HTTPStatus, code: str, request_id: str, headers: dict[str, str]) -> Answer:
    """Refuse in the one form that every refusal has."""
    body = manners.problem(status, code, _PROBLEMS[code], request_id)
    return Answer(status, _json(manners.problem_type(headers)), json.dumps(body), code=code)


def _json(media_type: str) -> dict[str, str]:
    return {"content-type": media_type, "cache-control": "no-store"}


@cache
def _guarding(settings: PageSettings) -> dict[str, str]:
    """What a browser is told about every answer; whatever is not named here, the page may not do."""
    policy = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "font-src": "'self' data:",
        "connect-src": " ".join(("'self'", *settings.sign_in_origins)),
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    headers = {
        "content-security-policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "permissions-policy": "camera=(), clipboard-write=(self), geolocation=(), microphone=(), payment=(), usb=()",
        "referrer-policy": "no-referrer",  # the address holds the code that one signs in with
        "x-content-type-options": "nosniff",
    }
    if settings.over_tls:
        headers["strict-transport-security"] = "max-age=63072000"
    return headers
