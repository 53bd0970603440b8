"""What the body of a PATCH may be: absent and null are two things, and a typo is never ignored."""

import json
from datetime import datetime, timedelta

import pytest
from pydantic import ValidationError

from onboarding.domain.catalogue import Step
from onboarding.domain.editing import LONGEST_NOTE, Edit, End
from onboarding.domain.model import LARGEST_ID
from tests.unit.samples import (
    ALICE,
    BOB,
    CONNECTION,
    MILLISECOND,
    NOW,
    OTHER_CONNECTION,
    access,
    edit,
    session,
)

INTEGER = "Input should be a valid integer"
STEP = "Input should be 1, 2, 3, 4 or 5"


def errors(body: str) -> list[tuple[str, str]]:
    """Say which fields of *body* are refused, and why."""
    with pytest.raises(ValidationError) as refused:
        Edit.model_validate_json(body)
    return [(".".join(map(str, each["loc"])), each["msg"]) for each in refused.value.errors()]


def test_an_empty_object_is_the_heartbeat() -> None:
    assert edit().is_heartbeat
    assert edit() == Edit()


@pytest.mark.parametrize(
    "fields",
    [
        {"takeover": None},
        {"takeover": False},
        {"assigned_to_user_id": None},
        {"current_step": 1},
        {"note": None},
        {"waiting_until": None},
    ],
    ids=["takeover null", "takeover false", "assignee null", "step", "note null", "waiting until null"],
)
def test_any_field_at_all_makes_it_more_than_a_heartbeat(fields: dict[str, object]) -> None:
    assert not edit(**fields).is_heartbeat


def test_an_absent_assignee_leaves_and_a_null_one_unassigns() -> None:
    assert not edit(current_step=2).assigns
    assert edit(assigned_to_user_id=None).assigns
    assert edit(assigned_to_user_id=BOB).assigns


def test_a_takeover_of_null_means_false() -> None:
    assert not edit(takeover=None).takeover


@pytest.mark.parametrize("field", ["current_step", "provider_connection_id", "status"])
def test_null_is_refused_where_it_means_nothing(field: str) -> None:
    assert errors(f'{{"{field}": null}}') == [(field, "Value error, must not be null")]


def test_an_unknown_field_is_refused() -> None:
    assert errors('{"curent_step": 2}') == [("curent_step", "Extra inputs are not permitted")]


@pytest.mark.parametrize("field", ["id", "version", "locked_by_user_id", "locked_until", "tenant_id", "created_at"])
def test_what_is_shown_of_a_session_is_not_thereby_editable(field: str) -> None:
    assert errors(f'{{"{field}": 1}}') == [(field, "Extra inputs are not permitted")]


@pytest.mark.parametrize("body", ["[]", "null", "1", '"{}"', "true"])
def test_json_that_is_no_object_is_refused(body: str) -> None:
    assert errors(body) == [("", "Input should be an object")]


@pytest.mark.parametrize("body", ["", " ", "{", "{'current_step': 2}", '{"current_step": 2,}', "\x00"], ids=repr)
def test_what_is_no_json_is_refused(body: str) -> None:
    ((field, message),) = errors(body)

    assert field == ""
    assert message.startswith("Invalid JSON")


@pytest.mark.parametrize("given", ["0", "6", "-1", "2.0", "1e0", '"2"', "true", "[2]"])
def test_a_step_is_an_integer_from_1_to_5(given: str) -> None:
    assert errors(f'{{"current_step": {given}}}') == [("current_step", STEP)]


@pytest.mark.parametrize("step", Step)
def test_all_five_steps_can_be_asked_for(step: Step) -> None:
    assert edit(current_step=step).current_step is step


@pytest.mark.parametrize("field", ["assigned_to_user_id", "provider_connection_id"])
@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("0", "Input should be greater than or equal to 1"),
        ("-1", "Input should be greater than or equal to 1"),
        (str(LARGEST_ID + 1), f"Input should be less than or equal to {LARGEST_ID}"),
        ("3.0", INTEGER),
        ("NaN", INTEGER),
        ('"3"', INTEGER),
        ("true", INTEGER),
        ("{}", INTEGER),
    ],
)
def test_an_id_is_an_integer_from_1_to_2_to_the_53_less_1(field: str, given: str, message: str) -> None:
    assert errors(f'{{"{field}": {given}}}') == [(field, message)]


def test_the_largest_id_can_be_named() -> None:
    assert edit(assigned_to_user_id=LARGEST_ID).assigned_to_user_id == LARGEST_ID


@pytest.mark.parametrize("given", ["1", "0", '"true"', "[]"])
def test_a_takeover_is_true_or_false(given: str) -> None:
    assert errors(f'{{"takeover": {given}}}') == [("takeover", "Input should be a valid boolean")]


@pytest.mark.parametrize("given", ['"draft"', '"in_progress"', '"Completed"', '""', "1", "true"])
def test_a_caller_can_only_complete_or_abandon(given: str) -> None:
    assert errors(f'{{"status": {given}}}') == [("status", "Input should be 'completed' or 'abandoned'")]


@pytest.mark.parametrize("end", End)
def test_a_session_can_be_ended_in_a_takeover(end: End) -> None:
    assert edit(status=end, takeover=True).status is end


@pytest.mark.parametrize(
    "also",
    ['"current_step": 5', '"assigned_to_user_id": null', f'"provider_connection_id": {CONNECTION}', '"note": null'],
)
def test_an_end_comes_with_no_other_change(also: str) -> None:
    assert errors(f'{{"status": "completed", {also}}}') == [
        ("", "Value error, status can only be changed together with takeover")
    ]


# ── What the people of a session tell each other ─────────────────────────────────────────────────────────────────────

NOTED = session(note="Calls back on Monday.", waiting_until=NOW)


def test_an_absent_note_leaves_and_a_null_one_takes_it_away() -> None:
    assert edit(current_step=2).note_in(NOTED) == NOTED.note
    assert edit(note=None).note_in(NOTED) is None
    assert edit(note="Their admin is back.").note_in(NOTED) == "Their admin is back."


def test_an_absent_moment_leaves_and_a_null_one_takes_it_away() -> None:
    later = NOW + timedelta(days=3)

    assert edit(current_step=2).waiting_until_in(NOTED) == NOTED.waiting_until
    assert edit(waiting_until=None).waiting_until_in(NOTED) is None
    assert edit(waiting_until=later.isoformat()).waiting_until_in(NOTED) == later


@pytest.mark.parametrize("blank", ["", " ", "\n\t "], ids=repr)
def test_a_blank_note_is_none(blank: str) -> None:
    written = edit(note=blank)

    assert written.note is None
    assert not written.is_heartbeat
    assert written.note_in(NOTED) is None


def test_a_note_is_kept_without_the_blanks_around_it() -> None:
    assert edit(note="  Two lines:\nboth kept. \n").note == "Two lines:\nboth kept."


@pytest.mark.parametrize("character", ["a", "ß", "\N{GRINNING FACE}"])
def test_a_note_has_at_most_500_characters(character: str) -> None:
    assert edit(note=character * LONGEST_NOTE).note == character * 500
    assert errors(f'{{"note": "{character * 501}"}}') == [("note", "String should have at most 500 characters")]


@pytest.mark.parametrize("given", ["1", "true", "[]", "{}"])
def test_a_note_is_text(given: str) -> None:
    assert errors(f'{{"note": {given}}}') == [("note", "Input should be a valid string")]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("2026-03-02T09:30:00Z", NOW),
        ("2026-03-02T10:30:00+01:00", NOW),
        ("2026-03-02T09:30:00.0009Z", NOW),
        ("2026-03-02T09:30:00.001999Z", NOW + MILLISECOND),
    ],
)
def test_a_moment_is_kept_in_utc_and_whole_milliseconds(given: str, kept: datetime) -> None:
    read = edit(waiting_until=given).waiting_until

    assert read == kept
    assert read is not None
    assert read.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    "given",
    [
        '"2026-03-02T09:30:00"',
        '"2026-03-02"',
        '"Monday"',
        '""',
        "1772443800",
        "true",
        '"0001-01-01T00:00:00+14:00"',
        '"9999-12-31T23:59:59-14:00"',
        '"2026-02-30T09:30:00Z"',
        '"2026-03-02T24:00:01Z"',
    ],
)
def test_a_moment_has_an_offset_and_is_in_utc_s_calendar(given: str) -> None:
    ((field, _),) = errors(f'{{"waiting_until": {given}}}')

    assert field == "waiting_until"


@pytest.mark.parametrize(
    "given",
    [
        *(
            "1700000000",
            "1700000000000",
            "-1",
            "2027",
            "1e9",
            "1700000000.5",
            "\N{ARABIC-INDIC DIGIT TWO}\N{ARABIC-INDIC DIGIT ZERO}\N{ARABIC-INDIC DIGIT TWO}7",
        ),
        *("2026-03-02 09:30:00Z", "2026-03-02T09:30Z", "20260302T093000Z", "2026-03-02T09:30:00+0100"),
        *(" 2026-03-02T09:30:00Z", "2026-03-02T09:30:00Z\n", "2026-W10-1T09:30:00Z", "2026-03-02T09:30:00.Z"),
    ],
)
def test_a_moment_is_written_as_rfc_3339_has_it_and_digits_are_none(given: str) -> None:
    assert errors(json.dumps({"waiting_until": given})) == [
        ("waiting_until", "Value error, must be a moment as RFC 3339 writes it, as in 2027-01-31T00:00:00Z")
    ]


@pytest.mark.parametrize("given", ["2026-03-02t09:30:00z", "2026-03-02T09:30:00-00:00", "2026-03-02T09:30:00.000Z"])
def test_all_that_rfc_3339_has_is_a_moment(given: str) -> None:
    assert edit(waiting_until=given).waiting_until == NOW


def test_every_wrong_field_is_named_at_once() -> None:
    assert dict(errors('{"current_step": 9, "takeover": 1, "colour": "red"}')) == {
        "current_step": STEP,
        "takeover": "Input should be a valid boolean",
        "colour": "Extra inputs are not permitted",
    }


@pytest.mark.parametrize(
    ("fields", "at", "needs"),
    [
        ({"current_step": 3}, 2, True),
        ({"current_step": 2}, 2, False),
        ({"current_step": 1}, 2, False),
        ({"assigned_to_user_id": ALICE}, 2, False),
        ({"status": "completed"}, 5, True),
        ({"status": "abandoned"}, 5, False),
        ({"provider_connection_id": OTHER_CONNECTION}, 5, False),
        ({"provider_connection_id": OTHER_CONNECTION, "current_step": 3}, 4, True),
        ({"provider_connection_id": CONNECTION, "current_step": 3}, 4, False),
    ],
    ids=[
        "a step ahead",
        "the same step",
        "a step back",
        "an assignment",
        "completing",
        "abandoning",
        "another connection",
        "another connection, beyond the consent that it is put back to",
        "the same connection",
    ],
)
def test_findings_are_needed_only_to_go_forwards(fields: dict[str, object], at: int, *, needs: bool) -> None:
    assert edit(**fields).goes_forward_from(session(current_step=Step(at)), access(ALICE).tenant) is needs
