"""The model of what the service costs is computed; here from figures small enough to compute by hand."""

from dataclasses import fields
from typing import Any

import pytest

from bench import cost
from bench.cost import Usage
from bench.prices import PRICES


def tally(**others: float) -> dict[str, Any]:
    """Count one invocation of a function that did nothing."""
    names = ("round_trips", "read", "write", "index_writes", "log_bytes", "answer_bytes", "graph_calls", "tokens")
    return {"invocations": 1, **dict.fromkeys((*names, "cpu_seconds"), 0), **others}


def test_everything_that_is_used_has_a_price() -> None:
    assert {each.name for each in fields(Usage)} == PRICES.keys()


def test_usage_adds_up_and_is_priced_by_what_it_is() -> None:
    used = (Usage(read=1_000_000) + Usage(read=1_000_000, alarm=1)) * 2

    assert used.dollars() == pytest.approx({"read": 0.5, "alarm": 0.2})


def test_an_invocation_lasts_as_long_as_it_computes_and_waits() -> None:
    # 512 MB are 0.2895 of a processor; two round trips of 5 ms.
    assert cost.seconds_of("get_run", tally(cpu_seconds=0.001, round_trips=2)) == pytest.approx(0.01345, abs=1e-4)
    # 1,024 MB are 0.5789; three round trips, and three calls of 200 ms to Microsoft, the token's included.
    worker = tally(cpu_seconds=0.01, round_trips=3, graph_calls=2, tokens=1)
    assert cost.seconds_of("execute_probe", worker) == pytest.approx(0.6323, abs=1e-4)


def test_a_request_pays_the_gateway_and_a_message_its_queue() -> None:
    inits = {"http": 0.0, "worker": 0.0}

    request = cost.usage_of("get_run", tally(read=4), inits)
    message = cost.usage_of("execute_probe", tally(), inits)

    assert (request.api_request, request.sqs_request, request.read) == (1, 0, 4)
    assert (message.api_request, message.sqs_request, message.secret_read) == (0, 2, 1)


def test_some_invocations_start_cold() -> None:
    warm = cost.usage_of("get_run", tally(), {"http": 0.0, "worker": 0.0})
    cold = cost.usage_of("get_run", tally(), {"http": 1.0, "worker": 0.0})

    assert cold.gb_second - warm.gb_second == pytest.approx(0.5 * cost.ASSUMED["share of invocations that start cold"])


def figures() -> dict[str, Any]:
    """Give figures of every function that an onboarding needs."""
    names = ("get_session", "list_tasks", "get_run", "start_run", "dispatch_runs", "execute_sync", "sweep")
    probe = tally(write=14, index_writes=3, graph_calls=2, tokens=1)
    return {
        "functions": {
            **{name: tally(read=3, write=1, index_writes=1, cpu_seconds=0.001) for name in names},
            "execute_probe": probe,
        },
        "left_bytes": {"Sessions": 1000, "Runs": 1000, "Evidence": 1000},
        "left_items": {"Sessions": 1, "Runs": 1, "Evidence": 1},
        "init_seconds": {"http": 0.3, "worker": 0.5},
    }


def test_a_million_tenants_cost_a_hundred_times_ten_thousand_but_for_what_is_there_anyway() -> None:
    priced = cost.model(figures())

    fixed = sum(priced["fixed_month"].values())
    few, many = (sum(each.values()) for each in priced["months"].values())
    assert many - fixed == pytest.approx(100 * (few - fixed))


def test_limits_follow_from_the_template_and_from_what_was_counted() -> None:
    found = cost.limits(figures())

    assert found["starts"] == 100
    assert found["probes_at_once"] == 20 * 5
    assert found["index_writes_per_run"] == 1 + 3
    assert found["runs_per_second_by_index"] == 4 * 1000 / 4
    assert found["runs_per_second_of_a_tenant"] == pytest.approx(1000 / 15)
    assert found["probes_per_second_by_graph"] == 6500
    assert found["swept_per_minute"] == 400


def test_what_starts_more_quickly_than_it_is_executed_ends_with_the_last_execution() -> None:
    ours = cost._hour(1000, probes_per_second=150, starts_per_second=100, graph=2)  # noqa: SLF001 - it is pure
    slow = cost._hour(1000, probes_per_second=10, starts_per_second=100, graph=2)  # noqa: SLF001 - its arithmetic is the point

    assert (ours["runs"], ours["started_within"], ours["executed_within"], ours["graph_per_second"]) == (
        6000,
        60,
        60,
        200,
    )
    assert (slow["started_within"], slow["executed_within"], slow["graph_per_second"]) == (60, 600, 20)
