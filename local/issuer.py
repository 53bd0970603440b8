"""The development sign-in: an OIDC issuer whose keys are made on first start. It vouches for anybody.

A token says what the access token of a real issuer would: who is calling, for which audience, until when.
"""

import time
from collections.abc import Callable
from typing import Any, Self

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256, Hash
from jwt.algorithms import RSAAlgorithm

from local.state import State, write_privately

AUDIENCE = "tenant-onboarding"
DISCOVERY_PATH = "/.well-known/openid-configuration"
KEYS_PATH = "/jwks.json"
AUTHORIZE_PATH = "/authorize"
TOKEN_PATH = "/token"  # noqa: S105 - a path
END_SESSION_PATH = "/end-session"
SCOPES = ("openid", "profile", "offline_access")
GRANTS = ("authorization_code", "refresh_token")
LIFETIME = 3600
"""How long a token lives unless told otherwise, in seconds."""


class Issuer:
    """Signs tokens as *url*, and answers where its keys are."""

    def __init__(self, url: str, key: rsa.RSAPrivateKey, clock: Callable[[], float] = time.time) -> None:
        """Be the issuer *url* with *key*; *clock* tells seconds since the epoch."""
        self.url = url
        self.clock = clock
        self._key = key
        public = RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
        thumbprint = Hash(SHA256())
        thumbprint.update(f"{public['e']}.{public['n']}".encode())
        self._key_id = thumbprint.finalize().hex()[:16]
        self._public = {**public, "kid": self._key_id, "use": "sig", "alg": "RS256"}

    @classmethod
    def of(cls, state: State, url: str) -> Self:
        """Return the issuer *url* with the key of *state*, which is made if there is none yet."""
        if not state.signing_key.is_file():
            made = rsa.generate_private_key(public_exponent=65537, key_size=2048)
            encoded = made.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            write_privately(state.signing_key, encoded.decode())
        key = serialization.load_pem_private_key(state.signing_key.read_bytes(), password=None)
        assert isinstance(key, rsa.RSAPrivateKey)  # noqa: S101 - we wrote it
        return cls(url, key)

    def token(self, user: str | None, *, scope: str | None = None, lifetime: int = LIFETIME) -> str:
        """Sign an access token for *user*, or for somebody without a user id.

        *lifetime* is in seconds; a negative one makes a token that has expired.
        """
        now = int(self.clock())
        expires = now + lifetime
        claims: dict[str, Any] = {
            "iss": self.url,
            "aud": AUDIENCE,
            "sub": "nobody" if user is None else f"user-{user}",
            "iat": min(now, expires - 1),
            "nbf": min(now, expires - 1),
            "exp": expires,
            "token_use": "access",
        }
        if user is not None:
            claims["user_id"] = user
        if scope is not None:
            claims["scope"] = scope
        return self._signed(claims)

    def id_token(self, user: str, *, client_id: str, nonce: str | None, name: str, lifetime: int = LIFETIME) -> str:
        """Tell *client_id* who signed in (OpenID Connect Core 1.0, 2); no API takes that for an access token."""
        now = int(self.clock())
        claims: dict[str, Any] = {
            "iss": self.url,
            "aud": client_id,
            "sub": f"user-{user}",
            "iat": now,
            "exp": now + lifetime,
            "user_id": user,
            "name": name,
            "token_use": "id",
        }
        if nonce is not None:
            claims["nonce"] = nonce
        return self._signed(claims)

    def _signed(self, claims: dict[str, Any]) -> str:
        return jwt.encode(claims, self._key, algorithm="RS256", headers={"kid": self._key_id})

    def discovery(self) -> dict[str, Any]:
        """Say what an OIDC client has to know (OpenID Connect Discovery 1.0, 3)."""
        return {
            "issuer": self.url,
            "jwks_uri": self.url + KEYS_PATH,
            "authorization_endpoint": self.url + AUTHORIZE_PATH,
            "token_endpoint": self.url + TOKEN_PATH,
            "end_session_endpoint": self.url + END_SESSION_PATH,
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": list(GRANTS),
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["none"],
            "scopes_supported": list(SCOPES),
            "claims_supported": ["iss", "aud", "sub", "iat", "exp", "nonce", "name", "user_id"],
            "prompt_values_supported": ["login", "none", "select_account"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "authorization_response_iss_parameter_supported": True,
        }

    def keys(self) -> dict[str, Any]:
        """Publish what the signatures can be checked with (RFC 7517)."""
        return {"keys": [self._public]}
