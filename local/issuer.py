"""The development sign-in: an OIDC issuer whose keys are made on first start. It vouches for anybody.

A token says what the access token of a real issuer would: who is calling, for which audience, until when.
"""

import time
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
LIFETIME = 3600
"""How long a token lives unless told otherwise, in seconds."""


class Issuer:
    """Signs tokens as *url*, and answers where its keys are."""

    def __init__(self, url: str, key: rsa.RSAPrivateKey) -> None:
        """Be the issuer *url* with *key*."""
        self.url = url
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
        now = int(time.time())
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
        return jwt.encode(claims, self._key, algorithm="RS256", headers={"kid": self._key_id})

    def discovery(self) -> dict[str, Any]:
        """Say what an OIDC client has to know (OpenID Connect Discovery 1.0, 3)."""
        return {
            "issuer": self.url,
            "jwks_uri": self.url + KEYS_PATH,
            "id_token_signing_alg_values_supported": ["RS256"],
            "response_types_supported": ["token"],
            "subject_types_supported": ["public"],
        }

    def keys(self) -> dict[str, Any]:
        """Publish what the signatures can be checked with (RFC 7517)."""
        return {"keys": [self._public]}
