"""GET /consent/callback: where Microsoft sends a customer's administrator back to. Whoever knocks is a stranger.

The answers are Microsoft's: https://learn.microsoft.com/entra/identity-platform/v2-admin-consent
"""

from datetime import datetime
from html import escape
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from onboarding import ids
from onboarding.browser_policy import guarding
from onboarding.domain.consent import State
from onboarding.errors import Transient
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
_NOT_NOW = "We could not write it down at this moment. Load this page again in a minute: your consent is not lost."

_STYLE = """
:root{color-scheme:light dark;--behind:#f2f4f7;--card:#fff;--words:#16191f;--aside:#424650;--done:#00802f;--not:#855900}
@media (prefers-color-scheme:dark){
:root{--behind:#0f141a;--card:#1b232d;--words:#ebebf0;--aside:#c6c6cd;--done:#2bb534;--not:#fbd332}}
body{box-sizing:border-box;min-height:100vh;margin:0;padding:1rem;display:grid;place-items:center;
background:var(--behind);color:var(--words);font:1.0625rem/1.5 system-ui,sans-serif}
main{box-sizing:border-box;width:100%;max-width:27rem;padding:2.5rem 1.75rem;border:1px solid transparent;
border-radius:1rem;background:var(--card);text-align:center}
svg{width:3.25rem;height:3.25rem;fill:none;stroke:currentColor;stroke-width:2.5;stroke-linecap:round;stroke-linejoin:round}
.done{color:var(--done)}
.not{color:var(--not)}
h1{margin:1rem 0 .5rem;font-size:1.5rem;line-height:1.25}
p{margin:0;color:var(--aside);text-wrap:balance}
"""
"""Small enough for a phone, in the colours that its owner likes; the border is there for those of forced colours."""

_TICK = '<circle cx="16" cy="16" r="14"/><path d="M9.5 16.5l4.5 4.5 8.5-9.5"/>'
_MARK = '<circle cx="16" cy="16" r="14"/><path d="M16 9v8.5m0 5v.1"/>'


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
        try:
            outcome = record_consent(
                state,
                query.get("tenant", ""),
                origin=origin(event),
                consents=consents(),
                new_id=ids.new,
                deadlines=stores.settings().deadlines,
                now=now,
            )
        except Transient as busy:
            page = _page(HTTPStatus.SERVICE_UNAVAILABLE, "One more try", _NOT_NOW)
            return page._replace(headers=page.headers | {"retry-after": "60"}, code=busy.code)
        return _page(*_SAID[outcome])

    return answered(event, respond)


def _page(status: HTTPStatus, title: str, text: str) -> Response:
    looks, sign = ("done", _TICK) if status is HTTPStatus.OK else ("not", _MARK)
    page = Html(
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style>"
        f'<main><svg class="{looks}" viewBox="0 0 32 32" aria-hidden="true">{sign}</svg>'
        f"<h1>{escape(title)}</h1><p>{escape(text)}</p></main></html>"
    )
    return Response(status, page, guarding(page))  # no referrer: the address holds the state
