"""`run`: executing tasks, watching them, and cancelling them."""

import re
from typing import Annotated, Any

import typer

from tenant_onboarding_cli import editing, watching
from tenant_onboarding_cli.commands import Desk, Tenant, command
from tenant_onboarding_cli.exits import Exit
from tenant_onboarding_cli.failures import Failure, Remedy, command_line
from tenant_onboarding_cli.output import Column, moment

app = typer.Typer(help="Executing tasks, watching them, and cancelling them.", no_args_is_help=True)

Run = Annotated[str, typer.Argument(metavar="RUN", help="A run's id, or a task: its newest run.", show_default=False)]
Task = Annotated[str, typer.Argument(metavar="TASK", help="As `tasks list` names it.", show_default=False)]
Watch = Annotated[bool, typer.Option("--watch", "-w", help="Wait until it has ended; the exit code says how.")]

FACTS = (
    Column("run", lambda run: run["id"]),
    Column("task", lambda run: run["task_type"]),
    Column("status", lambda run: run["status"]),
    Column("found", watching.found),
    Column("progress", lambda run: run["progress"] and f"{run['progress']['done']} of {run['progress']['total']}"),
    Column("evidence", lambda run: (run["finding"] or {}).get("evidence_id")),
    Column("connection", lambda run: run["provider_connection_id"]),
    Column("started by", lambda run: f"user {run['started_by_user_id']}" if run["started_by_user_id"] else "the sweep"),
    Column("queued", lambda run: moment(run["queued_at"])),
    Column("started", lambda run: moment(run["started_at"])),
    Column("ended", lambda run: moment(run["ended_at"])),
    Column("not before", lambda run: moment(run["not_before"])),
    Column("attempts", lambda run: run["attempts"]),
    Column("cancel asked", lambda run: moment(run["cancel_requested_at"])),
)


def _path(desk: Desk, tenant: int, run: str) -> str:
    """Find a run by its id, or the newest of a task by the task's name."""
    if run.isdigit():
        return watching.run_path(tenant, run)
    tasks: list[dict[str, Any]] = desk.api.get(f"/tenants/{tenant}/onboarding/tasks").body
    newest = {task["task_type"]: task["active_run_id"] or task["last_run_id"] for task in tasks}
    if not newest.get(run):
        known = run in newest
        raise Failure(
            Exit.FAILED if known else Exit.USAGE,
            f"{run} was never run in tenant {tenant}." if known else f"There is no task {run}.",
            (Remedy("Start it." if known else f"There are: {', '.join(newest)}."),),
            command_line("run", "start", tenant, run) if known else command_line("tasks", "list", tenant),
        )
    return watching.run_path(tenant, newest[run])


def _ended(desk: Desk, run: dict[str, Any]) -> None:
    """Show a run that has ended, and end the command as it did."""
    desk.out.facts(run, FACTS)
    failure = watching.not_good([run])
    if failure:
        raise failure


def named(task: str) -> str:
    """Hold a task's name to its form: it becomes part of a path."""
    if not re.fullmatch(r"[a-z][a-z_]{0,63}", task):
        raise Failure(Exit.USAGE, f"{task!r} is no task's name.", (Remedy("`tasks list TENANT` names them."),))
    return task


@command(
    app,
    "start",
    interrupted="tenant-onboarding run watch {tenant} {task}",
    examples=("tenant-onboarding run start 1 license_check", "tenant-onboarding run start 1 consent_status --watch"),
)
def start(
    desk: Desk,
    tenant: Tenant,
    task: Task,
    *,
    watch: Watch = False,
    key: Annotated[
        str | None, typer.Option("--key", help="An idempotency key: the same again is given the same run for a day.")
    ] = None,
) -> None:
    """Start a run of a task, or join the one that is under way."""
    answer = watching.start(desk.api, tenant, named(task), key)
    if answer.headers.get("operation-reused") == "true":
        desk.out.tell("It was under way already: this is it.")
    if watch:
        with desk.out.waiting(f"{task} runs"):
            ended = watching.watch(desk.api, answer.body["url"], desk.out.tell)
        _ended(desk, ended)
        return
    desk.out.facts(answer.body, (Column("run", lambda link: link["run_id"]), Column("url", lambda link: link["url"])))
    desk.out.suggest(command_line("run", "watch", tenant, answer.body["run_id"]))


@command(app, "show", examples=("tenant-onboarding run show 1 license_check",))
def show(desk: Desk, tenant: Tenant, run: Run) -> None:
    """Show how a run goes, or went, and what it found."""
    found = desk.api.get(_path(desk, tenant, run)).body
    desk.out.facts(found, FACTS)
    for remedy in watching.remedy_of(found["finding"]):
        desk.out.say(f"{remedy.text}\n{remedy.link or ''}".rstrip())


@command(
    app,
    "watch",
    interrupted="tenant-onboarding run watch {tenant} {run}",
    examples=("tenant-onboarding run watch 1 license_check",),
)
def watch(desk: Desk, tenant: Tenant, run: Run) -> None:
    """Wait until a run has ended; the exit code says how."""
    path = _path(desk, tenant, run)
    with desk.out.waiting("It runs"):
        ended = watching.watch(desk.api, path, desk.out.tell)
    _ended(desk, ended)


@command(app, "cancel", examples=("tenant-onboarding run cancel 1 license_check",))
def cancel(desk: Desk, tenant: Tenant, run: Run) -> None:
    """Cancel a run, at once or at its next checkpoint; one that has ended stays as it is."""
    found = desk.api.ask("POST", f"{_path(desk, tenant, run)}/cancel", repeatable=True).body
    desk.out.facts(found, FACTS)
    if found["status"] in watching.ACTIVE:
        desk.out.suggest(command_line("run", "watch", tenant, found["id"]))


@command(
    app,
    "all",
    interrupted="tenant-onboarding tasks list {tenant}",
    examples=("tenant-onboarding run all 1 --step 3 --watch",),
)
def all_(
    desk: Desk,
    tenant: Tenant,
    *,
    step: Annotated[
        int | None, typer.Option("--step", min=1, max=5, help="The tasks of this step; else of the session's.")
    ] = None,
    watch: Watch = False,
) -> None:
    """Start every task of a step, side by side."""
    if step is None:
        step = int(editing.opened(desk.api, tenant)[0]["current_step"])
    tasks = desk.api.get(f"/tenants/{tenant}/onboarding/tasks").body
    chosen = [task["task_type"] for task in tasks if task["step"] == step]
    links = [watching.start(desk.api, tenant, task).body for task in chosen]
    if watch:
        with desk.out.waiting("They run"):
            runs = [watching.watch(desk.api, link["url"], desk.out.tell) for link in links]
        desk.out.rows(runs, FACTS[:4], f"Step {step} has no tasks.")
        failure = watching.not_good(runs)
        if failure:
            raise failure
        return
    desk.out.rows(
        links,
        (Column("run", lambda link: link["run_id"]), Column("url", lambda link: link["url"])),
        f"Step {step} has no tasks.",
    )
    desk.out.suggest(command_line("tasks", "list", tenant) if links else None)
