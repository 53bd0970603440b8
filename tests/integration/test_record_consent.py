import base64
import hashlib
from typing import Any

import pytest

from onboarding.domain.finding import Finding, FindingStatus
from onboarding.domain.reasons import ReasonCode
from schedules.sweep import handler as sweep_handler
from tests import events
from tests.arranging import ADMIN, claimed, dated, ended, entries, found, opened, started, stored
from tests.calling import ENTRA_TENANT, call, connection, register
from tests.consenting import active_run, come_back, consented, linked, looks
from tests.deployment import Deployment
from tests.wire import Wire, throttled

pytestmark = pytest.mark.parametrize("dynamodb", ["dynamodb_local"], indirect=True)


def test_a_consent_is_recorded_and_looked_for_at_once_in_nobody_s_name(deployed: Deployment) -> None:
    register()
    session_id = opened()
    state = linked()

    answer = come_back(state)

    assert answer["statusCode"] == 200
    assert "Your consent was recorded." in answer["body"]
    assert consented(deployed)
    run = call("get_run", runId=active_run()).body
    assert (run["task_type"], run["status"], run["started_by_user_id"]) == ("consent_status", "queued", None)
    assert (run["onboarding_session_id"], run["provider_connection_id"]) == (session_id, 101)


@pytest.mark.parametrize("query", [{}, {"error": "access_denied"}])
def test_the_page_has_one_style_and_keeps_the_state_to_itself(deployed: Deployment, query: dict[str, str]) -> None:
    register()

    answer = come_back(linked(), **query)

    style = answer["body"].partition("<style>")[2].partition("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert deployed
    assert "prefers-color-scheme:dark" in style
    assert answer["headers"]["content-type"] == "text/html; charset=utf-8"
    assert answer["headers"]["content-security-policy"] == (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    assert answer["headers"]["referrer-policy"] == "no-referrer"
    assert answer["headers"]["cache-control"] == "no-store"


def test_who_could_not_be_written_down_is_told_to_load_the_page_again_and_then_is(
    deployed: Deployment, wire: Wire, caplog: pytest.LogCaptureFixture
) -> None:
    register()
    state = linked()
    wire.fail(throttled(), on="TransactWriteItems", times=20)

    caplog.clear()
    answer = come_back(state)
    wire.reset()

    assert [vars(each)["code"] for each in caplog.records] == ["unavailable"]
    assert (answer["statusCode"], "Load this page again" in answer["body"]) == (503, True)
    assert answer["headers"]["retry-after"] == "60"
    assert not consented(deployed)
    assert come_back(state)["statusCode"] == 200
    assert consented(deployed)


def test_the_page_loaded_again_says_so_and_records_nothing_twice(deployed: Deployment) -> None:
    register()
    state = linked()
    come_back(state)
    run_id = active_run()
    before = stored(deployed, deployed.tables.sessions, f"connection#{101:016d}")

    answer = come_back(state)

    assert (answer["statusCode"], "recorded before" in answer["body"]) == (200, True)
    assert active_run() == run_id
    assert stored(deployed, deployed.tables.sessions, f"connection#{101:016d}") == before


def test_a_refusal_is_tested_first_and_leaves_the_link_good(deployed: Deployment) -> None:
    register()
    state = linked()

    refused = come_back(state, error="access_denied", error_description="AADSTS65004: <b>declined</b>")

    assert (refused["statusCode"], "Consent was not given" in refused["body"]) == (400, True)
    assert "declined</b>" not in refused["body"]
    assert not consented(deployed)
    assert come_back(state)["statusCode"] == 200


def test_being_opened_by_a_mail_scanner_leaves_the_link_good(deployed: Deployment) -> None:
    register()
    state = linked()

    assert come_back(state, admin_consent="")["statusCode"] == 400
    assert not consented(deployed)
    assert come_back(state)["statusCode"] == 200


@pytest.mark.parametrize(
    "forged",
    [
        "",
        "1",
        "1.101",
        "1.101.",
        "1.101.guessed",
        "2.101.{}",
        "1.102.{}",
        "9.901.{}",
        "\u0661.101.{}",
        "1.101.{}x",
        "-1.101.{}",
    ],
)
def test_a_forged_state_records_nothing_and_is_told_from_nothing_else(deployed: Deployment, forged: str) -> None:
    register(1, 101, 102)
    secret = linked().rpartition(".")[2]

    answer = come_back(forged.format(secret))

    assert (answer["statusCode"], "no longer good" in answer["body"]) == (400, True)
    assert not consented(deployed)
    assert not consented(deployed, 102)


def test_another_directory_s_consent_is_not_taken_for_the_customer_s(deployed: Deployment) -> None:
    register()
    state = linked()

    answer = come_back(state, tenant="22222222-2222-4333-8444-555555555555")

    assert (answer["statusCode"], "another directory" in answer["body"]) == (400, True)
    assert not consented(deployed)


def test_the_right_tenant_in_the_report_gives_no_right_without_the_secret(deployed: Deployment) -> None:
    register()
    linked()

    assert come_back("1.101.AAAA", tenant=ENTRA_TENANT)["statusCode"] == 400
    assert not consented(deployed)


def test_a_link_that_ran_out_is_no_longer_good_even_while_the_table_still_has_it(deployed: Deployment) -> None:
    register()
    state = linked()
    entry = next(item["entry"]["S"] for item in deployed.items(deployed.tables.sessions) if "ends_at" in item)
    dated(deployed, deployed.tables.sessions, entry, ends_at=-1)

    answer = come_back(state)

    assert (answer["statusCode"], "no longer good" in answer["body"]) == (400, True)
    assert not consented(deployed)


# ── Who looks ────────────────────────────────────────────────────────────────────────────────────────────────────────


def sweep() -> dict[str, int]:
    return sweep_handler(events.schedule(), events.Context())


def let_the_look_fall_due_again(deployed: Deployment) -> None:
    dated(deployed, deployed.tables.runs, looks(deployed)[0], due_at=-1)


def with_two_connections() -> int:
    """Open a session that uses connection 101, in a tenant that then has 102 as well."""
    session_id = opened()
    call("register_connection", connectionId=102, body=connection())
    return session_id


def opened_before_any_connection() -> int:
    """Open a session, then register the tenant's only connection: the session names none, and uses that one."""
    call("register_tenant", body={"name": "One"}, **ADMIN)
    for user, role in {1: "owner", 3: "operator"}.items():
        call("register_member", userId=user, body={"role": role}, **ADMIN)
    session_id = opened()
    call("register_connection", connectionId=101, body=connection())
    return session_id


def test_a_consent_counts_even_while_something_keeps_the_run_from_starting(deployed: Deployment) -> None:
    register()
    state = linked()
    claimed(started("initial_sync"))

    answer = come_back(state)

    assert answer["statusCode"] == 200
    assert consented(deployed)
    assert active_run() is None


def test_a_consent_over_a_connection_not_in_use_starts_no_run_and_leaves_no_look(deployed: Deployment) -> None:
    register()
    with_two_connections()
    state = linked(102)

    answer = come_back(state)

    assert answer["statusCode"] == 200
    assert consented(deployed, 102)
    assert active_run() is None
    assert looks(deployed) == []


def test_a_gate_that_is_open_stays_open_when_a_customer_consents_over_another_connection(deployed: Deployment) -> None:
    register()
    session_id = with_two_connections()
    found("consent_status")
    come_back(linked(102))
    if run_id := active_run():
        ended(claimed(run_id))

    answer = call("update_session", sessionId=session_id, body={"current_step": 3})

    assert deployed
    assert answer.status == 200, answer


def test_a_consent_in_a_tenant_where_no_connection_is_in_use_is_looked_for_by_nobody(deployed: Deployment) -> None:
    register(1, 101, 102)

    come_back(linked(102))

    assert consented(deployed, 102)
    assert active_run() is None
    assert looks(deployed) == []


def test_a_consent_is_looked_for_in_a_session_that_uses_the_tenant_s_only_connection(deployed: Deployment) -> None:
    session_id = opened_before_any_connection()

    come_back(linked())

    run = call("get_run", runId=active_run()).body
    assert deployed
    assert (run["provider_connection_id"], run["onboarding_session_id"]) == (101, session_id)


def test_a_connection_that_is_no_longer_in_use_as_its_consent_is_recorded_gets_no_run(
    deployed: Deployment, wire: Wire
) -> None:
    register()
    session_id = with_two_connections()
    state = linked()
    body = {"provider_connection_id": 102}
    wire.before(lambda: call("update_session", sessionId=session_id, body=body), on="TransactWriteItems")

    answer = come_back(state)

    assert answer["statusCode"] == 200
    assert consented(deployed)
    assert active_run() is None
    assert looks(deployed) == []


def test_a_connection_that_comes_into_use_as_its_consent_is_recorded_is_looked_at(
    deployed: Deployment, wire: Wire
) -> None:
    register()
    session_id = with_two_connections()
    state = linked(102)
    body = {"provider_connection_id": 102}
    wire.before(lambda: call("update_session", sessionId=session_id, body=body), on="TransactWriteItems")

    come_back(state)

    assert consented(deployed, 102)
    assert call("get_run", runId=active_run()).body["provider_connection_id"] == 102


@pytest.mark.parametrize("busy", ["initial_sync", "consent_status"])
def test_a_consent_that_cannot_be_looked_for_at_once_is_looked_for_by_the_sweep(
    deployed: Deployment, busy: str
) -> None:
    register()
    session_id = opened()
    state = linked()
    before = claimed(started(busy))
    come_back(state)
    assert sweep() == {"consent_look_put_off": 1}
    assert sweep() == {}
    ended(before, Finding.because(FindingStatus.FAIL, ReasonCode.CONSENT_MISSING))
    let_the_look_fall_due_again(deployed)

    acts = sweep()

    assert acts == {"consent_looked_for": 1}
    run = call("get_run", runId=active_run()).body
    assert run["id"] != before.id
    assert (run["task_type"], run["provider_connection_id"]) == ("consent_status", 101)
    assert (run["started_by_user_id"], run["onboarding_session_id"]) == (None, session_id)
    assert looks(deployed) == []
    assert sweep() == {}


def test_a_look_is_no_part_of_the_board(deployed: Deployment) -> None:
    register()
    opened()
    state = linked()
    claimed(started("initial_sync"))
    before = call("list_tasks").body

    come_back(state)

    assert looks(deployed) == [f"look#{101:016d}"]
    assert call("list_tasks").body == before


def test_a_look_is_begun_though_the_session_is_closed_meanwhile(deployed: Deployment) -> None:
    register()
    session_id = opened()
    state = linked()
    run_id = started("initial_sync")
    come_back(state)
    call("cancel_run", runId=run_id)
    assert call("update_session", sessionId=session_id, body={"status": "abandoned"}).status == 200

    assert sweep() == {"consent_looked_for": 1}

    run = call("get_run", runId=active_run()).body
    assert (run["task_type"], run["onboarding_session_id"]) == ("consent_status", None)
    assert looks(deployed) == []


def test_a_look_is_dropped_if_the_session_uses_another_connection_meanwhile(deployed: Deployment) -> None:
    register()
    session_id = with_two_connections()
    state = linked()
    run_id = started("initial_sync")
    come_back(state)
    call("cancel_run", runId=run_id)
    assert call("update_session", sessionId=session_id, body={"provider_connection_id": 102}).status == 200

    assert sweep() == {"consent_left_be": 1}

    assert (active_run(), looks(deployed)) == (None, [])


def test_a_look_starts_nothing_on_a_connection_that_goes_out_of_use_as_it_is_swept(
    deployed: Deployment, wire: Wire
) -> None:
    register()
    session_id = with_two_connections()
    state = linked()
    run_id = started("initial_sync")
    come_back(state)
    call("cancel_run", runId=run_id)
    body = {"provider_connection_id": 102}
    wire.before(lambda: call("update_session", sessionId=session_id, body=body), on="TransactWriteItems")

    assert sweep() == {"nothing": 1}

    assert active_run() is None
    assert sweep() == {"consent_left_be": 1}
    assert looks(deployed) == []


def test_two_sweeps_at_once_start_one_look(deployed: Deployment, wire: Wire) -> None:
    register()
    opened()
    state = linked()
    run_id = started("initial_sync")
    come_back(state)
    call("cancel_run", runId=run_id)
    others: list[dict[str, int]] = []

    def meanwhile() -> None:
        others.append(sweep())
        ended(claimed(active_run() or 0))  # so that the guard is no help

    wire.before(meanwhile, on="TransactWriteItems")

    assert sweep() == {"nothing": 1}

    assert others == [{"consent_looked_for": 1}]
    assert len(call("list_evidence", query="taskType=consent_status").body) == 1
    assert (active_run(), looks(deployed)) == (None, [])


# ── What may come between ────────────────────────────────────────────────────────────────────────────────────────────


def request_entry(deployed: Deployment) -> str:
    [entry] = [entry for entry in entries(deployed, deployed.tables.sessions) if entry.startswith("consent#")]
    return entry


def test_a_report_that_comes_twice_at_once_is_recorded_once(deployed: Deployment, wire: Wire) -> None:
    register()
    opened()
    state = linked()
    others: list[dict[str, Any]] = []
    wire.before(lambda: others.append(come_back(state)), on="TransactWriteItems")

    answer = come_back(state)

    assert (answer["statusCode"], "recorded before" in answer["body"]) == (200, True)
    assert "Your consent was recorded." in others[0]["body"]
    assert active_run() is not None
    assert looks(deployed) == []


def test_a_link_that_is_gone_as_its_consent_is_recorded_is_no_longer_good(deployed: Deployment, wire: Wire) -> None:
    register()
    state = linked()
    place = {"tenant_id": {"N": "1"}, "entry": {"S": request_entry(deployed)}}
    remove = lambda: deployed.dynamodb.delete_item(TableName=deployed.tables.sessions, Key=place)  # noqa: E731 - handed on, as its siblings are
    wire.before(remove, on="TransactWriteItems")

    answer = come_back(state)

    assert (answer["statusCode"], "no longer good" in answer["body"]) == (400, True)
    assert not consented(deployed)
