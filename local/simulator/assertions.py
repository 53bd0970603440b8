"""What Entra makes of a client assertion: whose key signed it, for whom, until when, and whether it was seen before.

Forms: https://learn.microsoft.com/entra/identity-platform/certificate-credentials and
https://learn.microsoft.com/entra/workload-id/workload-identity-federation.
"""

import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

import jwt
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
SKEW = 300
"""Seconds by which clocks may disagree."""

_THUMBPRINT = "x5t#S256"


class Refusal(NamedTuple):
    """An AADSTS number, and what its sentence says of the particular case."""

    number: int
    detail: str = ""


@dataclass(frozen=True, slots=True)
class FederatedCredential:
    """Whom an application lets vouch for it. *key* stands for the keys that the issuer publishes."""

    issuer: str
    subject: str
    key: RSAPublicKey
    audience: str = "api://AzureADTokenExchange"


@dataclass(slots=True)
class Registration:
    """An application as its owner registered it: what it may prove itself by."""

    secret: str | None = None
    certificates: dict[str, x509.Certificate] = field(default_factory=dict)
    """By the form that their thumbprints have in an assertion."""

    federations: tuple[FederatedCredential, ...] = ()

    def upload(self, certificate: x509.Certificate) -> str:
        """Let the application prove itself by *certificate* too; give its thumbprint in hexadecimal digits."""
        thumbprint = certificate.fingerprint(SHA256())
        self.certificates[urlsafe_b64encode(thumbprint).decode().rstrip("=")] = certificate
        return thumbprint.hex()


class Assertions:
    """Judges assertions, and remembers those it has accepted for as long as they could come again."""

    def __init__(self) -> None:
        """Have seen none."""
        self._seen: dict[str, float] = {}

    def refusal(self, assertion: str, client_id: str, known: Registration, audience: str) -> Refusal | None:
        """Judge *assertion*, which is to prove to the token endpoint *audience* that *client_id* asks; None accepts.

        An assertion that names a certificate is our application's own; any other is somebody else's word for it.
        """
        try:
            head = jwt.get_unverified_header(assertion)
            claims: dict[str, Any] = jwt.decode(assertion, options={"verify_signature": False})
        except jwt.InvalidTokenError:
            return Refusal(50027, "Token format is not proper.")

        if _THUMBPRINT not in head and claims.get("iss") == client_id:
            return Refusal(50027, "No certificate thumbprint specified in token header.")
        if _THUMBPRINT in head:
            refusal = _by_certificate(assertion, head, known) or _of_own(claims, client_id, audience)
        else:
            refusal = _by_federation(assertion, claims, known)
        return refusal or _of_its_time(claims) or self._of_repetition(claims)

    def _of_repetition(self, claims: Mapping[str, Any]) -> Refusal | None:
        """Refuse what was accepted before: RFC 7523, 3, allows that, and Microsoft does not say whether it does so."""
        now, jti = time.time(), claims.get("jti")
        if not isinstance(jti, str):
            return Refusal(50027, "The token has no jti.")
        self._seen = {known: end for known, end in self._seen.items() if end > now}
        if jti in self._seen:
            return Refusal(50013, "The token was presented before.")
        self._seen[jti] = float(claims["exp"]) + SKEW
        return None


def _by_certificate(assertion: str, head: Mapping[str, Any], known: Registration) -> Refusal | None:
    certificate = known.certificates.get(str(head[_THUMBPRINT]))
    thumbprint = _hexadecimal(str(head[_THUMBPRINT]))
    used = f"Thumbprint of key used by client: '{thumbprint}'"
    if certificate is None:
        return Refusal(700027, f"The key was not found., {used}")
    start, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    found = f"Found key 'Start={start:%m/%d/%Y %H:%M:%S}, End={end:%m/%d/%Y %H:%M:%S}'"
    if not start <= datetime.now(UTC) < end:
        return Refusal(700027, f"The key used is expired., {used}, {found}")
    key = certificate.public_key()
    if not isinstance(key, RSAPublicKey) or not _is_signed(assertion, key, "PS256"):
        failed = "Key was found, but use of the key to verify the signature failed."
        return Refusal(700027, f"{failed}, {used}, {found}")
    return None


def _of_own(claims: Mapping[str, Any], client_id: str, audience: str) -> Refusal | None:
    if claims.get("aud") != audience:
        return Refusal(700023)
    if not claims.get("iss") == claims.get("sub") == client_id:
        return Refusal(700021)
    return None


def _by_federation(assertion: str, claims: Mapping[str, Any], known: Registration) -> Refusal | None:
    trusted = [each for each in known.federations if each.issuer == claims.get("iss")]
    if not trusted:
        return Refusal(700211, str(claims.get("iss")))
    trusted = [each for each in trusted if each.subject == claims.get("sub")]
    if not trusted:
        return Refusal(700213, str(claims.get("sub")))
    trusted = [each for each in trusted if claims.get("aud") in (each.audience, [each.audience])]
    if not trusted:
        return Refusal(700212, str(claims.get("aud")))
    if not any(_is_signed(assertion, each.key, "RS256") for each in trusted):
        return Refusal(50013, "Assertion failed signature validation. [Reason - The key was not found.]")
    return None


def _of_its_time(claims: Mapping[str, Any]) -> Refusal | None:
    now, starts, ends = time.time(), claims.get("nbf", claims.get("iat")), claims.get("exp")
    if not isinstance(starts, int) or not isinstance(ends, int):
        return Refusal(50027, "The token does not say from when until when it is good.")
    if starts - SKEW <= now < ends + SKEW:
        return None
    times = [datetime.fromtimestamp(each, UTC).strftime("%Y-%m-%dT%H:%M:%S.0000000Z") for each in (now, starts, ends)]
    return Refusal(700024, "Current time: {}, assertion valid from {}, expiry time of assertion {}.".format(*times))


def _is_signed(assertion: str, key: RSAPublicKey, algorithm: str) -> bool:
    """Tell whether *key* signed *assertion*; PS256 with a salt as long as the digest and no other."""
    only_signature = {
        "verify_aud": False,
        "verify_exp": False,
        "verify_iat": False,
        "verify_iss": False,
        "verify_jti": False,
        "verify_nbf": False,
        "verify_sub": False,
    }
    try:
        jwt.decode(assertion, key, algorithms=[algorithm], options=only_signature)  # type: ignore[arg-type]  # some options are options
    except jwt.InvalidTokenError:
        return False
    return True


def _hexadecimal(thumbprint: str) -> str:
    try:
        return urlsafe_b64decode(thumbprint + "=" * (-len(thumbprint) % 4)).hex().upper()
    except ValueError:
        return ""
