"""The arithmetic of the bench: what is steady, what is worse, and what the page says of it."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from importlib import import_module
from typing import Any

import boto3
import pytest

from bench import PARTS, comparison, endpoint, gate, instructions, kept, quick, report, whole
from bench.parts import Bar
from tests.deployment import REGION

ACCEPTED: dict[str, float] = {
    "INIT of StartRun, instructions": 900_000_000,
    "zip of the largest function, bytes": 400_000,
    "GET session, modules": 426,
    "GET session, unwanted modules": 0,
    "GET session, round trips": 1,
    "start_run, fresh, items": 5,
    "start_run, fresh, request units written": 5,
}


MACHINE = "CPython 3.13.0 (no PGO, GCC 12.2.0), x86_64, valgrind-3.19.0"


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
        "machine": MACHINE,
        "yardstick": 400_000_000,
        "floor": 100,
        "worst_route": "StartRun",
        "inits": {"StartRun": 500_000_000, "GetSession": 400_000_000, "ExecuteProbe": 900_000_000},
        "loaded": {
            "functions": {
                name: {"modules": 300, "unwanted": []} for name in ("StartRun", "GetSession", "ExecuteProbe")
            },
            "modules": ["json"],
        },
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
    dearer = ACCEPTED | {name: ACCEPTED[name] * 1.05 + 1}

    assert [regression.name for regression in gate.regressions(ACCEPTED, dearer)] == [name]


def test_instructions_may_grow_by_less_than_they_spread_and_no_more() -> None:
    name = "INIT of StartRun, instructions"

    assert gate.regressions(ACCEPTED, {name: 926_000_000}) == []
    [regression] = gate.regressions(ACCEPTED, {name: 928_000_000})
    assert str(regression) == f"{name}: 928,000,000, and 900,000,000 was accepted (+3.1%)"


def test_one_round_trip_more_is_one_too_many() -> None:
    assert len(gate.regressions(ACCEPTED, {"GET session, round trips": 2})) == 1


def test_every_counted_figure_has_a_tolerance_and_none_is_a_time() -> None:
    counted = comparison.counted(figures())

    doubled = {name: figure * 2 + 1 for name, figure in counted.items()}

    assert [regression.name for regression in gate.regressions(counted, doubled)] == list(counted)
    assert not [name for name in counted if "second" in name or "ms" in name.split()]


def test_a_start_counts_alike_on_another_python_and_a_request_never_more_than_here() -> None:
    """The other Python takes a fifth more for the yardstick; a request may be native code, and take no more at all."""
    share = 1 / 1.2

    assert gate.as_counted_there("INIT of StartRun, instructions", 1200, share) == pytest.approx(1000)
    assert gate.as_counted_there("warm GET session, instructions", 1200, share) == pytest.approx(1000)
    assert gate.as_counted_there("warm GET session, instructions", 1000, 1.2) == 1000
    assert gate.as_counted_there("GET session, modules", 300, share) == 300


def test_elsewhere_twice_as_much_passes_but_never_a_round_trip() -> None:
    name = "INIT of StartRun, instructions"

    assert gate.regressions(ACCEPTED, {name: 953_000_000}, elsewhere=True) == []
    assert len(gate.regressions(ACCEPTED, {name: 955_000_000}, elsewhere=True)) == 1
    assert len(gate.regressions(ACCEPTED, {"GET session, round trips": 2}, elsewhere=True)) == 1


# ── What is judged ───────────────────────────────────────────────────────────────────────────────────────────────────


def both(**changed: Any) -> dict[str, Any]:
    """Give figures of what is judged, with the comparison's members *changed*."""
    row = {"function": "get_session", "case": "open", "round_trips": 1, "items": 3, "reads": 3.0, "writes": 0.0}
    return {
        "comparison": figures() | changed,
        "counts": {"rows": [row | {"sent": 224, "received": 652}]},
    }


def worse(accepted: dict[str, Any], measured: dict[str, Any]) -> list[str]:
    """Name what the gate finds worse."""
    now, before, _ = quick.comparable(accepted, measured)
    return [each.name for each in gate.regressions(before, now, elsewhere=quick.is_elsewhere(accepted, measured))]


def test_what_did_not_change_passes_whole() -> None:
    now, before, left = quick.comparable(both(), both())

    assert now == before
    assert left == []
    assert worse(both(), both()) == []


def test_one_more_round_trip_item_or_unit_of_any_case_is_named() -> None:
    dearer = both()
    dearer["counts"]["rows"][0] |= {"round_trips": 2, "items": 4, "reads": 4.0, "received": 700}

    assert worse(both(), dearer) == [
        "get_session, open, round trips",
        "get_session, open, items",
        "get_session, open, request units read",
        "get_session, open, bytes received",
    ]


def test_without_valgrind_the_rest_is_judged_and_what_is_left_out_is_counted() -> None:
    poor = both(machine="`valgrind` is missing", inits={})
    del poor["comparison"]["yardstick"]
    del poor["comparison"]["stacks"]["ours"]["first"]
    for route in poor["comparison"]["stacks"]["ours"]["routes"].values():
        del route["warm"]
    poor["comparison"]["loaded"]["functions"]["StartRun"]["modules"] = 320

    _, _, [left] = quick.comparable(both(), poor)

    assert all(name.endswith("instructions") for name in left.figures)
    assert len(left.figures) == 4
    assert left.why == "`valgrind` is missing"
    assert worse(both(), poor) == ["StartRun, modules"]


def test_on_another_kind_of_processor_neither_instructions_nor_the_layer_are_judged() -> None:
    other = both(machine=MACHINE.replace("x86_64", "aarch64"), yardstick=300_000_000)
    other["comparison"]["stacks"]["ours"]["zip"] = {"code": 150_000, "packages": 2**30}

    now, _, [left] = quick.comparable(both(), other)

    assert not [name for name in now if name.endswith("instructions")]
    assert "zip of the layer, bytes" in left.figures
    assert worse(both(), other) == ["zip of the largest function, bytes"]


def test_on_another_python_it_is_the_yardstick_that_tells_what_became_dearer() -> None:
    """All takes a tenth less there, but for one start, which takes as much as it did here."""
    better = both(machine=MACHINE.replace("no PGO", "PGO"), yardstick=360_000_000)
    better["comparison"]["inits"] = {"StartRun": 500_000_000, "GetSession": 360_000_000}
    better["comparison"]["stacks"]["ours"]["first"] = 361_000_000

    assert worse(both(), better) == ["INIT of StartRun, instructions"]


def test_a_route_that_is_new_is_left_out_and_counted_but_may_not_load_what_none_may() -> None:
    grown = both()
    grown["comparison"]["loaded"]["functions"]["ShowApp"] = {"modules": 900, "unwanted": ["boto3"]}

    _, _, [left] = quick.comparable(both(), grown)

    assert left == quick.Left(["ShowApp, modules"], "new: never accepted")
    assert worse(both(), grown) == ["ShowApp, unwanted modules"]


# ── The whole ────────────────────────────────────────────────────────────────────────────────────────────────────────


def stopping(with_: type[BaseException]) -> Callable[[], dict[str, Any]]:
    def measure() -> dict[str, Any]:
        raise with_

    return measure


def run_whole(**parts: Callable[[], dict[str, Any]]) -> tuple[int, list[str], int]:
    """Measure *parts*; give the exit code, the parts that were kept, and how often the page was written."""
    kept_parts: list[str] = []
    written: list[int] = []
    keeping = whole.Keeping(
        lambda name, _figures, _seconds: kept_parts.append(name), lambda: written.append(1), lambda _name: 60.0
    )
    return whole.measure(parts, keeping), kept_parts, len(written)


def test_every_part_is_kept_and_shown_as_soon_as_it_is_done() -> None:
    assert run_whole(comparison=dict, counts=dict) == (0, ["comparison", "counts"], 2)


def test_who_interrupts_it_keeps_what_is_done_and_hears_how_to_go_on(capsys: pytest.CaptureFixture[str]) -> None:
    code, kept_parts, _ = run_whole(comparison=dict, counts=stopping(KeyboardInterrupt), growth=dict)

    assert (code, kept_parts) == (whole.STOPPED, ["comparison"])
    told = capsys.readouterr().out
    assert "Kept: comparison." in told
    assert "To go on: make bench ONLY='counts growth'" in told


def test_a_part_that_fails_keeps_no_other_from_being_measured(capsys: pytest.CaptureFixture[str]) -> None:
    code, kept_parts, _ = run_whole(comparison=stopping(RuntimeError), counts=stopping(SystemExit), growth=dict)

    assert (code, kept_parts) == (1, ["growth"])
    assert "To go on: make bench ONLY='comparison counts'" in capsys.readouterr().out


# ── The page ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_worst_route_is_held_against_each_peer() -> None:
    bars = comparison.bars(figures())

    assert bars[1].figure == "500 M (StartRun): 0.50 × bare boto3, 0.50 × Powertools, 0.50 × FastAPI"
    assert not bars[1].reached  # FastAPI's bar is 0.35
    assert bars[2] == Bar(
        reached=False, figure="1,000 K and 1,000 K (GET and PATCH): at most 0.25 × bare boto3, 0.25 × FastAPI"
    )


def test_a_start_that_is_quick_enough_for_every_peer_reaches_its_bar() -> None:
    fast = figures()
    fast["inits"] = {"StartRun": 350_000_000, "ExecuteProbe": 900_000_000}  # nobody waits for a worker's start

    assert comparison.bars(fast)[1].reached


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


def test_a_page_of_one_run_says_so_and_one_of_several_says_which_part_is_of_which() -> None:
    first, later = {"at": "2026-11-28 08:00 UTC", "commit": "abc"}, {"at": "2026-11-28 09:00 UTC", "commit": "def"}

    assert "one run: 2026-11-28 08:00 UTC, commit abc" in report.runs(
        {"growth": {"run": first}, "load": {"run": first}}
    )
    several = report.runs({"comparison": {"run": later, "peers_run": first}, "load": {"run": first}})
    assert "- ours beside the peers: 2026-11-28 09:00 UTC, commit def\n" in several
    assert "- load, the peers: 2026-11-28 08:00 UTC, commit abc\n" in several


def test_the_page_says_what_the_kept_figures_say_and_nothing_else() -> None:
    """`make bench PAGE=1` writes it anew, without measuring."""
    parts = {name: import_module(f"bench.{name}") for name in PARTS}
    figures = {name: found for name in PARTS if (found := kept(name))}

    assert report.PAGE.read_text() == report.page(parts, figures)


def test_a_bar_that_holds_in_part_is_not_said_to_be_reached() -> None:
    class Half:
        @staticmethod
        def bars(_figures: object) -> dict[int, Bar]:
            return {11: Bar(reached=False, in_part=True, figure="tokens: yes")}

        @staticmethod
        def section(_figures: object) -> str:
            return "## Half\n"

    assert "| tokens: yes | **in part** |" in report.page({"half": Half}, {"half": {}})


def test_the_gate_judges_ours_and_no_peer() -> None:
    accepted = kept("comparison")
    assert accepted is not None
    alone = accepted | {"stacks": {"ours": accepted["stacks"]["ours"]}}

    counted = comparison.counted(accepted)

    assert counted == comparison.counted(alone)
    assert f"INIT of {accepted['worst_route']}, instructions" in counted
