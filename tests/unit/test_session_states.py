"""What becomes of a session: the state table, row by row, as far as the domain decides it."""

from datetime import timedelta

import pytest

from onboarding.domain.catalogue import REQUIRED, Step, Task
from onboarding.domain.editing import abandoned_by_the_sweep, edited, resumed, vacated
from onboarding.domain.finding import FindingStatus
from onboarding.domain.reasons import ReasonCode
from onboarding.domain.session import (
    AcceptedWarning,
    Change,
    Completion,
    Session,
    SessionStatus,
    opened,
)
from onboarding.domain.watch import watch_of
from onboarding.errors import Conflict
from tests.unit.samples import (
    A_DAY,
    ALICE,
    BOB,
    CONNECTION,
    ENTRY,
    LENGTH,
    MANAGER,
    MILLISECOND,
    NOW,
    OTHER_CONNECTION,
    SECOND,
    SESSION,
    TENANT,
    access,
    caller,
    circumstances,
    edit,
    finding,
    good,
    lock,
    session,
    told,
)

REVIEW = session(status=SessionStatus.IN_PROGRESS, current_step=Step.REVIEW, lock=lock(ALICE))
DAY = timedelta(hours=24)


def changed(before: Session, **update: object) -> Session:
    """Make what *before* becomes by a change that counts as a version."""
    return before.model_copy(update={"version": before.version + 1, "updated_at": NOW, **update})


def closed(before: Session, status: SessionStatus, completion: Completion | None = None) -> Session:
    """Make what *before* becomes when it is closed."""
    return changed(before, status=status, lock=None, closed_at=NOW, completion=completion)


# ── Created, or resumed ──────────────────────────────────────────────────────────────────────────────────────────────


def test_a_new_session_is_a_draft_at_step_1_locked_by_and_assigned_to_its_creator() -> None:
    created = opened(TENANT, SESSION, ALICE, CONNECTION, lock(ALICE), NOW)

    assert created == Session(
        id=SESSION,
        tenant_id=TENANT,
        provider_connection_id=CONNECTION,
        status=SessionStatus.DRAFT,
        current_step=Step.CONNECTION,
        assigned_to_user_id=ALICE,
        lock=lock(ALICE),
        version=1,
        created_at=NOW,
        updated_at=NOW,
        closed_at=None,
        completion=None,
    )


@pytest.mark.parametrize(
    "before",
    [session(), session(lock=lock(BOB, -SECOND)), session(lock=lock(ALICE, 0 * SECOND))],
    ids=["free", "another's expired", "one's own expired"],
)
def test_resuming_takes_a_lock_that_nobody_holds_and_counts_a_version(before: Session) -> None:
    change = resumed(before, ALICE, LENGTH, NOW)

    assert change == Change(before, changed(before, lock=lock(ALICE)), ALICE, NOW)


def test_resuming_one_s_own_session_renews_a_lock_with_less_than_half_left() -> None:
    before = session(lock=lock(ALICE, LENGTH / 2 - MILLISECOND))

    change = resumed(before, ALICE, LENGTH, NOW)

    assert change == Change(before, before.model_copy(update={"lock": lock(ALICE)}), ALICE, NOW)


def test_resuming_one_s_own_session_writes_nothing_while_half_of_the_lock_is_left() -> None:
    before = session(lock=lock(ALICE, LENGTH / 2))

    assert resumed(before, ALICE, LENGTH, NOW).is_nothing


def test_resuming_under_another_s_lock_changes_nothing_even_for_the_assignee() -> None:
    before = session(lock=lock(BOB))

    change = resumed(before, ALICE, LENGTH, NOW)

    assert change == Change(before, before, ALICE, NOW)
    assert change.is_nothing


def test_resuming_assigns_nobody() -> None:
    assert resumed(session(), BOB, LENGTH, NOW).after.assigned_to_user_id == ALICE


# ── Draft, then in progress for good ─────────────────────────────────────────────────────────────────────────────────


def test_a_draft_is_in_progress_once_its_step_changes() -> None:
    before = session(lock=lock(ALICE))

    change = edited(before, edit(current_step=2), circumstances(ALICE))

    assert change == Change(
        before, changed(before, current_step=Step.CONSENT, status=SessionStatus.IN_PROGRESS), ALICE, NOW
    )


@pytest.mark.parametrize(
    "fields",
    [{"current_step": 1}, {"assigned_to_user_id": None}, {"provider_connection_id": OTHER_CONNECTION}],
    ids=["the same step", "an assignment", "a connection"],
)
def test_a_draft_stays_a_draft_while_its_step_does_not_change(fields: dict[str, object]) -> None:
    change = edited(session(lock=lock(ALICE)), edit(**fields), circumstances(ALICE))

    assert change.after.status is SessionStatus.DRAFT


def test_back_at_step_1_a_session_is_still_in_progress() -> None:
    change = edited(REVIEW, edit(current_step=1), circumstances(ALICE))

    assert change == Change(REVIEW, changed(REVIEW, current_step=Step.CONNECTION), ALICE, NOW)


# ── The connection ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("at", "then"),
    [(1, 1), (2, 2), (3, 2), (4, 2), (5, 2)],
    ids=["stays at 1", "stays at 2", "from 3 to 2", "from 4 to 2", "from 5 to 2"],
)
def test_another_connection_puts_a_session_beyond_step_2_back_to_it(at: int, then: int) -> None:
    before = session(lock=lock(ALICE), status=SessionStatus.IN_PROGRESS, current_step=Step(at))

    change = edited(before, edit(provider_connection_id=OTHER_CONNECTION), circumstances(ALICE))

    assert change == Change(
        before,
        changed(before, provider_connection_id=OTHER_CONNECTION, current_step=Step(then)),
        ALICE,
        NOW,
        entries=told(
            ALICE,
            session_connection_changed={"from_connection_id": CONNECTION, "to_connection_id": OTHER_CONNECTION},
        ),
        nothing_may_be_active=True,
    )


def test_the_first_connection_is_a_change_too() -> None:
    before = session(lock=lock(ALICE), provider_connection_id=None)

    change = edited(before, edit(provider_connection_id=CONNECTION), circumstances(ALICE))

    assert change == Change(
        before,
        changed(before, provider_connection_id=CONNECTION),
        ALICE,
        NOW,
        entries=told(ALICE, session_connection_changed={"to_connection_id": CONNECTION}),
        nothing_may_be_active=True,
    )


def test_the_same_connection_is_no_change() -> None:
    change = edited(REVIEW, edit(provider_connection_id=CONNECTION), circumstances(ALICE))

    assert change == Change(REVIEW, REVIEW, ALICE, NOW)


def test_a_connection_can_be_chosen_and_step_1_left_in_one_write() -> None:
    before = session(lock=lock(ALICE), provider_connection_id=None)

    change = edited(before, edit(provider_connection_id=CONNECTION, current_step=2), circumstances(ALICE, findings={}))

    assert change.after == changed(
        before, provider_connection_id=CONNECTION, current_step=Step.CONSENT, status=SessionStatus.IN_PROGRESS
    )


def test_beyond_step_2_another_connection_s_gates_are_judged_even_on_the_way_back() -> None:
    before = session(lock=lock(ALICE), status=SessionStatus.IN_PROGRESS, current_step=Step.REVIEW)

    with pytest.raises(Conflict) as refused:
        edited(before, edit(provider_connection_id=OTHER_CONNECTION, current_step=3), circumstances(ALICE))

    assert refused.value.code == "step_prerequisites_unmet"
    assert refused.value.fields == {
        "blocking": [
            {"task_type": "consent_status", "status": "unknown", "reason_code": "connection_changed"},
        ]
    }


def test_findings_of_the_new_connection_open_its_gates_at_once() -> None:
    before = session(lock=lock(ALICE), status=SessionStatus.IN_PROGRESS, current_step=Step.VERIFICATION)
    findings = good(connection_id=OTHER_CONNECTION)

    change = edited(
        before,
        edit(provider_connection_id=OTHER_CONNECTION, current_step=4),
        circumstances(ALICE, findings=findings),
    )

    assert change.after == changed(before, provider_connection_id=OTHER_CONNECTION, current_step=Step.INITIAL_SYNC)


# ── Completed ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_at_step_5_with_every_gate_met_a_session_is_completed() -> None:
    change = edited(REVIEW, edit(status="completed"), circumstances(ALICE))

    assert change == Change(
        REVIEW,
        closed(
            REVIEW,
            SessionStatus.COMPLETED,
            Completion(evidence_ids=(2000, 2001, 2002, 2003, 2004, 2005, 2006), accepted_warnings=()),
        ),
        ALICE,
        NOW,
        entries=told(ALICE, session_completed={}),
        watch=watch_of(change.after, A_DAY),
    )
    assert change.closes
    assert change.watch is not None


def test_a_completed_session_names_the_tenant_s_only_connection_and_asks_no_more_for_it() -> None:
    before = changed(REVIEW, provider_connection_id=None)
    by = circumstances(ALICE)._replace(access=access(ALICE, CONNECTION))

    change = edited(before, edit(status="completed"), by)

    assert change.after.provider_connection_id == CONNECTION
    assert not change.nothing_may_be_active
    assert change.entries == told(ALICE, session_completed={})


def test_a_completed_session_keeps_who_accepted_which_warning() -> None:
    findings = good(
        finding(Task.LICENSE_CHECK, FindingStatus.WARN, ReasonCode.LICENSE_WARNING),
        finding(Task.INITIAL_SYNC, FindingStatus.WARN, ReasonCode.SYNC_PARTIAL),
    )

    change = edited(REVIEW, edit(status="completed"), circumstances(ALICE, findings=findings))

    assert change.after.completion == Completion(
        evidence_ids=(2000, 2001, 2002, 2003, 2004, 2005, 2006),
        accepted_warnings=(
            AcceptedWarning(
                task_type=Task.LICENSE_CHECK,
                reason_code="license_warning",
                evidence_id=2003,
                accepted_by_user_id=ALICE,
            ),
            AcceptedWarning(
                task_type=Task.INITIAL_SYNC, reason_code="sync_partial", evidence_id=2006, accepted_by_user_id=ALICE
            ),
        ),
    )


def test_completing_checks_every_gate_again() -> None:
    findings = good(
        finding(Task.CONSENT_STATUS, FindingStatus.FAIL, ReasonCode.CONSENT_MISSING),
        finding(Task.INITIAL_SYNC, FindingStatus.UNKNOWN, ReasonCode.RUN_TIMED_OUT),
    )

    with pytest.raises(Conflict) as refused:
        edited(REVIEW, edit(status="completed"), circumstances(ALICE, findings=findings))

    assert refused.value.code == "step_prerequisites_unmet"
    assert refused.value.fields == {
        "blocking": [
            {"task_type": "consent_status", "status": "fail", "reason_code": "consent_missing", "stale": False},
            {"task_type": "initial_sync", "status": "unknown", "reason_code": "run_timed_out", "stale": False},
        ]
    }


@pytest.mark.parametrize("task", REQUIRED)
def test_completing_refuses_a_finding_older_than_24_hours(task: Task) -> None:
    findings = good(finding(task, recorded_at=NOW - DAY - MILLISECOND))

    with pytest.raises(Conflict) as refused:
        edited(REVIEW, edit(status="completed"), circumstances(ALICE, findings=findings))

    assert refused.value.code == "step_prerequisites_unmet"
    assert refused.value.fields == {
        "blocking": [{"task_type": task, "status": "ok", "reason_code": None, "stale": True}]
    }


def test_completing_takes_findings_of_just_24_hours() -> None:
    findings = good(*(finding(task, recorded_at=NOW - DAY) for task in Task))

    change = edited(REVIEW, edit(status="completed"), circumstances(ALICE, findings=findings))

    assert change.after.status is SessionStatus.COMPLETED


@pytest.mark.parametrize("at", [1, 2, 3, 4])
def test_before_step_5_nothing_is_completed_even_with_every_gate_met(at: int) -> None:
    with pytest.raises(Conflict) as refused:
        edited(session(lock=lock(ALICE), current_step=Step(at)), edit(status="completed"), circumstances(ALICE))

    assert refused.value.code == "step_prerequisites_unmet"
    assert refused.value.fields == {"blocking": []}


def test_completing_too_early_tells_what_is_missing_as_well() -> None:
    findings = good(finding(Task.RBAC_CHECK, FindingStatus.FAIL, ReasonCode.ROLE_MISSING))

    with pytest.raises(Conflict) as refused:
        edited(session(lock=lock(ALICE)), edit(status="completed"), circumstances(ALICE, findings=findings))

    assert refused.value.fields == {
        "blocking": [{"task_type": "rbac_check", "status": "fail", "reason_code": "role_missing", "stale": False}]
    }


# ── Abandoned ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("at", Step)
def test_a_session_can_be_abandoned_at_every_step_whatever_was_found(at: Step) -> None:
    before = session(lock=lock(ALICE), current_step=at)

    change = edited(before, edit(status="abandoned"), circumstances(ALICE, findings={}))

    assert change == Change(
        before, closed(before, SessionStatus.ABANDONED), ALICE, NOW, entries=told(ALICE, session_abandoned={})
    )
    assert change.closes


def test_abandoning_in_a_takeover_is_told_as_both() -> None:
    before = session(lock=lock(ALICE))

    change = edited(before, edit(status="abandoned", takeover=True), circumstances(MANAGER))

    assert change == Change(
        before,
        closed(before, SessionStatus.ABANDONED),
        MANAGER,
        NOW,
        entries=told(MANAGER, session_taken_over={"from_user_id": ALICE}, session_abandoned={}),
    )


def test_the_sweep_abandons_only_while_nothing_is_active() -> None:
    before = session(lock=lock(ALICE, -SECOND))

    change = abandoned_by_the_sweep(before, ENTRY, NOW)

    assert change == Change(
        before,
        closed(before, SessionStatus.ABANDONED),
        None,
        NOW,
        entries=told(None, session_abandoned={}),
        nothing_may_be_active=True,
    )


# ── Left by a member ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_member_who_leaves_loses_lock_and_assignment() -> None:
    before = session(lock=lock(ALICE))

    change = vacated(before, ALICE, caller(MANAGER), ENTRY, NOW)

    assert change == Change(
        before,
        changed(before, lock=None, assigned_to_user_id=None),
        MANAGER,
        NOW,
        entries=told(MANAGER, session_vacated={"member_user_id": ALICE, "lost_lock": True, "lost_assignment": True}),
    )


def test_an_assignee_who_leaves_takes_nobody_s_lock_along() -> None:
    before = session(lock=lock(BOB))

    change = vacated(before, ALICE, caller(MANAGER), ENTRY, NOW)

    assert change == Change(
        before,
        changed(before, assigned_to_user_id=None),
        MANAGER,
        NOW,
        entries=told(MANAGER, session_vacated={"member_user_id": ALICE, "lost_lock": False, "lost_assignment": True}),
    )


def test_a_lock_s_holder_who_leaves_takes_nobody_s_assignment_along() -> None:
    before = session(lock=lock(BOB))

    change = vacated(before, BOB, caller(MANAGER), ENTRY, NOW)

    assert change == Change(
        before,
        changed(before, lock=None),
        MANAGER,
        NOW,
        entries=told(MANAGER, session_vacated={"member_user_id": BOB, "lost_lock": True, "lost_assignment": False}),
    )


@pytest.mark.parametrize("before", [session(lock=lock(ALICE)), session(assigned_to_user_id=None)])
def test_a_member_who_leaves_with_neither_changes_nothing(before: Session) -> None:
    assert vacated(before, BOB, caller(MANAGER), ENTRY, NOW) is None
