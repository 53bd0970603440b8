"""Rounds of the watches: what the sweep begins where nobody is at a tenant, and settles once its runs have ended."""

from datetime import datetime
from typing import NamedTuple

from onboarding.domain.audit import AuditEntry
from onboarding.domain.run import Run
from onboarding.domain.watch import Verdict, Watch
from onboarding.storage import audit, keys, watches
from onboarding.storage.dynamo import Check, ConditionFailed, Dynamo, Item, Put, TransactionRefused, Update
from onboarding.storage.instants import instant, millis
from onboarding.storage.runs import GuardRefused, IdTaken, Runs

_WATCH, _OPEN, _GUARD = 0, 1, 2
"""The numbers of the writes about these, in that order."""


class WatchMoved(Exception):  # noqa: N818 - an answer, not an error
    """The watch is no longer as it was read, or somebody opened a session."""


class Watched(NamedTuple):
    """A watch, and whether people are at its tenant, as one read saw them."""

    watch: Watch
    session_is_open: bool


class Rounds:
    """The rounds of all tenants' watches."""

    def __init__(self, dynamo: Dynamo, *, table: str, audit_table: str, runs: Runs) -> None:
        """Keep watches in *table*, beside the sessions that left them; a round is *runs*."""
        self._dynamo = dynamo
        self._table = table
        self._audit_table = audit_table
        self._runs = runs

    def get(self, tenant_id: int) -> Watched | None:
        """Read a tenant's watch, strongly consistent, in one request; None if it has none.

        Raises:
            Transient: If DynamoDB did not answer.
        """
        wanted = [keys.key(tenant_id, entry) for entry in (keys.WATCH, keys.OPEN)]
        there = {item["entry"]: item for item in self._dynamo.get_several(self._table, wanted)}
        if keys.WATCH not in there:
            return None
        return Watched(_watch_of(there[keys.WATCH]), keys.OPEN in there)

    def put_off(self, watch: Watch, until: datetime, *, gives_up_the_round: bool = False) -> None:
        """Let *watch* fall due at *until*, behind all that is due already, if it is still as it was read.

        Raises:
            Transient: If DynamoDB did not take it.
        """
        also = " REMOVE #run_ids" if gives_up_the_round else ""
        try:
            self._dynamo.update(self._moved(watch, until, also=also))
        except ConditionFailed:
            return  # another sweep was faster, or another session was completed

    def begin(self, watch: Watch, runs: tuple[Run, ...], judge_at: datetime) -> None:
        """Begin a round: save its *runs* and take them into the guard, all, or nothing; judge it at *judge_at*.

        A round has the tenant for itself: no session is open, and nothing else is active.

        Raises:
            GuardRefused: If something active stands in the way.
            WatchMoved: If *watch* is not as it was read, or a session is open.
            IdTaken: If there is a run of one of the ids.
            Transient: If DynamoDB did not take it.
        """
        run_ids = {run.task_type.value: run.id for run in runs}
        try:
            self._dynamo.transact(
                self._moved(watch, judge_at, set_also=", #run_ids = :run_ids", values={":run_ids": run_ids}),
                self._nobody_is_at_it(watch.tenant_id),
                *self._runs.starting_together(runs),
            )
        except TransactionRefused as refused:
            if refused.failed & {_WATCH, _OPEN}:
                raise WatchMoved from None
            if _GUARD in refused.failed:
                raise GuardRefused from None
            raise IdTaken from None

    def settle(
        self, watch: Watch, verdict: Verdict, entries: tuple[AuditEntry, ...], due_at: datetime, now: datetime
    ) -> None:
        """End a round with its *verdict*, the tenant's mark and the *entries* of the audit trail: all, or nothing.

        Raises:
            WatchMoved: If *watch* is not as it was read, a session is open, or an entry's id is taken.
            Transient: If DynamoDB did not take it.
        """
        values = {":worse": watches.kept(verdict.worse)}
        ended = self._moved(watch, due_at, set_also=", #worse = :worse", also=" REMOVE #run_ids", values=values)
        writes: list[Update | Check | Put] = [ended, self._nobody_is_at_it(watch.tenant_id)]
        if bool(watch.worse) is not bool(verdict.worse):
            writes.append(watches.drifted(self._table, watch.tenant_id, now if verdict.worse else None))
        writes += [audit.kept(self._audit_table, entry) for entry in entries]
        try:
            self._dynamo.transact(*writes)
        except TransactionRefused:
            raise WatchMoved from None

    def _moved(
        self, watch: Watch, due_at: datetime, *, set_also: str = "", also: str = "", values: Item | None = None
    ) -> Update:
        """Spell out how *watch* is moved on, if it is as it was read: each move has a due date of its own."""
        return Update(
            self._table,
            keys.key(watch.tenant_id, keys.WATCH),
            f"SET #due_at = :due_at{set_also}{also}",
            "#session_id = :session_id AND #due_at = :seen",
            {
                ":due_at": millis(due_at),
                ":session_id": watch.session_id,
                ":seen": millis(watch.due_at),
                **(values or {}),
            },
        )

    def _nobody_is_at_it(self, tenant_id: int) -> Check:
        return Check(self._table, keys.key(tenant_id, keys.OPEN), "attribute_not_exists(#tenant_id)")


def _watch_of(item: Item) -> Watch:
    """Read the watch that *item* keeps."""
    return Watch.model_validate(
        {
            "tenant_id": item["tenant_id"],
            "session_id": item["session_id"],
            "connection_id": item["connection_id"],
            "rests_on": item["rests_on"],
            "worse": item.get("worse", {}),
            "run_ids": item.get("run_ids", {}),
            "due_at": instant(item["due_at"]),
        },
        strict=False,
    )
