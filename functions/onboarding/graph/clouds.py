"""The closed table of hosts: no other is ever called.

It is a file of the package, keyed by cloud, and nothing in the environment can change it. Hosts of the national
clouds: https://learn.microsoft.com/graph/deployments.
"""

import json
from functools import cache
from pathlib import Path
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit

from onboarding.domain.connection import Cloud

_TABLE = Path(__file__).with_name("clouds.json")
_DEFAULT_PORTS = {"https": 443, "http": 80}
_LOOPBACK = "127.0.0.1"
_CLIMBING = ("..", "//", "%2e", "%2f", "%5c")


class Hosts(NamedTuple):
    """Where one cloud answers: URLs without a slash at the end."""

    login: str
    graph: str

    def token_url(self, entra_tenant_id: str) -> str:
        """Where tokens of one tenant are issued."""
        return f"{self.login}/{entra_tenant_id}/oauth2/v2.0/token"

    @property
    def scope(self) -> str:
        """Asks for every application permission that was consented to."""
        return f"{self.graph}/.default"

    def is_graph(self, url: str) -> bool:
        """Tell whether *url*, as an answer gave it, leads to this cloud's Microsoft Graph and nowhere else.

        The same scheme, host, port and path prefix; a name or password, a fragment, dots that climb and anything
        that two readers could read differently are refused.
        """
        if not (url.isascii() and url.isprintable()) or any(character in url for character in " \\#"):
            return False
        try:
            asked, ours = urlsplit(url), urlsplit(self.graph)
            same_origin = _origin(asked) == _origin(ours)
        except ValueError:
            return False
        disguised = "@" in asked.netloc or any(part in asked.path.lower() for part in _CLIMBING)
        under = any(asked.path.startswith(f"{ours.path}/{version}/") for version in ("v1.0", "beta"))
        return same_origin and under and not disguised


def _origin(url: SplitResult) -> tuple[str, str | None, int | None]:
    # Port 0 is a port, if a strange one: it does not stand for the usual one.
    return url.scheme, url.hostname, _DEFAULT_PORTS.get(url.scheme) if url.port is None else url.port


def read_table(path: Path) -> dict[Cloud, Hosts]:
    """Read the table of hosts at *path*.

    Raises:
        ValueError: If it is malformed, or a host would be called without TLS; only this machine itself may be.
    """
    table = {Cloud(name): Hosts(**hosts) for name, hosts in json.loads(path.read_text()).items()}
    for url in (url for hosts in table.values() for url in hosts):
        host = urlsplit(url)
        if host.scheme != "https" and (host.scheme, host.hostname) != ("http", _LOOPBACK):
            raise ValueError(f"{url} would be called without TLS")
    return table


@cache
def clouds() -> dict[Cloud, Hosts]:
    """Read the packaged table, once per process.

    Raises:
        ValueError: As `read_table`.
    """
    return read_table(_TABLE)
