"""Signing in through the system's browser: OAuth 2.0 for native apps (RFC 8252), authorization code with PKCE (7636).

There is no client secret, since whoever has this program would have it too.
"""

import base64
import hashlib
import html
import secrets
import time
import webbrowser
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, Self, override
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx

from tenant_onboarding_cli.exits import Exit
from tenant_onboarding_cli.failures import Failure, Remedy, command_line
from tenant_onboarding_cli.settings import LOOPBACK, Settings
from tenant_onboarding_cli.sign_ins import SignIn

HOST = "127.0.0.1"
CALLBACK = "/callback"
PATIENCE = 300.0
"""Seconds that a person has in the browser."""

_TURN = 1.0
"""Seconds after which a wait for the browser looks whether it has become too long."""

_ANSWER_WITHIN = 30.0


@dataclass(frozen=True, slots=True)
class Endpoints:
    """What the issuer says of itself (OpenID Connect Discovery 1.0, 3)."""

    authorization: str
    token: str


def sign_in(settings: Settings, *, port: int, browser: bool, tell: Callable[[str], None]) -> SignIn:
    """Let a person sign in at the issuer, and return what it gave.

    *port* is where the browser is sent back to; 0 is any. Without *browser* the person opens the address themselves.

    Raises:
        Failure: Sign-in, if it did not come to that; timeout, if nobody came back.
    """
    if not settings.issuer or not settings.client_id:
        raise Failure(
            Exit.SIGN_IN,
            "The profile names no issuer and client id to sign in with.",
            (Remedy("Add `issuer` and `client_id` to the profile, or give a token or a token command."),),
            command_line("doctor"),
        )
    with client(settings.issuer) as http:
        endpoints = discovered(http, settings.issuer)
        verifier, state = secrets.token_urlsafe(48), secrets.token_urlsafe(24)
        with _Callback(port, state) as callback:
            address = _address(endpoints, settings, callback.redirect_uri, verifier, state)
            opened = browser and webbrowser.open(address)
            tell(f"{'Sign in in the browser that opens, or open' if opened else 'Open'} this address: {address}")
            answer = callback.answer(settings.issuer)
        form = {
            "grant_type": "authorization_code",
            "code": answer,
            "redirect_uri": callback.redirect_uri,
            "code_verifier": verifier,
        }
        return _exchanged(http, endpoints, settings.api_url, settings.issuer, settings.client_id, form)


def refreshed(kept: SignIn) -> SignIn | None:
    """Have the issuer replace the token of *kept*; None if it does not."""
    if kept.refresh_token is None:
        return None
    form = {"grant_type": "refresh_token", "refresh_token": kept.refresh_token}
    try:
        with client(kept.issuer) as http:
            endpoints = discovered(http, kept.issuer)
            fresh = _exchanged(http, endpoints, kept.api_url, kept.issuer, kept.client_id, form)
    except Failure:
        return None
    # Not every issuer gives a new one each time (RFC 6749, 6).
    return fresh if fresh.refresh_token else SignIn(**{**_fields(fresh), "refresh_token": kept.refresh_token})


def client(issuer: str) -> httpx.Client:
    """Make a client for the issuer; what is on this machine is not asked through a proxy."""
    return httpx.Client(timeout=_ANSWER_WITHIN, trust_env=urlsplit(issuer).hostname not in LOOPBACK)


def discovered(http: httpx.Client, issuer: str) -> Endpoints:
    """Ask the issuer where it signs people in.

    Raises:
        Failure: Sign-in, if it does not say, or says that it is somebody else.
    """
    address = f"{issuer.rstrip('/')}/.well-known/openid-configuration"
    try:
        said = http.get(address).raise_for_status().json()
        named = str(said.get("issuer"))
    except (httpx.HTTPError, ValueError, AttributeError) as error:
        raise _cannot(f"The issuer {issuer} does not answer at {address}: {error}.") from None
    if named.rstrip("/") != issuer.rstrip("/"):
        raise _cannot(f"{address} speaks for {named}, not for {issuer}.")
    authorization, token = said.get("authorization_endpoint"), said.get("token_endpoint")
    if not isinstance(authorization, str) or not isinstance(token, str):
        raise _cannot(f"The issuer {issuer} offers no sign-in with a browser.")
    for endpoint in (authorization, token):
        parts = urlsplit(endpoint)
        if parts.scheme != "https" and parts.hostname not in LOOPBACK:
            raise _cannot(f"The issuer {issuer} would have us sign in over a connection that is not encrypted.")
    return Endpoints(authorization, token)


def _cannot(message: str) -> Failure:
    ways = "Give a token (--token, TENANT_ONBOARDING_TOKEN) or a command that prints one (--token-command)."
    return Failure(Exit.SIGN_IN, message, (Remedy(ways),), command_line("doctor"))


def _address(endpoints: Endpoints, settings: Settings, redirect_uri: str, verifier: str, state: str) -> str:
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    query = {
        "response_type": "code",
        "client_id": settings.client_id,
        "redirect_uri": redirect_uri,
        "scope": settings.scope,
        "state": state,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    joint = "&" if urlsplit(endpoints.authorization).query else "?"
    return endpoints.authorization + joint + urlencode(query)


def _exchanged(
    http: httpx.Client, endpoints: Endpoints, api_url: str, issuer: str, client_id: str, form: dict[str, str]
) -> SignIn:
    now = time.time()
    try:
        answer = http.post(endpoints.token, data={**form, "client_id": client_id})
        given = answer.json()
    except (httpx.HTTPError, ValueError) as error:
        raise _cannot(f"The issuer gave no token: {error}.") from None
    token = given.get("access_token") if isinstance(given, dict) else None
    if answer.is_error or not isinstance(token, str):
        why = given.get("error_description") or given.get("error") if isinstance(given, dict) else None
        raise _cannot(f"The issuer gave no token: {why or answer.status_code}.")
    lasts = given.get("expires_in")
    return SignIn(
        api_url=api_url,
        issuer=issuer,
        client_id=client_id,
        access_token=token,
        refresh_token=given.get("refresh_token"),
        expires_at=now + float(lasts) if isinstance(lasts, int | float | str) and str(lasts).isdigit() else None,
    )


def _fields(sign_in: SignIn) -> dict[str, Any]:
    return {name: getattr(sign_in, name) for name in SignIn.__slots__}


class _Callback:
    """Where the browser comes back to: on this machine only, once, and only with the state that we sent."""

    def __init__(self, port: int, state: str) -> None:
        self._state = state
        self._said: dict[str, str] | None = None
        callback = self

        class Handler(BaseHTTPRequestHandler):
            timeout = _TURN  # browsers connect ahead and say nothing, and whoever comes next waits behind them

            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                query = dict(parse_qsl(parts.query))
                given, wanted = query.get("state", "").encode(), callback._state.encode()
                ours = parts.path == CALLBACK and secrets.compare_digest(given, wanted)
                if ours and callback._said is None:
                    callback._said = query
                said = "You are signed in." if ours and "code" in query else "You are not signed in."
                page = f"<!doctype html><meta charset=utf-8><title>{said}</title><p>{html.escape(said)} "
                page += "You can close this page and go back to the terminal."
                self.send_response(200 if ours else 404)
                self.send_header("content-type", "text/html; charset=utf-8")
                self.send_header("content-security-policy", "default-src 'none'")
                self.send_header("referrer-policy", "no-referrer")
                self.end_headers()
                self.wfile.write(page.encode())

            @override
            def log_message(self, format: str, *args: object) -> None:
                """Write no line: the address holds the code."""

        try:
            self._server = HTTPServer((HOST, port), Handler)
        except OSError as error:
            raise Failure(
                Exit.FAILED, f"Port {port} of this machine cannot be listened on: {error.strerror}."
            ) from None
        self._server.timeout = _TURN
        self.redirect_uri = f"http://{HOST}:{self._server.server_port}{CALLBACK}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._server.server_close()

    def answer(self, issuer: str) -> str:
        """Wait for the browser; give the code it brings.

        Raises:
            Failure: Sign-in, if the issuer refused; timeout, if nobody came.
        """
        ends_at = time.monotonic() + PATIENCE
        while self._said is None:
            if time.monotonic() > ends_at:
                raise Failure(Exit.TIMEOUT, "Nobody came back from the browser.", (), command_line("login"))
            self._server.handle_request()
        said = self._said
        # Whoever answers in another issuer's place is found out (RFC 9207).
        if said.get("iss", issuer).rstrip("/") != issuer.rstrip("/"):
            raise _cannot("Another issuer than ours answered.")
        if "code" not in said:
            raise _cannot(f"The issuer refused: {said.get('error_description') or said.get('error') or 'no reason'}.")
        return said["code"]
