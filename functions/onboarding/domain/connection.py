"""Provider connections: how we reach one Microsoft tenant. They name a credential; they never hold one."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints, field_validator

from onboarding.domain.model import Concept, Id, Instant


class Cloud(StrEnum):
    """The Microsoft cloud a tenant lives in; `graph.clouds` holds the hosts of each."""

    GLOBAL = "global"


class CredentialKind(StrEnum):
    """How the application proves who it is."""

    CLIENT_SECRET = "client_secret"  # noqa: S105 - the name of a kind


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
    credential_arn: str
    credential_expires_at: Instant | None = None
    consented_at: Instant | None = None
    """When the customer's administrator consented, as recorded by the consent callback."""


def _canonical_guid(value: str) -> str:
    """Bring *value* into the one form that GUIDs are compared in."""
    try:
        return str(UUID(value))
    except ValueError:
        message = "must be a GUID"
        raise ValueError(message) from None


Domain = Annotated[
    str,
    StringConstraints(
        to_lower=True,
        max_length=253,
        pattern=r"^([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}$",
    ),
]


class ConnectionDetails(Concept):
    """What the owning product registers about a connection.

    A credential is named by the ARN of its secret, so a secret pasted in its place is refused, not stored.
    """

    entra_tenant_id: str = Field(max_length=38)
    client_id: str = Field(max_length=38)
    cloud: Cloud = Cloud.GLOBAL
    expected_domain: Domain | None = None
    credential_kind: CredentialKind = CredentialKind.CLIENT_SECRET
    credential_arn: Annotated[
        str,
        StringConstraints(
            max_length=512,
            pattern=r"^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:tenant-onboarding/[A-Za-z0-9/_+=.@-]+$",
        ),
    ]
    credential_expires_at: Instant | None = None

    @field_validator("entra_tenant_id", "client_id")
    @classmethod
    def _guid(cls, value: str) -> str:
        return _canonical_guid(value)
