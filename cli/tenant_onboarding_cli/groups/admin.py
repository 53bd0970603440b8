"""`admin`: registering tenants, members and connections, for the owning product and for owners."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import typer

from tenant_onboarding_cli.commands import Connection, Desk, Tenant, User, command
from tenant_onboarding_cli.failures import command_line
from tenant_onboarding_cli.output import Column, moment
from tenant_onboarding_cli.registering import connection_path, member_path, tenant_path

app = typer.Typer(help="Registering tenants, members and connections.", no_args_is_help=True)
tenants = typer.Typer(help="Tenants; needs the platform scope `onboarding.admin`.", no_args_is_help=True)
members = typer.Typer(help="Members; needs the platform scope, or the owner's role.", no_args_is_help=True)
connections = typer.Typer(
    help="Provider connections; needs the platform scope, or the owner's role.", no_args_is_help=True
)
app.add_typer(tenants, name="tenant")
app.add_typer(members, name="member")
app.add_typer(connections, name="connection")


class Role(StrEnum):
    """What a member may do, each with all of those before."""

    READONLY = "readonly"
    OPERATOR = "operator"
    MANAGER = "manager"
    OWNER = "owner"


class CredentialKind(StrEnum):
    """How the application proves who it is."""

    CLIENT_SECRET = "client_secret"  # noqa: S105 - the name of a kind
    CERTIFICATE = "certificate"
    FEDERATION = "federation"


@command(
    tenants,
    "register",
    examples=("tenant-onboarding admin tenant register 42 --name Relecloud --profile local-platform",),
)
def register_tenant(
    desk: Desk, tenant: Tenant, *, name: Annotated[str, typer.Option("--name", help="What people call it.")]
) -> None:
    """Register a tenant, or give it another name; the same again changes nothing."""
    answer = desk.api.ask("PUT", tenant_path(tenant), body={"name": name})
    desk.out.facts(answer.body, (Column("tenant", lambda it: it["id"]), Column("name", lambda it: it["name"])))
    desk.out.suggest(command_line("admin", "member", "set", tenant, "USER", "owner"))


@command(members, "list", examples=("tenant-onboarding admin member list 1",))
def list_members(desk: Desk, tenant: Tenant) -> None:
    """List who is what in a tenant."""
    members = list(desk.api.pages(f"{tenant_path(tenant)}/members"))
    desk.out.rows(members, (Column("user", lambda it: it["user_id"]), Column("role", lambda it: it["role"])))


@command(
    members,
    "set",
    examples=(
        "tenant-onboarding admin member set 42 2 manager --profile local-platform",
        "tenant-onboarding admin member set 42 5 operator --profile local-platform",
    ),
)
def set_member(
    desk: Desk,
    tenant: Tenant,
    user: User,
    role: Annotated[Role, typer.Argument(metavar="ROLE", help="readonly, operator, manager or owner.")],
) -> None:
    """Give a user a role in a tenant; the same again changes nothing."""
    answer = desk.api.ask("PUT", member_path(tenant, user), body={"role": role.value})
    facts = (
        Column("tenant", lambda it: it["tenant_id"]),
        Column("user", lambda it: it["user_id"]),
        Column("role", lambda it: it["role"]),
    )
    desk.out.facts(answer.body, facts)


@command(members, "remove", examples=("tenant-onboarding admin member remove 42 5 --profile local-platform",))
def remove_member(desk: Desk, tenant: Tenant, user: User) -> None:
    """Take a user's role in a tenant away, and lock and assignment with it."""
    desk.api.ask("DELETE", member_path(tenant, user))
    if desk.out.is_json:
        desk.out.json({"tenant_id": tenant, "user_id": user, "role": None})
    desk.out.tell(f"User {user} is no member of tenant {tenant} any more.")


CONNECTION = (
    Column("connection", lambda it: it["id"]),
    Column("Entra tenant", lambda it: it["entra_tenant_id"]),
    Column("application", lambda it: it["client_id"]),
    Column("cloud", lambda it: it["cloud"]),
    Column("expected domain", lambda it: it["expected_domain"]),
    Column("credential", lambda it: it["credential_kind"]),
    Column("named by", lambda it: it["credential_arn"]),
    Column("thumbprint", lambda it: it["certificate_thumbprint"]),
    Column("ends", lambda it: moment(it["credential_expires_at"])),
    Column("consented", lambda it: moment(it.get("consented_at"))),
)


@command(connections, "list", examples=("tenant-onboarding admin connection list 1",))
def list_connections(desk: Desk, tenant: Tenant) -> None:
    """List how a tenant can be reached; credentials are named, and never shown."""
    found = list(desk.api.pages(f"{tenant_path(tenant)}/provider-connections"))
    desk.out.rows(found, CONNECTION, f"Tenant {tenant} has no connection yet.")


@command(
    connections,
    "register",
    examples=(
        (
            "tenant-onboarding admin connection register 42 4201 --entra-tenant-id 7a4ffd5a-9dc5-4d7b-a5b1-1bd6ac3cd13f"
            " --client-id 6f1c1d52-8f0e-4a35-9c55-2b7a4f0d9e11 --credential-kind federation --profile local-platform"
        ),
    ),
)
def register_connection(
    desk: Desk,
    tenant: Tenant,
    connection: Connection,
    *,
    entra_tenant_id: Annotated[str, typer.Option("--entra-tenant-id", help="The customer's Entra tenant; fixed.")],
    client_id: Annotated[str, typer.Option("--client-id", help="Our application's id in it; fixed.")],
    cloud: Annotated[str, typer.Option("--cloud", help="The Microsoft cloud; fixed.")] = "global",
    expected_domain: Annotated[
        str | None, typer.Option("--expected-domain", help="A domain that the customer is known by.")
    ] = None,
    credential_kind: Annotated[
        CredentialKind,
        typer.Option(
            "--credential-kind",
            metavar="client_secret|certificate|federation",
            help="How the application proves who it is.",
        ),
    ] = CredentialKind.CLIENT_SECRET,
    credential_arn: Annotated[
        str | None, typer.Option("--credential-arn", help="The secret's ARN, or the key's; never the secret.")
    ] = None,
    certificate_thumbprint: Annotated[
        str | None, typer.Option("--certificate-thumbprint", help="SHA-256, of a certificate.")
    ] = None,
    credential_expires_at: Annotated[
        datetime | None, typer.Option("--credential-expires-at", help="When it ends, in UTC.")
    ] = None,
) -> None:
    """Register how a tenant is reached: a credential is named, and never given."""
    body = {
        "entra_tenant_id": entra_tenant_id,
        "client_id": client_id,
        "cloud": cloud,
        "expected_domain": expected_domain,
        "credential_kind": credential_kind.value,
        "credential_arn": credential_arn,
        "certificate_thumbprint": certificate_thumbprint,
        "credential_expires_at": f"{credential_expires_at.isoformat()}Z" if credential_expires_at else None,
    }
    answer = desk.api.ask("PUT", connection_path(tenant, connection), body=body)
    desk.out.facts(answer.body, CONNECTION)
    desk.out.suggest(command_line("consent", "link", tenant, connection))
