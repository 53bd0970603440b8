"""Who hears of events without writing anything: the template's own rules, deployed with an address and a webhook.

The emulator posts to the webhook. It sends no mail, so what a notice says is read from a queue at the same topic.
"""

import json
import threading
import time
from collections.abc import Iterator
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

import pytest

from local import deployment, webhook
from tests import template
from tests.e2e.conftest import PATIENCE, LocalDeployment, running
from tests.e2e.listening import MANAGER, OPERATOR, Listener, onboarded

ADDRESS = "team@msp.example"
HEALTHY, UNPERMITTED = 1, 2
"""Tenants: all is well with the first, and the second lacks a permission."""


class Posted(NamedTuple):
    """What the webhook was sent."""

    path: str
    authorization: str | None
    envelope: dict[str, Any]


class Webhook:
    """Somebody who listens on this machine."""

    def __init__(self) -> None:
        """Listen."""
        self.posted: list[Posted] = []
        posted = self.posted

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                posted.append(Posted(self.path, self.headers["Authorization"], json.loads(body)))
                self.send_response(HTTPStatus.NO_CONTENT)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_port}/onboarding"

    def close(self) -> None:
        """Listen no more."""
        self._server.shutdown()
        self._server.server_close()


class Told(NamedTuple):
    """A deployment that tells somebody."""

    local: LocalDeployment
    webhook: Webhook

    def client(self, service: str) -> Any:
        """Make a client of the deployment's own *service*."""
        return deployment.client(service, int(self.local.stack["aws_endpoint_url"].rpartition(":")[2]))

    def resource(self, name: str) -> str:
        """Say what the resource *name* is called there."""
        found = self.client("cloudformation").describe_stack_resource(
            StackName=deployment.STACK, LogicalResourceId=name
        )
        physical: str = found["StackResourceDetail"]["PhysicalResourceId"]
        return physical


@pytest.fixture(scope="module")
def told() -> Iterator[Told]:
    """A deployment of its own, with both parameters given."""
    listening = Webhook()
    parameters = f"NoticeEmail={ADDRESS} WebhookUrl={listening.url}"
    with running(".local-told", f"PARAMS={parameters}") as local:
        yield Told(local, listening)
    listening.close()


class Notices:
    """A queue at the topic, beside the mail address."""

    def __init__(self, told: Told) -> None:
        self._sqs = told.client("sqs")
        self._url = self._sqs.create_queue(QueueName="notices")["QueueUrl"]
        arn = self._sqs.get_queue_attributes(QueueUrl=self._url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        told.client("sns").subscribe(TopicArn=told.resource("Notices"), Protocol="sqs", Endpoint=arn)

    def next(self, *, within: float = PATIENCE) -> str:
        """Wait for the next notice."""
        deadline = time.monotonic() + within
        while time.monotonic() < deadline:
            for message in self._sqs.receive_message(QueueUrl=self._url, WaitTimeSeconds=3).get("Messages", []):
                self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"])
                notice: str = json.loads(message["Body"])["Message"]
                return notice
        raise AssertionError(f"no notice within {within} s")


def test_every_rule_of_the_template_is_there_with_its_target(told: Told) -> None:
    events = told.client("events")
    topic = told.resource("Notices")
    rules = template.resources(template.read(), "AWS::Events::Rule")

    for name in rules:
        rule = told.resource(name).rpartition("|")[2]
        [target] = events.list_targets_by_rule(Rule=rule)["Targets"]
        assert events.describe_rule(Name=rule)["State"] == "ENABLED"
        assert target["Arn"] == topic or f":api-destination/{webhook.DESTINATION}" in target["Arn"]
        assert target["DeadLetterConfig"]["Arn"].rpartition(":")[2] == told.resource("UndeliveredEvents").split("/")[-1]
    assert set(rules) == {"CustomerConsented", "NeedsYou", "NeedsSomebody", "GotWorse", "Webhook"}


def test_the_address_is_asked_whether_it_wants_to_hear(told: Told) -> None:
    subscriptions = told.client("sns").list_subscriptions_by_topic(TopicArn=told.resource("Notices"))["Subscriptions"]

    assert [(each["Protocol"], each["Endpoint"]) for each in subscriptions] == [("email", ADDRESS)]


def test_a_webhook_is_posted_a_whole_onboarding_with_its_secret(told: Told) -> None:
    [destination] = told.client("events").list_api_destinations()["ApiDestinations"]
    secret = told.client("secretsmanager").get_secret_value(SecretId="tenant-onboarding/webhook")["SecretString"]
    listener = Listener(told.local, HEALTHY)
    listener.listen()

    completed = onboarded(told.local, HEALTHY)

    listener.hear("session_completed")
    listener.close()
    deadline = time.monotonic() + PATIENCE
    while listener.heard.keys() - {each.envelope["id"] for each in told.webhook.posted}:
        assert time.monotonic() < deadline, told.webhook.posted
        time.sleep(0.1)
    # What came of registering the tenants was posted too.
    posted = {each.envelope["id"]: each for each in told.webhook.posted}
    assert {name: posted[name].envelope for name in listener.heard} == {
        name: event["detail"] for name, event in listener.heard.items()
    }
    assert {each.authorization for each in posted.values()} == {secret}
    assert {each.path for each in posted.values()} == {"/onboarding"}
    assert destination["InvocationEndpoint"] == told.webhook.url
    assert completed["status"] == "completed"


def test_a_notice_is_a_sentence_about_whom_it_needs(told: Told) -> None:
    notices, base = Notices(told), f"/tenants/{UNPERMITTED}/onboarding"
    tokens = {user: told.local.token(user) for user in (MANAGER, OPERATOR)}
    session = told.local.call("POST", f"{base}/session", token=tokens[MANAGER]).json()
    edited = f"{base}/session/{session['id']}"

    told.local.call("PATCH", edited, token=tokens[MANAGER], body={"assigned_to_user_id": OPERATOR})
    assert notices.next() == (
        f'"User {OPERATOR}: tenant {UNPERMITTED} needs you. User {MANAGER} gave you its session {session["id"]}."'
    )

    told.local.call("POST", f"{base}/tasks/verify_permissions/runs", token=tokens[OPERATOR])
    assert notices.next() == (
        f'"Tenant {UNPERMITTED} needs somebody: verify_permissions, started by user {OPERATOR}, '
        'failed with permission_missing."'
    )
