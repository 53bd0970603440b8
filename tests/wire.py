"""The wire between our code and DynamoDB: a proxy that records every call, and can make one go wrong.

What crosses the wire is what DynamoDB bills and what a crash can cut, whatever client sent it.
"""

import http.client
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple, Protocol
from urllib.parse import urlsplit

_PREFIX = "com.amazonaws.dynamodb.v20120810#"
_HOP_BY_HOP = {"connection", "content-length", "keep-alive", "transfer-encoding", "date", "server"}
FOR_EVER = 10**9
LONGEST_IDLE = 5.0
"""Seconds; the engines close a connection that nobody used for longer, and what is asked on it then has no answer."""


class Call(NamedTuple):
    """One request that arrived on the wire."""

    operation: str
    """As in `X-Amz-Target`: `GetItem`, `TransactWriteItems`, …"""

    request: dict[str, Any]
    """The request's JSON."""

    @property
    def items(self) -> int:
        """How many items the call names; 1 for all that are not about several."""
        if "TransactItems" in self.request:
            return len(self.request["TransactItems"])
        tables = self.request.get("RequestItems", {}).values()
        return sum(len(each["Keys"]) if "Keys" in each else len(each) for each in tables) or 1


@dataclass(frozen=True)
class Fault:
    """What goes wrong with one call.

    *applied* says whether the engine gets to see the call; *status* and *body* are what the caller is told, and without
    a *status* nobody answers: the connection is closed.
    """

    applied: bool
    status: int | None = None
    body: dict[str, Any] = field(default_factory=dict)


def refused(kind: str, message: str = "injected", **members: Any) -> Fault:
    """Answer 400 with the service's exception *kind* and its further *members*; nothing is applied."""
    return Fault(applied=False, status=400, body={"__type": _PREFIX + kind, "message": message, **members})


def conflict() -> Fault:
    """Answer a single write as if a transaction had the item in its hands."""
    return refused("TransactionConflictException", "Transaction is ongoing for the item")


def throttled() -> Fault:
    """Answer as if the table's throughput were used up."""
    return refused(
        "ProvisionedThroughputExceededException",
        "The level of configured provisioned throughput for the table was exceeded.",
    )


def cancelled(*codes: str | None) -> Fault:
    """Answer a transaction as cancelled, with one reason per item: a code, or None for an item that was fine."""
    listed = ", ".join(code or "None" for code in codes)
    message = f"Transaction cancelled, please refer cancellation reasons for specific reasons [{listed}]"
    reasons = [{"Code": code, "Message": code} if code else {"Code": "None"} for code in codes]
    return refused("TransactionCanceledException", message, Message=message, CancellationReasons=reasons)


def broken() -> Fault:
    """Answer 500; nothing is applied."""
    return Fault(
        applied=False, status=500, body={"__type": _PREFIX + "InternalServerError", "message": "Internal server error"}
    )


def reply_lost() -> Fault:
    """Pass the call on, then close the connection without the answer: applied, but the caller cannot know."""
    return Fault(applied=True)


def dropped() -> Fault:
    """Close the connection without passing the call on."""
    return Fault(applied=False)


@dataclass
class _Plan:
    """Something that is to happen when certain calls come by."""

    act: Fault | Callable[[], object]
    on: str | None
    skip: int
    left: int

    def due(self, call: Call) -> bool:
        """Count *call*, and say whether the plan is for it."""
        if self.on not in (None, call.operation) or not self.left:
            return False
        if self.skip:
            self.skip -= 1
            return False
        self.left -= 1
        return True


class Onlooker(Protocol):
    """Sees what crosses the wire, without a hand in it."""

    def asked(self, call: Call, body: bytes) -> None:
        """Look at a call before it is passed on; *body* is how it is written."""

    def answered(self, call: Call, status: int, body: bytes) -> None:
        """Look at what the engine answered."""


class Wire:
    """Records calls in order of arrival, and carries out what was planned for them."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.upstream = ""
        self.calls: list[Call] = []
        self.onlooker: Onlooker | None = None
        self._plans: list[_Plan] = []
        self._lock = threading.Lock()

    def reset(self, upstream: str | None = None) -> None:
        """Forget every call and every plan, and who looks on; from now on pass calls on to *upstream*."""
        with self._lock:
            self.upstream = upstream or self.upstream
            self.calls = []
            self.onlooker = None
            self._plans = []

    @property
    def operations(self) -> list[str]:
        """The names of the calls, in order of arrival: a test's one-line picture of what a handler did."""
        return [call.operation for call in self.calls]

    def count(self, operation: str) -> int:
        """Count the calls of *operation*."""
        return self.operations.count(operation)

    def fail(self, fault: Fault, *, on: str | None = None, nth: int = 1, times: int = 1) -> None:
        """Let *fault* befall the *nth* call from now (of operation *on*, if given), and *times* calls in all.

        `times=FOR_EVER` with `dropped()` is how a crash before the *nth* call looks to the table.
        """
        with self._lock:
            self._plans.append(_Plan(fault, on, nth - 1, times))

    def before(self, action: Callable[[], object], *, on: str | None = None, nth: int = 1) -> None:
        """Hold the *nth* call from now (of operation *on*, if given) until *action* is done: a race, made certain."""
        with self._lock:
            self._plans.append(_Plan(action, on, nth - 1, 1))

    def arrived(self, call: Call) -> list[Fault | Callable[[], object]]:
        """Note *call*, and say what is to happen to it."""
        with self._lock:
            self.calls.append(call)
            return [plan.act for plan in self._plans if plan.due(call)]


@contextmanager
def serve() -> Iterator[Wire]:
    """Open a wire on a free port of 127.0.0.1; whoever uses it says first, with `reset`, where it leads."""
    server = _Server(("127.0.0.1", 0), _Carrier)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server.wire
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Server(ThreadingHTTPServer):
    """A thread per connection: clients keep theirs open."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.wire = Wire(f"http://127.0.0.1:{self.server_port}")


class _Carrier(BaseHTTPRequestHandler):
    """Carries one client's calls over one connection of its own to the engine."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: _Server
    _engine: http.client.HTTPConnection | None = None
    _asked_at = 0.0

    def do_POST(self) -> None:
        """Record the call, then pass it on, or do with it what was planned."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        operation = self.headers.get("X-Amz-Target", "").rpartition(".")[2]
        call, onlooker, fault = Call(operation, json.loads(body or b"{}")), self.server.wire.onlooker, None
        for act in self.server.wire.arrived(call):
            if isinstance(act, Fault):
                fault = act
            else:
                act()
        if fault is None or fault.applied:
            if onlooker:
                onlooker.asked(call, body)
            status, headers, answer = self._pass_on(body)
            if onlooker:
                onlooker.answered(call, status, answer)
        if fault is not None:
            if fault.status is None:
                self.close_connection = True
                return
            status, headers = fault.status, [("Content-Type", "application/x-amz-json-1.0")]
            answer = json.dumps(fault.body).encode()
        self._answer(status, headers, answer)

    def _pass_on(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        """Ask the engine, and give its answer: status, headers, body."""
        upstream = urlsplit(self.server.wire.upstream).netloc
        idle = time.monotonic() - self._asked_at
        if self._engine is None or f"{self._engine.host}:{self._engine.port}" != upstream or idle > LONGEST_IDLE:
            self._hang_up()
            self._engine = http.client.HTTPConnection(upstream)
        self._asked_at = time.monotonic()
        headers = {key: value for key, value in self.headers.items() if key.lower() not in _HOP_BY_HOP}
        self._engine.request("POST", self.path, body, headers)
        response = self._engine.getresponse()
        answer = response.read()
        return response.status, response.getheaders(), answer

    def _answer(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        """Answer the client; one that has gone away misses it."""
        with suppress(ConnectionError):
            self.send_response_only(status)
            for key, value in headers:
                if key.lower() not in _HOP_BY_HOP:
                    self.send_header(key, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            self.wfile.flush()

    def finish(self) -> None:
        """Hang up at both ends."""
        with suppress(ConnectionError):
            super().finish()
        self._hang_up()

    def _hang_up(self) -> None:
        if self._engine is not None:
            self._engine.close()
            self._engine = None

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the library's
        """Say nothing: the wire's record is its `calls`."""
