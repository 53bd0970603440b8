"""The stores, built once per process from the environment."""

from functools import cache

from pydynox.pydynox_core import DynamoDBClient

from onboarding.settings import Settings
from onboarding.storage.audit import AuditEntries
from onboarding.storage.board import Boards
from onboarding.storage.dynamo import Dynamo
from onboarding.storage.evidence import Evidences
from onboarding.storage.runs import Runs
from onboarding.storage.sessions import Sessions
from onboarding.storage.tenants import Tenants


@cache
def settings() -> Settings:
    """Read the environment."""
    return Settings.from_environment()


@cache
def dynamo() -> Dynamo:
    """Connect to DynamoDB; endpoint, region and credentials are the environment's.

    `Dynamo` tries again by itself. Were the client to do so too, within each of those tries, an outage would outlast
    the function's time, and its caller would never hear of it.
    """
    return Dynamo(DynamoDBClient(connect_timeout=2, read_timeout=5, max_retries=1))


@cache
def sessions() -> Sessions:
    """Open the store of sessions."""
    tables = settings()
    return Sessions(
        dynamo(),
        table=tables.sessions_table,
        runs_table=tables.runs_table,
        audit_table=tables.audit_table,
        idle=tables.idle,
    )


@cache
def tenants() -> Tenants:
    """Open the store of tenants, members and connections."""
    tables = settings()
    return Tenants(
        dynamo(),
        table=tables.sessions_table,
        runs_table=tables.runs_table,
        audit_table=tables.audit_table,
        sessions=sessions(),
    )


@cache
def boards() -> Boards:
    """Open the store of boards."""
    return Boards(dynamo(), table=settings().runs_table)


@cache
def runs() -> Runs:
    """Open the store of runs."""
    tables = settings()
    return Runs(
        dynamo(),
        table=tables.runs_table,
        evidence_table=tables.evidence_table,
        resend_after=tables.resend_after,
        run_budget=tables.run_budget,
    )


@cache
def evidences() -> Evidences:
    """Open the store of evidence."""
    return Evidences(dynamo(), table=settings().evidence_table)


@cache
def audit_entries() -> AuditEntries:
    """Open the store of audit trails."""
    return AuditEntries(dynamo(), table=settings().audit_table)
