"""Keys and shards: how a thing's key says what it is. The tenant is in every key."""

from typing import Any

SHARDS = 4
"""Partitions of the index `due`, so that no one partition takes the writes of all tenants."""

OPEN = "open"
TENANT = "tenant"
WATCH = "watch"
GUARD = "board#guard"


def padded(number: int) -> str:
    """Write an id so that text sorts as the numbers do; 2⁵³ has 16 digits."""
    return f"{number:016d}"


def key(tenant_id: int, entry: str) -> dict[str, Any]:
    """Name the item *entry* of a tenant, in Sessions or Runs."""
    return {"tenant_id": tenant_id, "entry": entry}


def member(user_id: int) -> str:
    """Name a user's membership."""
    return f"member#{padded(user_id)}"


def connection(connection_id: int) -> str:
    """Name a provider connection."""
    return f"connection#{padded(connection_id)}"


def consent(digest: str) -> str:
    """Name a request for consent."""
    return f"consent#{digest}"


def id_in(entry: str) -> int:
    """Read the id that the name of a member or a connection ends with."""
    return int(entry.rpartition("#")[2])


def closed(session_id: int) -> str:
    """Name a closed session."""
    return f"closed#{padded(session_id)}"


def run(run_id: int) -> str:
    """Name a run."""
    return f"run#{padded(run_id)}"


def finding(task: str) -> str:
    """Name a task's newest finding."""
    return f"board#finding#{task}"


def look(connection_id: int) -> str:
    """Name the look that was left for a consent over a connection."""
    return f"look#{padded(connection_id)}"


def idempotency(user_id: int, idempotency_key: str) -> str:
    """Name the answer that a user's idempotency key was given."""
    return f"key#{padded(user_id)}#{idempotency_key}"


def shard(tenant_id: int) -> int:
    """Name the shard of the index `due` that a tenant's items lie in."""
    return tenant_id % SHARDS
