from datetime import UTC, datetime, timedelta

import pytest

from onboarding.graph.pace import Pace, wait_asked_for

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("0", 0.0),
        ("2", 2.0),
        (" 120 ", 120.0),
        ("Mon, 02 Mar 2026 09:30:15 GMT", 15.0),
        ("Monday, 02-Mar-26 09:30:15 GMT", 15.0),
        ("Mon, 02 Mar 2026 09:29:00 GMT", 0.0),
        ("Mon, 02 Mar 2026 09:30:15 -0000", 15.0),
    ],
)
def test_both_forms_of_retry_after_are_understood(header: str, seconds: float) -> None:
    assert wait_asked_for(header, NOW) == seconds


@pytest.mark.parametrize("header", [None, "", "soon", "-1", "1.5", "2s", "٣", "Mon, 99 Mar 2026 09:30:15 GMT", "1e3"])
def test_what_is_no_retry_after_asks_for_nothing(header: str | None) -> None:
    assert wait_asked_for(header, NOW) is None


@pytest.mark.parametrize("header", ["9" * 40, "Fri, 31 Dec 9999 23:59:59 GMT"])
def test_nobody_is_believed_for_more_than_a_day(header: str) -> None:
    assert wait_asked_for(header, NOW) == timedelta(days=1).total_seconds()


def test_without_a_header_the_wait_is_anything_up_to_a_doubling_ceiling() -> None:
    patient, hasty = Pace(chance=lambda: 1.0), Pace(chance=lambda: 0.0)

    assert [patient.jitter(tries) for tries in range(1, 8)] == [1, 2, 4, 8, 16, 20, 20]
    assert [hasty.jitter(tries) for tries in range(1, 8)] == [0] * 7
