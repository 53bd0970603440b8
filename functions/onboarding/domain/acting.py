"""Who acts next, that a tenant's onboarding goes on: told from what keeps its session from the next step."""

from datetime import datetime
from typing import NamedTuple

from onboarding.domain.access import Access
from onboarding.domain.board import Board
from onboarding.domain.catalogue import REQUIRED, Step, Task, tasks_to_leave
from onboarding.domain.guard import Guard
from onboarding.domain.reasons import REASONS, Party
from onboarding.domain.session import Session
from onboarding.domain.steps import Unmet, unmet_between, unmet_to_complete

_FIRST = (Party.US, Party.CUSTOMER, Party.MICROSOFT, Party.NOBODY)
"""Who of several is told: us wherever there is something that we can do, waiting only where there is nothing else."""


class ActsNext(NamedTuple):
    """Who acts next, and the gates that say so, in step order."""

    party: Party
    because: tuple[Unmet, ...]


def tasks_that_tell(session: Session | None) -> tuple[Task, ...]:
    """Name the tasks whose findings say who acts next in *session*."""
    if session is None:
        return ()
    return REQUIRED if session.current_step is Step.REVIEW else tasks_to_leave(session.current_step)


def acts_next(access: Access, board: Board, now: datetime) -> ActsNext:
    """Tell who acts next in the tenant of *access*; *board* needs the guard, and the findings of `tasks_that_tell`.

    Where no session is open nobody does, unless the tenant has drifted since. Where none of its gates is shut a
    session waits for whoever takes it on.
    """
    session = access.session
    if session is None:
        return ActsNext(Party.US if access.tenant.drifted else Party.NOBODY, ())
    unmet = _unmet(session.current_step, access.connection_id, board, now)
    parties = {party_of(gate, board.guard) for gate in unmet} or {Party.US}
    return ActsNext(next(party for party in _FIRST if party in parties), unmet)


def party_of(gate: Unmet, guard: Guard) -> Party:
    """Tell who has to act about a *gate* that is shut. While its task is under way we have done what we can."""
    party = REASONS[gate.reason_code].acts if gate.reason_code and not gate.stale else Party.US
    return Party.NOBODY if party is Party.US and gate.task_type in guard.active else party


def _unmet(step: Step, connection_id: int | None, board: Board, now: datetime) -> tuple[Unmet, ...]:
    if step is Step.REVIEW:
        return unmet_to_complete(connection_id, board.findings, now)
    return unmet_between(step, Step(step + 1), connection_id, board.findings)
