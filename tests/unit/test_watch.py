"""What a tenant is held to once its session is completed, when it is looked at again, and what counts as worse."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onboarding.domain.audit import Act
from onboarding.domain.board import Board, RecordedFinding
from onboarding.domain.catalogue import Kind, Step, Task
from onboarding.domain.editing import edited
from onboarding.domain.finding import FindingStatus
from onboarding.domain.guard import Guard
from onboarding.domain.reasons import ReasonCode
from onboarding.domain.session import Session
from onboarding.domain.watch import WATCHED, Judgement, Watch, entries_of, judged, next_round, round_of
from tests.unit.samples import (
    A_DAY,
    ALICE,
    CONNECTION,
    ENTRY,
    MILLISECOND,
    NOW,
    OTHER_CONNECTION,
    SESSION,
    TENANT,
    active,
    circumstances,
    edit,
    finding,
    good,
    lock,
    session,
)

OK, WARN, FAIL, UNKNOWN = FindingStatus
EXCESS, MISSING, THROTTLED = (
    ReasonCode.PERMISSION_EXCESS,
    ReasonCode.PERMISSION_MISSING,
    ReasonCode.GRAPH_THROTTLED,
)
TASK = Task.VERIFY_PERMISSIONS
WELL = Judgement(status=OK)
DEADLINES = dict.fromkeys(Kind, timedelta(hours=1))


def in_review() -> Session:
    """Make a session of Alice's in its last step."""
    return session(current_step=Step.REVIEW, lock=lock(ALICE))


def watch(**others: Any) -> Watch:
    """Make the watch of a tenant that was found to be well in every way."""
    known: dict[str, Any] = {
        "tenant_id": TENANT,
        "session_id": SESSION,
        "connection_id": CONNECTION,
        "rests_on": dict.fromkeys(WATCHED, WELL),
        "due_at": NOW,
    }
    return Watch(**known | others)


def seen(status: FindingStatus, reason: ReasonCode | None = None, **others: Any) -> dict[Task, RecordedFinding]:
    """Make a board on which all is well, but for what was found of the permissions."""
    return good(finding(TASK, status, reason, **others))


# ── What a completed session leaves ──────────────────────────────────────────────────────────────────────────────────


def test_a_completed_session_leaves_a_watch_over_what_it_rests_on() -> None:
    findings = good(finding(Task.RBAC_CHECK, WARN, ReasonCode.ROLE_EXCESS))

    change = edited(in_review(), edit(status="completed"), circumstances(ALICE, findings=findings))

    assert change.watch is not None
    assert change.watch.session_id == SESSION
    assert change.watch.connection_id == CONNECTION
    assert change.watch.rests_on == dict.fromkeys(WATCHED, WELL) | {
        Task.RBAC_CHECK: Judgement(status=WARN, reason_code=ReasonCode.ROLE_EXCESS)
    }
    assert Task.INITIAL_SYNC not in change.watch.rests_on
    assert NOW < change.watch.due_at <= NOW + A_DAY


def test_a_warning_that_gave_no_reason_is_rested_on_too() -> None:
    findings = good(finding(Task.RBAC_CHECK, WARN, None))

    change = edited(in_review(), edit(status="completed"), circumstances(ALICE, findings=findings))

    assert change.watch is not None
    assert change.watch.rests_on[Task.RBAC_CHECK] == Judgement(status=WARN)


@pytest.mark.parametrize("fields", [{"status": "abandoned"}, {"current_step": 4}])
def test_no_other_change_leaves_a_watch(fields: dict[str, Any]) -> None:
    change = edited(in_review(), edit(**fields), circumstances(ALICE))

    assert (change.watch, change.completes) == (None, False)


# ── When ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


@given(tenant=st.integers(1, 2**53 - 1), seconds=st.integers(1, 10**6), after=st.integers(0, 10**9))
def test_a_round_comes_after_now_within_its_time_and_at_the_same_moment_of_each(
    tenant: int, seconds: int, after: int
) -> None:
    every, moment = timedelta(seconds=seconds), NOW + after * MILLISECOND

    first = next_round(tenant, moment, every)

    assert moment < first <= moment + every
    assert next_round(tenant, first, every) == first + every
    assert next_round(tenant, first - MILLISECOND, every) == first


def test_tenants_are_spread_evenly_over_the_day() -> None:
    hours = [0] * 24
    for tenant in range(1, 24_001):
        hours[(next_round(tenant, NOW, A_DAY) - NOW) // timedelta(hours=1) % 24] += 1

    assert min(hours) > 850
    assert max(hours) < 1150


def test_a_round_runs_each_probe_once_in_nobody_s_name_over_the_watched_connection() -> None:
    runs = round_of(watch(), 500, DEADLINES, NOW)

    assert [run.task_type for run in runs] == list(WATCHED)
    assert [run.id for run in runs] == list(range(500, 506))
    assert {(run.connection_id, run.started_by_user_id, run.session_id) for run in runs} == {(CONNECTION, None, None)}


def test_a_round_is_awaited_while_the_guard_names_one_of_its_runs() -> None:
    under_way = watch(run_ids={TASK: 500})

    assert under_way.is_awaited(Board(Guard(active={TASK: active(500)}), {}))
    assert not under_way.is_awaited(Board(Guard(active={TASK: active(501)}), {}))
    assert not under_way.is_awaited(Board(Guard(), {}))


# ── What is worse ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("rested_on", "found", "is_worse"),
    [
        ((OK, None), (OK, None), False),
        ((OK, None), (WARN, EXCESS), True),
        ((OK, None), (FAIL, MISSING), True),
        ((WARN, EXCESS), (WARN, EXCESS), False),
        ((WARN, EXCESS), (WARN, ReasonCode.PERMISSION_OPTIONAL_MISSING), True),
        ((WARN, EXCESS), (OK, None), False),
        ((WARN, EXCESS), (FAIL, MISSING), True),
        ((OK, None), (UNKNOWN, THROTTLED), False),
        ((OK, None), (WARN, ReasonCode.CONSENT_PROPAGATING), False),
    ],
)
def test_worse_is_what_nobody_accepted(rested_on: Any, found: Any, *, is_worse: bool) -> None:
    rests_on = dict.fromkeys(WATCHED, WELL) | {TASK: Judgement(status=rested_on[0], reason_code=rested_on[1])}

    verdict = judged(watch(rests_on=rests_on), seen(*found))

    assert list(verdict.worse) == ([TASK] if is_worse else [])
    assert [each.task_type for each in verdict.got_worse] == ([TASK] if is_worse else [])
    assert not verdict.recovered


WORSE = {TASK: Judgement(status=WARN, reason_code=EXCESS)}


@pytest.mark.parametrize(
    ("found", "worse", "told", "recovered"),
    [
        ((WARN, EXCESS), True, False, False),
        ((FAIL, MISSING), True, True, False),
        ((WARN, ReasonCode.PERMISSION_OPTIONAL_MISSING), True, True, False),
        ((OK, None), False, False, True),
        ((UNKNOWN, THROTTLED), True, False, False),
    ],
    ids=["as bad", "worse still", "bad in another way", "well again", "nobody can tell"],
)
def test_what_is_worse_already_is_told_again_only_if_it_got_worse_still(
    found: Any, *, worse: bool, told: bool, recovered: bool
) -> None:
    verdict = judged(watch(worse=WORSE), seen(*found))

    assert (bool(verdict.worse), bool(verdict.got_worse), verdict.recovered) == (worse, told, recovered)


def test_what_gets_better_and_is_still_worse_than_it_was_is_not_told_of() -> None:
    before = watch(worse={TASK: Judgement(status=FAIL, reason_code=MISSING)})

    verdict = judged(before, seen(WARN, EXCESS))

    assert (verdict.worse, verdict.got_worse, verdict.recovered) == (WORSE, (), False)


def test_a_finding_over_another_connection_says_nothing() -> None:
    verdict = judged(watch(worse=WORSE), seen(FAIL, MISSING, connection_id=OTHER_CONNECTION))

    assert (verdict.worse, verdict.got_worse) == (WORSE, ())


def test_where_nothing_was_found_nothing_is_known() -> None:
    assert judged(watch(worse=WORSE), {}) == (WORSE, (), False)


# ── What is told ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_got_worse_is_an_entry_each_in_nobody_s_name() -> None:
    findings = good(finding(TASK, FAIL, MISSING), finding(Task.RBAC_CHECK, WARN, ReasonCode.ROLE_EXCESS))
    before = watch(worse=WORSE)

    entries = entries_of(judged(before, findings), before, ENTRY, NOW)

    assert [(each.id, each.act, each.by_user_id, each.session_id) for each in entries] == [
        (ENTRY, Act.FINDING_GOT_WORSE, None, SESSION),
        (ENTRY + 1, Act.FINDING_GOT_WORSE, None, SESSION),
    ]
    assert entries[0].details.model_dump(exclude_none=True) == {
        "task_type": "verify_permissions",
        "from_status": "warn",
        "status": "fail",
        "reason_code": "permission_missing",
        "evidence_id": 2_000 + list(Task).index(TASK),
    }


def test_a_recovery_is_one_entry() -> None:
    before = watch(worse=WORSE)

    [entry] = entries_of(judged(before, good()), before, ENTRY, NOW)

    assert (entry.act, entry.details.model_dump(exclude_none=True)) == (Act.TENANT_RECOVERED, {})
