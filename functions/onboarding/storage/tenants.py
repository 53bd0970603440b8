"""Registered tenants, their members and provider connections; and the access read that every route begins with."""

from typing import Any

from onboarding.domain.access import ELIGIBLE, Access, Caller, Member, RegisteredTenant, Role
from onboarding.domain.connection import Connection, ConnectionDetails
from onboarding.domain.session import Change, Session
from onboarding.storage import keys
from onboarding.storage.dynamo import (
    ConditionFailed,
    Delete,
    Dynamo,
    Item,
    Put,
    TransactionRefused,
    Update,
)
from onboarding.storage.instants import instant, millis
from onboarding.storage.sessions import SessionMoved, Sessions, session_of

_FIXED = ("entra_tenant_id", "client_id", "cloud")
_MAY_GO = ("expected_domain", "credential_arn", "certificate_thumbprint", "credential_expires_at")
_MEMBER = 1
"""The number of the write about a member, beside that about the open session."""


class ConnectionFixed(Exception):  # noqa: N818 - an answer, not an error
    """The connection is registered for another Entra tenant, client or cloud, and that never changes."""


class Tenants:
    """The tenants, members and connections that the owning product registered."""

    def __init__(self, dynamo: Dynamo, *, table: str, runs_table: str, sessions: Sessions) -> None:
        """Keep them in *table*, beside their *sessions*; a tenant's guard lies in *runs_table*."""
        self._dynamo = dynamo
        self._table = table
        self._runs_table = runs_table
        self._sessions = sessions

    def access(self, tenant_id: int, caller: Caller) -> Access | None:
        """Read who asks and where things stand, strongly consistent, in one request; None if there is no tenant.

        The same request is made for any id, so that nothing tells an unknown tenant from a foreign one.

        Raises:
            Transient: If DynamoDB did not answer.
        """
        membership = keys.member(caller.user_id)
        wanted = [keys.key(tenant_id, entry) for entry in (membership, keys.TENANT, keys.OPEN)]
        there = {item["entry"]: item for item in self._dynamo.get_several(self._table, wanted)}
        if keys.TENANT not in there:
            return None
        return Access(
            caller=caller,
            tenant=_tenant_of(there[keys.TENANT]),
            role=Role(there[membership]["role"]) if membership in there else None,
            session=session_of(there[keys.OPEN]) if keys.OPEN in there else None,
        )

    def register(self, tenant_id: int, name: str) -> None:
        """Register a tenant, with its guard; give it another name if it is registered already.

        Raises:
            Transient: If DynamoDB did not take it.
        """
        absent = "attribute_not_exists(#tenant_id)"
        tenant = {**keys.key(tenant_id, keys.TENANT), "name": name}
        # `active` has to be there from the start: a path into a map that is missing is refused.
        guard = {**keys.key(tenant_id, keys.GUARD), "active": {}, "last": {}}
        try:
            self._dynamo.transact(Put(self._table, tenant, absent), Put(self._runs_table, guard, absent))
        except TransactionRefused:
            self.rename(tenant_id, name)

    def rename(self, tenant_id: int, name: str) -> None:
        """Give a registered tenant another name.

        Raises:
            Transient: If DynamoDB did not take it.
        """
        place = keys.key(tenant_id, keys.TENANT)
        self._dynamo.update(
            Update(self._table, place, "SET #name = :name", "attribute_exists(#tenant_id)", {":name": name})
        )

    def register_member(self, member: Member, leaves: Change | None, seen: Session | None) -> None:
        """Give a user a role in a tenant.

        *leaves* is what a demotion does to the open session; *seen* is the open session that this was decided
        from, or None for none. A role that can be assigned asks nothing of either.

        Raises:
            SessionMoved: If the open session is no longer what was seen.
            Transient: If DynamoDB did not take it.
        """
        place = keys.key(member.tenant_id, keys.member(member.user_id))
        write = Put(self._table, {**place, "role": member.role.value})
        if member.role in ELIGIBLE:
            self._dynamo.put(write)
        else:
            self._with_session(member.tenant_id, write, leaves, seen)

    def remove_member(self, tenant_id: int, user_id: int, leaves: Change | None, seen: Session | None) -> bool:
        """Take a user's role in a tenant away. Tell whether there was one.

        *leaves* and *seen* are as in `register_member`. It is a transaction in any case: a single delete whose reply
        was lost would find nobody there when it is tried again.

        Raises:
            SessionMoved: If the open session is no longer what was seen.
            Transient: If DynamoDB did not take it.
        """
        place = keys.key(tenant_id, keys.member(user_id))
        try:
            self._with_session(tenant_id, Delete(self._table, place, "attribute_exists(#tenant_id)"), leaves, seen)
        except TransactionRefused as refused:
            if _MEMBER in refused.failed:
                return False
            raise
        return True

    def register_connection(self, tenant_id: int, connection_id: int, details: ConnectionDetails) -> None:
        """Register a connection; change what may change of it if it is registered already.

        Raises:
            ConnectionFixed: If it is registered for another Entra tenant, client or cloud.
            Transient: If DynamoDB did not take it.
        """
        place = keys.key(tenant_id, keys.connection(connection_id))
        new = Put(self._table, {**place, **_attributes(details)}, "attribute_not_exists(#tenant_id)")
        listed = Update(
            self._table,
            keys.key(tenant_id, keys.TENANT),
            "ADD #connection_ids :connection_ids",
            "attribute_exists(#tenant_id)",
            {":connection_ids": {connection_id}},
        )
        try:
            self._dynamo.transact(new, listed)
        except TransactionRefused:
            self.change_connection(tenant_id, connection_id, details)

    def change_connection(self, tenant_id: int, connection_id: int, details: ConnectionDetails) -> None:
        """Change what may change of a registered connection; what is absent from *details* goes.

        Raises:
            ConnectionFixed: If it is registered for another Entra tenant, client or cloud.
            Transient: If DynamoDB did not take it.
        """
        attributes = _attributes(details)
        free = [name for name in attributes if name not in _FIXED]
        gone = [name for name in _MAY_GO if name not in attributes]
        change = "SET " + ", ".join(f"#{name} = :{name}" for name in free)
        if gone:
            change += " REMOVE " + ", ".join(f"#{name}" for name in gone)
        condition = " AND ".join(f"#{name} = :{name}" for name in _FIXED)
        values = {f":{name}": value for name, value in attributes.items()}
        place = keys.key(tenant_id, keys.connection(connection_id))
        try:
            self._dynamo.update(Update(self._table, place, change, condition, values))
        except ConditionFailed:
            raise ConnectionFixed from None

    def connection(self, tenant_id: int, connection_id: int) -> Connection:
        """Read a connection that is known to be registered; none is ever removed.

        Raises:
            LookupError: If it is not.
            Transient: If DynamoDB did not answer.
        """
        item = self._dynamo.get(self._table, keys.key(tenant_id, keys.connection(connection_id)))
        if item is None:
            raise LookupError(f"connection {connection_id} of tenant {tenant_id} is not registered")
        return connection_of(connection_id, item)

    def session_and_connection(self, tenant_id: int, connection_id: int) -> tuple[Session | None, Connection | None]:
        """Read the open session and a connection, in one request.

        Raises:
            Transient: If DynamoDB did not answer.
        """
        place = keys.connection(connection_id)
        wanted = [keys.key(tenant_id, entry) for entry in (keys.OPEN, place)]
        there = {item["entry"]: item for item in self._dynamo.get_several(self._table, wanted)}
        session = session_of(there[keys.OPEN]) if keys.OPEN in there else None
        return session, connection_of(connection_id, there[place]) if place in there else None

    def _with_session(self, tenant_id: int, write: Put | Delete, leaves: Change | None, seen: Session | None) -> None:
        """Write about a member, together with what it does to the open session, which must be as it was *seen*."""
        if leaves and leaves.history:
            writes: list[Any] = [self._sessions.changed(leaves), write, self._sessions.noted(tenant_id, leaves.history)]
        else:
            writes = [self._sessions.unchanged(tenant_id, seen), write]
        try:
            self._dynamo.transact(*writes)
        except TransactionRefused as refused:
            if refused.failed - {_MEMBER}:
                raise SessionMoved(self._sessions.get_open(tenant_id)) from None
            raise


def _tenant_of(item: Item) -> RegisteredTenant:
    return RegisteredTenant(
        id=item["tenant_id"], name=item["name"], connection_ids=frozenset(item.get("connection_ids", ()))
    )


def _attributes(details: ConnectionDetails) -> Item:
    attributes = details.model_dump(mode="json", exclude={"credential_expires_at"})
    expires_at = details.credential_expires_at
    attributes["credential_expires_at"] = millis(expires_at) if expires_at else None
    return {name: value for name, value in attributes.items() if value is not None}


def connection_of(connection_id: int, item: Item) -> Connection:
    """Read the connection that *item* keeps."""
    attributes = {name: value for name, value in item.items() if name in Connection.model_fields}
    for name in ("credential_expires_at", "consented_at"):
        if name in attributes:
            attributes[name] = instant(attributes[name])
    return Connection.model_validate({**attributes, "id": connection_id}, strict=False)
