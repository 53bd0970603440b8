"""Errors out: the one table from kind of refusal to status, and the one body that every refusal has."""

from datetime import datetime
from http import HTTPStatus
from typing import Any, NamedTuple

from onboarding import manners
from onboarding.domain.session import Session
from onboarding.errors import (
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    Refusal,
    Stale,
    TooMany,
    Transient,
    Unacceptable,
)
from onboarding.views.problems import FieldError, ProblemView
from onboarding.views.sessions import SessionView


class Unauthenticated(Refusal):
    """The request carries no verified access token of a user."""


class MethodNotAllowed(Refusal):
    """The path is known, but not with this method."""


class BodyTooLarge(Refusal):
    """The body is larger than anything this API takes."""


class UnsupportedMediaType(Refusal):
    """The body is no JSON by its own word."""


STATUS: dict[type[Refusal], HTTPStatus] = {
    Invalid: HTTPStatus.BAD_REQUEST,
    Unauthenticated: HTTPStatus.UNAUTHORIZED,
    Forbidden: HTTPStatus.FORBIDDEN,
    NotFound: HTTPStatus.NOT_FOUND,
    MethodNotAllowed: HTTPStatus.METHOD_NOT_ALLOWED,
    Conflict: HTTPStatus.CONFLICT,
    Stale: HTTPStatus.PRECONDITION_FAILED,
    BodyTooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    UnsupportedMediaType: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    Unacceptable: HTTPStatus.UNPROCESSABLE_ENTITY,
    TooMany: HTTPStatus.TOO_MANY_REQUESTS,
    Transient: HTTPStatus.SERVICE_UNAVAILABLE,
}


class Problem(NamedTuple):
    """A refusal as an answer."""

    status: HTTPStatus
    code: str
    body: str
    headers: dict[str, str]


def invalid(*errors: FieldError) -> Invalid:
    """Refuse a malformed request because of *errors*, of which there is at least one."""
    first = errors[0]
    about = f"{first.field}: {first.message}" if first.field else first.message
    return Invalid("invalid_request", f"The request is malformed: {about}.", errors=list(errors))


def problem(refusal: Refusal, request_id: str, now: datetime) -> Problem:
    """Show *refusal* to the caller of the request *request_id*, as of *now*."""
    status = STATUS[type(refusal)]
    fields = {name: _shown(value, now) for name, value in refusal.fields.items() if name not in _AS_HEADERS}
    body = _body(status, refusal.code, refusal.message, request_id, fields)
    return Problem(status, refusal.code, body, _headers(refusal, now))


def internal_error(request_id: str) -> Problem:
    """Say nothing but that something went wrong; the log has the rest under *request_id*."""
    status, code = HTTPStatus.INTERNAL_SERVER_ERROR, "internal_error"
    return Problem(status, code, _body(status, code, "Something went wrong on our side.", request_id, {}), {})


_AS_HEADERS = {"retry_after", "allow"}


def _headers(refusal: Refusal, now: datetime) -> dict[str, str]:
    headers = {}
    retry_after = refusal.retry_after if isinstance(refusal, Transient) else refusal.fields.get("retry_after")
    if retry_after is not None:
        headers["retry-after"] = str(retry_after)
    if "allow" in refusal.fields:
        headers["allow"] = ", ".join(refusal.fields["allow"])
    if isinstance(refusal, Stale):
        headers["etag"] = refusal.fields["session"].etag(now)
    if isinstance(refusal, Unauthenticated):
        headers["www-authenticate"] = "Bearer"
    return headers


def _shown(value: Any, now: datetime) -> Any:  # noqa: ANN401 - JSON values
    return SessionView.of(value, now) if isinstance(value, Session) else value


def _body(status: HTTPStatus, code: str, message: str, request_id: str, fields: dict[str, Any]) -> str:
    return ProblemView(**manners.problem(status, code, message, request_id), **fields).model_dump_json()
