"""Cancel a run: at once while it is queued, at its next checkpoint while it is running."""

from datetime import datetime

from onboarding.domain.run import Run, RunStatus
from onboarding.errors import NotFound, Transient
from onboarding.storage.runs import RunMoved, Runs

TRIES = 3


def cancel_run(tenant_id: int, run_id: int, *, runs: Runs, now: datetime) -> Run:
    """Cancel a run and return it as it is now; one that has ended stays as it is.

    Raises:
        NotFound: `run_not_found` if the tenant has no such run.
        Transient: If it kept changing, or DynamoDB did not take it.
    """
    run = runs.get(tenant_id, run_id)
    for _ in range(TRIES):
        if run is None:
            raise NotFound("run_not_found", "This tenant has no such run.")
        try:
            match run.status:
                case RunStatus.QUEUED:
                    runs.cancel(run, now)
                    return run.model_copy(update={"status": RunStatus.CANCELLED, "ended_at": now, "not_before": None})
                case RunStatus.RUNNING:
                    return runs.ask_to_cancel(run, now)
                case _:
                    return run
        except RunMoved as moved:
            run = moved.current
    raise Transient("This run keeps changing; try again in a moment.")
