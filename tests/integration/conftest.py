"""Microsoft's stand-in, and a worker on its way to it, for whoever executes runs here."""

from collections.abc import Iterator

import boto3
import pytest

from tests.deployment import REGION, Deployment, Engine
from tests.simulator import SECRET, Simulator, serve
from tests.working import Worker


@pytest.fixture(scope="session")
def simulator() -> Iterator[Simulator]:
    with serve(least_sync_seconds=0.0) as running:
        yield running


@pytest.fixture(scope="session")
def secret_arn(moto: Engine) -> str:
    """The ARN of the application's secret in Secrets Manager."""
    secrets = boto3.client("secretsmanager", endpoint_url=moto.url, region_name=REGION)
    arn: str = secrets.create_secret(Name="tenant-onboarding/workers", SecretString=SECRET)["ARN"]
    return arn


@pytest.fixture
def worker(simulator: Simulator, deployed: Deployment) -> Worker:
    """A worker, and a tenant that is as it should be."""
    assert deployed
    simulator.play("healthy")
    return Worker(simulator)
