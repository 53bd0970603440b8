"""Acts and who may do them, as far as that depends on the body of a PATCH; the routes judge the rest by role alone."""

from collections.abc import Mapping
from typing import NamedTuple

import pytest

from onboarding.domain.editing import edited
from onboarding.domain.lock import Lock
from onboarding.domain.session import SessionStatus
from onboarding.errors import Forbidden
from tests.unit.samples import ALICE, BOB, MANAGER, OWNER, SECOND, circumstances, edit, lock, session


class Person(NamedTuple):
    """Somebody who may be the assignee of the session, and may hold its lock."""

    user_id: int
    assigned: int | None
    held: Lock | None


OUTSIDER = Person(BOB, assigned=ALICE, held=None)
"""An operator, neither assignee nor holder of the lock."""

PEOPLE = {
    "operator": OUTSIDER,
    "operator whose lock has expired": Person(BOB, assigned=ALICE, held=lock(BOB, -SECOND)),
    "operator who is the assignee": Person(BOB, assigned=BOB, held=None),
    "operator who holds the live lock": Person(BOB, assigned=ALICE, held=lock(BOB)),
    "manager": Person(MANAGER, assigned=ALICE, held=None),
    "owner": Person(OWNER, assigned=ALICE, held=None),
}
ENTITLED = ("operator who is the assignee", "operator who holds the live lock", "manager", "owner")
EVERYBODY = tuple(PEOPLE)


def refusal(person: Person, fields: Mapping[str, object], held: Lock | None = None) -> str | None:
    """Name what *person* is refused with when they ask for *fields*; None if they are not."""
    before = session(assigned_to_user_id=person.assigned, lock=held or person.held)
    try:
        edited(before, edit(**fields), circumstances(person.user_id))
    except Forbidden as forbidden:
        return forbidden.code
    return None


@pytest.mark.parametrize("who", EVERYBODY)
def test_every_operator_changes_the_step(who: str) -> None:
    assert refusal(PEOPLE[who], {"current_step": 2}) is None


@pytest.mark.parametrize("who", EVERYBODY)
def test_every_operator_changes_the_connection(who: str) -> None:
    assert refusal(PEOPLE[who], {"provider_connection_id": 102}) is None


@pytest.mark.parametrize("who", EVERYBODY)
def test_every_operator_assigns_themselves(who: str) -> None:
    assert refusal(PEOPLE[who], {"assigned_to_user_id": PEOPLE[who].user_id}) is None


@pytest.mark.parametrize("user_id", [BOB, MANAGER, OWNER], ids=["operator", "manager", "owner"])
def test_every_operator_assigns_themselves_where_nobody_is_assigned(user_id: int) -> None:
    assert refusal(Person(user_id, assigned=None, held=None), {"assigned_to_user_id": user_id}) is None


@pytest.mark.parametrize("user_id", [BOB, MANAGER, OWNER], ids=["operator", "manager", "owner"])
def test_every_operator_unassigns_themselves(user_id: int) -> None:
    assert refusal(Person(user_id, assigned=user_id, held=None), {"assigned_to_user_id": None}) is None


@pytest.mark.parametrize("who", EVERYBODY)
@pytest.mark.parametrize("assignee", [4, None], ids=["assign", "unassign"])
def test_managers_the_assignee_and_the_lock_s_holder_decide_for_others(who: str, assignee: int | None) -> None:
    expected = None if who in ENTITLED else "assignment_forbidden"

    assert refusal(PEOPLE[who], {"assigned_to_user_id": assignee}) == expected


@pytest.mark.parametrize("who", EVERYBODY)
def test_naming_the_assignee_that_is_assigned_already_takes_no_right(who: str) -> None:
    assert refusal(PEOPLE[who], {"assigned_to_user_id": PEOPLE[who].assigned}) is None


def test_unassigning_where_nobody_is_assigned_takes_no_right() -> None:
    assert refusal(Person(BOB, assigned=None, held=None), {"assigned_to_user_id": None}) is None


@pytest.mark.parametrize("who", EVERYBODY)
def test_managers_the_assignee_and_the_lock_s_holder_abandon(who: str) -> None:
    expected = None if who in ENTITLED else "abandon_forbidden"

    assert refusal(PEOPLE[who], {"status": "abandoned"}) == expected


@pytest.mark.parametrize("who", ["operator", "operator who is the assignee", "manager", "owner"])
def test_managers_and_the_assignee_take_over(who: str) -> None:
    expected = None if who in ENTITLED else "takeover_forbidden"

    assert refusal(PEOPLE[who], {"takeover": True}, held=lock(3)) == expected


def test_taking_over_gives_the_rights_of_the_lock_s_holder_to_nobody_who_lacks_the_right_to_take_over() -> None:
    fields = {"takeover": True, "status": SessionStatus.ABANDONED}

    assert refusal(OUTSIDER, fields, held=lock(ALICE)) == "takeover_forbidden"


def test_a_manager_takes_over_and_abandons_in_one_write() -> None:
    fields = {"takeover": True, "status": SessionStatus.ABANDONED}

    assert refusal(PEOPLE["manager"], fields, held=lock(ALICE)) is None


def test_the_assignee_takes_over_and_assigns_another_in_one_write() -> None:
    fields = {"takeover": True, "assigned_to_user_id": MANAGER}

    assert refusal(PEOPLE["operator who is the assignee"], fields, held=lock(ALICE)) is None


@pytest.mark.parametrize(
    ("assignee", "must_be_eligible"), [(ALICE, ALICE), (BOB, BOB), (None, None)], ids=["another", "oneself", "nobody"]
)
def test_the_assignee_s_eligibility_is_checked_when_it_is_saved(
    assignee: int | None, must_be_eligible: int | None
) -> None:
    before = session(assigned_to_user_id=MANAGER, lock=lock(BOB))

    change = edited(before, edit(assigned_to_user_id=assignee), circumstances(BOB))

    assert change.assignee_must_be_eligible == must_be_eligible
