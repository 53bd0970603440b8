from datetime import timedelta

import pytest

from onboarding.domain.lock import live, renewed, taken
from tests.unit.samples import ALICE, BOB, LENGTH, MILLISECOND, NOW, lock


def test_a_lock_is_live_until_the_moment_it_ends() -> None:
    assert lock(ALICE, MILLISECOND).is_live(NOW)
    assert not lock(ALICE, 0 * MILLISECOND).is_live(NOW)
    assert not lock(ALICE, -MILLISECOND).is_live(NOW)


def test_a_live_lock_is_held_by_its_user_alone() -> None:
    assert lock(ALICE).is_held_by(ALICE, NOW)
    assert not lock(ALICE).is_held_by(BOB, NOW)


def test_an_expired_lock_is_held_by_nobody() -> None:
    assert not lock(ALICE, -MILLISECOND).is_held_by(ALICE, NOW)


def test_an_expired_lock_is_shown_as_none() -> None:
    assert live(None, NOW) is None
    assert live(lock(ALICE, 0 * MILLISECOND), NOW) is None
    assert live(lock(ALICE), NOW) == lock(ALICE)


def test_a_lock_is_taken_for_its_whole_length() -> None:
    assert taken(ALICE, NOW, LENGTH) == lock(ALICE)


@pytest.mark.parametrize(
    ("left", "renews"),
    [
        (LENGTH, False),
        (LENGTH / 2 + MILLISECOND, False),
        (LENGTH / 2, False),
        (LENGTH / 2 - MILLISECOND, True),
        (MILLISECOND, True),
    ],
    ids=["whole", "more than half", "half", "less than half", "nothing to speak of"],
)
def test_a_lock_is_renewed_only_once_less_than_half_is_left(left: timedelta, *, renews: bool) -> None:
    held = lock(ALICE, left)

    assert renewed(held, NOW, LENGTH) == (lock(ALICE) if renews else held)
