"""`session`: the walk of a tenant through the five steps, and who edits it."""

from datetime import datetime
from typing import Annotated, Any

import typer

from tenant_onboarding_cli import editing
from tenant_onboarding_cli.commands import Connection, Desk, Tenant, User, command
from tenant_onboarding_cli.exits import Exit
from tenant_onboarding_cli.failures import Failure, Remedy, command_line
from tenant_onboarding_cli.output import Column, moment
from tenant_onboarding_cli.walking import STEPS

app = typer.Typer(help="The walk of a tenant through the five steps, and who edits it.", no_args_is_help=True)

Takeover = Annotated[bool, typer.Option("--takeover", help="Take the edit lock from somebody else first.")]


def _step(session: Any) -> str:  # noqa: ANN401 - JSON
    return f"{session['current_step']} {STEPS.get(session['current_step'], '')}"


def _lock(session: Any) -> str | None:  # noqa: ANN401 - JSON
    holder = session["locked_by_user_id"]
    return f"user {holder} until {moment(session['locked_until'])}" if holder else "nobody"


FACTS = (
    Column("session", lambda session: session["id"]),
    Column("tenant", lambda session: session["tenant_id"]),
    Column("status", lambda session: session["status"]),
    Column("step", _step),
    Column("connection", lambda session: session["provider_connection_id"]),
    Column("assigned to", lambda session: session["assigned_to_user_id"] and f"user {session['assigned_to_user_id']}"),
    Column("edited by", lambda session: None if session["closed_at"] else _lock(session)),
    Column("note", lambda session: session.get("note")),
    Column("waits until", lambda session: moment(session.get("waiting_until"))),
    Column("created", lambda session: moment(session["created_at"])),
    Column("closed", lambda session: moment(session["closed_at"])),
    Column("rests on", lambda session: _completion(session["completion"])),
)


def _completion(completion: Any) -> str | None:  # noqa: ANN401 - JSON
    if completion is None:
        return None
    accepted = ", ".join(each["reason_code"] for each in completion["accepted_warnings"])
    return f"{len(completion['evidence_ids'])} findings" + (f"; accepted: {accepted}" if accepted else "")


def _edited(desk: Desk, tenant: int, *, takeover: bool = False, **changes: object) -> None:
    session, etag = editing.opened(desk.api, tenant)
    if takeover:
        changes["takeover"] = True
    session, _ = editing.edit(desk.api, session, etag, **changes)
    desk.out.facts(session, FACTS)


@command(app, "show", examples=("tenant-onboarding session show 1",))
def show(desk: Desk, tenant: Tenant) -> None:
    """Show the open session; looking takes no lock."""
    session = desk.api.get(editing.session_path(tenant)).body["session"]
    if desk.out.is_json:
        desk.out.json({"session": session})
    elif session:
        desk.out.facts(session, FACTS)
    else:
        desk.out.tell(f"Tenant {tenant} has no open session.")
        desk.out.suggest(command_line("session", "start", tenant))


@command(app, "list", examples=("tenant-onboarding session list 1 --limit 5",))
def list_(
    desk: Desk,
    tenant: Tenant,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="At most so many.")] = None,
) -> None:
    """List all sessions of a tenant, newest first."""
    sessions = list(desk.api.pages(f"/tenants/{tenant}/onboarding/sessions", limit=limit))
    columns = [each for each in FACTS if each.title not in {"tenant", "rests on"}]
    desk.out.rows(sessions, columns, f"Tenant {tenant} never had a session.")


@command(app, "start", examples=("tenant-onboarding session start 1",))
def start(desk: Desk, tenant: Tenant) -> None:
    """Create the session, or resume the one that is open; takes the edit lock if it is free."""
    answer = desk.api.ask("POST", editing.session_path(tenant), repeatable=True)
    if answer.headers.get("session-resumed") == "true":
        desk.out.tell("One was open: this is it.")
    desk.out.facts(answer.body, FACTS)
    desk.out.suggest(command_line("onboard", tenant, "--watch"))


@command(app, "step", examples=("tenant-onboarding session step 1 5",))
def step(
    desk: Desk,
    tenant: Tenant,
    step: Annotated[int, typer.Argument(metavar="STEP", min=1, max=5, help="1 to 5.", show_default=False)],
    *,
    takeover: Takeover = False,
) -> None:
    """Go to a step: backwards always, forwards once what it needs was found."""
    _edited(desk, tenant, takeover=takeover, current_step=step)


@command(app, "connect", examples=("tenant-onboarding session connect 1 101",))
def connect(desk: Desk, tenant: Tenant, connection: Connection, *, takeover: Takeover = False) -> None:
    """Choose the provider connection; what was found over another one counts no more."""
    _edited(desk, tenant, takeover=takeover, provider_connection_id=connection)


@command(app, "assign", examples=("tenant-onboarding session assign 1 3",))
def assign(desk: Desk, tenant: Tenant, user: User, *, takeover: Takeover = False) -> None:
    """Assign the session to a user; to somebody else, it hands the edit lock over too."""
    _edited(desk, tenant, takeover=takeover, assigned_to_user_id=user)


@command(app, "unassign", examples=("tenant-onboarding session unassign 1",))
def unassign(desk: Desk, tenant: Tenant, *, takeover: Takeover = False) -> None:
    """Assign the session to nobody."""
    _edited(desk, tenant, takeover=takeover, assigned_to_user_id=None)


@command(app, "takeover", examples=("tenant-onboarding session takeover 1",))
def takeover(desk: Desk, tenant: Tenant) -> None:
    """Take the edit lock, also from somebody else; managers and the assignee may."""
    _edited(desk, tenant, takeover=True)


@command(app, "keep", examples=("tenant-onboarding session keep 1",))
def keep(desk: Desk, tenant: Tenant) -> None:
    """Keep one's own edit lock, and do nothing else: the heartbeat."""
    _edited(desk, tenant)


@command(app, "note", examples=("tenant-onboarding session note 1 'Call Kim about the consent'",))
def note(
    desk: Desk,
    tenant: Tenant,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="At most 500 characters; '' removes it.")],
    *,
    takeover: Takeover = False,
) -> None:
    """Leave a note for those who work on the session."""
    _edited(desk, tenant, takeover=takeover, note=text or None)


@command(app, "wait", examples=("tenant-onboarding session wait 1 2030-01-31",))
def wait(
    desk: Desk,
    tenant: Tenant,
    until: Annotated[
        datetime | None, typer.Argument(metavar="UNTIL", help="In UTC; without it nobody waits any more.")
    ] = None,
    *,
    takeover: Takeover = False,
) -> None:
    """Say when to look at the session again; it is shown, and decides nothing."""
    _edited(desk, tenant, takeover=takeover, waiting_until=f"{until.isoformat()}Z" if until else None)


@command(app, "complete", examples=("tenant-onboarding session complete 1 --accept-warnings",))
def complete(
    desk: Desk,
    tenant: Tenant,
    *,
    accept_warnings: Annotated[
        bool, typer.Option("--accept-warnings", help="Accept, in your own name, the warnings that it rests on.")
    ] = False,
    takeover: Takeover = False,
) -> None:
    """Complete the session, from its last step; it keeps what it rests on."""
    tasks = desk.api.get(f"/tenants/{tenant}/onboarding/tasks").body
    warnings = [task for task in tasks if task["required"] and task["status"] == "warn"]
    if warnings and not accept_warnings:
        named = ", ".join(f"{task['task_type']} ({task['reason_code']})" for task in warnings)
        raise Failure(
            Exit.BLOCKED,
            f"It would rest on warnings, which somebody has to accept: {named}.",
            (Remedy("Look at them, then accept them in your own name with --accept-warnings."),),
            command_line("tasks", "list", tenant),
        )
    _edited(desk, tenant, takeover=takeover, status="completed")


@command(app, "abandon", examples=("tenant-onboarding session start 8", "tenant-onboarding session abandon 8"))
def abandon(desk: Desk, tenant: Tenant, *, takeover: Takeover = False) -> None:
    """Abandon the session; what was found stays."""
    _edited(desk, tenant, takeover=takeover, status="abandoned")
