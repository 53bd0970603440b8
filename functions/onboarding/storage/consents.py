"""Requests for consent, kept under the digest of what travels with the link; and the consents that came of them."""

from datetime import datetime
from typing import NamedTuple

from onboarding.domain.connection import Connection
from onboarding.domain.consent import ConsentRequest, State
from onboarding.domain.run import Run
from onboarding.domain.session import Session
from onboarding.storage import keys
from onboarding.storage.dynamo import Dynamo, Item, Put, TransactionRefused, Update
from onboarding.storage.instants import instant, millis
from onboarding.storage.runs import GuardRefused, IdTaken, Runs
from onboarding.storage.sessions import session_of
from onboarding.storage.tenants import connection_of


class RequestUsedUp(Exception):  # noqa: N818 - an answer, not an error
    """Another consent over the same link was recorded meanwhile, or its time ran out."""


class Asked(NamedTuple):
    """What is known of a link: the request, the connection it is for, and the session that is open."""

    request: ConsentRequest
    connection: Connection
    session: Session | None


class Consents:
    """The requests for consent of all tenants."""

    def __init__(self, dynamo: Dynamo, *, table: str, runs: Runs) -> None:
        """Keep them in *table*; a consent starts a run in *runs*."""
        self._dynamo = dynamo
        self._table = table
        self._runs = runs

    def ask(self, request: ConsentRequest, state: State) -> None:
        """Keep *request* under the digest of *state*.

        Raises:
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
        # No condition: its random secret makes it the only one of its key, so that a second try, whose first one's
        # reply was lost, writes the same again.
        self._dynamo.put(Put(self._table, item))

    def asked(self, state: State) -> Asked | None:
        """Read what is known of the link that *state* came with, in one request; None if it is none of ours.

        Raises:
            Transient: If DynamoDB did not answer.
        """
        request, connection = keys.consent(state.digest), keys.connection(state.connection_id)
        wanted = [keys.key(state.tenant_id, entry) for entry in (request, connection, keys.OPEN)]
        there = {item["entry"]: item for item in self._dynamo.get_several(self._table, wanted)}
        if request not in there or connection not in there:
            return None
        if there[request]["connection_id"] != state.connection_id:
            return None
        return Asked(
            _request_of(there[request]),
            connection_of(state.connection_id, there[connection]),
            session_of(there[keys.OPEN]) if keys.OPEN in there else None,
        )

    def record(self, state: State, run: Run | None, now: datetime) -> None:
        """Use the link up, record the consent on its connection, and start *run*: all, or nothing.

        Raises:
            RequestUsedUp: If the link is no longer good.
            GuardRefused: If something active keeps *run* from starting.
            IdTaken: If there is a run of that id.
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
        try:
            self._dynamo.transact(used, consented, *(self._runs.starting(run) if run else ()))
        except TransactionRefused as refused:
            if 0 in refused.failed:
                raise RequestUsedUp from None
            if 2 in refused.failed:  # noqa: PLR2004 - the third write above
                raise GuardRefused from None
            if 3 in refused.failed:  # noqa: PLR2004 - the fourth
                raise IdTaken from None
            raise


def _request_of(item: Item) -> ConsentRequest:
    return ConsentRequest(
        tenant_id=item["tenant_id"],
        connection_id=item["connection_id"],
        requested_by_user_id=item["requested_by_user_id"],
        requested_at=instant(item["requested_at"]),
        ends_at=instant(item["ends_at"]),
        used_at=instant(item["used_at"]) if "used_at" in item else None,
    )
