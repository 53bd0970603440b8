"""What the bench measures up to ten thousand, at a size for every day."""

from itertools import product
from typing import Any

import pytest

from bench import growth
from bench.stage import metered
from tests.arranging import at_step
from tests.calling import call, register
from tests.deployment import Deployment
from tests.wire import Wire

pytestmark = pytest.mark.parametrize("dynamodb", ["dynamodb_local"], indirect=True)

FEW, MANY = 10, 400


def test_what_a_request_takes_does_not_grow_with_history(deployed: Deployment, wire: Wire) -> None:
    few, many = growth.with_history(deployed, wire, (FEW, MANY))

    for route in ("list_tasks", "start_run", "cancel_run"):
        assert many[route] == few[route] | {"received": many[route]["received"]}
        assert many[route]["received"] <= 1.02 * few[route]["received"]


def test_a_page_of_evidence_is_one_query_that_returns_all_it_looks_at(deployed: Deployment, wire: Wire) -> None:
    [_, many] = growth.with_history(deployed, wire, (FEW, MANY))

    for route in ("list_evidence", "list_evidence of a task"):
        assert many[route]["round_trips"] == 2
        assert many[route]["scanned"] == many[route]["returned"] == many[route]["rows"]
    assert many["every page"]["rows"] == MANY + 7
    assert many["every page"]["round_trips"] == 2
    assert many["every page"]["scanned_more_than_returned"] == 0


def test_no_two_pieces_of_a_history_share_an_id_though_those_of_its_first_runs_lie_close_together(
    deployed: Deployment,
) -> None:
    past = growth.Past.begin(deployed)
    past.patterns = {
        task: (
            {**run, "run_id": {"N": str(milliseconds << 12)}},
            {**piece, "evidence_id": {"N": str((milliseconds + 1) << 12)}},
        )
        for milliseconds, (task, (run, piece)) in enumerate(past.patterns.items(), start=1_000)
    }
    runs, pieces = (len(deployed.items(table)) for table in (deployed.tables.runs, deployed.tables.evidence))

    past.grow(70)

    assert len(deployed.items(deployed.tables.runs)) == runs + 70
    assert len(deployed.items(deployed.tables.evidence)) == pieces + 70


def test_a_sweep_makes_the_same_calls_however_many_sessions_are_open(deployed: Deployment, wire: Wire) -> None:
    few, many = growth.with_open_sessions(deployed, wire, (FEW, MANY))

    assert few["acts"] == {"session_abandoned": growth.DUE}
    assert many == few | {"size": MANY}


def test_what_a_request_takes_does_not_grow_with_members(deployed: Deployment, wire: Wire) -> None:
    few, many = growth.with_members(deployed, wire, (5, 200))
    few_listed, many_listed = few.pop("list_members"), many.pop("list_members")

    assert many == few | {"size": 200}
    # The list of members alone takes what it shows: in one request, and nothing is read that is not returned.
    assert many_listed["round_trips"] == few_listed["round_trips"] == 2
    assert (many_listed["rows"], many_listed["scanned"]) == (200, many_listed["returned"])


TENANT = 1
FIRST_OF_ANOTHER = 10_000


class Queued:
    """A queue that is made longer and longer, and tables in which others have more and more."""

    def __init__(self, deployed: Deployment, wire: Wire) -> None:
        self._deployed, self._wire = deployed, wire
        tables = (deployed.tables.sessions, deployed.tables.runs)
        self._pattern = {table: deployed.items(table) for table in tables}

    def add(self, tenants: range, *, user: int = 3) -> None:
        """Copy the pattern to *tenants*, of which *user* alone is a member."""
        for table, items in self._pattern.items():
            for tenant, item in product(tenants, items):
                entry = item["entry"]["S"]
                if not entry.startswith("member#"):
                    self._put(table, {**item, "tenant_id": {"N": str(tenant)}})
                elif entry == "member#0000000000000003":
                    theirs = {"entry": {"S": f"member#{user:016d}"}, "user_id": {"N": str(user)}}
                    self._put(table, {**item, **theirs, "tenant_id": {"N": str(tenant)}})

    def _put(self, table: str, item: dict[str, Any]) -> None:
        self._deployed.dynamodb.put_item(TableName=table, Item=item)

    def pages(self) -> list[dict[str, Any]]:
        """Ask for every full page of 25, and tell what each takes."""
        taken, query = [], "limit=25"
        while query:
            meter = metered(self._deployed, self._wire)
            answer = call("list_my_sessions", user=3, query=query)
            assert answer.status == 200
            if len(answer.body) == 25:
                calls = [(each.call.operation, each.call.items) for each in meter.exchanges]
                looked_at = sum(each.scanned for each in meter.exchanges)
                taken.append({"calls": calls, "reads": meter.total().read, "looked_at": looked_at})
            link = answer.headers.get("link", "")
            query = link[link.index("?") + 1 : link.index(">")] if link else ""
        return taken


@pytest.fixture
def queued(deployed: Deployment, wire: Wire) -> Queued:
    """Measures pages of the queue of user 3, whose tenants are copies of one in its review."""
    register(TENANT)
    at_step(5, tenant=TENANT)
    return Queued(deployed, wire)


def test_what_a_page_of_the_queue_takes_does_not_grow_with_the_user_s_tenants_or_with_anybody_else_s(
    queued: Queued,
) -> None:
    queued.add(range(2, 26))
    [few] = queued.pages()
    queued.add(range(FIRST_OF_ANOTHER, FIRST_OF_ANOTHER + 50), user=8)
    [beside_others] = queued.pages()
    queued.add(range(26, 201))
    many = queued.pages()

    assert few["calls"] == [
        ("Query", 1),
        ("BatchGetItem", 75),
        ("BatchGetItem", 100),
        ("BatchGetItem", 100),
        ("BatchGetItem", 25),
    ]
    assert beside_others == few
    assert many == [few] * 8


def test_the_measurements_tell_growth_where_there_is_some(deployed: Deployment, wire: Wire) -> None:
    few, many = growth.with_history(deployed, wire, (FEW, MANY))

    assert many["list_evidence"]["received"] > 1.02 * few["list_evidence"]["received"]
    assert many["every page"]["pages"] > few["every page"]["pages"]
