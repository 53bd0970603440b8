"""The stores of what is asked of customers, built once per process: few functions have to do with consents."""

from functools import cache

from onboarding.storage.consents import Consents
from onboarding.storage.looks import Looks
from onboarding.wiring.stores import dynamo, runs, sessions, settings


@cache
def consents() -> Consents:
    """Open the store of requests for consent."""
    tables = settings()
    return Consents(
        dynamo(),
        table=tables.sessions_table,
        runs_table=tables.runs_table,
        audit_table=tables.audit_table,
        runs=runs(),
        sessions=sessions(),
    )


@cache
def looks() -> Looks:
    """Open the store of looks for consents."""
    return Looks(dynamo(), table=settings().runs_table, runs=runs(), sessions=sessions())
