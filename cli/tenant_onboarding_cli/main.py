"""The command line: every group and every command that stands by itself."""

from typing import Annotated

import typer
from typer.completion import completion_init  # type: ignore[attr-defined] # typer's own way to it

from tenant_onboarding_cli import PROGRAM, VERSION
from tenant_onboarding_cli.groups import (
    access,
    admin,
    bulk,
    customers,
    evidence,
    onboarding,
    overview,
    run,
    session,
    tasks,
)

app = typer.Typer(
    name=PROGRAM,
    help="Bring customers' Microsoft tenants under management, from a terminal or a script.",
    no_args_is_help=True,
    add_completion=False,  # `completion` prints it, and writes into nobody's files
    pretty_exceptions_enable=False,  # a trace with local variables would show tokens
)

onboarding.add(app)
bulk.add(app)
overview.add(app)
app.add_typer(session.app, name="session")
app.add_typer(tasks.app, name="tasks")
app.add_typer(run.app, name="run")
app.add_typer(evidence.app, name="evidence")
app.add_typer(customers.consent, name="consent")
customers.add_preflight(app)
app.add_typer(admin.app, name="admin")
access.add(app)


def _said_version(asked: bool) -> None:  # noqa: FBT001 - typer calls it so
    if asked:
        typer.echo(f"{PROGRAM} {VERSION}")
        raise typer.Exit


@app.callback()
def root(
    *,
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_said_version, is_eager=True)
    ] = False,
) -> None:
    """Bring customers' Microsoft tenants under management, from a terminal or a script."""


def main() -> None:
    """Carry out what the command line says, or complete it for a shell that asks."""
    completion_init()
    app(prog_name=PROGRAM)
