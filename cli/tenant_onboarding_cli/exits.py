"""What an exit code says to a script."""

from enum import IntEnum


class Exit(IntEnum):
    """The closed set of exit codes; a page of the documentation is written from it."""

    OK = 0
    """It was done; what was found is ok or a warning."""

    FAILED = 1
    """It was not done, or what was found is not good."""

    USAGE = 2
    """It was asked wrongly: the same command can never succeed."""

    BLOCKED = 3
    """Somebody or something stands in the way now, or it was decided from an older version."""

    SIGN_IN = 4
    """Nobody is signed in, or no longer."""

    TIMEOUT = 5
    """It did not end within `--timeout`; what was started goes on."""

    INTERRUPTED = 130
    """Somebody pressed Ctrl-C; what was started goes on."""


MEANINGS = {
    Exit.OK: "done; what was found is ok or a warning",
    Exit.FAILED: "not done, or what was found is not good",
    Exit.USAGE: "asked wrongly: the same command can never succeed",
    Exit.BLOCKED: "somebody or something stands in the way now, or it was decided from an older version",
    Exit.SIGN_IN: "nobody is signed in, or no longer",
    Exit.TIMEOUT: "not within `--timeout`; what was started goes on",
    Exit.INTERRUPTED: "Ctrl-C; what was started goes on",
}
"""As people read them."""
