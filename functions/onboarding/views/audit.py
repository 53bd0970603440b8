"""The audit trail, as its readers see it."""

from typing import Any, Self

from onboarding.domain.audit import ActOrLater, AuditEntry
from onboarding.domain.model import Id, Instant
from onboarding.views.body import View


class AuditEntryView(View):
    """A line of the audit trail; *details* has what applies to its act, and nothing else."""

    id: Id
    tenant_id: Id
    at: Instant
    act: ActOrLater
    by_user_id: Id | None
    """Null where nobody asked for it: the sweep, or a customer's consent."""
    source_ip: str | None
    """From where it was asked for."""
    request_id: str | None
    session_id: Id | None
    details: dict[str, Any]

    @classmethod
    def of(cls, entry: AuditEntry) -> Self:
        """Show *entry* as it was recorded."""
        return cls(**entry.model_dump(exclude={"details"}), details=entry.details.model_dump(exclude_none=True))
