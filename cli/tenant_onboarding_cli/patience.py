"""How long a command may take in all, and how it waits: never longer than it was given, and ended by Ctrl-C."""

import random
import threading
import time
from collections.abc import Callable

from tenant_onboarding_cli.exits import Exit
from tenant_onboarding_cli.failures import Failure

FIRST_PAUSE = 0.25
LONGEST_PAUSE = 8.0


class Stopped(Exception):  # noqa: N818 - nobody failed
    """Somebody asked all of it to stop."""


class Patience:
    """The time that is left to one command, or to one of many tenants."""

    def __init__(
        self,
        seconds: float,
        *,
        stop: threading.Event | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Have so many *seconds* from now on; *stop*, once set, ends every pause."""
        self.seconds = seconds
        self._stop = stop or threading.Event()
        self._clock = clock
        self._ends_at = clock() + seconds

    @property
    def left(self) -> float:
        """Seconds that are left; never below none."""
        return max(0.0, self._ends_at - self._clock())

    def check(self) -> None:
        """Go no further once somebody asked to stop.

        Raises:
            Stopped: If so.
        """
        if self._stop.is_set():
            raise Stopped

    def pause(self, seconds: float, what: str) -> None:
        """Wait for so many *seconds*, for the sake of *what*.

        Raises:
            Failure: Without waiting, if there is less time left than that.
            Stopped: If somebody asks to stop meanwhile.
        """
        if seconds > self.left:
            raise Failure(Exit.TIMEOUT, f"{what} takes longer than --timeout allows ({self.seconds:g} seconds).")
        if self._stop.wait(seconds):
            raise Stopped


def backing_off(tries: int) -> float:
    """Say how long to pause before the next try after so many: longer each time, and not all at once."""
    return random.uniform(0.5, 1.0) * min(LONGEST_PAUSE, FIRST_PAUSE * 2.0**tries)  # noqa: S311 - spreads load only


class Pace:
    """Shared by all who ask at once: when one of them is told to slow down, all of them do."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin unhurt."""
        self._clock = clock
        self._lock = threading.Lock()
        self._until = 0.0

    def hold(self, seconds: float) -> None:
        """Keep everybody for so many *seconds*."""
        with self._lock:
            self._until = max(self._until, self._clock() + seconds)

    @property
    def delay(self) -> float:
        """Seconds that the next request has to wait."""
        with self._lock:
            return max(0.0, self._until - self._clock())
