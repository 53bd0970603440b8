"""What the peers that validate with pydantic take and show."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict


class Edit(BaseModel):
    """The body of PATCH."""

    model_config = ConfigDict(extra="forbid")

    current_step: int


class Session(BaseModel):
    """A session as it is shown."""

    id: int
    tenant_id: int
    provider_connection_id: int | None
    status: str
    current_step: int
    assigned_to_user_id: int | None
    locked_by_user_id: int | None
    locked_until: datetime | None
    version: int
    created_at: datetime
    updated_at: datetime
    closed_at: datetime | None
    completion: None
    note: str | None
    waiting_until: datetime | None


class CurrentSession(BaseModel):
    """The answer of GET."""

    session: Session | None
