"""Each kind of credential against the simulator, which judges every proof; with real signatures of real keys."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, override

import boto3
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509 import Certificate

from local.simulator.assertions import FederatedCredential
from local.tenants import CLIENT_ID, TENANTS
from onboarding import clock
from onboarding.domain.catalogue import Task
from onboarding.domain.connection import Connection, CredentialKind
from onboarding.domain.deadline import Deadline
from onboarding.domain.finding import Finding, FindingStatus, Obstacle
from onboarding.domain.reasons import ReasonCode
from onboarding.errors import Transient
from onboarding.graph.assertion import presented
from onboarding.graph.credentials import Credentials, Services
from onboarding.tasks import PROBES
from tests import signing
from tests.signing import ISSUER, KEY_ARN, ROLE, Signer
from tests.simulator import NOW, Examiner, Simulator, serve

CONTOSO = TENANTS[0]
ENDLESS = Deadline(lambda: 1e9)


def of_kind(kind: CredentialKind, examiner: Examiner, signer: Signer, **details: Any) -> Connection:
    """Give Contoso's connection with a credential of *kind*."""
    named: dict[CredentialKind, dict[str, Any]] = {
        CredentialKind.CLIENT_SECRET: {"credential_arn": examiner.arn},
        CredentialKind.CERTIFICATE: {
            "credential_arn": KEY_ARN,
            "certificate_thumbprint": signer.certificate().fingerprint(SHA256()).hex(),
        },
        CredentialKind.FEDERATION: {"credential_arn": None},
    }
    return examiner.connection(credential_kind=kind, **{**named[kind], **details})


def uploaded(examiner: Examiner, signer: Signer, **details: Any) -> Connection:
    """Give a connection by a certificate that was just uploaded."""
    certificate = signer.certificate()
    examiner.simulator.upload(signing.pem(certificate))
    thumbprint = certificate.fingerprint(SHA256()).hex()
    return of_kind(CredentialKind.CERTIFICATE, examiner, signer, **{"certificate_thumbprint": thumbprint, **details})


def vouched(examiner: Examiner, signer: Signer) -> Connection:
    """Give a connection by federation."""
    return of_kind(CredentialKind.FEDERATION, examiner, signer)


BY_KIND: dict[CredentialKind, Callable[[Examiner, Signer], Connection]] = {
    CredentialKind.CLIENT_SECRET: lambda examiner, signer: of_kind(CredentialKind.CLIENT_SECRET, examiner, signer),
    CredentialKind.CERTIFICATE: uploaded,
    CredentialKind.FEDERATION: vouched,
}


@pytest.fixture(autouse=True)
def contoso_is_healthy(simulator: Simulator) -> None:
    simulator.play("healthy")


def test_every_kind_is_tried_here() -> None:
    assert set(BY_KIND) == set(CredentialKind)


@pytest.mark.parametrize("task", Task)
@pytest.mark.parametrize("kind", CredentialKind)
def test_every_task_finds_a_healthy_tenant_well_by_every_kind(
    examiner: Examiner, signer: Signer, kind: CredentialKind, task: Task
) -> None:
    connection = BY_KIND[kind](examiner, signer)

    finding = examiner.examine(task, connection)

    assert finding.status is FindingStatus.OK, finding.message


@pytest.mark.parametrize("kind", CredentialKind)
def test_a_batch_of_probes_proves_itself_once(examiner: Examiner, signer: Signer, kind: CredentialKind) -> None:
    connection, batch = BY_KIND[kind](examiner, signer), examiner.batch()

    for examine in PROBES.values():
        examine(batch.tenant(connection, ENDLESS), connection, NOW)

    assert examiner.simulator.calls()["token"] == 1
    assert len(signer.asked) == (kind is not CredentialKind.CLIENT_SECRET)


@pytest.mark.parametrize("kind", CredentialKind)
@pytest.mark.parametrize(("days", "status"), [(29, FindingStatus.WARN), (30, FindingStatus.OK)])
def test_a_credential_of_any_kind_that_expires_within_30_days_warns(
    examiner: Examiner, signer: Signer, kind: CredentialKind, days: int, status: FindingStatus
) -> None:
    connection = BY_KIND[kind](examiner, signer).model_copy(
        update={"credential_expires_at": NOW + timedelta(days=days)}
    )

    finding = examiner.examine(Task.CONNECTION_DIAGNOSTICS, connection)

    expected = ReasonCode.CREDENTIAL_EXPIRING if status is FindingStatus.WARN else None
    assert (finding.status, finding.reason_code) == (status, expected)


def test_the_key_never_leaves_kms_which_sees_a_digest_only(examiner: Examiner, signer: Signer) -> None:
    examiner.examine(Task.LICENSE_CHECK, uploaded(examiner, signer))

    [asked] = signer.asked
    assert len(asked.pop("Message")) == 44  # 32 bytes in base64
    assert asked == {"KeyId": KEY_ARN, "MessageType": "DIGEST", "SigningAlgorithm": "RSASSA_PSS_SHA_256"}


def test_an_assertion_says_what_microsoft_s_page_asks_for(examiner: Examiner, signer: Signer) -> None:
    connection, audience = uploaded(examiner, signer), "https://login.microsoftonline.com/x/oauth2/v2.0/token"
    made_at = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)

    proof = Credentials(services(signer), lambda: made_at).proof(connection, audience)

    assert proof.keys() == {"client_assertion_type", "client_assertion"}
    assert proof["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    thumbprint = connection.certificate_thumbprint or ""
    assert jwt.get_unverified_header(proof["client_assertion"]) == {
        "alg": "PS256",
        "typ": "JWT",
        "x5t#S256": urlsafe_b64encode(bytes.fromhex(thumbprint)).decode().rstrip("="),
    }
    claims = jwt.decode(
        proof["client_assertion"],
        signer.key.public_key(),
        algorithms=["PS256"],
        audience=audience,
        options={"verify_exp": False, "verify_nbf": False, "verify_iat": False},
    )
    starts = int(made_at.timestamp())
    assert claims == {
        "aud": audience,
        "iss": str(CLIENT_ID),
        "sub": str(CLIENT_ID),
        "jti": claims["jti"],
        "iat": starts,
        "nbf": starts,
        "exp": starts + 300,
    }


def test_no_two_assertions_are_alike(examiner: Examiner, signer: Signer) -> None:
    connection, credentials = uploaded(examiner, signer), Credentials(services(signer), clock.now)

    one, other = (credentials.proof(connection, "https://x")["client_assertion"] for _ in range(2))

    assert claims_of(one)["jti"] != claims_of(other)["jti"]


def test_aws_vouches_for_minutes_to_microsoft_alone(examiner: Examiner, signer: Signer) -> None:
    examiner.examine(Task.LICENSE_CHECK, vouched(examiner, signer))

    [asked] = signer.asked
    assert asked == {
        "Action": "GetWebIdentityToken",
        "Version": "2011-06-15",
        "Audience.member.1": "api://AzureADTokenExchange",
        "DurationSeconds": "300",
        "SigningAlgorithm": "RS256",
    }


def test_the_sdk_in_the_lock_asks_sts_in_the_region(monkeypatch: pytest.MonkeyPatch) -> None:
    # STS vouches for nobody at its global endpoint.
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    sts = boto3.client("sts", region_name="eu-central-1")

    assert sts.meta.endpoint_url == "https://sts.eu-central-1.amazonaws.com"
    assert "GetWebIdentityToken" in sts.meta.service_model.operation_names


# ── What AWS refuses ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "code",
    [
        "AccessDeniedException",
        "DisabledException",
        "InvalidKeyUsageException",
        "KMSInvalidStateException",
        "NotFoundException",
        "ValidationException",
    ],
)
def test_a_key_that_is_not_to_be_used_is_an_invalid_credential(examiner: Examiner, signer: Signer, code: str) -> None:
    signer.refused = 400, code

    finding = examiner.examine(Task.CONSENT_STATUS, uploaded(examiner, signer))

    assert (finding.status, finding.reason_code) == (FindingStatus.FAIL, ReasonCode.CREDENTIAL_INVALID)
    assert finding.message == "The key that the connection names cannot be used to sign."
    assert examiner.simulator.calls()["token"] == 0


@pytest.mark.parametrize("code", ["AccessDenied", "OutboundWebIdentityFederationDisabledException"])
def test_an_account_that_vouches_for_nobody_is_an_invalid_credential(
    examiner: Examiner, signer: Signer, code: str
) -> None:
    signer.refused = 403, code

    finding = examiner.examine(Task.CONSENT_STATUS, vouched(examiner, signer))

    assert (finding.status, finding.reason_code) == (FindingStatus.FAIL, ReasonCode.CREDENTIAL_INVALID)
    assert finding.message == (
        "AWS does not vouch for the application: the account or the function's role does not allow it."
    )


@pytest.mark.parametrize("kind", [CredentialKind.CERTIFICATE, CredentialKind.FEDERATION])
def test_aws_out_of_order_decides_nothing(examiner: Examiner, signer: Signer, kind: CredentialKind) -> None:
    connection = BY_KIND[kind](examiner, signer)
    signer.refused = 500, "InternalFailure"

    with pytest.raises(Transient):
        examiner.examine(Task.CONSENT_STATUS, connection)


def test_an_sdk_that_is_too_old_is_said_to_be(examiner: Examiner, signer: Signer) -> None:
    # KMS has no such operation either: it stands for an STS of an older SDK.
    older: Any = signer.kms
    credentials = Credentials(Services(lambda: pytest.fail("no secret is read"), signer.kms, older), clock.now)

    with pytest.raises(Obstacle) as raised:
        credentials.proof(vouched(examiner, signer), "https://x")

    assert raised.value.finding.reason_code is ReasonCode.CREDENTIAL_INVALID
    assert "too old" in (raised.value.finding.message or "")


# ── What Microsoft refuses ───────────────────────────────────────────────────────────────────────────────────────────


def test_a_certificate_that_is_not_uploaded_is_rejected_after_three_different_tries(
    examiner: Examiner, signer: Signer
) -> None:
    strange = signing.certificate_of(signer.key.public_key()).fingerprint(SHA256()).hex()

    finding = examiner.examine(
        Task.CONSENT_STATUS, of_kind(CredentialKind.CERTIFICATE, examiner, signer, certificate_thumbprint=strange)
    )

    assert (finding.status, finding.reason_code) == (FindingStatus.FAIL, ReasonCode.CERTIFICATE_REJECTED)
    assert finding.payload["error_numbers"] == [700027]
    assert finding.next_check_at is None
    assert examiner.simulator.calls()["token"] == 3
    assert len({asked["Message"] for asked in signer.asked}) == 3


def test_a_certificate_that_shows_after_a_rotation_is_accepted_within_the_run(
    examiner: Examiner, signer: Signer
) -> None:
    certificate = signer.certificate()
    connection = of_kind(
        CredentialKind.CERTIFICATE,
        examiner,
        signer,
        certificate_thumbprint=certificate.fingerprint(SHA256()).hex(),
    )
    patient = Examiner(
        examiner.simulator, examiner.credentials, examiner.arn, waits=Uploading(examiner.simulator, certificate)
    )

    finding = patient.examine(Task.CONSENT_STATUS, connection)

    assert finding.status is FindingStatus.OK
    assert len(patient.waits) == 1


class Uploading(list[float]):
    """Waits, during which a certificate is uploaded."""

    def __init__(self, simulator: Simulator, certificate: Certificate) -> None:
        super().__init__()
        self.simulator = simulator
        self.certificate = certificate

    @override
    def append(self, wait: float, /) -> None:
        super().append(wait)
        self.simulator.upload(signing.pem(self.certificate))


def test_a_certificate_of_another_key_is_rejected(examiner: Examiner, signer: Signer) -> None:
    other = signing.certificate_of(rsa.generate_private_key(public_exponent=65537, key_size=2048).public_key())
    examiner.simulator.upload(signing.pem(other))

    finding = examiner.examine(
        Task.CONSENT_STATUS,
        of_kind(
            CredentialKind.CERTIFICATE,
            examiner,
            signer,
            certificate_thumbprint=other.fingerprint(SHA256()).hex(),
        ),
    )

    assert finding.reason_code is ReasonCode.CERTIFICATE_REJECTED


def test_a_certificate_that_has_ended_is_rejected(examiner: Examiner, signer: Signer) -> None:
    ended = signer.certificate(days=-1)
    examiner.simulator.upload(signing.pem(ended))

    finding = examiner.examine(
        Task.CONSENT_STATUS,
        of_kind(
            CredentialKind.CERTIFICATE,
            examiner,
            signer,
            certificate_thumbprint=ended.fingerprint(SHA256()).hex(),
        ),
    )

    assert finding.reason_code is ReasonCode.CERTIFICATE_REJECTED


def test_an_assertion_made_by_a_clock_that_is_wrong_is_refused(examiner: Examiner, signer: Signer) -> None:
    connection = uploaded(examiner, signer)

    found = [by_a_clock_that_is_off(minutes, examiner, signer, connection) for minutes in (-30, 30)]

    assert [each.reason_code for each in found] == [ReasonCode.AUTH_FAILED_OTHER] * 2
    assert [each.payload["error_numbers"] for each in found] == [[700024]] * 2


def by_a_clock_that_is_off(minutes: int, examiner: Examiner, signer: Signer, connection: Connection) -> Finding:
    """Find where assertions are made *minutes* from now."""
    credentials = Credentials(services(signer), lambda: clock.now() + timedelta(minutes=minutes))
    return Examiner(examiner.simulator, credentials, examiner.arn).examine(Task.CONSENT_STATUS, connection)


@pytest.mark.parametrize(
    ("trusted", "number"),
    [
        ({"issuer": "https://somebody-else.example"}, 700211),
        ({"audience": "api://SomethingElse"}, 700212),
        ({"subject": ROLE.upper()}, 700213),
    ],
)
def test_who_is_not_trusted_to_the_letter_does_not_vouch(
    examiner: Examiner, signer: Signer, trusted: dict[str, str], number: int
) -> None:
    finding = found_where_trusted_is(examiner, signer, signer.issuer_key, **trusted)

    assert (finding.status, finding.reason_code) == (FindingStatus.FAIL, ReasonCode.FEDERATION_NOT_TRUSTED)
    assert finding.payload["error_numbers"] == [number]


def test_a_token_that_another_issuer_s_key_signed_does_not_vouch(examiner: Examiner, signer: Signer) -> None:
    forger = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    finding = found_where_trusted_is(examiner, signer, forger)

    assert finding.reason_code is ReasonCode.AUTH_FAILED_OTHER
    assert finding.payload["error_numbers"] == [50013]


def found_where_trusted_is(examiner: Examiner, signer: Signer, key: rsa.RSAPrivateKey, **trusted: str) -> Finding:
    """Ask a Microsoft at which the application trusts *key*, as *trusted* says."""
    credential = FederatedCredential(**{"issuer": ISSUER, "subject": ROLE, **trusted}, key=key.public_key())
    with serve(least_sync_seconds=0.0, federations={str(CLIENT_ID): [credential]}) as other:
        return Examiner(other, examiner.credentials, examiner.arn).examine(
            Task.CONSENT_STATUS, vouched(examiner, signer)
        )


# ── The simulator's judgement, one wrong thing at a time ─────────────────────────────────────────────────────────────


def refused(simulator: Simulator, assertion: str, **form: str) -> tuple[int, list[int], str]:
    """Present *assertion*; give status, numbers and sentence of the refusal; (200, [], "") if there is none."""
    fields = {
        "grant_type": "client_credentials",
        "client_id": str(CLIENT_ID),
        "scope": "https://graph.microsoft.com/.default",
        **presented(assertion),
        **form,
    }
    answer = simulator.pool.request("POST", token_url(simulator), fields=fields, encode_multipart=False)
    body = answer.json()
    return answer.status, body.get("error_codes", []), body.get("error_description", "")


def token_url(simulator: Simulator) -> str:
    return f"{simulator.url}/login/{CONTOSO.entra_tenant_id}/oauth2/v2.0/token"


def claims_of(assertion: str) -> dict[str, Any]:
    claims: dict[str, Any] = jwt.decode(assertion, options={"verify_signature": False})
    return claims


def in_seconds(seconds: int) -> int:
    """Give the moment in so many *seconds*, as a token says it."""
    return int(clock.now().timestamp()) + seconds


def services(signer: Signer) -> Services:
    return Services(lambda: pytest.fail("no secret is read"), signer.kms, signer.sts)


@pytest.fixture
def assertion(examiner: Examiner, signer: Signer) -> Callable[..., str]:
    """Make an assertion that is right, but for what differs; signed by the very key that is uploaded."""
    connection = uploaded(examiner, signer)
    right = Credentials(services(signer), clock.now).proof(connection, token_url(examiner.simulator))
    head, claims = jwt.get_unverified_header(right["client_assertion"]), claims_of(right["client_assertion"])

    def make(
        *,
        in_head: dict[str, Any] | None = None,
        salt: int | None = None,
        from_now: dict[str, int] | None = None,
        **differs: Any,
    ) -> str:
        moments = {name: in_seconds(seconds) for name, seconds in (from_now or {}).items()}
        changed = {name: value for name, value in {**claims, **moments, **differs}.items() if value is not None}
        heading = {name: value for name, value in {**head, **(in_head or {})}.items() if value is not None}
        if salt is None:
            return jwt.encode(changed, signer.key, algorithm=heading["alg"], headers=heading)
        message = ".".join(
            urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in (heading, changed)
        )
        pss = padding.PSS(padding.MGF1(SHA256()), salt_length=salt)
        signature = signer.key.sign(message.encode(), pss, SHA256())
        return f"{message}.{urlsafe_b64encode(signature).decode().rstrip('=')}"

    return make


@pytest.mark.parametrize(
    ("differs", "number", "says"),
    [
        (
            {"aud": "https://login.microsoftonline.com/common/oauth2/v2.0/token"},
            700023,
            "audience claim does not match",
        ),
        ({"aud": None}, 700023, "audience claim does not match"),
        ({"sub": "somebody-else"}, 700021, "doesn't match 'client_id' parameter"),
        ({"iss": "somebody-else", "sub": "somebody-else"}, 700021, "doesn't match 'client_id' parameter"),
        ({"from_now": {"nbf": -7200, "exp": -3600}}, 700024, "not within its valid time range"),
        ({"from_now": {"nbf": 3600, "exp": 3900}}, 700024, "not within its valid time range"),
        ({"exp": None}, 50027, "Invalid JWT token"),
        ({"jti": None}, 50027, "Invalid JWT token"),
        ({"in_head": {"x5t#S256": None}}, 50027, "No certificate thumbprint specified in token header"),
        (
            {"in_head": {"x5t#S256": "AAAA"}},
            700027,
            "The key was not found., Thumbprint of key used by client: '000000'",
        ),
        ({"in_head": {"x5t#S256": "~"}}, 700027, "The key was not found"),
        ({"in_head": {"alg": "RS256"}}, 700027, "use of the key to verify the signature failed"),
        ({"salt": 222}, 700027, "use of the key to verify the signature failed"),
        ({"salt": 0}, 700027, "use of the key to verify the signature failed"),
    ],
)
def test_an_assertion_with_one_thing_wrong_is_refused_as_entra_does(
    simulator: Simulator, assertion: Callable[..., str], differs: dict[str, Any], number: int, says: str
) -> None:
    status, numbers, sentence = refused(simulator, assertion(**differs))

    assert (status, numbers) == (401, [number])
    assert sentence.startswith(f"AADSTS{number}: ")
    assert says in sentence


def test_the_same_assertion_with_nothing_wrong_is_accepted(simulator: Simulator, assertion: Callable[..., str]) -> None:
    assert refused(simulator, assertion(jti="one")) == (200, [], "")
    assert refused(simulator, assertion(jti="another", salt=32)) == (200, [], "")


def test_an_assertion_is_accepted_once(simulator: Simulator, assertion: Callable[..., str]) -> None:
    once = assertion(jti="once")

    first, second = refused(simulator, once), refused(simulator, once)

    assert first == (200, [], "")
    assert second[:2] == (400, [50013])


def test_an_assertion_that_was_changed_on_its_way_is_refused(
    simulator: Simulator, assertion: Callable[..., str]
) -> None:
    head, claims, signature = assertion().split(".")
    longer = json.loads(urlsafe_b64decode(claims + "=" * (-len(claims) % 4))) | {"exp": in_seconds(9999)}
    changed = urlsafe_b64encode(json.dumps(longer).encode()).decode().rstrip("=")

    assert refused(simulator, f"{head}.{changed}.{signature}")[1] == [700027]
    assert refused(simulator, f"{head}.{claims}.{'AB'[signature[0] == 'A']}{signature[1:]}")[1] == [700027]
    assert refused(simulator, f"{head}.{claims}.")[1] == [700027]


@pytest.mark.parametrize("text", ["", "x", "a.b.c", "eyJ.eyJ.eyJ"])
def test_what_is_no_assertion_is_refused(simulator: Simulator, text: str) -> None:
    assert refused(simulator, text)[1] == [50027]


def test_an_assertion_of_an_unknown_form_proves_nothing(simulator: Simulator, assertion: Callable[..., str]) -> None:
    status, numbers, _ = refused(simulator, assertion(), client_assertion_type="urn:example:other")

    assert (status, numbers) == (401, [7000218])


def test_an_assertion_for_one_application_proves_nothing_of_another(
    simulator: Simulator, assertion: Callable[..., str]
) -> None:
    other = "00000000-0000-4000-8000-000000000000"

    assert refused(simulator, assertion(), client_id=other)[1] == [700016]


def test_only_a_certificate_is_uploaded_and_only_to_an_application_that_is_there(simulator: Simulator) -> None:
    def upload(client_id: object, body: bytes) -> int:
        url = f"{simulator.url}/control/applications/{client_id}/certificates"
        return simulator.pool.request("POST", url, body=body).status

    assert upload(CLIENT_ID, b"not a certificate") == 400
    assert upload("nobody", b"") == 404
