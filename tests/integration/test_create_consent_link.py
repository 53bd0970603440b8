from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from tests import wire as faults
from tests.arranging import acts_told
from tests.calling import CLIENT, ENTRA_TENANT, call, register
from tests.deployment import Deployment
from tests.matching import AN_INSTANT
from tests.wire import Wire

pytestmark = pytest.mark.parametrize("dynamodb", ["dynamodb_local"], indirect=True)


def test_the_link_leads_to_the_admin_consent_of_just_that_customer_and_back_to_us(deployed: Deployment) -> None:
    register()
    deployed.configure(PUBLIC_URL="https://onboarding.example")

    answer = call("create_consent_link", user=3, connectionId=101)

    assert (answer.status, answer.body) == (201, {"url": answer.body["url"], "ends_at": AN_INSTANT})
    url = urlsplit(answer.body["url"])
    query = parse_qs(url.query)
    assert f"{url.scheme}://{url.netloc}{url.path}" == (
        f"https://login.microsoftonline.com/{ENTRA_TENANT}/v2.0/adminconsent"
    )
    assert query == {
        "client_id": [CLIENT],
        "scope": ["https://graph.microsoft.com/.default"],
        "redirect_uri": ["https://onboarding.example/consent/callback"],
        "state": query["state"],
    }


def test_without_a_domain_of_its_own_customers_come_back_to_the_gateway_s_name(deployed: Deployment) -> None:
    register()

    answer = call("create_consent_link", connectionId=101)

    redirect_uri = parse_qs(urlsplit(answer.body["url"]).query)["redirect_uri"]
    assert redirect_uri == ["https://a1b2c3d4e5.execute-api.us-east-1.amazonaws.com/consent/callback"]


def test_a_link_is_good_for_fourteen_days_and_no_two_are_alike(deployed: Deployment) -> None:
    register()

    one, other = (call("create_consent_link", connectionId=101).body for _ in range(2))

    left = datetime.fromisoformat(one["ends_at"]) - datetime.now().astimezone()
    assert timedelta(days=13, hours=23) < left <= timedelta(days=14)
    assert one["url"] != other["url"]


def test_the_table_holds_nothing_with_which_a_customer_s_answer_could_be_forged(deployed: Deployment) -> None:
    register()

    url = call("create_consent_link", connectionId=101).body["url"]

    secret = parse_qs(urlsplit(url).query)["state"][0].rpartition(".")[2]
    assert len(secret) >= 43
    assert secret not in str(deployed.items(deployed.tables.sessions))


def test_a_connection_that_the_tenant_does_not_have_is_not_found(deployed: Deployment) -> None:
    register(1)
    register(2)

    answer = call("create_consent_link", connectionId=201)

    assert (answer.status, answer.code) == (404, "connection_not_found")


def test_who_may_only_read_is_refused(deployed: Deployment) -> None:
    register()

    answer = call("create_consent_link", user=4, connectionId=101)

    assert (answer.status, answer.code) == (403, "role_insufficient")


def test_a_link_whose_keeping_lost_its_reply_is_kept_all_the_same(wire: Wire, deployed: Deployment) -> None:
    register()
    wire.reset()
    wire.fail(faults.reply_lost(), on="TransactWriteItems")

    answer = call("create_consent_link", connectionId=101)

    assert (answer.status, wire.count("TransactWriteItems")) == (201, 2)
    assert acts_told(deployed) == ["consent_link_created"]
