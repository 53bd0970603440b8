"""Tells whether a counted figure has become worse than the one last accepted. Times are never judged."""

from typing import NamedTuple

TOLERANCES = {
    "instructions": 0.03,
    "bytes": 0.02,
    "modules": 0.01,
    "round trips": 0.0,
    "items": 0.0,
    "request units": 0.0,
}
"""By the unit a figure's name ends with: by what share it may grow before it counts as worse.

Counts of instructions lie up to a percent apart; bytes and modules move a little with any change that is worth making.
"""

_ELSEWHERE = 2.0
"""How many times as much where the accepted figures are another machine's.

Tried with one Python built with and without PGO, and with glibc told to leave a processor's extensions alone: against
the yardstick, starts lie 2 % apart at most.
"""

_ALIKE = 0.01


class Regression(NamedTuple):
    """A figure that has become worse."""

    name: str
    accepted: float
    measured: float

    def __str__(self) -> str:
        """Say by how much."""
        grown = f" (+{self.measured / self.accepted - 1:.1%})" if self.accepted else ""
        return f"{self.name}: {self.measured:,.0f}, and {self.accepted:,.0f} was accepted{grown}"


def regressions(accepted: dict[str, float], measured: dict[str, float], *, elsewhere: bool = False) -> list[Regression]:
    """Name the figures that have become worse; one that was never accepted cannot have."""
    times = _ELSEWHERE if elsewhere else 1.0
    return [
        Regression(name, accepted[name], figure)
        for name, figure in measured.items()
        if name in accepted and figure > accepted[name] * (1 + times * _tolerance(name))
    ]


def alike(one: float, other: float) -> bool:
    """Tell whether two counts of the yardstick are of machines that count alike."""
    return abs(one - other) <= _ALIKE * max(one, other)


def as_counted_there(name: str, figure: float, share: float) -> float:
    """Give what *figure* would be where the yardstick takes *share* of what it takes here; only instructions change.

    A start is Python's work as the yardstick is. A warm request is in part native code, which no build of Python
    changes: what it would be lies between the count and its share, and the smaller is judged.
    """
    if not name.endswith("instructions"):
        return figure
    return min(figure, figure * share) if name.startswith("warm") else figure * share


def _tolerance(name: str) -> float:
    [tolerance] = [share for unit, share in TOLERANCES.items() if unit in name.rpartition(", ")[2]]
    return tolerance
