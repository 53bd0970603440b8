from datetime import UTC, datetime, timedelta

import pytest

from onboarding.domain.catalogue import Task
from onboarding.domain.finding import Finding, FindingStatus
from onboarding.domain.propagation import WINDOW, is_over, next_check, propagates, recheck_at

CONSENTED = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def after(**duration: float) -> datetime:
    return CONSENTED + timedelta(**duration)


def test_without_a_recorded_consent_nothing_propagates() -> None:
    assert not propagates(None, CONSENTED)


def test_a_consent_propagates_for_less_than_24_hours() -> None:
    assert propagates(CONSENTED, CONSENTED)
    assert propagates(CONSENTED, CONSENTED + WINDOW - SECOND)
    assert not propagates(CONSENTED, CONSENTED + WINDOW)


def test_a_consent_recorded_by_a_clock_that_is_ahead_propagates() -> None:
    assert propagates(CONSENTED, CONSENTED - 5 * SECOND)
    assert next_check(CONSENTED, CONSENTED - 5 * SECOND) == after(minutes=1)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (after(seconds=0), after(minutes=1)),
        (after(seconds=59), after(minutes=1)),
        (after(minutes=1), after(minutes=2)),
        (after(minutes=2), after(minutes=5)),
        (after(minutes=5), after(minutes=15)),
        (after(minutes=15), after(minutes=60)),
        (after(minutes=59), after(minutes=60)),
        (after(minutes=60), after(hours=2)),
        (after(hours=2), after(hours=3)),
        (after(hours=2, minutes=1), after(hours=3)),
        (after(hours=23), after(hours=24)),
        (after(hours=23, minutes=59, seconds=59), after(hours=24)),
    ],
)
def test_looks_again_1_2_5_15_60_minutes_after_the_consent_then_every_hour(now: datetime, expected: datetime) -> None:
    assert next_check(CONSENTED, now) == expected


def test_after_24_hours_nobody_looks_again() -> None:
    assert next_check(CONSENTED, after(hours=24)) is None


def test_every_look_is_later_than_now_and_the_last_one_ends_the_window() -> None:
    looks = [CONSENTED]
    while (look := next_check(CONSENTED, looks[-1])) is not None:
        looks.append(look)

    assert looks == sorted(set(looks))
    assert len(looks) == 1 + 5 + 23
    assert looks[-1] == CONSENTED + WINDOW


def looked(status: FindingStatus) -> Finding:
    return Finding(status=status)


def test_a_consent_left_open_is_looked_for_again_by_itself() -> None:
    now = after(minutes=3)

    for status in (FindingStatus.WARN, FindingStatus.UNKNOWN):
        assert recheck_at(Task.CONSENT_STATUS, looked(status), CONSENTED, now) == after(minutes=5)


def test_a_consent_that_shows_or_is_refused_is_not_looked_for_again() -> None:
    for status in (FindingStatus.OK, FindingStatus.FAIL):
        assert recheck_at(Task.CONSENT_STATUS, looked(status), CONSENTED, CONSENTED) is None


def test_no_other_task_and_no_unrecorded_consent_is_looked_for_again() -> None:
    assert recheck_at(Task.VERIFY_PERMISSIONS, looked(FindingStatus.WARN), CONSENTED, CONSENTED) is None
    assert recheck_at(Task.CONSENT_STATUS, looked(FindingStatus.WARN), None, CONSENTED) is None


@pytest.mark.parametrize(
    ("looked", "over"), [(timedelta(hours=1), False), (WINDOW, False), (WINDOW + timedelta(milliseconds=1), True)]
)
def test_a_look_after_the_end_of_the_window_comes_too_late(looked: timedelta, *, over: bool) -> None:
    consented_at = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)

    assert is_over(consented_at, consented_at + looked) is over


def test_without_a_recorded_consent_there_is_nothing_to_look_for() -> None:
    assert is_over(None, datetime(2026, 3, 2, 9, 30, tzinfo=UTC))
