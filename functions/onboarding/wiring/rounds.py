"""The rounds of watches, built once per process from the environment; only the sweep has them."""

from functools import cache

from onboarding.storage.rounds import Rounds
from onboarding.wiring import stores


@cache
def rounds() -> Rounds:
    """Open the store of rounds."""
    tables = stores.settings()
    return Rounds(stores.dynamo(), table=tables.sessions_table, audit_table=tables.audit_table, runs=stores.runs())
