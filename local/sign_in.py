"""Signing in to the page with the development issuer: a code with PKCE, for whomever one picks. It vouches for anybody.

OpenID Connect Core 1.0 (3.1), OAuth 2.0 (RFC 6749), PKCE (RFC 7636), and the best current practice (RFC 9700): the
redirect URI is compared as it is, a code is good once and for a minute, a refresh token once, and whoever comes with a
used one takes its whole family down. What a browser brings is refused to the client where that is safe, else shown.
"""

import base64
import binascii
import hashlib
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from local.issuer import (
    AUTHORIZE_PATH,
    END_SESSION_PATH,
    LIFETIME,
    SCOPES,
    TOKEN_PATH,
    Issuer,
)
from local.picker import message, picker
from local.tenants import NAMES

CLIENT_ID = "tenant-onboarding-page"
PAGE_PATH = "/app"
REDIRECT_PATH = f"{PAGE_PATH}/signed-in"

PROGRAM_ID = "tenant-onboarding-cli"
"""The command line: a native app, sent back to whichever port of 127.0.0.1 it listens on (RFC 8252, 7.3)."""

_LOOPBACK = re.compile(r"http://127\.0\.0\.1:[1-9][0-9]{0,4}/callback")

CODE_LIFETIME = 60
REFRESH_LIFETIME = 24 * 3600
"""In seconds; either is over when the front ends, which remembers none."""

_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")
_USER = re.compile(r"[1-9][0-9]{0,14}")
_LONGEST = 1024
"""Characters of a state or nonce."""


class NotShown(Exception):  # noqa: N818 - an answer
    """Whoever sent the browser here may be anybody, so it is not sent back: people are told instead."""


class Refused(Exception):  # noqa: N818 - an answer
    """The client is told *error*, one of RFC 6749's words, and why."""

    def __init__(self, error: str, why: str) -> None:
        """Refuse with *error*."""
        super().__init__(why)
        self.error = error
        self.why = why


@dataclass(frozen=True, slots=True)
class Asked:
    """A sound request to sign somebody in."""

    state: str | None
    nonce: str | None
    challenge: str
    scope: str
    client_id: str
    redirect_uri: str


@dataclass(frozen=True, slots=True)
class Grant:
    """What a code or a refresh token stands for, until a moment in seconds since the epoch.

    All that follows from one code is one family.
    """

    user: str
    asked: Asked
    family: str
    until: float


class SignIn:
    """Answers for *issuer* what the page's sign-in asks; *origin* is where the page is."""

    def __init__(self, issuer: Issuer, origin: str) -> None:
        """Sign in for the page at *origin*."""
        self._issuer = issuer
        self._redirect_uri = origin + REDIRECT_PATH
        self._pages = {origin + PAGE_PATH + rest for rest in ("", "/", "/signed-out")}
        self._codes: dict[str, Grant] = {}
        self._refreshes: dict[str, Grant] = {}
        self._used: dict[str, Grant] = {}
        """Codes and refresh tokens that were used, for as long as they would have been good."""

    def add_routes(self, app: web.Application, prefix: str) -> None:
        """Answer under *prefix*."""
        app.router.add_get(prefix + AUTHORIZE_PATH, self.ask)
        app.router.add_post(prefix + AUTHORIZE_PATH, self.pick)
        app.router.add_post(prefix + TOKEN_PATH, self.exchange)
        app.router.add_get(prefix + END_SESSION_PATH, self.end)

    # ── The browser ──────────────────────────────────────────────────────────────────────────────────────────────────

    async def ask(self, request: web.Request) -> web.StreamResponse:
        """Show whom one can sign in as."""
        return self._to_browser(request.query)

    async def pick(self, request: web.Request) -> web.StreamResponse:
        """Send the browser back to the page with a code for the user that was picked."""
        return self._to_browser(request.query, await request.post())

    def _to_browser(self, query: Mapping[str, str], form: Mapping[str, Any] | None = None) -> web.StreamResponse:
        try:
            given = self._given(query)
        except NotShown as refused:
            return message("This sign-in cannot go on", str(refused), status=400)
        try:
            asked = _asked(given)
        except Refused as refused:
            return self._back(
                given["redirect_uri"], given.get("state"), error=refused.error, error_description=refused.why
            )
        if form is None:
            return picker(query, wrong=None)
        user = str(form.get("user", "")).strip()
        if not _USER.fullmatch(user):
            return picker(query, wrong=user)
        return self._back(asked.redirect_uri, asked.state, code=self._new_code(user, asked))

    def _given(self, query: Mapping[str, str]) -> dict[str, str]:
        """Read the parameters, of which each may be there once; and whose they are.

        Raises:
            NotShown: If they name another client than the page, or another place than its own.
        """
        given = dict(query)
        if len(given) != len(query):
            raise NotShown("A parameter is there twice.")
        client_id, redirect_uri = given.get("client_id"), given.get("redirect_uri", "")
        if client_id == PROGRAM_ID:
            if not _LOOPBACK.fullmatch(redirect_uri):
                raise NotShown("redirect_uri must be http://127.0.0.1:<port>/callback, to the letter.")
            return given
        if client_id != CLIENT_ID:
            raise NotShown(f"client_id must be {CLIENT_ID}: only the page of this deployment can sign in here.")
        if redirect_uri != self._redirect_uri:
            raise NotShown(f"redirect_uri must be {self._redirect_uri}, to the letter.")
        return given

    def _back(self, redirect_uri: str, state: str | None, **answer: str) -> web.Response:
        given = {"state": state} if state is not None else {}
        # RFC 9207: the client sees which issuer answers.
        query = urlencode(answer | given | {"iss": self._issuer.url})
        return web.Response(status=303, headers=_UNKEPT | {"Location": f"{redirect_uri}?{query}"})

    async def end(self, request: web.Request) -> web.StreamResponse:
        """Send the browser back to the page; there is nothing to end, since nobody stays signed in here."""
        back, state = request.query.get("post_logout_redirect_uri"), request.query.get("state")
        if back is None:
            return message("You are signed out", "You can close this page.")
        if back not in self._pages:
            return message(
                "You are signed out",
                "post_logout_redirect_uri is no address of the page of this deployment, so nobody was sent there.",
                status=400,
            )
        query = f"?{urlencode({'state': state})}" if state is not None else ""
        return web.Response(status=303, headers=_UNKEPT | {"Location": back + query})

    # ── The client ───────────────────────────────────────────────────────────────────────────────────────────────────

    async def exchange(self, request: web.Request) -> web.StreamResponse:
        """Give tokens for a code and its verifier, or for a refresh token."""
        form = await request.post()
        try:
            tokens = self._tokens_for(form, secret="Authorization" in request.headers or "client_secret" in form)
        except Refused as refused:
            answer = {"error": refused.error, "error_description": refused.why}
            return web.json_response(answer, status=400, headers=_UNKEPT)
        return web.json_response(tokens, headers=_UNKEPT)

    def _tokens_for(self, form: Mapping[str, Any], *, secret: bool) -> dict[str, Any]:
        given = {name: value for name, value in form.items() if isinstance(value, str)}
        if len(given) != len(form):
            raise Refused("invalid_request", "A parameter is there twice, or is a file.")
        if secret or given.get("client_id") not in {CLIENT_ID, PROGRAM_ID}:
            raise Refused("invalid_client", f"client_id must be {CLIENT_ID}, a public client, which has no secret.")
        match _needed(given, "grant_type"):
            case "authorization_code":
                return self._for_code(given)
            case "refresh_token":
                return self._for_refresh_token(given)
            case _:
                raise Refused("unsupported_grant_type", "grant_type must be authorization_code or refresh_token.")

    def _for_code(self, given: dict[str, str]) -> dict[str, Any]:
        grant = self._taken(self._codes, _needed(given, "code"))
        _check_client(grant, given)
        if _needed(given, "redirect_uri") != grant.asked.redirect_uri:
            raise Refused("invalid_grant", "redirect_uri is another than the code was sent to.")
        verifier = _needed(given, "code_verifier")
        if not _VERIFIER.fullmatch(verifier):
            raise Refused("invalid_request", "code_verifier has another form than RFC 7636 gives it.")
        digest = hashlib.sha256(verifier.encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if not secrets.compare_digest(challenge, grant.asked.challenge):
            raise Refused("invalid_grant", "code_verifier is not what code_challenge was made of.")
        return self._tokens(grant, nonce=grant.asked.nonce)

    def _for_refresh_token(self, given: dict[str, str]) -> dict[str, Any]:
        # OpenID Connect Core 1.0, 12.2: a nonce belongs to the first id token.
        grant = self._taken(self._refreshes, _needed(given, "refresh_token"))
        _check_client(grant, given)
        return self._tokens(grant, nonce=None)

    def _tokens(self, grant: Grant, *, nonce: str | None) -> dict[str, Any]:
        refresh_token = secrets.token_urlsafe(32)
        self._refreshes[refresh_token] = replace(grant, until=self._issuer.clock() + REFRESH_LIFETIME)
        return {
            "access_token": self._issuer.token(grant.user),
            "token_type": "Bearer",
            "expires_in": LIFETIME,
            "scope": grant.asked.scope,
            "refresh_token": refresh_token,
            "id_token": self._issuer.id_token(
                grant.user, client_id=grant.asked.client_id, nonce=nonce, name=name_of(grant.user)
            ),
        }

    # ── What is good once ────────────────────────────────────────────────────────────────────────────────────────────

    def _new_code(self, user: str, asked: Asked) -> str:
        self._forget()
        code = secrets.token_urlsafe(32)
        self._codes[code] = Grant(user, asked, family=code, until=self._issuer.clock() + CODE_LIFETIME)
        return code

    def _taken(self, kept: dict[str, Grant], shown: str) -> Grant:
        """Use up what was *shown*, whatever comes of it; used again, it was stolen from one of the two who had it."""
        self._forget()
        if again := self._used.get(shown):
            for token in [token for token, grant in self._refreshes.items() if grant.family == again.family]:
                del self._refreshes[token]
        grant = kept.pop(shown, None)
        if grant is None:
            raise Refused("invalid_grant", "It was never given out, was used before, or its time has run out.")
        self._used[shown] = replace(grant, until=self._issuer.clock() + REFRESH_LIFETIME)
        return grant

    def _forget(self) -> None:
        now = self._issuer.clock()
        for kept in (self._codes, self._refreshes, self._used):
            for token in [token for token, grant in kept.items() if grant.until <= now]:
                del kept[token]


_UNKEPT = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff"}


def name_of(user: str) -> str:
    """Tell what *user* is called."""
    return NAMES.get(int(user), f"User {user}")


def _asked(given: dict[str, str]) -> Asked:
    """Judge a request of the page's.

    Raises:
        Refused: With the error that the page is told.
    """
    if given.get("response_type") != "code":
        raise Refused("unsupported_response_type", "response_type must be code.")
    if given.get("response_mode", "query") != "query":
        raise Refused("invalid_request", "response_mode must be query.")
    scopes = given.get("scope", "").split()
    if "openid" not in scopes:
        raise Refused("invalid_scope", "scope must have openid in it.")
    if given.get("code_challenge_method") != "S256":
        raise Refused("invalid_request", "code_challenge_method must be S256.")
    challenge = given.get("code_challenge", "")
    if not _CHALLENGE.fullmatch(challenge) or not _is_digest(challenge):
        raise Refused("invalid_request", "code_challenge must be a SHA-256 in base64url.")
    state, nonce = given.get("state"), given.get("nonce")
    if any(each is not None and len(each) > _LONGEST for each in (state, nonce)):
        raise Refused("invalid_request", f"state and nonce have at most {_LONGEST} characters.")
    if "none" in given.get("prompt", "").split():
        raise Refused("login_required", "Nobody is ever signed in here: somebody has to be picked.")
    kept = " ".join(each for each in SCOPES if each in scopes)
    return Asked(state, nonce, challenge, kept, given["client_id"], given["redirect_uri"])


def _is_digest(challenge: str) -> bool:
    try:
        read = base64.b64decode(challenge + "=", altchars=b"-_", validate=True)
    except binascii.Error:
        return False
    return base64.urlsafe_b64encode(read).rstrip(b"=").decode() == challenge


def _check_client(grant: Grant, given: dict[str, str]) -> None:
    """Refuse what was given to another client (RFC 6749, 4.1.3 and 6)."""
    if given.get("client_id") != grant.asked.client_id:
        raise Refused("invalid_grant", "It was given to another client.")


def _needed(given: dict[str, str], name: str) -> str:
    if name not in given:
        raise Refused("invalid_request", f"{name} is missing.")
    return given[name]
