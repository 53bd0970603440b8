"""Runs: saved, claimed, put back, ended; each in one conditional write, or one transaction with the guard.

What is saved with `outbox` is what gets sent: the stream of this table is the outbox.
"""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from onboarding.domain.catalogue import Task
from onboarding.domain.evidence import Evidence, beside_the_run, on_the_board, recorded
from onboarding.domain.finding import Finding
from onboarding.domain.progress import Progress
from onboarding.domain.run import MAX_ATTEMPTS, Run, RunStatus, Started, resend_at
from onboarding.storage import board, evidence, keys
from onboarding.storage.dynamo import ConditionFailed, Dynamo, Item, Put, TransactionRefused, Update
from onboarding.storage.instants import instant, millis

KEY_LIFE = timedelta(hours=24)
"""How long an idempotency key is remembered."""

_INSTANTS = ("queued_at", "started_at", "ended_at", "deadline", "lease_until", "not_before")
_FENCE = "#status = :running AND #claim_id = :claim_id"
"""In every write of a worker but the first: the claim id is the fencing token, so a zombie's writes are refused."""


class GuardRefused(Exception):  # noqa: N818 - an answer, not an error
    """The guard did not take the run in: something is active that stands in the way, or the run budget is spent."""


class KeyTaken(Exception):  # noqa: N818 - an answer, not an error
    """The idempotency key was given an answer before: *earlier*."""

    def __init__(self, earlier: Started) -> None:
        """Report the *earlier* answer."""
        super().__init__("the idempotency key was used before")
        self.earlier = earlier


class IdTaken(Exception):  # noqa: N818 - an answer, not an error
    """Something of that id is there already."""


class RunMoved(Exception):  # noqa: N818 - an answer, not an error
    """The run is no longer what the write was decided from; *current* is what it is now, or None if there is none."""

    def __init__(self, current: Run | None) -> None:
        """Report *current*."""
        super().__init__("the run has changed")
        self.current = current


class IdempotencyKey(NamedTuple):
    """A key that a user sent with a start, so that sending the start again starts nothing more."""

    user_id: int
    text: str


class DueRun(NamedTuple):
    """A run that the index proposes as due."""

    tenant_id: int
    run_id: int


class DueFinding(NamedTuple):
    """A finding that the index proposes to look at again."""

    tenant_id: int
    task: Task


class DueLook(NamedTuple):
    """A look that was left for a consent, and that the index proposes as due."""

    tenant_id: int
    connection_id: int


class Runs:
    """The runs of all tenants."""

    def __init__(
        self, dynamo: Dynamo, *, table: str, evidence_table: str, resend_after: timedelta, run_budget: int
    ) -> None:
        """Keep them in *table*; an unclaimed one falls due for sending again after *resend_after*.

        People start at most *run_budget* of a tenant's in one count.
        """
        self._dynamo = dynamo
        self._table = table
        self._evidence_table = evidence_table
        self._resend_after = resend_after
        self.run_budget = run_budget

    def start(self, run: Run, key: IdempotencyKey | None, *, instead_of: datetime | None = None) -> None:
        """Save *run*, take it into the guard and remember the answer to *key*: all, or nothing.

        It begins a new count of the run budget *instead_of* the one that began then.

        Raises:
            KeyTaken: With the earlier answer; judged before the guard.
            GuardRefused: If something active stands in the way, or the count is full or another by now.
            IdTaken: If there is a run of that id.
            Transient: If DynamoDB did not take it.
        """
        writes: list[Put | Update] = [*self.starting(run, instead_of=instead_of)]
        if key:
            writes.append(
                self._answered(run.tenant_id, key, Started(run.id, run.task_type, reused=False), run.queued_at)
            )
        try:
            self._dynamo.transact(*writes)
        except TransactionRefused as refused:
            if key and 2 in refused.failed:  # noqa: PLR2004 - the third write above
                earlier = self.answer(run.tenant_id, key, run.queued_at)
                if earlier:
                    raise KeyTaken(earlier) from None
            if 0 in refused.failed:
                raise GuardRefused from None
            raise IdTaken from None

    def starting(self, run: Run, *, counted: bool = True, instead_of: datetime | None = None) -> tuple[Update, Put]:
        """Spell out how the guard takes *run* in, and how it is saved; for a transaction."""
        count = board.Count(self.run_budget, instead_of) if counted else None
        return (
            board.taken(self._table, run, count),
            Put(self._table, self._item(run), "attribute_not_exists(#tenant_id)"),
        )

    def starting_together(self, runs: Sequence[Run]) -> tuple[Update | Put, ...]:
        """Spell out how the guard takes several *runs* of a tenant in at once, and how each is saved; for one write."""
        saved = (Put(self._table, self._item(run), "attribute_not_exists(#tenant_id)") for run in runs)
        return (board.taken_together(self._table, runs), *saved)

    def remember(self, tenant_id: int, key: IdempotencyKey, answer: Started, now: datetime) -> None:
        """Remember the *answer* to *key*.

        Raises:
            KeyTaken: With the earlier answer, if it was given one.
            Transient: If DynamoDB did not take it.
        """
        try:
            self._dynamo.put(self._answered(tenant_id, key, answer, now))
        except ConditionFailed as refused:
            if refused.item:
                raise KeyTaken(_answer_of(refused.item)) from None
            raise

    def answer(self, tenant_id: int, key: IdempotencyKey, now: datetime) -> Started | None:
        """Read what *key* was answered, if it is remembered at *now*.

        Raises:
            Transient: If DynamoDB did not answer.
        """
        item = self._dynamo.get(self._table, keys.key(tenant_id, keys.idempotency(key.user_id, key.text)))
        return _answer_of(item) if item and item["ends_at"] > millis(now) else None

    def get(self, tenant_id: int, run_id: int) -> Run | None:
        """Read a run.

        Raises:
            Transient: If DynamoDB did not answer.
        """
        item = self._dynamo.get(self._table, keys.key(tenant_id, keys.run(run_id)))
        return run_of(item) if item else None

    def claim(self, tenant_id: int, run_id: int, *, claim_id: str, now: datetime, lease: timedelta) -> Run:
        """Take a run for one worker until the lease ends; *claim_id* is fresh per invocation.

        The condition, from the first moment to the last:

            queued    and its time has come              the usual case
            running   but its lease ran out              its worker died
            either    and its deadline lies ahead        past it, only the sweep has a say

        Refused by its own claim, the first try was applied and its reply lost: the run is this worker's.

        Raises:
            RunMoved: If it is not to be had: another worker's, ended, or not there.
            Transient: If DynamoDB did not take it.
        """
        until = now + lease
        try:
            item = self._dynamo.update(
                Update(
                    self._table,
                    keys.key(tenant_id, keys.run(run_id)),
                    "SET #attempts = #attempts + :one, #claim_id = :claim_id, #lease_until = :until, #due_at = :until, "
                    "#status = :running, #started_at = if_not_exists(#started_at, :now) REMOVE #outbox",
                    "(attribute_not_exists(#claim_id) OR #claim_id <> :claim_id) AND #deadline > :now AND ("
                    "(#status = :queued AND (attribute_not_exists(#not_before) OR #not_before <= :now)) OR "
                    "(#status = :running AND #lease_until < :now AND #attempts < :max))",
                    {
                        ":one": 1,
                        ":claim_id": claim_id,
                        ":until": millis(until),
                        ":running": RunStatus.RUNNING.value,
                        ":queued": RunStatus.QUEUED.value,
                        ":now": millis(now),
                        ":max": MAX_ATTEMPTS,
                    },
                )
            )
        except ConditionFailed as refused:
            there = run_of(refused.item) if refused.item else None
            if there and there.status is RunStatus.RUNNING and there.claim_id == claim_id:
                return there
            raise RunMoved(there) from None
        return run_of(item)

    def checkpoint(self, run: Run, progress: Progress, resume: dict[str, Any], lease_until: datetime) -> Run:
        """Keep how far the worker of *run* is, and renew its lease; return the run as it is now.

        Raises:
            RunMoved: If the run is no longer this worker's.
            Transient: If DynamoDB did not take it.
        """
        return self._by_its_worker(
            run,
            "SET #progress = :progress, #resume = :resume, #lease_until = :until, #due_at = :due_at",
            {
                ":due_at": millis(min(lease_until, run.deadline)),
                ":progress": progress.model_dump(),
                ":resume": json.dumps(resume),
                ":until": millis(lease_until),
            },
        )

    def put_back(self, run: Run, *, not_before: datetime | None, now: datetime) -> Run:
        """Queue *run* again, to go on where it stopped and not before *not_before*; its attempts start over.

        Raises:
            RunMoved: If the run is no longer this worker's, or somebody asked to cancel it.
            Transient: If DynamoDB did not take it.
        """
        postponed = ", #not_before = :not_before" if not_before else ""
        forgotten = "" if not_before else ", #not_before"
        due_at = resend_at(now, 1, self._resend_after, not_before)
        return self._by_its_worker(
            run,
            "SET #status = :queued, #attempts = :zero, #outbox = :now, #sendings = :one, #due_at = :due_at"
            f"{postponed} REMOVE #lease_until{forgotten}",
            {
                ":queued": RunStatus.QUEUED.value,
                ":zero": 0,
                ":one": 1,
                ":now": millis(now),
                ":due_at": millis(min(due_at, run.deadline)),
                **({":not_before": millis(not_before)} if not_before else {}),
            },
            "attribute_not_exists(#cancel_requested)",
        )

    def end(
        self,
        run: Run,
        status: RunStatus,
        finding: Finding,
        evidence_id: int,
        now: datetime,
        *,
        recheck_at: datetime | None = None,
    ) -> Evidence:
        """End *run* as *status*, with its evidence, its place on the board and the guard's release: all, or nothing.

        At *recheck_at* the sweep looks again.

        The fence is the claim and lease that *run* carries; a run that nobody claimed is ended from `queued`.
        A cancel that was asked for meanwhile wins: it was acknowledged.

        Raises:
            RunMoved: If the run is no longer as it was read, or somebody asked to cancel it.
            IdTaken: If there is evidence of that id.
            UnkeepableError: If the finding's payload cannot be kept.
            Transient: If DynamoDB did not take it.
        """
        piece = recorded(run, finding, evidence_id, now)
        shown = beside_the_run(piece).model_dump(mode="json", exclude_none=True)
        ended = self._ended(run, status, now, ", #finding = :finding", {":finding": shown})
        ended = ended._replace(condition=f"{ended.condition} AND attribute_not_exists(#cancel_requested)")
        try:
            self._dynamo.transact(
                ended,
                evidence.kept(self._evidence_table, piece),
                board.pinned(self._table, run.tenant_id, on_the_board(piece, finding, recheck_at)),
                board.released(self._table, run.tenant_id, run.task_type, run.id),
            )
        except TransactionRefused as refused:
            if 0 in refused.failed:
                raise RunMoved(self.get(run.tenant_id, run.id)) from None
            if 1 in refused.failed:
                raise IdTaken from None
            raise
        return piece

    def cancel(self, run: Run, now: datetime) -> None:
        """End *run* as cancelled and release the guard: no evidence, no finding.

        A running one must still be as it was read (its worker's own claim, or the lapsed lease the sweep saw).

        Raises:
            RunMoved: If the run is no longer as it was read.
            Transient: If DynamoDB did not take it.
        """
        try:
            self._dynamo.transact(
                self._ended(run, RunStatus.CANCELLED, now),
                board.released(self._table, run.tenant_id, run.task_type, run.id),
            )
        except TransactionRefused as refused:
            if 0 in refused.failed:
                raise RunMoved(self.get(run.tenant_id, run.id)) from None
            raise

    def ask_to_cancel(self, run: Run, now: datetime) -> Run:
        """Ask the worker of *run* to stop at its next checkpoint; asking twice is asking once.

        Raises:
            RunMoved: If the run is not running.
            Transient: If DynamoDB did not take it.
        """
        try:
            item = self._dynamo.update(
                Update(
                    self._table,
                    keys.key(run.tenant_id, keys.run(run.id)),
                    "SET #cancel_requested = if_not_exists(#cancel_requested, :now)",
                    "#status = :running",
                    {":now": millis(now), ":running": RunStatus.RUNNING.value},
                )
            )
        except ConditionFailed as refused:
            raise RunMoved(run_of(refused.item) if refused.item else None) from None
        return run_of(item)

    def send_again(self, run: Run, now: datetime) -> None:
        """Ask the stream to send *run* again, if it is as it was read: unclaimed, or its worker's lease run out.

        Raises:
            RunMoved: If the run is no longer as it was read.
            Transient: If DynamoDB did not take it.
        """
        sendings = run.sendings + 1 if run.status is RunStatus.QUEUED else 1
        due_at = resend_at(now, sendings, self._resend_after, run.not_before)
        condition, values = _as_read(run)
        try:
            self._dynamo.update(
                Update(
                    self._table,
                    keys.key(run.tenant_id, keys.run(run.id)),
                    "SET #status = :queued, #outbox = :now, #sendings = :sendings, #due_at = :due_at "
                    "REMOVE #lease_until",
                    condition,
                    {
                        **values,
                        ":queued": RunStatus.QUEUED.value,
                        ":now": millis(now),
                        ":sendings": sendings,
                        ":due_at": millis(min(due_at, run.deadline)),
                    },
                )
            )
        except ConditionFailed as refused:
            raise RunMoved(run_of(refused.item) if refused.item else None) from None

    def list_due(self, shard: int, now: datetime, *, limit: int) -> list[DueRun | DueFinding | DueLook]:
        """List the runs, findings and looks that may be due by *now*, the longest due first.

        The index is a proposal, eventually consistent; the item itself disposes.

        Raises:
            Transient: If DynamoDB did not answer.
        """
        page = self._dynamo.query(
            self._table,
            "#due_shard = :shard AND #due_at <= :now",
            {":shard": shard, ":now": millis(now)},
            index="due",
            limit=limit,
            consistent=False,
        )
        return [_due_of(item) for item in page.items]

    def _by_its_worker(self, run: Run, change: str, values: Item, also: str | None = None) -> Run:
        condition = f"{_FENCE} AND {also}" if also else _FENCE
        fence = {":running": RunStatus.RUNNING.value, ":claim_id": run.claim_id}
        place = keys.key(run.tenant_id, keys.run(run.id))
        try:
            return run_of(self._dynamo.update(Update(self._table, place, change, condition, {**values, **fence})))
        except ConditionFailed as refused:
            raise RunMoved(run_of(refused.item) if refused.item else None) from None

    def _ended(self, run: Run, status: RunStatus, now: datetime, also: str = "", more: Item | None = None) -> Update:
        condition, values = _as_read(run)
        return Update(
            self._table,
            keys.key(run.tenant_id, keys.run(run.id)),
            f"SET #status = :ended, #ended_at = :now{also} "
            "REMOVE #outbox, #due_shard, #due_at, #lease_until, #not_before, #resume",
            condition,
            {**values, **(more or {}), ":ended": status.value, ":now": millis(now)},
        )

    def _answered(self, tenant_id: int, key: IdempotencyKey, answer: Started, now: datetime) -> Put:
        # The table's TTL removes it some time after it expired; until then `now` decides.
        ends_at = now + KEY_LIFE
        item = {
            **keys.key(tenant_id, keys.idempotency(key.user_id, key.text)),
            "run_id": answer.run_id,
            "task_type": answer.task.value,
            "reused": answer.reused,
            "ends_at": millis(ends_at),
            "expires_at": millis(ends_at) // 1000 + 1,
        }
        return Put(self._table, item, "attribute_not_exists(#tenant_id) OR #ends_at <= :now", {":now": millis(now)})

    def _item(self, run: Run) -> Item:
        due_at = resend_at(run.queued_at, run.sendings, self._resend_after, run.not_before)
        attributes: Item = {
            **keys.key(run.tenant_id, keys.run(run.id)),
            "run_id": run.id,
            "task_type": run.task_type.value,
            "status": run.status.value,
            "connection_id": run.connection_id,
            "session_id": run.session_id,
            "started_by_user_id": run.started_by_user_id,
            "queued_at": millis(run.queued_at),
            "deadline": millis(run.deadline),
            "attempts": run.attempts,
            "sendings": run.sendings,
            "outbox": millis(run.queued_at),
            "due_shard": keys.shard(run.tenant_id),
            "due_at": millis(min(due_at, run.deadline)),
        }
        return {name: value for name, value in attributes.items() if value is not None}


def run_of(item: Item) -> Run:
    """Read the run that *item* keeps."""
    attributes = {name: value for name, value in item.items() if name in Run.model_fields}
    for name in _INSTANTS:
        if name in attributes:
            attributes[name] = instant(attributes[name])
    if "cancel_requested" in item:
        attributes["cancel_requested_at"] = instant(item["cancel_requested"])
    if "outbox" in item:
        attributes["outbox_at"] = instant(item["outbox"])
    if "resume" in item:
        attributes["resume"] = json.loads(item["resume"])
    return Run.model_validate({**attributes, "id": item["run_id"]}, strict=False)


def _due_of(item: Item) -> DueRun | DueFinding | DueLook:
    kind, _, name = item["entry"].partition("#")
    if kind == "run":
        return DueRun(item["tenant_id"], int(name))
    if kind == "look":
        return DueLook(item["tenant_id"], int(name))
    return DueFinding(item["tenant_id"], Task(name.removeprefix("finding#")))


def _as_read(run: Run) -> tuple[str, Item]:
    """Demand that the run is still just as *run* was read."""
    condition = "#status = :seen_status"
    values: Item = {":seen_status": run.status.value}
    if run.status is RunStatus.RUNNING:
        condition += " AND #claim_id = :seen_claim AND #lease_until = :seen_lease"
        values[":seen_claim"] = run.claim_id
        values[":seen_lease"] = millis(run.lease_until) if run.lease_until else 0
    elif run.outbox_at:
        condition += " AND #outbox = :seen_outbox"
        values[":seen_outbox"] = millis(run.outbox_at)
    return condition, values


def _answer_of(item: Item) -> Started:
    return Started(item["run_id"], Task(item["task_type"]), reused=item["reused"])
