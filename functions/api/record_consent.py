"""GET /consent/callback: where Microsoft sends a customer's administrator back to. Whoever knocks is a stranger.

The answers are Microsoft's: https://learn.microsoft.com/entra/identity-platform/v2-admin-consent
"""

from datetime import datetime
from html import escape
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from onboarding import ids
from onboarding.domain.consent import State
from onboarding.flows.record_consent import Outcome, record_consent
from onboarding.rest import Event, Html, Response, answered, origin
from onboarding.wiring import stores
from onboarding.wiring.consents import consents

_SAID = {
    Outcome.RECORDED: (HTTPStatus.OK, "Thank you", "Your consent was recorded. You can close this page."),
    Outcome.ALREADY: (HTTPStatus.OK, "Thank you", "Your consent was recorded before. You can close this page."),
    Outcome.NOT_OURS: (
        HTTPStatus.BAD_REQUEST,
        "This link is no longer good",
        "It was never ours, or its time has run out. Ask your service provider for a new one.",
    ),
    Outcome.ANOTHER_TENANT: (
        HTTPStatus.BAD_REQUEST,
        "This was another directory",
        "You consented for another directory than the one we asked. Open the link again, and choose the right one.",
    ),
}
_DECLINED = "Nothing was changed. Your service provider can send the link again; it stays good until it is used."


def handler(event: Event, _context: object) -> dict[str, Any]:
    """Record the consent that Microsoft reports, and show a page that says what became of it."""
    query = dict(parse_qsl(event.get("rawQueryString") or "", keep_blank_values=True))

    def respond(now: datetime) -> Response:
        # First: a report of an error may carry everything else that a consent carries.
        if "error" in query or query.get("admin_consent", "").lower() != "true":
            return _page(HTTPStatus.BAD_REQUEST, "Consent was not given", _DECLINED)
        state = State.read(query.get("state", ""))
        if state is None:
            return _page(*_SAID[Outcome.NOT_OURS])
        outcome = record_consent(
            state,
            query.get("tenant", ""),
            origin=origin(event),
            consents=consents(),
            new_id=ids.new,
            deadlines=stores.settings().deadlines,
            now=now,
        )
        return _page(*_SAID[outcome])

    return answered(event, respond)


def _page(status: HTTPStatus, title: str, text: str) -> Response:
    page = (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><h1>{escape(title)}</h1><p>{escape(text)}</p></html>"
    )
    headers = {
        "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
        "referrer-policy": "no-referrer",  # the address holds the state
        "x-content-type-options": "nosniff",
    }
    return Response(status, Html(page), headers)
