"""Tells whether a counted figure has become worse than the one last accepted. Times are never judged."""

from typing import NamedTuple

TOLERANCES = {"instructions": 0.03, "bytes": 0.02, "modules": 0.01, "round trips": 0.0}
"""By the unit a figure's name ends with: by what share it may grow before it counts as worse.

Counts of instructions lie up to a percent apart; bytes and modules move a little with any change that is worth making.
"""


class Regression(NamedTuple):
    """A figure that has become worse."""

    name: str
    accepted: float
    measured: float

    def __str__(self) -> str:
        """Say by how much."""
        grown = f" (+{self.measured / self.accepted - 1:.1%})" if self.accepted else ""
        return f"{self.name}: {self.measured:,.0f}, and {self.accepted:,.0f} was accepted{grown}"


def regressions(accepted: dict[str, float], measured: dict[str, float]) -> list[Regression]:
    """Name the figures that have become worse; one that was never accepted cannot have."""
    return [
        Regression(name, accepted[name], figure)
        for name, figure in measured.items()
        if name in accepted and figure > accepted[name] * (1 + _tolerance(name))
    ]


def _tolerance(name: str) -> float:
    [tolerance] = [share for unit, share in TOLERANCES.items() if unit in name.rpartition(", ")[2]]
    return tolerance
