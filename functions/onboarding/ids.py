"""Identifiers: integers that JavaScript keeps exact, in order of time, made without asking anybody."""

import os
import time
import zlib
from datetime import UTC, datetime

EPOCH = 1_735_689_600_000
"""2025-01-01T00:00:00Z, in milliseconds; 41 bits of milliseconds from here last until 2094."""

_RANDOM_BITS = 12


def new() -> int:
    """Make an id: 41 bits of milliseconds since EPOCH, then 12 random bits.

    The randomness is read at each call, so that processes restored from one snapshot never repeat each other. Two
    ids of one tenant in one millisecond may meet once in 4,096 times; the write that uses the id refuses the second.
    """
    milliseconds = time.time_ns() // 1_000_000 - EPOCH
    return milliseconds << _RANDOM_BITS | int.from_bytes(os.urandom(2)) >> (16 - _RANDOM_BITS)


def made_at(made: int) -> datetime:
    """Tell when an id was made, to the millisecond."""
    return datetime.fromtimestamp(((made >> _RANDOM_BITS) + EPOCH) / 1000, UTC)


def word() -> str:
    """Make a word that no other call makes: 128 random bits, for a write to know itself by."""
    return os.urandom(16).hex()


def of_minute(at: datetime, about: str) -> int:
    """Make the one id that *about* has in the minute of *at*, so that the same again in that minute meets itself.

    Its milliseconds are those of the minute's beginning, its other bits follow from *about*; another *about* has the
    same ones once in 4,096 times, so whoever finds the id taken looks by whom.
    """
    milliseconds = int(at.astimezone(UTC).replace(second=0, microsecond=0).timestamp()) * 1000 - EPOCH
    return milliseconds << _RANDOM_BITS | zlib.crc32(about.encode()) >> (32 - _RANDOM_BITS)
