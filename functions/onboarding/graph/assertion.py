"""Client assertions: signed statements of who we are, good for minutes and for one token endpoint.

Form: https://learn.microsoft.com/entra/identity-platform/certificate-credentials (RFC 7523).
"""

import json
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from hashlib import sha256

from onboarding.domain.connection import Connection

LIFE = timedelta(minutes=5)
"""Microsoft's page: 5 to 10 minutes at most. Each is used once, within seconds."""


def presented(assertion: str) -> Mapping[str, str]:
    """Give the form fields that present *assertion* to the token endpoint."""
    return {
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": assertion,
    }


def signed_assertion(
    connection: Connection, audience: str, *, jti: str, now: datetime, sign: Callable[[bytes], bytes]
) -> str:
    """Write the assertion of *connection*'s application for *audience*, the URL of the token endpoint that gets it.

    *sign* makes a signature of kind PS256 (RFC 7518, 3.5) over a message of which it is given the SHA-256 digest. The
    certificate is named by its thumbprint, so that Microsoft finds the key; *jti* is never used again.
    """
    starts = int(now.timestamp())
    head = {
        "alg": "PS256",
        "typ": "JWT",
        "x5t#S256": _text(bytes.fromhex(connection.certificate_thumbprint or "")),
    }
    claims = {
        "aud": audience,
        "iss": connection.client_id,
        "sub": connection.client_id,
        "jti": jti,
        "iat": starts,
        "nbf": starts,
        "exp": starts + LIFE // timedelta(seconds=1),
    }
    message = f"{_part(head)}.{_part(claims)}"
    return f"{message}.{_text(sign(sha256(message.encode()).digest()))}"


def _part(value: Mapping[str, object]) -> str:
    return _text(json.dumps(value, separators=(",", ":")).encode())


def _text(value: bytes) -> str:
    return urlsafe_b64encode(value).decode().rstrip("=")
