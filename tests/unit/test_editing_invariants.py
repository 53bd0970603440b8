"""What holds of every edit, whoever asks for whatever in whatever state: found out by trying at random.

All of it is judged of the same tries; the function that fails says in its name what does not hold.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from hypothesis import example, given, settings
from hypothesis import strategies as st

from onboarding.domain import lock as locks
from onboarding.domain.access import Role
from onboarding.domain.audit import Act
from onboarding.domain.board import RecordedFinding
from onboarding.domain.catalogue import Step, Task
from onboarding.domain.editing import edited, resumed, vacated
from onboarding.domain.finding import FindingStatus
from onboarding.domain.lock import Lock
from onboarding.domain.reasons import ReasonCode
from onboarding.domain.session import Change, Session, SessionStatus
from onboarding.domain.steps import unmet_between, unmet_to_complete
from onboarding.errors import Conflict, Refusal, Stale
from tests.unit.samples import (
    ALICE,
    BOB,
    CONNECTION,
    ENTRY,
    LENGTH,
    MANAGER,
    NOW,
    OTHER_CONNECTION,
    OWNER,
    ROLES,
    caller,
    circumstances,
    edit,
    finding,
    lock,
    session,
)

PEOPLE = (OWNER, MANAGER, ALICE, BOB)
CONNECTIONS = (CONNECTION, OTHER_CONNECTION)

people = st.sampled_from(PEOPLE)
notes = st.sampled_from([None, "Calls back on Monday.", "Their admin is back."])
lefts = st.integers(-60, 900).map(lambda seconds: timedelta(seconds=seconds))


type Outcome = Change | Refusal


class Case(NamedTuple):
    """Somebody asks for something in some state of things."""

    before: Session
    user_id: int
    fields: Mapping[str, Any]
    findings: Mapping[Task, RecordedFinding]

    def decide(self, if_match: str | None = None) -> Outcome:
        """Decide the case: what changes, or why nothing does."""
        by = circumstances(self.user_id, if_match=if_match, findings=self.findings)
        try:
            return edited(self.before, edit(**self.fields), by)
        except Refusal as refusal:
            return refusal

    @property
    def held(self) -> int | None:
        """Who holds the lock, live, before."""
        held = locks.live(self.before.lock, NOW)
        return held.user_id if held else None


@st.composite
def sessions(draw: st.DrawFn) -> Session:
    """Draw an open session."""
    step = draw(st.sampled_from(Step))
    draft = step is Step.CONNECTION and draw(st.booleans())
    return session(
        status=SessionStatus.DRAFT if draft else SessionStatus.IN_PROGRESS,
        current_step=step,
        provider_connection_id=draw(st.sampled_from((*CONNECTIONS, None) if draft else CONNECTIONS)),
        assigned_to_user_id=draw(st.none() | people),
        lock=draw(st.none() | st.builds(lock, people, lefts)),
        note=draw(notes),
        waiting_until=draw(st.none() | st.just(NOW)),
    )


ends = st.fixed_dictionaries(
    {"status": st.sampled_from(["completed", "abandoned"])}, optional={"takeover": st.booleans()}
)
changes = st.fixed_dictionaries(
    {},
    optional={
        "current_step": st.integers(1, 5),
        "assigned_to_user_id": st.none() | people,
        "takeover": st.none() | st.booleans(),
        "provider_connection_id": st.sampled_from(CONNECTIONS),
        "note": notes,
        "waiting_until": st.sampled_from([None, NOW.isoformat()]),
    },
)
outcomes = st.sampled_from(
    [
        (FindingStatus.OK, None),
        (FindingStatus.OK, None),
        (FindingStatus.WARN, ReasonCode.GRAPH_SLOW),
        (FindingStatus.WARN, ReasonCode.CONSENT_PROPAGATING),
        (FindingStatus.FAIL, ReasonCode.PERMISSION_MISSING),
        (FindingStatus.UNKNOWN, ReasonCode.RUN_FAILED),
    ]
)


@st.composite
def boards(draw: st.DrawFn) -> dict[Task, RecordedFinding]:
    """Draw what a board says: mostly good things, else few sessions would ever get anywhere."""
    connection_id = draw(st.sampled_from(CONNECTIONS))
    board = {task: finding(task, connection_id=connection_id) for task in Task}
    for task in draw(st.sets(st.sampled_from(Task), max_size=2)):
        status, reason = draw(outcomes)
        age = timedelta(hours=draw(st.integers(0, 48)))
        board[task] = finding(task, status, reason, connection_id=connection_id, recorded_at=NOW - age)
    return board


cases = st.builds(Case, sessions(), people, changes | ends, boards())


# ── Of every edit ────────────────────────────────────────────────────────────────────────────────────────────────────


def a_live_lock_of_another_never_yields_a_write_without_a_takeover(case: Case, outcome: Outcome) -> None:
    if case.held not in {None, case.user_id} and not case.fields.get("takeover"):
        assert isinstance(outcome, Conflict)
        assert outcome.code == ("session_locked" if case.fields else "lock_lost")


def only_a_manager_or_the_assignee_ever_takes_over(case: Case, outcome: Outcome) -> None:
    if isinstance(outcome, Change) and case.held not in {None, case.user_id}:
        assert ROLES[case.user_id].covers(Role.MANAGER) or case.before.assigned_to_user_id == case.user_id
        [taken] = [each for each in outcome.entries if each.act is Act.SESSION_TAKEN_OVER]
        assert (taken.by_user_id, taken.details.from_user_id) == (case.user_id, case.held)


def whoever_writes_holds_the_lock_afterwards_unless_they_gave_it_away(case: Case, outcome: Outcome) -> None:
    if isinstance(outcome, Change):
        after = outcome.after
        handed_off = "assigned_to_user_id" in case.fields and after.assigned_to_user_id not in {None, case.user_id}
        gave_it_away = outcome.closes or handed_off
        assert gave_it_away is (after.lock is None)
        assert after.lock is None or after.lock.is_held_by(case.user_id, NOW)


def whoever_lost_the_lock_to_another_cannot_write(case: Case, outcome: Outcome) -> None:
    if isinstance(outcome, Change) and outcome.after.lock:
        for loser in set(PEOPLE) - {case.user_id}:
            for fields in ({}, {"current_step": 1}, {"assigned_to_user_id": loser}, {"status": "abandoned"}):
                assert isinstance(Case(outcome.after, loser, fields, case.findings).decide(), Conflict)


def a_lock_is_never_shortened(case: Case, outcome: Outcome) -> None:
    if isinstance(outcome, Change) and case.held == case.user_id and case.before.lock and outcome.after.lock:
        assert outcome.after.lock.until >= case.before.lock.until


def the_version_counts_every_change_but_a_renewal_and_never_decreases(case: Case, outcome: Outcome) -> None:
    if isinstance(outcome, Change):
        before, after = case.before, outcome.after
        renewal = case.held == case.user_id and after == before.model_copy(update={"lock": after.lock})
        uncounted = renewal or after == before
        counted = (before.version, before.updated_at) if uncounted else (before.version + 1, NOW)
        assert (after.version, after.updated_at) == counted


def a_session_stays_itself_and_is_never_a_draft_again(case: Case, outcome: Outcome) -> None:
    if isinstance(outcome, Change):
        before, after = case.before, outcome.after
        same = {"id", "tenant_id", "created_at"}
        assert after.model_dump(include=same) == before.model_dump(include=same)
        if after.status is SessionStatus.DRAFT:
            assert (before.status, after.current_step) == (SessionStatus.DRAFT, Step.CONNECTION)
        assert outcome.closes is (after.status in {SessionStatus.COMPLETED, SessionStatus.ABANDONED})


def a_note_is_as_it_was_asked_for_and_that_it_changed_is_told(case: Case, outcome: Outcome) -> None:
    if isinstance(outcome, Change):
        before, after = case.before, outcome.after
        until = {None: None, NOW.isoformat(): NOW}
        assert after.note == case.fields.get("note", before.note)
        asked = "waiting_until" in case.fields
        assert after.waiting_until == (until[case.fields["waiting_until"]] if asked else before.waiting_until)
        changed = (after.note, after.waiting_until) != (before.note, before.waiting_until)
        assert [each.act for each in outcome.entries].count(Act.SESSION_NOTED) == changed


def nobody_comes_past_a_gate_that_is_not_met(case: Case, outcome: Outcome) -> None:
    if isinstance(outcome, Change):
        before, after = case.before, outcome.after
        reconnected = after.provider_connection_id != before.provider_connection_id
        start = min(before.current_step, Step.CONSENT) if reconnected else before.current_step
        assert unmet_between(start, after.current_step, after.provider_connection_id, case.findings) == ()


def nothing_is_completed_but_at_step_5_on_fresh_findings_that_are_all_good(case: Case, outcome: Outcome) -> None:
    if isinstance(outcome, Change) and outcome.after.status is SessionStatus.COMPLETED:
        assert case.before.current_step is Step.REVIEW
        assert unmet_to_complete(case.before.provider_connection_id, case.findings, NOW) == ()
        assert outcome.after.completion is not None
        assert set(outcome.after.completion.evidence_ids) == {each.evidence_id for each in case.findings.values()}


def an_edit_of_another_version_writes_nothing(case: Case, _outcome: Outcome) -> None:
    older = case.before.model_copy(update={"version": case.before.version - 1})

    assert isinstance(case.decide(if_match=older.etag(NOW)), Refusal)


def the_version_that_was_read_is_never_stale(case: Case, outcome: Outcome) -> None:
    conditional = case.decide(if_match=case.before.etag(NOW))

    assert not isinstance(conditional, Stale)
    assert isinstance(outcome, Refusal) or conditional == outcome


INVARIANTS: tuple[Callable[[Case, Outcome], None], ...] = (
    a_live_lock_of_another_never_yields_a_write_without_a_takeover,
    only_a_manager_or_the_assignee_ever_takes_over,
    whoever_writes_holds_the_lock_afterwards_unless_they_gave_it_away,
    whoever_lost_the_lock_to_another_cannot_write,
    a_lock_is_never_shortened,
    the_version_counts_every_change_but_a_renewal_and_never_decreases,
    a_session_stays_itself_and_is_never_a_draft_again,
    a_note_is_as_it_was_asked_for_and_that_it_changed_is_told,
    nobody_comes_past_a_gate_that_is_not_met,
    nothing_is_completed_but_at_step_5_on_fresh_findings_that_are_all_good,
    an_edit_of_another_version_writes_nothing,
    the_version_that_was_read_is_never_stale,
)


@settings(max_examples=60)
@given(cases)
def test_every_invariant_holds_of_every_edit(case: Case) -> None:
    outcome = case.decide()

    for holds in INVARIANTS:
        holds(case, outcome)


# ── Of everything else that changes a session ────────────────────────────────────────────────────────────────────────


@settings(max_examples=40)
@given(sessions(), people)
def test_resuming_never_takes_a_lock_from_anybody(before: Session, user_id: int) -> None:
    change = resumed(before, user_id, LENGTH, NOW)

    held = locks.live(before.lock, NOW)
    assert change.after.lock is not None
    assert change.after.lock.user_id == (held.user_id if held else user_id)
    assert change.is_nothing or change.after.lock.is_held_by(user_id, NOW)
    assert change.after.version == before.version + (held is None)


@settings(max_examples=40)
@given(sessions(), people)
def test_who_has_left_has_neither_lock_nor_assignment(before: Session, leaver: int) -> None:
    change = vacated(before, leaver, caller(MANAGER), ENTRY, NOW)

    after = change.after if change else before
    assert after.assigned_to_user_id != leaver
    assert after.lock is None or after.lock.user_id != leaver
    assert change is None or after.version == before.version + 1


@example(datetime(2038, 1, 19, 4, 0), 614)  # noqa: DTZ001 - made aware below
@settings(max_examples=40)
@given(st.datetimes(datetime(2026, 3, 3), datetime(2094, 1, 1)), st.integers(0, 999))  # noqa: DTZ001 - made aware below
def test_the_tag_tells_locks_apart_to_the_millisecond(drawn: datetime, milliseconds: int) -> None:
    until = drawn.replace(microsecond=milliseconds * 1000, tzinfo=UTC)

    tag = session(lock=Lock(user_id=ALICE, until=until)).etag(NOW)

    assert tag.endswith(f'{milliseconds:03d}"')
