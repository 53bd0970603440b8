"""How much time an invocation has left, and what still fits into it."""

from collections.abc import Callable
from typing import NamedTuple

ROOM_FOR_A_CALL = 16.0
"""Seconds to keep for one call to Microsoft in the worst case (3 to connect, 10 to read) and for saving its answer."""


class Deadline(NamedTuple):
    """The end of an invocation. *seconds_left* asks the clock; a task never reads one itself."""

    seconds_left: Callable[[], float]

    def fits(self, seconds: float = 0.0) -> bool:
        """Tell whether there is time to wait for *seconds* and then make one more call."""
        return self.seconds_left() >= seconds + ROOM_FOR_A_CALL
