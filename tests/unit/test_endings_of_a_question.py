"""What keeps a task from going on: a deadline, an obstacle, a pause."""

from datetime import UTC, datetime

import pytest

from onboarding.domain.deadline import ROOM_FOR_A_CALL, TO_SAVE, Deadline
from onboarding.domain.finding import Finding, FindingStatus, Obstacle, Postponed
from onboarding.domain.reasons import REASONS, ReasonCode


@pytest.mark.parametrize(
    ("left", "wait", "fits"),
    [
        (ROOM_FOR_A_CALL, 0.0, True),
        (ROOM_FOR_A_CALL - 0.001, 0.0, False),
        (ROOM_FOR_A_CALL + 20, 20.0, True),
        (ROOM_FOR_A_CALL + 19.999, 20.0, False),
        (-1.0, 0.0, False),
    ],
    ids=["just room for a call", "a moment too little", "a wait and a call", "too little for both", "over"],
)
def test_a_wait_fits_if_one_more_call_fits_after_it(left: float, wait: float, *, fits: bool) -> None:
    assert Deadline(lambda: left).fits(wait) is fits


@pytest.mark.parametrize(
    ("left", "seconds"),
    [(TO_SAVE + 10, 10.0), (TO_SAVE + 0.5, 0.5), (TO_SAVE, 0.1), (-1.0, 0.1)],
    ids=["plenty", "little", "none", "over"],
)
def test_a_call_is_given_up_in_time_to_save_why(left: float, seconds: float) -> None:
    assert Deadline(lambda: left).for_a_call == seconds


def test_all_is_well_without_a_reason() -> None:
    assert Finding.ok("Seen.", version=1) == Finding(status=FindingStatus.OK, message="Seen.", payload={"version": 1})


def test_a_finding_says_the_reason_s_sentence_unless_it_has_its_own() -> None:
    sentence = REASONS[ReasonCode.GRAPH_SLOW].sentence

    assert Finding.because(FindingStatus.WARN, ReasonCode.GRAPH_SLOW) == Finding(
        status=FindingStatus.WARN, reason_code=ReasonCode.GRAPH_SLOW, message=sentence
    )
    assert Finding.because(FindingStatus.WARN, ReasonCode.GRAPH_SLOW, message="9 seconds.").message == "9 seconds."


def test_an_obstacle_carries_the_finding_that_says_what_it_was() -> None:
    finding = Finding.because(FindingStatus.FAIL, ReasonCode.APP_DISABLED)

    assert Obstacle(finding).finding == finding
    assert str(Obstacle(finding)) == "app_disabled"


@pytest.mark.parametrize("not_before", [None, datetime(2026, 3, 2, tzinfo=UTC)], ids=["soon", "later"])
def test_a_pause_says_when_to_go_on(not_before: datetime | None) -> None:
    assert Postponed(not_before).not_before == not_before
