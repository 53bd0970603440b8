"""A tenant that got worse after its onboarding is found out, marked, and heard of; and again once it is well."""

import json
import time
from typing import Any

from local import deployment
from tests.e2e.conftest import PATIENCE, LocalDeployment
from tests.e2e.listening import MANAGER, Listener, onboarded

TENANT = 15
"""One that no other test takes."""


class Machinery:
    """The parts of the deployment that nobody waits for."""

    def __init__(self, local: LocalDeployment) -> None:
        port = int(local.stack["aws_endpoint_url"].rpartition(":")[2])
        self._table = local.stack["tables"]["Sessions"]
        self._sweep = local.stack["functions"]["sweep"]
        self._dynamodb: Any = deployment.client("dynamodb", port)
        self._functions: Any = deployment.client("lambda", port)

    def item(self, entry: str) -> dict[str, Any]:
        """Read an item of the tenant's."""
        place = {"tenant_id": {"N": str(TENANT)}, "entry": {"S": entry}}
        item: dict[str, Any] = self._dynamodb.get_item(TableName=self._table, Key=place, ConsistentRead=True)["Item"]
        return item

    def live_through_a_round(self, *, within: float = 2 * PATIENCE) -> None:
        """Let the watch fall due, and sweep until it waits for its next round."""
        deadline = time.monotonic() + within
        began = False
        while not began or "run_ids" in self.item("watch"):
            assert time.monotonic() < deadline, f"no round within {within} s: {self.item('watch')}"
            self._let_the_watch_fall_due()
            done = self._functions.invoke(FunctionName=self._sweep, Payload=json.dumps({}))
            assert "FunctionError" not in done, done["Payload"].read()
            began = began or "run_ids" in self.item("watch")
            time.sleep(0.5)

    def _let_the_watch_fall_due(self) -> None:
        self._dynamodb.update_item(
            TableName=self._table,
            Key={"tenant_id": {"N": str(TENANT)}, "entry": {"S": "watch"}},
            UpdateExpression="SET due_at = :past",
            ExpressionAttributeValues={":past": {"N": str(int((time.time() - 1) * 1000))}},
        )


def test_a_tenant_that_got_worse_is_heard_of_and_marked_until_it_is_well_again(local: LocalDeployment) -> None:
    listener, machinery = Listener(local, TENANT), Machinery(local)
    completed = onboarded(local, TENANT)
    listener.listen()

    local.play(TENANT, "permission_missing")
    machinery.live_through_a_round()
    listener.hear("finding_got_worse")
    marked = "drifted_at" in machinery.item("tenant")
    local.play(TENANT, "healthy")
    machinery.live_through_a_round()
    listener.hear("tenant_recovered")
    listener.close()

    told = {event["detail-type"]: event["detail"]["data"] for event in listener.heard.values()}
    worse = told["finding_got_worse"]
    assert (worse["session_id"], worse["by_user_id"]) == (completed["id"], None)
    assert worse["details"]["task_type"] == "verify_permissions"
    assert (worse["details"]["from_status"], worse["details"]["status"]) == ("ok", "fail")
    assert worse["details"]["reason_code"] == "permission_missing"
    assert marked
    assert "drifted_at" not in machinery.item("tenant")
    assert local.call("GET", f"/tenants/{TENANT}/onboarding/session", token=local.token(MANAGER)).json() == {
        "session": None
    }
