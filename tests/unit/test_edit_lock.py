"""Who may write: the table "Edit lock", row by row."""

from datetime import timedelta

import pytest

from onboarding.domain.catalogue import Step
from onboarding.domain.editing import edited
from onboarding.domain.session import Change, Session, SessionStatus
from onboarding.errors import Conflict, Forbidden
from tests.unit.samples import (
    ALICE,
    BOB,
    LENGTH,
    MANAGER,
    MILLISECOND,
    NOW,
    OWNER,
    SECOND,
    circumstances,
    edit,
    lock,
    session,
    told,
)

ANY_TAKEOVER = pytest.mark.parametrize(
    "takeover", [{}, {"takeover": None}, {"takeover": False}, {"takeover": True}], ids=["absent", "null", "no", "yes"]
)
NO_TAKEOVER = pytest.mark.parametrize(
    "takeover", [{}, {"takeover": None}, {"takeover": False}], ids=["absent", "null", "no"]
)
SAME_STEP = {"current_step": 1}
FREE = pytest.mark.parametrize(
    "before",
    [session(), session(lock=lock(ALICE, timedelta())), session(lock=lock(BOB, -SECOND))],
    ids=["free", "expired this moment", "expired, another's"],
)


def changed(before: Session, **update: object) -> Session:
    """Make what *before* becomes by a change that counts as a version."""
    return before.model_copy(update={"version": before.version + 1, "updated_at": NOW, **update})


@FREE
@ANY_TAKEOVER
def test_who_changes_a_field_acquires_a_lock_that_nobody_holds(before: Session, takeover: dict[str, object]) -> None:
    change = edited(before, edit(**SAME_STEP, **takeover), circumstances(ALICE))

    assert change == Change(before, changed(before, lock=lock(ALICE)), ALICE, NOW)


@FREE
@pytest.mark.parametrize("takeover", [None, False, True])
def test_takeover_alone_is_a_field_too(before: Session, *, takeover: bool | None) -> None:
    change = edited(before, edit(takeover=takeover), circumstances(ALICE))

    assert change == Change(before, changed(before, lock=lock(ALICE)), ALICE, NOW)


@ANY_TAKEOVER
def test_a_lock_of_one_s_own_with_half_of_it_left_is_written_not_at_all(takeover: dict[str, object]) -> None:
    before = session(lock=lock(ALICE, LENGTH / 2))

    change = edited(before, edit(**takeover), circumstances(ALICE))

    assert change == Change(before, before, ALICE, NOW)
    assert change.is_nothing


@ANY_TAKEOVER
def test_a_lock_of_one_s_own_with_less_than_half_left_is_renewed_and_counts_no_version(
    takeover: dict[str, object],
) -> None:
    before = session(lock=lock(ALICE, LENGTH / 2 - MILLISECOND))

    change = edited(before, edit(**takeover), circumstances(ALICE))

    assert change == Change(before, before.model_copy(update={"lock": lock(ALICE)}), ALICE, NOW)
    assert not change.is_nothing


def test_the_same_step_renews_the_lock() -> None:
    before = session(lock=lock(ALICE, MILLISECOND))

    change = edited(before, edit(**SAME_STEP), circumstances(ALICE))

    assert change == Change(before, before.model_copy(update={"lock": lock(ALICE)}), ALICE, NOW)


@FREE
def test_a_heartbeat_acquires_nothing(before: Session) -> None:
    with pytest.raises(Conflict) as refused:
        edited(before, edit(), circumstances(ALICE))

    assert refused.value.code == "lock_lost"
    assert refused.value.fields == {"locked_by_user_id": None, "locked_until": None}


def test_a_heartbeat_under_another_s_lock_tells_who_has_it_now() -> None:
    before = session(lock=lock(BOB))

    with pytest.raises(Conflict) as refused:
        edited(before, edit(), circumstances(MANAGER))

    assert refused.value.code == "lock_lost"
    assert refused.value.fields == {"locked_by_user_id": BOB, "locked_until": NOW + LENGTH}


@NO_TAKEOVER
@pytest.mark.parametrize("user_id", [ALICE, MANAGER, OWNER], ids=["assignee", "manager", "owner"])
def test_under_another_s_live_lock_nobody_writes_without_taking_over(user_id: int, takeover: dict[str, object]) -> None:
    before = session(lock=lock(BOB))

    with pytest.raises(Conflict) as refused:
        edited(before, edit(current_step=2, **takeover), circumstances(user_id))

    assert refused.value.code == "session_locked"
    assert refused.value.fields == {
        "locked_by_user_id": BOB,
        "locked_until": NOW + LENGTH,
        "retry_after": 900,
    }


@pytest.mark.parametrize(
    ("left", "seconds"),
    [(MILLISECOND, 1), (SECOND, 1), (SECOND + MILLISECOND, 2), (90 * SECOND, 90)],
    ids=["a moment", "a second", "a little more", "a minute and a half"],
)
def test_trying_again_makes_sense_once_the_lock_has_run_out(left: timedelta, seconds: int) -> None:
    with pytest.raises(Conflict) as refused:
        edited(session(lock=lock(BOB, left)), edit(current_step=2), circumstances(ALICE))

    assert refused.value.fields["retry_after"] == seconds


@pytest.mark.parametrize("user_id", [MANAGER, OWNER, ALICE], ids=["manager", "owner", "assignee"])
def test_who_may_take_over_has_the_lock(user_id: int) -> None:
    before = session(lock=lock(BOB))

    change = edited(before, edit(takeover=True), circumstances(user_id))

    assert change == Change(
        before,
        changed(before, lock=lock(user_id)),
        user_id,
        NOW,
        entries=told(user_id, session_taken_over={"from_user_id": BOB}),
    )


def test_the_other_fields_apply_in_the_same_write_as_the_takeover() -> None:
    before = session(lock=lock(ALICE), assigned_to_user_id=None)

    change = edited(before, edit(takeover=True, current_step=2, assigned_to_user_id=MANAGER), circumstances(MANAGER))

    assert change == Change(
        before,
        changed(
            before,
            lock=lock(MANAGER),
            current_step=Step.CONSENT,
            status=SessionStatus.IN_PROGRESS,
            assigned_to_user_id=MANAGER,
        ),
        MANAGER,
        NOW,
        entries=told(MANAGER, session_taken_over={"from_user_id": ALICE}, session_assigned={"to_user_id": MANAGER}),
        assignee_must_be_eligible=MANAGER,
    )


def test_who_was_taken_over_from_finds_the_session_locked() -> None:
    taken_over = edited(session(lock=lock(ALICE)), edit(takeover=True), circumstances(MANAGER)).after

    with pytest.raises(Conflict) as refused:
        edited(taken_over, edit(current_step=2), circumstances(ALICE))

    assert refused.value.code == "session_locked"


def test_the_heartbeat_of_who_was_taken_over_from_finds_the_lock_lost() -> None:
    taken_over = edited(session(lock=lock(ALICE)), edit(takeover=True), circumstances(MANAGER)).after

    with pytest.raises(Conflict) as refused:
        edited(taken_over, edit(), circumstances(ALICE))

    assert refused.value.code == "lock_lost"


def test_an_operator_who_is_not_the_assignee_may_not_take_over() -> None:
    with pytest.raises(Forbidden) as refused:
        edited(session(lock=lock(ALICE)), edit(takeover=True), circumstances(BOB))

    assert refused.value.code == "takeover_forbidden"
    assert refused.value.fields == {}


def test_assigning_somebody_else_hands_the_session_off_without_a_lock_in_their_way() -> None:
    before = session(lock=lock(ALICE))

    change = edited(before, edit(assigned_to_user_id=BOB), circumstances(ALICE))

    assert change == Change(
        before,
        changed(before, lock=None, assigned_to_user_id=BOB),
        ALICE,
        NOW,
        entries=told(ALICE, session_handed_off={"from_user_id": ALICE, "to_user_id": BOB}),
        assignee_must_be_eligible=BOB,
    )


def test_the_assignee_of_a_handoff_goes_on_without_a_takeover() -> None:
    handed_off = edited(session(lock=lock(ALICE)), edit(assigned_to_user_id=BOB), circumstances(ALICE)).after

    change = edited(handed_off, edit(current_step=2), circumstances(BOB))

    assert change.after.lock == lock(BOB)


def test_a_manager_takes_over_and_hands_off_in_one_write() -> None:
    before = session(lock=lock(ALICE))

    change = edited(before, edit(takeover=True, assigned_to_user_id=BOB), circumstances(MANAGER))

    assert change == Change(
        before,
        changed(before, lock=None, assigned_to_user_id=BOB),
        MANAGER,
        NOW,
        entries=told(
            MANAGER,
            session_taken_over={"from_user_id": ALICE},
            session_handed_off={"from_user_id": ALICE, "to_user_id": BOB},
        ),
        assignee_must_be_eligible=BOB,
    )


def test_who_took_over_hands_it_back_to_the_assignee_in_one_write() -> None:
    before = session(lock=lock(MANAGER))

    change = edited(before, edit(assigned_to_user_id=ALICE), circumstances(MANAGER))

    assert change == Change(
        before,
        changed(before, lock=None),
        MANAGER,
        NOW,
        entries=told(MANAGER, session_handed_off={"to_user_id": ALICE}),
    )


def test_assigning_who_is_assigned_already_changes_nothing_where_nobody_holds_the_lock() -> None:
    before = session(lock=None)

    change = edited(before, edit(assigned_to_user_id=ALICE), circumstances(MANAGER))

    assert change == Change(before, before, MANAGER, NOW)


def test_unassigning_keeps_the_lock() -> None:
    before = session(lock=lock(ALICE))

    change = edited(before, edit(assigned_to_user_id=None), circumstances(ALICE))

    assert change == Change(
        before,
        changed(before, assigned_to_user_id=None),
        ALICE,
        NOW,
        entries=told(ALICE, session_assigned={"from_user_id": ALICE}),
    )
