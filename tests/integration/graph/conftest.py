"""A simulator for all tests here, and the real client on its way to it."""

from collections.abc import Iterator

import boto3
import pytest

from onboarding.graph.credentials import Credentials
from tests.deployment import REGION, Engine
from tests.simulator import SECRET, Examiner, Simulator, serve


@pytest.fixture(scope="session")
def simulator() -> Iterator[Simulator]:
    with serve(least_sync_seconds=0.0) as running:
        yield running


@pytest.fixture(scope="session")
def stored_secret(moto: Engine) -> tuple[Credentials, str]:
    """The application's secret in Secrets Manager: who reads it, and its ARN."""
    secrets = boto3.client("secretsmanager", endpoint_url=moto.url, region_name=REGION)
    arn = secrets.create_secret(Name="tenant-onboarding/graph-tests", SecretString=SECRET)["ARN"]
    return Credentials(secrets), arn


@pytest.fixture
def examiner(simulator: Simulator, stored_secret: tuple[Credentials, str]) -> Examiner:
    credentials, arn = stored_secret
    return Examiner(simulator, credentials, arn)
