"""What the tests of a session count, in however many processes they run, and what is said of it at the end."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

_tallies: dict[str, Counter[str]] = {}


def tally(sentence: str) -> Counter[str]:
    """Count for *sentence*, which is said at the end of the session: "{commands:,} commands" names a count."""
    return _tallies.setdefault(sentence, Counter())


def kept() -> dict[str, dict[str, int]]:
    """Give all counts of this process, as they can be sent to another."""
    return {sentence: dict(counts) for sentence, counts in _tallies.items()}


def add(others: Mapping[str, Mapping[str, int]]) -> None:
    """Add what another process counted."""
    for sentence, counts in others.items():
        tally(sentence).update(counts)


def said() -> Iterator[str]:
    """Give the sentences of whatever was counted."""
    for sentence, counts in _tallies.items():
        if counts:
            yield sentence.format_map(_Named(counts))


class _Named(dict[str, Any]):
    def __missing__(self, name: str) -> int:
        return 0
