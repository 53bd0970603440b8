"""Asking a customer's administrator for consent, over a link that is good for one consent."""

import hashlib
from datetime import datetime, timedelta
from typing import NamedTuple, Self

from onboarding.domain.model import Concept, Id, Instant

LIFE = timedelta(days=14)
"""How long a link is good; administrators take their time."""


class State(NamedTuple):
    """What travels to Microsoft and back with the link: it names the connection, and proves that we asked.

    Only a digest of *secret* is kept, so nobody who reads the table can answer in the customer's place.
    """

    tenant_id: int
    connection_id: int
    secret: str

    def __str__(self) -> str:
        """Write it as it travels."""
        return f"{self.tenant_id}.{self.connection_id}.{self.secret}"

    @classmethod
    def read(cls, text: str) -> Self | None:
        """Read what came back; None if it was never one of ours."""
        tenant_id, _, rest = text.partition(".")
        connection_id, _, secret = rest.partition(".")
        if not (_is_id(tenant_id) and _is_id(connection_id) and secret and secret.isascii()):
            return None
        return cls(int(tenant_id), int(connection_id), secret)

    @property
    def digest(self) -> str:
        """Name the request that this state belongs to."""
        return hashlib.sha256(self.secret.encode()).hexdigest()


class ConsentRequest(Concept):
    """A link that was handed out. It is used up by a consent, not by being opened: mail scanners open links."""

    tenant_id: Id
    connection_id: Id
    requested_by_user_id: Id
    requested_at: Instant
    ends_at: Instant
    used_at: Instant | None = None

    def is_good(self, now: datetime) -> bool:
        """Tell whether a consent over this link still counts at *now*."""
        return self.used_at is None and self.ends_at > now


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and 0 < len(text) <= 16  # noqa: PLR2004 - digits of 2^53
