"""How a run ends, whoever ends it: its worker, or the sweep where there is none left."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeGuard

from onboarding.domain.evidence import UnkeepableError
from onboarding.domain.finding import Finding, FindingStatus
from onboarding.domain.reasons import ReasonCode
from onboarding.domain.run import Executed, Run, RunStatus
from onboarding.errors import Transient
from onboarding.storage.runs import IdTaken, RunMoved, Runs

TRIES = 3


def end(
    run: Run,
    status: RunStatus,
    finding: Finding,
    *,
    runs: Runs,
    new_id: Callable[[], int],
    now: datetime,
    recheck_at: datetime | None = None,
) -> Executed:
    """End *run* as *status* with the evidence of *finding*; return how it ended.

    At *recheck_at* the sweep looks again. A cancel that was asked for wins. A finding that cannot be kept makes the
    execution a failed one.

    Raises:
        RunMoved: If the run is somebody else's by now; nothing was written.
        Transient: If DynamoDB did not take it.
    """
    for _ in range(TRIES):
        try:
            runs.end(run, status, finding, new_id(), now, recheck_at=recheck_at)
        except UnkeepableError:
            status, finding = RunStatus.FAILED, run_failed()
        except IdTaken:
            continue
        except RunMoved as moved:
            if not only_a_cancel_came(moved.current, run):
                raise
            runs.cancel(moved.current, now)
            return Executed(run, RunStatus.CANCELLED)
        else:
            return Executed(run, status, finding)
    raise Transient("No evidence id was free.")


def only_a_cancel_came(current: Run | None, run: Run) -> TypeGuard[Run]:
    """Tell whether nothing happened to *run* but that somebody asked to cancel it: then it is still ours."""
    return (
        current is not None
        and current.cancel_requested_at is not None
        and current.status is run.status
        and current.claim_id == run.claim_id
        and current.lease_until == run.lease_until
    )


def run_failed() -> Finding:
    """Find that the execution broke, which says nothing about the tenant."""
    return Finding.because(FindingStatus.UNKNOWN, ReasonCode.RUN_FAILED)


def run_timed_out() -> Finding:
    """Find that the execution never came to its end, which says nothing about the tenant."""
    return Finding.because(FindingStatus.UNKNOWN, ReasonCode.RUN_TIMED_OUT)
