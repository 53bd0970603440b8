"""Draws the charts of docs/performance.md, in the environment that has what it takes."""

import subprocess

from bench import ROOT, apart


def draw() -> None:
    """Draw what there are figures for."""
    python = apart.programs() / "python"
    for chart in ("bench.chart", "bench.curves"):
        subprocess.run([python, "-m", chart], cwd=ROOT, check=True)
