"""What a provider connection can be registered with: ids, names and places; never a secret."""

import pytest
from pydantic import ValidationError

from onboarding.domain.connection import Cloud, ConnectionDetails, CredentialKind
from tests.calling import CLIENT, ENTRA_TENANT, SECRET_ARN, connection

KEY_ARN = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-4333-8444-555555555555"
THUMBPRINT = "ab" * 32
BY_CERTIFICATE = {"credential_kind": "certificate", "credential_arn": KEY_ARN, "certificate_thumbprint": THUMBPRINT}
BY_FEDERATION = {"credential_kind": "federation", "credential_arn": None}


def details(**others: object) -> ConnectionDetails:
    """Read the details of a connection as a request brings them."""
    return ConnectionDetails.model_validate(connection(**others), strict=False)  # type: ignore[arg-type]  # details are as wrong as a test needs them


def refused(**others: object) -> list[str]:
    """Name the fields for which details are refused."""
    with pytest.raises(ValidationError) as error:
        details(**others)
    return [".".join(map(str, each["loc"])) for each in error.value.errors()]


def test_a_connection_names_whom_it_reaches_and_where_its_credential_is_kept() -> None:
    assert details() == ConnectionDetails(
        entra_tenant_id=ENTRA_TENANT,
        client_id=CLIENT,
        cloud=Cloud.GLOBAL,
        expected_domain=None,
        credential_kind=CredentialKind.CLIENT_SECRET,
        credential_arn=SECRET_ARN,
        certificate_thumbprint=None,
        credential_expires_at=None,
    )


def test_a_guid_is_kept_in_lower_case() -> None:
    mixed = "ABCDEFAB-cdef-4ABC-8def-ABCDEFabcdef"

    kept = details(entra_tenant_id=mixed, client_id=mixed)

    assert (kept.entra_tenant_id, kept.client_id) == (mixed.lower(), mixed.lower())


NO_GUIDS = [
    "",
    "contoso.example",
    "common",
    "1111",
    ENTRA_TENANT + "0",
    ENTRA_TENANT[:-1],
    ENTRA_TENANT.replace("-", ""),
    f"{{{ENTRA_TENANT}}}",
    f"urn:uuid:{ENTRA_TENANT}",
    ENTRA_TENANT.replace("-", "--", 1),
    "1-1111111-2222-4333-8444-555555555555",
    ENTRA_TENANT + "\n",
    " " + ENTRA_TENANT,
    ENTRA_TENANT.replace("1", "\u0661"),
    ENTRA_TENANT.replace("1", "\uff11"),
    ENTRA_TENANT.replace("-", "\u2010"),
    "g" * 36,
    " " * 36,
    "../" * 12,
]


@pytest.mark.parametrize("field", ["entra_tenant_id", "client_id"])
@pytest.mark.parametrize("written", NO_GUIDS)
def test_what_is_no_guid_names_nobody(field: str, written: str) -> None:
    assert refused(**{field: written}) == [field]


def test_a_domain_is_kept_in_lower_case() -> None:
    assert details(expected_domain="Contoso.Example").expected_domain == "contoso.example"


@pytest.mark.parametrize(
    "written",
    ["", "contoso", "contoso.", ".example", "-contoso.example", "a b.example", "contoso.example/x", "x" * 254, "ä.de"],
)
def test_what_is_no_domain_is_expected_nowhere(written: str) -> None:
    assert refused(expected_domain=written) == ["expected_domain"]


@pytest.mark.parametrize(
    "written",
    [
        "",
        "a-secret-pasted-by-mistake",
        SECRET_ARN.replace("tenant-onboarding/", "somebody-else/"),
        SECRET_ARN.replace("secretsmanager", "ssm"),
        SECRET_ARN.replace("123456789012", "1"),
        SECRET_ARN + "\n",
        " " + SECRET_ARN,
        SECRET_ARN + "x" * 512,
    ],
    ids=["empty", "a secret", "another's", "another service", "no account", "a line end", "a space", "too long"],
)
def test_a_credential_is_named_by_the_arn_of_one_of_our_secrets(written: str) -> None:
    assert refused(credential_arn=written) == ["credential_arn"]


def test_a_certificate_is_named_by_its_key_in_kms_and_its_thumbprint() -> None:
    named = details(**BY_CERTIFICATE)

    assert (named.credential_kind, named.credential_arn, named.certificate_thumbprint) == (
        CredentialKind.CERTIFICATE,
        KEY_ARN,
        THUMBPRINT,
    )


@pytest.mark.parametrize(
    "written",
    [
        None,
        "",
        SECRET_ARN,
        KEY_ARN.replace("key/", "alias/tenant-onboarding/"),
        KEY_ARN + "\n",
        "-----BEGIN PRIVATE KEY",
    ],
    ids=["absent", "empty", "a secret", "an alias", "a line end", "a key"],
)
def test_a_certificate_s_key_is_named_by_its_arn(written: str | None) -> None:
    assert refused(**{**BY_CERTIFICATE, "credential_arn": written}) == ["credential_arn"]


@pytest.mark.parametrize("written", [THUMBPRINT.upper(), ":".join(["AB"] * 32), ":".join(["ab"] * 32)])
def test_a_thumbprint_is_kept_in_one_form_however_it_is_written(written: str) -> None:
    assert details(**{**BY_CERTIFICATE, "certificate_thumbprint": written}).certificate_thumbprint == THUMBPRINT


@pytest.mark.parametrize(
    "written",
    [None, "", "ab" * 20, "ab" * 33, "xy" * 32, THUMBPRINT + "\n", "a" * 96],
    ids=["absent", "empty", "SHA-1", "too long", "no digits", "a line end", "far too long"],
)
def test_what_is_no_sha_256_thumbprint_finds_no_certificate(written: str | None) -> None:
    assert refused(**{**BY_CERTIFICATE, "certificate_thumbprint": written}) == ["certificate_thumbprint"]


def test_federation_names_nothing() -> None:
    named = details(**BY_FEDERATION)

    assert (named.credential_kind, named.credential_arn, named.certificate_thumbprint) == (
        CredentialKind.FEDERATION,
        None,
        None,
    )


@pytest.mark.parametrize(
    ("others", "fields"),
    [
        ({**BY_FEDERATION, "credential_arn": SECRET_ARN}, ["credential_arn"]),
        ({**BY_FEDERATION, "certificate_thumbprint": THUMBPRINT}, ["certificate_thumbprint"]),
        ({"certificate_thumbprint": THUMBPRINT}, ["certificate_thumbprint"]),
        ({"credential_arn": None}, ["credential_arn"]),
        ({"credential_arn": KEY_ARN}, ["credential_arn"]),
        ({"credential_kind": "certificate"}, ["credential_arn", "certificate_thumbprint"]),
    ],
    ids=[
        "a secret too",
        "a certificate too",
        "a secret's thumbprint",
        "no secret",
        "a key for a secret",
        "only a kind",
    ],
)
def test_what_names_a_credential_follows_from_its_kind(others: dict[str, object], fields: list[str]) -> None:
    assert refused(**others) == fields


@pytest.mark.parametrize("written", ["1700000000", "2027", "2027-01-01", "2027-01-01 00:00:00Z"])
def test_a_credential_ends_at_a_moment_that_is_written_out(written: str) -> None:
    assert refused(credential_expires_at=written) == ["credential_expires_at"]


@pytest.mark.parametrize("kind", CredentialKind)
def test_a_credential_of_any_kind_may_expire(kind: CredentialKind) -> None:
    named: dict[CredentialKind, dict[str, object]] = {
        CredentialKind.CLIENT_SECRET: {},
        CredentialKind.CERTIFICATE: {**BY_CERTIFICATE},
        CredentialKind.FEDERATION: {**BY_FEDERATION},
    }

    assert details(**named[kind], credential_expires_at="2027-01-01T00:00:00Z").credential_expires_at is not None


@pytest.mark.parametrize("field", ["client_secret", "consented_at", "id", "tenant_id"])
def test_a_connection_has_no_other_field(field: str) -> None:
    assert refused(**{field: "x"}) == [field]


@pytest.mark.parametrize(("field", "written"), [("cloud", "mars"), ("credential_kind", "password")])
def test_clouds_and_kinds_of_credentials_are_closed_sets(field: str, written: str) -> None:
    assert refused(**{field: written}) == [field]
