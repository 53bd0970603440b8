"""What concerns the customer's side: asking for consent, and looking before anybody is bothered."""

from typing import Annotated

import typer

from tenant_onboarding_cli import editing
from tenant_onboarding_cli.commands import Desk, Tenant, command
from tenant_onboarding_cli.failures import command_line, wrong_usage
from tenant_onboarding_cli.output import Column, moment

consent = typer.Typer(help="Asking the customer's administrator for consent.", no_args_is_help=True)

_MICROSOFT = (
    Column("exists", lambda found: found["exists"]),
    Column("can be reached", lambda found: found["reachable"]),
    Column("Entra tenant", lambda found: found["entra_tenant_id"]),
    Column("cloud", lambda found: found["cloud_name"]),
    Column("region", lambda found: found["region"]),
    Column("sub-region", lambda found: found["sub_region"]),
)


@command(consent, "link", examples=("tenant-onboarding consent link 1 101",))
def link(
    desk: Desk,
    tenant: Tenant,
    connection: Annotated[
        int | None, typer.Argument(metavar="CONNECTION", help="Else the open session's.", min=1, show_default=False)
    ] = None,
) -> None:
    """Create a link for the customer's administrator, good for one consent."""
    if connection is None:
        connection = editing.opened(desk.api, tenant)[0]["provider_connection_id"]
    if connection is None:
        raise wrong_usage(
            f"The session of tenant {tenant} has no connection yet.",
            "Name one, or choose one for the session.",
            command_line("session", "connect", tenant, "CONNECTION"),
        )
    made = desk.api.ask("POST", f"/tenants/{tenant}/provider-connections/{connection}/consent-link").body
    if desk.out.is_json:
        desk.out.json(made)
        return
    desk.out.say(made["url"])
    desk.out.tell(
        f"Send it to the customer's administrator; it is good for one consent until {moment(made['ends_at'])}."
    )
    desk.out.suggest(command_line("onboard", tenant, "--watch"))


def add_preflight(app: typer.Typer) -> None:
    """Add `preflight`, which stands by itself."""

    @command(app, "preflight", examples=("tenant-onboarding preflight 1 contoso.example",))
    def preflight(
        desk: Desk,
        tenant: Tenant,
        microsoft_tenant: Annotated[
            str,
            typer.Argument(metavar="DOMAIN", help="A domain of the Microsoft tenant, or its GUID.", show_default=False),
        ],
    ) -> None:
        """Ask whether a Microsoft tenant exists, who it is, and whether it can be reached; needs no credential."""
        found = desk.api.get(f"/tenants/{tenant}/preflight", {"tenant": microsoft_tenant}).body
        desk.out.facts(found, _MICROSOFT)
