"""A simulator for all tests here, and the real client on its way to it."""

from collections.abc import Iterator

import boto3
import pytest

from local.simulator.assertions import FederatedCredential
from local.tenants import CLIENT_ID
from onboarding import clock
from onboarding.graph.credentials import Credentials, Services
from tests import signing
from tests.deployment import REGION, Engine
from tests.signing import ISSUER, ROLE, Signer
from tests.simulator import SECRET, Examiner, Simulator, serve


@pytest.fixture(scope="session")
def vault() -> Iterator[Signer]:
    """KMS and STS, with keys of their own; tests ask for `signer`."""
    with signing.serve() as running:
        yield running


@pytest.fixture
def signer(vault: Signer) -> Signer:
    vault.refused, vault.asked = None, []
    return vault


@pytest.fixture(scope="session")
def simulator(vault: Signer) -> Iterator[Simulator]:
    """Microsoft, where the application has its certificate uploaded and lets AWS vouch for it."""
    trusted = FederatedCredential(ISSUER, ROLE, vault.issuer_key.public_key())
    with serve(least_sync_seconds=0.0, federations={str(CLIENT_ID): [trusted]}) as running:
        running.upload(signing.pem(vault.certificate()))
        yield running


@pytest.fixture(scope="session")
def stored_secret(moto: Engine, vault: Signer) -> tuple[Credentials, str]:
    """The application's secret in Secrets Manager: who reads it, and its ARN."""
    secrets = boto3.client("secretsmanager", endpoint_url=moto.url, region_name=REGION)
    arn = secrets.create_secret(Name="tenant-onboarding/graph-tests", SecretString=SECRET)["ARN"]
    return Credentials(Services(lambda: secrets, vault.kms, vault.sts), clock.now), arn


@pytest.fixture
def examiner(simulator: Simulator, stored_secret: tuple[Credentials, str]) -> Examiner:
    credentials, arn = stored_secret
    return Examiner(simulator, credentials, arn)
