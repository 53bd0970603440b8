"""One tenant in which a process dies, and the world that goes on without it.

What the world does by itself is done here: the stream and the queues deliver, twice; time passes, which is dated back
instead; the sweep comes by every minute. What people do who got no answer is done too: they ask again.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from itertools import count
from typing import Any
from uuid import uuid4

from boto3.dynamodb.types import TypeSerializer
from pydynox import DynamoDBClient

from local.verify import Item, Kept, violations
from onboarding import clock, ids
from onboarding.domain.catalogue import Kind, Task
from onboarding.domain.deadline import Deadline
from onboarding.domain.run import Executed
from onboarding.flows.execute_probe import execute_probe
from onboarding.flows.execute_sync import execute_sync
from onboarding.sqs import Order, executed
from onboarding.storage.instants import millis
from onboarding.storage.keys import SHARDS
from onboarding.wiring import stores
from schedules import sweep
from tests import events
from tests.calling import Answer, call
from tests.deployment import Deployment
from tests.tenant import PlainTenant
from tests.wire import Wire
from workers import dispatch_runs

PATTERN = 1
"""The tenant that all others are copies of; nothing ever happens in it."""

_CONTEXT: Any = events.Context(function_name="execute", remaining_ms=90_000)
_numbers = count(3, SHARDS)
"""All lie in the shard that the sweep looks at last, so that its calls come in the same order for all of them."""


class Afterwards(StrEnum):
    """What becomes of what was on its way when a process died, and of all that is sent from then on."""

    REDELIVERED = "redelivered"
    """It arrives, and arrives again: each message twice."""

    LOST = "lost"
    """None of it ever arrives: the sweep is on its own."""


ROUNDS = {Afterwards.REDELIVERED: 8, Afterwards.LOST: 3}
"""Minutes in which all must be quiet again. Where nothing arrives, the deadlines pass in each but the first."""


@dataclass
class Scene:
    """A tenant of its own, on tables that it shares with others."""

    deployed: Deployment
    wire: Wire
    engine: DynamoDBClient
    """Straight to the tables, past the wire."""

    tenant: int = field(default_factory=lambda: next(_numbers))
    acknowledged: set[int] = field(default_factory=set)
    """Runs that somebody was told of."""

    examined: PlainTenant = field(default_factory=PlainTenant)
    """The customer's side, as workers find it."""

    seconds_left: Callable[[], float] = lambda: 90.0
    """What is left of a worker's invocation."""

    hears: Callable[[Answer], object] = lambda _answer: None
    """Is told of every answer."""

    # ── What people and Lambda do ──

    def call(self, name: str, *, user: int = 1, **others: Any) -> Answer:
        """Call a route; a run it tells of is acknowledged."""
        answer = call(name, user=user, tenant=self.tenant, **others)
        self.hears(answer)
        if name == "start_run" and answer.status == 201:
            self.acknowledged.add(answer.body["run_id"])
        return answer

    def start(self, task: str, **others: Any) -> int:
        """Start a run and give its id."""
        answer = self.call("start_run", taskType=task, **others)
        assert answer.status == 201, answer
        run_id: int = answer.body["run_id"]
        return run_id

    def claim(self, run_id: int) -> None:
        """Claim a run as a worker that is never heard of again."""
        stores.runs().claim(self.tenant, run_id, claim_id=str(uuid4()), now=clock.now(), lease=stores.settings().lease)

    def work(self, run_id: int) -> None:
        """Deliver the message of a run to a worker.

        All is as in `workers/` but for the customer's side: the shipped table of hosts leads to Microsoft alone.
        """
        executed(events.sqs({"tenant_id": self.tenant, "run_id": run_id}), _CONTEXT, self._execute)

    def _execute(self, order: Order) -> Executed | None:
        item = self.item("Runs", f"run#{order.run_id:016d}")
        task = Task(item["task_type"]) if item else Task.RBAC_CHECK
        arguments: dict[str, Any] = {
            "runs": stores.runs(),
            "tenants": stores.tenants(),
            "reach": lambda _connection: self.examined,
            "claim_id": str(uuid4()),
            "new_id": ids.new,
            "lease": stores.settings().lease,
            "clock": clock.now,
            "report": lambda _sentence: None,
        }
        if task.spec.kind is Kind.PROBE:
            return execute_probe(order.tenant_id, order.run_id, **arguments)
        return execute_sync(order.tenant_id, order.run_id, deadline=Deadline(self.seconds_left), **arguments)

    def dispatch(self, run_id: int) -> None:
        """Hand a run, as it is saved, to the dispatcher, as the stream does."""
        dispatch_runs.handler(events.stream(self.typed("Runs", f"run#{run_id:016d}")), _CONTEXT)

    def sweep(self) -> None:
        """Let the sweep come by."""
        sweep.handler(events.schedule(), _CONTEXT)

    # ── Straight to the tables, past the wire ──

    def item(self, table: str, entry: str) -> Item | None:
        """Read one item."""
        name = self.deployed.tables.physical[table]
        return self.engine.sync_get_item(name, {"tenant_id": self.tenant, "entry": entry}, consistent_read=True)

    def typed(self, table: str, entry: str) -> Item:
        """Read one item as a stream shows it: in DynamoDB's own typed form."""
        item = self.item(table, entry) or {}
        return {name: TypeSerializer().serialize(value) for name, value in item.items()}

    def items(self, table: str) -> list[Item]:
        """Read all that the tenant has in a table."""
        found = self.engine.sync_query(
            self.deployed.tables.physical[table],
            "tenant_id = :tenant_id",
            expression_attribute_values={":tenant_id": self.tenant},
            consistent_read=True,
        )
        return list(found)

    def date(self, table: str, entry: str, **hours: float) -> None:
        """Set attributes of an item to so many *hours* from now."""
        self.put(table, entry, **{name: millis(clock.now() + timedelta(hours=each)) for name, each in hours.items()})

    def put(self, table: str, entry: str, **values: object) -> None:
        """Set attributes of an item that is there."""
        self.engine.sync_update_item(
            self.deployed.tables.physical[table],
            {"tenant_id": self.tenant, "entry": entry},
            update_expression="SET " + ", ".join(f"#{name} = :{name}" for name in values),
            condition_expression="attribute_exists(tenant_id)",
            expression_attribute_names={f"#{name}": name for name in values},
            expression_attribute_values={f":{name}": value for name, value in values.items()},
        )

    def add(self, table: str, entry: str, **values: object) -> None:
        """Write an item."""
        item = {"tenant_id": self.tenant, "entry": entry, **values}
        self.engine.sync_put_item(self.deployed.tables.physical[table], item)

    def remove(self, table: str, entry: str, name: str) -> None:
        """Remove an attribute of an item."""
        self.engine.sync_update_item(
            self.deployed.tables.physical[table],
            {"tenant_id": self.tenant, "entry": entry},
            update_expression=f"REMOVE {name}",
        )

    def ask_to_cancel(self, run_id: int) -> None:
        """Have a cancel of a running run acknowledged, by somebody else and just now."""
        self.date("Runs", f"run#{run_id:016d}", cancel_requested=0)

    # ── The world goes on ──

    def go_on(self, afterwards: Afterwards) -> None:
        """Let minutes pass until no run is active, and as many more as show that nothing is left to do.

        Raises:
            AssertionError: If something is still active then.
        """
        self.examined, self.seconds_left = PlainTenant(), lambda: 90.0
        rounds = ROUNDS[afterwards]
        for minute in range(rounds):
            self._let_time_pass(past_the_deadline=afterwards is Afterwards.LOST and minute > 0)
            if afterwards is Afterwards.REDELIVERED:
                for run_id in self._waiting_to_be_sent():
                    self.work(run_id)
                    self.work(run_id)
            self.sweep()
            waits = afterwards is Afterwards.REDELIVERED and self.looks()
            if not self._active() and not self._consent_is_due() and not waits:
                return
        assert not self._active(), f"after {rounds} minutes: {self._active()}"

    def rest(self) -> None:
        """Let nothing of the tenant fall due any more while others are tried on the same tables.

        What was left under way falls due after a while, and a watch at a moment of the day that is its tenant's own.
        """
        for table in ("Sessions", "Runs"):
            for item in self.items(table):
                if "due_at" in item:
                    self.date(table, item["entry"], due_at=24)

    def kept(self) -> Kept:
        """Read all that the tenant has."""
        return Kept(*(self.items(table) for table in ("Sessions", "Runs", "Evidence", "Audit")))

    def check(self) -> None:
        """Check what must hold in any quiet tenant.

        Raises:
            AssertionError: If it does not, with all that is wrong.
        """
        kept = self.kept()
        runs = {run_id: run["status"] for (_, run_id), run in kept.run.items()}
        breaches = violations(kept)
        assert not breaches, breaches
        assert self.acknowledged <= runs.keys(), f"lost: {self.acknowledged - runs.keys()}"
        assert not any(status in {"queued", "running"} for status in runs.values()), runs
        assert not any(guard["active"] for guard in kept.guards.values()), kept.guards
        self._check_that_the_session_can_be_worked_with()

    def _check_that_the_session_can_be_worked_with(self) -> None:
        """No session is stuck: whoever may can take it over, end it, and begin the next."""
        before = self.call("create_session", user=2)
        assert before.status == 201, before
        taken = self.call("update_session", user=2, sessionId=before.body["id"], body={"takeover": True})
        assert (taken.status, taken.body["locked_by_user_id"]) == (200, 2), taken
        ended = self.call("update_session", user=2, sessionId=before.body["id"], body={"status": "abandoned"})
        assert ended.status == 200, ended
        after = self.call("create_session", user=3)
        assert (after.status, after.headers["session-resumed"]) == (201, "false"), after
        assert after.body["id"] != before.body["id"]

    def _let_time_pass(self, *, past_the_deadline: bool) -> None:
        """Date back whatever waits for its time: leases, delays, sendings, looks at a consent; at last deadlines."""
        for item in self.items("Runs"):
            if "due_at" not in item:
                continue
            aged: dict[str, float] = {
                name: -3.0 for name in ("due_at", "lease_until", "not_before", "outbox") if name in item
            }
            if past_the_deadline and "deadline" in item:
                aged["deadline"] = -2.0
            self.date("Runs", item["entry"], **aged)

    def _waiting_to_be_sent(self) -> list[int]:
        """What the stream has to say: everything that was saved with `outbox` and has not been claimed since."""
        return [item["run_id"] for item in self.items("Runs") if "outbox" in item]

    def _active(self) -> list[str]:
        return [item["entry"] for item in self.items("Runs") if item.get("status") in {"queued", "running"}]

    def _consent_is_due(self) -> bool:
        now = millis(clock.now())
        return any(item.get("due_at", now + 1) <= now for item in self.items("Runs"))

    def looks(self) -> list[str]:
        """Name the looks for a consent that are left for the sweep."""
        return [item["entry"] for item in self.items("Runs") if item["entry"].startswith("look#")]


def copies(pattern: Scene) -> Callable[[], Scene]:
    """Give a maker of tenants that stand as *pattern* stands now; quicker than to register each."""
    kept = {table: pattern.items(table) for table in ("Sessions", "Runs", "Audit")}

    def make() -> Scene:
        scene = Scene(pattern.deployed, pattern.wire, pattern.engine)
        for table, items in kept.items():
            name = pattern.deployed.tables.physical[table]
            pattern.engine.sync_batch_write(name, [{**item, "tenant_id": scene.tenant} for item in items])
        return scene

    return make
