"""Execute a run of a probe: claim it, examine the tenant, end it with what was found."""

from collections.abc import Callable
from datetime import datetime, timedelta

from onboarding.domain.connection import Connection
from onboarding.domain.finding import Finding, Obstacle
from onboarding.domain.propagation import recheck_at
from onboarding.domain.run import Executed, RunStatus
from onboarding.domain.tenant import Tenant
from onboarding.errors import Transient
from onboarding.flows import ending
from onboarding.storage.runs import RunMoved, Runs
from onboarding.storage.tenants import Tenants
from onboarding.tasks import PROBES


def execute_probe(
    tenant_id: int,
    run_id: int,
    *,
    runs: Runs,
    tenants: Tenants,
    reach: Callable[[Connection], Tenant],
    claim_id: str,
    new_id: Callable[[], int],
    lease: timedelta,
    clock: Callable[[], datetime],
    report: Callable[[str], object],
) -> Executed | None:
    """Execute a run, if it is to be had; return how it ended, or None if it is somebody else's.

    *report* is told of an exception nobody foresaw, while it is at hand: such an execution has failed for good.

    Raises:
        Transient: If DynamoDB did not answer; the lease runs out and the run is claimed anew.
    """
    try:
        run = runs.claim(tenant_id, run_id, claim_id=claim_id, now=clock(), lease=lease)
        status, connection = RunStatus.SUCCEEDED, None
        try:
            connection = tenants.connection(tenant_id, run.connection_id)
            finding = _found(PROBES[run.task_type], reach(connection), connection, clock())
        except Transient:
            raise
        except Exception:  # noqa: BLE001 - a bug in a task must not leave its run under way
            report("the execution failed")
            status, finding = RunStatus.FAILED, ending.run_failed()
        now, consented_at = clock(), connection.consented_at if connection else None
        again_at = recheck_at(run.task_type, finding, consented_at, now)
        return ending.end(run, status, finding, runs=runs, new_id=new_id, now=now, recheck_at=again_at)
    except RunMoved:
        return None


def _found(
    examine: Callable[[Tenant, Connection, datetime], Finding], tenant: Tenant, connection: Connection, now: datetime
) -> Finding:
    try:
        return examine(tenant, connection, now)
    except Obstacle as obstacle:
        return obstacle.finding
