"""The one port that people and browsers see: the API at `/`, sign-in and Microsoft's stand-in under `/_local/`.

The API's part behaves as API Gateway's own front does; the emulator's functions start one process per request in
flight, so few are let through at a time and the rest wait here.
"""

import asyncio
import re
import socket
from collections.abc import Iterable
from http import HTTPStatus
from typing import override

import aiohttp
from aiohttp import web
from aiohttp.http_exceptions import LineTooLong
from multidict import CIMultiDict
from yarl import URL

from local import authorizer
from local.issuer import DISCOVERY_PATH, KEYS_PATH, Issuer
from local.sign_in import PAGE_PATH, SignIn

HOST = "127.0.0.1"
ISSUER_PREFIX = "/_local/issuer"
MICROSOFT_PREFIX = "/_local/microsoft"

IN_FLIGHT = 6
WAITING = 100
LARGEST_BODY = 10 * 1024 * 1024
"""API Gateway's own limit on a request, in bytes."""
LARGEST_HEAD = 10_240
"""And that on the request line and all header values together."""

PUBLIC = re.compile(r"/consent/callback|/docs|/openapi\.json|/app(?:/[\s\S]+)?")
"""Paths without an authorizer: what stands in their Authorization header is nobody's business."""

# RFC 9110, 7.6.1: these speak of one connection, not of the message; the rest of the list is set anew on each side.
_OF_ONE_CONNECTION = frozenset(
    {
        "connection",
        "content-length",
        "date",
        "expect",
        "host",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "server",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)


class Gateway:
    """Hands requests on to the API in the emulator, a few at a time."""

    def __init__(self, authority: str) -> None:
        """Serve as *authority*, the host and port that the API is known by; closed until `open`."""
        self._authority = authority
        self._upstream: str | None = None
        self._session: aiohttp.ClientSession | None = None
        self._turns = asyncio.Semaphore(IN_FLIGHT)
        self._present = 0

    def open(self, upstream: str) -> None:
        """Let requests through to *upstream*."""
        self._upstream = upstream
        self._session = aiohttp.ClientSession(auto_decompress=False, timeout=aiohttp.ClientTimeout(total=120))

    async def close(self) -> None:
        """Turn requests away from now on."""
        self._upstream = None
        if self._session is not None:
            await self._session.close()

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Answer one request as the API does, or as API Gateway does when the API cannot be asked."""
        if self._present >= IN_FLIGHT + WAITING:
            return _refusal(429, "Too Many Requests")
        if len(request.raw_path) + sum(len(value) for _, value in request.raw_headers) > LARGEST_HEAD:
            return _refusal(431, "Request Header Fields Too Large")
        self._present += 1
        try:
            body = await request.read()
            async with self._turns:
                return await self._pass_on(request, body)
        except web.HTTPRequestEntityTooLarge:
            return _refusal(413, "Request Entity Too Large")
        except (aiohttp.ClientError, TimeoutError):
            return _refusal(503, "Service Unavailable")
        finally:
            self._present -= 1

    async def _pass_on(self, request: web.Request, body: bytes) -> web.StreamResponse:
        if self._upstream is None or self._session is None:
            return _refusal(503, "Service Unavailable")
        headers = _handed_on(request.raw_headers)
        token = headers.get("Authorization")
        if token is not None and not PUBLIC.fullmatch(request.path) and authorizer.refuses(token):
            return _refusal(401, "Unauthorized")
        headers["Host"] = self._authority
        async with self._session.request(
            request.method,
            URL(self._upstream + request.raw_path, encoded=True),
            headers=headers,
            data=body or None,
            skip_auto_headers=("Accept", "Accept-Encoding", "Content-Type", "User-Agent"),
            allow_redirects=False,
        ) as answer:
            return web.Response(status=answer.status, headers=_handed_on(answer.raw_headers), body=await answer.read())


def create_app(gateway: Gateway, issuer: Issuer, sign_in: SignIn, microsoft: web.Application) -> web.Application:
    """Put the API, the *issuer* with its *sign_in*, and *microsoft* behind one port."""

    async def discovery(_: web.Request) -> web.Response:
        return web.json_response(issuer.discovery())

    async def keys(_: web.Request) -> web.Response:
        return web.json_response(issuer.keys())

    async def page(request: web.Request) -> web.Response:
        # No route may end in a slash; people's addresses may.
        return web.Response(status=308, headers={"Location": str(URL(PAGE_PATH).with_query(request.query))})

    app = web.Application(client_max_size=LARGEST_BODY)
    app.router.add_get(ISSUER_PREFIX + DISCOVERY_PATH, discovery)
    app.router.add_get(ISSUER_PREFIX + KEYS_PATH, keys)
    sign_in.add_routes(app, ISSUER_PREFIX)
    app.router.add_get(f"{PAGE_PATH}/", page)
    app.add_subapp(MICROSOFT_PREFIX, microsoft)
    app.router.add_route("*", r"/{path:[\s\S]*}", gateway.answer)  # a path may have line breaks in it
    return app


async def listen(runner: web.AppRunner, reserved: socket.socket) -> asyncio.Server:
    """Serve the app of *runner* on a socket that is bound already, until the server is closed."""
    await runner.setup()
    loop, server = asyncio.get_running_loop(), runner.server
    assert server is not None  # noqa: S101 - there is one once it is set up

    def connected() -> _Connection:
        return _Connection(server, loop=loop, max_line_size=LARGEST_HEAD, max_field_size=LARGEST_HEAD)

    return await loop.create_server(connected, sock=reserved, backlog=512)


class _Connection(web.RequestHandler):
    """A connection to one client. What cannot be read is refused, and never repeated: there may be a token in it."""

    __slots__ = ()

    @override
    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        if status == HTTPStatus.INTERNAL_SERVER_ERROR:
            return super().handle_error(request, status, exc, message)
        told = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE if isinstance(exc, LineTooLong) else HTTPStatus(status)
        refusal = _refusal(told, told.phrase)
        refusal.force_close()
        return refusal


def _handed_on(headers: Iterable[tuple[bytes, bytes]]) -> CIMultiDict[str]:
    """Copy *headers* but those of the connection; repeated ones are joined by commas, as API Gateway does."""
    copied: CIMultiDict[str] = CIMultiDict()
    for raw_name, raw_value in headers:
        name, value = raw_name.decode("latin-1"), raw_value.decode("utf-8", "surrogateescape")
        if name.lower() in _OF_ONE_CONNECTION:
            continue
        if name in copied and name.lower() != "set-cookie":
            copied[name] = f"{copied[name]},{value}"
        else:
            copied.add(name, value)
    return copied


def _refusal(status: int, message: str) -> web.Response:
    """Answer in API Gateway's own form."""
    return web.json_response({"message": message}, status=status)
