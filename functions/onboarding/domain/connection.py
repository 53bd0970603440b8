"""Provider connections: how we reach one Microsoft tenant. They name a credential; they never hold one."""

import re
from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints, ValidationInfo, field_validator

from onboarding.domain.model import Concept, GivenInstant, Id, Instant


class Cloud(StrEnum):
    """The Microsoft cloud a tenant lives in; `graph.clouds` holds the hosts of each."""

    GLOBAL = "global"


class CredentialKind(StrEnum):
    """How the application proves who it is."""

    CLIENT_SECRET = "client_secret"  # noqa: S105 - the name of a kind
    """By a secret that is kept in Secrets Manager."""

    CERTIFICATE = "certificate"
    """By a certificate whose key is kept in KMS and never leaves it."""

    FEDERATION = "federation"
    """By a token in which AWS vouches for us; nothing is kept."""


class Connection(Concept):
    """An application registration in one customer's Entra tenant, and where its credential is kept.

    *entra_tenant_id*, *client_id* and *cloud* never change once registered, or old findings would vouch for
    another customer.
    """

    id: Id
    tenant_id: Id
    entra_tenant_id: str
    client_id: str
    cloud: Cloud = Cloud.GLOBAL
    expected_domain: str | None = None
    """A domain the customer is known by; another tenant that answers in its place is found out by it."""
    credential_kind: CredentialKind
    credential_arn: str | None = None
    """The secret, or the certificate's key."""
    certificate_thumbprint: str | None = None
    """SHA-256 over the certificate's DER encoding, in 64 hexadecimal digits: Microsoft finds the certificate by it."""
    credential_expires_at: Instant | None = None
    consented_at: Instant | None = None
    """When the customer's administrator consented, as recorded by the consent callback."""


GUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
"""A GUID as Microsoft writes it. `UUID()` would take braces, `urn:uuid:` and hyphens anywhere as well."""


def _canonical_guid(value: str) -> str:
    """Bring *value* into the one form that GUIDs are compared in."""
    if not GUID.fullmatch(value):
        message = "must be a GUID, as in 00000000-0000-0000-0000-000000000000"
        raise ValueError(message)
    return value.lower()


LONGEST_DOMAIN = 253
DOMAIN = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}")
"""A domain in ASCII, whole (RFC 1035, 2.3.1 and 2.3.4); one in another script is written in its ASCII form."""

Domain = Annotated[str, StringConstraints(to_lower=True, max_length=LONGEST_DOMAIN, pattern=f"^{DOMAIN.pattern}$")]


NAMED_BY: dict[CredentialKind, tuple[re.Pattern[str], str]] = {
    CredentialKind.CLIENT_SECRET: (
        re.compile(r"arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:tenant-onboarding/[A-Za-z0-9/_+=.@-]+"),
        "must be the ARN of a secret in Secrets Manager whose name begins with tenant-onboarding/",
    ),
    CredentialKind.CERTIFICATE: (
        re.compile(r"arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+"),
        "must be the ARN of a key in KMS (not of an alias)",
    ),
}
"""What names a credential of each kind, and how to say so. Where a kind is absent nothing does."""

_THUMBPRINT = re.compile(r"[0-9a-f]{64}")


class ConnectionDetails(Concept):
    """What the owning product registers about a connection. Its kind of credential decides what names it.

    A credential is named by an ARN, so a secret or a key pasted in its place is refused, not stored.
    """

    entra_tenant_id: str
    client_id: str
    cloud: Cloud = Cloud.GLOBAL
    expected_domain: Domain | None = None
    credential_kind: CredentialKind = CredentialKind.CLIENT_SECRET
    credential_arn: str | None = Field(default=None, max_length=512, validate_default=True)
    certificate_thumbprint: str | None = Field(default=None, max_length=95, validate_default=True)
    credential_expires_at: GivenInstant | None = None

    @field_validator("entra_tenant_id", "client_id")
    @classmethod
    def _guid(cls, value: str) -> str:
        return _canonical_guid(value)

    @field_validator("credential_arn")
    @classmethod
    def _named(cls, value: str | None, info: ValidationInfo) -> str | None:
        kind = info.data.get("credential_kind")
        if kind is None:  # refused already, and what it asks for is not known
            return value
        if kind not in NAMED_BY:
            _refuse(value, kind)
            return None
        pattern, demand = NAMED_BY[kind]
        if value is None or not pattern.fullmatch(value):
            raise ValueError(demand)
        return value

    @field_validator("certificate_thumbprint")
    @classmethod
    def _found(cls, value: str | None, info: ValidationInfo) -> str | None:
        kind = info.data.get("credential_kind")
        if kind is None:
            return value
        if kind is not CredentialKind.CERTIFICATE:
            _refuse(value, kind)
            return None
        # OpenSSL writes `AB:CD:…`, Microsoft's portal `ABCD…`.
        thumbprint = (value or "").replace(":", "").lower()
        if not _THUMBPRINT.fullmatch(thumbprint):
            message = "must be the SHA-256 thumbprint of the certificate, in 64 hexadecimal digits"
            raise ValueError(message)
        return thumbprint


def _refuse(value: str | None, kind: CredentialKind) -> None:
    if value is not None:
        message = f"must be absent where the kind of credential is {kind.value}"
        raise ValueError(message)
