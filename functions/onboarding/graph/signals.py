"""What an answer of Microsoft's that is no answer means: from signal to reason code, and whether to try again.

The token endpoint's numbers: https://learn.microsoft.com/entra/identity-platform/reference-error-codes. Microsoft
warns that they change, so `error_codes` is asked first, then OAuth's `error`; a number nobody here knows is kept.
Microsoft Graph's statuses: https://learn.microsoft.com/graph/errors.

Texts of errors are read in this module only, by strict patterns, and never kept.
"""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from enum import Enum, auto
from http import HTTPStatus
from typing import Any, NamedTuple
from uuid import UUID

from onboarding.domain.finding import Finding, FindingStatus
from onboarding.domain.payloads import SignalPayload
from onboarding.domain.permissions import OPTIONAL, REQUIRED
from onboarding.domain.reasons import ReasonCode


class Retry(Enum):
    """Whether the same call may be sent again within an invocation."""

    NO = auto()
    WITH_FRESH_TOKEN = auto()
    """Once."""

    A_FEW_TIMES = auto()
    """Three times in all: it passes within seconds, or not at all."""

    AFTER_A_WAIT = auto()
    """As long as tries and time last."""


class Refused(NamedTuple):
    """How Microsoft refused a call."""

    reason: ReasonCode
    retry: Retry = Retry.NO
    signal: SignalPayload = SignalPayload()

    @property
    def status(self) -> FindingStatus:
        """What it says of the tenant; nothing, where Microsoft was only busy or out of order."""
        return FindingStatus.UNKNOWN if self.reason in _SAYS_NOTHING else FindingStatus.FAIL

    def finding(self, next_check_at: datetime | None = None) -> Finding:
        """Make it what a task found; only what passes by itself has a *next_check_at*."""
        message = None
        if self.reason is ReasonCode.PERMISSION_MISSING and self.signal.permissions:
            message = f"Not granted: {' or '.join(self.signal.permissions)}."
        return Finding.because(
            self.status,
            self.reason,
            message=message,
            next_check_at=next_check_at if self.retry is Retry.AFTER_A_WAIT else None,
            **self.signal.kept(),
        )


_SAYS_NOTHING = {ReasonCode.TOKEN_THROTTLED, ReasonCode.GRAPH_THROTTLED, ReasonCode.GRAPH_UNAVAILABLE}


_NUMBERS: dict[int, ReasonCode] = {
    700016: ReasonCode.APP_NOT_IN_TENANT,
    700011: ReasonCode.APP_NOT_IN_TENANT,
    # Not on the reference page: "The client application is missing service principal in the tenant", with the link
    # https://go.microsoft.com/fwlink/?linkid=2225119.
    7000229: ReasonCode.APP_NOT_IN_TENANT,
    65001: ReasonCode.CONSENT_MISSING,
    90094: ReasonCode.CONSENT_MISSING,
    650056: ReasonCode.CONSENT_MISSING,
    65004: ReasonCode.CONSENT_DECLINED,
    7000112: ReasonCode.APP_DISABLED,
    70001: ReasonCode.APP_DISABLED,
    7000215: ReasonCode.CREDENTIAL_INVALID,
    70002: ReasonCode.CREDENTIAL_INVALID,
    7000222: ReasonCode.CREDENTIAL_EXPIRED,
    700027: ReasonCode.CERTIFICATE_REJECTED,
    90002: ReasonCode.TENANT_NOT_FOUND,
    # Not on the reference page: "Specified tenant identifier '…' is neither a valid DNS name, nor a valid external
    # domain" (https://github.com/Azure/azure-sdk-for-go/blob/main/sdk/azidentity/TROUBLESHOOTING.md#apc).
    900023: ReasonCode.TENANT_NOT_FOUND,
    # Not on the reference page: "this resource is not available", the answer for a tenant that was deleted.
    5000224: ReasonCode.TENANT_NOT_FOUND,
    90038: ReasonCode.WRONG_CLOUD,
    900432: ReasonCode.WRONG_CLOUD,
    # The reference page gives this number the very words of 900432.
    900382: ReasonCode.WRONG_CLOUD,
    500011: ReasonCode.RESOURCE_NOT_IN_TENANT,
    650052: ReasonCode.RESOURCE_NOT_IN_TENANT,
    53003: ReasonCode.BLOCKED_BY_CONDITIONAL_ACCESS,
    530032: ReasonCode.BLOCKED_BY_CONDITIONAL_ACCESS,
    50196: ReasonCode.TOKEN_THROTTLED,
    90055: ReasonCode.TOKEN_THROTTLED,
    # Called retryable, transient, timed out or temporarily unavailable by the reference page.
    50033: ReasonCode.GRAPH_UNAVAILABLE,
    90006: ReasonCode.GRAPH_UNAVAILABLE,
    90012: ReasonCode.GRAPH_UNAVAILABLE,
    90024: ReasonCode.GRAPH_UNAVAILABLE,
    90033: ReasonCode.GRAPH_UNAVAILABLE,
    90090: ReasonCode.GRAPH_UNAVAILABLE,
}

_FEDERATION = "70021"
"""70021 and its finer numbers, 700211 to 7002139: no federated credential matches what was presented
(https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations)."""

_PLAIN_WORDS: dict[str, ReasonCode] = {
    "temporarily_unavailable": ReasonCode.GRAPH_UNAVAILABLE,
    "server_error": ReasonCode.GRAPH_UNAVAILABLE,
    "invalid_resource": ReasonCode.RESOURCE_NOT_IN_TENANT,
}
"""OAuth errors (RFC 6749, 4.1.2.1 and 5.2) that mean one thing, whatever number they come with."""

_VAGUE_WORDS: dict[str, ReasonCode] = {
    "unauthorized_client": ReasonCode.APP_NOT_IN_TENANT,
    "invalid_client": ReasonCode.CREDENTIAL_INVALID,
}
"""OAuth errors that many numbers share: what they usually mean by the reference page, where there is no number."""

_RETRIES = {
    ReasonCode.CERTIFICATE_REJECTED: Retry.A_FEW_TIMES,
    ReasonCode.TOKEN_THROTTLED: Retry.AFTER_A_WAIT,
    ReasonCode.GRAPH_THROTTLED: Retry.AFTER_A_WAIT,
    ReasonCode.GRAPH_UNAVAILABLE: Retry.AFTER_A_WAIT,
    ReasonCode.TOKEN_REJECTED: Retry.WITH_FRESH_TOKEN,
}

_NO_INTUNE = "Request not applicable to target tenant"

_SCOPES = (
    re.compile(r"must have one of the following scopes: (?P<names>[A-Za-z., ]{1,600}?)(?: - Operation ID|[\"\\]|$)"),
    re.compile(r"API required roles: (?P<names>[A-Za-z., ]{1,600}?)(?:, application roles|[\"\\]|$)"),
)
"""Where Intune and Microsoft Graph name the permissions that would do."""

_SCOPE = re.compile(r"[A-Z][A-Za-z]{2,60}\.(?:Read|ReadWrite)\.(?:All|Directory)")

_MOST_SCOPES = 10


def of_silence() -> Refused:
    """Read no answer at all: a network that failed, or a time limit that passed."""
    return _refused(ReasonCode.GRAPH_UNAVAILABLE, SignalPayload())


def of_token_endpoint(status: int, body: bytes) -> Refused:
    """Read a refusal of the token endpoint."""
    error = _object(body)
    signal = SignalPayload(
        http_status=status,
        error_numbers=_numbers(error),
        request_id=_guid(error.get("trace_id")),
    )
    return _refused(_token_reason(status, error, signal.error_numbers), signal)


def _token_reason(status: int, error: Mapping[str, Any], numbers: tuple[int, ...]) -> ReasonCode:
    for number in numbers:
        if number in _NUMBERS:
            return _NUMBERS[number]
        if str(number).startswith(_FEDERATION):
            return ReasonCode.FEDERATION_NOT_TRUSTED
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return ReasonCode.TOKEN_THROTTLED
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return ReasonCode.GRAPH_UNAVAILABLE
    words = _PLAIN_WORDS if numbers else _PLAIN_WORDS | _VAGUE_WORDS
    return words.get(str(error.get("error")), ReasonCode.AUTH_FAILED_OTHER)


def of_graph(status: int, headers: Mapping[str, str], body: bytes, *, needs: tuple[str, ...] = ()) -> Refused:
    """Read a refusal of Microsoft Graph.

    Where it names no permission that would do, those are the ones the call *needs*.
    """
    error = _object(body).get("error")
    text = error.get("message") if isinstance(error, dict) else None
    text = text if isinstance(text, str) else ""
    reason = _graph_reason(status, error if isinstance(error, dict) else {}, text)
    signal = SignalPayload(
        http_status=status,
        request_id=_guid(headers.get("request-id")),
        permissions=(_permissions(text) or needs) if reason is ReasonCode.PERMISSION_MISSING else (),
    )
    if reason is ReasonCode.GRAPH_UNAVAILABLE and status < HTTPStatus.INTERNAL_SERVER_ERROR:
        # Our own question was refused for a reason that is not in the table: asking again changes nothing.
        return Refused(reason, Retry.NO, signal)
    return _refused(reason, signal)


def _graph_reason(status: int, error: Mapping[str, Any], text: str) -> ReasonCode:
    match status:
        case HTTPStatus.BAD_REQUEST if _NO_INTUNE in text:
            return ReasonCode.INTUNE_NOT_PROVISIONED
        case HTTPStatus.UNAUTHORIZED:
            hidden = _object(text.encode()).get("ErrorCode")
            forbidden = "Forbidden" in (error.get("code"), hidden)
            return ReasonCode.PERMISSION_MISSING if forbidden else ReasonCode.TOKEN_REJECTED
        case HTTPStatus.FORBIDDEN:
            return ReasonCode.PERMISSION_MISSING
        case HTTPStatus.NOT_FOUND:
            return ReasonCode.RESOURCE_MISSING
        case HTTPStatus.TOO_MANY_REQUESTS:
            return ReasonCode.GRAPH_THROTTLED
        case _:
            return ReasonCode.GRAPH_UNAVAILABLE


def _refused(reason: ReasonCode, signal: SignalPayload) -> Refused:
    return Refused(reason, _RETRIES.get(reason, Retry.NO), signal)


def _object(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _numbers(error: Mapping[str, Any]) -> tuple[int, ...]:
    numbers = error.get("error_codes")
    if not isinstance(numbers, list):
        return ()
    return tuple(number for number in numbers if type(number) is int and 0 < number < 10**9)[:5]


def _guid(value: object) -> str | None:
    try:
        return str(UUID(value)) if isinstance(value, str) else None
    except ValueError:
        return None


def _permissions(text: str) -> tuple[str, ...]:
    """Find the permissions that *text* names; of several that would do, those we ask customers for."""
    for pattern in _SCOPES:
        if found := pattern.search(text):
            names = [name.strip() for name in found["names"].split(",")]
            named = tuple(name for name in names if _SCOPE.fullmatch(name))[:_MOST_SCOPES]
            return tuple(name for name in named if name in REQUIRED | OPTIONAL) or named
    return ()
