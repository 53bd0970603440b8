"""`make bench`: measure everything, keep the figures, write docs/performance.md and its charts.

python -m bench               every part, half an hour and more; each part's figures are kept as soon as it is done
python -m bench --only growth one part, or several; the others' figures stay, and the page says of which run each is
python -m bench --ours        what the gate judges, of ours alone, beside the peers' kept figures: accepts a change
python -m bench --page        only write the page anew
python -m bench --quick       the gate: fails if a counted figure is worse than the kept one, and keeps nothing
"""

import argparse
import importlib
import sys
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from bench import PARTS, Figures, comparison, drawing, keep, kept, quick, report, this_run, whole


def main() -> None:
    """Do what was asked for."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__, allow_abbrev=False)
    parser.add_argument("--quick", action="store_true", help="hold ours against the figures that were kept")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS, help="measure these parts")
    parser.add_argument("--ours", action="store_true", help="measure ours beside the peers' kept figures")
    parser.add_argument("--page", action="store_true", help="measure nothing")
    arguments = parser.parse_args()
    if arguments.quick:
        sys.exit(quick.judge())
    this_run()
    if arguments.page:
        _write()
        return
    measured = _measures(quick.JUDGED if arguments.ours else arguments.only)
    if arguments.ours:
        measured["comparison"] = partial(comparison.measure, beside=kept("comparison"))
    sys.exit(whole.measure(measured, whole.Keeping(_keep, _write, _took)))


def _measures(names: Iterable[str]) -> dict[str, Callable[[], Figures]]:
    return {name: _part(name).measure for name in names}


def _part(name: str) -> Any:  # noqa: ANN401 - a module with the functions that bench.parts names
    return importlib.import_module(f"bench.{name}")


def _keep(name: str, figures: Figures, seconds: float) -> None:
    keep(name, figures, seconds=seconds)


def _took(name: str) -> float:
    seconds: float = (kept(name) or {}).get("run", {}).get("seconds", 0)
    return seconds


def _write() -> None:
    """Draw the charts and write the page, from all that is kept."""
    drawing.draw()
    parts = {name: _part(name) for name in PARTS}
    report.PAGE.write_text(report.page(parts, {name: figures for name in PARTS if (figures := kept(name))}))


if __name__ == "__main__":
    main()
