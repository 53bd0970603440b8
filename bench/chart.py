"""Draws docs/performance.png: ours beside the peers. Runs in an environment of its own, with matplotlib and no more."""

import matplotlib as mpl

from bench import ROOT, Figures, kept

mpl.use("Agg")
from matplotlib import pyplot as plt

PICTURE = ROOT / "docs" / "performance.png"
_OURS, _PEERS = "#0b6e4f", "#b8bec7"


def draw(figures: Figures) -> None:
    """Draw three rows of bars, the dearest stack first."""
    stacks = sorted(figures["stacks"].items(), key=lambda item: item[1]["init"])
    names = [of["title"].strip("*").replace(", boto3 Table", "") for _, of in stacks]
    colours = [_OURS if name == "ours" else _PEERS for name, _ in stacks]
    panels = {
        "INIT, million instructions": [of["init"] / 1e6 for _, of in stacks],
        "warm GET, thousand instructions": [of["routes"]["get"]["warm"] / 1e3 for _, of in stacks],
        "warm PATCH, thousand instructions": [of["routes"]["patch"]["warm"] / 1e3 for _, of in stacks],
    }
    figure, axes = plt.subplots(1, len(panels), figsize=(13, 3.4), sharey=True)
    for axis, (title, values) in zip(axes, panels.items(), strict=True):
        bars = axis.barh(names, values, color=colours)
        axis.bar_label(bars, fmt="{:,.0f}", padding=3, fontsize=8)
        axis.set_title(title, fontsize=10)
        axis.set_xlim(0, max(values) * 1.18)
        axis.locator_params(axis="x", nbins=4)
        axis.spines[["top", "right"]].set_visible(False)
        axis.tick_params(labelsize=9)
    figure.tight_layout()
    figure.savefig(PICTURE, dpi=110, metadata={"Software": None})


if __name__ == "__main__":
    draw(kept("comparison") or {})
