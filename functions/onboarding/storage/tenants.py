"""Registered tenants, their members and provider connections; and the access read that every route begins with."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from onboarding.domain.access import ELIGIBLE, Access, Caller, Completed, Member, RegisteredTenant, Role, Standing
from onboarding.domain.audit import Act, AuditEntry
from onboarding.domain.connection import Connection, ConnectionDetails
from onboarding.domain.session import Change, Session
from onboarding.storage import audit, keys
from onboarding.storage.audit import EntryTaken
from onboarding.storage.dynamo import (
    Delete,
    Dynamo,
    Item,
    Page,
    Put,
    TransactionRefused,
    Update,
)
from onboarding.storage.instants import instant, millis
from onboarding.storage.sessions import SessionMoved, Sessions, session_of

_FIXED = ("entra_tenant_id", "client_id", "cloud")
_MAY_GO = ("expected_domain", "credential_arn", "certificate_thumbprint", "credential_expires_at")
_TENANT = 1
"""The number of the write about the tenant, beside that of a connection."""
_MEMBER = 1
"""The number of the write about a member, beside that about the open session."""
_ENTRY = 1
"""The number of the write into the audit trail, beside a single write."""


class ConnectionFixed(Exception):  # noqa: N818 - an answer, not an error
    """The connection is registered for another Entra tenant, client or cloud, and that never changes."""


class Members(NamedTuple):
    """A page of a tenant's members, and the user id to go on from; None means the end."""

    members: list[Member]
    last_id: int | None


class Connections(NamedTuple):
    """A page of a tenant's connections, and the id to go on from; None means the end."""

    connections: list[Connection]
    last_id: int | None


class TenantsOfUser(NamedTuple):
    """A page of the tenants that a user may be a member of, and the id to go on from; None means the end."""

    tenant_ids: list[int]
    last_id: int | None


class Tenants:
    """The tenants, members and connections that the owning product registered."""

    def __init__(self, dynamo: Dynamo, *, table: str, runs_table: str, audit_table: str, sessions: Sessions) -> None:
        """Keep them in *table*, beside their *sessions*; a tenant's guard lies in *runs_table*."""
        self._dynamo = dynamo
        self._table = table
        self._runs_table = runs_table
        self._audit_table = audit_table
        self._sessions = sessions

    def access(self, tenant_id: int, caller: Caller) -> Access | None:
        """Read who asks and where things stand, strongly consistent, in one request; None if there is no tenant.

        The same request is made for any id, so that nothing tells an unknown tenant from a foreign one.

        Raises:
            Transient: If DynamoDB did not answer.
        """
        membership = keys.member(caller.user_id)
        wanted = [keys.key(tenant_id, entry) for entry in (membership, keys.TENANT, keys.OPEN)]
        return _access_of(caller, self._dynamo.get_several(self._table, wanted))

    def list_of_user(self, user_id: int, *, limit: int, after_id: int | None) -> TenantsOfUser:
        """List tenants that a user may be a member of, in the order of their ids, at most *limit*, from *after_id* on.

        The index is a proposal, eventually consistent; `accesses` disposes.

        Raises:
            Transient: If DynamoDB did not answer.
        """
        membership = keys.member(user_id)
        page = self._dynamo.query(
            self._table,
            "#user_id = :user_id",
            {":user_id": user_id},
            index="by_user",
            limit=limit,
            after={**keys.key(after_id, membership), "user_id": user_id} if after_id else None,
            consistent=False,
        )
        tenant_ids = list(dict.fromkeys(item["tenant_id"] for item in page.items))  # it may say the same twice
        return TenantsOfUser(tenant_ids, tenant_ids[-1] if page.last_key else None)

    def accesses(self, tenant_ids: Sequence[int], caller: Caller) -> list[Access]:
        """Read where things stand for *caller* in those of *tenant_ids* that they are a member of, in the same order.

        As strongly consistent as `access`; 33 tenants take one request.

        Raises:
            Transient: If DynamoDB did not answer.
        """
        entries = (keys.member(caller.user_id), keys.TENANT, keys.OPEN)
        wanted = [keys.key(tenant_id, entry) for tenant_id in tenant_ids for entry in entries]
        there: dict[int, list[Item]] = {tenant_id: [] for tenant_id in tenant_ids}
        for item in self._dynamo.get_several(self._table, wanted):
            there[item["tenant_id"]].append(item)
        read = (_access_of(caller, items) for items in there.values())
        return [access for access in read if access and access.role]

    def list_members(self, tenant_id: int, *, limit: int, after_id: int | None) -> Members:
        """Read the members of a tenant in the order of their ids, at most *limit*, from *after_id* on.

        Raises:
            Transient: If DynamoDB did not answer.
        """
        page = self._beginning(tenant_id, "member#", limit, keys.member(after_id) if after_id else None)
        members = [
            Member(tenant_id=tenant_id, user_id=keys.id_in(item["entry"]), role=Role(item["role"]))
            for item in page.items
        ]
        return Members(members, members[-1].user_id if page.last_key else None)

    def list_connections(self, tenant_id: int, *, limit: int, after_id: int | None) -> Connections:
        """Read the connections of a tenant in the order of their ids, at most *limit*, from *after_id* on.

        Raises:
            Transient: If DynamoDB did not answer.
        """
        page = self._beginning(tenant_id, "connection#", limit, keys.connection(after_id) if after_id else None)
        connections = [connection_of(keys.id_in(item["entry"]), item) for item in page.items]
        return Connections(connections, connections[-1].id if page.last_key else None)

    def connections(self, wanted: Mapping[int, int]) -> dict[int, Connection]:
        """Read a connection of each tenant that *wanted* names, strongly consistent; a hundred take one request.

        Raises:
            Transient: If DynamoDB did not answer.
        """
        places = [keys.key(tenant_id, keys.connection(each)) for tenant_id, each in wanted.items()]
        there = self._dynamo.get_several(self._table, places)
        return {item["tenant_id"]: connection_of(wanted[item["tenant_id"]], item) for item in there}

    def register(self, tenant_id: int, name: str, entry: AuditEntry) -> None:
        """Register a tenant, with its guard, and put *entry* into its audit trail; rename it if it is registered.

        A guard that is there without its tenant, as when Sessions alone was restored, is left as it is.

        Raises:
            EntryTaken: If there is another entry of that id.
            Transient: If DynamoDB did not take it.
        """
        tenant = {**keys.key(tenant_id, keys.TENANT), "name": name}
        # `active` has to be there from the start: a path into a map that is missing is refused.
        guard = Update(
            self._runs_table,
            keys.key(tenant_id, keys.GUARD),
            # Two values, though both are empty: an emulator that puts one in two places makes them one map.
            "SET #active = if_not_exists(#active, :no_active), #last = if_not_exists(#last, :no_last)",
            values={":no_active": {}, ":no_last": {}},
        )
        try:
            self._dynamo.transact(
                Put(self._table, tenant, "attribute_not_exists(#tenant_id)"),
                guard,
                audit.kept(self._audit_table, entry),
            )
        except TransactionRefused as refused:
            if 0 not in refused.failed:
                raise EntryTaken from None
            self.rename(tenant_id, name, entry.model_copy(update={"act": Act.TENANT_RENAMED}))

    def rename(self, tenant_id: int, name: str, entry: AuditEntry) -> None:
        """Give a registered tenant another name, and put *entry* into its audit trail; the same name changes nothing.

        Raises:
            EntryTaken: If there is another entry of that id.
            Transient: If DynamoDB did not take it.
        """
        place = keys.key(tenant_id, keys.TENANT)
        another = "attribute_exists(#tenant_id) AND #name <> :name"
        self._unless_it_is_so(Update(self._table, place, "SET #name = :name", another, {":name": name}), entry)

    def register_member(self, member: Member, leaves: Change | None, seen: Session | None, entry: AuditEntry) -> None:
        """Give a user a role in a tenant, and put *entry* into its audit trail; the same role changes nothing.

        *leaves* is what a demotion does to the open session; *seen* is the open session that this was decided
        from, or None for none. A role that can be assigned asks nothing of either.

        Raises:
            SessionMoved: If the open session is no longer what was seen.
            EntryTaken: If there is another entry of that id.
            Transient: If DynamoDB did not take it.
        """
        place = keys.key(member.tenant_id, keys.member(member.user_id))
        role = member.role.value
        # A member of before there was the index gets into it by the same role, too.
        another = "attribute_not_exists(#tenant_id) OR #role <> :role OR attribute_not_exists(#user_id)"
        write = Put(self._table, {**place, "user_id": member.user_id, "role": role}, another, {":role": role})
        if member.role in ELIGIBLE:
            self._unless_it_is_so(write, entry)
            return
        if leaves:  # who holds what their role cannot have loses it, though the role be the same
            write = Put(self._table, write.item)
        try:
            self._with_session(write, leaves, seen, entry)
        except TransactionRefused:
            return  # it is their role already

    def remove_member(
        self, tenant_id: int, user_id: int, leaves: Change | None, seen: Session | None, entry: AuditEntry
    ) -> bool:
        """Take a user's role in a tenant away, and put *entry* into its audit trail. Tell whether there was one.

        *leaves* and *seen* are as in `register_member`.

        Raises:
            SessionMoved: If the open session is no longer what was seen.
            Transient: If DynamoDB did not take it.
        """
        place = keys.key(tenant_id, keys.member(user_id))
        try:
            self._with_session(Delete(self._table, place, "attribute_exists(#tenant_id)"), leaves, seen, entry)
        except TransactionRefused as refused:
            if _MEMBER in refused.failed:
                return False
            raise
        return True

    def register_connection(
        self, tenant_id: int, connection_id: int, details: ConnectionDetails, entry: AuditEntry
    ) -> None:
        """Register a connection, and put *entry* into the tenant's audit trail; if it is registered, change it.

        Raises:
            ConnectionFixed: If it is registered for another Entra tenant, client or cloud.
            EntryTaken: If there is another entry of that id.
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
            self._dynamo.transact(new, listed, audit.kept(self._audit_table, entry))
        except TransactionRefused as refused:
            if _TENANT in refused.failed:  # whoever asks was shown it, and nothing removes it
                raise
            if 0 not in refused.failed:
                raise EntryTaken from None
            changed = entry.model_copy(update={"act": Act.CONNECTION_CHANGED})
            self.change_connection(tenant_id, connection_id, details, changed)

    def change_connection(
        self, tenant_id: int, connection_id: int, details: ConnectionDetails, entry: AuditEntry
    ) -> None:
        """Change what may change of a registered connection, and put *entry* into the tenant's audit trail.

        What is absent from *details* goes; the same again changes nothing.

        Raises:
            ConnectionFixed: If it is registered for another Entra tenant, client or cloud.
            EntryTaken: If there is another entry of that id.
            Transient: If DynamoDB did not take it.
        """
        attributes = _attributes(details)
        free = [name for name in attributes if name not in _FIXED]
        gone = [name for name in _MAY_GO if name not in attributes]
        change = "SET " + ", ".join(f"#{name} = :{name}" for name in free)
        if gone:
            change += " REMOVE " + ", ".join(f"#{name}" for name in gone)
        same = " AND ".join(f"#{name} = :{name}" for name in _FIXED)
        differs = [f"attribute_not_exists(#{name}) OR #{name} <> :{name}" for name in free]
        differs += [f"attribute_exists(#{name})" for name in gone]
        values = {f":{name}": value for name, value in attributes.items()}
        place = keys.key(tenant_id, keys.connection(connection_id))
        condition = f"{same} AND ({' OR '.join(differs)})"
        if not self._unless_it_is_so(Update(self._table, place, change, condition, values), entry):
            there = self._dynamo.get(self._table, place) or {}
            if any(there.get(name) != attributes[name] for name in _FIXED):
                raise ConnectionFixed

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

    def standing(self, tenant_id: int, connection_id: int) -> Standing | None:
        """Read where a connection stands, strongly consistent, in one request; None if there is none.

        Raises:
            Transient: If DynamoDB did not answer.
        """
        wanted = [keys.key(tenant_id, entry) for entry in standing_entries(connection_id)]
        return standing_of(connection_id, self._dynamo.get_several(self._table, wanted))

    def _beginning(self, tenant_id: int, start: str, limit: int, after: str | None) -> Page:
        """Read items of a tenant whose entries begin with *start*, in their order, from entry *after* on."""
        return self._dynamo.query(
            self._table,
            "#tenant_id = :tenant_id AND begins_with(#entry, :start)",
            {":tenant_id": tenant_id, ":start": start},
            limit=limit,
            after=keys.key(tenant_id, after) if after else None,
        )

    def _unless_it_is_so(self, write: Put | Update, entry: AuditEntry) -> bool:
        """Do *write* and put *entry* into the audit trail; tell whether the write's condition held.

        Raises:
            EntryTaken: If there is another entry of that id.
            Transient: If DynamoDB did not take it.
        """
        try:
            self._dynamo.transact(write, audit.kept(self._audit_table, entry))
        except TransactionRefused as refused:
            if refused.failed == {_ENTRY}:
                raise EntryTaken from None
            return False
        return True

    def _with_session(
        self, write: Put | Delete, leaves: Change | None, seen: Session | None, entry: AuditEntry
    ) -> None:
        """Write about a member, together with what it does to the open session, which must be as it was *seen*."""
        session = self._sessions.changed(leaves) if leaves else self._sessions.unchanged(entry.tenant_id, seen)
        entries = (*(leaves.entries if leaves else ()), entry)
        try:
            self._dynamo.transact(session, write, *(audit.kept(self._audit_table, each) for each in entries))
        except TransactionRefused as refused:
            if refused.failed - {_MEMBER}:  # an entry's id may be taken: decide again
                raise SessionMoved(self._sessions.get_open(entry.tenant_id)) from None
            raise


def standing_entries(connection_id: int) -> tuple[str, ...]:
    """Name the entries that say where a connection stands."""
    return (keys.TENANT, keys.connection(connection_id), keys.OPEN)


def standing_of(connection_id: int, items: list[Item]) -> Standing | None:
    """Read where a connection stands from *items*, which may be others, too; None if there is no such connection."""
    there = {item["entry"]: item for item in items}
    place = keys.connection(connection_id)
    if place not in there or keys.TENANT not in there:
        return None
    return Standing(
        _tenant_of(there[keys.TENANT]),
        connection_of(connection_id, there[place]),
        session_of(there[keys.OPEN]) if keys.OPEN in there else None,
    )


def _access_of(caller: Caller, items: list[Item]) -> Access | None:
    """Read where things stand for *caller* in the tenant that *items* are of; None if there is no such tenant."""
    membership = keys.member(caller.user_id)
    there = {item["entry"]: item for item in items}
    if keys.TENANT not in there:
        return None
    return Access(
        caller=caller,
        tenant=_tenant_of(there[keys.TENANT]),
        role=Role(there[membership]["role"]) if membership in there else None,
        session=session_of(there[keys.OPEN]) if keys.OPEN in there else None,
    )


def _tenant_of(item: Item) -> RegisteredTenant:
    return RegisteredTenant(
        id=item["tenant_id"],
        name=item["name"],
        connection_ids=frozenset(item.get("connection_ids", ())),
        last_completed=_last_completed(item.get("last_completed")),
        drifted="drifted_at" in item,
    )


def _last_completed(kept: Item | None) -> Completed | None:
    return Completed.model_validate({**kept, "at": instant(kept["at"])}, strict=False) if kept else None


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
