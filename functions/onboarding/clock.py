"""The clock of the edges. Below them, time is passed in."""

from datetime import UTC, datetime


def now() -> datetime:
    """Tell the time in whole milliseconds: as it is kept, so that what is shown at once is what is read later."""
    exact = datetime.now(UTC)
    return exact.replace(microsecond=exact.microsecond // 1000 * 1000)
