"""Executes runs as the workers do, with the real client on its way to the tenant simulator.

All is as in `workers/`, but for the table of hosts: that of the functions leads to Microsoft and nothing in the
environment can change it. And nobody waits: what the client would sleep is noted. Nor does any answer take long: how
long it takes here says how busy the machine is.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from local.tenants import CLIENT_ID, TENANTS
from onboarding import clock, ids
from onboarding.domain.catalogue import Kind
from onboarding.domain.deadline import Deadline
from onboarding.domain.run import Executed
from onboarding.domain.tenant import Tenant
from onboarding.flows.execute_probe import execute_probe
from onboarding.flows.execute_sync import execute_sync
from onboarding.graph.batch import Batch
from onboarding.graph.pace import Pace
from onboarding.sqs import Order, executed
from onboarding.wiring import graph, stores
from tests import events
from tests.arranging import ADMIN
from tests.calling import call
from tests.simulator import Simulator

type Reach = Callable[[Tenant], Tenant]


@dataclass
class Worker:
    """Takes orders for runs, and executes them against the simulator."""

    simulator: Simulator
    waits: list[float] = field(default_factory=list)
    reports: list[str] = field(default_factory=list)
    """What was told of exceptions that nobody foresaw."""

    seconds_left: Callable[[], float] = lambda: 90.0
    reach: Reach = lambda tenant: tenant
    """Puts something in front of the tenant."""

    def work(self, *run_ids: int, tenant: int = 1, kind: Kind | None = None) -> list[str]:
        """Execute runs of one tenant, of *kind* if that is known, as one batch of messages.

        Give how they are then, sorted; `-` is one that was not to be had.
        """
        return self.take(*({"tenant_id": tenant, "run_id": run_id} for run_id in run_ids), kind=kind)

    def take(self, *orders: dict[str, int], kind: Kind | None = None) -> list[str]:
        """Execute the runs that *orders* name, of any tenants, as one batch of messages; give how they are then."""
        statuses: list[str] = []

        def execute(order: Order) -> Executed | None:
            made = self._execute(order, batch, kind or self._kind(order))
            statuses.append(made.status.value if made else "-")
            return made

        pace = Pace(seconds=lambda: 0.0, sleep=self.waits.append, chance=lambda: 0.5)
        credentials = graph._credentials()  # noqa: SLF001 - the very ones that the handlers have
        batch = Batch(self.simulator.pool, credentials, self.simulator.clouds, pace)
        context: Any = events.Context(function_name="execute", remaining_ms=90_000)
        answer = executed(events.sqs(*orders), context, execute)
        assert len(answer["batchItemFailures"]) == len(orders) - len(statuses)
        return sorted(statuses)

    def _kind(self, order: Order) -> Kind:
        run = stores.runs().get(order.tenant_id, order.run_id)
        return run.task_type.spec.kind if run else Kind.PROBE

    def _execute(self, order: Order, batch: Batch, kind: Kind) -> Executed | None:
        deadline = Deadline(self.seconds_left)
        arguments: dict[str, Any] = {
            "runs": stores.runs(),
            "tenants": stores.tenants(),
            "reach": lambda connection: self.reach(batch.tenant(connection, deadline)),
            "claim_id": str(uuid4()),
            "new_id": ids.new,
            "lease": stores.settings().lease,
            "clock": clock.now,
            "report": self.reports.append,
        }
        if kind is Kind.PROBE:
            return execute_probe(order.tenant_id, order.run_id, **arguments)
        return execute_sync(order.tenant_id, order.run_id, deadline=deadline, **arguments)


def register_examined(credential_arn: str, *, tenant: int = 1, **details: object) -> None:
    """Register the simulator's *tenant* with an owner, user 1, and its connection."""
    examined = TENANTS[tenant - 1]
    connection = {
        "entra_tenant_id": str(examined.entra_tenant_id),
        "client_id": str(CLIENT_ID),
        "expected_domain": examined.domain,
        "credential_arn": credential_arn,
        **details,
    }
    answers = [
        call("register_tenant", tenant=tenant, body={"name": examined.name}, **ADMIN),
        call("register_member", tenant=tenant, userId=1, body={"role": "owner"}, **ADMIN),
        call("register_connection", tenant=tenant, connectionId=examined.connection_id, body=connection, **ADMIN),
    ]
    assert all(answer.status in {200, 201} for answer in answers), json.dumps([answer.body for answer in answers])
