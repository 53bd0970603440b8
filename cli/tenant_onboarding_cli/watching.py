"""Watching runs until they have ended, as often as the service asks to be asked."""

import time
import uuid
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from tenant_onboarding_cli.api import Answer, Api
from tenant_onboarding_cli.exits import Exit
from tenant_onboarding_cli.failures import Failure, Remedy, command_line

type Run = dict[str, Any]
type Tell = Callable[[str], None]

ACTIVE = frozenset({"queued", "running"})
GOOD = frozenset({"ok", "warn"})

_LOOK_AGAIN = 2.0
"""Seconds between two looks where the service does not say."""

_HEARTBEAT = 240.0
"""Seconds between two heartbeats; an edit lock lasts for fifteen minutes."""


def start(api: Api, tenant: int, task: str, key: str | None = None) -> Answer:
    """Start a run of *task*. It carries an idempotency key, so that a lost answer never starts a second one."""
    headers = {"Idempotency-Key": key or str(uuid.uuid4())}
    return api.ask("POST", f"/tenants/{tenant}/onboarding/tasks/{task}/runs", headers=headers)


def run_path(tenant: int, run: int | str) -> str:
    """Say where a run is shown."""
    return f"/tenants/{tenant}/onboarding/runs/{run}"


def watch(api: Api, path: str, tell: Tell, heartbeat: Callable[[], None] | None = None) -> Run:
    """Watch the run at *path* until it has ended, and tell of every change; *heartbeat* keeps what must be kept.

    Raises:
        Failure: Timeout, if it takes longer than there is patience, or interrupted; either way the run goes on.
    """
    tenant, run_id = path.split("/")[2], path.rpartition("/")[2]
    again = command_line("run", "watch", tenant, run_id)
    shown, beaten_at = "", time.monotonic()
    try:
        while True:
            answer = api.get(path)
            run: Run = answer.body
            said = progress(run)
            if said != shown:
                tell(said)
                shown = said
            if run["status"] not in ACTIVE:
                return run
            if heartbeat and time.monotonic() - beaten_at > _HEARTBEAT:
                heartbeat()
                beaten_at = time.monotonic()
            api.patience.pause(answer.retry_after or _LOOK_AGAIN, f"The run of {run['task_type']}")
    except KeyboardInterrupt:
        raise Failure(Exit.INTERRUPTED, "Interrupted.", (Remedy(f"Run {run_id} goes on."),), again) from None
    except Failure as failure:
        if failure.exit is not Exit.TIMEOUT:
            raise
        raise Failure(
            Exit.TIMEOUT, failure.message, (Remedy(f"Run {run_id} goes on."),), again, failure.request_id
        ) from None


def progress(run: Run) -> str:
    """Say in a line how a run goes."""
    where = run.get("progress")
    how_far = f", {where['done']} of {where['total']}: {where['message']}" if where else ""
    if run["status"] == "queued" and run.get("not_before"):
        how_far = f", not before {run['not_before']}{how_far}"
    if run["status"] == "running" and run.get("cancel_requested_at"):
        how_far = f", stops at its next checkpoint{how_far}"
    return f"{run['task_type']}: {found(run) or run['status']}{how_far if run['status'] in ACTIVE else ''}"


def found(run: Mapping[str, Any]) -> str | None:
    """Say in a line what a run found; None if it found nothing yet, or never will."""
    finding = run.get("finding")
    if finding is None:
        return None
    reason = f" ({finding['reason_code']})" if finding.get("reason_code") else ""
    return f"{finding['status']}{reason}. {finding.get('message') or ''}".rstrip(". ") + "."


def is_good(run: Run) -> bool:
    """Tell whether a run went well and found nothing that keeps a step shut."""
    return run["status"] == "succeeded" and (run.get("finding") or {}).get("status") in GOOD


def is_by_consent(finding: Mapping[str, Any]) -> bool:
    """Tell whether what was found is mended by an administrator of the customer who consents."""
    return bool((finding["remedy"] or {}).get("by_consent"))  # which a service older than this program does not say


def asking(tenant: int, connection: int | None, found: Iterable[Mapping[str, Any]]) -> str | None:
    """Write the command that makes a link for the customer, if something of what was *found* is mended by it."""
    asks = connection is not None and any(map(is_by_consent, found))
    return command_line("consent", "link", tenant, connection) if asks else None


def remedy_of(finding: dict[str, Any] | None) -> tuple[Remedy, ...]:
    """Read the remedy beside a finding."""
    remedy = (finding or {}).get("remedy")
    return (Remedy(remedy["text"], remedy.get("link")),) if remedy else ()


def not_good(runs: list[Run]) -> Failure | None:
    """Say what is wrong with the ended *runs*; None if nothing is."""
    bad = [run for run in runs if not is_good(run)]
    if not bad:
        return None
    first = bad[0]
    said = "; ".join(f"{run['task_type']} {found(run) or f'was {run["status"]}.'}".rstrip(".") for run in bad)
    remedies = tuple(dict.fromkeys(each for run in bad for each in remedy_of(run.get("finding"))))
    again = command_line("run", "start", first["tenant_id"], first["task_type"], "--watch")
    return Failure(Exit.FAILED, f"{said}.", remedies, again)
