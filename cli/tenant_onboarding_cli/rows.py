"""The file of `bulk`: which tenants there are, read whole and judged whole before anything is done."""

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from tenant_onboarding_cli.exits import Exit
from tenant_onboarding_cli.failures import Failure, Remedy, wrong_usage
from tenant_onboarding_cli.registering import connection_path, member_path, tenant_path

COLUMNS = {
    "tenant_id": "the tenant's id; required, and each but once",
    "name": "what people call it; if given, the tenant is registered",
    "members": "who may work on it, as in `1:owner 2:manager 3:operator`; if given, they are registered",
    "connection_id": "the provider connection's id; if given, it is registered and chosen",
    "entra_tenant_id": "the customer's Entra tenant, a GUID; with `connection_id`",
    "client_id": "our application's id in it, a GUID; with `connection_id`",
    "expected_domain": "a domain that the customer is known by",
    "credential_kind": "`client_secret` (if empty), `certificate` or `federation`",
    "credential_arn": "the ARN of the secret, or of the certificate's key; never the secret",
    "certificate_thumbprint": "SHA-256, of a certificate",
    "credential_expires_at": "when the credential ends, as in `2027-01-31T00:00:00Z`",
}
"""Every column, in any order; all but the first may be left out, and any cell but that may be empty."""

ROLES = ("readonly", "operator", "manager", "owner")
KINDS = ("client_secret", "certificate", "federation")

_ID = re.compile(r"[1-9][0-9]{0,15}", re.ASCII)
_GUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_LARGEST_ID = 2**53 - 1
_DETAILS = (
    "entra_tenant_id",
    "client_id",
    "expected_domain",
    "credential_kind",
    "credential_arn",
    "certificate_thumbprint",
    "credential_expires_at",
)
_SHOWN = 20
"""Mistakes that are told at once."""


class Mistake(NamedTuple):
    """What is wrong in a line of the file."""

    line: int
    column: str
    message: str

    def __str__(self) -> str:
        """Say it."""
        return f"line {self.line}, {self.column}: {self.message}"


@dataclass(frozen=True, slots=True)
class Row:
    """One tenant; what is None is not registered."""

    line: int
    tenant: int
    name: str | None
    members: tuple[tuple[int, str], ...]
    connection: int | None
    details: Mapping[str, str]
    """What is registered of the connection."""


def read(path: Path) -> list[Row]:
    """Read the file.

    Raises:
        Failure: Usage, with every mistake and the line that it is in; nothing has been done by then.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows, mistakes = _judged(csv.DictReader(file, strict=True))
    except FileNotFoundError:
        raise wrong_usage(f"There is no file {path}.") from None
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise wrong_usage(
            f"{path} cannot be read: {error}.", "It must be CSV in UTF-8, with a first line of names."
        ) from None
    if not mistakes:
        if rows:
            return rows
        raise wrong_usage(f"{path} names no tenants.")
    told = [Remedy(str(each)) for each in mistakes[:_SHOWN]]
    if len(mistakes) > _SHOWN:
        told.append(Remedy(f"… and {len(mistakes) - _SHOWN} more."))
    raise Failure(
        Exit.USAGE,
        f"{path} has {len(mistakes)} mistakes; nothing was done.",
        tuple(told),
        problem={"mistakes": [each._asdict() for each in mistakes]},
    )


def _judged(reader: "csv.DictReader[str]") -> tuple[list[Row], list[Mistake]]:
    names = reader.fieldnames or []
    mistakes = [Mistake(1, name or "(no name)", "is no column") for name in names if name not in COLUMNS]
    mistakes += [Mistake(1, name, "is there twice") for name in sorted({n for n in names if names.count(n) > 1})]
    if "tenant_id" not in names:
        mistakes.append(Mistake(1, "tenant_id", "is missing"))
    if mistakes:
        return [], mistakes
    rows, lines = [], dict[int, int]()
    for cells in reader:
        line = reader.line_num
        if None in cells or None in cells.values():
            mistakes.append(Mistake(line, "(all)", f"must have {len(names)} cells, as the first line has"))
            continue
        values = {name: value.strip() for name, value in cells.items()}
        wrong = [Mistake(line, column, message) for column, message in _mistakes(values)]
        tenant = _id(values["tenant_id"])
        if tenant in lines:
            wrong.append(Mistake(line, "tenant_id", f"is in line {lines[tenant]} already"))
        if tenant is not None:
            lines.setdefault(tenant, line)
        mistakes += wrong
        if not wrong and tenant is not None:
            rows.append(_row(line, tenant, values))
    return rows, mistakes


def _mistakes(values: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Name what is wrong with a line by itself; what only the service can know, it says."""
    if _id(values["tenant_id"]) is None:
        yield "tenant_id", f"must be an integer from 1 to {_LARGEST_ID}, in plain digits"
    for member in values.get("members", "").split():
        user, _, role = member.partition(":")
        if _id(user) is None or role not in ROLES:
            yield "members", f"{member!r} must be a user's id and a role, as in 3:operator; roles: {', '.join(ROLES)}"
    given = [name for name in _DETAILS if values.get(name)]
    connection = values.get("connection_id", "")
    if not connection:
        if given:
            yield "connection_id", f"is needed with {given[0]}"
        return
    if _id(connection) is None:
        yield "connection_id", f"must be an integer from 1 to {_LARGEST_ID}, in plain digits"
    for name in ("entra_tenant_id", "client_id"):
        if given and not _GUID.fullmatch(values.get(name, "")):
            yield name, "must be a GUID, as in 00000000-0000-0000-0000-000000000000"
    yield from _credential_mistakes(values) if given else ()


def _credential_mistakes(values: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    kind = values.get("credential_kind") or KINDS[0]
    if kind not in KINDS:
        yield "credential_kind", f"must be one of {', '.join(KINDS)}"
        return
    named, printed = values.get("credential_arn", ""), values.get("certificate_thumbprint", "")
    if (kind == "federation") is bool(named):
        yield "credential_arn", f"must be {'empty' if named else 'given'} where the kind of credential is {kind}"
    if named and not named.startswith("arn:"):
        yield "credential_arn", "must be an ARN, never the credential itself"
    if (kind == "certificate") is not bool(printed):
        yield (
            "certificate_thumbprint",
            f"must be {'empty' if printed else 'given'} where the kind of credential is {kind}",
        )


def _row(line: int, tenant: int, values: Mapping[str, str]) -> Row:
    members = tuple(
        (int(user), role) for user, _, role in (each.partition(":") for each in values.get("members", "").split())
    )
    connection = values.get("connection_id")
    return Row(
        line=line,
        tenant=tenant,
        name=values.get("name") or None,
        members=members,
        connection=int(connection) if connection else None,
        details={name: values[name] for name in _DETAILS if values.get(name)},
    )


def _id(text: str) -> int | None:
    return int(text) if _ID.fullmatch(text) and int(text) <= _LARGEST_ID else None


def registrations(row: Row) -> Iterator[tuple[str, dict[str, Any]]]:
    """Say what is registered of a tenant, in the order in which it must be: path and body."""
    if row.name is not None:
        yield tenant_path(row.tenant), {"name": row.name}
    for user, role in row.members:
        yield member_path(row.tenant, user), {"role": role}
    if row.connection is not None and row.details:
        yield connection_path(row.tenant, row.connection), dict(row.details)
