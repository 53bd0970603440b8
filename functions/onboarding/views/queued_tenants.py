"""Tenants in the queue of whoever asks."""

from datetime import datetime
from typing import Self

from onboarding.domain.access import Access, Completed, Role
from onboarding.domain.acting import acts_next
from onboarding.domain.board import Board
from onboarding.domain.catalogue import Task
from onboarding.domain.connection import Connection
from onboarding.domain.model import Id, Instant
from onboarding.domain.reasons import Party
from onboarding.views.body import View
from onboarding.views.problems import BlockingView
from onboarding.views.sessions import SessionView
from onboarding.views.tenants import TenantView


class LastCompletedView(View):
    """When a tenant's onboarding was last completed, and by whom."""

    session_id: Id
    """The session whose report has what was found."""
    at: Instant
    by_user_id: Id

    @classmethod
    def of(cls, completed: Completed) -> Self:
        """Show what is known of it."""
        return cls(**completed.model_dump())


class QueuedTenantView(View):
    """A tenant in the caller's queue: where its onboarding stands, and who acts next."""

    tenant: TenantView
    role: Role
    session: SessionView | None
    last_completed: LastCompletedView | None
    """Null where it never was, or where that was before this was kept."""
    acts_next: Party
    because: tuple[BlockingView, ...]
    active_runs: tuple[Task, ...]
    credential_expires_at: Instant | None
    drifted: bool

    @classmethod
    def of(cls, access: Access, board: Board, connection: Connection | None, now: datetime) -> Self:
        """Show a tenant as its member's *access* and its *board* have it at *now*; *connection* is the one in use."""
        assert access.role is not None  # noqa: S101 - whose queue it is, is a member
        party, because = acts_next(access, board, now)
        return cls(
            tenant=TenantView(id=access.tenant.id, name=access.tenant.name),
            role=access.role,
            session=SessionView.of(access.session, now) if access.session else None,
            last_completed=LastCompletedView.of(completed) if (completed := access.tenant.last_completed) else None,
            acts_next=party,
            because=tuple(BlockingView.of(gate) for gate in because),
            active_runs=tuple(task for task in Task if task in board.guard.active),
            credential_expires_at=connection.credential_expires_at if connection else None,
            drifted=access.tenant.drifted,
        )
