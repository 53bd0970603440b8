"""Microsoft's stand-in, and a worker on its way to it, for whoever executes runs here; and who listens for events."""

import json
from collections.abc import Callable, Iterator
from typing import Any

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


@pytest.fixture
def heard(moto: Engine, deployed: Deployment) -> Callable[[], list[dict[str, Any]]]:
    """Gives what somebody hears whose rule names our events."""
    sqs: Any = boto3.client("sqs", endpoint_url=moto.url, region_name=REGION)
    bus: Any = boto3.client("events", endpoint_url=moto.url, region_name=REGION)
    name = deployed.tables.audit
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    bus.create_event_bus(Name=name)
    bus.put_rule(Name=name, EventBusName=name, EventPattern=json.dumps({"source": ["tenant-onboarding"]}))
    bus.put_targets(Rule=name, EventBusName=name, Targets=[{"Id": "1", "Arn": arn}])
    deployed.configure(EVENT_BUS_NAME=name)

    def take() -> list[dict[str, Any]]:
        bodies = []
        while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                bodies.append(json.loads(message["Body"]))
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return bodies

    return take
