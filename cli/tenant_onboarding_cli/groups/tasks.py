"""`tasks`: what there is to examine in a tenant, and what was found last."""

import typer

from tenant_onboarding_cli import editing
from tenant_onboarding_cli.commands import Desk, Tenant, command
from tenant_onboarding_cli.failures import command_line
from tenant_onboarding_cli.output import Column, moment
from tenant_onboarding_cli.walking import Task
from tenant_onboarding_cli.watching import GOOD, asking, is_by_consent

app = typer.Typer(help="What there is to examine in a tenant, and what was found last.", no_args_is_help=True)

COLUMNS = (
    Column("step", lambda task: task["step"]),
    Column("task", lambda task: task["task_type"]),
    Column("status", lambda task: task["status"]),
    Column("reason", lambda task: task["reason_code"]),
    Column("found", lambda task: moment(task["recorded_at"])),
    Column("old", lambda task: "yes" if task["stale"] else ""),
    Column("running", lambda task: task["active_run_id"]),
    Column("newest run", lambda task: task["last_run_id"]),
)


@command(app, "list", examples=("tenant-onboarding tasks list 1", "tenant-onboarding tasks list 1 -o json"))
def list_(desk: Desk, tenant: Tenant) -> None:
    """List every task with its newest finding, and what can be done about those that are not good."""
    tasks = desk.api.get(f"/tenants/{tenant}/onboarding/tasks").body
    desk.out.rows(tasks, COLUMNS)
    bad = [task for task in tasks if task["remedy"] and task["reason_code"] != "never_run"]
    for task in bad:
        desk.out.say(f"\n{task['task_type']}: {task['message']}\n  {task['remedy']['text']}")
        if task["remedy"]["link"]:
            desk.out.say(f"  {task['remedy']['link']}")
    worst = next((task for task in bad if task["status"] not in GOOD), None)
    if worst and not worst["active_run_id"]:
        desk.out.suggest(
            _asking(desk, tenant, worst) or command_line("run", "start", tenant, worst["task_type"], "--watch")
        )
    elif not bad and any(task["status"] == "unknown" for task in tasks):
        desk.out.suggest(command_line("onboard", tenant, "--watch"))


def _asking(desk: Desk, tenant: int, worst: Task) -> str | None:
    """Write the command that asks the customer, if that is what mends the *worst* finding."""
    if not is_by_consent(worst):
        return None
    session = desk.api.get(editing.session_path(tenant)).body["session"]
    return asking(tenant, session and session["provider_connection_id"], [worst])
