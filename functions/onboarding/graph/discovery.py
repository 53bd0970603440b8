"""Asks Microsoft's public metadata whether a tenant exists, who it is and in which cloud: no credential is needed.

This is the only way to Microsoft that an HTTP route has, so it knows neither tokens nor Microsoft Graph. Source:
https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc#fetch-the-openid-configuration-document.

One GET that is asked once, follows nothing and keeps no connection: that much Python's own client does, and urllib3,
which workers have for everything else, would be a tenth of this route's start.
"""

import json
import re
import ssl
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import Any
from urllib.parse import quote, urlsplit

from onboarding.domain.connection import Cloud
from onboarding.domain.discovery import DiscoveredTenant
from onboarding.domain.reasons import ReasonCode
from onboarding.errors import Transient
from onboarding.graph.clouds import Hosts
from onboarding.graph.pace import AFTER_A_FAILURE, wait_asked_for
from onboarding.graph.signals import of_token_endpoint

CONNECT_SECONDS = 3.0
READ_SECONDS = 10.0
PATIENCE = 12.0
"""Seconds after which no further piece of an answer is waited for: API Gateway gives the caller up after 30."""

LARGEST_ANSWER = 64 * 1024
"""Bytes; Microsoft's documents have less than two thousand."""

_NAMES = {"microsoftonline.com": Cloud.GLOBAL}
"""Our clouds by the `cloud_instance_name` of their tenants. What is said of tenants elsewhere leads nowhere of ours."""

_TENANT = re.compile(
    r"https?://[^/?#@]+(?:/[a-z_]+)*/(?P<id>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/oauth2/v2\.0/token"
)
_WORD = re.compile(r"[A-Za-z0-9.]{1,60}")


class Discovery:
    """Asks one Microsoft cloud after the other."""

    def __init__(
        self,
        clouds: Mapping[Cloud, Hosts],
        now: Callable[[], datetime],
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        """Ask *clouds* and nobody else; *seconds* passes as time does."""
        self._clouds = clouds
        self._now = now
        self._seconds = seconds

    def tenant(self, name: str) -> DiscoveredTenant:
        """Find the tenant called *name*, a GUID or a domain that was checked to be one.

        Raises:
            Transient: If Microsoft gave no usable answer; with the time that it asks for, if it does.
        """
        for hosts in self._clouds.values():
            found = self._asked(hosts, name)
            if found.exists:
                return found
        return DiscoveredTenant(exists=False)

    def _asked(self, hosts: Hosts, name: str) -> DiscoveredTenant:
        url = urlsplit(f"{hosts.login}/{quote(name, safe='')}/v2.0/.well-known/openid-configuration")
        ends = self._seconds() + PATIENCE
        connection = _connection(url.scheme, url.netloc)
        try:
            connection.connect()
            connection.sock.settimeout(READ_SECONDS)
            connection.request("GET", url.path, headers={"Accept": "application/json"})
            response = connection.getresponse()
            body = self._read(response, ends)
        except (OSError, HTTPException):
            raise _unanswered() from None
        finally:
            connection.close()
        if response.status == HTTPStatus.OK:
            return _described(body)
        return self._refused(response, body)

    def _read(self, response: HTTPResponse, ends: float) -> bytes:
        body = b""
        while piece := response.read1(4096):
            body += piece
            if len(body) > LARGEST_ANSWER or self._seconds() > ends:
                raise _unanswered()
        if response.length:  # it said that there is more
            raise _unanswered()
        return body

    def _refused(self, response: HTTPResponse, body: bytes) -> DiscoveredTenant:
        """Read a refusal, which has the form of the token endpoint's."""
        match of_token_endpoint(response.status, body).reason:
            case ReasonCode.TENANT_NOT_FOUND:
                return DiscoveredTenant(exists=False)
            case ReasonCode.WRONG_CLOUD:
                return DiscoveredTenant(exists=True)
            case _:
                raise _unanswered(wait_asked_for(response.headers.get("Retry-After"), self._now()))


def _connection(scheme: str, place: str) -> HTTPConnection:
    """Be ready to connect; `clouds` has seen to it that none but this machine itself is called without TLS."""
    if scheme == "http":
        return HTTPConnection(place, timeout=CONNECT_SECONDS)
    return HTTPSConnection(place, timeout=CONNECT_SECONDS, context=_trust())


@cache
def _trust() -> ssl.SSLContext:
    """Load the roots that this machine trusts, once per process: it takes longer than everything else here."""
    return ssl.create_default_context()


def _described(body: bytes) -> DiscoveredTenant:
    try:
        said: Any = json.loads(body)
    except (ValueError, RecursionError):
        raise _unanswered() from None
    if not isinstance(said, dict):
        raise _unanswered()
    token_endpoint = said.get("token_endpoint")
    tenant = _TENANT.fullmatch(token_endpoint.lower()) if isinstance(token_endpoint, str) else None
    if tenant is None:
        raise _unanswered()
    name = _word(said.get("cloud_instance_name"))
    return DiscoveredTenant(
        exists=True,
        entra_tenant_id=tenant["id"],
        cloud=_NAMES.get(name or ""),
        cloud_name=name,
        region=_word(said.get("tenant_region_scope")),
        sub_region=_word(said.get("tenant_region_sub_scope")),
    )


def _word(value: object) -> str | None:
    return value if isinstance(value, str) and _WORD.fullmatch(value) else None


def _unanswered(wait: float | None = None) -> Transient:
    seconds = AFTER_A_FAILURE if wait is None else max(wait, 1.0)
    return Transient("Microsoft gave no usable answer; try again later.", retry_after=round(seconds))
