"""How many runs a tenant's people may start: what the guard's count says to the next."""

from datetime import timedelta

import pytest

from onboarding.domain.budget import PERIOD, counted_out, spent, spent_until
from onboarding.domain.guard import Guard
from tests.unit.samples import MILLISECOND, NOW

BUDGET = 300


def counting(starts: int, ago: timedelta = timedelta(minutes=1)) -> Guard:
    """Make a guard whose count took in so many *starts*, and began so long *ago*."""
    return Guard(starts=starts, counted_since=NOW - ago)


def test_ten_minutes_are_what_a_count_holds_for() -> None:
    assert timedelta(minutes=10) == PERIOD


def test_where_nothing_was_counted_nothing_is_spent() -> None:
    assert spent_until(Guard(), BUDGET, NOW) is None
    assert counted_out(Guard(), BUDGET) is None


@pytest.mark.parametrize("starts", [1, BUDGET - 1])
def test_a_count_that_is_not_full_takes_in_another_run(starts: int) -> None:
    assert spent_until(counting(starts), BUDGET, NOW) is None
    assert counted_out(counting(starts), BUDGET) is None


@pytest.mark.parametrize("starts", [BUDGET, BUDGET + 1], ids=["full", "fuller than a budget that was lowered"])
def test_a_full_count_spends_the_budget_until_it_is_ten_minutes_old(starts: int) -> None:
    last = counting(starts, PERIOD - MILLISECOND)

    assert spent_until(last, BUDGET, NOW) == NOW + MILLISECOND
    assert spent_until(counting(starts, PERIOD), BUDGET, NOW) is None


def test_the_run_after_a_full_count_begins_another_in_its_place() -> None:
    assert counted_out(counting(BUDGET, PERIOD), BUDGET) == NOW - PERIOD


@pytest.mark.parametrize(
    ("left", "seconds"), [(MILLISECOND, 1), (timedelta(seconds=2), 2), (PERIOD, 600)], ids=["a moment", "two", "all"]
)
def test_who_spent_it_is_told_how_much_it_is_and_when_to_come_back(left: timedelta, seconds: int) -> None:
    refusal = spent(BUDGET, NOW + left, NOW)

    assert refusal.code == "run_budget_spent"
    assert refusal.fields == {"limit": BUDGET, "retry_after": seconds}
