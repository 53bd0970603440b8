"""What the service costs, counted beside what its peers cost: `make bench`. Nothing in here is ever shipped.

Wall time on a shared machine says nothing, so what is judged is counted: instructions, round trips, bytes, modules.
"""

import json
import subprocess
import sys
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).absolute().parent.parent
"""The checkout."""

CACHE = ROOT / ".cache" / "bench"
"""What the peers install; made again from their pins if it is gone."""

PARTS = ("comparison", "counts", "workers", "growth", "load", "cost")
"""The parts of the bench, in the order in which the page shows them."""

type Figures = dict[str, Any]
"""What one part of the bench counted, as JSON has it."""

_FIGURES = ROOT / "bench" / "figures"


def keep(part: str, figures: Figures, *, seconds: float = 0.0) -> None:
    """Keep the *figures* of *part*, and of which run they are: what the report shows, and the next run is held against.

    *seconds* are what it took, so that whoever waits for the next run can be told how long.
    """
    _FIGURES.mkdir(exist_ok=True)
    run = {**this_run(), "seconds": round(seconds)}
    path, half = _FIGURES / f"{part}.json", _FIGURES / f"{part}.json.half"
    half.write_text(json.dumps({**figures, "run": run}, indent=1, ensure_ascii=False) + "\n")
    half.replace(path)  # whoever interrupts this leaves the older figures whole


def kept(part: str) -> Figures | None:
    """Read the figures of *part* that were last kept; None if there are none yet."""
    path = _FIGURES / f"{part}.json"
    if not path.is_file():
        return None
    figures: Figures = json.loads(path.read_text())
    return figures


@cache
def this_run() -> dict[str, str]:
    """Name this run: when it was first asked for its name, and the commit that it measures."""
    return {"at": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"), "commit": _commit()}


def _commit() -> str:
    """Name the commit that is checked out, and say so if what is measured is not quite that."""
    commit = _git("rev-parse", "--short", "HEAD")
    # What a run writes itself makes no other code of it.
    changed = _git("status", "--porcelain", "--", ".", ":!bench/figures", ":!docs/performance.md", ":!docs/*.png")
    return (commit or "no commit") + (" with changes" if changed else "")


def _git(*words: str) -> str:
    asked = ["git", *words]
    return subprocess.run(asked, cwd=ROOT, check=False, capture_output=True, text=True).stdout.strip()


def say(what: str) -> None:
    """Tell whoever waits what is being done from now on; also while what functions print is collected."""
    print(f"[{datetime.now(UTC):%H:%M:%S}] {what}", file=sys.__stdout__, flush=True)
