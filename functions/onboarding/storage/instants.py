"""How instants are kept: as whole milliseconds since 1970, in UTC."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def millis(instant: datetime) -> int:
    """Count the milliseconds from 1970 to *instant*, rounded down."""
    return (instant - _EPOCH) // _MILLISECOND


def instant(millis: int | Decimal) -> datetime:
    """Tell the instant that lies *millis* milliseconds after 1970; a stream record has them as a Decimal."""
    return _EPOCH + int(millis) * _MILLISECOND
