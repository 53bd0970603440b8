"""Sessions, open and closed.

A tenant has at most one open session: it lies under the key `open`, so the key is the uniqueness. The due date of
an open session is written with its version, never with a heartbeat; the sweep moves it on.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from onboarding import ids
from onboarding.domain import access, lock
from onboarding.domain.audit import AuditEntry
from onboarding.domain.session import Change, Session
from onboarding.errors import Transient
from onboarding.storage import audit, keys, watches
from onboarding.storage.dynamo import (
    Check,
    ConditionFailed,
    Delete,
    Dynamo,
    Item,
    Put,
    TransactionRefused,
    Update,
)
from onboarding.storage.instants import instant, millis


class SessionMoved(Exception):  # noqa: N818 - an answer, not an error
    """The session is no longer what a change was decided from; *current* is what is open now, or None."""

    def __init__(self, current: Session | None) -> None:
        """Report that *current* is there instead."""
        super().__init__("the session has changed")
        self.current = current


class AssigneeNotEligible(Exception):  # noqa: N818 - an answer, not an error
    """The assignee is no member, or below operator."""


class SomethingActive(Exception):  # noqa: N818 - an answer, not an error
    """The guard names a run, where none may be active."""


class DueSession(NamedTuple):
    """A tenant whose open session the index proposes as due."""

    tenant_id: int


class DueWatch(NamedTuple):
    """A tenant whose watch the index proposes as due."""

    tenant_id: int


class ClosedSessions(NamedTuple):
    """A page of closed sessions, newest first, and the id to go on from; None means the end."""

    sessions: list[Session]
    last_id: int | None


class Sessions:
    """The sessions of all tenants."""

    def __init__(self, dynamo: Dynamo, *, table: str, runs_table: str, audit_table: str, idle: timedelta) -> None:
        """Keep them in *table*; an open one falls due once nothing happened for *idle*."""
        self._dynamo = dynamo
        self._table = table
        self._runs_table = runs_table
        self._audit_table = audit_table
        self._idle = idle

    def create(self, session: Session, entry: AuditEntry) -> None:
        """Open *session* and put *entry* into the audit trail, unless its tenant has an open one.

        Raises:
            SessionMoved: With the session that is open now, or None for none.
            Transient: If DynamoDB did not take it.
        """
        try:
            self._dynamo.transact(
                Put(self._table, self._open(session), "attribute_not_exists(#tenant_id)"),
                audit.kept(self._audit_table, entry),
            )
        except TransactionRefused:
            raise SessionMoved(self.get_open(session.tenant_id)) from None

    def save(self, change: Change) -> None:
        """Save *change*, if the session is still what it was decided from; applied twice, it is applied once.

        The condition, from the first moment to the last:

            session and version   as they were read, so nobody's change is written over
            lock                  free, expired, the writer's, or in a takeover still of whom it was taken from

        Raises:
            SessionMoved: With what is open now.
            AssigneeNotEligible: If the assignee may not be assigned.
            SomethingActive: If a run is under way that the change does not bear.
            Transient: If DynamoDB did not take it.
        """
        if change.is_nothing:
            return
        if change.entries or change.assignee_must_be_eligible or change.nothing_may_be_active:
            self._save_together(change)
        else:
            self._save_alone(change)

    def put_off(self, session: Session, due_at: datetime) -> None:
        """Let *session* fall due at *due_at*, if it is still the version that was read.

        Raises:
            Transient: If DynamoDB did not take it.
        """
        try:
            self._dynamo.update(
                Update(
                    self._table,
                    keys.key(session.tenant_id, keys.OPEN),
                    "SET #due_at = :due_at",
                    "#session_id = :session_id AND #version = :version",
                    {":due_at": millis(due_at), ":session_id": session.id, ":version": session.version},
                )
            )
        except ConditionFailed:
            return  # a live user was faster, and wrote a due date of their own

    def get_open(self, tenant_id: int) -> Session | None:
        """Read the open session of a tenant.

        Raises:
            Transient: If DynamoDB did not answer.
        """
        item = self._dynamo.get(self._table, keys.key(tenant_id, keys.OPEN))
        return session_of(item) if item else None

    def is_closed(self, tenant_id: int, session_id: int) -> bool:
        """Tell whether a tenant has a closed session of that id.

        Raises:
            Transient: If DynamoDB did not answer.
        """
        return self._dynamo.get(self._table, keys.key(tenant_id, keys.closed(session_id))) is not None

    def is_eligible(self, tenant_id: int, user_id: int) -> bool:
        """Tell whether a user may be assigned a tenant's session.

        Raises:
            Transient: If DynamoDB did not answer.
        """
        item = self._dynamo.get(self._table, keys.key(tenant_id, keys.member(user_id)))
        return item is not None and item["role"] in {role.value for role in access.ELIGIBLE}

    def list_closed(self, tenant_id: int, *, limit: int, after_id: int | None) -> ClosedSessions:
        """Read closed sessions, newest first, at most *limit*, older than *after_id*.

        Raises:
            Transient: If DynamoDB did not answer.
        """
        page = self._dynamo.query(
            self._table,
            "#tenant_id = :tenant_id AND begins_with(#entry, :closed)",
            {":tenant_id": tenant_id, ":closed": "closed#"},
            limit=limit,
            after=keys.key(tenant_id, keys.closed(after_id)) if after_id else None,
            newest_first=True,
        )
        sessions = [session_of(item) for item in page.items]
        return ClosedSessions(sessions, sessions[-1].id if page.last_key else None)

    def list_due(self, shard: int, now: datetime, *, limit: int) -> list[DueSession | DueWatch]:
        """List the tenants whose open session, or watch, may be due by *now*, the longest due first.

        The index is a proposal, eventually consistent; the item itself disposes.

        Raises:
            Transient: If DynamoDB did not answer.
        """
        page = self._dynamo.query(
            self._table,
            "#due_shard = :shard AND #due_at <= :now",
            {":shard": shard, ":now": millis(now)},
            index="due",
            limit=limit,
            consistent=False,
        )
        return [_due_of(item) for item in page.items]

    def changed(self, change: Change) -> Update | Delete:
        """Spell out what *change* does to the open session, with its condition; for a transaction."""
        condition, values = _still_as_read(change)
        place = keys.key(change.before.tenant_id, keys.OPEN)
        if change.closes:
            return Delete(self._table, place, condition, values)
        changes, changed_values = _difference(self._open(change.before), self._open(change.after))
        return Update(self._table, place, changes, condition, {**values, **changed_values})

    def unchanged(self, tenant_id: int, seen: Session | None) -> Check:
        """Demand that the open session is still the version *seen*, or that there is none; for a transaction."""
        place = keys.key(tenant_id, keys.OPEN)
        if seen is None:
            return Check(self._table, place, "attribute_not_exists(#tenant_id)")
        values = {":session_id": seen.id, ":version": seen.version}
        return Check(self._table, place, "#session_id = :session_id AND #version = :version", values)

    def uses_still(self, tenant_id: int, seen: Session | None) -> Check:
        """Demand that the open session, or its absence, still says what *seen* says of the connection in use.

        For a transaction. The tenant's default is not looked at: connections are only ever added, and what a second
        one makes of the first is that none is in use, not another. What was decided by the default names it.
        """
        place = keys.key(tenant_id, keys.OPEN)
        if seen is None:
            return Check(self._table, place, "attribute_not_exists(#tenant_id)")
        chosen = seen.provider_connection_id
        if chosen is None:
            same = "#session_id = :session_id AND attribute_not_exists(#provider_connection_id)"
            return Check(self._table, place, same, {":session_id": seen.id})
        same = "#session_id = :session_id AND #provider_connection_id = :chosen"
        return Check(self._table, place, same, {":session_id": seen.id, ":chosen": chosen})

    def _save_alone(self, change: Change) -> None:
        # The write is named, so that its own second try (a lost reply) is recognised in what refuses it.
        write_id = ids.word()
        written = self.changed(change)
        assert isinstance(written, Update)  # noqa: S101 - closing always leaves an entry, so it is never alone
        named = written._replace(
            change=_also_set(written.change, "#write_id = :write_id"),
            values={**written.values, ":write_id": write_id},
        )
        try:
            self._dynamo.update(named)
        except ConditionFailed as refused:
            if refused.item and refused.item.get("write_id") == write_id:
                return
            if refused.in_doubt:  # a refusal would be told of what may have been done, and changed by others since
                raise Transient("Others keep changing this session; try again in a moment.") from None
            raise SessionMoved(session_of(refused.item) if refused.item else None) from None

    def _save_together(self, change: Change) -> None:
        tenant_id = change.before.tenant_id
        writes: list[Put | Update | Delete | Check] = [self.changed(change)]
        writes += self._left_behind(change)
        recorded = frozenset(range(len(writes), len(writes) + len(change.entries)))
        writes += [audit.kept(self._audit_table, entry) for entry in change.entries]
        assignee = active = None
        if change.assignee_must_be_eligible:
            assignee = len(writes)
            writes.append(self._eligible(tenant_id, change.assignee_must_be_eligible))
        chosen = change.after.provider_connection_id
        if chosen and chosen != change.before.provider_connection_id and not change.closes:
            connection = keys.key(tenant_id, keys.connection(chosen))
            writes.append(Check(self._table, connection, "attribute_exists(#tenant_id)"))
        if change.nothing_may_be_active:
            active = len(writes)
            writes.append(self._quiet(change))
        try:
            self._dynamo.transact(*writes)
        except TransactionRefused as refused:
            if refused.failed & {0, *recorded}:  # an entry's id may be taken: decide again
                raise SessionMoved(self.get_open(tenant_id)) from None
            if assignee in refused.failed:
                raise AssigneeNotEligible from None
            if active in refused.failed:
                raise SomethingActive from None
            raise

    def _left_behind(self, change: Change) -> Iterator[Put | Update]:
        """Spell out what stays of a closed session: itself, and if it was completed what its tenant knows of it."""
        if change.closes:
            yield Put(self._table, _closed(change.after), "attribute_not_exists(#tenant_id)")
        if change.watch:
            yield watches.left(self._table, change.watch)
        if change.completes:
            yield _completed(self._table, change)

    def _quiet(self, change: Change) -> Check:
        condition, values = "size(#active) = :zero", {":zero": 0}
        if change.by_user_id is None:  # the sweep: a run that began and ended since it looked is a sign of life, too
            condition += " AND (attribute_not_exists(#newest_run_at) OR #newest_run_at <= :idle_since)"
            values[":idle_since"] = millis(change.at - self._idle)
        return Check(self._runs_table, keys.key(change.before.tenant_id, keys.GUARD), condition, values)

    def _eligible(self, tenant_id: int, user_id: int) -> Check:
        roles = {f":role{n}": role.value for n, role in enumerate(access.ELIGIBLE)}
        return Check(self._table, keys.key(tenant_id, keys.member(user_id)), f"#role IN ({', '.join(roles)})", roles)

    def _open(self, session: Session) -> Item:
        due = {"due_shard": keys.shard(session.tenant_id), "due_at": millis(session.updated_at + self._idle)}
        return {**keys.key(session.tenant_id, keys.OPEN), **_attributes(session), **due}


def _due_of(item: Item) -> DueSession | DueWatch:
    return DueWatch(item["tenant_id"]) if item["entry"] == keys.WATCH else DueSession(item["tenant_id"])


def session_of(item: Item) -> Session:
    """Read the session that *item* keeps, open or closed."""
    return Session.model_validate(
        {
            "id": item["session_id"],
            "tenant_id": item["tenant_id"],
            "provider_connection_id": item.get("provider_connection_id"),
            "status": item["status"],
            "current_step": item["current_step"],
            "assigned_to_user_id": item.get("assigned_to_user_id"),
            "lock": {"user_id": item["locked_by_user_id"], "until": instant(item["locked_until"])}
            if "locked_by_user_id" in item
            else None,
            "version": item["version"],
            "created_at": instant(item["created_at"]),
            "updated_at": instant(item["updated_at"]),
            "closed_at": instant(item["closed_at"]) if "closed_at" in item else None,
            "completion": item.get("completion"),
            "note": item.get("note"),
            "waiting_until": instant(item["waiting_until"]) if "waiting_until" in item else None,
        },
        strict=False,
    )


def _attributes(session: Session) -> Item:
    held = session.lock
    attributes: dict[str, Any] = {
        "session_id": session.id,
        "provider_connection_id": session.provider_connection_id,
        "status": session.status.value,
        "current_step": session.current_step.value,
        "assigned_to_user_id": session.assigned_to_user_id,
        "locked_by_user_id": held.user_id if held else None,
        "locked_until": millis(held.until) if held else None,
        "version": session.version,
        "created_at": millis(session.created_at),
        "updated_at": millis(session.updated_at),
        "note": session.note,
        "waiting_until": millis(session.waiting_until) if session.waiting_until else None,
    }
    return {name: value for name, value in attributes.items() if value is not None}


def _closed(session: Session) -> Item:
    completion = {"completion": session.completion.model_dump(mode="json")} if session.completion else {}
    closed_at = {"closed_at": millis(session.closed_at)} if session.closed_at else {}
    place = keys.key(session.tenant_id, keys.closed(session.id))
    return {**place, **_attributes(session), **closed_at, **completion}


def _completed(table: str, change: Change) -> Update:
    """Spell out what a tenant then says of its completion; from what it is held to now it has not drifted."""
    last = {"session_id": change.after.id, "at": millis(change.at), "by_user_id": change.by_user_id}
    return Update(
        table,
        keys.key(change.after.tenant_id, keys.TENANT),
        "SET #last_completed = :last_completed REMOVE #drifted_at",
        "attribute_exists(#tenant_id)",
        {":last_completed": last},
    )


def _still_as_read(change: Change) -> tuple[str, Item]:
    before = change.before
    same = "#session_id = :seen_session AND #version = :seen_version"
    values: Item = {":seen_session": before.id, ":seen_version": before.version}
    held = lock.live(before.lock, change.at)
    if held and held.user_id != change.by_user_id:
        return f"{same} AND #locked_by_user_id = :seen_holder", {**values, ":seen_holder": held.user_id}
    free = "attribute_not_exists(#locked_by_user_id) OR #locked_until <= :at"
    values[":at"] = millis(change.at)
    if change.by_user_id is None:
        return f"{same} AND ({free})", values
    return f"{same} AND ({free} OR #locked_by_user_id = :me)", {**values, ":me": change.by_user_id}


def _difference(before: Item, after: Item) -> tuple[str, Item]:
    """Spell out the update that makes *after* of *before*."""
    changed = [name for name, value in after.items() if before.get(name) != value]
    gone = [name for name in before if name not in after]
    parts = []
    if changed:
        parts.append("SET " + ", ".join(f"#{name} = :{name}" for name in changed))
    if gone:
        parts.append("REMOVE " + ", ".join(f"#{name}" for name in gone))
    return " ".join(parts), {f":{name}": after[name] for name in changed}


def _also_set(change: str, assignment: str) -> str:
    return change.replace("SET ", f"SET {assignment}, ", 1) if "SET " in change else f"SET {assignment} {change}"
