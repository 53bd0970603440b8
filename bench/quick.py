"""`make bench QUICK=1`: what of ours can become dearer is counted once, and held against what was last accepted.

Everything counted is judged: instructions, round trips, items, request units, bytes, modules, zips. No time is, and no
peer. On another machine than the accepted figures' it is the yardstick that makes counts comparable.
"""

from typing import NamedTuple

from bench import Figures, comparison, counts, gate, instructions, kept, say, stacks
from bench.stacks import Stack
from tests import dynamodb_local

JUDGED = ("comparison", "counts")
"""The parts of the bench whose figures are judged."""


class Left(NamedTuple):
    """Figures that are not judged, and why."""

    figures: list[str]
    why: str


def judge() -> int:
    """Measure, print every figure and what became of it; 1 if one is worse, or if there is nothing to judge by."""
    accepted = {part: figures for part in JUDGED if (figures := kept(part))}
    if len(accepted) < len(JUDGED):
        print("There are no figures to hold ours against: run `make bench` and commit bench/figures/.")
        return 1
    ours = stacks.ours()
    say("counting starts, requests, modules and sizes")
    measured = _measured(ours, accepted)
    say("counting what is asked of DynamoDB")
    try:
        measured["counts"] = counts.measure(sizes_too=False)
    except dynamodb_local.Unavailable as lack:
        print(f"LEFT OUT: what is asked of DynamoDB. {lack}")
    now, before, left = comparable(accepted, measured)
    worse = gate.regressions(before, now, elsewhere=is_elsewhere(accepted, measured))
    if any(each.name.endswith("instructions") for each in worse):
        say("counting again what seems worse")
        measured["comparison"] = _lesser(measured["comparison"], _measured(ours, accepted)["comparison"])
        now, before, left = comparable(accepted, measured)
        worse = gate.regressions(before, now, elsewhere=is_elsewhere(accepted, measured))
    for line in told(accepted, measured, now, before, left):
        print(line)
    for regression in worse:
        print(f"WORSE: {regression}")
    if worse:
        print("If that is worth it: `make bench OURS=1`, and commit bench/figures/ and docs/ with the reason.")
    skipped = sum(len(each.figures) for each in left)
    print(f"bench: {len(now) - len(worse)} passed, {len(worse)} failed, {skipped} skipped")
    return 1 if worse else 0


def _measured(ours: Stack, accepted: dict[str, Figures]) -> dict[str, Figures]:
    worst = accepted["comparison"]["worst_route"]
    known = stacks.routes()
    return {"comparison": comparison.measure_once(ours, worst if worst in known else next(iter(known)))}


def _lesser(one: Figures, other: Figures) -> Figures:
    """Take of two measurements the one that counted fewer instructions: chance only ever adds some."""
    return min(one, other, key=_instructions)


def _instructions(figures: Figures) -> float:
    return sum(figure for name, figure in comparison.counted(figures).items() if name.endswith("instructions"))


def is_elsewhere(accepted: dict[str, Figures], measured: dict[str, Figures]) -> bool:
    """Tell whether the accepted figures are of a machine that counts differently."""
    before, now = accepted["comparison"], measured["comparison"]
    return bool(before["machine"] != now["machine"] or not gate.alike(before["yardstick"], now.get("yardstick", 0)))


def comparable(
    accepted: dict[str, Figures], measured: dict[str, Figures]
) -> tuple[dict[str, float], dict[str, float], list[Left]]:
    """Give what is judged, as it would have been counted where the accepted figures were; those; and what is left."""
    before, now = _counted(accepted), _counted(measured)
    left: list[Left] = []

    def leave(names: list[str], why: str) -> None:
        if names:
            left.append(Left(names, why))
        for name in names:
            now.pop(name, None)

    machine, there = measured["comparison"]["machine"], accepted["comparison"]["machine"]
    # Of the starts, only that of the worst route is counted here; `make bench` counts them all.
    worst = accepted["comparison"]["worst_route"]
    others = {f"INIT of {name}, instructions" for name in accepted["comparison"]["inits"] if name != worst}
    instructed = [name for name in before if name.endswith("instructions") and name not in others]
    if "yardstick" not in measured["comparison"]:
        leave(instructed, machine)
    elif instructions.architecture(machine) != instructions.architecture(there):
        why = f"accepted with {there}; this is {machine}"
        leave([*instructed, *(name for name in before if "layer" in name)], why)
        now = {name: figure for name, figure in now.items() if not name.endswith("instructions")}
    elif is_elsewhere(accepted, measured):
        share = accepted["comparison"]["yardstick"] / measured["comparison"]["yardstick"]
        now = {name: gate.as_counted_there(name, figure, share) for name, figure in now.items()}
    if "counts" not in measured:
        leave(sorted(counts.counted(accepted["counts"])), "DynamoDB Local cannot be had here")
    leave([name for name in now if name not in before and not name.endswith("unwanted modules")], "new: never accepted")
    # What no route may load was accepted of none, a new one included.
    before = {name: 0.0 for name in now if name.endswith("unwanted modules")} | before
    return now, before, left


def _counted(figures: dict[str, Figures]) -> dict[str, float]:
    found = comparison.counted(figures["comparison"])
    return found | (counts.counted(figures["counts"]) if "counts" in figures else {})


def told(
    accepted: dict[str, Figures],
    measured: dict[str, Figures],
    now: dict[str, float],
    before: dict[str, float],
    left: list[Left],
) -> list[str]:
    """Write down what was counted, and what could not be judged; of what did not change, only how many there are."""
    lines = []
    if is_elsewhere(accepted, measured) and "yardstick" in measured["comparison"]:
        there, here = accepted["comparison"], measured["comparison"]
        lines.append(
            f"ELSEWHERE: accepted with {there['machine']}; this is {here['machine']}. Its yardstick is "
            f"{here['yardstick'] / there['yardstick']:.3f} of the accepted one: counts are held against that, and "
            "may lie twice as far apart."
        )
    moved = {name: figure for name, figure in now.items() if figure != before[name] or name.endswith("instructions")}
    lines += [f"{figure:>15,.0f}  {name}  (accepted: {before[name]:,.0f})" for name, figure in moved.items()]
    lines.append(f"{len(now) - len(moved):>15,d}  other figures are exactly as accepted")
    new = set(measured["comparison"]["loaded"]["modules"]) - set(accepted["comparison"]["loaded"]["modules"])
    if new:
        lines.append(f"Not loaded by any function before: {', '.join(sorted(new))}")
    return [*lines, *(f"LEFT OUT: {len(of)} figures, {', '.join(of[:3])} …: {why}" for of, why in left)]
