"""How long a consent may take to show, and when to look for it again.

Microsoft's directory is replicated: what an administrator granted a moment ago may be missing from a token or from
the list of grants for a while (https://learn.microsoft.com/graph/api/serviceprincipal-list-approleassignments:
"This request might have replication delays for app role assignments that were recently granted or removed").
"""

from datetime import datetime, timedelta

from onboarding.domain.access import Standing
from onboarding.domain.catalogue import Kind, Task
from onboarding.domain.finding import Finding, FindingStatus
from onboarding.domain.run import Run, started

WINDOW = timedelta(hours=24)
"""How long after a recorded consent its absence is taken for a delay; then it is taken for a refusal."""

_FIRST_CHECKS = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 15, 60))
_THEN_EVERY = timedelta(hours=1)


def propagates(consented_at: datetime | None, now: datetime) -> bool:
    """Tell whether a consent recorded at *consented_at* may still be on its way; without one nothing is."""
    return consented_at is not None and now - consented_at < WINDOW


def next_check(consented_at: datetime, now: datetime) -> datetime | None:
    """Find the first time after *now* to look for the consent of *consented_at*.

    That is 1, 2, 5, 15 and 60 minutes after the consent, then every hour; the last look is at the end of the
    window, so that a consent which never showed ends as a refusal. None once the window is over.
    """
    if not propagates(consented_at, now):
        return None

    for delay in _FIRST_CHECKS:
        if consented_at + delay > now:
            return consented_at + delay

    return consented_at + ((now - consented_at) // _THEN_EVERY + 1) * _THEN_EVERY


def recheck_at(task: Task, finding: Finding, consented_at: datetime | None, now: datetime) -> datetime | None:
    """Say when to look again by itself for the consent of *consented_at*; None if there is nothing to look for.

    As long as a run of consent_status left it open whether the consent shows, whatever kept it from telling.
    """
    left_open = finding.status in {FindingStatus.WARN, FindingStatus.UNKNOWN}
    if task is not Task.CONSENT_STATUS or consented_at is None or not left_open:
        return None
    return next_check(consented_at, now)


def is_over(consented_at: datetime | None, recheck_at: datetime) -> bool:
    """Tell whether a look at *recheck_at* comes too late for the consent of *consented_at*; the last is at the end."""
    return consented_at is None or recheck_at - consented_at > WINDOW


def look(standing: Standing, run_id: int, deadlines: dict[Kind, timedelta], now: datetime) -> Run:
    """Start the run that looks for a consent over the connection of *standing*, in nobody's name."""
    return started(
        run_id,
        Task.CONSENT_STATUS,
        standing.connection.id,
        tenant_id=standing.tenant.id,
        session_id=standing.session.id if standing.session else None,
        user_id=None,
        now=now,
        deadlines=deadlines,
    )
