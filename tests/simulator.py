"""The tenant simulator in this process, over real HTTP on 127.0.0.1, and the real way of ours to it."""

import asyncio
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import urllib3
from aiohttp import web
from aiohttp.typedefs import Middleware

from local.simulator import create_app
from local.tenants import CLIENT_ID, TENANTS, SeededTenant
from onboarding.domain.catalogue import Task
from onboarding.domain.connection import Cloud, Connection, CredentialKind
from onboarding.domain.deadline import Deadline
from onboarding.domain.finding import Finding, Obstacle, Postponed
from onboarding.graph.batch import Batch
from onboarding.graph.client import connection_pool
from onboarding.graph.clouds import Hosts
from onboarding.graph.credentials import Credentials
from onboarding.graph.pace import Pace
from onboarding.graph.tenant import GraphTenant
from onboarding.tasks import PROBES, initial_sync

SECRET = "the-application's-own-secret"  # noqa: S105 - of an application that exists nowhere
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)

_PREFIX = "/_local/microsoft"


@dataclass(frozen=True)
class Simulator:
    """A running simulator, and how to tell it what to play."""

    url: str
    pool: urllib3.PoolManager

    @property
    def clouds(self) -> Mapping[Cloud, Hosts]:
        """The table of hosts that leads here."""
        return {Cloud.GLOBAL: Hosts(login=f"{self.url}/login", graph=f"{self.url}/graph")}

    def play(self, scenario: str, tenant: SeededTenant = TENANTS[0]) -> None:
        """Let *tenant* stand as *scenario* says; its calls are counted anew."""
        url = f"{self.url}/control/tenants/{tenant.id}/scenario"
        answer = self.pool.request("PUT", url, body=json.dumps({"scenario": scenario}))
        assert answer.status == 200, answer.data

    def upload(self, pem: bytes, client_id: object = CLIENT_ID) -> None:
        """Upload a certificate to the registration of an application."""
        answer = self.pool.request("POST", f"{self.url}/control/applications/{client_id}/certificates", body=pem)
        assert answer.status == 200, answer.data

    def calls(self, tenant: SeededTenant = TENANTS[0]) -> dict[str, Any]:
        """How often *tenant* was asked what."""
        calls: dict[str, Any] = self.pool.request("GET", f"{self.url}/control/tenants/{tenant.id}").json()["calls"]
        return calls


@contextmanager
def serve(*middlewares: Middleware, **options: Any) -> Iterator[Simulator]:
    """Run a simulator under a prefix, as the local deployment mounts it, behind *middlewares*."""
    loop = asyncio.new_event_loop()
    app = web.Application(middlewares=middlewares)
    app.add_subapp(_PREFIX, create_app(tenants=TENANTS, secrets={str(CLIENT_ID): SECRET}, **options))
    runner = web.AppRunner(app, access_log=None)
    loop.run_until_complete(runner.setup())
    loop.run_until_complete(web.TCPSite(runner, "127.0.0.1", 0).start())
    host, port = runner.addresses[0]
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    pool = connection_pool()
    try:
        yield Simulator(f"http://{host}:{port}{_PREFIX}", pool)
    finally:
        pool.clear()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.run_until_complete(runner.cleanup())
        loop.close()


@dataclass
class Examiner:
    """Runs the tasks as a worker does: the real client, the real credentials; only nobody waits."""

    simulator: Simulator
    credentials: Credentials
    arn: str
    waits: list[float] = field(default_factory=list)
    """Seconds that the client would have waited, one for each wait."""

    seconds_left: float = 90.0
    seconds: Callable[[], float] = lambda: 0.0
    """What tells how long an answer takes. By itself none takes any time: a busy machine may take long for each."""

    def connection(self, tenant: SeededTenant = TENANTS[0], **details: Any) -> Connection:
        """The connection that is registered for *tenant*."""
        registered = Connection(
            id=tenant.connection_id,
            tenant_id=tenant.id,
            entra_tenant_id=str(tenant.entra_tenant_id),
            client_id=str(CLIENT_ID),
            expected_domain=tenant.domain,
            credential_kind=CredentialKind.CLIENT_SECRET,
            credential_arn=self.arn,
        )
        return registered.model_copy(update=details)

    def batch(self) -> Batch:
        """Open a batch."""
        pace = Pace(now=lambda: NOW, seconds=self.seconds, sleep=self.waits.append, chance=lambda: 0.5)
        return Batch(self.simulator.pool, self.credentials, self.simulator.clouds, pace)

    def tenant(self, connection: Connection | None = None) -> GraphTenant:
        """Reach a tenant in a batch of its own."""
        return self.batch().tenant(connection or self.connection(), Deadline(lambda: self.seconds_left))

    def examine(self, task: Task, connection: Connection | None = None) -> Finding:
        """Run *task* to its finding, resuming as often as it is put back."""
        connection = connection or self.connection()
        try:
            if task is Task.INITIAL_SYNC:
                return self._synced(connection)
            return PROBES[task](self.tenant(connection), connection, NOW)
        except Obstacle as obstacle:
            return obstacle.finding

    def _synced(self, connection: Connection) -> Finding:
        saved: list[dict[str, Any] | None] = [None]
        for _ in range(100):
            try:
                return initial_sync.examine(
                    self.tenant(connection),
                    resume=saved[-1],
                    checkpoint=lambda _progress, position: saved.append(json.loads(json.dumps(position))),
                    deadline=Deadline(lambda: self.seconds_left),
                )
            except Postponed:
                continue
        raise AssertionError("put back a hundred times")
