"""Writes `docs/events.v1.schema.json` from the code, so that it cannot say anything else; `--check` only compares.

One definition per kind of event, in JSON Schema 2020-12, each with an example that was made by the code as well.
"""

import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from onboarding.domain import events
from onboarding.domain.audit import Act, AuditEntry, Details
from onboarding.domain.catalogue import Step, Task
from onboarding.domain.events import Event, Happening, Told
from onboarding.domain.finding import FindingStatus
from onboarding.domain.lock import Lock
from onboarding.domain.reasons import ReasonCode
from onboarding.domain.run import Run, RunFinding, RunStatus
from onboarding.domain.session import Session, SessionStatus
from onboarding.event_bus import VERSION, Envelope, type_of

PAGE = Path(__file__).with_name(f"events.v{VERSION}.schema.json")
DIALECT = "https://json-schema.org/draft/2020-12/schema"

TOLD: dict[Happening, type[Told]] = {
    Happening.SESSION_STEPPED: events.SessionStepped,
    Happening.SESSION_LOCKED: events.SessionLocked,
    Happening.RUN_STARTED: events.RunStarted,
    Happening.RUN_ENDED: events.RunEnded,
    Happening.EVIDENCE_RECORDED: events.EvidenceRecorded,
}
"""What each kind of event says; the acts of the audit trail all say the same."""

_AT = datetime(2026, 1, 5, 9, 29, 56, 123000, UTC)
_SESSION = Session(
    id=130724659704743,
    tenant_id=1,
    provider_connection_id=101,
    status=SessionStatus.IN_PROGRESS,
    current_step=Step.VERIFICATION,
    assigned_to_user_id=1,
    lock=Lock(user_id=1, until=_AT + timedelta(minutes=10)),
    version=6,
    created_at=_AT - timedelta(minutes=9),
    updated_at=_AT - timedelta(minutes=5),
)
_RUN = Run(
    id=130727100922140,
    tenant_id=1,
    task_type=Task.VERIFY_PERMISSIONS,
    connection_id=101,
    session_id=_SESSION.id,
    started_by_user_id=1,
    queued_at=_AT,
    deadline=_AT + timedelta(hours=1),
)


def examples() -> tuple[Event, ...]:
    """Make one event of each kind, as the code does from what a stream shows."""
    taken_over = _SESSION.model_copy(
        update={
            "current_step": Step.INITIAL_SYNC,
            "lock": Lock(user_id=2, until=_AT + timedelta(minutes=15)),
            "version": 7,
            "updated_at": _AT,
        }
    )
    ended = _RUN.model_copy(
        update={
            "status": RunStatus.SUCCEEDED,
            "ended_at": _AT + timedelta(seconds=2),
            "finding": RunFinding(
                status=FindingStatus.FAIL, reason_code=ReasonCode.PERMISSION_MISSING, evidence_id=130727109111851
            ),
        }
    )
    entry = AuditEntry(
        id=130727100922139,
        tenant_id=1,
        at=_AT,
        act=Act.SESSION_TAKEN_OVER,
        by_user_id=2,
        request_id="JKJaXmPLvHcESHA5=",
        session_id=_SESSION.id,
        details=Details(from_user_id=1),
    )
    of_session = events.of_session(_SESSION, taken_over)
    return (events.of_entry(entry), *of_session, *events.of_run(_RUN), *events.of_run(ended))


def schema() -> dict[str, Any]:
    """Write the schema of every event there is."""
    shown = {event.name: Envelope.of(event).model_dump(mode="json") for event in examples()}
    acts = [type_of(act.value) for act in Act]
    kinds = {"act": _kind(events.ActTold, {"enum": acts}, shown[Act.SESSION_TAKEN_OVER])}
    for name, told in TOLD.items():
        kinds[name.value] = _kind(told, {"const": type_of(name.value)}, shown[name])
    return {
        "$schema": DIALECT,
        "$id": f"urn:onboarding:events:v{VERSION}",
        "title": "Events of Tenant Onboarding",
        "description": "CloudEvents 1.0; docs/events.md says what is promised. Written from the code by `make docs`.",
        "oneOf": [{"$ref": f"#/$defs/{name}"} for name in kinds],
        "$defs": kinds,
    }


def _kind(told: type[Told], type_is: dict[str, Any], example: dict[str, Any]) -> dict[str, Any]:
    """Write the schema of one kind: the envelope, with its *type* and what it says in their places."""
    kind = Envelope.model_json_schema(mode="serialization")
    kind.pop("$defs", None)
    kind["properties"] |= {"type": type_is, "data": _inlined(told.model_json_schema(mode="serialization"))}
    return {"title": told.__name__, "type": "object", **_said(kind), "examples": [example]}


def _said(kind: dict[str, Any]) -> dict[str, Any]:
    properties = _untitled(kind["properties"])
    return {"properties": properties, "required": list(properties)}


def _inlined(written: dict[str, Any]) -> dict[str, Any]:
    """Put what a schema refers to in the place where it does; each kind can be read by itself then."""
    definitions = written.pop("$defs", {})

    def put(node: Any) -> Any:  # noqa: ANN401 - JSON values
        if isinstance(node, dict):
            if "$ref" in node:
                return put(definitions[node["$ref"].rpartition("/")[2]])
            return {name: put(value) for name, value in node.items()}
        return [put(each) for each in node] if isinstance(node, list) else node

    inlined: dict[str, Any] = put(written)
    return inlined


def _untitled(node: Any) -> Any:  # noqa: ANN401 - JSON values
    """Leave out what says nothing to consumers: titles made of names, and what the docstrings say to us."""
    if isinstance(node, dict):
        return {
            name: _untitled(value)
            for name, value in node.items()
            if not (name in {"title", "description", "default"} and isinstance(value, str))
        }
    return [_untitled(each) for each in node] if isinstance(node, list) else node


def page() -> str:
    """Write the file."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def main() -> None:
    """Write the file, or say that it is out of date."""
    if sys.argv[1:] == ["--check"]:
        if PAGE.read_text() != page():
            sys.exit(f"docs/{PAGE.name} is out of date: `make docs` writes it anew")
        return
    PAGE.write_text(page())


if __name__ == "__main__":
    main()
