"""The simulated world: a clock, a store, a stream, queues, a tenant to examine, and processes that may die anywhere.

The flows, the domain and the storage in it are the real ones. Every process runs in lockstep: it stops before each of
its calls to the store, the world decides when it goes on, and whatever else is due by then happens first. All chance
comes from one seed, so one seed is one history.
"""

import hashlib
import heapq
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple, cast

from pydynox.exceptions import (
    ConnectionException,
    ProvisionedThroughputExceededException,
    PydynoxException,
    TransactionCanceledException,
)

from onboarding import ids
from onboarding.domain.catalogue import Kind
from onboarding.storage.board import Boards
from onboarding.storage.consents import Consents
from onboarding.storage.dynamo import Dynamo
from onboarding.storage.looks import Looks
from onboarding.storage.rounds import Rounds
from onboarding.storage.runs import Runs
from onboarding.storage.sessions import Sessions
from onboarding.storage.tenants import Tenants
from tests.simulation.chance import seeded
from tests.simulation.expressions import Item
from tests.simulation.lockstep import Lockstep, Runner
from tests.simulation.store import Store, Write, schemas

BEGINNING = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
SKEW = 5_000
"""Milliseconds by which any process's clock may be wrong, either way."""

HARDER = {"person": 1, "dispatcher": 1, "sweep": 3, "worker": 4}
"""How much harder than an API call a process is tried."""

AT_ONCE = 40
"""Milliseconds within which two ids may turn out the same."""

TABLES = {"Sessions": "Sessions", "Runs": "Runs", "Evidence": "Evidence", "Audit": "Audit"}


class Crash(BaseException):
    """The process dies here and now: no code of ours gets to see it."""


class Violation(BaseException):
    """A promise was broken; no code of ours gets to see it."""


class Thresholds(NamedTuple):
    """What the template's parameters say; short, so that within a history all of it happens."""

    lock_length: timedelta
    idle: timedelta
    watch_every: timedelta
    lease: timedelta
    resend_after: timedelta
    run_budget: int
    deadlines: dict[Kind, timedelta]


@dataclass
class Faults:
    """How likely what goes wrong is, per call to the store or per message."""

    crash: float = 0.006
    overload: float = 0.01
    conflict: float = 0.01
    lost_reply: float = 0.02
    long_pause: float = 0.01
    short_pause: float = 0.06
    dropped_message: float = 0.3
    doubled_message: float = 0.5
    message_not_taken: float = 0.05
    same_id: float = 0.1
    stale_index: float = 0.1

    @classmethod
    def none(cls) -> "Faults":
        """Let nothing go wrong."""
        return cls(*(0.0 for _ in range(11)))


@dataclass
class Process:
    """Somebody at work in the world: an API call, a worker, a dispatcher, a sweep."""

    world: "World"
    role: str
    name: str
    skew: int
    user: int | None = None
    target: int | None = None
    """The member that a registration is about."""
    takes_over: bool = False
    claim_id: str | None = None
    bug_expected: bool = False
    began: int = 0
    """The world's milliseconds."""
    invoked: int = 0
    """The number of commits before it began."""
    looked_at_clock: int = 0
    """When it last asked for the time, by the world's own clock."""
    commits: list[Write] = field(default_factory=list)
    runner: Runner | None = None

    def __post_init__(self) -> None:
        """Open the stores."""
        tables, line = self.world.thresholds, cast("Any", Line(self))
        dynamo = Dynamo(
            line, pause=lambda _seconds: self.wait(self.world.chance.randint(1, 40)), seconds=self.world.seconds
        )
        self.sessions = Sessions(dynamo, table="Sessions", runs_table="Runs", audit_table="Audit", idle=tables.idle)
        self.tenants = Tenants(dynamo, table="Sessions", runs_table="Runs", audit_table="Audit", sessions=self.sessions)
        self.runs = Runs(
            dynamo,
            table="Runs",
            evidence_table="Evidence",
            resend_after=tables.resend_after,
            run_budget=tables.run_budget,
        )
        self.boards = Boards(dynamo, table="Runs")
        self.consents = Consents(
            dynamo,
            table="Sessions",
            runs_table="Runs",
            audit_table="Audit",
            runs=self.runs,
            sessions=self.sessions,
        )
        self.rounds = Rounds(dynamo, table="Sessions", audit_table="Audit", runs=self.runs)
        self.looks = Looks(dynamo, table="Runs", runs=self.runs, sessions=self.sessions)

    def now(self) -> datetime:
        """Tell the time as this process sees it."""
        self.looked_at_clock = self.world.milliseconds
        return BEGINNING + timedelta(milliseconds=self.world.milliseconds + self.skew)

    def wait(self, milliseconds: int) -> None:
        """Let the world go on for so long."""
        self.world.wait(self, milliseconds)

    def linger(self) -> None:
        """Take a moment: mostly a short one, now and then one that outlasts a lease."""
        chance, faults = self.world.chance, self.world.faults
        luck, long_pause = chance.random(), faults.long_pause * HARDER[self.role]
        if luck < long_pause:
            lease = self.world.thresholds.lease // timedelta(milliseconds=1)
            self.wait(chance.randint(lease // 2, lease * 3))
        elif luck < long_pause + faults.short_pause:
            self.wait(chance.randint(100, 5_000))
        else:
            self.wait(chance.randint(1, 30))


class Line:
    """A process's line to the store: all that can happen to a call on its way there and back happens here."""

    def __init__(self, process: Process) -> None:
        """Be the line of *process*."""
        self._process = process

    def sync_get_item(self, table: str, key: Item, **how: Any) -> Any:
        return self._ask("get", lambda store: store.sync_get_item(table, key, **how))

    def sync_batch_get(self, table: str, keys: Sequence[Item], **how: Any) -> Any:
        return self._ask("batch_get", lambda store: store.sync_batch_get(table, keys, **how))

    def sync_query_page(self, table: str, condition: str, **how: Any) -> Any:
        def ask(store: Store) -> Any:
            items, last_key, _ = store.sync_query_page(table, condition, **how)
            if how.get("index_name") == "due" and items:
                items = self._process.world.as_the_index_shows(table, items)
            return items, last_key, None

        return self._ask("query", ask)

    def sync_put_item(self, table: str, item: Item, **how: Any) -> Any:
        return self._ask("put", lambda store: store.sync_put_item(table, item, **how))

    def sync_update_item(self, table: str, key: Item, **how: Any) -> Any:
        return self._ask("update", lambda store: store.sync_update_item(table, key, **how))

    def sync_delete_item(self, table: str, key: Item, **how: Any) -> Any:
        return self._ask("delete", lambda store: store.sync_delete_item(table, key, **how))

    def sync_transact_write(self, operations: Sequence[Item], **how: Any) -> Any:
        return self._ask("transact", lambda store: store.sync_transact_write(operations, **how))

    def _ask(self, what: str, ask: Callable[[Store], Any]) -> Any:
        process, world = self._process, self._process.world
        process.linger()
        chance, faults = world.chance, world.faults
        luck, crash = chance.random() if faults.crash else 1.0, faults.crash * HARDER[process.role]
        if luck < crash:
            raise Crash
        luck -= crash
        if luck < faults.overload:
            raise ProvisionedThroughputExceededException("Throughput exceeds the current capacity of your table")
        luck -= faults.overload
        if luck < faults.conflict and what not in {"get", "batch_get", "query"}:
            raise _conflict(what)
        luck -= faults.conflict
        try:
            answer = ask(world.store)
        except PydynoxException as refusal:
            world.step(process.name, what, type(refusal).__name__)
            raise
        world.step(process.name, what)
        if luck < faults.lost_reply:
            process.wait(chance.choice((1, 20, 500, 2_500)))  # nobody hears at once that nothing comes
            raise ConnectionException("connection reset before the answer was read")
        luck -= faults.lost_reply
        if luck < crash:
            raise Crash
        return answer


def _conflict(what: str) -> PydynoxException:
    if what == "transact":
        return TransactionCanceledException(
            "Transaction cancelled, please refer cancellation reasons for specific reasons [TransactionConflict, None]"
        )
    return PydynoxException("TransactionConflictException: Transaction is ongoing for the item")


class World:
    """All there is, and the order in which it happens."""

    def __init__(self, seed: int, thresholds: Thresholds) -> None:
        """Begin the history of *seed*, with nothing in it yet."""
        self.seed = seed
        self.thresholds = thresholds
        self.chance = seeded("world", seed)
        self.faults = Faults()
        self.milliseconds = 0
        self.commits = 0
        self.steps = 0
        self.acts: Counter[str] = Counter()
        """How often what happened."""
        self.store = Store(schemas(**TABLES), seconds=self.seconds)
        self.store.committed = self._committed
        self.watchers: list[Callable[[list[Write], Process | None], None]] = []
        """Are told of every commit, and of the process that made it."""
        self.current: Process | None = None
        self._due: list[tuple[int, int, Process | None, Callable[[], None] | None]] = []
        self._numbers = 0
        self._trace = hashlib.blake2b(digest_size=16)
        self._threads = Lockstep()
        self._last_id, self._last_id_at = 0, -AT_ONCE - 1
        self._seen_in_index: dict[str, list[Item]] = {}

    # ── Time ─────────────────────────────────────────────────────────────────────────────────────────────────────────

    def seconds(self) -> float:
        """Count the seconds since the beginning."""
        return self.milliseconds / 1000

    @property
    def instant(self) -> int:
        """The true time, as it is kept: milliseconds since 1970."""
        return round(BEGINNING.timestamp() * 1000) + self.milliseconds

    def later(self, milliseconds: int, act: Callable[[], None]) -> None:
        """Do *act* after so many *milliseconds*."""
        self._numbers += 1
        heapq.heappush(self._due, (self.milliseconds + milliseconds, self._numbers, None, act))

    def start(self, process: Process, work: Callable[[Process], None], after: int = 0) -> None:
        """Let *process* do *work* after so many milliseconds."""

        def begin() -> None:
            process.began, process.invoked = self.milliseconds, self.commits

            def guarded() -> None:
                try:
                    work(process)
                except Crash:
                    self.step(process.name, "crashed")

            process.runner = self._threads.runner(guarded)
            self._resume(process)

        self.later(after, begin)

    def wait(self, process: Process, milliseconds: int) -> None:
        """Let *process* wait; whatever is due meanwhile happens."""
        until = self.milliseconds + milliseconds
        if not self._due or self._due[0][0] > until:
            self.milliseconds = until
            return
        self._numbers += 1
        heapq.heappush(self._due, (until, self._numbers, process, None))
        assert process.runner
        process.runner.pause()

    def go_on(self, until: Callable[[], bool]) -> bool:
        """Let the world go on until *until* says so. Tell whether it did: False is a world in which nothing is due."""
        while not until():
            if not self._due:
                return False
            self.milliseconds, _, process, act = heapq.heappop(self._due)
            if process:
                self._resume(process)
            elif act:
                act()
        return True

    def leap(self, milliseconds: int) -> None:
        """Let time pass in which nothing is due."""
        assert not self._due
        self.milliseconds += max(milliseconds, 0)

    def _resume(self, process: Process) -> None:
        assert process.runner
        self.current = process
        try:
            self._threads.resume(process.runner)
        finally:
            self.current = None

    def close(self) -> None:
        """End what is under way."""
        self._threads.close()

    # ── What is written down ─────────────────────────────────────────────────────────────────────────────────────────

    def step(self, *what: object) -> None:
        """Count a step, and write it down."""
        self.steps += 1
        self.acts[str(what[1]) if len(what) > 1 else str(what[0])] += 1
        self._trace.update(repr((self.milliseconds, *what)).encode())

    @property
    def trace(self) -> str:
        """A digest of all that happened."""
        return self._trace.hexdigest()

    def _committed(self, writes: list[Write]) -> None:
        self.commits += 1
        for write in writes:
            new = write.new and {name: value for name, value in write.new.items() if name != "write_id"}
            self._trace.update(repr((write.table, write.key, new)).encode())
        if self.current:
            self.current.commits += writes
        for watch in self.watchers:
            watch(writes, self.current)

    # ── Chance that the code under test is handed ────────────────────────────────────────────────────────────────────

    def process(self, role: str, name: str, **about: Any) -> Process:
        """Make a process whose clock is wrong."""
        skew = self.chance.randint(-SKEW, SKEW) if self.faults.crash else 0
        return Process(self, role, name, skew, **about)

    def new_id(self) -> int:
        """Make an id as the edges do; now and then one that somebody else made at the same moment."""
        if self.milliseconds - self._last_id_at <= AT_ONCE and self.chance.random() < self.faults.same_id:
            return self._last_id
        self._last_id, self._last_id_at = (
            (self.instant - ids.EPOCH) << 12 | self.chance.getrandbits(12),
            self.milliseconds,
        )
        return self._last_id

    def as_the_index_shows(self, table: str, items: list[Item]) -> list[Item]:
        """Show an index late: without some of what is new, and with some of what is gone."""
        shard, seen = items[0]["due_shard"], self._seen_in_index.setdefault(table, [])
        shown = items
        if self.chance.random() < self.faults.stale_index:
            shown = [item for item in items if self.chance.random() < 0.5]
            shown += [item for item in seen if item["due_shard"] == shard and item not in shown][:3]
        self._seen_in_index[table] = [*items[:3], *seen][:12]
        return shown
