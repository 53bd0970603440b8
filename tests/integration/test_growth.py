"""What the bench measures up to ten thousand, at a size for every day."""

import pytest

from bench import growth
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


def test_a_sweep_makes_the_same_calls_however_many_sessions_are_open(deployed: Deployment, wire: Wire) -> None:
    few, many = growth.with_open_sessions(deployed, wire, (FEW, MANY))

    assert few["acts"] == {"session_abandoned": growth.DUE}
    assert many == few | {"size": MANY}


def test_what_a_request_takes_does_not_grow_with_members(deployed: Deployment, wire: Wire) -> None:
    few, many = growth.with_members(deployed, wire, (5, 200))

    assert many == few | {"size": 200}


def test_the_measurements_tell_growth_where_there_is_some(deployed: Deployment, wire: Wire) -> None:
    few, many = growth.with_history(deployed, wire, (FEW, MANY))

    assert many["list_evidence"]["received"] > 1.02 * few["list_evidence"]["received"]
    assert many["every page"]["pages"] > few["every page"]["pages"]
