"""The parts of the bench. Each is a module of this package with three functions.

measure() -> Figures                measures, and gives what is kept as bench/figures/<part>.json
section(figures) -> str             writes the part's section of docs/performance.md, from its `## ` heading on
bars(figures) -> dict[int, Bar]     says what we have come to of the bars that this part measures, by their number
"""

from typing import NamedTuple


class Bar(NamedTuple):
    """What we have come to of one of the twelve things to reach."""

    reached: bool
    figure: str
    """Ours, in a few words, with its unit."""
    in_part: bool = False
    """Whether what is not reached is so in part only: the figure says which."""
    command: str = "make bench"
    """What prints the figure, or fails where it does not hold."""
