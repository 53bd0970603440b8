"""Microsoft's stand-in, and a worker on its way to it, for whoever executes runs here."""

from collections.abc import Iterator

import boto3
import pytest

from onboarding.graph.credentials import Credentials
from tests.deployment import REGION, Engine
from tests.simulator import SECRET, Simulator, serve
from tests.working import Worker


@pytest.fixture(scope="session")
def simulator() -> Iterator[Simulator]:
    with serve(least_sync_seconds=0.0) as running:
        yield running


@pytest.fixture(scope="session")
def kept_secret(moto: Engine) -> tuple[Credentials, str]:
    """The application's secret in Secrets Manager: who reads it, and its ARN."""
    secrets = boto3.client("secretsmanager", endpoint_url=moto.url, region_name=REGION)
    arn = secrets.create_secret(Name="tenant-onboarding/workers", SecretString=SECRET)["ARN"]
    return Credentials(secrets), arn


@pytest.fixture
def worker(simulator: Simulator, kept_secret: tuple[Credentials, str]) -> Worker:
    """A worker, and a tenant that is as it should be."""
    simulator.play("healthy")
    return Worker(simulator, kept_secret[0])
