"""A service of a test's own making: over real HTTP it answers what the test wrote down, and keeps what was asked."""

import json
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple, override
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Reply:
    """What comes back for one request."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


LOST = Reply(0)
"""The connection ends before an answer came."""


class Asked(NamedTuple):
    """What was asked."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any


type Answering = Callable[[Asked], Reply]


def problem(status: int, code: str, **fields: Any) -> Reply:
    """Refuse as the service does."""
    headers = {"X-Request-Id": "request-7"}
    if "retry_after" in fields:
        headers["Retry-After"] = str(fields.pop("retry_after"))
    said = {"error": f"This is {code}.", "code": code, "status": status, "request_id": "request-7", **fields}
    return Reply(status, said, headers)


class Service:
    """The service, and what it was asked so far."""

    def __init__(self) -> None:
        self.url = ""
        self.asked: list[Asked] = []
        self._plans: dict[tuple[str, str], list[Reply | Answering]] = defaultdict(list)
        self._lock = threading.Lock()

    def plan(self, method: str, path: str, *replies: Reply | Answering) -> None:
        """Answer so, one after the other, and from then on as the last says."""
        self._plans[method, path] += replies

    def replace(self, method: str, path: str, *replies: Reply | Answering) -> None:
        """Answer so from now on, whatever was planned."""
        with self._lock:
            self._plans[method, path] = list(replies)

    def answer(self, asked: Asked) -> Reply:
        """Answer as planned."""
        with self._lock:
            self.asked.append(asked)
            plans = self._plans[asked.method, asked.path]
            if not plans:
                return problem(404, "route_not_found")
            plan = plans.pop(0) if len(plans) > 1 else plans[0]
        return plan(asked) if callable(plan) else plan

    def of(self, method: str, path: str) -> list[Asked]:
        """Give what was asked of one route."""
        return [each for each in self.asked if (each.method, each.path) == (method, path)]


@contextmanager
def serve() -> Iterator[Service]:
    """Serve until the test ends."""
    service = Service()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            sent = self.rfile.read(length)
            parts = urlsplit(self.path)
            form = self.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
            body = dict(parse_qsl(sent.decode())) if form else json.loads(sent or b"null")
            headers = {name.lower(): value for name, value in self.headers.items()}
            reply = service.answer(Asked(self.command, parts.path, dict(parse_qsl(parts.query)), headers, body))
            if reply is LOST:
                self.close_connection = True
                return
            text = b"" if reply.body is None else json.dumps(reply.body).encode()
            if "Date" in reply.headers:
                self.send_response_only(reply.status)
            else:
                self.send_response(reply.status)
            for name, value in {"Content-Type": "application/json", **reply.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def __getattr__(self, name: str) -> Any:
            if name.startswith("do_"):  # the method of every request
                return self._answer
            raise AttributeError(name)

        @override
        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        service.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield service
        finally:
            server.shutdown()
            thread.join()
