from datetime import UTC, datetime
from typing import Any

import pytest

from onboarding.domain.catalogue import Task
from onboarding.domain.comparison import ChangeKind, PayloadChange, compared
from onboarding.domain.evidence import Evidence
from onboarding.domain.finding import FindingStatus
from onboarding.domain.payloads import SignalPayload
from onboarding.domain.reasons import ReasonCode

TUESDAY = datetime(2026, 11, 17, 9, 30, tzinfo=UTC)


def evidence(task: Task, *, status: str = "ok", reason: ReasonCode | None = None, **payload: Any) -> Evidence:
    return Evidence(
        id=1,
        tenant_id=1,
        onboarding_session_id=None,
        provider_connection_id=101,
        task_type=task,
        status=FindingStatus(status),
        reason_code=reason,
        message=None,
        payload=payload,
        operation_run_id=1,
        recorded_at=TUESDAY,
    )


def test_a_revoked_permission_is_named_as_an_operator_says_it() -> None:
    before = evidence(Task.VERIFY_PERMISSIONS, held=["A.Read.All", "B.Read.All"], optional_missing=[])
    after = evidence(
        Task.VERIFY_PERMISSIONS,
        status="warn",
        reason=ReasonCode.PERMISSION_OPTIONAL_MISSING,
        held=["A.Read.All"],
        optional_missing=["B.Read.All"],
    )

    comparison = compared(after, before)

    assert comparison.words == (
        "verify_permissions went from ok to warn (permission_optional_missing)",
        "B.Read.All revoked",
    )
    assert comparison.changes == (
        PayloadChange(name="held", kind=ChangeKind.WENT, before="B.Read.All"),
        PayloadChange(name="optional_missing", kind=ChangeKind.APPEARED, after="B.Read.All"),
    )


@pytest.mark.parametrize(
    ("task", "field", "appeared", "went"),
    [
        (Task.CONSENT_STATUS, "permissions", "new shows in a token", "old no longer shows in a token"),
        (Task.VERIFY_PERMISSIONS, "held", "new granted", "old revoked"),
        (Task.VERIFY_PERMISSIONS, "excess", "new granted beyond what is asked for", "old no longer in excess"),
        (Task.RBAC_CHECK, "held", "role new assigned", "role old removed"),
    ],
)
def test_what_appeared_and_what_went_have_words_of_their_own(task: Task, field: str, appeared: str, went: str) -> None:
    old: dict[str, Any] = {field: ["old", "same"]}
    new: dict[str, Any] = {field: ["same", "new"]}

    assert compared(evidence(task, **new), evidence(task, **old)).words == (appeared, went)


def test_a_subscription_that_changed_is_told_by_its_name() -> None:
    before = evidence(Task.LICENSE_CHECK, skus=[{"sku": "SPB", "status": "Enabled", "consumed_units": 3}])
    after = evidence(Task.LICENSE_CHECK, skus=[{"sku": "SPB", "status": "Warning", "consumed_units": 3}])

    comparison = compared(after, before)

    assert comparison.words == ("SPB.status: Enabled → Warning",)
    assert comparison.changes == (
        PayloadChange(name="skus.SPB.status", kind=ChangeKind.CHANGED, before="Enabled", after="Warning"),
    )


def test_a_subscription_that_came_or_went_is_told_by_its_name() -> None:
    before = evidence(Task.LICENSE_CHECK, skus=[{"sku": "SPB"}])
    after = evidence(Task.LICENSE_CHECK, skus=[{"sku": "EMS"}])

    assert compared(after, before).words == ("subscription EMS appeared", "subscription SPB went")


def test_an_area_of_the_inventory_tells_how_its_count_changed() -> None:
    before = evidence(Task.INITIAL_SYNC, areas=[{"area": "managed_devices", "items": 25}])
    after = evidence(Task.INITIAL_SYNC, areas=[{"area": "managed_devices", "items": 31}])

    assert compared(after, before).words == ("managed_devices.items: 25 → 31",)


def test_timings_and_request_ids_are_no_change() -> None:
    before = evidence(Task.CONNECTION_DIAGNOSTICS, version=1, answered_in_ms=120, request_id="a")
    after = evidence(Task.CONNECTION_DIAGNOSTICS, version=1, answered_in_ms=340, request_id="b")

    assert compared(after, before).changes == ()


def test_a_refusal_beside_a_finding_says_that_the_judgement_changed_and_nothing_of_the_payload() -> None:
    before = evidence(Task.VERIFY_PERMISSIONS, held=["A.Read.All"])
    refused = SignalPayload(http_status=401, error_numbers=(7000222,)).kept()
    after = evidence(Task.VERIFY_PERMISSIONS, status="fail", reason=ReasonCode.CREDENTIAL_EXPIRED, **refused)

    comparison = compared(after, before)

    assert comparison.words == ("verify_permissions went from ok to fail (credential_expired)",)
    assert comparison.changes == ()


def test_what_was_seen_before_microsoft_failed_to_answer_is_not_said_to_be_gone() -> None:
    before = evidence(Task.CONSENT_STATUS, permissions=["A.Read.All"])
    failed = evidence(
        Task.CONSENT_STATUS,
        status="unknown",
        reason=ReasonCode.GRAPH_UNAVAILABLE,
        **SignalPayload(http_status=503).kept(),
    )

    assert compared(failed, before).words == ("consent_status went from ok to unknown (graph_unavailable)",)
    assert compared(before, failed).words == ("consent_status went from unknown (graph_unavailable) to ok",)


def test_two_refusals_are_compared_by_what_they_say() -> None:
    before = evidence(Task.RBAC_CHECK, **SignalPayload(http_status=403, permissions=("A",)).kept())
    after = evidence(Task.RBAC_CHECK, **SignalPayload(http_status=503).kept())

    assert [change.name for change in compared(after, before).changes] == ["http_status", "permissions"]


def test_the_first_finding_has_nothing_to_be_compared_with() -> None:
    first = evidence(Task.CONSENT_STATUS, permissions=["A.Read.All"])

    comparison = compared(first, None)

    assert (comparison.previous, comparison.changes, comparison.words) == (None, (), ())


def test_the_same_again_is_no_change() -> None:
    once = evidence(Task.RBAC_CHECK, held=["a"], missing=[], excess=[])

    assert compared(once, once).words == ()
