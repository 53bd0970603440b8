"""What events tell of a change, whoever publishes them: each change once, renewals never, nothing that is personal."""

import json
from datetime import timedelta
from typing import Any

import pytest

from docs.event_schemas import TOLD, examples, schema
from onboarding.domain import events
from onboarding.domain.audit import Act
from onboarding.domain.catalogue import Step, Task
from onboarding.domain.events import Happening
from onboarding.domain.finding import FindingStatus
from onboarding.domain.lock import Lock
from onboarding.domain.run import Run, RunFinding, RunStatus
from onboarding.domain.session import Session
from onboarding.event_bus import Envelope
from tests import schemas
from tests.unit.samples import ALICE, BOB, EARLIER, LENGTH, NOW, SECOND, TENANT, session


def changed(before: Session, **others: Any) -> Session:
    """Give what *before* is with its next version."""
    return before.model_copy(update={"version": before.version + 1, "updated_at": NOW, **others})


def held(user_id: int, until: timedelta = LENGTH) -> Lock:
    """Give a user a lock that lives for so long from now."""
    return Lock(user_id=user_id, until=NOW + until)


def names(before: Session | None, after: Session) -> list[str]:
    """Name what is told of a change of a session."""
    return [event.name for event in events.of_session(before, after)]


def test_a_new_session_is_locked_by_who_opened_it() -> None:
    assert names(None, session(lock=held(ALICE), updated_at=NOW)) == ["session_locked"]


def test_another_session_in_the_place_of_a_closed_one_is_a_new_one() -> None:
    before = session(id=1, current_step=Step.REVIEW, lock=held(ALICE))

    assert names(before, session(id=2, lock=held(ALICE), updated_at=NOW)) == ["session_locked"]


@pytest.mark.parametrize("to", [Step.CONNECTION, Step.INITIAL_SYNC], ids=["backwards", "forwards"])
def test_a_step_is_told_of_in_either_direction(to: Step) -> None:
    before = session(current_step=Step.VERIFICATION, lock=held(ALICE))

    [event] = events.of_session(before, changed(before, current_step=to))

    assert event.id == f"{TENANT}-session_stepped-{before.id}.{before.version + 1}"
    told = event.data.model_dump()
    assert (told["from_step"], told["to_step"], told["by_user_id"]) == (Step.VERIFICATION, to, ALICE)


def test_a_step_of_somebody_who_hands_on_names_nobody() -> None:
    before = session(lock=held(ALICE))

    [event] = events.of_session(before, changed(before, current_step=Step.CONSENT, lock=None))

    assert event.data.model_dump()["by_user_id"] is None


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (None, held(ALICE), ["session_locked"]),
        (held(BOB, -SECOND), held(ALICE), ["session_locked"]),
        (held(ALICE, -SECOND), held(ALICE), ["session_locked"]),
        (held(BOB), held(ALICE), ["session_locked"]),
        (held(ALICE), held(ALICE, 2 * LENGTH), []),
        (held(ALICE), None, []),
        (held(ALICE, -SECOND), held(ALICE, -SECOND), []),
    ],
    ids=["free", "expired", "one's own, expired", "taken over", "kept", "given up", "not live"],
)
def test_who_comes_to_hold_the_lock_is_told_of(before: Lock | None, after: Lock | None, told: list[str]) -> None:
    was = session(lock=before)

    assert names(was, changed(was, lock=after)) == told


def test_a_takeover_says_from_whom() -> None:
    was = session(lock=held(BOB))

    [event] = events.of_session(was, changed(was, lock=held(ALICE)))

    assert event.data.model_dump()["from_user_id"] == BOB


def test_a_renewal_is_no_event() -> None:
    was = session(lock=held(ALICE, SECOND))

    assert names(was, was.model_copy(update={"lock": held(ALICE)})) == []


def run(**others: Any) -> Run:
    """Make a run as it was saved."""
    known: dict[str, Any] = {
        "id": 8_000,
        "tenant_id": TENANT,
        "task_type": Task.RBAC_CHECK,
        "connection_id": 101,
        "queued_at": EARLIER,
        "deadline": NOW,
        "outbox_at": EARLIER,
    }
    return Run(**known | others)


FOUND = RunFinding(status=FindingStatus.OK, message="All is well.", evidence_id=8_001)


@pytest.mark.parametrize(
    ("seen", "told"),
    [
        (run(), ["run_started"]),
        (run(sendings=2), []),
        (run(status=RunStatus.RUNNING, claim_id="c", attempts=1), []),
        (run(claim_id="c"), []),
        (
            run(status=RunStatus.SUCCEEDED, claim_id="c", ended_at=NOW, finding=FOUND),
            ["run_ended", "evidence_recorded"],
        ),
        (run(status=RunStatus.TIMED_OUT, ended_at=NOW, finding=FOUND), ["run_ended", "evidence_recorded"]),
        (run(status=RunStatus.CANCELLED, ended_at=NOW), ["run_ended"]),
    ],
    ids=["saved", "sent again", "claimed", "put back", "succeeded", "timed out, unclaimed", "cancelled"],
)
def test_of_a_run_its_start_and_its_end_are_told(seen: Run, told: list[str]) -> None:
    assert [event.name for event in events.of_run(seen)] == told


@pytest.mark.parametrize("user", [None, 1, 2**53 - 1])
def test_evidence_says_whether_anybody_asked_for_it(user: int | None) -> None:
    ended = run(status=RunStatus.SUCCEEDED, claim_id="c", ended_at=NOW, finding=FOUND, started_by_user_id=user)

    [_, recorded] = events.of_run(ended)

    said = recorded.data.model_dump()
    assert (said["started_by_user_id"], said["in_nobodys_name"]) == (user, user is None)


def test_every_kind_of_event_has_its_schema_and_an_example_that_keeps_it() -> None:
    told = [Envelope.of(event).model_dump(mode="json") for event in examples()]

    assert set(TOLD) == set(Happening)
    assert {event.name for event in examples()} == {*Happening, Act.SESSION_TAKEN_OVER}
    assert [list(schemas.events().iter_errors(each)) for each in told] == [[] for _ in told]


@pytest.mark.parametrize(
    "change",
    [
        {"specversion": "0.3"},
        {"source": "somebody-else"},
        {"type": "onboarding.session_stepped.v2"},
        {"id": 7},
        {"time": "yesterday"},
        {"data": {}},
    ],
    ids=lambda change: next(iter(change)),
)
def test_what_is_no_event_of_ours_breaks_the_schema(change: dict[str, Any]) -> None:
    [stepped] = [Envelope.of(each).model_dump(mode="json") for each in examples() if each.name == "session_stepped"]

    assert not schemas.events().is_valid(stepped | change)


def test_what_a_later_version_adds_keeps_the_schema() -> None:
    [stepped] = [Envelope.of(each).model_dump(mode="json") for each in examples() if each.name == "session_stepped"]

    assert schemas.events().is_valid({**stepped, "sequence": "7", "data": {**stepped["data"], "mood": "good"}})


def test_no_event_has_room_for_what_is_personal() -> None:
    written = json.dumps(schema())

    personal = ("source_ip", "message", "name", "email", "payload", "domain")
    assert [word for word in personal if f'"{word}"' in written] == []
