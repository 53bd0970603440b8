"""Addresses that look as if they led to Microsoft, or lead where nobody should get; and who is called at all."""

import json
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple, override
from urllib.parse import urlsplit

LOOPBACK = "127.0.0.1"


class Attempt(NamedTuple):
    """Somebody was to be found or called."""

    host: str
    port: int | str


class Calls:
    """Every name that this process looks up and every address that it calls, as Python itself reports them.

    https://docs.python.org/3/library/audit_events.html. Nothing but this machine is reached: whoever else is called
    does not answer.
    """

    def __init__(self) -> None:
        self._seen: list[Attempt] | None = None
        sys.addaudithook(self._heard)  # for good: Python lets none be taken away

    @contextmanager
    def seen(self) -> Iterator[list[Attempt]]:
        """Give what is called meanwhile."""
        seen: list[Attempt] = []
        self._seen = seen
        try:
            yield seen
        finally:
            self._seen = None

    def _heard(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self._seen is None or event not in {"socket.getaddrinfo", "socket.connect", "socket.sendto"}:
            return
        host, port = arguments[:2] if event == "socket.getaddrinfo" else tuple(arguments[1][:2])
        self._seen.append(Attempt(host.decode() if isinstance(host, bytes) else str(host), port))
        if host not in {LOOPBACK, "localhost", b"127.0.0.1"}:
            raise socket.gaierror(socket.EAI_NONAME, "nobody is called here")


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    @override
    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: whoever hangs up has heard enough."""

    @override
    def shutdown_request(self, request: Any) -> None:
        with suppress(OSError):
            super().shutdown_request(request)


class Peer:
    """Answers as Microsoft, at one port of this machine: with what it is told to, and notes what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.answers: list[tuple[int, dict[str, str], bytes]] = []
        """Status, headers and body of the next answers to GET; the last of them is repeated."""

        self.token: tuple[int, dict[str, str], bytes] = (200, {}, b"{}")
        """The same of the answers to POST, which asks for tokens."""

        peer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_GET(self) -> None:
                peer.asked.append(self.path)
                self._say(*(peer.answers.pop(0) if len(peer.answers) > 1 else peer.answers[0]))

            def do_POST(self) -> None:
                peer.asked.append(self.path)
                self.rfile.read(int(self.headers["Content-Length"]))
                self._say(*peer.token)

            def _say(self, status: int, headers: dict[str, str], body: bytes) -> None:
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            @override
            def log_message(self, format: str, *args: object) -> None:
                """Say nothing."""

        self._server = _Server((LOOPBACK, 0), Handler)
        self.port = self._server.server_port
        self.url = f"http://{LOOPBACK}:{self.port}"

    @contextmanager
    def serving(self) -> Iterator["Peer"]:
        """Serve for a while."""
        thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            thread.join()
            self._server.server_close()

    def says(self, body: object, status: int = 200, **headers: str) -> tuple[int, dict[str, str], bytes]:
        """Make an answer of *body*, as JSON."""
        return status, {name.replace("_", "-"): value for name, value in headers.items()}, json.dumps(body).encode()


def leading_astray(graph: str) -> list[str]:
    """List addresses that are not below *graph*, most of them made to be taken for it by a careless reader."""
    scheme, netloc, prefix, *_ = urlsplit(graph)
    host, _, port = netloc.partition(":")
    path = f"{prefix}/v1.0/x"
    colon = f":{port}" if port else ""
    other = "http" if scheme == "https" else "https"
    return [
        # Another host, with ours before, after, or within it
        f"{scheme}://{host}.evil.example{colon}{path}",
        f"{scheme}://evil{host}{colon}{path}",
        f"{scheme}://evil.example/{host}{path}",
        f"{scheme}://evil.example?{netloc}{path}",
        f"{scheme}://evil.example#{netloc}{path}",
        f"{scheme}://evil.example;{netloc}{path}",
        f"{scheme}://{host}-evil.example{path}",
        f"{scheme}://{host}_.evil.example{path}",
        f"{scheme}://{netloc},evil.example{path}",
        f"{scheme}://{netloc};evil.example{path}",
        f"{scheme}://x.{host}{colon}{path}",
        f"{scheme}://{host}.{colon}{path}",
        f"{scheme}://{host}..{colon}{path}",
        f"{scheme}://.{host}{colon}{path}",
        # Names and passwords
        f"{scheme}://{netloc}@evil.example{path}",
        f"{scheme}://user@{netloc}{path}",
        f"{scheme}://user:password@{netloc}{path}",
        f"{scheme}://@{netloc}{path}",
        f"{scheme}://:@{netloc}{path}",
        f"{scheme}://{netloc}%40evil.example{path}",
        f"{scheme}://{netloc}:443@evil.example{path}",
        f"{scheme}://evil.example@{netloc}@evil.example{path}",
        # What browsers, libraries and standards read differently
        f"{scheme}://{netloc}\\@evil.example{path}",
        f"{scheme}://evil.example\\@{netloc}{path}",
        f"{scheme}:\\\\{netloc}{path}",
        f"{scheme}://{netloc}\\{path}",
        f"{scheme}:/{netloc}{path}",
        f"{scheme}:{netloc}{path}",
        f"{scheme}:///{netloc}{path}",
        f"//{netloc}{path}",
        f"///{netloc}{path}",
        path,
        path.lstrip("/"),
        "?$skiptoken=x",
        "",
        f" {scheme}://{netloc}{path}",
        f"{scheme}://{netloc}{path} ",
        f"{scheme}\t://{netloc}{path}",
        f"{scheme}://{host[:4]}\t{host[4:]}{colon}{path}",
        f"{scheme}://{host[:4]}\n{host[4:]}{colon}{path}",
        f"{scheme}://{netloc}\r\nHost: evil.example{path}",
        f"{scheme}://{netloc}{path}\r\nHost: evil.example",
        f"{scheme}://{netloc}{path} HTTP/1.1\r\nHost: evil.example",
        f"{scheme}://{netloc}\x00.evil.example{path}",
        f"{scheme}://{netloc}%00.evil.example{path}",
        f"{scheme}://{netloc}%2eevil.example{path}",
        f"{scheme}://{netloc}%2f.evil.example{path}",
        f"{scheme}://{host[:1]}%{ord(host[1]):02x}{host[2:]}{colon}{path}",
        f"{scheme}://{host[:1]}%25{ord(host[1]):02x}{host[2:]}{colon}{path}",
        # Other scripts
        f"{scheme}://{host.replace('.', '\u3002')}{colon}{path}",
        f"{scheme}://{host.replace('o', '\u043e').replace('1', '\uff11')}{colon}{path}",
        f"{scheme}://{netloc}\u2044evil.example{path}",
        f"{scheme}://{netloc}\u2100evil.example{path}",
        f"{scheme}://{netloc}\u202e{path}",
        f"{scheme}://xn--{host}-9za.example{colon}{path}",
        # Other ports, schemes and paths
        f"{scheme}://{host}:1{path}",
        f"{scheme}://{host}:0{path}",
        f"{scheme}://{host}:65536{path}",
        f"{scheme}://{host}:-1{path}",
        f"{scheme}://{host}:x{path}",
        f"{scheme}://{host}:\u0661{path}",
        f"{other}://{netloc}{path}",
        *(f"{each}://{netloc}{path}" for each in ("file", "ftp", "gopher", "ws", "wss", "dict", "ldap", "jar", "unix")),
        "file:///etc/passwd",
        f"data:application/json,{path}",
        "javascript:alert(1)",
        f"{scheme}://{netloc}{prefix}/v2.0/x",
        f"{scheme}://{netloc}{prefix}/v1.0",
        f"{scheme}://{netloc}{prefix}//v1.0/x",
        f"{scheme}://{netloc}{prefix}/v1.0/../../secrets",
        f"{scheme}://{netloc}{prefix}/v1.0/%2e%2e/%2e%2e/secrets",
        f"{scheme}://{netloc}{prefix}/v1.0/..%2fsecrets",
        f"{scheme}://{netloc}{prefix}/v1.0/..\\secrets",
        f"{scheme}://{netloc}{prefix}/v1.0/..%5csecrets",
        f"{scheme}://{netloc}{path}#/../evil",
        # This machine, its neighbours, and what tells a machine its credentials
        "http://169.254.169.254/v1.0/latest/meta-data/iam/security-credentials/",
        "http://169.254.170.2/v1.0/credentials",
        "http://[fd00:ec2::254]/v1.0/latest/meta-data",
        "http://metadata.google.internal/v1.0/x",
        "https://169.254.169.254/v1.0/metadata/identity/oauth2/token",
        "http://localhost/v1.0/x",
        "http://localhost.localdomain/v1.0/x",
        "http://127.1/v1.0/x",
        "http://0.0.0.0/v1.0/x",
        "http://0/v1.0/x",
        "http://2130706433/v1.0/x",
        "http://0x7f000001/v1.0/x",
        "http://0177.0.0.1/v1.0/x",
        "http://[::1]/v1.0/x",
        "http://[::ffff:127.0.0.1]/v1.0/x",
        "http://[::ffff:169.254.169.254]/v1.0/x",
        "http://[::]/v1.0/x",
        "http://10.0.0.1/v1.0/x",
        "http://[fe80::1%25eth0]/v1.0/x",
        f"{scheme}://[{host}]/v1.0/x",
        f"{scheme}://[{host}/v1.0/x",
        # Microsoft's own, and none of ours
        "https://graph.microsoft.us/v1.0/x",
        "https://dod-graph.microsoft.us/v1.0/x",
        "https://microsoftgraph.chinacloudapi.cn/v1.0/x",
        "https://login.microsoftonline.com/v1.0/x",
        "https://graph.windows.net/v1.0/x",
        "https://management.azure.com/v1.0/x",
        # Much of it
        f"{scheme}://{'a' * 100_000}.{host}{colon}{path}",
        f"{scheme}://{netloc}:{'0' * 100_000}443{path}x@evil.example",
    ]
