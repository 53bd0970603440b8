"""What every concept of the domain is made of: a frozen pydantic model, built when it is first used."""

from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

LARGEST_ID = 2**53 - 1
"""Largest integer that JavaScript keeps exact (ECMA-262, Number.MAX_SAFE_INTEGER)."""

Id = Annotated[int, Field(ge=1, le=LARGEST_ID)]
"""Identifier of a tenant, user, session, connection, run or piece of evidence."""

Instant = AwareDatetime
"""A moment in time; always aware, always UTC, of millisecond resolution once stored."""


class Concept(BaseModel):
    """A concept of the domain: frozen, strict, and with no fields but its own."""

    # defer_build: a cold start pays only for the models that its route uses.
    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", defer_build=True)
