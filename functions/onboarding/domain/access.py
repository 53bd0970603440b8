"""Who may do what: members and their roles in one tenant, and where things stand for the one who asks."""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, Self

from onboarding.domain.audit import Act, AuditEntry, Details, Origin
from onboarding.domain.connection import Connection
from onboarding.domain.model import Concept, Id, Instant
from onboarding.domain.session import Session

PLATFORM_SCOPE = "onboarding.admin"
"""Scope of the owning product, which registers tenants, members and provider connections."""


class Role(StrEnum):
    """What a member may do in a tenant; each role covers those before it."""

    READONLY = "readonly"
    OPERATOR = "operator"
    MANAGER = "manager"
    OWNER = "owner"

    def covers(self, least: Self) -> bool:
        """Tell whether this role may do what *least* may do."""
        return _ORDER[self] >= _ORDER[least]


_ORDER = {role: place for place, role in enumerate(Role)}

ELIGIBLE = tuple(role for role in Role if role.covers(Role.OPERATOR))
"""Roles whose holders can be assigned a session."""


class Member(Concept):
    """A user with a role in one tenant."""

    tenant_id: Id
    user_id: Id
    role: Role


class Completed(Concept):
    """When a tenant's onboarding was last completed, by whom, and which session was."""

    session_id: Id
    at: Instant
    by_user_id: Id


class RegisteredTenant(Concept):
    """A customer's tenant as the owning product registered it."""

    id: Id
    name: str
    connection_ids: frozenset[Id] = frozenset()
    last_completed: Completed | None = None
    """None where it never was, or only before this was kept."""
    drifted: bool = False
    """Whether something that was good when its onboarding was completed is so no more."""

    @property
    def default_connection_id(self) -> int | None:
        """The tenant's only connection, or None if it has none or several."""
        return next(iter(self.connection_ids)) if len(self.connection_ids) == 1 else None

    def connection_in_use(self, session: Session | None) -> int | None:
        """Name the connection in use while *session* is the open one: the one that it chose, else the default.

        Runs go through it, gates are judged by what was found over it, and nothing is started over another in
        nobody's name: a finding over another would take the place of one over it.
        """
        chosen = session.provider_connection_id if session else None
        return chosen or self.default_connection_id


class Caller(NamedTuple):
    """Who asks, as their verified access token says."""

    user_id: int
    platform_scope: bool
    """Whether the token carries `onboarding.admin`."""
    origin: Origin = Origin()

    def did(
        self,
        act: Act,
        tenant_id: int,
        entry_id: int,
        at: datetime,
        *,
        session_id: int | None = None,
        details: Details | None = None,
    ) -> AuditEntry:
        """Write down that the caller did *act*, from where they ask."""
        return AuditEntry(
            id=entry_id,
            tenant_id=tenant_id,
            at=at,
            act=act,
            by_user_id=self.user_id,
            source_ip=self.origin.source_ip,
            request_id=self.origin.request_id,
            session_id=session_id,
            details=details or Details(),
        )


class Access(NamedTuple):
    """Who asks and where things stand: one strongly consistent read, the first of every route."""

    caller: Caller
    tenant: RegisteredTenant
    role: Role | None
    """None only on the routes that register, for a caller with the platform scope."""
    session: Session | None
    """The tenant's open session."""

    @property
    def user_id(self) -> int:
        """The caller's user id."""
        return self.caller.user_id

    @property
    def connection_id(self) -> int | None:
        """The connection in use."""
        return self.tenant.connection_in_use(self.session)

    @property
    def may_register(self) -> bool:
        """Whether the caller may say who the members are and how the tenant is reached."""
        return self.caller.platform_scope or self.is_at_least(Role.OWNER)

    def is_at_least(self, role: Role) -> bool:
        """Tell whether the caller's role covers *role*."""
        return self.role is not None and self.role.covers(role)


class Standing(NamedTuple):
    """Where one connection of a tenant stands: one strongly consistent read, for what is done in nobody's name."""

    tenant: RegisteredTenant
    connection: Connection
    session: Session | None
    """The tenant's open session."""

    @property
    def is_in_use(self) -> bool:
        """Whether the connection is the one in use."""
        return self.tenant.connection_in_use(self.session) == self.connection.id
