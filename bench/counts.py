"""What every route, worker and sweep asks of DynamoDB: round trips, items, request units and bytes, refusals included.

The cases are those that `tests/integration/test_round_trips.py` holds to the design; here they are metered. And how
large the items become that all of this reads and writes.
"""

import argparse
import sys
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from bench import Figures, keep, stage
from bench.capacity import LARGEST_ITEM, Meter, size
from bench.parts import Bar
from bench.stage import Scene, Stage
from onboarding.domain.catalogue import CATALOGUE, Kind, Task
from onboarding.domain.evidence import LARGEST_PAYLOAD
from onboarding.domain.reasons import ReasonCode
from schedules.sweep import handler as sweep
from tests import events
from tests.arranging import found, opened, started
from tests.calling import Answer, call, register
from tests.integration import test_round_trips as cases
from tests.working import register_examined

HOW = """\
The cases that tests/integration/test_round_trips.py holds to the design: real handlers on DynamoDB Local, counted on
the wire between. Units are computed from the items' sizes before and after each write, × 2 in a transaction, with what
indexes take, never read from an emulator. A refusal is billed like a success, and is counted like one."""

MANY_CONNECTIONS = 200
"""Connections of one tenant; most have one."""


class Act(NamedTuple):
    """Something that is metered: once it is arranged, what is to be done, and what it is called."""

    function: str
    name: str
    arranged: Callable[[Scene], Callable[[], object]]
    designed: list[str] | None = None
    """The calls that the test demands, queries left out; None where a test of its own demands them."""


def acts() -> Iterator[Act]:
    """Name everything that is metered, in the order in which it is shown."""
    for case in cases.CASES:
        yield Act(case.route, case.name, _asking(case), [each for each in case.calls if each != cases.QUERY])
    for task in CATALOGUE:
        yield Act(f"execute_{'probe' if task.spec.kind is Kind.PROBE else 'sync'}", task.value, _executing(task))
    yield Act("execute_probe", "a duplicate", _executing(Task.RBAC_CHECK, again=True))
    yield Act("sweep", "nothing due", lambda _scene: _sweep)
    for arrange, designed in _parameters(cases.test_the_sweep_asks_each_shard_and_then_only_for_what_is_due):
        yield Act("sweep", arrange.__name__.replace("_", " "), _sweeping(arrange), designed)


def _asking(case: cases.Case) -> Callable[[Scene], Callable[[], object]]:
    def arranged(scene: Scene) -> Callable[[], object]:
        register()
        given = case.arrange(scene.deployed, scene.wire)

        def ask() -> None:
            answer = call(case.route, **given)
            if answer.status != case.status:
                raise AssertionError(f"{case.route}, {case.name}: {answer}")

        return ask

    return arranged


def _executing(task: Task, *, again: bool = False) -> Callable[[Scene], Callable[[], object]]:
    def arranged(scene: Scene) -> Callable[[], object]:
        register_examined(scene.secret_arn)
        run_id = started(task.value)
        if again:
            scene.worker.work(run_id, kind=task.spec.kind)
        return lambda: scene.worker.work(run_id, kind=task.spec.kind)

    return arranged


def _sweeping(arrange: Callable[[Any], object]) -> Callable[[Scene], Callable[[], object]]:
    def arranged(scene: Scene) -> Callable[[], object]:
        register()
        arrange(scene.deployed)
        return _sweep

    return arranged


def _sweep() -> None:
    sweep(events.schedule(), events.Context())


def _parameters(test: Any) -> list[tuple[Any, Any]]:  # noqa: ANN401 - a test function, with its marks
    [mark] = [mark for mark in test.pytestmark if mark.name == "parametrize"]
    parameters: list[tuple[Any, Any]] = mark.args[1]
    return parameters


def metered(act: Act, scene: Scene) -> dict[str, Any]:
    """Do *act* on *scene*, and give what it took."""
    with stage.logged():
        do = act.arranged(scene)
    meter = scene.meter()
    with stage.logged() as lines:
        do()
    logged = {"log_lines": len(lines), "logged": sum(len(line.encode()) + 1 for line in lines)}
    row = {"function": act.function, "case": act.name, **_row(meter), **logged}
    seen = [each for each in row["calls"] if each != cases.QUERY]
    return {**row, "as_designed": act.designed is None or seen == act.designed}


def _row(meter: Meter) -> dict[str, Any]:
    units = meter.total()
    calls = [each.call for each in meter.exchanges]
    return {
        "calls": cases.shown(calls),
        "round_trips": len(calls),
        "items": sum(each.items for each in calls),
        "reads": units.read,
        "writes": units.write,
        "sent": sum(each.sent for each in meter.exchanges),
        "received": sum(each.received for each in meter.exchanges),
    }


# ── How large items become ───────────────────────────────────────────────────────────────────────────────────────────


def sizes(scene: Scene) -> dict[str, int]:
    """Fill the tables with the largest of everything that people can bring about, and measure each kind of item."""
    with stage.logged():
        register(1, *range(101, 101 + MANY_CONNECTIONS))
        _edited(opened(), provider_connection_id=101)
        _everything_warns()
        _edited(opened(), current_step=5)
        _edited(opened(), status="completed")
        _edited(opened(), provider_connection_id=101, assigned_to_user_id=3)
        for task in CATALOGUE:
            if task.spec.kind is Kind.PROBE:
                _answered(
                    call("start_run", taskType=task.value, headers={"Idempotency-Key": task.value.ljust(64, "k")})
                )
        _answered(call("create_consent_link", connectionId=101))
        before = scene.largest()
        register_examined(scene.secret_arn, tenant=2)
        run_id = started("initial_sync", tenant=2)
        scene.worker.simulator.play("large_inventory")
        meter = scene.meter()
        scene.worker.work(run_id, tenant=2, kind=Kind.EXCLUSIVE)
    after = scene.largest()
    # A run under way keeps where to go on from; once it has ended, that is gone.
    under_way = max(size(item) for each in meter.exchanges for item in each.before if item and "run_id" in item)
    after["Runs: run"] = max(after["Runs: run"], under_way)
    return {kind: max(before.get(kind, 0), after.get(kind, 0)) for kind in sorted({*before, *after})}


def _edited(session_id: int, **fields: object) -> None:
    _answered(call("update_session", sessionId=session_id, body=fields))


def _answered(answer: Answer) -> None:
    if answer.status not in {200, 201}:
        raise AssertionError(answer)


def _everything_warns() -> None:
    """Let every task leave the longest sentence there is, and as much as evidence may hold."""
    full = {"version": 1, "text": "x" * (LARGEST_PAYLOAD - 100)}
    longest = max(ReasonCode, key=len)
    for task in CATALOGUE:
        found(task.value, "warn", longest.value, payload=full)


def measure(*, quick: bool = False, sizes_too: bool = True) -> Figures:
    """Meter every case; *quick* takes one in eight. How large items become is measured unless it is not asked for."""
    with stage.set_up() as here:
        rows = [_on_a_fresh_scene(here, act) for place, act in enumerate(acts()) if not (quick and place % 8)]
        with here.scene() as scene:
            items = sizes(scene) if sizes_too else {}
    return {"rows": rows, "items": items, "largest_item": LARGEST_ITEM}


def counted(figures: Figures) -> dict[str, float]:
    """Give what the gate judges, by a name that says which case of which function it is, and what is counted."""
    named: dict[str, float] = {}
    for row in figures["rows"]:
        case = f"{row['function']}, {row['case']}"
        named[f"{case}, round trips"] = row["round_trips"]
        named[f"{case}, items"] = row["items"]
        named[f"{case}, request units read"] = row["reads"]
        named[f"{case}, request units written"] = row["writes"]
        named[f"{case}, bytes sent"] = row["sent"]
        named[f"{case}, bytes received"] = row["received"]
    return named


def _on_a_fresh_scene(here: Stage, act: Act) -> dict[str, Any]:
    with here.scene() as scene:
        return metered(act, scene)


# ── The report ───────────────────────────────────────────────────────────────────────────────────────────────────────


def section(figures: Figures) -> str:
    """Write the table of all cases, and that of the items."""
    lines = [
        "## What is asked of DynamoDB",
        "",
        HOW,
        "",
        "| function | case | calls | round trips | items | RRU | WRU | bytes up | bytes down |",
        "|---|---|---|--:|--:|--:|--:|--:|--:|",
    ]
    for row in figures["rows"]:
        cells = [row["function"], row["case"], _brief(row["calls"])]
        cells += [f"{row[name]:,}" for name in ("round_trips", "items")]
        cells += [f"{row[name]:,g}" for name in ("reads", "writes")]
        cells += [f"{row[name]:,}" for name in ("sent", "received")]
        lines.append(f"| {' | '.join(cells)} |")
    lines += [
        "",
        "The largest items that people can bring about, of the 400 KB that DynamoDB allows:",
        "",
        "| item | bytes | of the limit |",
        "|---|--:|--:|",
    ]
    limit = figures["largest_item"]
    lines += [f"| {kind} | {length:,} | {length / limit:.1%} |" for kind, length in figures["items"].items()]
    return "\n".join(lines) + "\n"


def _brief(calls: list[str]) -> str:
    """Write calls down, the same in a row once."""
    words: list[str] = []
    number = 0
    for place, each in enumerate(calls):
        number += 1
        if place + 1 == len(calls) or calls[place + 1] != each:
            words.append(f"{number} × {each}" if number > 1 else each)
            number = 0
    return ", ".join(words)


def bars(figures: Figures) -> dict[int, Bar]:
    """Say what we have come to of round trips and of transactions."""
    rows = figures["rows"]
    test = "pytest tests/integration/test_round_trips.py"
    most = max(row["round_trips"] for row in rows if not row["function"].startswith(("execute_sync", "sweep")))
    started_with = _largest_transaction(row for row in rows if row["function"] == "start_run")
    ended_with = _largest_transaction(row for row in rows if row["function"].startswith("execute_"))
    return {
        4: Bar(
            reached=all(row["as_designed"] for row in rows),
            figure=f"{sum(row['as_designed'] for row in rows)} of {len(rows)} cases, at most {most} round trips",
            command=test,
        ),
        5: Bar(
            reached=started_with <= 3 and ended_with <= 4,  # noqa: PLR2004 - the bar
            figure=f"start {started_with} items, finish {ended_with}",
            command=test,
        ),
    }


def _largest_transaction(rows: Iterator[dict[str, Any]]) -> int:
    return max(
        (int(each.rpartition(" ")[2]) for row in rows for each in row["calls"] if each.startswith("TransactWrite")),
        default=0,
    )


def main(words: list[str] | None = None) -> None:
    """Measure, keep the figures (unless in a hurry), and print the section."""
    parser = argparse.ArgumentParser(prog="bench.counts", description=__doc__, allow_abbrev=False)
    parser.add_argument("--quick", action="store_true", help="one case in eight; nothing is kept")
    arguments = parser.parse_args(words)
    figures = measure(quick=arguments.quick)
    if not arguments.quick:
        keep("counts", figures)
    print(section(figures))


if __name__ == "__main__":
    main(sys.argv[1:])
