"""The audit trail: who did what to which tenant, when, and from where. Append only: no entry changes or goes.

An entry is written in the same transaction as its act, so there is none without the other; what was denied is written
once the refusal is decided. It holds ids and words of ours, and nothing that a person typed.
"""

from enum import StrEnum
from typing import Annotated, NamedTuple

from pydantic import Field

from onboarding.domain.model import Concept, Id, Instant


class Act(StrEnum):
    """What was done; a closed set, and the name of the event that tells of it."""

    TENANT_REGISTERED = "tenant_registered"
    TENANT_RENAMED = "tenant_renamed"
    MEMBER_REGISTERED = "member_registered"
    """With a role; for somebody who is a member already it is another role."""
    MEMBER_REMOVED = "member_removed"
    CONNECTION_REGISTERED = "connection_registered"
    CONNECTION_CHANGED = "connection_changed"
    CONSENT_LINK_CREATED = "consent_link_created"
    CONSENT_RECORDED = "consent_recorded"
    """In nobody's name: who knocked with the link is a stranger."""
    SESSION_OPENED = "session_opened"
    SESSION_TAKEN_OVER = "session_taken_over"
    SESSION_HANDED_OFF = "session_handed_off"
    SESSION_ASSIGNED = "session_assigned"
    SESSION_CONNECTION_CHANGED = "session_connection_changed"
    SESSION_NOTED = "session_noted"
    """The note changed, or until when it waits; not what they say, which a person typed."""
    SESSION_COMPLETED = "session_completed"
    SESSION_ABANDONED = "session_abandoned"
    SESSION_VACATED = "session_vacated"
    """Somebody lost lock or assignment with their role."""
    FINDING_GOT_WORSE = "finding_got_worse"
    """Than what the completed session rests on, or than was told before; in nobody's name."""
    TENANT_RECOVERED = "tenant_recovered"
    """Nothing is worse any more than what the completed session rests on; in nobody's name."""
    ACCESS_DENIED = "access_denied"
    """A member asked for what their role does not allow; a stranger leaves a line in the log, and no entry."""


class Origin(NamedTuple):
    """Where a request came from, as API Gateway saw it; nothing of it is the caller's own word."""

    source_ip: str | None = None
    request_id: str | None = None


class Details(Concept):
    """What an act was about: an allow-list, which differs by act; what does not apply is None."""

    member_user_id: Id | None = None
    role: str | None = None
    """The role that was given."""
    lost_lock: bool | None = None
    lost_assignment: bool | None = None
    from_user_id: Id | None = None
    """Who held the lock, or was assigned."""
    to_user_id: Id | None = None
    connection_id: Id | None = None
    from_connection_id: Id | None = None
    to_connection_id: Id | None = None
    task_type: str | None = None
    """The task whose finding it was."""
    from_status: str | None = None
    """What it was found to be before."""
    status: str | None = None
    reason_code: str | None = None
    evidence_id: Id | None = None
    code: str | None = None
    """Why it was denied."""
    route: str | None = None
    """What was asked for, as API Gateway names it: `PATCH /tenants/{tenantId}/…`."""


type ActOrLater = Annotated[Act | str, Field(union_mode="left_to_right")]
"""An act, or the name of one that only a later version knows: entries stay, and older versions read them too."""


class AuditEntry(Concept):
    """One line of a tenant's audit trail. *by_user_id* is None for the sweep, and for a customer's consent."""

    id: Id
    tenant_id: Id
    at: Instant
    act: ActOrLater
    by_user_id: Id | None
    source_ip: str | None = None
    request_id: str | None = None
    session_id: Id | None = None
    details: Details = Details()
