"""What a URL carries: ids in their one canonical form, and the query parameters of lists."""

import re
from collections.abc import Callable
from typing import Annotated, override

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from onboarding.domain.catalogue import Task
from onboarding.domain.connection import DOMAIN, GUID, LONGEST_DOMAIN
from onboarding.domain.model import LARGEST_ID

LARGEST_PAGE = 200
"""Pieces of a list in one answer, and their number if none is asked for."""

LARGEST_QUEUE_PAGE, USUAL_QUEUE_PAGE = 100, 25
"""The same of the queue, whose pieces are whole tenants: the most, and what is given if none is asked for."""

CANONICAL_ID = re.compile(r"[1-9][0-9]{0,15}", re.ASCII)
"""`int()` would take `٣`, `+1` and `1 ` as well."""

_SECONDS = re.compile(r"[0-9]{1,12}(\.[0-9]{1,12})?([eE]\+?[0-9]{1,2})?", re.ASCII)
_END_OF_TIME = 253_402_300_800
"""The first moment of the year 10000."""


def canonical_id(text: str) -> int | None:
    """Read an id in its canonical form; None if *text* is no id."""
    return read if CANONICAL_ID.fullmatch(text) and (read := int(text)) <= LARGEST_ID else None


def is_moment(text: str) -> bool:
    """Tell whether *text* is a moment, in seconds since 1970, that a calendar has: `NaN`, `null` and 1e300 are none.

    It may have a fraction and an exponent: a NumericDate may (RFC 7519, 2), and how API Gateway writes one is not told.
    """
    return _SECONDS.fullmatch(text) is not None and 0 < float(text) < _END_OF_TIME


def _id(value: object) -> int:
    read = canonical_id(value) if isinstance(value, str) else None
    if read is None:
        raise ValueError(f"must be an integer from 1 to {LARGEST_ID}, in plain digits")
    return read


def _at_most(largest: int) -> Callable[[object], int]:
    def limit(value: object) -> int:
        read = canonical_id(value) if isinstance(value, str) else None
        if read is None or read > largest:
            raise ValueError(f"must be an integer from 1 to {largest}")
        return read

    return limit


def _tenant_name(value: object) -> str:
    # It becomes part of a URL: nothing but one of the two, so neither `common` nor anything that climbs or escapes.
    name = value.lower() if isinstance(value, str) and value.isascii() else ""
    if not (GUID.fullmatch(name) or (len(name) <= LONGEST_DOMAIN and DOMAIN.fullmatch(name))):
        raise ValueError("must be a GUID or a domain")
    return name


PathId = Annotated[int, BeforeValidator(_id)]
Limit = Annotated[int, BeforeValidator(_at_most(LARGEST_PAGE))]
QueueLimit = Annotated[int, BeforeValidator(_at_most(LARGEST_QUEUE_PAGE))]
TenantName = Annotated[str, BeforeValidator(_tenant_name)]


class Parameters(BaseModel):
    """Path or query parameters, under the names that they have in the URL."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class NoPath(Parameters):
    """Path of what lies in no one tenant."""


class TenantPath(Parameters):
    """Path of everything in a tenant."""

    tenant_id: PathId = Field(alias="tenantId")


class SessionPath(TenantPath):
    """Path of a session."""

    session_id: PathId = Field(alias="sessionId")


class TaskPath(TenantPath):
    """Path of a task; whether there is such a task is judged after who asks."""

    task_type: str = Field(alias="taskType")


class RunPath(TenantPath):
    """Path of a run."""

    run_id: PathId = Field(alias="runId")


class EvidencePath(TenantPath):
    """Path of a piece of evidence."""

    evidence_id: PathId = Field(alias="evidenceId")


class MemberPath(TenantPath):
    """Path of a member."""

    user_id: PathId = Field(alias="userId")


class ConnectionPath(TenantPath):
    """Path of a provider connection."""

    connection_id: PathId = Field(alias="connectionId")


class NoQuery(Parameters):
    """No query parameters."""


class PageQuery(Parameters):
    """Which page of a list is asked for."""

    limit: Limit = LARGEST_PAGE
    cursor: str | None = Field(default=None, max_length=512)

    @property
    def filters(self) -> tuple[tuple[str, str], ...]:
        """What narrows the list, as the URL says it; a cursor is good only for the same."""
        return ()


class QueueQuery(PageQuery):
    """Which page of the caller's queue is asked for."""

    limit: QueueLimit = USUAL_QUEUE_PAGE


class PreflightQuery(Parameters):
    """Which Microsoft tenant is asked about, by its GUID or one of its domains; in lower case."""

    tenant: TenantName


class EvidenceQuery(PageQuery):
    """Which page of the evidence is asked for, and of which task."""

    task_type: Task | None = Field(default=None, alias="taskType")

    @property
    @override
    def filters(self) -> tuple[tuple[str, str], ...]:
        return (("taskType", self.task_type.value),) if self.task_type else ()
