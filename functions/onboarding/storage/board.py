"""The board of each tenant: its guard, and the newest finding of each task, read together by one Query."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from onboarding.domain.board import Board, RecordedFinding
from onboarding.domain.catalogue import Kind, Task
from onboarding.domain.guard import ActiveRun, Guard
from onboarding.domain.run import Run
from onboarding.storage import keys
from onboarding.storage.dynamo import ConditionFailed, Dynamo, Item, Put, Update
from onboarding.storage.instants import instant, millis

NO_GUARD = Guard()


class Boards:
    """The boards of all tenants."""

    def __init__(self, dynamo: Dynamo, *, table: str) -> None:
        """Keep them in *table*, beside the runs."""
        self._dynamo = dynamo
        self._table = table

    def get(self, tenant_id: int) -> Board:
        """Read a tenant's board; its size depends on the catalogue, not on history.

        Raises:
            Transient: If DynamoDB did not answer.
        """
        page = self._dynamo.query(
            self._table,
            "#tenant_id = :tenant_id AND begins_with(#entry, :board)",
            {":tenant_id": tenant_id, ":board": "board#"},
        )
        return _board_of(page.items)

    def guard(self, tenant_id: int) -> Guard:
        """Read a tenant's guard.

        Raises:
            Transient: If DynamoDB did not answer.
        """
        item = self._dynamo.get(self._table, keys.key(tenant_id, keys.GUARD))
        return _guard_of(item) if item else NO_GUARD

    def of_several(self, tasks: Mapping[int, tuple[Task, ...]]) -> dict[int, Board]:
        """Read the guard of each tenant that *tasks* names, and the newest findings of its tasks, strongly consistent.

        A hundred items take one request.

        Raises:
            Transient: If DynamoDB did not answer.
        """
        wanted = [
            keys.key(tenant_id, entry)
            for tenant_id, its in tasks.items()
            for entry in (keys.GUARD, *(keys.finding(task) for task in its))
        ]
        there: dict[int, list[Item]] = {tenant_id: [] for tenant_id in tasks}
        for item in self._dynamo.get_several(self._table, wanted):
            there[item["tenant_id"]].append(item)
        return {tenant_id: _board_of(items) for tenant_id, items in there.items()}

    def of_tasks(self, tenant_id: int, *tasks: Task) -> Board:
        """Read of a tenant's board the guard and the newest findings of *tasks*, strongly consistent, in one request.

        Raises:
            Transient: If DynamoDB did not answer.
        """
        wanted = [keys.key(tenant_id, entry) for entry in (keys.GUARD, *map(keys.finding, tasks))]
        return _board_of(self._dynamo.get_several(self._table, wanted))

    def leave_be(self, tenant_id: int, finding: RecordedFinding) -> None:
        """Look at *finding* no more, if it is still the newest.

        Raises:
            Transient: If DynamoDB did not take it.
        """
        place = keys.key(tenant_id, keys.finding(finding.task_type))
        seen = {":evidence_id": finding.evidence_id}
        try:
            self._dynamo.update(
                Update(
                    self._table, place, "REMOVE #due_shard, #due_at, #recheck_at", "#evidence_id = :evidence_id", seen
                )
            )
        except ConditionFailed:
            return  # a newer one has a date of its own, or none

    def put_off(self, tenant_id: int, finding: RecordedFinding, until: datetime) -> None:
        """Let *finding* fall due at *until*, behind all that is due already, if it is still as it was read.

        The date that it was put off from is kept: a last look stays the last however long it waits.

        Raises:
            Transient: If DynamoDB did not take it.
        """
        later = _due_later(self._table, tenant_id, finding, until, ", #recheck_at = :recheck_at")
        kept = {":recheck_at": millis(finding.recheck_at) if finding.recheck_at else 0}
        try:
            self._dynamo.update(later._replace(values={**later.values, **kept}))
        except ConditionFailed:
            return  # another sweep was faster, or a newer one has a date of its own


def rechecked(table: str, tenant_id: int, finding: RecordedFinding, again_at: datetime) -> Update:
    """Spell out how *finding*, if it is as it was read, is looked at again only at *again_at*; for a transaction."""
    return _due_later(table, tenant_id, finding, again_at, " REMOVE #recheck_at")


def _due_later(table: str, tenant_id: int, finding: RecordedFinding, due_at: datetime, also: str) -> Update:
    values = {
        ":due_at": millis(due_at),
        ":evidence_id": finding.evidence_id,
        ":seen": millis(finding.due_at) if finding.due_at else 0,
    }
    place = keys.key(tenant_id, keys.finding(finding.task_type))
    as_read = "#evidence_id = :evidence_id AND #due_at = :seen"
    return Update(table, place, f"SET #due_at = :due_at{also}", as_read, values)


class Count(NamedTuple):
    """How a run that the guard takes in is counted."""

    budget: int
    """How many a count takes in."""
    instead_of: datetime | None = None
    """When the count began that this run ends, by beginning the next; None if this run belongs to the one there is."""


def taken(table: str, run: Run, count: Count | None) -> Update:
    """Spell out how the guard takes *run* in, on condition that nothing stands in the way; for a transaction.

    A *count* that is full stands in the way, too; without one the run is not counted.
    """
    task = run.task_type
    values: Item = {
        ":active": _active(run),
        ":run_id": run.id,
        ":now": millis(run.queued_at),
    }
    change = "SET #active.#task = :active, #last.#task = :run_id, #newest_run_at = :now"
    if task.spec.kind is Kind.PROBE:
        condition = "attribute_not_exists(#active.#task) AND attribute_not_exists(#exclusive_run)"
    else:
        change += ", #exclusive_run = :run_id"
        condition = "size(#active) = :zero"
        values[":zero"] = 0
    if count and count.instead_of:
        change += ", #starts = :one, #counted_since = :now"
        condition += " AND #counted_since = :seen"
        values |= {":one": 1, ":seen": millis(count.instead_of)}
    elif count:
        # Written so that a guard of before there was a budget counts from here on.
        change += ", #starts = if_not_exists(#starts, :none) + :one"
        change += ", #counted_since = if_not_exists(#counted_since, :now)"
        condition += " AND (attribute_not_exists(#starts) OR #starts < :budget)"
        values |= {":one": 1, ":none": 0, ":budget": count.budget}
    place = keys.key(run.tenant_id, keys.GUARD)
    return Update(table, place, change, condition, values, {"#task": task.value})


def taken_together(table: str, runs: Sequence[Run]) -> Update:
    """Spell out how the guard takes several *runs* in at once, if it names none; for a transaction.

    They are probes of one tenant that started together, one of a task each, and none is counted.
    """
    changes, names = ["#newest_run_at = :now"], {}
    values: Item = {":zero": 0, ":now": millis(runs[0].queued_at)}
    for n, run in enumerate(runs):
        names[f"#task{n}"] = run.task_type.value
        values |= {f":active{n}": _active(run), f":run_id{n}": run.id}
        changes += [f"#active.#task{n} = :active{n}", f"#last.#task{n} = :run_id{n}"]
    place = keys.key(runs[0].tenant_id, keys.GUARD)
    return Update(table, place, "SET " + ", ".join(changes), "size(#active) = :zero", values, names)


def released(table: str, tenant_id: int, task: Task, run_id: int) -> Update:
    """Spell out how the guard lets a run go, on condition that it names just this one; for a transaction."""
    also = ", #exclusive_run" if task.spec.kind is Kind.EXCLUSIVE else ""
    return Update(
        table,
        keys.key(tenant_id, keys.GUARD),
        f"REMOVE #active.#task{also}",
        "#active.#task.#run_id = :run_id",
        {":run_id": run_id},
        {"#task": task.value},
    )


def pinned(table: str, tenant_id: int, finding: RecordedFinding) -> Put:
    """Spell out how a finding takes the place of its task's last; for a transaction.

    No condition: the guard lets one run of a task be active at a time, and releases it in this very transaction.
    """
    instants = {"recorded_at", "next_check_at", "recheck_at", "put_off_until"}
    kept = finding.model_dump(mode="json", exclude=instants, exclude_none=True)
    kept["recorded_at"] = millis(finding.recorded_at)
    if finding.next_check_at:
        kept["next_check_at"] = millis(finding.next_check_at)
    if finding.recheck_at:
        kept |= {"due_shard": keys.shard(tenant_id), "due_at": millis(finding.recheck_at)}
    return Put(table, {**keys.key(tenant_id, keys.finding(finding.task_type)), **kept})


def finding_of(item: Item) -> RecordedFinding:
    """Read the finding that *item* keeps."""
    attributes = {name: value for name, value in item.items() if name in RecordedFinding.model_fields}
    for name in ("recorded_at", "next_check_at"):
        if name in attributes:
            attributes[name] = instant(attributes[name])
    if "recheck_at" in item:
        attributes |= {"recheck_at": instant(item["recheck_at"]), "put_off_until": instant(item["due_at"])}
    elif "due_at" in item:
        attributes["recheck_at"] = instant(item["due_at"])
    return RecordedFinding.model_validate(attributes, strict=False)


def _active(run: Run) -> Item:
    active = {
        "run_id": run.id,
        "connection_id": run.connection_id,
        "started_by_user_id": run.started_by_user_id,
        "started_at": millis(run.queued_at),
    }
    return {name: value for name, value in active.items() if value is not None}


def _board_of(items: list[Item]) -> Board:
    guard = next((_guard_of(item) for item in items if item["entry"] == keys.GUARD), NO_GUARD)
    findings = [finding_of(item) for item in items if item["entry"] != keys.GUARD]
    return Board(guard, {finding.task_type: finding for finding in findings})


def _guard_of(item: Item) -> Guard:
    active = {
        Task(task): ActiveRun(
            run_id=run["run_id"],
            connection_id=run["connection_id"],
            started_by_user_id=run.get("started_by_user_id"),
            started_at=instant(run["started_at"]),
        )
        for task, run in item["active"].items()
    }
    return Guard(
        active=active,
        last={Task(task): run_id for task, run_id in item["last"].items()},
        exclusive_run=item.get("exclusive_run"),
        newest_run_at=instant(item["newest_run_at"]) if "newest_run_at" in item else None,
        starts=item.get("starts", 0),
        counted_since=instant(item["counted_since"]) if "counted_since" in item else None,
    )
