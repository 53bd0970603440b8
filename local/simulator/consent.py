"""The page on which a customer's administrator consents for the whole tenant, with two buttons and no sign-in.

Wire form: https://learn.microsoft.com/entra/identity-platform/v2-admin-consent.
"""

from html import escape
from urllib.parse import urlencode, urlsplit

from aiohttp import web

from local.simulator.ledger import Entry, Ledger

ACCEPTED = "healthy"
"""How a tenant stands once its administrator has accepted."""

_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Permissions requested</title>
<link rel="icon" href="data:,">
<h1>Permissions requested</h1><p>An application asks for access to the directory of {tenant}. This is a simulation:
nobody signs in, and accepting lets the tenant play the scenario <i>{scenario}</i>.</p>
<form method="post"><button name="answer" value="accept">Accept</button>
<button name="answer" value="cancel">Cancel</button></form></html>"""


class AdminConsent:
    """Answers under `/login/{tenant}/v2.0/adminconsent`."""

    def __init__(self, ledger: Ledger) -> None:
        """Ask the administrators of the tenants of *ledger*."""
        self._ledger = ledger

    def routes(self) -> list[web.RouteDef]:
        """List what it answers."""
        path = "/login/{tenant}/v2.0/adminconsent"
        return [web.get(path, self.ask), web.post(path, self.answer)]

    async def ask(self, request: web.Request) -> web.Response:
        """Show what is asked for. Looking changes nothing."""
        entry, _ = self._asked(request)
        page = _PAGE.format(tenant=escape(entry.tenant.domain), scenario=ACCEPTED)
        return web.Response(text=page, content_type="text/html")

    async def answer(self, request: web.Request) -> web.Response:
        """Take the administrator's answer, and send them back to whoever asked."""
        entry, redirect_uri = self._asked(request)
        accepted = (await request.post()).get("answer") == "accept"
        back = {"state": request.query.get("state", "")}
        if accepted:
            self._ledger.choose(entry, ACCEPTED)
            back |= {"admin_consent": "True", "tenant": str(entry.tenant.entra_tenant_id)}
            back |= {"scope": request.query.get("scope", "")}
        else:
            back |= {"error": "access_denied", "error_description": "AADSTS65004: User declined to consent."}
        raise web.HTTPFound(f"{redirect_uri}?{urlencode(back)}")

    def _asked(self, request: web.Request) -> tuple[Entry, str]:
        entry = self._ledger.by_name(request.match_info["tenant"])
        redirect_uri = request.query.get("redirect_uri", "")
        if entry is None:
            raise web.HTTPBadRequest(text="AADSTS90002: Tenant not found.")
        if urlsplit(redirect_uri).hostname != "127.0.0.1":
            raise web.HTTPBadRequest(text="AADSTS50011: The redirect URI does not match those of the application.")
        return entry, redirect_uri
