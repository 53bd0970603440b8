"""The real client against the simulator: each scenario and task, with what an operator would see."""

import json
import time
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest

from local.simulator.scenarios import CANARY, SCENARIOS
from local.tenants import TENANTS
from onboarding.domain.catalogue import Task
from onboarding.domain.deadline import Deadline
from onboarding.domain.finding import FindingStatus, Postponed
from onboarding.domain.payloads import (
    ConsentPayload,
    DiagnosticsPayload,
    IntunePayload,
    InventoryPayload,
    LicensesPayload,
    Payload,
    PermissionsPayload,
    RolesPayload,
    SignalPayload,
)
from onboarding.domain.reasons import ReasonCode
from onboarding.tasks import initial_sync
from tests.simulator import NOW, SECRET, Examiner, serve

OK, WARN, FAIL, UNKNOWN = FindingStatus

Expected = tuple[FindingStatus, ReasonCode | None]

FINE: Expected = (OK, None)
UNGRANTED: Expected = (FAIL, ReasonCode.PERMISSION_MISSING)

NOT_FINE: dict[str, dict[Task, Expected]] = {
    "healthy": {},
    "permission_missing": {
        Task.VERIFY_PERMISSIONS: UNGRANTED,
        Task.INITIAL_SYNC: (WARN, ReasonCode.SYNC_PARTIAL),
    },
    "permission_optional_missing": {
        Task.VERIFY_PERMISSIONS: (WARN, ReasonCode.PERMISSION_OPTIONAL_MISSING),
        Task.INITIAL_SYNC: (WARN, ReasonCode.SYNC_PARTIAL),
    },
    "permission_excess": {Task.VERIFY_PERMISSIONS: (WARN, ReasonCode.PERMISSION_EXCESS)},
    "permission_unread": {Task.VERIFY_PERMISSIONS: UNGRANTED},
    "consent_missing": {
        **dict.fromkeys(Task, UNGRANTED),
        Task.CONSENT_STATUS: (FAIL, ReasonCode.CONSENT_MISSING),
        Task.INITIAL_SYNC: (FAIL, ReasonCode.SYNC_FAILED),
    },
    "consent_propagating": {
        **dict.fromkeys(Task, UNGRANTED),
        Task.CONSENT_STATUS: (WARN, ReasonCode.CONSENT_PROPAGATING),
        Task.INITIAL_SYNC: (FAIL, ReasonCode.SYNC_FAILED),
    },
    "consent_revoked": {
        Task.CONSENT_STATUS: (FAIL, ReasonCode.CONSENT_MISSING),
        Task.VERIFY_PERMISSIONS: UNGRANTED,
    },
    "app_absent": dict.fromkeys(Task, (FAIL, ReasonCode.APP_NOT_IN_TENANT)),
    "app_disabled": dict.fromkeys(Task, (FAIL, ReasonCode.APP_DISABLED)),
    "credential_expired": dict.fromkeys(Task, (FAIL, ReasonCode.CREDENTIAL_EXPIRED)),
    "credential_invalid": dict.fromkeys(Task, (FAIL, ReasonCode.CREDENTIAL_INVALID)),
    "certificate_rejected": dict.fromkeys(Task, (FAIL, ReasonCode.CERTIFICATE_REJECTED)),
    "federation_not_trusted": dict.fromkeys(Task, (FAIL, ReasonCode.FEDERATION_NOT_TRUSTED)),
    "conditional_access": dict.fromkeys(Task, (FAIL, ReasonCode.BLOCKED_BY_CONDITIONAL_ACCESS)),
    "token_throttled": dict.fromkeys(Task, (UNKNOWN, ReasonCode.TOKEN_THROTTLED)),
    "unknown_refusal": dict.fromkeys(Task, (FAIL, ReasonCode.AUTH_FAILED_OTHER)),
    "token_rejected": dict.fromkeys(Task, (FAIL, ReasonCode.TOKEN_REJECTED)),
    "token_rejected_once": {},
    "no_licence": {Task.LICENSE_CHECK: (FAIL, ReasonCode.LICENSE_MISSING)},
    "licence_warning": {Task.LICENSE_CHECK: (WARN, ReasonCode.LICENSE_WARNING)},
    "licence_suspended": {Task.LICENSE_CHECK: (FAIL, ReasonCode.LICENSE_SUSPENDED)},
    "intune_pending": {Task.INTUNE_STATUS: (WARN, ReasonCode.INTUNE_PENDING)},
    "intune_warning": {Task.INTUNE_STATUS: (WARN, ReasonCode.INTUNE_WARNING)},
    "intune_disabled": {Task.INTUNE_STATUS: (FAIL, ReasonCode.INTUNE_DISABLED)},
    "intune_unknown": {Task.INTUNE_STATUS: (UNKNOWN, ReasonCode.INTUNE_UNKNOWN)},
    "intune_not_provisioned": {
        Task.INTUNE_STATUS: (FAIL, ReasonCode.INTUNE_NOT_PROVISIONED),
        Task.INITIAL_SYNC: (FAIL, ReasonCode.SYNC_FAILED),
    },
    "intune_hides_forbidden": {
        Task.VERIFY_PERMISSIONS: UNGRANTED,
        Task.INTUNE_STATUS: UNGRANTED,
        Task.INITIAL_SYNC: (FAIL, ReasonCode.SYNC_FAILED),
    },
    "role_excess": {Task.RBAC_CHECK: (WARN, ReasonCode.ROLE_EXCESS)},
    "wrong_tenant": {Task.CONNECTION_DIAGNOSTICS: (FAIL, ReasonCode.WRONG_TENANT)},
    "throttled_twice": {},
    "throttled_without_header": {},
    "throttled_for_long": dict.fromkeys(Task, (UNKNOWN, ReasonCode.GRAPH_THROTTLED)),
    "server_errors": {},
    "unavailable": dict.fromkeys(Task, (UNKNOWN, ReasonCode.GRAPH_UNAVAILABLE)),
    "large_inventory": {},
    "large_flaky_inventory": {},
    "large_throttled_inventory": {
        task: (UNKNOWN, ReasonCode.GRAPH_THROTTLED) for task in Task if task is not Task.INITIAL_SYNC
    },
    "next_link_expired": {},
    "foreign_next_link": {
        Task.CONSENT_STATUS: (UNKNOWN, ReasonCode.GRAPH_UNAVAILABLE),
        Task.VERIFY_PERMISSIONS: (UNKNOWN, ReasonCode.GRAPH_UNAVAILABLE),
        Task.INITIAL_SYNC: (WARN, ReasonCode.SYNC_PARTIAL),
    },
    "talkative": {},
    "talkative_refusal": {
        **dict.fromkeys(Task, UNGRANTED),
        Task.CONSENT_STATUS: (FAIL, ReasonCode.CONSENT_MISSING),
        Task.INITIAL_SYNC: (FAIL, ReasonCode.SYNC_FAILED),
    },
}
"""What a task finds in a scenario, where that is anything but ok. `slow` has tests of its own."""

PAYLOADS: dict[Task, type[Payload]] = {
    Task.CONSENT_STATUS: ConsentPayload,
    Task.VERIFY_PERMISSIONS: PermissionsPayload,
    Task.CONNECTION_DIAGNOSTICS: DiagnosticsPayload,
    Task.LICENSE_CHECK: LicensesPayload,
    Task.INTUNE_STATUS: IntunePayload,
    Task.RBAC_CHECK: RolesPayload,
    Task.INITIAL_SYNC: InventoryPayload,
}


def test_no_scenario_is_left_out() -> None:
    assert set(NOT_FINE) | {"slow"} == set(SCENARIOS)


@pytest.mark.parametrize("task", Task)
@pytest.mark.parametrize("scenario", NOT_FINE)
def test_a_scenario_is_found_out_as_it_is_and_only_what_is_allowed_is_kept(
    examiner: Examiner, scenario: str, task: Task
) -> None:
    examiner.simulator.play(scenario)
    consented_at = NOW - timedelta(minutes=3) if scenario == "consent_propagating" else None

    finding = examiner.examine(task, examiner.connection(consented_at=consented_at))

    expected = NOT_FINE[scenario].get(task, FINE)
    assert (finding.status, finding.reason_code) == expected, finding.message
    assert finding.message
    assert_only_allowed(task, finding.payload)


def assert_only_allowed(task: Task, payload: dict[str, Any]) -> None:
    if payload:
        allowed = SignalPayload if "http_status" in payload else PAYLOADS[task]
        assert allowed.model_validate(payload, strict=False).kept() == payload


@pytest.mark.parametrize("task", Task)
@pytest.mark.parametrize(
    "scenario", ["talkative", "talkative_refusal", "credential_invalid", "token_rejected", "unknown_refusal"]
)
def test_no_secret_no_token_and_no_person_is_ever_found(examiner: Examiner, scenario: str, task: Task) -> None:
    examiner.simulator.play(scenario)

    kept = examiner.examine(task).model_dump_json()

    # Every token is a JWT, and every JWT starts so.
    for canary in (CANARY, SECRET, "eyJ", "user0@", "DESKTOP-", examiner.arn):
        assert canary not in kept


def test_consent_that_propagates_says_when_it_is_looked_for_again(examiner: Examiner) -> None:
    examiner.simulator.play("consent_propagating")

    finding = examiner.examine(Task.CONSENT_STATUS, examiner.connection(consented_at=NOW - timedelta(minutes=3)))

    assert finding.next_check_at == NOW + timedelta(minutes=2)


def test_a_short_retry_after_is_waited_for_to_the_second(examiner: Examiner) -> None:
    examiner.simulator.play("throttled_twice")

    examiner.examine(Task.LICENSE_CHECK)

    assert examiner.waits == [2.0, 2.0]
    assert examiner.simulator.calls()["graph"] == 3


def test_without_a_header_full_jitter_decides(examiner: Examiner) -> None:
    examiner.simulator.play("throttled_without_header")

    examiner.examine(Task.LICENSE_CHECK)

    assert examiner.waits == [0.5, 1.0]


def test_a_long_retry_after_ends_a_probe_with_the_time_to_look_again(examiner: Examiner) -> None:
    examiner.simulator.play("throttled_for_long")

    finding = examiner.examine(Task.LICENSE_CHECK)

    assert finding.next_check_at == NOW + timedelta(seconds=120)
    assert examiner.waits == []
    assert examiner.simulator.calls()["graph"] == 1


def test_a_call_is_sent_five_times_at_most(examiner: Examiner) -> None:
    examiner.simulator.play("unavailable")

    finding = examiner.examine(Task.LICENSE_CHECK)

    assert finding.next_check_at == NOW + timedelta(seconds=60)
    assert examiner.waits == [0.5, 1.0, 2.0, 4.0]
    assert examiner.simulator.calls()["graph"] == 5


def test_a_rejected_token_is_replaced_once(examiner: Examiner) -> None:
    examiner.simulator.play("token_rejected")

    examiner.examine(Task.LICENSE_CHECK)

    assert examiner.simulator.calls()["token"] == 2
    assert examiner.simulator.calls()["graph"] == 2


def test_forbidden_hidden_in_a_401_costs_no_token_and_names_the_permission(examiner: Examiner) -> None:
    examiner.simulator.play("intune_hides_forbidden")

    finding = examiner.examine(Task.INTUNE_STATUS)

    assert examiner.simulator.calls()["token"] == 1
    assert finding.payload["permissions"] == ["DeviceManagementManagedDevices.Read.All"]


def test_a_link_to_another_host_is_never_followed(examiner: Examiner) -> None:
    examiner.simulator.play("foreign_next_link")

    finding = examiner.examine(Task.INITIAL_SYNC)

    unread = [area["area"] for area in finding.payload["areas"] if "reason_code" in area]
    assert unread == ["deviceConfigurations", "configurationPolicies", "managedDevices", "mobileApps"]
    assert not [path for path in examiner.simulator.calls()["paths"] if "#" in path]


PAGES = 45
"""Of devices 40, and one of every other area."""

FAILING = 0.3
"""The rate at which calls fail in the scenarios that say so."""


def test_2000_devices_on_40_pages_are_read_page_by_page_once(examiner: Examiner) -> None:
    examiner.simulator.play("large_inventory")

    finding = examiner.examine(Task.INITIAL_SYNC)

    assert finding.message == "All 6 areas were read: 2,036 items."
    assert set(examiner.simulator.calls()["paths"].values()) == {1}
    assert examiner.simulator.calls()["graph"] == PAGES


@pytest.mark.parametrize("scenario", ["large_flaky_inventory", "large_throttled_inventory"])
def test_2000_devices_are_neither_lost_nor_repeated_where_three_calls_of_ten_fail(
    examiner: Examiner, scenario: str
) -> None:
    examiner.simulator.play(scenario)

    finding = examiner.examine(Task.INITIAL_SYNC)

    asked = examiner.simulator.calls()["graph"]
    failed = sum(SCENARIOS[scenario].faults(n) is not None for n in range(1, asked + 1))
    assert finding.message == "All 6 areas were read: 2,036 items."
    # Every call that did not fail brought a page, and none came twice.
    assert asked - failed == PAGES
    assert len(examiner.simulator.calls()["paths"]) == PAGES
    # Needed: whoever asks for 45 pages, of which each call fails at that rate, asks 45 / 0.7 times in the mean.
    needed = PAGES / (1 - FAILING)
    assert asked <= 1.2 * needed
    assert abs(failed / asked - FAILING) < 0.02


def test_a_long_wait_puts_the_sync_back_and_a_short_one_does_not(examiner: Examiner) -> None:
    examiner.simulator.play("large_throttled_inventory")
    examiner.examine(Task.INITIAL_SYNC)
    put_back = examiner.simulator.calls()["token"] - 1

    examiner.simulator.play("large_flaky_inventory")
    examiner.examine(Task.INITIAL_SYNC)

    assert put_back == 3  # the 1st, 31st and 61st call
    assert examiner.simulator.calls()["token"] == 1


def test_an_area_whose_next_page_expired_while_it_was_put_back_is_counted_once(examiner: Examiner) -> None:
    examiner.simulator.play("next_link_expired")

    finding = examiner.examine(Task.INITIAL_SYNC)

    assert finding.message == "All 6 areas were read: 236 items."
    devices = {path: times for path, times in examiner.simulator.calls()["paths"].items() if "/managedDevices" in path}
    # Its first two pages were read again, its third was refused twice; the areas before it were let be.
    assert list(devices.values()) == [2, 2, 3, 1]
    assert examiner.simulator.calls()["graph"] == 5 + 8


def test_a_sync_that_gets_one_page_done_at_a_time_asks_for_every_page_once(examiner: Examiner) -> None:
    examiner.simulator.play("large_inventory")
    saved: list[dict[str, Any] | None] = [None]
    finding = None

    while finding is None:
        left = iter([20.0, 0.0])
        with suppress(Postponed):
            finding = initial_sync.examine(
                examiner.tenant(),
                resume=saved[-1],
                checkpoint=lambda _progress, position: saved.append(json.loads(json.dumps(position))),
                deadline=Deadline(left.__next__),
            )

    assert finding.message == "All 6 areas were read: 2,036 items."
    assert len(saved) == 1 + 45
    assert set(examiner.simulator.calls()["paths"].values()) == {1}


def test_a_slow_answer_warns(examiner: Examiner) -> None:
    examiner.simulator.play("slow")
    examiner.seconds = time.monotonic

    finding = examiner.examine(Task.CONNECTION_DIAGNOSTICS)

    assert (finding.status, finding.reason_code) == (WARN, ReasonCode.GRAPH_SLOW)
    assert finding.payload["answered_in_ms"] >= 2_000


def test_the_waits_for_throttling_do_not_make_an_answer_slow(examiner: Examiner) -> None:
    examiner.simulator.play("throttled_twice")
    examiner.seconds = lambda: sum(examiner.waits)

    finding = examiner.examine(Task.CONNECTION_DIAGNOSTICS)

    assert (sum(examiner.waits), finding.payload["answered_in_ms"]) == (4.0, 0)


def test_every_seeded_tenant_plays_its_own_scenario(examiner: Examiner) -> None:
    with serve(least_sync_seconds=0.0) as fresh:
        mine = Examiner(fresh, examiner.credentials, examiner.arn)

        found = {
            tenant.id: mine.examine(Task.CONSENT_STATUS, mine.connection(tenant)).reason_code for tenant in TENANTS
        }

    assert found == {**dict.fromkeys(range(1, 21)), 3: ReasonCode.CONSENT_MISSING}
