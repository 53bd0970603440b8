"""What every concept of the domain is made of: a frozen pydantic model, built when it is first used."""

import re
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

LARGEST_ID = 2**53 - 1
"""Largest integer that JavaScript keeps exact (ECMA-262, Number.MAX_SAFE_INTEGER)."""

Id = Annotated[int, Field(ge=1, le=LARGEST_ID)]
"""Identifier of a tenant, user, session, connection, run or piece of evidence."""

Instant = AwareDatetime
"""A moment in time; always aware, always UTC, of millisecond resolution once stored."""


def _written_out(given: Any) -> Any:  # noqa: ANN401 - what a caller sent
    # Not compiled here: a cold start would pay for it, and few requests name a moment.
    pattern = r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?(?:[Zz]|[+-][0-9]{2}:[0-9]{2})"
    if not isinstance(given, datetime) and not (isinstance(given, str) and re.fullmatch(pattern, given)):
        message = "must be a moment as RFC 3339 writes it, as in 2027-01-31T00:00:00Z"
        raise ValueError(message)
    return given


def _as_kept(given: datetime) -> datetime:
    try:
        return given.astimezone(UTC).replace(microsecond=given.microsecond // 1000 * 1000)
    except OverflowError:
        raise ValueError("must be a moment that UTC has a year for") from None


# Strict, it would take no text from a validator in Python; which text it takes is said above.
GivenInstant = Annotated[Instant, Field(strict=False), BeforeValidator(_written_out), AfterValidator(_as_kept)]
"""A moment that a caller names, as RFC 3339 writes it: pydantic would take `"2027"` for seconds since 1970.

It is read as it is kept, so that what is shown at once is what is read later.
"""


class Concept(BaseModel):
    """A concept of the domain: frozen, strict, and with no fields but its own."""

    # defer_build: a cold start pays only for the models that its route uses.
    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", defer_build=True)
