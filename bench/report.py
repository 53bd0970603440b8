"""Writes docs/performance.md from the figures that were kept, so that it cannot say anything else."""

from typing import Any

from bench import ROOT, Figures
from bench.parts import Bar

PAGE = ROOT / "docs" / "performance.md"

TARGETS = {
    1: "INIT of the worst HTTP route ≤ 0.60 × bare boto3, ≤ 0.50 × Powertools' best practice, ≤ 0.35 × FastAPI",
    2: "warm instructions per request ≤ 0.25 × bare boto3 and ≤ 0.20 × FastAPI, the access read included",
    3: "HTTP routes load no boto3, botocore, requests, aws_xray_sdk",
    4: "round trips per route exactly as the data design says",
    5: "transactions: a start ≤ 3 items, an end ≤ 4, no more than the data design says, none elsewhere",
    6: "`list tasks` at 10,000 past runs: the same round trips, bytes ≤ 1.02 × those at 10 runs",
    7: "`list evidence` at 10,000 pieces: one round trip a page, scanned = returned",
    8: "a sweep with 10,000 live and 5 due: the same calls as with 100 live and 5 due",
    9: "64 concurrent creates: one id, no 5xx; 64 duplicate deliveries: one claim, 63 refusals of one round trip",
    10: "a function's zip ≤ 200 KB; the layer ≤ 13 MiB with bytecode; RSS after a request ≤ 25 MiB above a bare "
    "interpreter",
    11: "a worker's batch of 10: one Graph connection, one token; one log line ≤ 700 bytes per request",
    12: "the cost model: dollars per onboarding and per million requests, and where the design tops out",
}
"""What is to be reached, by its number in the performance design."""

_NAMES = {
    "comparison": "ours beside the peers",
    "counts": "DynamoDB",
    "workers": "workers and log lines",
    "growth": "growth",
    "load": "load",
    "cost": "cost and limits",
}
"""What the page calls the parts of the bench, by their names."""

_BEGINNING = """# Performance

`make bench` writes this page from what it counted (`bench/figures/`). Wall time on a shared machine says nothing, so
what is judged is counted: instructions, round trips, items, bytes, modules. CI runs `make bench QUICK=1`, which fails
where one of them has become worse.
{runs}
![Instructions of a start and of a request, ours beside the peers](performance.png)

## What was to be reached

| | target | ours | | command |
|---:|---|---|---|---|
"""


def page(parts: dict[str, Any], figures: dict[str, Figures]) -> str:
    """Write the page from the *figures* of *parts*, which are modules by their name; in the order of *parts*."""
    reached = [parts[name].bars(of) for name, of in figures.items()]
    bars = "".join(_row(number, [each[number] for each in reached if number in each]) for number in TARGETS)
    sections = "\n".join(parts[name].section(of).strip() + "\n" for name, of in figures.items())
    return f"{_BEGINNING.format(runs=runs(figures))}{bars}\n{sections}"


def runs(figures: dict[str, Figures]) -> str:
    """Say of which run each part's figures are; of one and the same, that they are."""
    of = {_NAMES[name]: _run(part.get("run")) for name, part in figures.items() if name in _NAMES}
    peers = figures.get("comparison", {}).get("peers_run")
    if peers is not None:
        of["the peers"] = _run(peers)
    parts_of: dict[str, list[str]] = {}
    for name, run in of.items():
        parts_of.setdefault(run, []).append(name)
    if len(parts_of) < 2:  # noqa: PLR2004 - one run, or none
        return "".join(f"\nAll figures are of one run: {run}.\n" for run in parts_of)
    return "".join(f"\n- {', '.join(names)}: {run}" for run, names in parts_of.items()).join(
        ("\nThe figures are of several runs:\n", "\n")
    )


def _run(run: Figures | None) -> str:
    return f"{run['at']}, commit {run['commit']}" if run else "an earlier run, whose name was not kept"


def _row(number: int, bars: list[Bar]) -> str:
    """Show a target beside what several parts may have to say of it; it is reached if all say so, and wholly."""
    if not bars:
        return f"| {number} | {TARGETS[number]} | not measured | **no** | |\n"
    figure = "; ".join(_cell(bar.figure) for bar in bars)
    commands = ", ".join(dict.fromkeys(f"`{bar.command}`" for bar in bars))
    missed = [bar for bar in bars if not bar.reached]
    verdict = "yes" if not missed else "**in part**" if all(bar.in_part for bar in missed) else "**no**"
    return f"| {number} | {TARGETS[number]} | {figure} | {verdict} | {commands} |\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
