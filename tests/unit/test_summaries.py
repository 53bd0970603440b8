"""What people see of the tasks: a line each, in step order, for the connection in use."""

from datetime import datetime, timedelta

import pytest

from onboarding.domain.board import Board, RecordedFinding, TaskSummary, newest_activity, summarise
from onboarding.domain.catalogue import Task
from onboarding.domain.finding import FindingStatus
from onboarding.domain.guard import Guard
from onboarding.domain.reasons import REASONS, ReasonCode
from onboarding.views.tasks import TaskView
from tests.unit.samples import (
    CONNECTION,
    EARLIER,
    MILLISECOND,
    NOW,
    OTHER_CONNECTION,
    active,
    finding,
    good,
)

DAY = timedelta(hours=24)
NEVER_RUN = TaskSummary(Task.RBAC_CHECK, FindingStatus.UNKNOWN, ReasonCode.NEVER_RUN, None, None, None)


def rbac_check(board: Board, connection_id: int | None = CONNECTION) -> TaskSummary:
    """Pick the summary of `rbac_check`."""
    return next(summary for summary in summarise(board, connection_id) if summary.task is Task.RBAC_CHECK)


def on_board(recorded: RecordedFinding) -> Board:
    """Make a board with one finding."""
    return Board(Guard(), {recorded.task_type: recorded})


def test_every_task_is_summarised_in_step_order() -> None:
    summaries = summarise(Board(Guard(), {}), CONNECTION)

    assert [summary.task for summary in summaries] == [
        Task.CONSENT_STATUS,
        Task.VERIFY_PERMISSIONS,
        Task.CONNECTION_DIAGNOSTICS,
        Task.LICENSE_CHECK,
        Task.INTUNE_STATUS,
        Task.RBAC_CHECK,
        Task.INITIAL_SYNC,
    ]


@pytest.mark.parametrize("connection_id", [CONNECTION, None], ids=["with a connection", "without one"])
def test_a_task_without_a_finding_was_never_run(connection_id: int | None) -> None:
    assert rbac_check(Board(Guard(), {}), connection_id) == NEVER_RUN


def test_a_finding_for_the_current_connection_is_the_summary() -> None:
    warned = finding(Task.RBAC_CHECK, FindingStatus.WARN, ReasonCode.ROLE_EXCESS)

    assert rbac_check(on_board(warned)) == TaskSummary(
        Task.RBAC_CHECK, FindingStatus.WARN, ReasonCode.ROLE_EXCESS, warned, None, None
    )


@pytest.mark.parametrize("connection_id", [OTHER_CONNECTION, None], ids=["another", "none"])
def test_a_finding_for_another_connection_vouches_for_nothing(connection_id: int | None) -> None:
    assert rbac_check(on_board(finding(Task.RBAC_CHECK)), connection_id) == NEVER_RUN._replace(
        reason_code=ReasonCode.CONNECTION_CHANGED
    )


def test_the_last_run_is_the_newest_started_one_even_while_an_older_one_s_finding_is_shown() -> None:
    guard = Guard(active={Task.RBAC_CHECK: active(900)}, last={Task.RBAC_CHECK: 900})

    assert rbac_check(Board(guard, good())) == TaskSummary(
        Task.RBAC_CHECK, FindingStatus.OK, None, finding(Task.RBAC_CHECK), last_run_id=900, active_run_id=900
    )


def test_a_run_that_was_cancelled_is_still_the_last_one_started() -> None:
    summary = rbac_check(Board(Guard(last={Task.RBAC_CHECK: 900}), {}))

    assert summary == NEVER_RUN._replace(last_run_id=900)


def test_a_summary_without_a_finding_shows_the_reason_s_sentence_and_remedy() -> None:
    reason = REASONS[ReasonCode.NEVER_RUN]

    shown = TaskView.of(NEVER_RUN, NOW)

    assert shown.model_dump(mode="json") == {
        "task_type": "rbac_check",
        "status": "unknown",
        "reason_code": "never_run",
        "message": reason.sentence,
        "last_run_id": None,
        "step": 3,
        "required": True,
        "active_run_id": None,
        "recorded_at": None,
        "stale": False,
        "remedy": {"text": reason.remedy, "link": reason.link, "by_consent": False},
        "next_check_at": None,
    }


def test_a_good_finding_shows_no_remedy() -> None:
    summary = rbac_check(on_board(finding(Task.RBAC_CHECK)))

    assert TaskView.of(summary, NOW).model_dump(mode="json") == {
        "task_type": "rbac_check",
        "status": "ok",
        "reason_code": None,
        "message": None,
        "last_run_id": None,
        "step": 3,
        "required": True,
        "active_run_id": None,
        "recorded_at": "2026-03-02T08:30:00Z",
        "stale": False,
        "remedy": None,
        "next_check_at": None,
    }


def test_a_finding_shows_its_own_message_and_when_to_look_again() -> None:
    throttled = finding(Task.RBAC_CHECK, FindingStatus.UNKNOWN, ReasonCode.GRAPH_THROTTLED).model_copy(
        update={"message": "Microsoft is busy.", "next_check_at": NOW}
    )
    reason = REASONS[ReasonCode.GRAPH_THROTTLED]

    shown = TaskView.of(rbac_check(on_board(throttled)), NOW)

    assert shown.model_dump(mode="json", include={"message", "remedy", "next_check_at"}) == {
        "message": "Microsoft is busy.",
        "remedy": {"text": reason.remedy, "link": reason.link, "by_consent": False},
        "next_check_at": "2026-03-02T09:30:00Z",
    }


@pytest.mark.parametrize(
    ("age", "stale"),
    [(0 * MILLISECOND, False), (DAY, False), (DAY + MILLISECOND, True)],
    ids=["new", "just 24 hours", "older"],
)
def test_a_finding_older_than_24_hours_is_stale(age: timedelta, *, stale: bool) -> None:
    summary = rbac_check(on_board(finding(Task.RBAC_CHECK, recorded_at=NOW - age)))

    assert TaskView.of(summary, NOW).stale is stale


def test_an_old_finding_for_another_connection_is_not_stale_but_gone() -> None:
    summary = rbac_check(on_board(finding(Task.RBAC_CHECK, recorded_at=NOW - 2 * DAY)), OTHER_CONNECTION)

    assert not TaskView.of(summary, NOW).stale


@pytest.mark.parametrize(
    ("newest_run_at", "expected"),
    [(None, EARLIER), (EARLIER - DAY, EARLIER), (NOW, NOW)],
    ids=["no run", "an older run", "a newer run"],
)
def test_a_session_was_last_lively_when_it_changed_or_a_run_started(
    newest_run_at: datetime | None, expected: datetime
) -> None:
    assert newest_activity(Guard(newest_run_at=newest_run_at), EARLIER) == expected
