"""Access tokens: one per connection and batch, in memory only, dropped when the batch ends.

Client credentials flow: https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow.
"""

import json
from base64 import urlsafe_b64decode
from threading import Lock
from typing import Any
from uuid import UUID

from pydantic import SecretStr

from onboarding.domain.connection import Connection
from onboarding.domain.finding import Finding, FindingStatus, Obstacle
from onboarding.domain.model import Concept
from onboarding.domain.reasons import ReasonCode
from onboarding.graph.client import Client, Request, unusable
from onboarding.graph.clouds import Hosts
from onboarding.graph.credentials import Credentials
from onboarding.graph.signals import of_token_endpoint

_FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}


type _Key = tuple[int, int]


def _key(connection: Connection) -> _Key:
    """Tell connections apart: an id is one only within its tenant."""
    return connection.tenant_id, connection.id


class AccessToken(Concept):
    """A token for Microsoft Graph, and what it says of us; its value shows in no `repr`."""

    value: SecretStr
    entra_tenant_id: str
    roles: frozenset[str]

    @property
    def header(self) -> str:
        """The value of the `Authorization` header."""
        return f"Bearer {self.value.get_secret_value()}"


class Tokens:
    """The tokens of one batch, by connection. A refusal is remembered too: asking again would only be throttled."""

    def __init__(self, credentials: Credentials) -> None:
        """Prove who we are by *credentials*."""
        self._credentials = credentials
        self._outcomes: dict[_Key, AccessToken | Obstacle] = {}
        self._turns: dict[_Key, Lock] = {}

    def of(self, connection: Connection, hosts: Hosts, client: Client) -> AccessToken:
        """Give the batch's token of *connection*; the first to ask fetches it.

        Raises:
            Obstacle: If the token endpoint refused, or another tenant's token came back (`wrong_tenant`).
            Transient: If the credential could not be read now.
        """
        key = _key(connection)
        # Runs of one batch ask side by side: one fetches, the others wait for what it gets.
        with self._turns.setdefault(key, Lock()):
            if key not in self._outcomes:
                try:
                    self._outcomes[key] = self._fetched(connection, hosts, client)
                except Obstacle as obstacle:
                    self._outcomes[key] = obstacle
            outcome = self._outcomes[key]

        if isinstance(outcome, Obstacle):
            raise Obstacle(outcome.finding) from outcome
        return outcome

    def reject(self, connection: Connection, token: AccessToken) -> None:
        """Forget *token*, which Microsoft Graph rejected; one that has replaced it meanwhile stays."""
        key = _key(connection)
        with self._turns.setdefault(key, Lock()):
            if self._outcomes.get(key) is token:
                del self._outcomes[key]

    def drop(self) -> None:
        """Forget every token."""
        self._outcomes.clear()

    def _fetched(self, connection: Connection, hosts: Hosts, client: Client) -> AccessToken:
        # Parsed again, so that nothing but a GUID can become part of a URL.
        entra_tenant_id = str(UUID(connection.entra_tenant_id))
        url = hosts.token_url(entra_tenant_id)

        def request() -> Request:
            # Every try has a proof of its own: an assertion is for one use only.
            proof = self._credentials.proof(connection, url)
            form = {
                "grant_type": "client_credentials",
                "client_id": connection.client_id,
                "scope": hosts.scope,
                **proof,
            }
            return Request("POST", url, _FORM, form)

        reply = client.send(request, lambda status, _headers, body: of_token_endpoint(status, body))

        token = _read(reply.json())
        if token.entra_tenant_id != entra_tenant_id:
            raise Obstacle(Finding.because(FindingStatus.FAIL, ReasonCode.WRONG_TENANT))
        return token


def _read(answer: Any) -> AccessToken:  # noqa: ANN401 - JSON values
    """Read the answer of the token endpoint.

    The signature is not checked: the token came from its issuer over TLS, and is Microsoft Graph's to accept. Its
    `roles` are only ever a second witness (https://learn.microsoft.com/entra/identity-platform/access-tokens).
    """
    try:
        value = answer["access_token"]
        _head, claims, _signature = value.split(".")
        said = json.loads(urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
        return AccessToken(
            value=SecretStr(value),
            entra_tenant_id=str(said["tid"]).lower(),
            roles=frozenset(role for role in said.get("roles", ()) if isinstance(role, str)),
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise unusable() from error
