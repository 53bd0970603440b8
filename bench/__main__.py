"""`make bench`: measure everything, keep the figures, write docs/performance.md and its charts.

python -m bench               every part, half an hour and more; each part's figures are kept as soon as it is done
python -m bench --only growth one part, or several; the others' figures stay, and the page says of which run each is
python -m bench --ours        what the gate judges, of ours alone, beside the peers' kept figures: accepts a change
python -m bench --page        only write the page anew
python -m bench --quick       the gate: fails if a counted figure is worse than the kept one, and keeps nothing
"""

import argparse
import importlib
import json
import os
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench import PARTS, ROOT, Figures, comparison, drawing, keep, kept, quick, report, this_run, whole


def main() -> None:
    """Do what was asked for."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__, allow_abbrev=False)
    parser.add_argument("--quick", action="store_true", help="hold ours against the figures that were kept")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS, help="measure these parts")
    parser.add_argument("--ours", action="store_true", help="measure ours beside the peers' kept figures")
    parser.add_argument("--page", action="store_true", help="measure nothing")
    parser.add_argument("--into", type=Path, help="write the figures of the one part there, and nothing else")
    arguments = parser.parse_args()
    if arguments.into:
        [name] = arguments.only
        try:
            _measure_into(arguments.into, name, ours=arguments.ours)
        except KeyboardInterrupt:
            sys.exit(whole.STOPPED)  # whoever started this tells of it
        return
    if arguments.quick:
        sys.exit(quick.judge())
    this_run()
    if arguments.page:
        _write()
        return
    names = quick.JUDGED if arguments.ours else arguments.only
    parts = {name: partial(_measured_apart, name, ours=arguments.ours) for name in names}
    sys.exit(whole.measure(parts, whole.Keeping(_keep, _write, _took)))


def _measure_into(file: Path, name: str, *, ours: bool) -> None:
    beside = kept(name) if ours else None
    figures = comparison.measure(beside) if name == "comparison" else _part(name).measure()
    file.write_text(json.dumps(figures))


def _measured_apart(name: str, *, ours: bool) -> Figures:
    """Measure a part in a process of its own: engines leave something of theirs in one, and so does what was imported.

    Raises:
        CalledProcessError: If it fails; why has been printed by then.
    """
    with TemporaryDirectory() as folder:
        into = Path(folder) / "figures.json"
        words = ["--only", name, "--into", str(into), *(["--ours"] if ours else [])]
        command = [sys.executable, "-W", "ignore", "-m", "bench", *words]
        with subprocess.Popen(command, cwd=ROOT, start_new_session=True) as child:
            try:
                code = child.wait()
            except KeyboardInterrupt:
                # It is told once, with all that it started, and has the time to end what it deployed.
                os.killpg(child.pid, signal.SIGINT)
                child.wait()
                raise
        if code:
            raise subprocess.CalledProcessError(code, command)
        figures: Figures = json.loads(into.read_text())
        return figures


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
