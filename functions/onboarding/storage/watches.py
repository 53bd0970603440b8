"""Watches as they are kept, one per tenant at most, beside the session that left it: of the one completed last.

A tenant carries `drifted_at` exactly while its watch knows something to be worse: both change in one transaction.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from onboarding.storage import keys
from onboarding.storage.dynamo import Item, Put, Update
from onboarding.storage.instants import millis

if TYPE_CHECKING:  # every route loads this module with its sessions, and only who completes one makes a watch
    from onboarding.domain.catalogue import Task
    from onboarding.domain.watch import Judgement, Watch


def left(table: str, watch: "Watch") -> Put:
    """Spell out how a completed session leaves its *watch*; for a transaction.

    No condition: it takes the place of the one that an earlier session left.
    """
    attributes: dict[str, Any] = {
        "session_id": watch.session_id,
        "connection_id": watch.connection_id,
        "rests_on": kept(watch.rests_on),
        "due_shard": keys.shard(watch.tenant_id),
        "due_at": millis(watch.due_at),
    }
    return Put(table, {**keys.key(watch.tenant_id, keys.WATCH), **attributes})


def drifted(table: str, tenant_id: int, since: datetime | None) -> Update:
    """Spell out how a tenant is marked as drifted *since* then, or, if that is None, no longer; for a transaction."""
    change, values = ("SET #drifted_at = :since", {":since": millis(since)}) if since else ("REMOVE #drifted_at", {})
    return Update(table, keys.key(tenant_id, keys.TENANT), change, "attribute_exists(#tenant_id)", values)


def kept(judgements: "Mapping[Task, Judgement]") -> Item:
    """Spell out how *judgements* are kept: a map, by task."""
    return {task.value: judgement.model_dump(mode="json", exclude_none=True) for task, judgement in judgements.items()}
