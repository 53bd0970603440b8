"""How much time an invocation has left, and what still fits into it."""

from collections.abc import Callable
from typing import NamedTuple

TO_SAVE = 2.0
"""Seconds kept for saving what was learnt."""

ROOM_FOR_A_CALL = 5.0
"""Seconds that a call to Microsoft must have to be worth beginning, those to save its answer included."""


class Deadline(NamedTuple):
    """The end of an invocation. *seconds_left* asks the clock; a task never reads one itself."""

    seconds_left: Callable[[], float]

    def fits(self, seconds: float = 0.0) -> bool:
        """Tell whether there is time to wait for *seconds* and then make one more call."""
        return self.seconds_left() >= seconds + ROOM_FOR_A_CALL

    @property
    def for_a_call(self) -> float:
        """Seconds after which a call begun now must be given up, so that there is time to save why."""
        return max(self.seconds_left() - TO_SAVE, 0.1)
