"""Whoever listens on the event bus hears of an act, before and after a restart; owners read of it, and nobody else."""

import json
import time
from typing import Any

import pytest

from local import deployment
from tests.e2e.conftest import PATIENCE, LocalDeployment

OWNER, MANAGER, OPERATOR = 1, 2, 3
TENANT = 19
"""One that no other test takes over."""


def listen(local: LocalDeployment) -> tuple[Any, str]:
    """Put a rule for takeovers onto the bus, with a queue as its target; give the queue."""
    port = int(local.stack["aws_endpoint_url"].rpartition(":")[2])
    sqs, bus = deployment.client("sqs", port), deployment.client("events", port)
    url = sqs.create_queue(QueueName="takeovers")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    pattern = {"source": ["tenant-onboarding"], "detail-type": ["session_taken_over"]}
    bus.put_rule(Name="takeovers", EventPattern=json.dumps(pattern))
    bus.put_targets(Rule="takeovers", Targets=[{"Id": "takeovers", "Arn": arn}])
    return sqs, url


def heard(sqs: Any, url: str, *, within: float = PATIENCE) -> dict[str, Any]:
    """Wait for the next event."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        for message in sqs.receive_message(QueueUrl=url, WaitTimeSeconds=1).get("Messages", []):
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            event: dict[str, Any] = json.loads(message["Body"])
            return event
    raise AssertionError(f"nothing was heard within {within} s")


def take_over(local: LocalDeployment, *, of: int, by: int) -> dict[str, Any]:
    """Have *by* take over what *of* edits, and read of it as the owner does."""
    path = f"/tenants/{TENANT}/onboarding/session"
    session = local.call("POST", path, token=local.token(of)).json()
    taken = local.call("PATCH", f"{path}/{session['id']}", token=local.token(by), body={"takeover": True})
    assert taken.status == 200, taken.data
    [entry] = local.call("GET", f"/tenants/{TENANT}/audit?limit=1", token=local.token(OWNER)).json()
    assert (entry["act"], entry["by_user_id"]) == ("session_taken_over", by)
    shown: dict[str, Any] = entry
    return shown


@pytest.mark.parametrize("restarted", [False, True], ids=["from the start", "after a restart"])
def test_a_takeover_is_heard_on_the_event_bus(local: LocalDeployment, *, restarted: bool) -> None:
    if restarted:
        local.stop()
        local.start()
    sqs, url = listen(local)

    entry = take_over(local, of=MANAGER, by=OWNER) if restarted else take_over(local, of=OPERATOR, by=MANAGER)

    event = heard(sqs, url)
    assert (event["source"], event["detail-type"]) == ("tenant-onboarding", "session_taken_over")
    assert event["detail"]["id"] == f"{TENANT}-{entry['id']}"
    assert event["detail"]["data"] == {name: value for name, value in entry.items() if name != "source_ip"}


def test_what_a_member_is_denied_is_read_by_the_owner(local: LocalDeployment) -> None:
    denied = local.call("GET", f"/tenants/{TENANT}/audit", token=local.token(MANAGER))

    entries = local.call("GET", f"/tenants/{TENANT}/audit", token=local.token(OWNER)).json()
    [entry] = [entry for entry in entries if entry["act"] == "access_denied"]
    assert denied.status == 403
    assert (entry["by_user_id"], entry["source_ip"]) == (MANAGER, "127.0.0.1")
    assert entry["details"] == {"code": "role_insufficient", "route": "GET /tenants/{tenantId}/audit"}
    assert entry["request_id"] == denied.headers["x-request-id"]
