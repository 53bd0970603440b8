"""How our application proves who it is. Secrets are read when they are needed and live in memory only.

Every kind of credential answers the same question, so that another kind is one more method here: what goes into the
request for a token beside the application's id
(https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow#get-a-token).
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from onboarding.domain.connection import Connection, CredentialKind
from onboarding.domain.finding import Finding, FindingStatus, Obstacle
from onboarding.domain.reasons import ReasonCode
from onboarding.errors import Transient

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

Proof = Mapping[str, str]
"""Form fields that prove who asks; never logged, never kept."""

_UNREADABLE = {
    "AccessDeniedException",
    "DecryptionFailure",
    "InvalidParameterException",
    "InvalidRequestException",
    "ResourceNotFoundException",
}
"""Refusals of Secrets Manager that stay until somebody acts: no such secret, being deleted, not ours to read."""


class Credentials:
    """Makes the proof for a connection from the credential it names."""

    def __init__(self, secrets: "SecretsManagerClient") -> None:
        """Read secrets through *secrets*."""
        self._secrets = secrets
        self._kinds: dict[CredentialKind, Callable[[Connection], Proof]] = {
            CredentialKind.CLIENT_SECRET: self._client_secret,
        }

    def proof(self, connection: Connection) -> Proof:
        """Prove that we are the application of *connection*.

        Raises:
            Obstacle: `credential_invalid` if the credential named is not there, or not ours to read.
            Transient: If Secrets Manager could not answer now.
        """
        return self._kinds[connection.credential_kind](connection)

    def _client_secret(self, connection: Connection) -> Proof:
        """Read the secret: the whole of the secret string, nothing around it."""
        # Imported here, since botocore comes with the runtime and not with our layer.
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

        try:
            secret = self._secrets.get_secret_value(SecretId=connection.credential_arn).get("SecretString")
        except ClientError as error:
            if error.response["Error"]["Code"] in _UNREADABLE:
                raise _unreadable() from error
            raise Transient("The credential could not be read now.") from error
        except BotoCoreError as error:
            raise Transient("The credential could not be read now.") from error
        if not secret:
            raise _unreadable()
        return {"client_secret": secret}


def _unreadable() -> Obstacle:
    message = "The credential that the connection names cannot be read."
    return Obstacle(Finding.because(FindingStatus.FAIL, ReasonCode.CREDENTIAL_INVALID, message=message))
