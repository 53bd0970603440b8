"""Every entry of the audit trail becomes an event, in its envelope, at least once and in order."""

from typing import Any

import boto3
import pytest
from aws_lambda_powertools.utilities.data_classes import DynamoDBStreamEvent
from botocore.stub import ANY, Stubber

from onboarding.domain.audit import Act
from onboarding.domain.events import of_entry
from onboarding.event_bus import EventBus
from onboarding.storage.audit import entry_of
from tests import events
from tests.arranging import opened, told_of
from tests.calling import call, register
from tests.deployment import REGION, Deployment
from workers.publish_audit import handler


@pytest.fixture(autouse=True)
def _registered(deployed: Deployment) -> None:
    assert deployed
    register()


def test_an_entry_is_heard_as_an_event_in_its_envelope(deployed: Deployment, heard: Any) -> None:
    session_id = opened()
    call("update_session", user=2, sessionId=session_id, body={"takeover": True})
    [taken] = told_of(deployed, "session_taken_over")
    [shown] = call("list_audit", query="limit=1").body

    answer = handler(events.stream(taken, table="Audit"), events.Context())

    [event] = heard()
    assert answer == {"batchItemFailures": []}
    assert (event["source"], event["detail-type"]) == ("tenant-onboarding", "session_taken_over")
    assert event["detail"] == {
        "specversion": "1.0",
        "id": f"1-{shown['id']}",
        "source": "tenant-onboarding",
        "type": "onboarding.session_taken_over.v1",
        "subject": "tenants/1",
        "time": shown["at"],
        "datacontenttype": "application/json",
        "data": {name: value for name, value in shown.items() if name != "source_ip"},
    }
    assert (shown["source_ip"], shown["details"]) == ("203.0.113.7", {"from_user_id": 1})


def test_every_entry_of_a_batch_is_heard_in_order(deployed: Deployment, heard: Any) -> None:
    for user in range(20, 26):
        call("register_member", userId=user, body={"role": "operator"})
    entries = told_of(deployed)

    answer = handler(events.stream(*entries, table="Audit"), events.Context())

    assert answer == {"batchItemFailures": []}
    assert len(entries) > 10
    assert sorted(event["detail"]["id"] for event in heard()) == [f"1-{each['entry_id']['N']}" for each in entries]


def test_every_kind_of_act_is_an_event_that_can_be_heard(deployed: Deployment, heard: Any) -> None:
    [opening] = told_of(deployed, "tenant_registered")
    images = [{**opening, "act": {"S": act.value}} for act in Act]

    handler(events.stream(*images, table="Audit"), events.Context())

    assert sorted(event["detail-type"] for event in heard()) == sorted(act.value for act in Act)


@pytest.fixture
def bus() -> Any:
    """A client of EventBridge that answers what it is told to."""
    return boto3.client("events", region_name=REGION)


TAKEN: dict[str, str] = {"EventId": "1"}
NOT_TAKEN = {"ErrorCode": "InternalFailure", "ErrorMessage": "try again"}


def test_what_the_bus_does_not_take_is_where_to_go_on(deployed: Deployment, bus: Any) -> None:
    told = [of_entry(entry_of(plain)) for plain in _plain(deployed)]

    with Stubber(bus) as answers:
        results = [TAKEN, TAKEN, NOT_TAKEN, *[TAKEN] * (len(told) - 3)]
        answers.add_response("put_events", {"FailedEntryCount": 1, "Entries": results}, {"Entries": ANY})
        lost = EventBus(bus, "default").put(told)

    assert lost == 2


def test_nothing_is_put_beyond_a_request_of_which_something_was_not_taken(deployed: Deployment, bus: Any) -> None:
    told = [of_entry(entry_of(plain)) for plain in _plain(deployed)] * 3

    with Stubber(bus) as answers:
        answers.add_response("put_events", {"FailedEntryCount": 0, "Entries": [TAKEN] * 10})
        answers.add_response("put_events", {"FailedEntryCount": 1, "Entries": [*[TAKEN] * 9, NOT_TAKEN]})
        lost = EventBus(bus, "default").put(told)
        answers.assert_no_pending_responses()

    assert (len(told), lost) == (21, 19)


def _plain(deployed: Deployment) -> list[dict[str, Any]]:
    """Give the entries of tenant 1 as a stream record's reader gives them."""
    records = DynamoDBStreamEvent(events.stream(*told_of(deployed), table="Audit")).records
    return [record.dynamodb.new_image for record in records if record.dynamodb]


def test_a_bus_that_is_gone_has_the_batch_tried_again_from_its_first(deployed: Deployment, heard: Any) -> None:
    deployed.configure(EVENT_BUS_NAME="gone")
    batch = events.stream(*told_of(deployed), table="Audit")

    with pytest.raises(Exception, match="gone"):
        handler(batch, events.Context())

    assert heard() == []


def test_an_event_says_what_the_api_shows_but_for_the_address(deployed: Deployment) -> None:
    [entry] = [entry_of(plain) for plain in _plain(deployed) if plain["act"] == "tenant_registered"]

    told, shown = of_entry(entry).data.model_dump(mode="json"), call("list_audit", query="limit=200").body[-1]
    assert shown.pop("source_ip")
    assert told == shown
