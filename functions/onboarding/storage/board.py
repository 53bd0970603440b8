"""The board of each tenant: its guard, and the newest finding of each task, read together by one Query."""

from onboarding.domain.board import Board, RecordedFinding
from onboarding.domain.catalogue import Kind, Task
from onboarding.domain.guard import ActiveRun, Guard
from onboarding.domain.run import Run
from onboarding.storage import keys
from onboarding.storage.dynamo import Dynamo, Item, Put, Update
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
        guard = next((_guard_of(item) for item in page.items if item["entry"] == keys.GUARD), NO_GUARD)
        findings = [finding_of(item) for item in page.items if item["entry"] != keys.GUARD]
        return Board(guard, {finding.task_type: finding for finding in findings})

    def guard(self, tenant_id: int) -> Guard:
        """Read a tenant's guard.

        Raises:
            Transient: If DynamoDB did not answer.
        """
        item = self._dynamo.get(self._table, keys.key(tenant_id, keys.GUARD))
        return _guard_of(item) if item else NO_GUARD


def taken(table: str, run: Run) -> Update:
    """Spell out how the guard takes *run* in, on condition that nothing stands in the way; for a transaction."""
    task = run.task_type
    active = {
        "run_id": run.id,
        "connection_id": run.connection_id,
        "started_by_user_id": run.started_by_user_id,
        "started_at": millis(run.queued_at),
    }
    values: Item = {
        ":active": {name: value for name, value in active.items() if value is not None},
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
    place = keys.key(run.tenant_id, keys.GUARD)
    return Update(table, place, change, condition, values, {"#task": task.value})


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
    kept = finding.model_dump(mode="json", exclude={"recorded_at", "next_check_at"}, exclude_none=True)
    kept["recorded_at"] = millis(finding.recorded_at)
    if finding.next_check_at:
        kept["next_check_at"] = millis(finding.next_check_at)
    return Put(table, {**keys.key(tenant_id, keys.finding(finding.task_type)), **kept})


def finding_of(item: Item) -> RecordedFinding:
    """Read the finding that *item* keeps."""
    attributes = {name: value for name, value in item.items() if name in RecordedFinding.model_fields}
    for name in ("recorded_at", "next_check_at"):
        if name in attributes:
            attributes[name] = instant(attributes[name])
    return RecordedFinding.model_validate(attributes, strict=False)


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
    )
