"""How our application proves who it is. Secrets are read when they are needed and live in memory only.

Every kind of credential answers the same question, and the connection says which is asked: what goes into the request
for a token beside the application's id
(https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow#get-a-token).
"""

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple
from uuid import uuid4

from onboarding.domain.connection import Connection, CredentialKind
from onboarding.domain.finding import Finding, FindingStatus, Obstacle
from onboarding.domain.reasons import ReasonCode
from onboarding.errors import Transient
from onboarding.graph.assertion import presented, signed_assertion

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sts import STSClient

Proof = Mapping[str, str]
"""Form fields that prove who asks; never logged, never kept."""

FEDERATED_AUDIENCE = "api://AzureADTokenExchange"
"""For whom AWS vouches for us
(https://learn.microsoft.com/entra/workload-id/workload-identity-federation-create-trust)."""

FEDERATED_SECONDS = 300
"""How long AWS vouches for us: the token is used at once, and once."""

_UNREADABLE = {
    "AccessDeniedException",
    "DecryptionFailure",
    "InvalidParameterException",
    "InvalidRequestException",
    "ResourceNotFoundException",
}
"""Refusals of Secrets Manager that stay until somebody acts: no such secret, being deleted, not ours to read."""

_UNSIGNABLE = {
    "AccessDeniedException",
    "DisabledException",
    "InvalidKeyUsageException",
    "KMSInvalidStateException",
    "NotFoundException",
    "ValidationException",
}
"""Refusals of KMS that stay until somebody acts: no such key, disabled, being deleted, of another kind, not ours
(https://docs.aws.amazon.com/kms/latest/APIReference/API_Sign.html#API_Sign_Errors)."""

_UNVOUCHED = {"AccessDenied", "OutboundWebIdentityFederationDisabledException"}
"""Refusals of STS that stay until somebody acts
(https://docs.aws.amazon.com/STS/latest/APIReference/API_GetWebIdentityToken.html)."""


class Services(NamedTuple):
    """Where AWS keeps what proves who we are; each is opened when a connection first needs it."""

    secrets: "Callable[[], SecretsManagerClient]"
    keys: "Callable[[], KMSClient]"
    identities: "Callable[[], STSClient]"
    """Of a region: STS vouches for nobody at its global endpoint."""


class Credentials:
    """Makes the proof for a connection from the credential it names."""

    def __init__(self, services: Services, now: Callable[[], datetime]) -> None:
        """Make proofs by means of *services*; an assertion starts to be good *now*."""
        self._services = services
        self._now = now
        self._kinds: dict[CredentialKind, Callable[[Connection, str], Proof]] = {
            CredentialKind.CLIENT_SECRET: self._client_secret,
            CredentialKind.CERTIFICATE: self._certificate,
            CredentialKind.FEDERATION: self._federation,
        }

    def proof(self, connection: Connection, audience: str) -> Proof:
        """Prove to *audience*, the URL of a token endpoint, that we are the application of *connection*; once.

        Raises:
            Obstacle: `credential_invalid` if the credential named is not there, or not ours to use.
            Transient: If AWS could not answer now.
        """
        return self._kinds[connection.credential_kind](connection, audience)

    def _client_secret(self, connection: Connection, _audience: str) -> Proof:
        """Read the secret: the whole of the secret string, nothing around it."""
        message = "The credential that the connection names cannot be read."
        arn = connection.credential_arn or ""
        answer = _answered(lambda: self._services.secrets().get_secret_value(SecretId=arn), _UNREADABLE, message)
        secret = answer.get("SecretString")
        if not secret:
            raise _unusable(message)
        return {"client_secret": secret}

    def _certificate(self, connection: Connection, audience: str) -> Proof:
        """Have KMS sign an assertion; the key never leaves it.

        `RSASSA_PSS_SHA_256` has a salt as long as the digest, as PS256 demands
        (https://docs.aws.amazon.com/kms/latest/developerguide/asymmetric-key-specs.html).
        """

        def sign(digest: bytes) -> bytes:
            answer = _answered(
                lambda: self._services.keys().sign(
                    KeyId=connection.credential_arn or "",
                    Message=digest,
                    MessageType="DIGEST",
                    SigningAlgorithm="RSASSA_PSS_SHA_256",
                ),
                _UNSIGNABLE,
                "The key that the connection names cannot be used to sign.",
            )
            return answer["Signature"]

        return presented(signed_assertion(connection, audience, jti=str(uuid4()), now=self._now(), sign=sign))

    def _federation(self, _connection: Connection, _audience: str) -> Proof:
        """Have AWS vouch for the role that this function runs as."""
        identities = self._services.identities()
        # The managed runtime brings an SDK of its own, which may be older than this operation of STS.
        if "GetWebIdentityToken" not in identities.meta.service_model.operation_names:
            raise _unusable("The AWS SDK at hand is too old to have AWS vouch for the application.")
        answer = _answered(
            lambda: identities.get_web_identity_token(
                Audience=[FEDERATED_AUDIENCE], DurationSeconds=FEDERATED_SECONDS, SigningAlgorithm="RS256"
            ),
            _UNVOUCHED,
            "AWS does not vouch for the application: the account or the function's role does not allow it.",
        )
        return presented(answer["WebIdentityToken"])


def _answered[Answer](ask: Callable[[], Answer], for_good: AbstractSet[str], message: str) -> Answer:
    """Ask AWS; a refusal that is *for_good* becomes an obstacle that says *message*."""
    # Imported here, since botocore comes with the runtime and not with our layer.
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - routes import this module and never need it

    try:
        return ask()
    except ClientError as error:
        if error.response["Error"]["Code"] in for_good:
            raise _unusable(message) from error
        raise Transient("The credential could not be used now.") from error
    except BotoCoreError as error:
        raise Transient("The credential could not be used now.") from error


def _unusable(message: str) -> Obstacle:
    return Obstacle(Finding.because(FindingStatus.FAIL, ReasonCode.CREDENTIAL_INVALID, message=message))
