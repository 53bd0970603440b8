"""The development sign-in in this process, over real HTTP on 127.0.0.1, under a clock that the test turns."""

import asyncio
import base64
import hashlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
import urllib3
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import rsa

from local.issuer import DISCOVERY_PATH, Issuer
from local.sign_in import CLIENT_ID, SignIn

PREFIX = "/_local/issuer"
NOW = 1_780_000_000.0

VERIFIER = "a-verifier.of_just~the-length-that-rfc-7636-wants"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()

type Query = dict[str, str]


@dataclass
class Clock:
    """Tells the time that a test has set."""

    now: float = NOW

    def __call__(self) -> float:
        return self.now


@dataclass
class Browser:
    """Somebody at a browser on the page, and the page in it; nobody follows a redirect unasked."""

    origin: str
    clock: Clock
    public_key: Any
    pool: urllib3.PoolManager = field(default_factory=urllib3.PoolManager)

    @property
    def issuer(self) -> str:
        """Who signs in."""
        return self.origin + PREFIX

    @property
    def callback(self) -> str:
        """Where the page takes a code."""
        return f"{self.origin}/app/signed-in"

    def asking(self, **others: str | None) -> Query:
        """Make what the page asks for, but for *others*; None leaves one out."""
        usual: dict[str, str | None] = {
            "client_id": CLIENT_ID,
            "redirect_uri": self.callback,
            "response_type": "code",
            "scope": "openid profile",
            "state": "of the page's",
            "nonce": "also of the page's",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
        }
        return {name: value for name, value in (usual | others).items() if value is not None}

    def open(self, query: Query | str) -> urllib3.BaseHTTPResponse:
        """Open the page with the picker."""
        written = query if isinstance(query, str) else urlencode(query)
        return self.pool.request("GET", f"{self.issuer}/authorize?{written}", redirect=False)

    def pick(self, user: str, query: Query | None = None) -> urllib3.BaseHTTPResponse:
        """Press the button of *user*."""
        address = f"{self.issuer}/authorize?{urlencode(query or self.asking())}"
        return self.pool.request("POST", address, fields={"user": user}, encode_multipart=False, redirect=False)

    def code(self, user: str = "2", **others: str | None) -> str:
        """Sign in as *user* until there is a code."""
        return self.told(self.pick(user, self.asking(**others)))["code"]

    def told(self, answer: urllib3.BaseHTTPResponse) -> Query:
        """Read what an answer sends the page."""
        assert answer.status == 303, (answer.status, answer.data)
        where = urlsplit(answer.headers["Location"])
        assert f"{where.scheme}://{where.netloc}{where.path}" == self.callback
        return {name: value for name, [value] in parse_qs(where.query, strict_parsing=True).items()}

    def exchange(self, **fields: str | None) -> urllib3.BaseHTTPResponse:
        """Ask for tokens as the page does for a code, but for *fields*; None leaves one out."""
        usual: dict[str, str | None] = {
            "grant_type": "authorization_code",
            "client_id": CLIENT_ID,
            "redirect_uri": self.callback,
            "code_verifier": VERIFIER,
        }
        given = {name: value for name, value in (usual | fields).items() if value is not None}
        return self.post(urlencode(given))

    def refresh(self, token: str) -> urllib3.BaseHTTPResponse:
        """Ask for new tokens with a refresh token."""
        return self.post(urlencode({"grant_type": "refresh_token", "client_id": CLIENT_ID, "refresh_token": token}))

    def post(self, body: str, **headers: str) -> urllib3.BaseHTTPResponse:
        """Send *body* to the token endpoint as a form."""
        headers = {"content-type": "application/x-www-form-urlencoded", **headers}
        return self.pool.request("POST", f"{self.issuer}/token", body=body, headers=headers)

    def claims(self, token: str, audience: str) -> dict[str, Any]:
        """Read the claims of a token, as signed by the issuer; its times are the test's own."""
        times: Any = {"verify_exp": False, "verify_iat": False, "verify_nbf": False}
        claims: dict[str, Any] = jwt.decode(
            token, self.public_key, ["RS256"], audience=audience, issuer=self.issuer, options=times
        )
        return claims


@contextmanager
def serve() -> Iterator[Browser]:
    """Run a sign-in, and sit down at a browser in front of it."""
    loop, clock = asyncio.new_event_loop(), Clock()
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    app = web.Application()
    runner = web.AppRunner(app, access_log=None)
    made = Browser("", clock, key.public_key())

    async def start() -> None:
        # Its own address is part of what it says, so the port comes first.
        reserved = socket.create_server(("127.0.0.1", 0))
        made.origin = f"http://127.0.0.1:{reserved.getsockname()[1]}"
        issuer = Issuer(made.issuer, key, clock)
        SignIn(issuer, made.origin).add_routes(app, PREFIX)

        async def discovery(_: web.Request) -> web.Response:
            return web.json_response(issuer.discovery())

        app.router.add_get(PREFIX + DISCOVERY_PATH, discovery)
        await runner.setup()
        await web.SockSite(runner, reserved).start()

    loop.run_until_complete(start())
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield made
    finally:
        made.pool.clear()
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
