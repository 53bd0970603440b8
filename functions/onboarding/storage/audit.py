"""The audit trail: put once, read for ever. No function here changes or removes an entry."""

from typing import Any, NamedTuple

from onboarding.domain.audit import AuditEntry
from onboarding.storage.dynamo import ConditionFailed, Dynamo, Item, Put
from onboarding.storage.instants import instant, millis


class EntryTaken(Exception):  # noqa: N818 - an answer, not an error
    """There is an entry of that id already, *there* if it was shown, and nothing was written."""

    def __init__(self, there: AuditEntry | None = None) -> None:
        """Report what is *there*."""
        super().__init__("there is an entry of that id")
        self.there = there


class AuditPage(NamedTuple):
    """Some entries, newest first, and the id to go on from; None means the end."""

    entries: list[AuditEntry]
    last_id: int | None


class AuditEntries:
    """The audit trails of all tenants."""

    def __init__(self, dynamo: Dynamo, *, table: str) -> None:
        """Keep them in *table*."""
        self._dynamo = dynamo
        self._table = table

    def record(self, entry: AuditEntry) -> None:
        """Put an entry that tells of nothing else that is written; all others go with their act, by `kept`.

        Raises:
            EntryTaken: If there is another of that id.
            Transient: If DynamoDB did not take it.
        """
        put = kept(self._table, entry)
        try:
            self._dynamo.put(put)
        except ConditionFailed as refused:
            if refused.item != put.item:  # the very same is our own write, whose reply was lost
                raise EntryTaken(entry_of(refused.item) if refused.item else None) from None

    def list(self, tenant_id: int, *, limit: int, after_id: int | None) -> AuditPage:
        """Read entries, newest first, at most *limit*, older than *after_id*.

        Raises:
            Transient: If DynamoDB did not answer.
        """
        page = self._dynamo.query(
            self._table,
            "#tenant_id = :tenant_id",
            {":tenant_id": tenant_id},
            limit=limit,
            after={"tenant_id": tenant_id, "entry_id": after_id} if after_id else None,
            newest_first=True,
        )
        entries = [entry_of(item) for item in page.items]
        return AuditPage(entries, entries[-1].id if entries and page.last_key else None)


def kept(table: str, entry: AuditEntry) -> Put:
    """Spell out how an entry is put, once; for a transaction."""
    attributes: dict[str, Any] = {
        "tenant_id": entry.tenant_id,
        "entry_id": entry.id,
        "at": millis(entry.at),
        "act": str(entry.act),
        "by_user_id": entry.by_user_id,
        "source_ip": entry.source_ip,
        "request_id": entry.request_id,
        "session_id": entry.session_id,
        "details": entry.details.model_dump(exclude_none=True) or None,
    }
    item = {name: value for name, value in attributes.items() if value is not None}
    return Put(table, item, "attribute_not_exists(#tenant_id)")


def entry_of(item: Item) -> AuditEntry:
    """Read the entry that *item* keeps; a stream record has its numbers as Decimal."""
    return AuditEntry.model_validate(
        {
            "id": item["entry_id"],
            "tenant_id": item["tenant_id"],
            "at": instant(item["at"]),
            "act": item["act"],
            "by_user_id": item.get("by_user_id"),
            "source_ip": item.get("source_ip"),
            "request_id": item.get("request_id"),
            "session_id": item.get("session_id"),
            "details": item.get("details", {}),
        },
        strict=False,
    )
