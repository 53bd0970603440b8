import pytest

from tests.arranging import found, opened
from tests.calling import call, connection, register
from tests.deployment import Deployment
from tests.matching import AN_INSTANT
from tests.wire import Wire

pytestmark = pytest.mark.parametrize("dynamodb", ["dynamodb_local"], indirect=True)


def test_a_diff_tells_what_changed_since_the_previous_finding_of_the_same_task(deployed: Deployment) -> None:
    register()
    before = found("verify_permissions", payload={"held": ["A.Read.All", "B.Read.All"]})
    found("license_check")
    after = found("verify_permissions", "fail", "permission_missing", payload={"held": ["A.Read.All"]})

    answer = call("compare_evidence", user=4, evidenceId=after.id)

    assert answer.status == 200
    assert answer.body == {
        "task_type": "verify_permissions",
        "provider_connection_id": 101,
        "evidence": {
            "evidence_id": after.id,
            "status": "fail",
            "reason_code": "permission_missing",
            "recorded_at": AN_INSTANT,
        },
        "previous": {"evidence_id": before.id, "status": "ok", "reason_code": None, "recorded_at": AN_INSTANT},
        "changes": [{"name": "held", "kind": "went", "before": "B.Read.All", "after": None}],
        "words": ["verify_permissions went from ok to fail (permission_missing)", "B.Read.All revoked"],
    }


def test_the_first_finding_of_a_task_has_no_previous_one(deployed: Deployment) -> None:
    register()
    first = found("rbac_check")

    answer = call("compare_evidence", evidenceId=first.id)

    assert (answer.status, answer.body["previous"], answer.body["changes"]) == (200, None, [])


def test_a_finding_over_another_connection_is_passed_over_however_many_there_are(
    deployed: Deployment, wire: Wire
) -> None:
    register(1, 101)
    first = found("rbac_check", payload={"held": ["a"]})
    call("register_connection", user=1, connectionId=102, body=connection("22222222-2222-4333-8444-555555555555"))
    session_id = opened()
    other = {"provider_connection_id": 102}
    assert call("update_session", sessionId=session_id, body=other).status == 200
    for _ in range(21):
        found("rbac_check", payload={"held": ["b"]})
    back = {"provider_connection_id": 101}
    assert call("update_session", sessionId=session_id, body=back).status == 200
    last = found("rbac_check", payload={"held": ["c"]})
    wire.reset()

    answer = call("compare_evidence", evidenceId=last.id)

    assert answer.body["previous"]["evidence_id"] == first.id
    assert answer.body["words"] == ["role c assigned", "role a removed"]
    assert wire.operations == ["BatchGetItem", "GetItem", "Query", "Query"]


def test_evidence_that_the_tenant_does_not_have_is_not_found(deployed: Deployment) -> None:
    register(1)
    register(2)
    foreign = found("rbac_check", tenant=2)

    answer = call("compare_evidence", evidenceId=foreign.id)

    assert (answer.status, answer.code) == (404, "evidence_not_found")
