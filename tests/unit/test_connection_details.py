"""What a provider connection can be registered with: ids, names and places; never a secret."""

import pytest
from pydantic import ValidationError

from onboarding.domain.connection import Cloud, ConnectionDetails, CredentialKind
from tests.calling import CLIENT, ENTRA_TENANT, SECRET_ARN, connection


def details(**others: object) -> ConnectionDetails:
    """Read the details of a connection as a request brings them."""
    return ConnectionDetails.model_validate(connection(**others), strict=False)  # type: ignore[arg-type]


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
        credential_expires_at=None,
    )


@pytest.mark.parametrize(
    "written",
    [ENTRA_TENANT.upper(), ENTRA_TENANT.replace("-", ""), f"{{{ENTRA_TENANT}}}"],
    ids=["upper case", "without hyphens", "in braces"],
)
def test_a_guid_is_kept_in_one_form_however_it_is_written(written: str) -> None:
    assert details(entra_tenant_id=written).entra_tenant_id == ENTRA_TENANT


@pytest.mark.parametrize("field", ["entra_tenant_id", "client_id"])
@pytest.mark.parametrize(
    "written", ["", "contoso.example", "common", "1111", ENTRA_TENANT + "0", "g" * 32, " " * 36, "../" * 10]
)
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


@pytest.mark.parametrize("field", ["client_secret", "consented_at", "id", "tenant_id"])
def test_a_connection_has_no_other_field(field: str) -> None:
    assert refused(**{field: "x"}) == [field]


@pytest.mark.parametrize(("field", "written"), [("cloud", "mars"), ("credential_kind", "password")])
def test_clouds_and_kinds_of_credentials_are_closed_sets(field: str, written: str) -> None:
    assert refused(**{field: written}) == [field]
