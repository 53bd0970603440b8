from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from api import record_consent
from tests import events
from tests.arranging import claimed, dated, opened, started, stored
from tests.calling import ENTRA_TENANT, call, connection, register
from tests.deployment import Deployment

pytestmark = pytest.mark.parametrize("dynamodb", ["dynamodb_local"], indirect=True)


def linked(connection_id: int = 101) -> str:
    """Create a link; give the state that travels with it."""
    url: str = call("create_consent_link", user=3, connectionId=connection_id).body["url"]
    return parse_qs(urlsplit(url).query)["state"][0]


def come_back(state: str, *, tenant: str = ENTRA_TENANT, **query: str) -> dict[str, Any]:
    """Come back from Microsoft as an administrator who consented, unless *query* says otherwise."""
    asked = urlencode({"admin_consent": "True", "tenant": tenant, "state": state} | query)
    event = events.http("GET", "/consent/callback", query=asked, anonymous=True, headers={"accept": "text/html"})
    return record_consent.handler(event, events.Context())


def consented(deployed: Deployment, connection_id: int = 101) -> bool:
    item = stored(deployed, deployed.tables.sessions, f"connection#{connection_id:016d}")
    return item is not None and "consented_at" in item


def active_run(task: str = "consent_status") -> int | None:
    summaries = call("list_tasks").body
    run_id: int | None = next(each["active_run_id"] for each in summaries if each["task_type"] == task)
    return run_id


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


def test_the_page_is_plain_and_keeps_the_state_to_itself(deployed: Deployment) -> None:
    register()

    answer = come_back(linked())

    assert answer["headers"]["content-type"] == "text/html; charset=utf-8"
    assert answer["headers"]["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert answer["headers"]["referrer-policy"] == "no-referrer"
    assert answer["headers"]["cache-control"] == "no-store"


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


def test_a_consent_counts_even_while_something_keeps_the_run_from_starting(deployed: Deployment) -> None:
    register()
    state = linked()
    claimed(started("initial_sync"))

    answer = come_back(state)

    assert answer["statusCode"] == 200
    assert consented(deployed)
    assert active_run() is None


def test_a_consent_over_a_connection_not_in_use_belongs_to_no_session(deployed: Deployment) -> None:
    register()
    opened()
    call("register_connection", connectionId=102, body=connection())
    state = linked(102)

    come_back(state)

    run = call("get_run", runId=active_run()).body
    assert (run["provider_connection_id"], run["onboarding_session_id"]) == (102, None)
