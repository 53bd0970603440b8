"""Execute a run of initial_sync: claim it, go on where it stopped, and end it or put it back."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from onboarding.domain.connection import Connection
from onboarding.domain.deadline import Deadline
from onboarding.domain.finding import Finding, Obstacle, Postponed
from onboarding.domain.progress import Progress
from onboarding.domain.run import Executed, Run, RunStatus
from onboarding.domain.tenant import Tenant
from onboarding.errors import Transient
from onboarding.flows import ending
from onboarding.storage.runs import RunMoved, Runs
from onboarding.storage.tenants import Tenants
from onboarding.tasks import EXCLUSIVE


class _Cancelled(Exception):  # noqa: N818 - an end, not an error
    """Somebody asked to cancel the run."""


class _Overdue(Exception):  # noqa: N818 - an end, not an error
    """The run has come to its deadline."""


class _Lease:
    """The run as its worker last saved it: each save renews the lease, and tells whether to stop."""

    def __init__(self, run: Run, runs: Runs, lease: timedelta, clock: Callable[[], datetime]) -> None:
        self.run = run
        self._runs = runs
        self._lease = lease
        self._clock = clock

    def checkpoint(self, progress: Progress, resume: dict[str, Any]) -> None:
        """Save how far the run is.

        Raises:
            RunMoved: If it is somebody else's by now.
        """
        now = self._clock()
        self.run = self._runs.checkpoint(self.run, progress, resume, now + self._lease)
        if self.run.cancel_requested_at:
            raise _Cancelled
        if now >= self.run.deadline:
            raise _Overdue


def execute_sync(
    tenant_id: int,
    run_id: int,
    *,
    runs: Runs,
    tenants: Tenants,
    reach: Callable[[Connection], Tenant],
    deadline: Deadline,
    claim_id: str,
    new_id: Callable[[], int],
    lease: timedelta,
    clock: Callable[[], datetime],
    report: Callable[[str], object],
) -> Executed | None:
    """Execute a run until it ends or has to be put back; return how it is then, or None if it is somebody else's.

    *deadline* is the invocation's, not the run's. *report* is told of an exception nobody foresaw, while it is at
    hand: such an execution has failed for good.

    Raises:
        Transient: If DynamoDB did not answer; the lease runs out and the run is claimed anew, where it stopped.
    """
    try:
        run = runs.claim(tenant_id, run_id, claim_id=claim_id, now=clock(), lease=lease)
        held = _Lease(run, runs, lease, clock)
        status = RunStatus.SUCCEEDED
        try:
            connection = tenants.connection(tenant_id, run.connection_id)
            finding = _found(reach(connection), held, deadline)
        except Postponed as postponed:
            return _put_back(held.run, postponed.not_before, runs, clock())
        except _Cancelled:
            runs.cancel(held.run, clock())
            return Executed(held.run, RunStatus.CANCELLED)
        except _Overdue:
            status, finding = RunStatus.TIMED_OUT, ending.run_timed_out()
        except (Transient, RunMoved):
            raise
        except Exception:  # noqa: BLE001 - a bug in a task must not leave its run under way
            report("the execution failed")
            status, finding = RunStatus.FAILED, ending.run_failed()
        return ending.end(held.run, status, finding, runs=runs, new_id=new_id, now=clock())
    except RunMoved:
        return None


def _found(tenant: Tenant, held: _Lease, deadline: Deadline) -> Finding:
    # By the run's own task, as for probes: a forged message may bring any run here, and an inventory is no evidence
    # of what another task looks for.
    examine = EXCLUSIVE[held.run.task_type]
    try:
        return examine(tenant, resume=held.run.resume, checkpoint=held.checkpoint, deadline=deadline)
    except Obstacle as obstacle:
        return obstacle.finding


def _put_back(run: Run, not_before: datetime | None, runs: Runs, now: datetime) -> Executed:
    try:
        runs.put_back(run, not_before=not_before, now=now)
    except RunMoved as moved:
        if not ending.only_a_cancel_came(moved.current, run):
            raise
        runs.cancel(moved.current, now)
        return Executed(run, RunStatus.CANCELLED)
    return Executed(run, RunStatus.QUEUED)
