"""Cursors: where the next page of a list begins. Opaque to callers, and good only for the list they came from."""

import base64
import binascii
from typing import NamedTuple
from urllib.parse import urlencode

from onboarding.parameters import canonical_id
from onboarding.problems import invalid
from onboarding.views.problems import FieldError


class List(NamedTuple):
    """A list of one tenant, or of one user: its path, and what it is filtered by."""

    owner_id: int
    path: str
    filters: tuple[tuple[str, str], ...] = ()
    of_user: bool = False
    """Whether the owner is a user, and not a tenant."""

    def link(self, after_id: int | None, limit: int) -> str | None:
        """Write the `Link` header to the page after *after_id* (RFC 8288); None at the end of the list."""
        if after_id is None:
            return None
        query = urlencode([*self.filters, ("limit", limit), ("cursor", self._cursor(after_id))])
        return f'<{self.path}?{query}>; rel="next"'

    def after(self, cursor: str | None) -> int | None:
        """Read the id that *cursor* goes on from; None for the first page.

        Raises:
            Invalid: If it is no cursor of this list.
        """
        if cursor is None:
            return None
        try:
            scope, _, after = base64.b64decode(cursor, altchars=b"-_", validate=True).decode().rpartition("@")
        except (binascii.Error, ValueError):
            scope, after = "", ""
        after_id = canonical_id(after)
        if scope != self._scope or after_id is None:
            raise invalid(FieldError(field="cursor", message="is not of this list"))
        return after_id

    @property
    def _scope(self) -> str:
        owner = f"user {self.owner_id}" if self.of_user else self.owner_id
        return f"{self.path.rpartition('/')[2]}@{owner}?{urlencode(self.filters)}"

    def _cursor(self, after_id: int) -> str:
        return base64.urlsafe_b64encode(f"{self._scope}@{after_id}".encode()).decode()
