"""Entra's side: discovery, and the token endpoint for client credentials.

Wire forms: https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow and
https://learn.microsoft.com/entra/identity-platform/reference-error-codes.
"""

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import rsa

from local.simulator.assertions import ASSERTION_TYPE, Assertions, Refusal, Registration
from local.simulator.ledger import Entry, Ledger
from local.simulator.scenarios import canary

GRAPH = "https://graph.microsoft.com"
LIFETIME = 3599

_KEY_ID = "simulator"

_CHECK = (
    "Check your federated identity credential Subject, Audience and Issuer against the presented assertion. "
    "https://learn.microsoft.com/entra/workload-id/workload-identity-federation"
)
_REVIEW = "Review the documentation at https://learn.microsoft.com/entra/identity-platform/certificate-credentials ."
_CONFIGURED = (
    "Please visit the Azure Portal, Graph Explorer or directly use MS Graph to see configured keys "
    "for app Id '{client}'."
)

_REFUSALS: Mapping[int, tuple[int, str, str]] = {
    50013: (400, "invalid_grant", "Assertion is invalid because of various reasons. {detail}"),
    50027: (401, "invalid_client", "Invalid JWT token. {detail}"),
    53003: (400, "access_denied", "Access has been blocked by Conditional Access policies."),
    70003: (400, "unsupported_grant_type", "The app requested an unsupported grant type '{grant_type}'."),
    90002: (400, "invalid_tenant", "Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID."),
    90055: (429, "temporarily_unavailable", "There are too many incoming requests."),
    700016: (400, "unauthorized_client", "Application with identifier '{client}' was not found in the directory."),
    700021: (
        401,
        "invalid_client",
        f"Client assertion application identifier doesn't match 'client_id' parameter. {_REVIEW}",
    ),
    700023: (401, "invalid_client", f"Client assertion audience claim does not match Realm issuer. {_REVIEW}"),
    700024: (401, "invalid_client", f"Client assertion is not within its valid time range. {{detail}} {_REVIEW}"),
    700027: (
        401,
        "invalid_client",
        f"Client assertion contains an invalid signature. [Reason - {{detail}}, {_CONFIGURED}]",
    ),
    700211: (
        401,
        "invalid_client",
        f"No matching federated identity record found for presented assertion issuer '{{detail}}'. {_CHECK}",
    ),
    700212: (
        401,
        "invalid_client",
        f"No matching federated identity record found for presented assertion audience '{{detail}}'. {_CHECK}",
    ),
    700213: (
        401,
        "invalid_client",
        f"No matching federated identity record found for presented assertion subject '{{detail}}'. {_CHECK}",
    ),
    900023: (
        400,
        "invalid_request",
        "Specified tenant identifier '{tenant}' is neither a valid DNS name, nor a valid external domain.",
    ),
    1000031: (400, "invalid_request", "Application {client} can't be accessed at this time."),
    1002012: (400, "invalid_scope", "The provided value for scope is not valid; it must end in /.default."),
    7000112: (400, "unauthorized_client", "Application '{client}' is disabled."),
    7000215: (401, "invalid_client", "Invalid client secret provided. Ensure the value, not the id, is sent."),
    7000218: (
        401,
        "invalid_client",
        "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
    ),
    7000222: (401, "invalid_client", "The provided client secret keys for app '{client}' are expired."),
    7000229: (401, "invalid_client", "The client application {client} is missing service principal in the tenant."),
}
"""AADSTS number → HTTP status, OAuth error, sentence. Those of assertions are worded as people were answered in public:
https://github.com/Azure/azure-sdk-for-net/issues/29007 (700027),
https://github.com/AzureAD/microsoft-authentication-library-for-dotnet/issues/2746 (700023),
https://github.com/Azure/azure-cli/issues/28708 (700024), https://github.com/Azure/azure-workload-identity/issues/1200
(700213), https://github.com/AzureAD/microsoft-authentication-library-for-dotnet/issues/124 (50027)."""


class Issuer:
    """Signs tokens, and knows its own again."""

    def __init__(self) -> None:
        """Make a key; tokens of an earlier start are worthless, as after a rotation of keys."""
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def token(self, entry: Entry, client_id: str) -> str:
        """Issue an app-only token for Microsoft Graph in the tenant of *entry*."""
        now = int(time.time())
        tenant_id = str(entry.tenant.entra_tenant_id)
        scenario = entry.scenario
        roles = scenario.granted if scenario.in_token is None else scenario.in_token
        claims: dict[str, Any] = {
            "aud": GRAPH,
            "iss": f"https://sts.windows.net/{tenant_id}/",
            "iat": now,
            "nbf": now,
            "exp": now + LIFETIME,
            "app_displayname": canary("claim") if scenario.talkative else "Tenant Onboarding",
            "appid": client_id,
            "appidacr": "1",
            "idtyp": "app",
            "tid": tenant_id,
            "ver": "1.0",
        }
        # A token without any role has no such claim at all.
        if roles:
            claims["roles"] = sorted(roles)
        return jwt.encode(claims, self._key, algorithm="RS256", headers={"kid": _KEY_ID})

    def read(self, token: str) -> dict[str, Any] | None:
        """Read the claims of *token*; None if it is not ours, expired, or for somebody else."""
        try:
            claims: dict[str, Any] = jwt.decode(token, self._key.public_key(), algorithms=["RS256"], audience=GRAPH)
        except jwt.InvalidTokenError:
            return None
        return claims

    def keys(self) -> dict[str, Any]:
        """Publish the key that signs."""
        key = jwt.algorithms.RSAAlgorithm.to_jwk(self._key.public_key(), as_dict=True)
        return {"keys": [{**key, "kid": _KEY_ID, "use": "sig", "alg": "RS256"}]}


class Entra:
    """Answers under `/login`."""

    def __init__(self, ledger: Ledger, applications: Mapping[str, Registration], issuer: Issuer) -> None:
        """Answer for the tenants of *ledger* to *applications*, by client id."""
        self._ledger = ledger
        self._applications = applications
        self._issuer = issuer
        self._assertions = Assertions()

    def routes(self) -> list[web.RouteDef]:
        """List what it answers."""
        return [
            web.post("/login/{tenant}/oauth2/v2.0/token", self.token),
            web.get("/login/{tenant}/v2.0/.well-known/openid-configuration", self.discovery),
            web.get("/login/{tenant}/discovery/v2.0/keys", self.keys),
        ]

    async def token(self, request: web.Request) -> web.Response:
        """Issue a token, or refuse as Entra does."""
        form = {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
        entry = self._ledger.by_name(request.match_info["tenant"])
        if entry is not None:
            entry.token_calls += 1

        refusal = self._refusal(entry, form, f"{request.url.origin()}{request.path}")
        if refusal is not None or entry is None:
            talkative = entry is not None and entry.scenario.talkative
            return _refused(refusal or Refusal(90002), request, form, talkative=talkative)

        answer: dict[str, Any] = {
            "token_type": "Bearer",
            "expires_in": LIFETIME,
            "ext_expires_in": LIFETIME,
            "access_token": self._issuer.token(entry, form["client_id"]),
        }
        return web.json_response(answer, headers={"Cache-Control": "no-store, no-cache", "x-ms-request-id": _guid()})

    def _refusal(self, entry: Entry | None, form: Mapping[str, str], audience: str) -> Refusal | None:
        known = self._applications.get(form.get("client_id", ""))
        refusals = (
            (entry is None, 90002),
            (form.get("grant_type") != "client_credentials", 70003),
            (not form.get("scope", "").endswith("/.default"), 1002012),
            (known is None, 700016),
            (entry is not None and entry.scenario.principal == "absent", 7000229),
            (entry is not None and entry.scenario.principal == "disabled", 7000112),
        )
        for refused, number in refusals:
            if refused:
                return Refusal(number)
        if known is not None and (refusal := self._unproven(form, known, audience)):
            return refusal
        staged = entry.scenario.token_refusal if entry else None
        return None if staged is None else Refusal(staged, _DETAILS.get(staged, ""))

    def _unproven(self, form: Mapping[str, str], known: Registration, audience: str) -> Refusal | None:
        """Judge what is to prove who asks; None accepts it."""
        if form.get("client_assertion_type") == ASSERTION_TYPE and "client_assertion" in form:
            return self._assertions.refusal(form["client_assertion"], form["client_id"], known, audience)
        if "client_secret" not in form:
            return Refusal(7000218)
        return Refusal(7000215) if form["client_secret"] != known.secret else None

    async def discovery(self, request: web.Request) -> web.Response:
        """Say whether a tenant exists, by its id or a domain, and where to ask it."""
        entry = self._ledger.by_name(request.match_info["tenant"])
        if entry is None:
            return _refused(Refusal(90002), request, {})

        tenant_id = str(entry.tenant.entra_tenant_id)
        login = f"{request.url.origin()}{request.path.split('/login/')[0]}/login/{tenant_id}"
        return web.json_response(
            {
                "token_endpoint": f"{login}/oauth2/v2.0/token",
                "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt"],
                "jwks_uri": f"{login}/discovery/v2.0/keys",
                "issuer": f"https://login.microsoftonline.com/{tenant_id}/v2.0",
                "tenant_region_scope": "EU",
                "cloud_instance_name": "microsoftonline.com",
                "cloud_graph_host_name": "graph.windows.net",
                "msgraph_host": "graph.microsoft.com",
            }
        )

    async def keys(self, _request: web.Request) -> web.Response:
        """Publish the keys."""
        return web.json_response(self._issuer.keys())


_DETAILS = {700027: "The key was not found.", 700213: "arn:aws:iam::123456789012:role/somebody-else"}
"""What the sentences of a scenario's refusals say of the particular case."""


def _refused(
    refusal: Refusal, request: web.Request, form: Mapping[str, str], *, talkative: bool = False
) -> web.Response:
    number = refusal.number
    status, error, sentence = _REFUSALS[number]
    sentence = sentence.format(
        client=form.get("client_id", ""),
        detail=refusal.detail,
        grant_type=form.get("grant_type", ""),
        tenant=request.match_info["tenant"],
    )
    trace, correlation, now = _guid(), _guid(), datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%SZ")
    whispered = f" {canary('description')}" if talkative else ""
    body = {
        "error": error,
        "error_description": f"AADSTS{number}: {sentence}{whispered} Trace ID: {trace} Correlation ID: {correlation} "
        f"Timestamp: {now}",
        "error_codes": [number],
        "timestamp": now,
        "trace_id": trace,
        "correlation_id": correlation,
        "error_uri": f"https://login.microsoftonline.com/error?code={number}",
    }
    return web.json_response(body, status=status, headers={"x-ms-request-id": trace})


def _guid() -> str:
    return str(uuid4())
