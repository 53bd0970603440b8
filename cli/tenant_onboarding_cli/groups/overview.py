"""What shows many things at once: one's own queue, and who did what to a tenant."""

from enum import StrEnum
from typing import Annotated, Any

import typer

from tenant_onboarding_cli.commands import Desk, Tenant, command
from tenant_onboarding_cli.failures import command_line
from tenant_onboarding_cli.output import Column, moment
from tenant_onboarding_cli.walking import STEPS

Limit = Annotated[int, typer.Option("--limit", min=1, help="At most so many.")]


class Party(StrEnum):
    """Who has to act, that an onboarding goes on."""

    US = "us"
    CUSTOMER = "customer"
    MICROSOFT = "microsoft"
    NOBODY = "nobody"


def _step(row: Any) -> str | None:  # noqa: ANN401 - JSON
    session = row["session"]
    if session is None:
        return "completed" if _completed(row) else None
    return f"{session['current_step']} {STEPS.get(session['current_step'], '')}"


def _completed(row: Any) -> str | None:  # noqa: ANN401 - JSON
    last = row.get("last_completed")  # a service of before does not say
    return last and moment(last["at"])


def _because(row: Any) -> str:  # noqa: ANN401 - JSON
    gates = [
        f"{gate['task_type'] or 'connection'} ({gate['reason_code'] or gate['status']})" for gate in row["because"]
    ]
    return ", ".join(gates)


QUEUE = (
    Column("tenant", lambda row: row["tenant"]["id"]),
    Column("name", lambda row: row["tenant"]["name"]),
    Column("my role", lambda row: row["role"]),
    Column("step", _step),
    Column("acts next", lambda row: row["acts_next"]),
    Column("because", _because),
    Column("running", lambda row: ", ".join(row["active_runs"])),
    Column("assigned", lambda row: row["session"] and row["session"]["assigned_to_user_id"]),
    Column("completed", _completed),
    Column("drifted", lambda row: "yes" if row["drifted"] else ""),
    Column("credential ends", lambda row: moment(row["credential_expires_at"])),
)
SELDOM = {"running", "assigned", "drifted", "credential ends"}

AUDIT = (
    Column("when", lambda entry: moment(entry["at"])),
    Column("act", lambda entry: entry["act"]),
    Column("by", lambda entry: entry["by_user_id"] and f"user {entry['by_user_id']}"),
    Column("from", lambda entry: entry["source_ip"]),
    Column("session", lambda entry: entry["session_id"]),
    Column("details", lambda entry: ", ".join(f"{name} {value}" for name, value in entry["details"].items())),
)


def add(app: typer.Typer) -> None:
    """Add them."""

    @command(app, "queue", examples=("tenant-onboarding queue", "tenant-onboarding queue --acts-next us -o json"))
    def queue(
        desk: Desk,
        *,
        acts_next: Annotated[
            Party | None,
            typer.Option(
                "--acts-next", metavar="us|customer|microsoft|nobody", help="Only those where these have to act."
            ),
        ] = None,
        drifted: Annotated[bool, typer.Option("--drifted", help="Only those that got worse since.")] = False,
    ) -> None:
        """Show the tenants that you are a member of, where each stands, and who acts next."""
        rows = [
            row
            for row in desk.api.pages("/onboarding/sessions")
            if (acts_next is None or row["acts_next"] == acts_next.value) and (row["drifted"] or not drifted)
        ]
        # What is rare takes no room where it is not.
        said = [each for each in QUEUE if each.title not in SELDOM or any(each.of(row) for row in rows)]
        desk.out.rows(rows, said, "There is no such tenant for you.")
        ours = next((row for row in rows if row["acts_next"] == Party.US.value and row["session"]), None)
        if ours:
            desk.out.suggest(command_line("onboard", ours["tenant"]["id"], "--watch"))

    @command(app, "audit", examples=("tenant-onboarding audit 1 --limit 5 --profile local-owner",))
    def audit(desk: Desk, tenant: Tenant, *, limit: Limit = 50) -> None:
        """Show who did what to a tenant, when and from where, newest first; for owners."""
        entries = list(desk.api.pages(f"/tenants/{tenant}/audit", limit=limit))
        desk.out.rows(entries, AUDIT, f"Nothing was done to tenant {tenant} yet.")
