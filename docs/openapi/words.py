"""What the document says in words that stand nowhere in the code: of parameters, of headers, and of API Gateway."""

from http import HTTPStatus
from typing import NamedTuple

from docs.openapi.schemas import Node
from onboarding.rest import LARGEST_BODY

INTRODUCTION = f"""
Brings customers' Microsoft tenants under management: a **session** walks a tenant through five steps,
**tasks** examine it through Microsoft Graph, each **run** is guarded so that nothing runs twice, and leaves
**evidence** with a reason code and a remedy.

## Who is let in

Every request carries an access token of a user in `Authorization: Bearer …`. What the user may do is decided by their
role in the tenant, each covering those before it: `readonly`, `operator`, `manager`, `owner`. The owning product has
the scope `onboarding.admin`. A tenant that is not there and one that is none of yours look the same: 404.

## What holds of every answer

- An answer that refuses has one body, which is a problem of RFC 9457 as well; it is `application/problem+json` where
  `Accept` asks for that. `code` tells programs what it is; each code has its own fields, and no others. API Gateway's
  own refusals have its form: `{{"message": …}}`.
- `X-Request-Id` names the request in the log and in the audit trail. `Cache-Control: no-store`.
- Moments are RFC 3339 in UTC. Ids are integers up to 9007199254740991, in plain digits. Fields may be added to
  answers; nothing unknown may be sent: unknown fields and parameters, repeated ones and empty ones are refused.
- Bodies are JSON, and at most {LARGEST_BODY} bytes.
- What is asked with `GET` has an `ETag`; whoever says in `If-None-Match` that they have it is answered 304. It can be
  asked with `HEAD` as well, for its headers alone (all but the consent callback, which acts).
- A path that there is answers `OPTIONS` with its methods in `Allow`, and another method with 405 and the same.
- A body of 1,024 characters or more is sent in gzip to whoever takes that, with `Vary: accept-encoding`.

## In which order a request is judged

401 · path and query 400 · 404 of the tenant · 403 · body 413, 415, 400 · 404 of the thing named · 409 `session_closed`
· 409 `session_locked` · 412 · 422 · what stands in the way (409, 429).

## Lists

A list is a bare array, what happens newest first and what there is by its id, in pages of `limit`.
`Link: <…>; rel="next"` leads to the next page; only its absence means the end, for a page may hold fewer than its
limit.
""".strip()

PARAMETERS = {
    "tenantId": "Id of the tenant.",
    "sessionId": "Id of the session.",
    "taskType": "A task of the catalogue.",
    "runId": "Id of the run.",
    "evidenceId": "Id of the piece of evidence.",
    "userId": "Id of the user.",
    "connectionId": "Id of the provider connection.",
    "limit": "How many pieces a page may hold at most.",
    "cursor": "Where the page begins, as the `Link` to it says; good only for the list that it came from.",
    "tenant": "The Microsoft tenant, by its GUID or one of its domains.",
}

STRANGER_S_QUERY = {
    "admin_consent": "`True` where the administrator consented.",
    "tenant": "The Microsoft tenant in which they did.",
    "state": "What the link carried.",
    "scope": "What was consented to.",
    "error": "Why they did not.",
    "error_description": "The same, in Microsoft's words.",
}
"""What Microsoft adds to the address it sends administrators back to
(https://learn.microsoft.com/entra/identity-platform/v2-admin-consent)."""


class Header(NamedTuple):
    """A header in words and as a schema."""

    words: str
    schema: Node


_TAG: Node = {"type": "string"}
_FLAG: Node = {"type": "string", "enum": ["true", "false"]}

REQUEST_HEADERS = {
    "If-None-Match": Header(
        "ETags of what is known already; if it is one of them, the answer is 304 without a body.", _TAG
    ),
    "If-Match": Header("ETag of the session that the change was decided from; another version is 412.", _TAG),
    "Idempotency-Key": Header(
        "Makes it safe to ask again: for 24 hours the same key gives the same answer.",
        {"type": "string", "minLength": 1, "maxLength": 64, "pattern": "^[!-~]([ -~]{0,62}[!-~])?$"},
    ),
}

RESPONSE_HEADERS = {
    "Allow": Header("The methods that the path has.", {"type": "string"}),
    "Cache-Control": Header("`no-store`, but `no-cache` of the reference.", {"type": "string"}),
    "Content-Security-Policy": Header("What a browser lets the page do: nothing.", {"type": "string"}),
    "ETag": Header("Names what is shown.", _TAG),
    "Idempotent-Replayed": Header("`true` where an earlier answer to the same key is given again.", {"const": "true"}),
    "Link": Header('The next page, with `rel="next"` (RFC 8288); absent at the end.', {"type": "string"}),
    "Location": Header("Where what was created is found; path-absolute.", {"type": "string"}),
    "Operation-Reused": Header("Whether the run was under way already.", _FLAG),
    "Referrer-Policy": Header("`no-referrer`: the address may hold a secret.", {"type": "string"}),
    "Retry-After": Header("Seconds after which asking again makes sense.", {"type": "integer", "minimum": 0}),
    "Session-Resumed": Header("Whether the session was there before.", _FLAG),
    "WWW-Authenticate": Header("`Bearer`.", {"type": "string"}),
    "X-Content-Type-Options": Header("`nosniff`.", {"type": "string"}),
    "X-Request-Id": Header("Names the request.", {"type": "string"}),
}


class GatewayAnswer(NamedTuple):
    """What API Gateway itself may answer with a status; *name* is its name where nothing of ours has it."""

    name: str | None
    message: str
    words: str


GATEWAY = {
    HTTPStatus.UNAUTHORIZED: GatewayAnswer(None, "Unauthorized", "The gateway found no good token."),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: GatewayAnswer(
        "TooLargeForTheGateway", "Request Entity Too Large", "The gateway takes 10 MB at most."
    ),
    HTTPStatus.TOO_MANY_REQUESTS: GatewayAnswer(
        "Throttled", "Too Many Requests", "More requests than the gateway lets through; try again in a moment."
    ),
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE: GatewayAnswer(
        "HeadersTooLarge", "Request Header Fields Too Large", "The gateway takes 10,240 bytes of headers at most."
    ),
    HTTPStatus.INTERNAL_SERVER_ERROR: GatewayAnswer(
        None, "Internal Server Error", "The gateway got no answer that it could pass on."
    ),
    HTTPStatus.SERVICE_UNAVAILABLE: GatewayAnswer(
        "NoAnswerInTime", "Service Unavailable", "The gateway got no answer in time."
    ),
}
