"""Every kind of refusal, named once.

A refusal knows what was refused and why, in words written for the caller; it knows no status code.
The edges (`rest`, `sqs`) hold the one table each from kind to answer. Anything else that is raised is a bug.
"""

from typing import Any


class Refusal(Exception):  # noqa: N818 - a refusal is an answer, not an error of the program
    """What was asked is not done: *message* says why to the caller, *code* says it to programs.

    *fields* are the code's own facts, already in the form they have in an answer.
    """

    def __init__(self, code: str, message: str, **fields: Any) -> None:  # noqa: ANN401 - JSON values
        """Refuse with *code*, *message* and the code's own *fields*."""
        super().__init__(message)
        self.code = code
        self.message = message
        self.fields = fields


class Invalid(Refusal):
    """The request itself is malformed; `fields["errors"]` lists `{field, message}`."""


class NotFound(Refusal):
    """The caller may not know of it, or it is not there; both look the same."""


class Forbidden(Refusal):
    """The caller is known and belongs here, but their role does not allow this."""


class Conflict(Refusal):
    """The state of things does not allow this now; the fields say what stands in the way."""


class Stale(Refusal):
    """The caller decided from a version that has been replaced since."""


class Unacceptable(Refusal):
    """Well formed, but it names something that cannot be."""


class TooMany(Refusal):
    """The same was asked too often; the fields say how often it may be, and when it may again."""


class Transient(Refusal):
    """Nothing was decided; the same request may succeed in *retry_after* seconds."""

    def __init__(self, message: str, retry_after: int = 1) -> None:
        """Refuse for now; *retry_after* is in whole seconds."""
        super().__init__("unavailable", message)
        self.retry_after = retry_after
