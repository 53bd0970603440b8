"""Brings a tenant to where a test begins, over the real routes and stores; what takes time is dated back instead."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from onboarding import clock, ids
from onboarding.domain.evidence import Evidence
from onboarding.domain.finding import Finding, FindingStatus
from onboarding.domain.reasons import ReasonCode
from onboarding.domain.run import Run, RunStatus
from onboarding.wiring import stores
from tests.calling import call
from tests.deployment import Deployment

LEASE = timedelta(seconds=120)
ADMIN: dict[str, Any] = {"user": 100, "scope": "onboarding.admin"}

PROBES = (
    "consent_status",
    "verify_permissions",
    "connection_diagnostics",
    "license_check",
    "intune_status",
    "rbac_check",
)
TASKS = (*PROBES, "initial_sync")


def opened(*, user: int = 1, tenant: int = 1) -> int:
    """Open a session, or resume it; give its id."""
    answer = call("create_session", user=user, tenant=tenant)
    assert answer.status == 201, answer
    session_id: int = answer.body["id"]
    return session_id


def started(task: str, *, user: int = 1, tenant: int = 1) -> int:
    """Start a run; give its id."""
    answer = call("start_run", user=user, tenant=tenant, taskType=task)
    assert answer.status == 201, answer
    run_id: int = answer.body["run_id"]
    return run_id


def claimed(run_id: int, *, tenant: int = 1, now: datetime | None = None) -> Run:
    """Claim a run as a worker does."""
    return stores.runs().claim(tenant, run_id, claim_id=str(uuid4()), now=now or clock.now(), lease=LEASE)


def ended(run: Run, finding: Finding | None = None, status: RunStatus = RunStatus.SUCCEEDED) -> Evidence:
    """End a claimed run as its worker does."""
    return stores.runs().end(run, status, finding or Finding.ok("All is well."), ids.new(), clock.now())


def found(
    task: str, status: str = "ok", reason: str | None = None, *, tenant: int = 1, payload: dict[str, Any] | None = None
) -> Evidence:
    """Start a run of *task* and let it find *status*."""
    run = claimed(started(task, tenant=tenant), tenant=tenant)
    code = ReasonCode(reason) if reason else None
    return ended(run, Finding(status=FindingStatus(status), reason_code=code, message="Seen.", payload=payload or {}))


def everything_is_well(*, tenant: int = 1) -> list[Evidence]:
    """Let every task find that all is well."""
    return [found(task, tenant=tenant) for task in TASKS]


def at_step(step: int, *, tenant: int = 1) -> int:
    """Open a session of user 1 whose findings are all good, and take it to *step*; give its id."""
    session_id = opened(tenant=tenant)
    everything_is_well(tenant=tenant)
    if step > 1:
        answer = call("update_session", tenant=tenant, sessionId=session_id, body={"current_step": step})
        assert answer.status == 200, answer
    return session_id


def stored(deployed: Deployment, table: str, entry: str, *, tenant: int = 1) -> dict[str, Any] | None:
    """Read one item straight from the engine, in DynamoDB's own typed form."""
    key = {"tenant_id": {"N": str(tenant)}, "entry": {"S": entry}}
    return deployed.dynamodb.get_item(TableName=table, Key=key, ConsistentRead=True).get("Item")


def entries(deployed: Deployment, table: str) -> list[str]:
    """Name the entries of a table, in order."""
    return sorted(item["entry"]["S"] for item in deployed.items(table))


def told_of(deployed: Deployment, *acts: str, tenant: int = 1) -> list[dict[str, Any]]:
    """Read what a tenant's audit trail says of *acts*, or of all, in order, in DynamoDB's own typed form."""
    entries = [each for each in deployed.items(deployed.tables.audit) if each["tenant_id"]["N"] == str(tenant)]
    entries.sort(key=lambda entry: int(entry["entry_id"]["N"]))
    return [entry for entry in entries if not acts or entry["act"]["S"] in acts]


def acts_told(deployed: Deployment, *, tenant: int = 1) -> list[str]:
    """Name the acts in a tenant's audit trail, in order, but those by which `register` registered it."""
    registered = {"tenant_registered", "member_registered", "connection_registered"}
    return [entry["act"]["S"] for entry in told_of(deployed, tenant=tenant) if entry["act"]["S"] not in registered]


def dated(deployed: Deployment, table: str, entry: str, *, tenant: int = 1, **seconds: float) -> None:
    """Set attributes of an item to so many *seconds* from now: `locked_until=-1` is a lock that just expired."""
    now = datetime.now(UTC).timestamp()
    deployed.dynamodb.update_item(
        TableName=table,
        Key={"tenant_id": {"N": str(tenant)}, "entry": {"S": entry}},
        UpdateExpression="SET " + ", ".join(f"#{name} = :{name}" for name in seconds),
        ConditionExpression="attribute_exists(tenant_id)",
        ExpressionAttributeNames={f"#{name}": name for name in seconds},
        ExpressionAttributeValues={f":{name}": {"N": str(int((now + each) * 1000))} for name, each in seconds.items()},
    )


def let_the_lock_expire(deployed: Deployment, *, tenant: int = 1) -> None:
    """Let the lock of the open session end a second ago."""
    dated(deployed, deployed.tables.sessions, "open", tenant=tenant, locked_until=-1)


def run_entry(run_id: int) -> str:
    """Name a run's item."""
    return f"run#{run_id:016d}"


def let_the_worker_die(deployed: Deployment, run_id: int, *, tenant: int = 1) -> None:
    """Let the lease of a claimed run end a second ago."""
    dated(deployed, deployed.tables.runs, run_entry(run_id), tenant=tenant, lease_until=-1, due_at=-1)
