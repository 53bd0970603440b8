"""Evidence: put once, read for ever. No function here changes or removes any."""

from typing import Any, NamedTuple

from pydantic_core import from_json

from onboarding.domain.catalogue import Task
from onboarding.domain.evidence import Evidence, payload_text
from onboarding.storage import keys
from onboarding.storage.dynamo import Dynamo, Item, Put
from onboarding.storage.instants import instant, millis

BACK_AT_ONCE = 20
"""Pieces read at once when looking back; the first is nearly always the one."""

LONGEST_LOOK_BACK = 100
"""Pieces over other connections that are passed over at most: whoever may read may ask this again and again."""


class EvidencePage(NamedTuple):
    """Some evidence, newest first, and the id to go on from; None means the end."""

    pieces: list[Evidence]
    last_id: int | None


class Evidences:
    """The evidence of all tenants."""

    def __init__(self, dynamo: Dynamo, *, table: str) -> None:
        """Keep it in *table*."""
        self._dynamo = dynamo
        self._table = table

    def list(self, tenant_id: int, task: Task | None, *, limit: int, after_id: int | None) -> EvidencePage:
        """Read evidence, newest first, at most *limit*, older than *after_id*, of *task* if one is named.

        Raises:
            Transient: If DynamoDB did not answer.
        """
        index = "by_task" if task else None
        condition = "#tenant_id = :tenant_id"
        values: Item = {":tenant_id": tenant_id}
        after: Item | None = {"tenant_id": tenant_id, "evidence_id": after_id} if after_id else None
        if task:
            condition += " AND begins_with(#task_entry, :task)"
            values[":task"] = f"{task.value}#"
            after = {**after, "task_entry": _task_entry(task, after_id)} if after and after_id else None
        page = self._dynamo.query(
            self._table, condition, values, index=index, limit=limit, after=after, newest_first=True
        )
        pieces = [_evidence_of(item) for item in page.items]
        return EvidencePage(pieces, pieces[-1].id if pieces and page.last_key else None)

    def get(self, tenant_id: int, evidence_id: int) -> Evidence | None:
        """Read a piece of evidence.

        Raises:
            Transient: If DynamoDB did not answer.
        """
        item = self._dynamo.get(self._table, {"tenant_id": tenant_id, "evidence_id": evidence_id})
        return _evidence_of(item) if item else None

    def before(self, evidence: Evidence) -> Evidence | None:
        """Read the previous evidence of the same task and connection, if it lies within LONGEST_LOOK_BACK pieces.

        Raises:
            Transient: If DynamoDB did not answer.
        """
        after_id: int | None = evidence.id
        for _ in range(LONGEST_LOOK_BACK // BACK_AT_ONCE):
            if after_id is None:
                break
            page = self.list(evidence.tenant_id, evidence.task_type, limit=BACK_AT_ONCE, after_id=after_id)
            for piece in page.pieces:
                if piece.provider_connection_id == evidence.provider_connection_id:
                    return piece
            after_id = page.last_id
        return None


def kept(table: str, evidence: Evidence) -> Put:
    """Spell out how a piece of evidence is put, once; for a transaction.

    Raises:
        UnkeepableError: If its payload cannot be kept.
    """
    attributes: dict[str, Any] = {
        "tenant_id": evidence.tenant_id,
        "evidence_id": evidence.id,
        "task_entry": _task_entry(evidence.task_type, evidence.id),
        "session_id": evidence.onboarding_session_id,
        "connection_id": evidence.provider_connection_id,
        "task_type": evidence.task_type.value,
        "status": evidence.status.value,
        "reason_code": evidence.reason_code.value if evidence.reason_code else None,
        "message": evidence.message,
        # As text: DynamoDB's numbers are not JSON's, and a finding must read for ever as it was written.
        "payload": payload_text(evidence.payload),
        "run_id": evidence.operation_run_id,
        "recorded_at": millis(evidence.recorded_at),
    }
    item = {name: value for name, value in attributes.items() if value is not None}
    return Put(table, item, "attribute_not_exists(#tenant_id)")


def _task_entry(task: Task, evidence_id: int) -> str:
    return f"{task.value}#{keys.padded(evidence_id)}"


def _evidence_of(item: Item) -> Evidence:
    return Evidence.model_validate(
        {
            "id": item["evidence_id"],
            "tenant_id": item["tenant_id"],
            "onboarding_session_id": item.get("session_id"),
            "provider_connection_id": item["connection_id"],
            "task_type": item["task_type"],
            "status": item["status"],
            "reason_code": item.get("reason_code"),
            "message": item.get("message"),
            "payload": from_json(item["payload"]),
            "operation_run_id": item["run_id"],
            "recorded_at": instant(item["recorded_at"]),
        },
        strict=False,
    )
