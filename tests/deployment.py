"""What real handlers find around them when a test calls them in-process: engines, tables and their environment."""

import sys
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Any

import boto3
import pytest
from mypy_boto3_dynamodb import DynamoDBClient
from mypy_boto3_sqs import SQSClient

from local import reference
from tests import template
from tests.tables import Tables

REGION = "us-east-1"

ISSUER, AUDIENCE = "https://issuer.example.invalid", "tenant-onboarding"
"""Whose tokens count, and for whom; nobody is asked."""

CALLER = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",  # no engine checks it
    "AWS_DEFAULT_REGION": REGION,
    "AWS_REGION": REGION,
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": "/dev/null",
    "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
    "NO_PROXY": "127.0.0.1,localhost",
    "POWERTOOLS_SERVICE_NAME": "tenant-onboarding",
    "POWERTOOLS_METRICS_NAMESPACE": "tenant-onboarding",
}
"""Who calls AWS in tests: nobody real. Real accounts, profiles and endpoints are out of reach."""


@dataclass(frozen=True)
class Engine:
    """Something that speaks DynamoDB."""

    name: str
    url: str

    def client(self) -> DynamoDBClient:
        """Make a boto3 client, for a test's own arranging and looking."""
        return boto3.client("dynamodb", endpoint_url=self.url, region_name=REGION)


@dataclass(frozen=True)
class Deployment:
    """The tables that real handlers, called in-process, work on."""

    dynamodb: DynamoDBClient
    """Straight to the engine: what a test itself looks up or puts there is not on the wire's record."""

    tables: Tables
    monkeypatch: pytest.MonkeyPatch

    def configure(self, **variables: str) -> None:
        """Change the environment that handlers read from now on, `LOCK_SECONDS="5"` say."""
        for name, value in variables.items():
            self.monkeypatch.setenv(name, value)
        forget()

    def items(self, table: str) -> list[dict[str, Any]]:
        """Read a whole table, in DynamoDB's own typed form; only tests may."""
        pages = self.dynamodb.get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
        return [item for page in pages for item in page["Items"]]


@dataclass(frozen=True)
class Queues:
    """The queues that `dispatch_runs` sends to."""

    sqs: SQSClient
    urls: dict[str, str]
    """By the template's id: `Probe`, `Sync`."""

    def take(self, queue: str) -> list[str]:
        """Take every message off *queue*, and give their bodies in order."""
        bodies: list[str] = []
        while messages := self.sqs.receive_message(QueueUrl=self.urls[queue], MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                bodies.append(message["Body"])
                self.sqs.delete_message(QueueUrl=self.urls[queue], ReceiptHandle=message["ReceiptHandle"])
        return bodies


def create_queues(engine: Engine, prefix: str) -> Queues:
    """Create the two queues, empty, under *prefix*."""
    sqs = boto3.client("sqs", endpoint_url=engine.url, region_name=REGION)
    return Queues(sqs, {name: sqs.create_queue(QueueName=f"{prefix}-{name}")["QueueUrl"] for name in ("Probe", "Sync")})


def deploy(engine: Engine, tables: Tables, monkeypatch: pytest.MonkeyPatch, *, url: str, aws_url: str) -> Deployment:
    """Set the environment that the template gives its functions, with DynamoDB at *url* and all else at *aws_url*."""
    variables = template.environment(template.read(), tables.physical, Issuer=ISSUER, Audience=AUDIENCE)
    variables |= {"AWS_ENDPOINT_URL_DYNAMODB": url, "AWS_ENDPOINT_URL": aws_url, "REFERENCE_FOLDER": _reference()}
    deployment = Deployment(engine.client(), tables, monkeypatch)
    deployment.configure(**variables)
    return deployment


@cache
def _reference() -> str:
    """Have the reference written, once per process, where `make build` has it."""
    return str(reference.write())


def forget() -> None:
    """Have settings and gateways, which a process reads and builds once, read and built again when next used."""
    for name, module in list(sys.modules.items()):
        if name == "onboarding.settings" or name.startswith("onboarding.wiring"):
            _clear_caches(module)


def _clear_caches(module: ModuleType) -> None:
    for each in vars(module).values():
        clear = getattr(each, "cache_clear", None)
        if clear is not None:
            clear()
