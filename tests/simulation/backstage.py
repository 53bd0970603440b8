"""What runs without anybody waiting, in the simulated world: stream and dispatcher, queues, workers, the sweep."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any, cast

from onboarding.domain.catalogue import Kind
from onboarding.domain.connection import Connection
from onboarding.domain.deadline import Deadline
from onboarding.domain.finding import FindingStatus
from onboarding.domain.reasons import ReasonCode
from onboarding.domain.run import Executed, RunStatus
from onboarding.domain.tenant import Area
from onboarding.errors import Transient
from onboarding.flows.dispatch_runs import dispatch_runs
from onboarding.flows.execute_probe import execute_probe
from onboarding.flows.execute_sync import execute_sync
from onboarding.flows.sweep import Act, sweep_finding, sweep_look, sweep_run, sweep_session, sweep_watch
from onboarding.queues import Queues
from onboarding.sqs import Order
from onboarding.storage import keys
from onboarding.storage.runs import DueLook, DueRun, run_of
from onboarding.storage.sessions import DueWatch
from tests.simulation.expressions import Item, copied
from tests.simulation.store import Write
from tests.simulation.world import Crash, Process, Violation, World
from tests.tenant import PlainTenant, obstacle, pages

INVOCATION = 90_000
"""Milliseconds that a worker may take; the template's figure."""

MOST_RECEIVED = 5
"""How often a message is received before it lies with the dead letters; the template's figure."""

MOST_DISPATCHES = 11
"""How often a batch of the stream is tried; the template's figure, and the first try."""

type Told = Callable[[Process, Item, RunStatus | None], None]
"""Is told what a worker made of the run of an order."""


class Mood:
    """How the examined tenants are today; chosen anew now and then."""

    def __init__(self, world: World) -> None:
        """Begin in good health."""
        self._world = world
        self.kind = "healthy"

    def change(self) -> None:
        """Change the mood."""
        kinds = ("healthy", "healthy", "healthy", "propagating", "throttled", "throttled", "broken", "slow", "deadly")
        self.kind = self._world.chance.choice(kinds)


class SimulatedTenant(PlainTenant):
    """A tenant that takes its time, and has its moods."""

    def __init__(self, process: Process, mood: Mood) -> None:
        """Be examined by *process*."""
        inventory = {key: page for area in Area for key, page in pages(area, 2, 1).items()}
        super().__init__(inventory=inventory)
        self._process = process
        self._mood = mood
        if mood.kind == "propagating":
            self.roles = frozenset()

    def _unless_refused[T](self, question: str, answer: T) -> T:
        process, chance = self._process, self._process.world.chance
        process.world.step(process.name, "asked", str(question))
        process.wait(chance.randint(5, 400))
        if chance.random() < (0.7 if self._mood.kind == "deadly" else process.world.faults.crash):
            raise Crash
        if self._mood.kind == "slow":
            process.wait(chance.randint(1_000, 30_000))
        if self._mood.kind == "broken" and chance.random() < 0.3:
            process.bug_expected = True
            raise ZeroDivisionError("a bug in a task")
        if self._mood.kind == "throttled" and chance.random() < 0.3:
            again = process.now() + timedelta(seconds=chance.choice((1, 20, 90)))
            raise obstacle(ReasonCode.GRAPH_THROTTLED, FindingStatus.UNKNOWN, next_check_at=again)
        return answer


class Queue:
    """SQS as we must bear it: what is sent may be lost, doubled, late, and in any order."""

    def __init__(self, world: World, deliver: Callable[[str, Item, int], None]) -> None:
        """Deliver with *deliver*: the queue's name, the order, how often it was received before."""
        self._world = world
        self._deliver = deliver

    def send_message_batch(self, *, QueueUrl: str, Entries: list[Item]) -> Item:  # noqa: N803 - boto3's names
        """Take messages, as boto3's client does."""
        chance, faults = self._world.chance, self._world.faults
        failed = []
        for entry in Entries:
            self._world.step("stream", "sent", QueueUrl, entry["MessageBody"])
            if chance.random() < faults.message_not_taken:
                failed.append({"Id": entry["Id"]})
                continue
            copies = 2 if chance.random() < faults.doubled_message else 1
            for _ in range(copies):
                if chance.random() >= faults.dropped_message:
                    late = chance.choice((10, 50, 500, 3_000, 30_000)) if faults.dropped_message else 20
                    order = Order.model_validate_json(entry["MessageBody"]).model_dump()
                    self.put(QueueUrl, order, 0, entry["DelaySeconds"] * 1000 + chance.randint(1, late))
        return {"Failed": failed}

    def put(self, queue: str, order: Item, received: int, after: int) -> None:
        """Let a message be received after so many milliseconds."""
        self._world.later(after, partial(self._deliver, queue, order, received))


@dataclass
class Backstage:
    """The machinery around the table of runs."""

    world: World
    told: Told
    sweeping: Callable[[int], None] = lambda _tenant: None
    """Is told of every tenant whose session the sweep is about to look at."""
    watching: Callable[[int], None] = lambda _tenant: None
    """Is told of every tenant whose watch the sweep is about to look at."""
    mood: Mood = field(init=False)
    _stream: dict[int, list[Item]] = field(default_factory=dict)
    """By tenant, what was saved with `outbox` and not sent yet; each a shard of its own."""
    _numbers: int = 0

    def __post_init__(self) -> None:
        """Listen to the table of runs."""
        self.mood = Mood(self.world)
        self._queue = Queue(self.world, self._deliver)
        self._queues = Queues(cast("Any", self._queue), {Kind.PROBE: "probe", Kind.EXCLUSIVE: "sync"})
        self.world.watchers.append(self._on_commit)

    # ── Stream and dispatcher ────────────────────────────────────────────────────────────────────────────────────────

    def _on_commit(self, writes: list[Write], _process: Process | None) -> None:
        for write in writes:
            # A write that changes nothing makes no record, and the filter lets through what has `outbox`.
            if write.table == "Runs" and write.new and "outbox" in write.new and write.new != write.old:
                shard = self._stream.setdefault(write.key[0], [])
                shard.append(copied(write.new))
                if len(shard) == 1:
                    self._dispatch_soon(write.key[0], tried=0)

    def _dispatch_soon(self, shard: int, tried: int) -> None:
        process = self.world.process("dispatcher", f"dispatcher {self._number()}")
        work = partial(self._dispatch, shard=shard, batch=self.world.chance.randint(1, 4), tried=tried)
        self.world.start(process, work, after=self.world.chance.randint(50, 1_500))

    def _dispatch(self, process: Process, *, shard: int, batch: int, tried: int) -> None:
        images = self._stream[shard][:batch]
        done = 0
        try:
            self._may_die()
            lost = dispatch_runs([run_of(image) for image in images], queues=self._queues, now=process.now())
            done = min(lost, default=len(images))
            self._may_die()
        except Crash:
            done = 0
            self.world.step(process.name, "crashed")
        if done == 0 and tried + 1 >= MOST_DISPATCHES:
            done = 1  # given up; the sweep asks again
        del self._stream[shard][:done]
        if self._stream[shard]:
            self._dispatch_soon(shard, tried + 1 if done == 0 else 0)

    def _may_die(self) -> None:
        if self.world.chance.random() < self.world.faults.crash * 4:
            raise Crash

    # ── Workers ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def _deliver(self, queue: str, order: Item, received: int) -> None:
        number = self._number()
        process = self.world.process("worker", f"worker {number}", claim_id=f"claim {number}")
        self.world.step(process.name, "received", queue, order["run_id"])
        self.world.start(process, partial(self._work, queue=queue, order=order, received=received))

    def _work(self, process: Process, *, queue: str, order: Item, received: int) -> None:
        done = False
        try:
            executed = self._execute(process, queue, order)
            status = executed.status if executed else None
            self.told(process, order, status)
            self.world.step(process.name, "executed", str(status))
            done = True
        except Transient:
            self.world.step(process.name, "gave up for now")
        finally:
            # However it ended: what was not acknowledged is received again.
            if not done and received + 1 < MOST_RECEIVED:
                late = self.world.chance.choice((30_000, 540_000))
                self._queue.put(queue, order, received + 1, self.world.chance.randint(1_000, late))

    def _execute(self, process: Process, queue: str, order: Item) -> Executed | None:
        def report(what: str) -> None:
            if not process.bug_expected:
                raise Violation(f"{process.name} failed, and no bug was planned: {what}")

        def reach(_connection: Connection) -> SimulatedTenant:
            return SimulatedTenant(process, self.mood)

        more: dict[str, Any] = {
            "runs": process.runs,
            "tenants": process.tenants,
            "reach": reach,
            "claim_id": process.claim_id,
            "new_id": self.world.new_id,
            "lease": self.world.thresholds.lease,
            "clock": process.now,
            "report": report,
        }
        if queue == "probe":
            return execute_probe(order["tenant_id"], order["run_id"], **more)
        deadline = Deadline(lambda: (process.began + INVOCATION - self.world.milliseconds) / 1000)
        return execute_sync(order["tenant_id"], order["run_id"], deadline=deadline, **more)

    # ── The sweep ────────────────────────────────────────────────────────────────────────────────────────────────────

    def sweep_after(self, milliseconds: int, *, every: int | None = None) -> None:
        """Sweep after so many milliseconds; and then again and again, *every* so many, until nothing can go wrong."""

        def begin() -> None:
            if self.world.chance.random() >= self.world.faults.dropped_message / 3:
                # A schedule delivers at least once, so now and then two sweep side by side.
                for _ in range(2 if self.world.chance.random() < self.world.faults.doubled_message / 5 else 1):
                    process = self.world.process("sweep", f"sweep {self._number()}")
                    self.world.start(process, self._sweep)
            if every and self.world.faults.crash:
                self.sweep_after(every, every=every)

        self.world.later(milliseconds, begin)

    def _sweep(self, process: Process) -> None:
        now = process.now()
        for shard in range(keys.SHARDS):
            for act in self._due(process, shard, now):
                try:
                    done: Act = act()
                    self.world.step(process.name, f"swept: {done}")
                except Transient:
                    self.world.step(process.name, "gave up for now")

    def _due(self, process: Process, shard: int, now: datetime) -> Any:
        world, thresholds = self.world, self.world.thresholds
        more: dict[str, Any] = {"new_id": world.new_id, "now": now}
        try:
            for found in process.sessions.list_due(shard, now, limit=100):
                if isinstance(found, DueWatch):
                    self.watching(found.tenant_id)
                    yield partial(
                        sweep_watch,
                        found.tenant_id,
                        rounds=process.rounds,
                        boards=process.boards,
                        every=thresholds.watch_every,
                        deadlines=thresholds.deadlines,
                        **more,
                    )
                    continue
                self.sweeping(found.tenant_id)
                yield partial(
                    sweep_session,
                    found.tenant_id,
                    sessions=process.sessions,
                    boards=process.boards,
                    idle=thresholds.idle,
                    **more,
                )
            for due in process.runs.list_due(shard, now, limit=100):
                if isinstance(due, DueRun):
                    yield partial(sweep_run, due, runs=process.runs, resend_after=thresholds.resend_after, **more)
                    continue
                looks = {"looks": process.looks, "tenants": process.tenants, "deadlines": thresholds.deadlines, **more}
                if isinstance(due, DueLook):
                    yield partial(sweep_look, due, **looks)
                else:
                    yield partial(sweep_finding, due, boards=process.boards, **looks)
        except Transient:
            world.step(process.name, "gave up for now")

    def _number(self) -> int:
        self._numbers += 1
        return self._numbers
