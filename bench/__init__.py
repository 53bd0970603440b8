"""What the service costs, counted beside what its peers cost: `make bench`. Nothing in here is ever shipped.

Wall time on a shared machine says nothing, so what is judged is counted: instructions, round trips, bytes, modules.
"""

import json
from pathlib import Path
from typing import Any

ROOT = Path(__file__).absolute().parent.parent
"""The checkout."""

CACHE = ROOT / ".cache" / "bench"
"""What the peers install; made again from their pins if it is gone."""

type Figures = dict[str, Any]
"""What one part of the bench counted, as JSON has it."""

_FIGURES = ROOT / "bench" / "figures"


def keep(part: str, figures: Figures) -> None:
    """Keep the *figures* of *part*: what the report shows, and the next run is held against."""
    _FIGURES.mkdir(exist_ok=True)
    (_FIGURES / f"{part}.json").write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n")


def kept(part: str) -> Figures | None:
    """Read the figures of *part* that were last kept; None if there are none yet."""
    path = _FIGURES / f"{part}.json"
    if not path.is_file():
        return None
    figures: Figures = json.loads(path.read_text())
    return figures
