"""An endpoint that speaks DynamoDB's protocol, gives the same canned answers to everybody, and counts what is asked.

It runs in the bench's own process, never in the one that is measured.
"""

import json
import threading
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TABLE = "Sessions"
TENANT, USER, SESSION = 1, 1, 130724659704743

_MEMBER = {
    "tenant_id": {"N": str(TENANT)},
    "entry": {"S": f"member#{USER:016d}"},
    "role": {"S": "owner"},
}
_TENANT = {"tenant_id": {"N": str(TENANT)}, "entry": {"S": "tenant"}, "name": {"S": "Contoso"}}
_OPEN = {
    "tenant_id": {"N": str(TENANT)},
    "entry": {"S": "open"},
    "session_id": {"N": str(SESSION)},
    "provider_connection_id": {"N": "101"},
    "status": {"S": "in_progress"},
    "current_step": {"N": "4"},
    "assigned_to_user_id": {"N": str(USER)},
    "locked_by_user_id": {"N": str(USER)},
    "locked_until": {"N": "4102444800000"},  # 2100: every request of a run finds the lock alive
    "version": {"N": "7"},
    "created_at": {"N": "1767605400123"},
    "updated_at": {"N": "1767605400123"},
    "due_shard": {"N": "1"},
    "due_at": {"N": "4102444800000"},
}

ANSWERS: dict[str, dict[str, Any]] = {
    "BatchGetItem": {"Responses": {TABLE: [_MEMBER, _TENANT, _OPEN]}, "UnprocessedKeys": {}},
    "UpdateItem": {"Attributes": _OPEN | {"current_step": {"N": "1"}, "version": {"N": "8"}}},
}
"""By operation: what GET session reads, and what PATCH session's conditional write gives back."""

_BYTES = {operation: json.dumps(answer, separators=(",", ":")).encode() for operation, answer in ANSWERS.items()}


class Endpoint:
    """What was asked since the last look."""

    def __init__(self, url: str) -> None:
        """Answer at *url*."""
        self.url = url
        self._calls: Counter[str] = Counter()
        self._lock = threading.Lock()

    def note(self, operation: str) -> None:
        """Count a call of *operation*."""
        with self._lock:
            self._calls[operation] += 1

    def taken(self) -> dict[str, int]:
        """Give the calls since the last look, by operation, and begin anew."""
        with self._lock:
            calls, self._calls = dict(self._calls), Counter()
        return calls


@contextmanager
def serve() -> Iterator[Endpoint]:
    """Open an endpoint on a free port of 127.0.0.1."""
    server = _Server(("127.0.0.1", 0), _Answerer)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server.endpoint
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, *arguments: Any) -> None:  # noqa: ANN401 - passed on as they are
        super().__init__(*arguments)
        self.endpoint = Endpoint(f"http://127.0.0.1:{self.server_port}")


class _Answerer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: _Server

    def do_POST(self) -> None:
        """Give the canned answer, with the checksum that clients verify; what has none is answered as unknown."""
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        operation = self.headers.get("X-Amz-Target", "").rpartition(".")[2]
        self.server.endpoint.note(operation)
        unknown = b'{"__type":"com.amazon.coral.service#UnknownOperationException"}'
        status, body = (200, _BYTES[operation]) if operation in _BYTES else (400, unknown)
        with suppress(ConnectionError):
            self.send_response_only(status)
            self.send_header("Content-Type", "application/x-amz-json-1.0")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("x-amzn-RequestId", "8F507CFCXMPL4697B07AAC58FC914C95")
            self.send_header("x-amz-crc32", str(zlib.crc32(body)))
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002, ANN401 - the name is the library's
        """Say nothing."""
