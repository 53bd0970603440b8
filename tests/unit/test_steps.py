"""Every gate between the steps, forwards and backwards."""

from collections.abc import Mapping
from datetime import timedelta
from itertools import product

import pytest

from onboarding.domain.board import RecordedFinding
from onboarding.domain.catalogue import REQUIRED, Step, Task, tasks_to_leave
from onboarding.domain.editing import Circumstances, edited
from onboarding.domain.finding import FindingStatus
from onboarding.domain.reasons import ReasonCode
from onboarding.domain.session import SessionStatus
from onboarding.domain.steps import FRESH, Unmet, is_stale, unmet_between, unmet_to_complete
from onboarding.errors import Conflict
from tests.unit.samples import (
    ALICE,
    CONNECTION,
    MILLISECOND,
    NOW,
    OTHER_CONNECTION,
    access,
    circumstances,
    edit,
    finding,
    good,
    lock,
    session,
)

GATES = {
    Step.CONNECTION: (),
    Step.CONSENT: (Task.CONSENT_STATUS,),
    Step.VERIFICATION: (
        Task.VERIFY_PERMISSIONS,
        Task.CONNECTION_DIAGNOSTICS,
        Task.LICENSE_CHECK,
        Task.INTUNE_STATUS,
        Task.RBAC_CHECK,
    ),
    Step.INITIAL_SYNC: (Task.INITIAL_SYNC,),
    Step.REVIEW: (),
}
NEVER_RUN = [Unmet(task, FindingStatus.UNKNOWN, ReasonCode.NEVER_RUN) for task in REQUIRED]
CONNECTION_MISSING = Unmet(None, FindingStatus.UNKNOWN, ReasonCode.CONNECTION_MISSING)
FORWARDS = [(start, target) for start, target in product(Step, Step) if start < target]
BACKWARDS = [(start, target) for start, target in product(Step, Step) if start >= target]


def step_after(start: Step, target: Step, findings: Mapping[Task, RecordedFinding]) -> Step:
    """Tell at which step a session is once Alice moved it from *start* to *target*."""
    before = session(status=SessionStatus.IN_PROGRESS, current_step=start, lock=lock(ALICE))
    return edited(before, edit(current_step=target), circumstances(ALICE, findings=findings)).after.current_step


def blocking(start: Step, target: Step, findings: Mapping[Task, RecordedFinding]) -> list[dict[str, object]]:
    """Tell what Alice is refused with when she moves a session from *start* to *target*."""
    with pytest.raises(Conflict) as refused:
        step_after(start, target, findings)
    assert refused.value.code == "step_prerequisites_unmet"
    assert set(refused.value.fields) == {"blocking"}
    named: list[dict[str, object]] = refused.value.fields["blocking"]
    return named


@pytest.mark.parametrize("step", Step)
def test_the_tasks_of_each_gate_are_those_of_its_step(step: Step) -> None:
    assert tasks_to_leave(step) == GATES[step]


@pytest.mark.parametrize(("start", "target"), BACKWARDS)
def test_backwards_and_on_the_spot_there_are_no_gates(start: Step, target: Step) -> None:
    assert step_after(start, target, {}) is target


@pytest.mark.parametrize(("start", "target"), FORWARDS)
def test_forwards_every_gate_on_the_way_opens_if_all_is_well(start: Step, target: Step) -> None:
    assert step_after(start, target, good()) is target


@pytest.mark.parametrize(("start", "target"), FORWARDS)
def test_forwards_every_gate_on_the_way_and_no_other_is_judged(start: Step, target: Step) -> None:
    on_the_way = [task for step in Step if start <= step < target for task in GATES[step]]

    unmet = unmet_between(start, target, CONNECTION, {})

    assert unmet == tuple(Unmet(task, FindingStatus.UNKNOWN, ReasonCode.NEVER_RUN) for task in on_the_way)


@pytest.mark.parametrize("task", REQUIRED)
@pytest.mark.parametrize("status", [FindingStatus.OK, FindingStatus.WARN])
def test_what_is_ok_or_a_warning_opens_its_gate(task: Task, status: FindingStatus) -> None:
    step = task.spec.step
    reason = ReasonCode.GRAPH_SLOW if status is FindingStatus.WARN else None

    assert step_after(step, Step(step + 1), good(finding(task, status, reason))) == step + 1


@pytest.mark.parametrize("task", REQUIRED)
@pytest.mark.parametrize("status", [FindingStatus.FAIL, FindingStatus.UNKNOWN])
def test_what_failed_or_is_unknown_keeps_its_gate_shut(task: Task, status: FindingStatus) -> None:
    step = task.spec.step
    findings = good(finding(task, status, ReasonCode.GRAPH_UNAVAILABLE))

    assert blocking(step, Step(step + 1), findings) == [
        {"task_type": task, "status": status, "reason_code": "graph_unavailable"}
    ]


@pytest.mark.parametrize("task", REQUIRED)
def test_what_was_never_run_keeps_its_gate_shut(task: Task) -> None:
    step, findings = task.spec.step, good()
    del findings[task]

    assert blocking(step, Step(step + 1), findings) == [
        {"task_type": task, "status": "unknown", "reason_code": "never_run"}
    ]


@pytest.mark.parametrize("task", REQUIRED)
def test_what_was_found_over_another_connection_keeps_its_gate_shut(task: Task) -> None:
    step, findings = task.spec.step, good(finding(task, connection_id=OTHER_CONNECTION))

    assert blocking(step, Step(step + 1), findings) == [
        {"task_type": task, "status": "unknown", "reason_code": "connection_changed"}
    ]


def test_a_consent_that_is_still_propagating_opens_nothing_though_it_is_a_warning() -> None:
    findings = good(finding(Task.CONSENT_STATUS, FindingStatus.WARN, ReasonCode.CONSENT_PROPAGATING))

    assert blocking(Step.CONSENT, Step.VERIFICATION, findings) == [
        {"task_type": "consent_status", "status": "warn", "reason_code": "consent_propagating"}
    ]


def test_all_that_blocks_is_named_in_step_order() -> None:
    findings = good(
        finding(Task.RBAC_CHECK, FindingStatus.FAIL, ReasonCode.ROLE_MISSING),
        finding(Task.CONSENT_STATUS, FindingStatus.FAIL, ReasonCode.CONSENT_MISSING),
        finding(Task.LICENSE_CHECK, FindingStatus.FAIL, ReasonCode.LICENSE_MISSING),
    )

    assert blocking(Step.CONNECTION, Step.REVIEW, findings) == [
        {"task_type": "consent_status", "status": "fail", "reason_code": "consent_missing"},
        {"task_type": "license_check", "status": "fail", "reason_code": "license_missing"},
        {"task_type": "rbac_check", "status": "fail", "reason_code": "role_missing"},
    ]


def test_step_1_is_not_left_without_a_connection() -> None:
    before = session(provider_connection_id=None, lock=lock(ALICE))

    with pytest.raises(Conflict) as refused:
        edited(before, edit(current_step=2), circumstances(ALICE))

    assert refused.value.fields == {
        "blocking": [{"task_type": None, "status": "unknown", "reason_code": "connection_missing"}]
    }


def of_a_tenant_with_one_connection(user_id: int) -> Circumstances:
    """Make circumstances in a tenant whose only connection is the sample one; every task was found to be well."""
    return circumstances(user_id)._replace(access=access(user_id, CONNECTION))


def test_a_session_that_chose_no_connection_is_judged_by_the_tenant_s_only_one() -> None:
    before = session(provider_connection_id=None, lock=lock(ALICE))

    change = edited(before, edit(current_step=5), of_a_tenant_with_one_connection(ALICE))

    assert change.after.current_step is Step.REVIEW
    assert change.after.provider_connection_id is None
    assert not change.nothing_may_be_active


def test_a_session_that_chose_no_connection_is_completed_on_the_tenant_s_only_one() -> None:
    before = session(provider_connection_id=None, current_step=Step.REVIEW, lock=lock(ALICE))

    change = edited(before, edit(status="completed"), of_a_tenant_with_one_connection(ALICE))

    assert change.closes


def test_to_choose_what_is_in_use_already_puts_no_session_back() -> None:
    before = session(provider_connection_id=None, current_step=Step.REVIEW, lock=lock(ALICE))

    change = edited(before, edit(provider_connection_id=CONNECTION), of_a_tenant_with_one_connection(ALICE))

    assert (change.after.current_step, change.after.provider_connection_id) == (Step.REVIEW, CONNECTION)


def test_without_a_connection_no_finding_counts_either() -> None:
    unmet = unmet_between(Step.CONNECTION, Step.VERIFICATION, None, good())

    assert unmet == (
        CONNECTION_MISSING,
        Unmet(Task.CONSENT_STATUS, FindingStatus.UNKNOWN, ReasonCode.CONNECTION_CHANGED),
    )


def test_steps_are_taken_on_findings_of_any_age() -> None:
    findings = good(*(finding(task, recorded_at=NOW - timedelta(days=365)) for task in Task))

    assert step_after(Step.CONNECTION, Step.REVIEW, findings) is Step.REVIEW


def test_a_finding_is_stale_once_it_is_older_than_24_hours() -> None:
    assert timedelta(hours=24) == FRESH
    assert not is_stale(NOW - FRESH, NOW)
    assert is_stale(NOW - FRESH - MILLISECOND, NOW)


def test_with_fresh_findings_and_every_gate_met_nothing_keeps_a_session_from_being_completed() -> None:
    assert unmet_to_complete(CONNECTION, good(), NOW) == ()


def test_where_nothing_was_ever_run_everything_keeps_a_session_from_being_completed() -> None:
    assert unmet_to_complete(None, {}, NOW) == (CONNECTION_MISSING, *NEVER_RUN)


def test_gates_not_met_and_findings_grown_old_are_named_in_step_order() -> None:
    old = NOW - FRESH - MILLISECOND
    findings = good(
        finding(Task.CONSENT_STATUS, recorded_at=old),
        finding(Task.LICENSE_CHECK, FindingStatus.FAIL, ReasonCode.LICENSE_MISSING),
        finding(Task.INITIAL_SYNC, FindingStatus.WARN, ReasonCode.SYNC_PARTIAL, recorded_at=old),
    )

    assert unmet_to_complete(CONNECTION, findings, NOW) == (
        Unmet(Task.CONSENT_STATUS, FindingStatus.OK, None, stale=True),
        Unmet(Task.LICENSE_CHECK, FindingStatus.FAIL, ReasonCode.LICENSE_MISSING),
        Unmet(Task.INITIAL_SYNC, FindingStatus.WARN, ReasonCode.SYNC_PARTIAL, stale=True),
    )


def test_a_finding_that_is_not_good_is_not_made_worse_by_its_age() -> None:
    old = NOW - FRESH - MILLISECOND
    findings = good(finding(Task.INTUNE_STATUS, FindingStatus.FAIL, ReasonCode.INTUNE_DISABLED, recorded_at=old))

    assert unmet_to_complete(CONNECTION, findings, NOW) == (
        Unmet(Task.INTUNE_STATUS, FindingStatus.FAIL, ReasonCode.INTUNE_DISABLED),
    )
