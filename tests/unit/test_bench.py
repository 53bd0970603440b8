"""The arithmetic of the bench: what is steady, what is worse, and what the page says of it."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import boto3
import pytest

from bench import comparison, endpoint, gate, instructions, kept, report
from bench.parts import Bar
from tests.deployment import REGION

ACCEPTED: dict[str, float] = {
    "INIT of StartRun, instructions": 900_000_000,
    "zip of the largest function, bytes": 400_000,
    "GET session, modules": 426,
    "GET session, unwanted modules": 0,
    "GET session, round trips": 1,
}


def counts(*totals: int) -> Iterator[int]:
    return iter(totals)


def figures() -> dict[str, Any]:
    """Make figures in which ours takes half of every peer's start and a quarter of its requests."""

    def stack(title: str, init: int, warm: int, **zips: int) -> dict[str, Any]:
        of = {
            "warm": warm,
            "modules": 400,
            "unwanted": [],
            "calls": {"BatchGetItem": 1},
            "answer": {"session": None},
            "answer_bytes": 300,
            "log_bytes": 450,
            "rss": 20 * 2**20,
            "import_ms": 100.0,
            "warm_ms": 1.0,
        }
        return {
            "title": title,
            "init": init,
            "first": init + 2_000_000,
            "routes": {"get": of, "patch": deepcopy(of)},
            "zip": zips,
        }

    peers = ("fastapi", "powertools", "boto3_pydantic")
    return {
        "machine": "a machine",
        "floor": 100,
        "worst_route": "StartRun",
        "inits": {"StartRun": 500_000_000, "GetSession": 400_000_000},
        "stacks": {
            "ours": stack("**ours**", 400_000_000, 1_000_000, code=100_000, packages=2**20),
            **{name: stack(name, 1_000_000_000, 4_000_000, packages=2**24) for name in peers},
        },
    }


# ── Counting ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_two_counts_that_lie_near_each_other_are_enough() -> None:
    taken = counts(1000, 1004)

    assert instructions.steady(lambda: next(taken)) == 1002


def test_a_count_that_lies_apart_is_outvoted() -> None:
    taken = counts(1000, 2000, 1004)

    assert instructions.steady(lambda: next(taken)) == 1002


def test_counts_that_never_agree_say_nothing() -> None:
    taken = counts(100, 200, 300, 400, 500)

    with pytest.raises(instructions.Unsteady):
        instructions.steady(lambda: next(taken))


def test_the_endpoint_answers_a_client_and_counts_what_it_asks() -> None:
    keys: Any = {endpoint.TABLE: {"Keys": [{"tenant_id": {"N": "1"}, "entry": {"S": "open"}}]}}
    with endpoint.serve() as answering:
        client = boto3.client("dynamodb", endpoint_url=answering.url, region_name=REGION)
        items = client.batch_get_item(RequestItems=keys)["Responses"][endpoint.TABLE]
        taken, next_time = answering.taken(), answering.taken()

    assert len(items) == 3
    assert taken == {"BatchGetItem": 1}
    assert next_time == {}


# ── The gate ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_is_as_it_was_or_better_passes() -> None:
    better = {name: figure * 0.5 for name, figure in ACCEPTED.items()}

    assert gate.regressions(ACCEPTED, ACCEPTED) == []
    assert gate.regressions(ACCEPTED, better) == []


@pytest.mark.parametrize("name", ACCEPTED)
def test_any_one_figure_that_is_worse_is_seen(name: str) -> None:
    worse = ACCEPTED | {name: ACCEPTED[name] * 1.05 + 1}

    assert [regression.name for regression in gate.regressions(ACCEPTED, worse)] == [name]


def test_instructions_may_grow_by_less_than_they_spread_and_no_more() -> None:
    name = "INIT of StartRun, instructions"

    assert gate.regressions(ACCEPTED, {name: 926_000_000}) == []
    [regression] = gate.regressions(ACCEPTED, {name: 928_000_000})
    assert str(regression) == f"{name}: 928,000,000, and 900,000,000 was accepted (+3.1%)"


def test_one_round_trip_more_is_one_too_many() -> None:
    assert len(gate.regressions(ACCEPTED, {"GET session, round trips": 2})) == 1


def test_every_counted_figure_has_a_tolerance_and_none_is_a_time() -> None:
    counted = comparison.counted(figures())

    worse = {name: figure * 2 + 1 for name, figure in counted.items()}

    assert [regression.name for regression in gate.regressions(counted, worse)] == list(counted)
    assert not [name for name in counted if "second" in name or "ms" in name.split()]


# ── The page ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_worst_route_is_held_against_each_peer() -> None:
    bars = comparison.bars(figures())

    assert bars[1].figure == "500 M (StartRun): 0.50 × bare boto3, 0.50 × Powertools, 0.50 × FastAPI"
    assert not bars[1].reached  # FastAPI's bar is 0.35
    assert bars[2] == Bar(
        reached=False, figure="1,000 K and 1,000 K (GET and PATCH): at most 0.25 × bare boto3, 0.25 × FastAPI"
    )


def test_a_start_that_is_quick_enough_for_every_peer_reaches_its_bar() -> None:
    quick = figures()
    quick["inits"] = {"StartRun": 350_000_000}

    assert comparison.bars(quick)[1].reached


@pytest.mark.parametrize(
    ("number", "spoil"),
    [
        (3, lambda of: of["routes"]["patch"].update(unwanted=["botocore"])),
        (10, lambda of: of["zip"].update(code=200_001)),
        (10, lambda of: of["zip"].update(packages=13 * 2**20 + 1)),
        (10, lambda of: of["routes"]["get"].update(rss=25 * 2**20 + 1)),
    ],
)
def test_a_bar_that_is_missed_in_one_place_is_missed(number: int, spoil: Any) -> None:
    spoiled = figures()
    spoil(spoiled["stacks"]["ours"])

    assert comparison.bars(figures())[number].reached
    assert not comparison.bars(spoiled)[number].reached


def test_stacks_that_do_not_do_the_same_are_not_compared() -> None:
    odd = figures()["stacks"]
    odd["fastapi"]["routes"]["get"]["calls"] = {"GetItem": 3}

    comparison.check_alike(figures()["stacks"])
    with pytest.raises(RuntimeError, match="fastapi"):
        comparison.check_alike(odd)


def test_a_bar_is_reached_only_if_every_part_that_measured_it_says_so() -> None:
    class Good:
        @staticmethod
        def bars(_figures: object) -> dict[int, Bar]:
            return {4: Bar(reached=True, figure="72 cases")}

        @staticmethod
        def section(_figures: object) -> str:
            return "## Good\n"

    class Bad(Good):
        @staticmethod
        def bars(_figures: object) -> dict[int, Bar]:
            return {4: Bar(reached=False, figure="1 too many", command="make other")}

    page = report.page({"good": Good, "bad": Bad}, {"good": {}, "bad": {}})

    assert "| 72 cases; 1 too many | **no** | `make bench`, `make other` |" in page
    assert "| 5 | " in page
    assert "| not measured | **no** | |" in page


def test_the_gate_judges_ours_and_no_peer() -> None:
    accepted = kept("comparison")
    assert accepted is not None
    alone = accepted | {"stacks": {"ours": accepted["stacks"]["ours"]}}

    counted = comparison.counted(accepted)

    assert counted == comparison.counted(alone)
    assert f"INIT of {accepted['worst_route']}, instructions" in counted
