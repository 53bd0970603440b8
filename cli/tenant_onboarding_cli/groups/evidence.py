"""`evidence`: what runs found, for ever."""

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from tenant_onboarding_cli.commands import Desk, Tenant, command, write_whole
from tenant_onboarding_cli.exits import Exit
from tenant_onboarding_cli.failures import Failure, Remedy, command_line
from tenant_onboarding_cli.output import Column, as_csv, moment

app = typer.Typer(help="What runs found, for ever.", no_args_is_help=True)

Evidence = Annotated[str, typer.Argument(metavar="EVIDENCE", help="Its id, or a task: its newest.", show_default=False)]
OfTask = Annotated[str | None, typer.Option("--task", help="Of this task only.")]

COLUMNS = (
    Column("evidence", lambda piece: piece["id"]),
    Column("recorded", lambda piece: moment(piece["recorded_at"])),
    Column("task", lambda piece: piece["task_type"]),
    Column("status", lambda piece: piece["status"]),
    Column("reason", lambda piece: piece["reason_code"]),
    Column("what was found", lambda piece: piece["message"]),
)
IN_CSV = (
    "id",
    "recorded_at",
    "task_type",
    "status",
    "reason_code",
    "message",
    "provider_connection_id",
    "onboarding_session_id",
    "operation_run_id",
    "payload",
)


class Form(StrEnum):
    """How evidence is exported."""

    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"


def _path(tenant: int) -> str:
    return f"/tenants/{tenant}/onboarding/evidence"


def _filter(task: str | None) -> dict[str, str]:
    return {"taskType": task} if task else {}


def _found(desk: Desk, tenant: int, evidence: str) -> dict[str, Any]:
    """Find a piece of evidence by its id, or the newest of a task by the task's name."""
    if evidence.isdigit():
        pieces = desk.api.pages(_path(tenant))
        found = next((piece for piece in pieces if piece["id"] == int(evidence)), None)
    else:
        found = next(iter(desk.api.pages(_path(tenant), _filter(evidence), limit=1)), None)
    if found is None:
        remedy = Remedy("Look which there is.")
        raise Failure(
            Exit.FAILED,
            f"Tenant {tenant} has no evidence {evidence}.",
            (remedy,),
            command_line("evidence", "list", tenant),
        )
    piece: dict[str, Any] = found
    return piece


@command(app, "list", examples=("tenant-onboarding evidence list 1 --task license_check --limit 3",))
def list_(
    desk: Desk,
    tenant: Tenant,
    *,
    task: OfTask = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most so many.")] = 50,
) -> None:
    """List what runs found, newest first."""
    pieces = list(desk.api.pages(_path(tenant), _filter(task), limit=limit))
    desk.out.rows(pieces, COLUMNS, f"Nothing was found yet in tenant {tenant}.")


@command(app, "show", examples=("tenant-onboarding evidence show 1 license_check",))
def show(desk: Desk, tenant: Tenant, evidence: Evidence) -> None:
    """Show a piece of evidence, with all that was kept."""
    piece = _found(desk, tenant, evidence)
    facts = (
        *COLUMNS,
        Column("run", lambda piece: piece["operation_run_id"]),
        Column("session", lambda piece: piece["onboarding_session_id"]),
        Column("connection", lambda piece: piece["provider_connection_id"]),
        Column("payload", lambda piece: json.dumps(piece["payload"], indent=2, ensure_ascii=False)),
    )
    desk.out.facts(piece, facts)


@command(app, "diff", examples=("tenant-onboarding evidence diff 1 license_check",))
def diff(desk: Desk, tenant: Tenant, evidence: Evidence) -> None:
    """Show what changed since the finding before, of the same task over the same connection."""
    evidence_id = evidence if evidence.isdigit() else _found(desk, tenant, evidence)["id"]
    compared = desk.api.get(f"{_path(tenant)}/{evidence_id}/diff").body
    if desk.out.is_json:
        desk.out.json(compared)
    elif compared["previous"] is None:
        desk.out.tell("It is the first of its task over this connection.")
    elif not compared["words"]:
        desk.out.say(f"Nothing changed since {moment(compared['previous']['recorded_at'])}.")
    else:
        for words in compared["words"]:
            desk.out.say(words)


@command(app, "export", examples=("tenant-onboarding evidence export 1 --as csv --to evidence.csv",))
def export(
    desk: Desk,
    tenant: Tenant,
    *,
    task: OfTask = None,
    form: Annotated[Form, typer.Option("--as", metavar="json|jsonl|csv", help="How it is written.")] = Form.JSON,
    to: Annotated[
        Path | None, typer.Option("--to", metavar="FILE", help="The file to replace; else standard output.")
    ] = None,
) -> None:
    """Write all evidence, newest first, to keep or to hand to an auditor."""
    pieces = list(desk.api.pages(_path(tenant), _filter(task)))
    text = {
        Form.JSON: lambda: json.dumps(pieces, indent=2, ensure_ascii=False) + "\n",
        Form.JSONL: lambda: "".join(json.dumps(piece, ensure_ascii=False) + "\n" for piece in pieces),
        Form.CSV: lambda: as_csv(pieces, IN_CSV),
    }[form]()
    if to is None:
        typer.echo(text, nl=False)
        return
    write_whole(to, text)
    desk.out.tell(f"{len(pieces)} pieces of evidence are in {to}.")
