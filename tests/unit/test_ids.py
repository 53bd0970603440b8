import time
from datetime import UTC, datetime

from onboarding import ids
from onboarding.domain.model import LARGEST_ID

RANDOM = 2**12


def now() -> int:
    """Count the milliseconds since the ids' epoch."""
    return time.time_ns() // 1_000_000 - ids.EPOCH


def test_ids_count_from_the_first_moment_of_2025() -> None:
    assert datetime.fromtimestamp(ids.EPOCH / 1000, UTC) == datetime(2025, 1, 1, tzinfo=UTC)


def test_an_id_is_the_millisecond_it_was_made_in_and_12_bits_of_chance() -> None:
    before = now()

    made = ids.new()

    assert before <= made // RANDOM <= now()


def test_an_id_is_one_that_every_caller_can_hold() -> None:
    assert 1 <= ids.new() <= LARGEST_ID


def test_the_last_id_there_can_ever_be_is_the_largest_that_javascript_holds() -> None:
    assert (2**41 - 1) * RANDOM + RANDOM - 1 == LARGEST_ID == 2**53 - 1


def test_an_id_made_later_by_a_millisecond_is_larger() -> None:
    made = [ids.new() for _ in range(5_000)]

    milliseconds = [each // RANDOM for each in made]
    assert milliseconds == sorted(milliseconds)
    assert milliseconds[0] < milliseconds[-1]


def test_chance_uses_all_of_its_12_bits() -> None:
    chances = [ids.new() % RANDOM for _ in range(2_000)]

    assert all(sum(chance >> bit & 1 for chance in chances) in range(700, 1_300) for bit in range(12))
