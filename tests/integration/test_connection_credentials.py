"""What is kept of a connection's credential: what names it, never the credential, and nothing of an earlier kind."""

from datetime import UTC, datetime
from typing import Any

import pytest

from onboarding.domain.connection import Connection, CredentialKind
from onboarding.wiring import stores
from tests.arranging import stored
from tests.calling import CLIENT, ENTRA_TENANT, SECRET_ARN, Answer, call, connection, register
from tests.deployment import Deployment

pytestmark = pytest.mark.parametrize("dynamodb", ["moto", "dynamodb_local"], indirect=True)

KEY_ARN = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-4333-8444-555555555555"
THUMBPRINT = "ab" * 32
EXPIRES_AT = datetime(2027, 1, 1, tzinfo=UTC)

BY: dict[CredentialKind, dict[str, Any]] = {
    CredentialKind.CLIENT_SECRET: {"credential_arn": SECRET_ARN},
    CredentialKind.CERTIFICATE: {"credential_arn": KEY_ARN, "certificate_thumbprint": THUMBPRINT},
    CredentialKind.FEDERATION: {"credential_arn": None},
}
"""What names a credential of each kind."""


def put(kind: CredentialKind, **others: Any) -> Answer:
    """Register connection 101 with a credential of *kind*."""
    body = connection(credential_kind=kind.value, **{**BY[kind], **others})
    return call("register_connection", connectionId=101, body=body)


def expected(kind: CredentialKind, **others: Any) -> Connection:
    return Connection(
        **{
            "id": 101,
            "tenant_id": 1,
            "entra_tenant_id": ENTRA_TENANT,
            "client_id": CLIENT,
            "credential_kind": kind,
            **BY[kind],
            **others,
        }
    )


@pytest.mark.parametrize("kind", CredentialKind)
def test_a_connection_of_any_kind_is_shown_and_read_as_it_was_registered(
    deployed: Deployment, kind: CredentialKind
) -> None:
    register(1, 102)

    answer = put(kind, credential_expires_at="2027-01-01T00:00:00Z")

    assert answer.status == 201
    shown = {name: answer.body[name] for name in ("credential_kind", "credential_arn", "certificate_thumbprint")}
    assert shown == {"certificate_thumbprint": None, "credential_kind": kind.value, **BY[kind]}
    assert stores.tenants().connection(1, 101) == expected(kind, credential_expires_at=EXPIRES_AT)


@pytest.mark.parametrize("later", CredentialKind)
@pytest.mark.parametrize("earlier", CredentialKind)
def test_what_named_an_earlier_credential_goes_with_it(
    deployed: Deployment, earlier: CredentialKind, later: CredentialKind
) -> None:
    register(1, 102)
    put(earlier, credential_expires_at="2027-01-01T00:00:00Z")

    answer = put(later)

    assert answer.status == 200
    assert stores.tenants().connection(1, 101) == expected(later)


def test_a_connection_that_was_kept_before_there_were_other_kinds_is_read(deployed: Deployment) -> None:
    register(1, 102)
    put(CredentialKind.CLIENT_SECRET)

    kept = stored(deployed, deployed.tables.sessions, "connection#0000000000000101") or {}

    assert "certificate_thumbprint" not in kept
    assert stores.tenants().connection(1, 101) == expected(CredentialKind.CLIENT_SECRET)


def test_a_kind_without_what_names_it_is_refused_field_by_field(deployed: Deployment) -> None:
    register(1, 102)

    answer = put(CredentialKind.CERTIFICATE, credential_arn=SECRET_ARN, certificate_thumbprint=None)

    assert (answer.status, answer.body["errors"]) == (
        400,
        [
            {"field": "credential_arn", "message": "must be the ARN of a key in KMS (not of an alias)"},
            {
                "field": "certificate_thumbprint",
                "message": "must be the SHA-256 thumbprint of the certificate, in 64 hexadecimal digits",
            },
        ],
    )
