"""What all peers do alike, in plain Python: the same read, decision, conditional write and answer.

It lies beside each peer's handler, so that what differs between the peers is only the stack they stand on.
"""

import re
import time
from datetime import UTC, datetime

TABLE = "Sessions"

NEEDED = {"get": {"owner", "manager", "operator", "readonly"}, "patch": {"owner", "manager", "operator"}}
"""The roles that may read, and those that may write."""

CHANGE = (
    "SET #current_step = :step, #version = :next, #updated_at = :at, #locked_by_user_id = :me, #locked_until = :until"
)
CONDITION = (
    "#session_id = :session AND #version = :version AND (attribute_not_exists(#locked_by_user_id)"
    " OR #locked_until <= :at OR #locked_by_user_id = :me)"
)
NAMES = {name: name[1:] for name in re.findall(r"#\w+", f"{CHANGE} {CONDITION}")}


def keys(tenant_id: int, user_id: int) -> list[dict]:
    """Name the three items of the access read."""
    entries = (f"member#{user_id:016d}", "tenant", "open")
    return [{"tenant_id": tenant_id, "entry": entry} for entry in entries]


def access(items: list[dict], wanted: str) -> tuple[int, dict | None]:
    """Judge who asks: a status, and the open session if it is 200."""
    there = {item["entry"].partition("#")[0]: item for item in items}
    if "tenant" not in there or "member" not in there:
        return 404, None
    if there["member"]["role"] not in NEEDED[wanted]:
        return 403, None
    return 200, there.get("open")


def values(session: dict, step: int, user_id: int) -> dict:
    """Give the values of the conditional write."""
    at = time.time_ns() // 1_000_000
    return {
        ":session": session["session_id"],
        ":version": session["version"],
        ":step": step,
        ":next": session["version"] + 1,
        ":at": at,
        ":me": user_id,
        ":until": at + 900_000,
    }


def shown(session: dict) -> dict:
    """Show a session as the API's contract has it; numbers may be Decimal."""
    return {
        "id": int(session["session_id"]),
        "tenant_id": int(session["tenant_id"]),
        "provider_connection_id": _whole(session.get("provider_connection_id")),
        "status": session["status"],
        "current_step": int(session["current_step"]),
        "assigned_to_user_id": _whole(session.get("assigned_to_user_id")),
        "locked_by_user_id": _whole(session.get("locked_by_user_id")),
        "locked_until": _instant(session.get("locked_until")),
        "version": int(session["version"]),
        "created_at": _instant(session["created_at"]),
        "updated_at": _instant(session["updated_at"]),
        "closed_at": _instant(session.get("closed_at")),
        "completion": None,
        "note": session.get("note"),
        "waiting_until": _instant(session.get("waiting_until")),
    }


def facts(event: dict, status: int, began: float) -> dict:
    """Say what the log line of a request says."""
    return {
        "request_id": event["requestContext"]["requestId"],
        "route": event["requestContext"].get("routeKey") or event["requestContext"]["resourcePath"],
        "tenant_id": int(event["pathParameters"]["tenantId"]),
        "user_id": user_of(event),
        "status": status,
        "milliseconds": round((time.perf_counter() - began) * 1000, 1),
    }


def user_of(event: dict) -> int:
    """Tell who asks from the claims the authorizer verified."""
    return int(event["requestContext"]["authorizer"]["jwt"]["claims"]["user_id"])


def _whole(number: object) -> int | None:
    return None if number is None else int(number)  # type: ignore[call-overload]  # an attribute is whatever was stored


def _instant(milliseconds: object) -> str | None:
    if milliseconds is None:
        return None
    return datetime.fromtimestamp(int(milliseconds) / 1000, UTC).isoformat()  # type: ignore[call-overload]  # an attribute is whatever was stored
