"""`make bench`: measure everything, keep the figures, write docs/performance.md and its chart.

python -m bench               every part, minutes
python -m bench --only growth one part; the others' figures stay
python -m bench --ours        ours alone, beside the peers' kept figures: what a change of ours needs
python -m bench --page        only write the page anew
python -m bench --quick       ours alone; fails if a counted figure is worse than the kept one, and keeps nothing
"""

import argparse
import importlib
import subprocess
import sys
import time
from typing import Any

from bench import ROOT, apart, comparison, gate, keep, kept, report

PARTS = ("comparison", "counts", "workers", "growth", "load", "cost")
"""In the order in which the page shows them."""


def main() -> None:
    """Do what was asked for."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__, allow_abbrev=False)
    parser.add_argument("--quick", action="store_true", help="hold ours against the figures that were kept")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS, help="measure these parts")
    parser.add_argument("--ours", action="store_true", help="measure ours beside the peers' kept figures")
    parser.add_argument("--page", action="store_true", help="measure nothing")
    arguments = parser.parse_args()
    if arguments.quick:
        sys.exit(_quick())
    if arguments.ours:
        keep("comparison", comparison.measure(beside=kept("comparison")))
    parts: dict[str, Any] = {name: importlib.import_module(f"bench.{name}") for name in PARTS}
    for name in () if arguments.page or arguments.ours else arguments.only:
        began = time.monotonic()
        print(f"Measuring {name} …", flush=True)
        keep(name, parts[name].measure())
        print(f"  {time.monotonic() - began:.0f} s", flush=True)
    _draw()
    page = report.page(parts, {name: figures for name in PARTS if (figures := kept(name))})
    report.PAGE.write_text(page)
    print(page)


def _quick() -> int:
    """Hold ours against the kept figures; say what is worse, and what could not be judged."""
    accepted = kept("comparison")
    if accepted is None:
        print("There are no figures to hold ours against: run `make bench` and commit bench/figures/.")
        return 1
    measured = comparison.measure_ours()
    before, now = comparison.counted(accepted), comparison.counted(measured)
    if measured["machine"] != accepted["machine"]:
        now = {name: figure for name, figure in now.items() if not name.endswith("instructions")}
        print(f"LEFT OUT: instructions. Accepted with: {accepted['machine']}. Here: {measured['machine']}.")
    for name, figure in now.items():
        print(f"{figure:>15,.0f}  {name}" + (f"  (accepted: {before[name]:,.0f})" if name in before else ""))
    worse = gate.regressions(before, now)
    for regression in worse:
        print(f"WORSE: {regression}")
    if worse:
        print("If that is worth it: `make bench`, and commit bench/figures/ with the reason.")
    return 1 if worse else 0


def _draw() -> None:
    """Draw the charts in the environment that has what it takes."""
    python = apart.programs() / "python"
    for chart in ("bench.chart", "bench.curves"):
        subprocess.run([python, "-m", chart], cwd=ROOT, check=True)


if __name__ == "__main__":
    main()
