"""Of several reasons to refuse an edit the caller is told the first: lock and rights, version, what is named, gates."""

from collections.abc import Mapping

import pytest

from onboarding.domain.catalogue import Step
from onboarding.domain.editing import check_version, edited
from onboarding.domain.session import NO_SESSION_ETAG, Session
from onboarding.errors import Refusal, Stale
from tests.unit.samples import ALICE, BOB, LENGTH, MANAGER, NOW, SECOND, circumstances, edit, lock, session

FREE = session()
LOCKED = session(lock=lock(ALICE))
OLD = '"7000.3.0"'
UNKNOWN = {"provider_connection_id": 999}
TOO_FAR = {"current_step": 5}


def refusal(before: Session, user_id: int, fields: Mapping[str, object], if_match: str | None) -> tuple[str, str]:
    """Tell by which kind and code an edit is refused, where no task was ever run."""
    with pytest.raises(Refusal) as refused:
        edited(before, edit(**fields), circumstances(user_id, if_match=if_match, findings={}))
    return type(refused.value).__name__, refused.value.code


@pytest.mark.parametrize(
    ("before", "user_id", "fields", "expected"),
    [
        (LOCKED, MANAGER, {**UNKNOWN, **TOO_FAR}, ("Conflict", "session_locked")),
        (LOCKED, BOB, {"assigned_to_user_id": MANAGER, **TOO_FAR}, ("Conflict", "session_locked")),
        (LOCKED, BOB, {"status": "abandoned"}, ("Conflict", "session_locked")),
        (LOCKED, BOB, {"takeover": True, **UNKNOWN, **TOO_FAR}, ("Forbidden", "takeover_forbidden")),
        (FREE, BOB, {"assigned_to_user_id": MANAGER, **UNKNOWN, **TOO_FAR}, ("Forbidden", "assignment_forbidden")),
        (FREE, BOB, {"status": "abandoned"}, ("Forbidden", "abandon_forbidden")),
        (FREE, ALICE, {**UNKNOWN, **TOO_FAR}, ("Stale", "version_stale")),
        (LOCKED, ALICE, {}, ("Stale", "version_stale")),
        (FREE, ALICE, {}, ("Conflict", "lock_lost")),
    ],
    ids=[
        "locked, stale, unknown, gates",
        "locked, no right to assign, stale, gates",
        "locked, no right to abandon, stale",
        "no right to take over, stale, unknown, gates",
        "no right to assign, stale, unknown, gates",
        "no right to abandon, stale",
        "stale, unknown, gates",
        "stale heartbeat",
        "lost lock, stale heartbeat",
    ],
)
def test_lock_and_rights_come_before_the_version(
    before: Session, user_id: int, fields: Mapping[str, object], expected: tuple[str, str]
) -> None:
    assert refusal(before, user_id, fields, OLD) == expected


def test_what_is_named_comes_before_the_gates() -> None:
    assert refusal(FREE, ALICE, {**UNKNOWN, **TOO_FAR}, None) == ("Unacceptable", "connection_unknown")


def test_the_gates_come_last() -> None:
    assert refusal(FREE, ALICE, TOO_FAR, None) == ("Conflict", "step_prerequisites_unmet")


def test_a_stale_edit_is_shown_the_session_as_it_is() -> None:
    with pytest.raises(Stale) as refused:
        check_version(FREE, OLD)

    assert refused.value.fields == {"session": FREE}


@pytest.mark.parametrize(
    "if_match",
    [
        None,
        "*",
        " * ",
        '"7000.4.0"',
        '"7000.4.1772444700000"',
        ' "7000.4.0" ',
        '"7000.3.0", "7000.4.0"',
        '"7000.4.0","7000.5.0"',
    ],
    ids=["absent", "any", "any, spaced", "exact", "lock renewed since", "spaced", "one of two", "without a space"],
)
def test_if_match_lets_the_current_version_through(if_match: str | None) -> None:
    check_version(FREE, if_match)


@pytest.mark.parametrize(
    "if_match",
    [
        "",
        OLD,
        '"7000.5.0"',
        '"7000.40.0"',
        '"70000.4.0"',
        '"7001.4.0"',
        "7000.4.0",
        'W/"7000.4.0"',
        '"7000.4"',
        '"17000.4.0"',
        NO_SESSION_ETAG,
        '"7000.3.0", "7000.5.0"',
        "nonsense",
    ],
    ids=[
        "empty",
        "older",
        "newer",
        "longer version",
        "longer id",
        "another session",
        "no quotes",
        "weak, and If-Match compares strongly",
        "no lock",
        "another session that ends alike",
        "no session",
        "neither of two",
        "nonsense",
    ],
)
def test_if_match_refuses_every_other_tag(if_match: str) -> None:
    with pytest.raises(Stale) as refused:
        check_version(FREE, if_match)

    assert refused.value.code == "version_stale"


def test_the_tag_names_session_version_and_the_shown_end_of_the_lock() -> None:
    assert session(lock=lock(ALICE)).etag(NOW) == f'"7000.4.{int((NOW + LENGTH).timestamp()) * 1000}"'


@pytest.mark.parametrize("held", [None, lock(ALICE, 0 * SECOND), lock(ALICE, -SECOND)], ids=["none", "ends", "ended"])
def test_the_tag_shows_an_expired_lock_as_none(held: object) -> None:
    assert session(lock=held).etag(NOW) == '"7000.4.0"'


def test_a_tag_that_was_given_out_passes_until_the_version_changes() -> None:
    before = session(lock=lock(ALICE), current_step=Step.CONSENT)
    after = edited(before, edit(current_step=1), circumstances(ALICE, if_match=before.etag(NOW))).after

    check_version(after, after.etag(NOW))
    with pytest.raises(Stale):
        check_version(after, before.etag(NOW))
