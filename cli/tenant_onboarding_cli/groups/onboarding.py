"""`onboard`: one tenant through the whole wizard."""

from typing import Annotated

import typer

from tenant_onboarding_cli.commands import Desk, Tenant, command
from tenant_onboarding_cli.groups.session import FACTS
from tenant_onboarding_cli.walking import Outcome, Result, Walk, Wishes

Watch = Annotated[bool, typer.Option("--watch", "-w", help="Wait for runs, and go on after them.")]
AcceptWarnings = Annotated[
    bool, typer.Option("--accept-warnings", help="Accept, in your own name, the warnings that it rests on.")
]


def add(app: typer.Typer) -> None:
    """Add it."""

    @command(
        app,
        "onboard",
        interrupted="tenant-onboarding onboard {tenant} --watch",
        examples=("tenant-onboarding onboard 1 --watch",),
    )
    def onboard(
        desk: Desk,
        tenant: Tenant,
        *,
        watch: Watch = False,
        connection: Annotated[
            int | None, typer.Option("--connection", min=1, help="The provider connection to choose.")
        ] = None,
        accept_warnings: AcceptWarnings = False,
        takeover: Annotated[bool, typer.Option("--takeover", help="Take the edit lock from somebody else.")] = False,
        again: Annotated[bool, typer.Option("--again", help="Begin anew with a tenant that was completed.")] = False,
    ) -> None:
        """Walk a tenant through the whole wizard, from wherever it stands to where it has to stop.

        Repeat it as you like: it goes on where it stands, starts nothing twice, and leaves a completed tenant alone.
        """
        wishes = Wishes(
            watch=watch, accept_warnings=accept_warnings, takeover=takeover, again=again, connection=connection
        )
        with desk.out.waiting(f"Tenant {tenant}"):
            outcome = Walk(desk.api, tenant, wishes, desk.out.tell).go()
        _end(desk, outcome)


def _end(desk: Desk, outcome: Outcome) -> None:
    if desk.out.is_json:
        desk.out.json(outcome.shown())
    elif outcome.session:
        desk.out.facts(outcome.session, FACTS)
    if outcome.failure:
        raise outcome.failure
    if outcome.result is Result.ALREADY:
        desk.out.tell("It was completed before; --again begins anew.")
    if outcome.result is Result.UNDER_WAY:
        desk.out.tell("Runs are under way.")
    desk.out.suggest(outcome.next_command)
