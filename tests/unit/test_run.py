"""Runs: how one starts, by when it has to end, and when it is sent again."""

from datetime import timedelta

import pytest

from onboarding.domain.catalogue import Kind, Task
from onboarding.domain.run import Run, RunStatus, resend_at, started
from tests.unit.samples import ALICE, CONNECTION, NOW, SECOND, SESSION, TENANT

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DEADLINES = {Kind.PROBE: HOUR, Kind.EXCLUSIVE: 12 * HOUR}


@pytest.mark.parametrize(
    ("status", "is_active"),
    [
        (RunStatus.QUEUED, True),
        (RunStatus.RUNNING, True),
        (RunStatus.SUCCEEDED, False),
        (RunStatus.FAILED, False),
        (RunStatus.CANCELLED, False),
        (RunStatus.TIMED_OUT, False),
    ],
)
def test_a_run_is_active_while_it_is_queued_or_running(status: RunStatus, *, is_active: bool) -> None:
    assert status.is_active is is_active


@pytest.mark.parametrize("task", Task)
def test_a_started_run_is_queued_to_be_sent_and_has_until_its_kind_s_deadline(task: Task) -> None:
    run = started(
        500,
        task,
        CONNECTION,
        tenant_id=TENANT,
        session_id=SESSION,
        user_id=ALICE,
        now=NOW,
        deadlines=DEADLINES,
    )

    assert run == Run(
        id=500,
        tenant_id=TENANT,
        task_type=task,
        status=RunStatus.QUEUED,
        connection_id=CONNECTION,
        session_id=SESSION,
        started_by_user_id=ALICE,
        queued_at=NOW,
        deadline=NOW + (12 * HOUR if task is Task.INITIAL_SYNC else HOUR),
        attempts=0,
        outbox_at=NOW,
        sendings=1,
    )


def test_a_run_can_be_started_by_nobody_and_outside_any_session() -> None:
    run = started(
        500,
        Task.CONSENT_STATUS,
        CONNECTION,
        tenant_id=TENANT,
        session_id=None,
        user_id=None,
        now=NOW,
        deadlines=DEADLINES,
    )

    assert (run.session_id, run.started_by_user_id) == (None, None)


@pytest.mark.parametrize(
    ("sendings", "minutes"),
    [(1, 1), (2, 2), (3, 4), (4, 8), (5, 16), (6, 32), (7, 60), (8, 60), (100, 60)],
)
def test_an_unclaimed_run_is_sent_again_after_twice_the_time_each_time_up_to_an_hour(
    sendings: int, minutes: int
) -> None:
    assert resend_at(NOW, sendings, MINUTE, None) == NOW + minutes * MINUTE


@pytest.mark.parametrize("sendings", [1, 2, 1000])
def test_a_patience_of_more_than_an_hour_is_kept_as_it_is(sendings: int) -> None:
    assert resend_at(NOW, sendings, 2 * HOUR, None) == NOW + 2 * HOUR


def test_a_run_that_may_not_start_yet_is_not_missed_before_it_may() -> None:
    assert resend_at(NOW, 1, MINUTE, NOW + HOUR) == NOW + HOUR + MINUTE


def test_a_run_that_might_have_started_already_is_missed_from_when_it_was_sent() -> None:
    assert resend_at(NOW, 1, MINUTE, NOW - SECOND) == NOW + MINUTE
