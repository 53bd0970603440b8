"""Who acts next: told from the gates that keep a session where it is, and from nothing else."""

from datetime import timedelta

import pytest

from onboarding.domain.access import Access
from onboarding.domain.acting import ActsNext, acts_next, party_of, tasks_that_tell
from onboarding.domain.board import Board, RecordedFinding
from onboarding.domain.catalogue import REQUIRED, Step, Task, tasks_to_leave
from onboarding.domain.finding import FindingStatus
from onboarding.domain.guard import Guard
from onboarding.domain.reasons import REASONS, Party, ReasonCode
from onboarding.domain.session import SessionStatus
from onboarding.domain.steps import Unmet
from tests.unit.samples import ALICE, CONNECTION, NOW, OTHER_CONNECTION, access, active, finding, good, session

FAIL, WARN, UNKNOWN = FindingStatus.FAIL, FindingStatus.WARN, FindingStatus.UNKNOWN

ACTS: dict[ReasonCode, Party] = {
    ReasonCode.APP_NOT_IN_TENANT: Party.CUSTOMER,
    ReasonCode.CONSENT_MISSING: Party.CUSTOMER,
    ReasonCode.CONSENT_DECLINED: Party.US,
    ReasonCode.APP_DISABLED: Party.CUSTOMER,
    ReasonCode.CREDENTIAL_INVALID: Party.US,
    ReasonCode.CREDENTIAL_EXPIRED: Party.US,
    ReasonCode.CERTIFICATE_REJECTED: Party.US,
    ReasonCode.FEDERATION_NOT_TRUSTED: Party.US,
    ReasonCode.TENANT_NOT_FOUND: Party.US,
    ReasonCode.WRONG_CLOUD: Party.US,
    ReasonCode.RESOURCE_NOT_IN_TENANT: Party.CUSTOMER,
    ReasonCode.BLOCKED_BY_CONDITIONAL_ACCESS: Party.CUSTOMER,
    ReasonCode.TOKEN_THROTTLED: Party.MICROSOFT,
    ReasonCode.AUTH_FAILED_OTHER: Party.US,
    ReasonCode.INTUNE_NOT_PROVISIONED: Party.CUSTOMER,
    ReasonCode.TOKEN_REJECTED: Party.MICROSOFT,
    ReasonCode.PERMISSION_MISSING: Party.CUSTOMER,
    ReasonCode.RESOURCE_MISSING: Party.US,
    ReasonCode.GRAPH_THROTTLED: Party.MICROSOFT,
    ReasonCode.GRAPH_UNAVAILABLE: Party.MICROSOFT,
    ReasonCode.PERMISSION_OPTIONAL_MISSING: Party.US,
    ReasonCode.PERMISSION_EXCESS: Party.CUSTOMER,
    ReasonCode.CONSENT_PROPAGATING: Party.MICROSOFT,
    ReasonCode.WRONG_TENANT: Party.US,
    ReasonCode.GRAPH_SLOW: Party.MICROSOFT,
    ReasonCode.CREDENTIAL_EXPIRING: Party.US,
    ReasonCode.LICENSE_MISSING: Party.CUSTOMER,
    ReasonCode.LICENSE_WARNING: Party.CUSTOMER,
    ReasonCode.LICENSE_SUSPENDED: Party.CUSTOMER,
    ReasonCode.INTUNE_PENDING: Party.MICROSOFT,
    ReasonCode.INTUNE_WARNING: Party.CUSTOMER,
    ReasonCode.INTUNE_DISABLED: Party.CUSTOMER,
    ReasonCode.INTUNE_UNKNOWN: Party.US,
    ReasonCode.ROLE_MISSING: Party.CUSTOMER,
    ReasonCode.ROLE_EXCESS: Party.CUSTOMER,
    ReasonCode.SYNC_PARTIAL: Party.US,
    ReasonCode.SYNC_FAILED: Party.US,
    ReasonCode.NEVER_RUN: Party.US,
    ReasonCode.CONNECTION_CHANGED: Party.US,
    ReasonCode.CONNECTION_MISSING: Party.US,
    ReasonCode.RUN_FAILED: Party.US,
    ReasonCode.RUN_TIMED_OUT: Party.US,
}
"""Written down once more, by whoever read the remedies: a reason that comes or changes hands is looked at twice."""


def at(step: Step, **others: object) -> Access:
    """Make Alice's access to a tenant whose open session is at *step*."""
    status = SessionStatus.DRAFT if step is Step.CONNECTION else SessionStatus.IN_PROGRESS
    return access(ALICE, current=session(current_step=step, status=status, **others))


def board(*worse: RecordedFinding, under_way: tuple[Task, ...] = ()) -> Board:
    """Make a board on which all is well but for what is *worse*, with runs of *under_way* active."""
    return Board(Guard(active={task: active() for task in under_way}), good(*worse))


def told(*gates: Unmet, by: Party) -> ActsNext:
    """Make the answer that it is *by* somebody because of *gates*."""
    return ActsNext(by, gates)


# ── Every reason ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_everybody_s_part_is_as_written_down() -> None:
    assert {code: reason.acts for code, reason in REASONS.items()} == ACTS
    assert Party.NOBODY not in ACTS.values()


@pytest.mark.parametrize("code", ReasonCode)
def test_a_session_kept_by_one_reason_waits_for_whom_the_reason_names(code: ReasonCode) -> None:
    kept = finding(Task.CONSENT_STATUS, FAIL, code)

    acts = acts_next(at(Step.CONSENT), board(kept), NOW)

    assert acts == told(Unmet(Task.CONSENT_STATUS, FAIL, code), by=ACTS[code])


@pytest.mark.parametrize("code", ReasonCode)
def test_while_a_task_is_under_way_nothing_about_it_is_left_for_us(code: ReasonCode) -> None:
    gate, guard = Unmet(Task.CONSENT_STATUS, FAIL, code), Guard(active={Task.CONSENT_STATUS: active()})

    assert party_of(gate, guard) == (Party.NOBODY if ACTS[code] is Party.US else ACTS[code])


# ── Which gates tell ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("step", Step)
def test_a_session_that_can_go_on_waits_for_us(step: Step) -> None:
    assert acts_next(at(step), board(), NOW) == told(by=Party.US)


def test_a_session_that_can_go_on_waits_for_us_though_something_is_looked_at_again() -> None:
    assert acts_next(at(Step.CONSENT), board(under_way=(Task.CONSENT_STATUS,)), NOW) == told(by=Party.US)


def test_a_session_without_a_connection_waits_for_us() -> None:
    without = at(Step.CONNECTION, provider_connection_id=None)

    acts = acts_next(without, board(), NOW)

    assert acts == told(Unmet(None, UNKNOWN, ReasonCode.CONNECTION_MISSING), by=Party.US)


def test_what_was_never_looked_at_waits_for_us_and_once_it_is_for_nobody() -> None:
    never_run = Unmet(Task.INITIAL_SYNC, UNKNOWN, ReasonCode.NEVER_RUN)
    syncing = Guard(active={Task.INITIAL_SYNC: active()}, exclusive_run=500)

    assert acts_next(at(Step.INITIAL_SYNC), Board(Guard(), {}), NOW) == told(never_run, by=Party.US)
    assert acts_next(at(Step.INITIAL_SYNC), Board(syncing, {}), NOW) == told(never_run, by=Party.NOBODY)


def test_what_was_found_over_another_connection_waits_for_us() -> None:
    others = Board(Guard(), good(connection_id=OTHER_CONNECTION))

    acts = acts_next(at(Step.CONSENT), others, NOW)

    assert acts == told(Unmet(Task.CONSENT_STATUS, UNKNOWN, ReasonCode.CONNECTION_CHANGED), by=Party.US)


@pytest.mark.parametrize(
    ("status", "code"),
    [(WARN, ReasonCode.PERMISSION_EXCESS), (WARN, ReasonCode.LICENSE_WARNING), (WARN, ReasonCode.GRAPH_SLOW)],
)
def test_a_warning_that_keeps_nothing_tells_nothing(status: FindingStatus, code: ReasonCode) -> None:
    warned = finding(Task.VERIFY_PERMISSIONS, status, code)

    assert acts_next(at(Step.VERIFICATION), board(warned), NOW) == told(by=Party.US)


def test_a_consent_that_is_still_propagating_waits_for_microsoft() -> None:
    propagating = finding(Task.CONSENT_STATUS, WARN, ReasonCode.CONSENT_PROPAGATING)

    acts = acts_next(at(Step.CONSENT), board(propagating), NOW)

    assert acts == told(Unmet(Task.CONSENT_STATUS, WARN, ReasonCode.CONSENT_PROPAGATING), by=Party.MICROSOFT)


def test_what_keeps_another_step_tells_nothing_of_this_one() -> None:
    elsewhere = (
        finding(Task.CONSENT_STATUS, FAIL, ReasonCode.CONSENT_MISSING),
        finding(Task.INITIAL_SYNC, UNKNOWN, ReasonCode.GRAPH_UNAVAILABLE),
    )

    assert acts_next(at(Step.VERIFICATION), board(*elsewhere), NOW) == told(by=Party.US)


def test_in_review_every_gate_tells_and_so_does_what_grew_old() -> None:
    old = finding(Task.LICENSE_CHECK, recorded_at=NOW - timedelta(hours=25))
    missing = finding(Task.CONSENT_STATUS, FAIL, ReasonCode.CONSENT_MISSING)

    acts = acts_next(at(Step.REVIEW), board(old, missing), NOW)

    assert acts == told(
        Unmet(Task.CONSENT_STATUS, FAIL, ReasonCode.CONSENT_MISSING),
        Unmet(Task.LICENSE_CHECK, FindingStatus.OK, None, stale=True),
        by=Party.US,
    )


def test_a_warning_that_grew_old_waits_for_us_whoever_it_names() -> None:
    old = finding(Task.VERIFY_PERMISSIONS, WARN, ReasonCode.PERMISSION_EXCESS, recorded_at=NOW - timedelta(hours=25))

    acts = acts_next(at(Step.REVIEW), board(old), NOW)

    assert acts.party is Party.US


# ── Which of several ─────────────────────────────────────────────────────────────────────────────────────────────────

MINE = finding(Task.CONNECTION_DIAGNOSTICS, FAIL, ReasonCode.CREDENTIAL_EXPIRED)
THEIRS = finding(Task.LICENSE_CHECK, FAIL, ReasonCode.LICENSE_MISSING)
MICROSOFT_S = finding(Task.INTUNE_STATUS, WARN, ReasonCode.CONSENT_PROPAGATING)
PARTIES = [(MINE, Party.US), (THEIRS, Party.CUSTOMER), (MICROSOFT_S, Party.MICROSOFT)]


@pytest.mark.parametrize("first", range(3))
def test_of_several_who_can_do_most_is_told(first: int) -> None:
    kept = PARTIES[first:]

    acts = acts_next(at(Step.VERIFICATION), board(*(each for each, _ in kept)), NOW)

    assert acts.party is kept[0][1]
    assert [gate.task_type for gate in acts.because] == [each.task_type for each, _ in kept]


def test_what_is_being_looked_at_leaves_the_rest_to_tell() -> None:
    acts = acts_next(at(Step.VERIFICATION), board(MINE, THEIRS, under_way=(MINE.task_type,)), NOW)

    assert acts.party is Party.CUSTOMER


# ── Without an open session ──────────────────────────────────────────────────────────────────────────────────────────


def test_nobody_acts_where_no_session_is_open() -> None:
    assert acts_next(access(ALICE, CONNECTION), Board(Guard(), {}), NOW) == told(by=Party.NOBODY)


def test_we_act_where_a_tenant_has_drifted_since() -> None:
    done = access(ALICE, CONNECTION)
    drifted = done._replace(tenant=done.tenant.model_copy(update={"drifted": True}))

    assert acts_next(drifted, Board(Guard(), {}), NOW) == told(by=Party.US)


def test_until_when_it_waits_does_not_change_who_acts() -> None:
    waiting = at(Step.CONSENT, note="Calls back on Monday.", waiting_until=NOW + timedelta(days=3))
    missing = finding(Task.CONSENT_STATUS, FAIL, ReasonCode.CONSENT_MISSING)

    assert acts_next(waiting, board(missing), NOW).party is Party.CUSTOMER


# ── What has to be read ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("step", Step)
def test_the_tasks_that_tell_are_all_that_is_needed(step: Step) -> None:
    everything = board(*(finding(task, FAIL, ReasonCode.PERMISSION_MISSING) for task in Task))
    there = at(step)
    named = tasks_that_tell(there.session)

    some = Board(everything.guard, {task: everything.findings[task] for task in named})

    assert acts_next(there, some, NOW) == acts_next(there, everything, NOW)
    assert named == (REQUIRED if step is Step.REVIEW else tasks_to_leave(step))


def test_without_a_session_no_task_tells() -> None:
    assert tasks_that_tell(None) == ()
