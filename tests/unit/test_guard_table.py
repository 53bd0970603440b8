"""What the guard says to a start: the table "start while", row by row."""

from datetime import timedelta
from itertools import permutations

import pytest

from onboarding.domain.catalogue import Kind, Task
from onboarding.domain.guard import ActiveRun, Blocking, Guard, any_active, blocked, judge
from tests.unit.samples import ALICE, CONNECTION, EARLIER, NOW, OTHER_CONNECTION, active

PROBES = [task for task in Task if task.spec.kind is Kind.PROBE]
SYNC = Task.INITIAL_SYNC


@pytest.mark.parametrize("task", Task)
def test_while_nothing_is_active_nothing_stands_in_the_way(task: Task) -> None:
    assert judge(Guard(), task, CONNECTION) is None


@pytest.mark.parametrize("task", Task)
def test_the_same_task_active_on_the_same_connection_is_reused(task: Task) -> None:
    assert judge(Guard(active={task: active()}), task, CONNECTION) == active()


@pytest.mark.parametrize("task", Task)
def test_the_same_task_active_on_another_connection_blocks(task: Task) -> None:
    run = active(connection_id=OTHER_CONNECTION)

    assert judge(Guard(active={task: run}), task, CONNECTION) == Blocking(task, run)


@pytest.mark.parametrize(("task", "other"), list(permutations(PROBES, 2)))
def test_probes_run_side_by_side(task: Task, other: Task) -> None:
    assert judge(Guard(active={other: active()}), task, CONNECTION) is None


def test_a_probe_active_among_others_is_reused() -> None:
    guard = Guard(active={task: active(number) for number, task in enumerate(PROBES, start=500)})

    assert judge(guard, Task.RBAC_CHECK, CONNECTION) == active(500 + PROBES.index(Task.RBAC_CHECK))


@pytest.mark.parametrize("task", PROBES)
def test_while_an_exclusive_task_is_active_no_probe_starts(task: Task) -> None:
    guard = Guard(active={SYNC: active()}, exclusive_run=500)

    assert judge(guard, task, CONNECTION) == Blocking(SYNC, active())


@pytest.mark.parametrize("other", PROBES)
def test_while_a_probe_is_active_no_exclusive_task_starts(other: Task) -> None:
    assert judge(Guard(active={other: active()}), SYNC, CONNECTION) == Blocking(other, active())


def test_over_another_connection_an_exclusive_task_blocks_just_as_well() -> None:
    guard = Guard(active={SYNC: active()}, exclusive_run=500)

    assert judge(guard, SYNC, OTHER_CONNECTION) == Blocking(SYNC, active())


@pytest.mark.parametrize("task", Task)
def test_a_run_that_has_ended_stands_in_nobody_s_way(task: Task) -> None:
    assert judge(Guard(last={task: 500}, newest_run_at=EARLIER), task, CONNECTION) is None


@pytest.mark.parametrize(("task", "retry_after"), [(Task.RBAC_CHECK, 2), (SYNC, 10)], ids=["probe", "exclusive"])
def test_who_is_blocked_is_told_by_what_and_who_started_it(task: Task, retry_after: int) -> None:
    refusal = blocked(Blocking(task, active()))

    assert refusal.code == "run_blocked"
    assert refusal.fields == {
        "blocking_run_id": 500,
        "blocking_task_type": task.value,
        "started_by_user_id": ALICE,
        "retry_after": retry_after,
    }


def test_a_run_that_the_sweep_started_was_started_by_nobody() -> None:
    run = ActiveRun(run_id=500, connection_id=CONNECTION, started_at=EARLIER)

    assert blocked(Blocking(Task.CONSENT_STATUS, run)).fields["started_by_user_id"] is None


def test_of_several_runs_under_way_the_oldest_is_named() -> None:
    guard = Guard(
        active={
            Task.RBAC_CHECK: active(502, since=NOW),
            Task.LICENSE_CHECK: active(500, since=EARLIER),
            Task.INTUNE_STATUS: active(501, since=EARLIER + timedelta(minutes=1)),
        }
    )

    assert any_active(guard) == Blocking(Task.LICENSE_CHECK, active(500, since=EARLIER))


def test_where_nothing_is_under_way_nothing_is_named() -> None:
    assert any_active(Guard()) is None
