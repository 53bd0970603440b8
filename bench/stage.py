"""Where the bench plays: DynamoDB Local behind a wire that is metered, moto for all else of AWS, the tenant simulator.

The very engines and handlers of the tests, and a fresh set of tables for everything that is measured.
"""

import io
import logging
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, redirect_stdout
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

from bench import caller
from bench.capacity import Item, Meter, size
from onboarding.routes import ROUTES
from tests import dynamodb_local, simulator, tables
from tests import wire as wires
from tests.deployment import REGION, Deployment, Engine, Queues, create_queues, deploy, forget
from tests.simulator import SECRET, Simulator
from tests.wire import Wire
from tests.working import Worker

LOGGERS = ("tenant-onboarding", "service_undefined")
"""What functions log to: called as the service is, and otherwise where they were imported before that was known."""


@dataclass(frozen=True)
class Stage:
    """The engines, ready for one measurement after the other."""

    engine: Engine
    moto: Engine
    wire: Wire
    simulator: Simulator
    secret_arn: str

    @contextmanager
    def scene(self, *, metered: bool = True) -> Iterator["Scene"]:
        """Deploy onto fresh tables; unless it is *metered*, calls go past the wire."""
        with pytest.MonkeyPatch.context() as patch:
            names = tables.create(self.engine.client())
            self.wire.reset(self.engine.url)
            url = self.wire.url if metered else self.engine.url
            deployed = deploy(self.engine, names, patch, url=url, aws_url=self.moto.url)
            queues = create_queues(self.moto, names.sessions)
            deployed.configure(PROBE_QUEUE_URL=queues.urls["Probe"], SYNC_QUEUE_URL=queues.urls["Sync"])
            self.simulator.play("healthy")
            yield Scene(deployed, self.wire, Worker(self.simulator), queues, self.secret_arn)
            forget()


@dataclass(frozen=True)
class Scene:
    """One deployment on tables of its own."""

    deployed: Deployment
    wire: Wire
    worker: Worker
    queues: Queues
    secret_arn: str

    def meter(self) -> Meter:
        """Count from now on: what came before is forgotten."""
        return metered(self.deployed, self.wire)

    def item(self, table: str, tenant: int, entry: str) -> Item:
        """Read one item past the wire, in DynamoDB's own typed form."""
        key = {"tenant_id": {"N": str(tenant)}, "entry": {"S": entry}}
        name = self.deployed.tables.physical[table]
        return self.deployed.dynamodb.get_item(TableName=name, Key=key, ConsistentRead=True)["Item"]

    def largest(self) -> dict[str, int]:
        """Give the bytes of the largest item of each kind that lies in the tables."""
        return largest(self.deployed)


def metered(deployed: Deployment, wire: Wire) -> Meter:
    """Meter what crosses *wire* from now on, until it is reset."""
    client = deployed.dynamodb

    def fetch(table: str, key: Item) -> Item | None:
        found: Any = client.get_item(TableName=table, Key=dict(key), ConsistentRead=True)
        item: Item | None = found.get("Item")
        return item

    wire.onlooker = meter = Meter(fetch, deployed.tables.physical)
    return meter


def largest(deployed: Deployment) -> dict[str, int]:
    """Give the bytes of the largest item of each kind, by table and the beginning of its entry."""
    sizes: dict[str, int] = {}
    for logical, table in deployed.tables.physical.items():
        for item in deployed.items(table):
            entry = item.get("entry", {}).get("S", "").split("#")
            kind = "#".join(entry[:2]) if entry[0] == "board" else entry[0]
            name = f"{logical}: {kind}" if kind else logical
            sizes[name] = max(sizes.get(name, 0), size(item))
    return sizes


@contextmanager
def set_up() -> Iterator[Stage]:
    """Start the engines, and end them.

    Raises:
        dynamodb_local.Unavailable: If DynamoDB Local cannot be had.
    """
    caller.shut_out()
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    load()
    with ExitStack() as running:
        engine = Engine("dynamodb_local", running.enter_context(dynamodb_local.serve(print)))
        server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
        server.start()
        running.callback(server.stop)
        host, port = server.get_host_and_port()
        moto = Engine("moto", f"http://{host}:{port}")
        secrets = boto3.client("secretsmanager", endpoint_url=moto.url, region_name=REGION)
        arn = secrets.create_secret(Name="tenant-onboarding/bench", SecretString=SECRET)["ARN"]
        wire = running.enter_context(wires.serve())
        yield Stage(engine, moto, wire, running.enter_context(simulator.serve(least_sync_seconds=0.0)), arn)


def load() -> None:
    """Import every route, so that what it logs to is there when somebody listens."""
    for name in ROUTES:
        import_module(f"api.{name}")


@contextmanager
def logged() -> Iterator[list[str]]:
    """Collect the lines that functions log meanwhile, and the counts that they print, instead of printing them."""
    lines: list[str] = []
    text = io.StringIO()
    listening = [handler for name in LOGGERS for handler in logging.getLogger(name).handlers]
    handlers = [handler for handler in listening if isinstance(handler, logging.StreamHandler)]
    before = [handler.setStream(text) for handler in handlers]
    try:
        with redirect_stdout(text):
            yield lines
    finally:
        for handler, stream in zip(handlers, before, strict=True):
            handler.setStream(stream)
        lines += text.getvalue().splitlines()
