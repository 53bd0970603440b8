"""The tenants in which the matrix is asked, and how each of its rows is asked there.

A tenant is a copy of one that was brought about over the real routes, written past them: who may do something does it
in a copy of their own, and who may not are seen to change nothing.
"""

from datetime import UTC, datetime, timedelta
from itertools import batched, count
from typing import Any, NamedTuple

from mypy_boto3_dynamodb import DynamoDBClient

from onboarding.routes import PAGE, ROUTES, Route
from tests.arranging import ADMIN, at_step
from tests.calling import call, connection, register
from tests.deployment import Deployment
from tests.security.matrix import ANOTHER, BODIES, ME

PATTERN, ELSEWHERE = 1, 999
"""The tenant that is copied; and one that is only there to be a member of, which the local deployment does not seed."""

HOLDER = 5
"""An operator to whom the session is assigned, and who holds its lock, where nobody else does."""

_MEMBERS = {"owner": 1, "manager": 2, "operator": 3, "readonly": 4, "assignee": 3, "holder": 3}
_SCOPE = "onboarding.admin"
_LEAVER = 7
_numbers = count(1000)

type Item = dict[str, Any]
"""An item in DynamoDB's own typed form."""

type Items = dict[str, list[Item]]
"""All that a tenant has, by the template's id of a table."""

TABLES = ("Sessions", "Runs", "Evidence")
"""Those that say how things stand."""


class Person(NamedTuple):
    """Somebody who asks; without a *user* nobody who says who they are."""

    user: int | None
    scope: str = ""


def person(who: str) -> Person:
    """Tell who stands in a column of the matrix."""
    if who == "no token":
        return Person(None)
    scope = _SCOPE if who.startswith("platform") else ""
    role = who.removeprefix("platform").removeprefix(" and ")
    if role in {"", "nobody"}:
        return Person(9, scope)
    if role.endswith(" elsewhere"):
        return Person(10 + _MEMBERS[role.removesuffix(" elsewhere")])
    return Person(_MEMBERS[role], scope)


class Asked(NamedTuple):
    """How a route is asked: what its path names, and what is sent along."""

    route: Route
    ids: dict[str, object] = {}
    query: str = ""
    body: object = None


ANY_PATH = Route("GET", "/nothing/there")
"""No route, and so all that `$default` has to answer."""

ANY_OPTIONS = Route("OPTIONS", "/tenants/{tenantId}/onboarding/tasks")
"""A path of which it is asked with which methods it can be."""


class Known(NamedTuple):
    """The ids that are the same in every copy."""

    session: int
    run: int
    evidence: int


def asked(name: str, known: Known) -> Asked:
    """Say how the row *name* is asked so that whoever may is answered with success."""
    ids: dict[str, dict[str, object]] = {
        "update_session": {"sessionId": known.session},
        "start_run": {"taskType": "rbac_check"},
        "get_run": {"runId": known.run},
        "cancel_run": {"runId": known.run},
        "compare_evidence": {"evidenceId": known.evidence},
        "register_member": {"userId": 8},
        "remove_member": {"userId": _LEAVER},
        "create_consent_link": {"connectionId": 101},
        "register_connection": {"connectionId": 103},
        "serve_page": {"proxy": "config.json"},
    }
    bodies = {
        "update_session": {"current_step": 1},
        "register_tenant": {"name": "Contoso"},
        "register_member": {"role": "operator"},
        "register_connection": connection(),
    }
    queries = {"preflight_connection": "tenant=contoso.example"}
    others = {"unmatched": ANY_PATH, "unmatched_options": ANY_OPTIONS, "serve_page_itself": PAGE}
    route = others.get(name) or ROUTES[name]
    return Asked(route, ids.get(name, {}), queries.get(name, ""), bodies.get(name))


def body_of(act: str, user: int | None) -> dict[str, Any]:
    """Give the body with which *user* asks for *act*."""
    return {name: user if value == ME else value for name, value in BODIES[act].items()}


class Pattern(NamedTuple):
    """A tenant whose session is in its last step with all findings good, and in whom nothing is active."""

    items: Items
    known: Known


def arranged(deployed: Deployment) -> Pattern:
    """Bring the pattern about, over the real routes; user 5 is the assignee of its session."""
    register(PATTERN)
    for user in (ANOTHER, _LEAVER):
        call("register_member", userId=user, body={"role": "operator"}, tenant=PATTERN, **ADMIN)
    session_id = at_step(5, tenant=PATTERN)
    call("register_connection", connectionId=102, body=connection(), tenant=PATTERN, **ADMIN)
    evidence = call("list_evidence", tenant=PATTERN).body[0]
    tenants = Tenants(deployed.dynamodb, deployed.tables.physical)
    return Pattern(tenants.items(PATTERN), Known(session_id, evidence["operation_run_id"], evidence["id"]))


class Tenants:
    """Writes and reads whole tenants, past the routes."""

    def __init__(self, dynamodb: DynamoDBClient, physical: dict[str, str]) -> None:
        self._dynamodb = dynamodb
        self._physical = {table: physical[table] for table in TABLES}

    def add_elsewhere(self) -> None:
        """Put in the tenant of those who are members elsewhere only."""
        number = {"N": str(ELSEWHERE)}
        there: list[Item] = [{"tenant_id": number, "entry": {"S": "tenant"}, "name": {"S": "Elsewhere"}}]
        for role in ("owner", "manager", "operator", "readonly"):
            entry = f"member#{10 + _MEMBERS[role]:016d}"
            there.append({"tenant_id": number, "entry": {"S": entry}, "role": {"S": role}})
        self._put("Sessions", there)

    def copy(self, pattern: Pattern, *, who: str = "", held: bool = False) -> int:
        """Make a tenant as in *pattern*, in which *who* finds the lock free, or held by another; give its id."""
        tenant = next(_numbers)
        for table, items in pattern.items.items():
            copied = [{**item, "tenant_id": {"N": str(tenant)}} for item in items]
            self._put(table, [_as_found(item, who, held=held) for item in copied])
        return tenant

    def items(self, tenant: int) -> Items:
        """Read all that *tenant* has."""
        return {
            table: self._dynamodb.query(
                TableName=name,
                KeyConditionExpression="tenant_id = :tenant_id",
                ExpressionAttributeValues={":tenant_id": {"N": str(tenant)}},
                ConsistentRead=True,
            )["Items"]
            for table, name in self._physical.items()
        }

    def _put(self, table: str, items: list[Item]) -> None:
        for some in batched(items, 25, strict=False):
            written = self._dynamodb.batch_write_item(
                RequestItems={self._physical[table]: [{"PutRequest": {"Item": item}} for item in some]}
            )
            assert not written["UnprocessedItems"]


def _as_found(item: Item, who: str, *, held: bool) -> Item:
    """Give the open session the assignee and the lock that *who* is to find; leave every other item as it is."""
    if item["entry"] != {"S": "open"} if "entry" in item else True:
        return item
    found = {name: value for name, value in item.items() if not name.startswith("locked_")}
    actor = person(who).user if who else None
    found["assigned_to_user_id"] = {"N": str(actor if who == "assignee" else HOLDER)}
    holder = actor if who == "holder" else HOLDER if held else None
    if holder:
        until = datetime.now(UTC) + timedelta(minutes=14)
        found |= {"locked_by_user_id": {"N": str(holder)}, "locked_until": {"N": str(int(until.timestamp() * 1000))}}
    return found
