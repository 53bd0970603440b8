"""Asks Microsoft's public metadata whether a tenant exists, who it is and in which cloud: no credential is needed.

This is the only way to Microsoft that an HTTP route has, so it knows neither tokens nor Microsoft Graph. Source:
https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc#fetch-the-openid-configuration-document.
"""

import json
import re
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import urllib3

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
        pool: urllib3.PoolManager,
        clouds: Mapping[Cloud, Hosts],
        now: Callable[[], datetime],
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        """Ask *clouds* over *pool* and nothing else; *seconds* passes as time does."""
        self._pool = pool
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
        url = f"{hosts.login}/{quote(name, safe='')}/v2.0/.well-known/openid-configuration"
        ends = self._seconds() + PATIENCE
        try:
            response = self._pool.request(
                "GET",
                url,
                headers={"Accept": "application/json"},
                redirect=False,
                retries=False,
                preload_content=False,
                decode_content=False,
                timeout=urllib3.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS),
            )
            try:
                body = self._read(response, ends)
            finally:
                # What is left unread of an answer would be taken for the beginning of the next.
                response.close()
        except urllib3.exceptions.HTTPError:
            raise _unanswered() from None
        if response.status == HTTPStatus.OK:
            return _described(body)
        return self._refused(response, body)

    def _read(self, response: urllib3.BaseHTTPResponse, ends: float) -> bytes:
        body = b""
        while piece := response.read1(4096):
            body += piece
            if len(body) > LARGEST_ANSWER or self._seconds() > ends:
                raise _unanswered()
        return body

    def _refused(self, response: urllib3.BaseHTTPResponse, body: bytes) -> DiscoveredTenant:
        """Read a refusal, which has the form of the token endpoint's."""
        match of_token_endpoint(response.status, body).reason:
            case ReasonCode.TENANT_NOT_FOUND:
                return DiscoveredTenant(exists=False)
            case ReasonCode.WRONG_CLOUD:
                return DiscoveredTenant(exists=True)
            case _:
                raise _unanswered(wait_asked_for(response.headers.get("Retry-After"), self._now()))


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
