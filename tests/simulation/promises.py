"""What must hold of the simulated world: after every commit, of every answer, and once the world has come to rest.

Nothing here asks the code under test what is right. The promises are those of the semantics, said again in terms of
items, processes and the world's own time; a clock that is wrong by `SKEW` excuses no more than that.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, NamedTuple

from onboarding.domain.catalogue import Kind, Task
from onboarding.domain.run import MAX_ATTEMPTS, Run, RunStatus, Started
from onboarding.domain.session import Session
from onboarding.errors import Refusal, Transient
from onboarding.flows.create_session import Opened
from onboarding.flows.record_consent import Outcome
from onboarding.storage.sessions import session_of
from tests.simulation.expressions import Item
from tests.simulation.people import ADMIN, Answer, Call
from tests.simulation.store import Key, Write
from tests.simulation.world import SKEW, Process, Violation, World

ACTIVE = {"queued", "running"}
_OF_NO_VERSION = {"locked_until", "due_at", "due_shard", "write_id"}
"""Attributes of an open session whose change is nothing that others must know of."""

_KEY_LIFE = 24 * 3_600_000
_PERIOD = 600_000
"""Milliseconds for which a count of the run budget holds."""


class Coincidence(BaseException):
    """A session was created under the id of one that was made in the same moment and has been closed since.

    Two calls of one tenant drew the same twelve bits in the same millisecond, and one of them was held up until the
    other's session was closed: the history is given up, for the ids here meet a thousand times as often as in truth.
    """


class Span(NamedTuple):
    """Since which commit something was so, and until which it was; None is until now."""

    since: int
    until: int | None


class Seen(NamedTuple):
    """What the open session of a tenant was, from a commit on."""

    since: int
    item: Item | None


@dataclass
class Promises:
    """Watches a world, and knows what it may never do."""

    world: World
    active: dict[int, dict[int, Item]] = field(default_factory=lambda: defaultdict(dict))
    """By tenant, the runs that are queued or running."""
    spans: dict[Key, Span] = field(default_factory=dict)
    """When each run was active."""
    open: dict[int, list[Seen]] = field(default_factory=lambda: defaultdict(list))
    evidence: Counter[tuple[int, int]] = field(default_factory=Counter)
    """How many pieces each run left."""
    newest: dict[tuple[int, str], int] = field(default_factory=dict)
    """The evidence that was recorded last, by tenant and task."""
    pinned: dict[int, list[tuple[int, str, int]]] = field(default_factory=lambda: defaultdict(list))
    """By tenant, what was pinned to the board: commit, task, evidence."""
    acknowledged: set[tuple[int, int]] = field(default_factory=set)
    answers: dict[tuple[int, int, str], tuple[Started, int]] = field(default_factory=dict)
    """What a key was answered first, and when."""
    counted: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    """By tenant, when each run was started that counts towards the run budget."""
    claims: set[str] = field(default_factory=set)
    overdue_for_no_reason: set[tuple[int, int]] = field(default_factory=set)
    """Runs that have time and attempts enough to come to an end of their own, once nothing goes wrong any more."""

    def __post_init__(self) -> None:
        """Watch."""
        self.world.watchers.insert(0, self.watch)

    # ── After every commit ───────────────────────────────────────────────────────────────────────────────────────────

    def watch(self, writes: list[Write], process: Process | None) -> None:
        """Judge a commit.

        Raises:
            Violation: If it may not be.
        """
        for write in writes:
            match write.table, str(write.key[1]):
                case "Evidence", _:
                    self._evidence_put(write, writes)
                case "Runs", entry if entry.startswith("run#"):
                    self._run_written(write, writes, process)
                case "Runs", entry if entry.startswith("board#finding#"):
                    self._finding_written(write, writes)
                case "Runs", entry if entry.startswith("key#"):
                    held = write.old is None or write.old["ends_at"] <= self.world.instant + SKEW
                    _demand(held, f"the answer to a key was replaced: {write}")
                case "Sessions", entry:
                    self._entry_of_sessions_written(entry, write, writes, process)
                case "Audit", _:
                    _demand(write.old is None and write.new, f"the past was changed: {write}")
            self._consent_or_look_written(write, writes, process)
            self._count_written(write, writes, process)
        for tenant in {write.key[0] for write in writes if write.table == "Runs"}:
            self.judge_guard(tenant)
        for tenant in {write.key[0] for write in writes if write.table == "Sessions"}:
            self.judge_mark(tenant)

    def judge_guard(self, tenant: int) -> None:
        """Judge invariant G: the guard names a run exactly while it is queued or running; and who may run at once."""
        guard = self.world.store.item("Runs", tenant, "board#guard")
        if guard is None:
            return
        named = {active["run_id"]: Task(task) for task, active in guard["active"].items()}
        runs = {run_id: Task(item["task_type"]) for run_id, item in self.active[tenant].items()}
        _demand(named == runs, f"the guard names {named}, and active are {runs}")
        exclusive = [run_id for run_id, task in runs.items() if task.spec.kind is Kind.EXCLUSIVE]
        _demand(not exclusive or len(runs) == 1, f"an exclusive run beside others: {runs}")
        _demand(guard.get("exclusive_run") == (exclusive[0] if exclusive else None), f"exclusive_run of {guard}")

    def judge_mark(self, tenant: int) -> None:
        """Judge that a tenant is marked as drifted exactly while its watch knows something to be worse."""
        marked = "drifted_at" in (self.world.store.item("Sessions", tenant, "tenant") or {})
        worse = (self.world.store.item("Sessions", tenant, "watch") or {}).get("worse", {})
        _demand(marked == bool(worse), f"marked: {marked}, and worse is {worse}")

    # ── Runs ─────────────────────────────────────────────────────────────────────────────────────────────────────────

    def _run_written(self, write: Write, writes: list[Write], process: Process | None) -> None:
        old, new, world = write.old, write.new, self.world
        _demand(new is not None, f"a run is gone: {old}")
        assert new is not None
        tenant, run_id = new["tenant_id"], new["run_id"]
        was, now = old and old["status"], new["status"]
        if now in ACTIVE:
            self.active[tenant][run_id] = new
            _demand(new.get("due_shard") == tenant % 4 and "due_at" in new, f"nobody will ever look at {new}")
            _demand(("outbox" in new) == (now == "queued"), f"sending is asked for exactly of queued runs: {new}")
        else:
            self.active[tenant].pop(run_id, None)
        if old is None:
            _demand(now == "queued" and new["attempts"] == 0, f"a run begins as {new}")
            named = "started_by_user_id" in new or new["connection_id"] == self._in_use(tenant, self._open(tenant))
            named = named or _is_of_a_round(new, writes)
            _demand(named, f"begun in nobody's name, over a connection that is not in use: {new}")
            self.spans[write.key] = Span(world.commits, None)
            return
        _demand(was in ACTIVE, f"a run that has ended was written: {old} → {new}")
        _demand("cancel_requested" not in old or "cancel_requested" in new, f"a cancel was forgotten: {new}")
        _demand(new["attempts"] <= MAX_ATTEMPTS, f"claimed too often: {new}")
        if now not in ACTIVE:
            self.spans[write.key] = self.spans[write.key]._replace(until=world.commits)
            self._run_ended(old, new, writes, process)
        elif now == "running" and old.get("claim_id") != new["claim_id"]:
            self._run_claimed(old, new, process)
        elif now == "queued":
            self._run_queued_again(old, new, process)
        else:
            asked = {*new} - {*old} == {"cancel_requested"} and all(new[name] == old[name] for name in old)
            mine = process is not None and process.claim_id == old["claim_id"]
            _demand(was == "running" and (mine or asked or new == old), f"a zombie wrote: {old} → {new} by {process}")

    def _run_claimed(self, old: Item, new: Item, process: Process | None) -> None:
        assert process
        at = process_time(process)
        _demand(new["claim_id"] not in self.claims and new["claim_id"] == process.claim_id, f"an old claim: {new}")
        self.claims.add(new["claim_id"])
        _demand(new["attempts"] == old["attempts"] + 1, f"attempts were not counted: {old} → {new}")
        _demand(old["deadline"] > at - SKEW, f"claimed after its deadline: {old} at {at}")
        if old["status"] == "queued":
            _demand(old.get("not_before", 0) <= at + SKEW, f"claimed before its time: {old} at {at}")
        else:
            _demand(old["lease_until"] < at + SKEW, f"claimed under a lease: {old} at {at}")
            _demand(old["attempts"] < MAX_ATTEMPTS, f"claimed too often: {old}")

    def _run_queued_again(self, old: Item, new: Item, process: Process | None) -> None:
        assert process
        _demand(new["outbox"] != old.get("outbox") or new["sendings"] != old["sendings"], f"sent by no record: {new}")
        if process.role == "worker":
            mine = old["status"] == "running" and old["claim_id"] == process.claim_id
            _demand(mine, f"a zombie put a run back: {old}")
            _demand("cancel_requested" not in old, f"put back though cancelled: {old}")
            _demand(new["attempts"] == 0, f"attempts go on after a put back: {new}")
        elif old["status"] == "running":
            at = process_time(process)
            _demand(
                process.role == "sweep" and old["lease_until"] <= at + SKEW, f"revived under a lease: {old} at {at}"
            )
            _demand(old["attempts"] == new["attempts"] < MAX_ATTEMPTS, f"revived too often: {old}")
        else:
            _demand(process.role == "sweep", f"sent again by {process}")

    def _run_ended(self, old: Item, new: Item, writes: list[Write], process: Process | None) -> None:
        assert process
        at, status = process_time(process), new["status"]
        put = [write for write in writes if write.table == "Evidence"]
        cancelled = status == "cancelled"
        pieces = self.evidence[new["tenant_id"], new["run_id"]] + len(put)
        _demand(pieces == (0 if cancelled else 1), f"{status} with {pieces} pieces of evidence: {new}")
        _demand(cancelled or "cancel_requested" not in old, f"a cancel was overruled: {old} → {new}")
        _demand("due_at" not in new and "outbox" not in new, f"ended, and still due: {new}")
        mine = old["status"] == "running" and old["claim_id"] == process.claim_id
        match process.role:
            case "worker":
                _demand(mine, f"a zombie ended a run: {old} → {new}")
                _demand(not cancelled or "cancel_requested" in old, f"cancelled by nobody: {old}")
            case "sweep":
                late = old["deadline"] <= at + SKEW
                lapsed = old["status"] == "running" and old["lease_until"] <= at + SKEW
                worn_out = "cancel_requested" in old or old["attempts"] >= MAX_ATTEMPTS
                _demand(status in {"timed_out", "cancelled"}, f"the sweep found {new}")
                _demand(late or (lapsed and worn_out), f"ended by the sweep too early: {old} at {at}")
            case _:
                _demand(cancelled and old["status"] == "queued", f"ended by {process}: {old} → {new}")
        if (new["tenant_id"], new["run_id"]) in self.overdue_for_no_reason:
            _demand(status != "timed_out", f"given up though there was time: {old}")

    def _evidence_put(self, write: Write, writes: list[Write]) -> None:
        new = write.new
        _demand(write.old is None and new is not None, f"evidence was changed: {write}")
        assert new is not None
        self.evidence[new["tenant_id"], new["run_id"]] += 1
        self.newest[new["tenant_id"], new["task_type"]] = new["evidence_id"]
        ended = [each.new for each in writes if each.new and str(each.key[1]).startswith("run#")]
        _demand(
            [run["run_id"] for run in ended if run["status"] not in {*ACTIVE, "cancelled"}] == [new["run_id"]],
            f"evidence of no run that ended: {new}",
        )

    def _finding_written(self, write: Write, writes: list[Write]) -> None:
        old, new = write.old or {}, write.new
        _demand(new is not None, f"a finding is gone: {write}")
        assert new is not None
        dates = {"due_at", "due_shard", "recheck_at"}
        if {k: v for k, v in old.items() if k not in dates} == {k: v for k, v in new.items() if k not in dates}:
            return
        put = [each.new for each in writes if each.table == "Evidence" and each.new]
        _demand(
            [(each["evidence_id"], each["run_id"], each["status"]) for each in put]
            == [(new["evidence_id"], new["run_id"], new["status"])],
            f"a finding without its evidence: {new}",
        )
        self.pinned[new["tenant_id"]].append((self.world.commits, new["task_type"], new["evidence_id"]))

    # ── The run budget ───────────────────────────────────────────────────────────────────────────────────────────────

    def _count_written(self, write: Write, writes: list[Write], process: Process | None) -> None:
        """Judge that each run is counted once, but for the sweep's; and that counts begin ten minutes apart."""
        if (write.table, write.key[1]) != ("Runs", "board#guard") or not (write.old and write.new):
            return
        old, new, budget = write.old, write.new, self.world.thresholds.run_budget
        begun = [each for each in writes if str(each.key[1]).startswith("run#") and each.old is None]
        if not begun or (process and process.role == "sweep"):
            same = [(each.get("starts"), each.get("counted_since")) for each in (old, new)]
            _demand(same[0] == same[1], f"counted, though nobody asked for it: {old} → {new}")
            return
        self.counted[write.key[0]].append(self.world.instant)
        if new["starts"] > 1 or "starts" not in old:
            held = new["starts"] == old.get("starts", 0) + 1 <= budget
            held = held and old.get("counted_since", new["counted_since"]) == new["counted_since"]
        else:
            held = old["starts"] >= budget and new["counted_since"] >= old["counted_since"] + _PERIOD
        _demand(held, f"not counted as it should be: {old} → {new}")

    # ── Consents ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def _consent_or_look_written(self, write: Write, writes: list[Write], process: Process | None) -> None:
        match write.table, str(write.key[1]).partition("#")[0]:
            case "Sessions", "connection":
                self._connection_written(write, writes)
            case "Runs", "look":
                self._look_written(write, writes, process)

    def _connection_written(self, write: Write, writes: list[Write]) -> None:
        """Judge that a consent is recorded together with who looks for it, if its connection is in use."""
        tenant, connection_id = write.key[0], int(write.key[1].removeprefix("connection#"))
        if not (write.old and write.new and write.old.get("consented_at") != write.new.get("consented_at")):
            return
        runs = [each.new for each in writes if each.new and str(each.key[1]).startswith("run#")]
        looks = [each.key for each in writes if each.new and str(each.key[1]).startswith("look#")]
        in_use = self._in_use(tenant, self._open(tenant)) == connection_id
        _demand("consent_recorded" in _told(writes), f"nobody will know of the consent: {writes}")
        _demand(len(runs) + len(looks) == in_use, f"a consent of {write.key}, in use: {in_use}; {runs}, {looks}")

    def _look_written(self, write: Write, writes: list[Write], process: Process | None) -> None:
        """Judge that a look that is gone became a run, or that its connection was not in use at that time."""
        assert process
        tenant, connection_id = write.key[0], int(write.key[1].removeprefix("look#"))
        if write.new:
            _demand(write.new["due_shard"] == tenant % 4 and "due_at" in write.new, f"nobody will look: {write.new}")
            return
        runs = [each.new for each in writes if each.new and str(each.key[1]).startswith("run#")]
        if [run["connection_id"] for run in runs] == [connection_id]:
            return
        seen = [each.item for each in self._seen(tenant, process.invoked)]
        waited_for = all(self._in_use(tenant, item) == connection_id for item in seen)
        _demand(not runs and not waited_for, f"a look was dropped that is waited for: {write}, {seen}, {runs}")

    def _open(self, tenant: int) -> Item | None:
        return self.world.store.item("Sessions", tenant, "open")

    def _in_use(self, tenant: int, session: Item | None) -> int | None:
        """Name the connection in use: the open session's, else the tenant's only one."""
        registered = self.world.store.item("Sessions", tenant, "tenant") or {}
        only = list(registered.get("connection_ids", ()))
        return (session or {}).get("provider_connection_id") or (only[0] if len(only) == 1 else None)

    # ── Watches ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def _watch_written(self, write: Write, writes: list[Write], process: Process | None) -> None:
        """Judge what becomes of a watch: who leaves it, when a round begins and ends, and what is told of it."""
        old, new, tenant = write.old or {}, write.new, write.key[0]
        assert process
        _demand(new is not None and new["due_shard"] == tenant % 4 and "due_at" in new, f"a watch is gone: {write}")
        assert new is not None
        if old.get("session_id") != new["session_id"]:
            closed = [each.new for each in writes if each.new and str(each.key[1]).startswith("closed#")]
            held = [(each["session_id"], each["status"]) for each in closed] == [(new["session_id"], "completed")]
            _demand(held and not {"run_ids", "worse"} & new.keys(), f"held to what nobody completed: {new}")
            return
        at = process_time(process)
        _demand(process.role == "sweep" and old["due_at"] <= at + SKEW, f"moved on before its time: {old} at {at}")
        _demand(old["due_at"] < new["due_at"], f"moved on, and due before: {old} → {new}")
        was, now = old.get("run_ids", {}), new.get("run_ids", {})
        begun = {each.new["run_id"] for each in writes if each.new and str(each.key[1]).startswith("run#")}
        people = self._open(tenant)
        if now != was and now:
            _demand(not was and begun == set(now.values()), f"a round over another: {old} → {new}")
            _demand(people is None, f"a round begun under {people}")
            return
        _demand(not begun, f"runs of no round: {writes}")
        if was and not now and people is None:
            _demand(not set(was.values()) & self.active[tenant].keys(), f"settled before it had ended: {old}")
        if old.get("worse", {}) != new.get("worse", {}):
            _demand(people is None, f"judged under {people}: {old} → {new}")
        self._told_of_a_verdict(old.get("worse", {}), new.get("worse", {}), writes)

    def _told_of_a_verdict(self, was: Item, now: Item, writes: list[Write]) -> None:
        told = Counter(_told(writes))
        came = [task for task in now if task not in was]
        changed = [task for task in now if now[task] != was.get(task)]
        _demand(len(came) <= told["finding_got_worse"] <= len(changed), f"told {told} of {was} → {now}")
        _demand(told["tenant_recovered"] == (bool(was) and not now), f"told {told} of {was} → {now}")

    # ── Sessions ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def _entry_of_sessions_written(
        self, entry: str, write: Write, writes: list[Write], process: Process | None
    ) -> None:
        match entry.partition("#")[0]:
            case "open":
                self._session_written(write, writes, process)
            case "watch":
                self._watch_written(write, writes, process)
            case "member":
                self._member_written(write, writes)
            case "closed":
                _demand(write.old is None and write.new, f"the past was changed: {write}")

    def _session_written(self, write: Write, writes: list[Write], process: Process | None) -> None:
        old, new, tenant = write.old, write.new, write.key[0]
        assert process
        self.open[tenant].append(Seen(self.world.commits, new))
        if old is None:
            assert new is not None
            known = [seen.item["session_id"] for seen in self.open[tenant][:-1] if seen.item]
            if new["session_id"] in known:
                raise Coincidence
            _demand(new["version"] == 1, f"a session begins as {new}")
            _demand(_told(writes) == ["session_opened"], f"nobody will know who opened it: {writes}")
            return
        if new is None:
            closed = [each.new for each in writes if each.new and str(each.key[1]).startswith("closed#")]
            _demand([each["session_id"] for each in closed] == [old["session_id"]], f"lost without a trace: {old}")
            _demand(f"session_{closed[0]['status']}" in _told(writes), f"nobody will know who ended it: {writes}")
            watched = any(each.new for each in writes if each.key[1] == "watch")
            _demand(watched == (closed[0]["status"] == "completed"), f"watched: {watched}, of {closed}")
            if process.role == "sweep":
                self._abandoned_by_the_sweep(old)
        else:
            changed = {k for k in {*old, *new} - _OF_NO_VERSION if old.get(k) != new.get(k)}
            _demand("session_id" not in changed, f"another session in its place: {old} → {new}")
            _demand(new["version"] == old["version"] + bool(changed), f"versions: {old} → {new}")
            if not changed and old.get("locked_until") == new.get("locked_until"):
                return
            noted = bool(changed & {"note", "waiting_until"})
            _demand(noted == ("session_noted" in _told(writes)), f"nobody will know who noted this: {writes}")
            self._rests_on_what_is_so(changed, new, process)
        self._lock_respected(old, new, writes, process)

    def _member_written(self, write: Write, writes: list[Write]) -> None:
        was, given = (each and each["role"] for each in (write.old, write.new))
        act = "member_registered" if given else "member_removed"
        _demand(was == given or act in _told(writes), f"nobody will know who did this: {writes}")
        if write.new and write.new["role"] != "readonly":
            return
        user, session = (
            int(write.key[1].removeprefix("member#")),
            self.world.store.item("Sessions", write.key[0], "open"),
        )
        named = session and {session.get("locked_by_user_id"), session.get("assigned_to_user_id")}
        _demand(not named or user not in named, f"{user} may not have any more what {session} says")

    def _rests_on_what_is_so(self, changed: set[str], new: Item, process: Process) -> None:
        tenant, assignee = new["tenant_id"], new.get("assigned_to_user_id")
        if "provider_connection_id" in changed:
            guard = self.world.store.item("Runs", tenant, "board#guard") or {}
            _demand(not guard["active"], f"another connection under what is active: {new}, {guard}")
        if "assigned_to_user_id" in changed and assignee not in {None, process.user}:
            member = self.world.store.item("Sessions", tenant, f"member#{assignee:016d}")
            _demand(member and member["role"] != "readonly", f"assigned to {member}: {new}")

    def _lock_respected(self, old: Item, new: Item | None, writes: list[Write], process: Process) -> None:
        holder = old.get("locked_by_user_id")
        if holder in {None, process.user} or old["locked_until"] <= self.world.instant + SKEW:
            return
        if process.user == ADMIN:
            kept = new is not None and new.get("locked_by_user_id") == holder
            _demand(process.target == holder or kept, f"a member's leaving took another's lock: {old} → {new}")
            return
        _demand(process.takes_over, f"written under the lock of {holder}: {old} → {new} by {process.name}")
        _demand("session_taken_over" in _told(writes), f"nobody will know who took it over: {writes}")

    def _abandoned_by_the_sweep(self, old: Item) -> None:
        now, idle = self.world.instant, millis_of(self.world.thresholds.idle)
        guard = self.world.store.item("Runs", old["tenant_id"], "board#guard") or {}
        _demand(old.get("locked_until", 0) <= now + SKEW, f"a live user's session was abandoned: {old} at {now}")
        _demand(not guard["active"], f"abandoned while something was active: {guard}")
        lively = max(old["updated_at"], guard.get("newest_run_at", 0))
        _demand(lively + idle <= now + 2 * SKEW, f"abandoned though it was not idle: {old}, {guard} at {now}")

    # ── Of every answer ──────────────────────────────────────────────────────────────────────────────────────────────

    def judge(self, process: Process, call: Call, answer: Answer) -> None:
        """Judge what somebody was answered.

        Raises:
            Violation: If it is not so, or not all of it.
        """
        match answer:
            case Transient():
                return
            case Refusal():
                _demand(not process.commits, f"{process.name} was refused ({answer.code}), and wrote {process.commits}")
                self._refused(process, call, answer)
            case Started():
                self._started(process, call, answer)
            case Opened(session=session):
                self._session_shown(process, call.tenant, session)
            case Session():
                self._session_shown(process, call.tenant, answer)
            case Run():
                item = self.world.store.item("Runs", call.tenant, f"run#{answer.id:016d}")
                asked = item is not None and ("cancel_requested" in item or item["status"] not in ACTIVE)
                _demand(asked, f"{process.name}: nothing was cancelled: {item}")
            case Outcome():
                recorded = any(str(write.key[1]).startswith("consent#") for write in process.commits)
                _demand(recorded == (answer is Outcome.RECORDED), f"{process.name}: {answer}, and {process.commits}")

    def _started(self, process: Process, call: Call, answer: Started) -> None:
        key = (call.tenant, answer.run_id)
        item = self.world.store.item("Runs", call.tenant, f"run#{answer.run_id:016d}")
        _demand(item is not None and item["task_type"] == answer.task == call.about["task"], f"{process.name}: {item}")
        self.acknowledged.add(key)
        mine = {write.key for write in process.commits if str(write.key[1]).startswith("run#")}
        own = (call.tenant, f"run#{answer.run_id:016d}")
        if not answer.replayed:
            _demand(mine == (set() if answer.reused else {own}), f"{process.name}: {answer}, and started {mine}")
        else:
            _demand(mine <= {own}, f"{process.name}: {answer}, and started {mine}")
        if answer.reused and not answer.replayed:
            _demand(self._was_active(own, process.invoked), f"{process.name}: reused what was not active: {answer}")
        if call.about["key"]:
            place = (call.tenant, call.user, call.about["key"])
            first, at = self.answers.setdefault(place, (answer, self.world.milliseconds))
            same = (first.run_id, first.task, first.reused) == (answer.run_id, answer.task, answer.reused)
            expired = self.world.milliseconds - at >= _KEY_LIFE - 2 * SKEW
            _demand(same or expired, f"{process.name}: the key was answered {first} before, and now {answer}")
            if not same:
                self.answers[place] = (answer, self.world.milliseconds)

    def _refused(self, process: Process, call: Call, refusal: Refusal) -> None:
        match refusal.code:
            case "run_blocked":
                blocking = (call.tenant, f"run#{refusal.fields['blocking_run_id']:016d}")
                _demand(self._was_active(blocking, process.invoked), f"{process.name}: blocked by {blocking}")
            case "run_budget_spent":
                since = process_time(process) - _PERIOD - 2 * SKEW
                recent = [at for at in self.counted[call.tenant] if at >= since]
                _demand(len(recent) >= self.world.thresholds.run_budget, f"{process.name}: {len(recent)} is no budget")
            case "session_locked":
                holder = refusal.fields["locked_by_user_id"]
                held = [seen.item for seen in self._seen(call.tenant, process.invoked) if seen.item]
                named = any(item.get("locked_by_user_id") == holder != call.user for item in held)
                _demand(named, f"{process.name}: locked by {holder}, who never held it: {held}")
            case "session_closed":
                seen = [each.item for each in self._seen(call.tenant, process.invoked)]
                other = any(item is None or item["session_id"] != call.about["session"] for item in seen)
                _demand(other, f"{process.name}: closed, and it was open all the time: {seen}")
            case "idempotency_key_reused":
                first = self.world.store.item("Runs", call.tenant, f"key#{call.user:016d}#{call.about['key']}")
                _demand(first is not None and first["task_type"] != call.about["task"], f"{process.name}: {first}")

    def _session_shown(self, process: Process, tenant: int, session: Session) -> None:
        """Judge that a session that was shown was just so, at some moment between question and answer."""
        if session.closed_at:
            item = self.world.store.item("Sessions", tenant, f"closed#{session.id:016d}")
            _demand(item is not None and _comparable(session_of(item)) == _comparable(session), f"shown: {session}")
            return
        seen = [each.item for each in self._seen(tenant, process.invoked) if each.item]
        shown = any(_comparable(session_of(item)) == _comparable(session) for item in seen)
        _demand(shown, f"{process.name}: it was never so: {session}, but {seen}")

    def _seen(self, tenant: int, since: int) -> list[Seen]:
        """Give what the open session was at any moment since commit *since*."""
        all_seen = [Seen(0, None), *self.open[tenant]]
        first = max(n for n, seen in enumerate(all_seen) if seen.since <= since)
        return all_seen[first:]

    def _was_active(self, run: Key, since: int) -> bool:
        span = self.spans.get(run)
        return span is not None and (span.until is None or span.until > since)

    def told(self, process: Process, order: Item, status: RunStatus | None) -> None:
        """Judge what a worker made of an order: whoever holds a run does not leave it lying.

        Raises:
            Violation: If it does.
        """
        item = self.world.store.item("Runs", order["tenant_id"], f"run#{order['run_id']:016d}")
        assert item is not None
        if status is None:
            mine = item["status"] == "running" and item.get("claim_id") == process.claim_id
            _demand(not mine, f"{process.name} left its own run lying: {item}")

    # ── At rest ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def from_now_on_nothing_goes_wrong(self) -> None:
        """Note which runs have no excuse any more for not coming to an end of their own."""
        patience = 600_000 + 3 * millis_of(self.world.thresholds.lease) + 30_000
        for tenant, runs in self.active.items():
            for run_id, item in runs.items():
                worn_out = item["status"] == "running" and item["attempts"] >= MAX_ATTEMPTS
                due_at = max(item["due_at"], item.get("not_before", 0))
                if not worn_out and "cancel_requested" not in item and due_at + patience < item["deadline"]:
                    self.overdue_for_no_reason.add((tenant, run_id))

    def judge_at_rest(self, tenants: tuple[int, ...]) -> None:
        """Judge the whole store, once nothing is under way any more, without what was noted on the way.

        Raises:
            Violation: If a promise is broken.
        """
        store = self.world.store
        for tenant in tenants:
            items = list(store.partition("Runs", tenant))
            runs = {item["run_id"]: item for item in items if item["entry"].startswith("run#")}
            pieces = Counter(item["run_id"] for item in store.partition("Evidence", tenant))
            for run_id, item in runs.items():
                _demand(item["status"] not in ACTIVE, f"never ended: {item}")
                _demand(pieces[run_id] == (item["status"] != "cancelled"), f"{pieces[run_id]} pieces: {item}")
            lost = {run_id for owner, run_id in self.acknowledged if owner == tenant} - runs.keys()
            _demand(not lost, f"acknowledged, and lost: {lost}")
            guard = store.item("Runs", tenant, "board#guard")
            _demand(guard is not None and not guard["active"] and "exclusive_run" not in guard, f"left behind: {guard}")
            board = {item["task_type"]: item["evidence_id"] for item in items if item["entry"].startswith("board#f")}
            newest = {task: piece for (owner, task), piece in self.newest.items() if owner == tenant}
            _demand(board == newest, f"the board shows {board}, and newest are {newest}")

    def nothing_is_left_to_do(self) -> bool:
        """Tell whether no run is active, and no look left."""
        due = self.world.store.indexed("Runs", "due")
        return not any(self.active.values()) and not any(item["entry"].startswith("look#") for item in due)


def process_time(process: Process) -> int:
    """Give the true time, as it is kept, at which *process* last looked at its clock."""
    return process.world.instant - process.world.milliseconds + process.looked_at_clock


def millis_of(length: timedelta) -> int:
    """Count a length of time in milliseconds."""
    return length // timedelta(milliseconds=1)


def _comparable(session: Session) -> Any:
    """Leave out how long the lock lives: another tab of the same user may have renewed it meanwhile, unseen."""
    return session.model_copy(update={"lock": None}), session.lock and session.lock.user_id


def _demand(held: object, otherwise: str) -> None:
    if not held:
        raise Violation(otherwise)


def _is_of_a_round(run: Item, writes: list[Write]) -> bool:
    """Tell whether a commit begins *run* as one of a watch's round, over the connection that is watched."""
    watches = [each.new for each in writes if each.table == "Sessions" and each.key[1] == "watch" and each.new]
    return any(
        run["run_id"] in watch.get("run_ids", {}).values() and run["connection_id"] == watch["connection_id"]
        for watch in watches
    )


def _told(writes: list[Write]) -> list[str]:
    """Name the acts that a commit put into the audit trail."""
    return [write.new["act"] for write in writes if write.table == "Audit" and write.new]
