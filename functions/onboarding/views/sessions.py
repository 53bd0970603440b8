"""A session, as callers see it."""

from datetime import datetime
from typing import Self

from onboarding.domain import lock
from onboarding.domain.catalogue import Step
from onboarding.domain.model import Id, Instant
from onboarding.domain.session import Completion, Session, SessionStatus
from onboarding.views.body import View


class SessionView(View):
    """`OnboardingSession` of the contract; all from `version` on is added."""

    id: Id
    tenant_id: Id
    provider_connection_id: Id | None
    """The connection that it chose; null where the tenant's only one is used, or none was chosen."""
    status: SessionStatus
    current_step: Step
    assigned_to_user_id: Id | None
    locked_by_user_id: Id | None
    """Who may edit until `locked_until`; null where nobody holds a live lock."""
    locked_until: Instant | None
    version: int
    """Counts the changes that others must know of; the renewal of a lock is none."""
    created_at: Instant
    updated_at: Instant
    """When the version last changed."""
    closed_at: Instant | None
    completion: Completion | None
    """What a completed session rests on."""
    note: str | None
    waiting_until: Instant | None

    @classmethod
    def of(cls, session: Session, now: datetime) -> Self:
        """Show *session* as it stands at *now*."""
        held = lock.live(session.lock, now)
        return cls(
            id=session.id,
            tenant_id=session.tenant_id,
            provider_connection_id=session.provider_connection_id,
            status=session.status,
            current_step=session.current_step,
            assigned_to_user_id=session.assigned_to_user_id,
            locked_by_user_id=held.user_id if held else None,
            locked_until=held.until if held else None,
            version=session.version,
            created_at=session.created_at,
            updated_at=session.updated_at,
            closed_at=session.closed_at,
            completion=session.completion,
            note=session.note,
            waiting_until=session.waiting_until,
        )


class CurrentSessionView(View):
    """`OnboardingSessionResponse` of the contract."""

    session: SessionView | None
