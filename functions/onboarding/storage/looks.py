"""Looks for consents, in nobody's name: one that could not begin as a consent was recorded, or a finding's next one.

Every one of them is begun on condition that its connection is still the one in use: at any other, its finding would
take the place of one that a session rests on. None counts towards the run budget: there is one a minute at most.
"""

from datetime import datetime

from onboarding.domain.access import Standing
from onboarding.domain.board import RecordedFinding
from onboarding.domain.run import Run
from onboarding.storage import board, keys
from onboarding.storage.dynamo import ConditionFailed, Delete, Dynamo, Put, TransactionRefused, Update
from onboarding.storage.instants import millis
from onboarding.storage.runs import GuardRefused, IdTaken, Runs
from onboarding.storage.sessions import Sessions


class LookMoved(Exception):  # noqa: N818 - an answer, not an error
    """What was to be looked for is no longer due, or another connection came into use."""


class Looks:
    """The looks of all tenants."""

    def __init__(self, dynamo: Dynamo, *, table: str, runs: Runs, sessions: Sessions) -> None:
        """Keep them in *table*, beside the *runs* that they become; *sessions* say what is in use."""
        self._dynamo = dynamo
        self._table = table
        self._runs = runs
        self._sessions = sessions

    def begin(self, run: Run, standing: Standing, now: datetime) -> None:
        """Save *run* in the place of the look that was left, and take it into the guard: all, or nothing.

        Raises:
            GuardRefused: If something active stands in the way.
            LookMoved: If the look is gone or not due, or *standing* is not as it was read.
            IdTaken: If there is a run of that id.
            Transient: If DynamoDB did not take it.
        """
        place = keys.key(run.tenant_id, keys.look(run.connection_id))
        self._begin(run, standing, Delete(self._table, place, "#due_at <= :now", {":now": millis(now)}))

    def begin_again(self, run: Run, standing: Standing, finding: RecordedFinding, again_at: datetime) -> None:
        """Save *run*, which looks again at *finding*, and take it into the guard: all, or nothing.

        Should it end without a finding of its own, it is looked at again at *again_at*.

        Raises:
            GuardRefused: If something active stands in the way.
            LookMoved: If *finding* or *standing* is not as it was read.
            IdTaken: If there is a run of that id.
            Transient: If DynamoDB did not take it.
        """
        self._begin(run, standing, board.rechecked(self._table, run.tenant_id, finding, again_at))

    def put_off(self, tenant_id: int, connection_id: int, until: datetime, now: datetime) -> None:
        """Let a look that is due fall due at *until*, behind all that is due already.

        Raises:
            Transient: If DynamoDB did not take it.
        """
        place = keys.key(tenant_id, keys.look(connection_id))
        values = {":until": millis(until), ":now": millis(now)}
        try:
            self._dynamo.update(Update(self._table, place, "SET #due_at = :until", "#due_at <= :now", values))
        except ConditionFailed:
            return  # another sweep was faster

    def drop(self, tenant_id: int, connection_id: int, now: datetime) -> None:
        """Drop a look that is due.

        Raises:
            Transient: If DynamoDB did not take it.
        """
        place = keys.key(tenant_id, keys.look(connection_id))
        try:
            self._dynamo.delete(Delete(self._table, place, "#due_at <= :now", {":now": millis(now)}))
        except ConditionFailed:
            return  # another sweep was faster

    def _begin(self, run: Run, standing: Standing, due: Update | Delete) -> None:
        still_in_use = self._sessions.uses_still(run.tenant_id, standing.session)
        try:
            self._dynamo.transact(*self._runs.starting(run, counted=False), due, still_in_use)
        except TransactionRefused as refused:
            if refused.failed & {2, 3}:
                raise LookMoved from None
            if 0 in refused.failed:
                raise GuardRefused from None
            raise IdTaken from None


def left(table: str, tenant_id: int, connection_id: int, now: datetime) -> Put:
    """Spell out how a look is left for the sweep; for a transaction.

    No condition: one that was left for an earlier consent is as good.
    """
    due = {"due_shard": keys.shard(tenant_id), "due_at": millis(now)}
    return Put(table, {**keys.key(tenant_id, keys.look(connection_id)), **due})
