"""Who listens to the local event bus, and a tenant that they hear of."""

import json
import time
from collections import Counter
from typing import Any

from local import deployment
from tests.e2e.conftest import PATIENCE, LocalDeployment

MANAGER, OPERATOR = 2, 3

VERIFICATION = ("verify_permissions", "connection_diagnostics", "license_check", "intune_status", "rbac_check")


class Listener:
    """Somebody whose rule names all of our events, and who keeps those of one tenant by their ids."""

    def __init__(self, local: LocalDeployment, tenant: int) -> None:
        port = int(local.stack["aws_endpoint_url"].rpartition(":")[2])
        self._sqs: Any = deployment.client("sqs", port)
        self._bus: Any = deployment.client("events", port)
        self._subject = f"tenants/{tenant}"
        self._url = self._sqs.create_queue(QueueName="onboarding")["QueueUrl"]
        self.heard: dict[str, dict[str, Any]] = {}
        """What was heard, by the event's id: it may come twice."""

    def listen(self) -> None:
        """Put the rule onto the bus."""
        attributes = self._sqs.get_queue_attributes(QueueUrl=self._url, AttributeNames=["QueueArn"])["Attributes"]
        self._bus.put_rule(Name="onboarding", EventPattern=json.dumps({"source": ["tenant-onboarding"]}))
        self._bus.put_targets(Rule="onboarding", Targets=[{"Id": "onboarding", "Arn": attributes["QueueArn"]}])

    def hear(self, *names: str, within: float = PATIENCE) -> None:
        """Listen until events called *names* came, as many of each, and for as long as more comes with them.

        Each table has a stream of its own, and one may be behind another.

        Raises:
            AssertionError: If one does not come.
        """
        wanted = Counter(names)
        deadline = time.monotonic() + within
        while time.monotonic() < deadline:
            messages = self._sqs.receive_message(QueueUrl=self._url, MaxNumberOfMessages=10, WaitTimeSeconds=3)
            for message in messages.get("Messages", []):
                self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"])
                event: dict[str, Any] = json.loads(message["Body"])
                if event["detail"]["subject"] == self._subject:
                    self.heard.setdefault(event["detail"]["id"], event)
            if not messages.get("Messages") and not wanted - self._told():
                return
        raise AssertionError(f"{wanted - self._told()} was not heard within {within} s, only {self._told()}")

    def _told(self) -> Counter[str]:
        return Counter(event["detail-type"] for event in self.heard.values())

    def close(self) -> None:
        """Take the rule off the bus again."""
        self._bus.remove_targets(Rule="onboarding", Ids=["onboarding"])
        self._bus.delete_rule(Name="onboarding")


def onboarded(local: LocalDeployment, tenant: int) -> dict[str, Any]:
    """Walk *tenant* through all five steps, one thing after the other; give the session as it was completed."""
    base, tokens = f"/tenants/{tenant}/onboarding", {user: local.token(user) for user in (MANAGER, OPERATOR)}

    def edit(user: int, **fields: object) -> dict[str, Any]:
        answer = local.call("PATCH", f"{base}/session/{session['id']}", token=tokens[user], body=fields)
        assert answer.status == 200, answer.data
        edited: dict[str, Any] = answer.json()
        return edited

    def examine(user: int, task: str) -> None:
        started = local.call("POST", f"{base}/tasks/{task}/runs", token=tokens[user])
        assert started.status == 201, started.data
        assert local.ended_run(started.json()["url"], tokens[user])["finding"]["status"] in {"ok", "warn"}

    session = local.call("POST", f"{base}/session", token=tokens[OPERATOR]).json()
    edit(OPERATOR, current_step=2)
    examine(OPERATOR, "consent_status")
    edit(OPERATOR, current_step=3)
    for task in VERIFICATION:
        examine(OPERATOR, task)
    edit(MANAGER, takeover=True, current_step=4)
    examine(MANAGER, "initial_sync")
    edit(MANAGER, current_step=5)
    edit(MANAGER, assigned_to_user_id=MANAGER)
    return edit(MANAGER, status="completed")
