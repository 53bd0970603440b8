"""The run budget: how many runs the people of one tenant may start, so that a loop of theirs costs no more than it may.

The guard counts the runs, in the very write that takes one in. A count begins with the first run and takes in as many
as the budget has. The run after those begins the next count if this one began ten minutes ago, and is refused if not:

    whoever never starts more than the budget in any ten minutes is never refused,
    and no ten minutes see more than twice the budget, since counts begin ten minutes apart.

The sweep's runs are not counted: the sweep bounds them, and they have to start though people have spent all there is.
A consent's own run counts, and is left for the sweep once all is spent.
"""

import math
from datetime import datetime, timedelta

from onboarding.domain.guard import Guard
from onboarding.errors import TooMany

PERIOD = timedelta(minutes=10)
"""How long a count lasts at least."""


def spent_until(guard: Guard, budget: int, now: datetime) -> datetime | None:
    """Say until when the *budget* is spent, as *guard* counts it; None if another run may be started at *now*."""
    if guard.starts < budget or guard.counted_since is None:
        return None
    until = guard.counted_since + PERIOD
    return until if until > now else None


def counted_out(guard: Guard, budget: int) -> datetime | None:
    """Say since when *guard* counts, if that count is full and the next run has to begin another; else None."""
    return guard.counted_since if guard.starts >= budget else None


def spent(budget: int, until: datetime, now: datetime) -> TooMany:
    """Refuse because the *budget* is spent *until* then."""
    return TooMany(
        "run_budget_spent",
        "This tenant has started as many runs as it may in ten minutes; nothing is wrong with this one.",
        limit=budget,
        retry_after=math.ceil((until - now).total_seconds()),
    )
