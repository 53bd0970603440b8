"""Requests for consent, kept under the digest of what travels with the link; and the consents that came of them.

A consent over the connection in use is recorded together with the run that looks for it, or with a look that is left
for the sweep: somebody looks, whatever dies when. A consent over any other is recorded and looked for by nobody.
"""

from datetime import datetime
from typing import NamedTuple

from onboarding.domain.access import Standing
from onboarding.domain.audit import AuditEntry
from onboarding.domain.consent import ConsentRequest, State
from onboarding.domain.run import Run
from onboarding.storage import audit, keys, looks
from onboarding.storage.audit import EntryTaken
from onboarding.storage.dynamo import Dynamo, Item, Put, TransactionRefused, Update
from onboarding.storage.instants import instant, millis
from onboarding.storage.runs import GuardRefused, IdTaken, Runs
from onboarding.storage.sessions import Sessions
from onboarding.storage.tenants import standing_entries, standing_of

_LINK, _IN_USE, _GUARD = 0, 2, 3
"""The numbers of the writes that the recording of a consent may be refused by, but for the run's own."""


class RequestUsedUp(Exception):  # noqa: N818 - an answer, not an error
    """Another consent over the same link was recorded meanwhile, or its time ran out."""


class StandingMoved(Exception):  # noqa: N818 - an answer, not an error
    """Another session, or another connection of it, came into use meanwhile."""


class Asked(NamedTuple):
    """What is known of a link: the request, and where the connection that it is for stands."""

    request: ConsentRequest
    standing: Standing


class Consents:
    """The requests for consent of all tenants."""

    def __init__(
        self, dynamo: Dynamo, *, table: str, runs_table: str, audit_table: str, runs: Runs, sessions: Sessions
    ) -> None:
        """Keep them in *table*, beside *sessions*; a consent starts a run in *runs*, or leaves a look beside them."""
        self._dynamo = dynamo
        self._table = table
        self._runs_table = runs_table
        self._audit_table = audit_table
        self._runs = runs
        self._sessions = sessions

    def ask(self, request: ConsentRequest, state: State, entry: AuditEntry) -> None:
        """Keep *request* under the digest of *state*, and put *entry* into the tenant's audit trail.

        Raises:
            EntryTaken: If there is another entry of that id.
            Transient: If DynamoDB did not take it.
        """
        item = {
            **keys.key(request.tenant_id, keys.consent(state.digest)),
            "connection_id": request.connection_id,
            "requested_by_user_id": request.requested_by_user_id,
            "requested_at": millis(request.requested_at),
            "ends_at": millis(request.ends_at),
            # The table's TTL removes it some time after; until then `now` decides.
            "expires_at": millis(request.ends_at) // 1000 + 1,
        }
        try:
            # No condition on the request: its random secret makes it the only one of its key.
            self._dynamo.transact(Put(self._table, item), audit.kept(self._audit_table, entry))
        except TransactionRefused:
            raise EntryTaken from None

    def asked(self, state: State) -> Asked | None:
        """Read what is known of the link that *state* came with, in one request; None if it is none of ours.

        Raises:
            Transient: If DynamoDB did not answer.
        """
        request = keys.consent(state.digest)
        wanted = [keys.key(state.tenant_id, entry) for entry in (request, *standing_entries(state.connection_id))]
        items = self._dynamo.get_several(self._table, wanted)
        asked = next((_request_of(item) for item in items if item["entry"] == request), None)
        standing = standing_of(state.connection_id, items)
        if asked is None or standing is None or asked.connection_id != state.connection_id:
            return None
        return Asked(asked, standing)

    def record(self, state: State, standing: Standing, run: Run | None, entry: AuditEntry, now: datetime) -> None:
        """Use the link up, record the consent on its connection, and start *run*: all, or nothing.

        Without a *run* a look is left for the sweep, if *standing* says that the connection is in use. *entry* tells of
        it in the tenant's audit trail.

        Raises:
            RequestUsedUp: If the link is no longer good.
            StandingMoved: If *standing* is not as it was read.
            GuardRefused: If something active keeps *run* from starting.
            IdTaken: If there is a run, or another entry, of that id.
            Transient: If DynamoDB did not take it.
        """
        place = keys.key(state.tenant_id, keys.consent(state.digest))
        used = Update(
            self._table,
            place,
            "SET #used_at = :now",
            "attribute_not_exists(#used_at) AND #ends_at > :now",
            {":now": millis(now)},
        )
        consented = Update(
            self._table,
            keys.key(state.tenant_id, keys.connection(state.connection_id)),
            "SET #consented_at = :now",
            "attribute_exists(#tenant_id)",
            {":now": millis(now)},
        )
        seen = self._sessions.uses_still(state.tenant_id, standing.session)
        looked_for: tuple[Put | Update, ...] = ()
        if run:
            looked_for = self._runs.starting(run)
        elif standing.is_in_use:
            looked_for = (looks.left(self._runs_table, state.tenant_id, state.connection_id, now),)
        try:
            self._dynamo.transact(used, consented, seen, *looked_for, audit.kept(self._audit_table, entry))
        except TransactionRefused as refused:
            if _LINK in refused.failed:
                raise RequestUsedUp from None
            if _IN_USE in refused.failed:
                raise StandingMoved from None
            if run and _GUARD in refused.failed:
                raise GuardRefused from None
            raise IdTaken from None


def _request_of(item: Item) -> ConsentRequest:
    return ConsentRequest(
        tenant_id=item["tenant_id"],
        connection_id=item["connection_id"],
        requested_by_user_id=item["requested_by_user_id"],
        requested_at=instant(item["requested_at"]),
        ends_at=instant(item["ends_at"]),
        used_at=instant(item["used_at"]) if "used_at" in item else None,
    )
