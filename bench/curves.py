"""Draws docs/growth.png and docs/load.png. Runs in an environment of its own, with matplotlib and no more of ours."""

import matplotlib as mpl

from bench import ROOT, Figures, kept

mpl.use("Agg")
from matplotlib import pyplot as plt
from matplotlib.ticker import PercentFormatter

DOCS = ROOT / "docs"
_GREEN, _GREY, _RED = "#0b6e4f", "#8a919c", "#b3261e"
_DOTS_PER_INCH = 110


def draw_growth(figures: Figures) -> None:
    """Draw what a request and a sweep take, as history, tenants and their members grow."""
    drawing, (reads, sweeps, members) = plt.subplots(1, 3, figsize=(15, 3.6))
    history = figures["history"]
    sizes = [row["size"] for row in history]
    for route, colour in (("list_tasks", _GREEN), ("start_run", _GREY), ("list_evidence", _RED)):
        reads.plot(sizes, [row[route]["received"] for row in history], marker="o", color=colour, label=route)
    reads.set_title("bytes that DynamoDB answers (a page of evidence is 100 pieces)", fontsize=10)
    reads.set_xlabel("past runs, and pieces of evidence")
    sessions = figures["open_sessions"]
    open_ones = [row["size"] for row in sessions]
    sweeps.plot(open_ones, [row["round_trips"] for row in sessions], marker="o", color=_GREEN, label="round trips")
    sweeps.plot(open_ones, [row["writes"] for row in sessions], marker="o", color=_GREY, label="WRU")
    sweeps.set_title("a sweep that finds 5 sessions due", fontsize=10)
    sweeps.set_xlabel("open sessions")
    of_tenants = figures["members"]
    for route in [name for name in of_tenants[0] if name != "size"]:
        bytes_read = [row[route]["received"] for row in of_tenants]
        members.plot([row["size"] for row in of_tenants], bytes_read, marker="o", label=route)
    members.set_title("bytes that DynamoDB answers, in a tenant of so many", fontsize=10)
    members.set_xlabel("members")
    for axis in (reads, sweeps, members):
        axis.set_xscale("log")
        axis.xaxis.set_major_formatter("{x:,.0f}")
        axis.yaxis.set_major_formatter("{x:,.0f}")
        axis.set_ylim(bottom=0)
        axis.legend(fontsize=9, frameon=False)
        axis.spines[["top", "right"]].set_visible(False)
    drawing.tight_layout()
    drawing.savefig(DOCS / "growth.png", dpi=_DOTS_PER_INCH, metadata={"Software": None})


def draw_load(figures: Figures) -> None:
    """Draw how many requests are answered, and how many fail, as more people come."""
    drawing, (answered, failed) = plt.subplots(1, 2, figsize=(11, 3.6))
    people = [row["users"] for row in figures["http"]]
    answered.plot(people, [row["per_second"] for row in figures["http"]], marker="o", color=_GREEN)
    answered.set_title("requests answered per second, local deployment", fontsize=10)
    for what, colour, label in (
        ("refused", _GREEN, "refused, as it should be (4xx)"),
        ("throttled", _GREY, "told to come later (429)"),
        ("server_errors", _RED, "failed (5xx)"),
    ):
        failed.plot(
            people, [row[what] / row["requests"] for row in figures["http"]], marker="o", color=colour, label=label
        )
    failed.set_title("share of the answers", fontsize=10)
    failed.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    failed.legend(fontsize=9, frameon=False)
    for axis in (answered, failed):
        axis.set_xlabel("people at once")
        axis.set_ylim(bottom=0)
        axis.spines[["top", "right"]].set_visible(False)
    drawing.tight_layout()
    drawing.savefig(DOCS / "load.png", dpi=_DOTS_PER_INCH, metadata={"Software": None})


def main() -> None:
    """Draw what there are figures for."""
    for part, draw in (("growth", draw_growth), ("load", draw_load)):
        if figures := kept(part):
            draw(figures)


if __name__ == "__main__":
    main()
