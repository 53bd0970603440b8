"""How long we wait for Microsoft: the clock, sleep and chance that waiting needs, and what a server may ask for.

Rules: https://learn.microsoft.com/graph/throttling#best-practices-to-handle-throttling.
"""

import random
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import NamedTuple

LONGEST_WAIT = 20.0
"""Seconds that a worker waits for; a longer wait is for another invocation."""

MAX_TRIES = 5
"""How often one call is sent at most."""

_LONGEST_BELIEVED = 24 * 3600.0
"""Seconds: whoever asks for more than a day is asked again after one."""

AFTER_A_FAILURE = 60.0
"""Seconds after which trying again makes sense where Microsoft names none."""


class Pace(NamedTuple):
    """Clock, sleep and chance, handed in so that a test can have its own."""

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    seconds: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    chance: Callable[[], float] = random.random
    """Between 0 and 1."""

    def jitter(self, tries: int) -> float:
        """Choose a wait after *tries* tries where the server named none: full jitter under a doubling ceiling.

        Source: https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/
        """
        return self.chance() * min(LONGEST_WAIT, 2.0 ** (tries - 1))


def wait_asked_for(header: str | None, now: datetime) -> float | None:
    """Read the seconds to wait from a `Retry-After` *header*, in either of its forms (RFC 9110, 10.2.3).

    None if there is no such header, or it is malformed; a date that has passed means no wait.
    """
    text = (header or "").strip()
    if text.isascii() and text.isdigit():
        return min(float(text), _LONGEST_BELIEVED)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):  # the year 99999999999 is none
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return min(max(0.0, (moment - now).total_seconds()), _LONGEST_BELIEVED)
