"""The promises of the service, over real HTTP against the real template."""

import json
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
import pytest
import urllib3

from tests import schemas
from tests.e2e.conftest import PATIENCE, LocalDeployment

ONBOARDING = "/tenants/{}/onboarding"
PROBES = (
    "consent_status",
    "verify_permissions",
    "connection_diagnostics",
    "license_check",
    "intune_status",
    "rbac_check",
)


@pytest.fixture(scope="module")
def tokens(local: LocalDeployment) -> dict[int, str]:
    """Tokens of everybody in the seeded tenants, and of the stranger."""
    return {user: local.token(user) for user in (1, 2, 3, 4, 5, 9)}


def side_by_side[Answer](times: int, ask: Callable[[int], Answer]) -> list[Answer]:
    """Ask so many *times* at once."""
    with ThreadPoolExecutor(times) as threads:
        return list(threads.map(ask, range(times)))


def found(local: LocalDeployment, token: str, tenant: int, *tasks: str) -> dict[str, tuple[str, str | None]]:
    """Run *tasks* side by side; give the status and reason code of each."""
    links = {}
    for task in tasks:
        started = local.call("POST", f"{ONBOARDING.format(tenant)}/tasks/{task}/runs", token=token)
        assert started.status == 201, started.data
        links[task] = started.json()["url"]
    runs = {task: local.ended_run(link, token) for task, link in links.items()}
    return {task: (run["finding"]["status"], run["finding"]["reason_code"]) for task, run in runs.items()}


def test_sixty_four_who_create_at_once_are_given_one_session(local: LocalDeployment, tokens: dict[int, str]) -> None:
    path = f"{ONBOARDING.format(5)}/session"

    answers = side_by_side(64, lambda n: local.call("POST", path, token=tokens[(1, 2, 3, 5)[n % 4]]))

    assert {answer.status for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert Counter(answer.headers["Session-Resumed"] for answer in answers) == {"false": 1, "true": 63}


def test_thirty_two_who_start_the_initial_sync_at_once_are_given_one_run(
    local: LocalDeployment, tokens: dict[int, str]
) -> None:
    path = f"{ONBOARDING.format(6)}/tasks/initial_sync/runs"

    answers = side_by_side(32, lambda n: local.call("POST", path, token=tokens[(1, 2, 3, 5)[n % 4]]))

    assert {answer.status for answer in answers} == {201}
    assert len({answer.json()["run_id"] for answer in answers}) == 1
    assert Counter(answer.headers["Operation-Reused"] for answer in answers) == {"false": 1, "true": 31}
    assert local.ended_run(answers[0].json()["url"], tokens[1])["status"] == "succeeded"


def test_an_exclusive_task_is_refused_while_another_runs_with_what_blocks_and_who_started_it(
    local: LocalDeployment, tokens: dict[int, str]
) -> None:
    base = ONBOARDING.format(7)
    local.play(7, "slow")  # so that it does not end before it is in the way
    sync = local.call("POST", f"{base}/tasks/initial_sync/runs", token=tokens[3]).json()

    refused = local.call("POST", f"{base}/tasks/license_check/runs", token=tokens[5])

    local.play(7, "healthy")
    assert refused.status == 409
    body = refused.json()
    assert (body["code"], body["blocking_run_id"], body["blocking_task_type"], body["started_by_user_id"]) == (
        "run_blocked",
        sync["run_id"],
        "initial_sync",
        3,
    )
    assert int(refused.headers["Retry-After"]) > 0
    schemas.named("ErrorResponse").validate(body)
    assert local.ended_run(sync["url"], tokens[1])["status"] == "succeeded"


def test_all_probes_started_at_once_run_and_end_ok(local: LocalDeployment, tokens: dict[int, str]) -> None:
    base = ONBOARDING.format(8)

    links = side_by_side(6, lambda n: local.call("POST", f"{base}/tasks/{PROBES[n]}/runs", token=tokens[3]).json())

    assert [local.ended_run(link["url"], tokens[4])["finding"]["status"] for link in links] == ["ok"] * 6


def test_a_running_sync_that_is_cancelled_stops_and_leaves_no_evidence(
    local: LocalDeployment, tokens: dict[int, str]
) -> None:
    base = ONBOARDING.format(9)
    local.play(9, "slow")  # so that it does not end before it is told to
    link = local.call("POST", f"{base}/tasks/initial_sync/runs", token=tokens[3]).json()
    while local.call("GET", link["url"], token=tokens[3]).json()["status"] == "queued":
        pass

    asked = local.call("POST", f"{link['url']}/cancel", token=tokens[3])

    local.play(9, "healthy")
    assert asked.status == 200
    assert local.ended_run(link["url"], tokens[3])["status"] == "cancelled"
    assert local.call("GET", f"{base}/evidence", token=tokens[3]).json() == []
    again = local.call("POST", f"{base}/tasks/initial_sync/runs", token=tokens[3])
    assert (again.status, again.headers["Operation-Reused"]) == (201, "false")
    assert local.ended_run(again.json()["url"], tokens[3])["status"] == "succeeded"


def test_fabrikam_lacks_a_permission_and_says_which(local: LocalDeployment, tokens: dict[int, str]) -> None:
    assert found(local, tokens[3], 2, "consent_status", "verify_permissions") == {
        "consent_status": ("ok", None),
        "verify_permissions": ("fail", "permission_missing"),
    }
    tasks = local.call("GET", f"{ONBOARDING.format(2)}/tasks", token=tokens[4]).json()
    failed = next(task for task in tasks if task["task_type"] == "verify_permissions")
    assert "DeviceManagementConfiguration.Read.All" in failed["message"]
    assert failed["remedy"]["text"]
    assert failed["remedy"]["link"].startswith("https://learn.microsoft.com/")


def test_northwind_has_not_consented(local: LocalDeployment, tokens: dict[int, str]) -> None:
    assert found(local, tokens[3], 3, "consent_status") == {"consent_status": ("fail", "consent_missing")}


def test_tailspin_throttles_twice_and_is_ok_all_the_same(local: LocalDeployment, tokens: dict[int, str]) -> None:
    assert found(local, tokens[3], 4, "connection_diagnostics") == {"connection_diagnostics": ("ok", None)}


def test_a_stranger_learns_nothing_that_they_would_not_learn_of_an_unknown_tenant(
    local: LocalDeployment, tokens: dict[int, str]
) -> None:
    foreign = local.call("GET", f"{ONBOARDING.format(1)}/session", token=tokens[9])
    unknown = local.call("GET", f"{ONBOARDING.format(4242)}/session", token=tokens[9])

    assert (foreign.status, unknown.status) == (404, 404)
    assert {**foreign.json(), "request_id": ""} == {**unknown.json(), "request_id": ""}


def test_every_answer_of_the_contract_over_http_has_the_contract_s_shape(
    local: LocalDeployment, tokens: dict[int, str]
) -> None:
    base, template = ONBOARDING.format(10), "/tenants/{tenantId}/onboarding"
    null = local.call("GET", f"{base}/session", token=tokens[4])
    created = local.call("POST", f"{base}/session", token=tokens[3])
    session_id = created.json()["id"]
    found(local, tokens[3], 10, "consent_status")
    answers = {
        ("GET", f"{template}/session"): [null, local.call("GET", f"{base}/session", token=tokens[4])],
        ("POST", f"{template}/session"): [created],
        ("PATCH", f"{template}/session/{{sessionId}}"): [
            local.call("PATCH", f"{base}/session/{session_id}", token=tokens[3], body={"current_step": 2})
        ],
        ("GET", f"{template}/tasks"): [local.call("GET", f"{base}/tasks", token=tokens[4])],
        ("POST", f"{template}/tasks/{{taskType}}/runs"): [
            local.call("POST", f"{base}/tasks/rbac_check/runs", token=tokens[3])
        ],
        ("GET", f"{template}/evidence"): [local.call("GET", f"{base}/evidence", token=tokens[4])],
    }

    assert null.json() == {"session": None}
    for (method, path), each in answers.items():
        for answer in each:
            schemas.of(method, path, answer.status).validate(answer.json())


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/tenants/x/onboarding/session", None),
        ("GET", f"/tenants/{2**53}/onboarding/session", None),
        ("GET", "/tenants/-1/onboarding/session", None),
        ("GET", "/tenants/%D9%A3/onboarding/session", None),
        ("GET", "/tenants/11/onboarding/session?x=1", None),
        ("GET", "/tenants/11/onboarding/evidence?limit=0", None),
        ("GET", "/tenants/11/onboarding/evidence?limit=1&limit=2", None),
        ("GET", "/tenants/11/onboarding/evidence?taskType=", None),
        ("GET", "/tenants/11/onboarding/runs/1", None),
        ("POST", "/tenants/11/onboarding/runs/0/cancel", None),
        ("POST", "/tenants/11/onboarding/tasks/nonsense/runs", None),
        ("POST", "/tenants/11/onboarding/session", b"{"),
        ("POST", "/tenants/11/onboarding/session", b'{"unknown": 1}'),
        ("PATCH", "/tenants/11/onboarding/session/1", b""),
        ("PATCH", "/tenants/11/onboarding/session/1", b"[]"),
        ("PATCH", "/tenants/11/onboarding/session/1", b'{"current_step": "2"}'),
        ("PATCH", "/tenants/11/onboarding/session/1", b'{"current_step": NaN}'),
        ("PATCH", "/tenants/11/onboarding/session/1", b'{"takeover": "\xff"}'),
        ("PATCH", "/tenants/11/onboarding/session/1", b"[" * 10_000),
        ("PATCH", "/tenants/11/onboarding/session/1", b" " * 1_000_000),
        ("PUT", "/tenants/11/members/3", b'{"role": "emperor"}'),
        ("PUT", "/tenants/11/provider-connections/1", b'{"client_id": 7}'),
        ("DELETE", "/tenants/11/members/4242", None),
        ("DELETE", "/tenants/11/onboarding/session", None),
        ("GET", "/nowhere", None),
    ],
)
def test_unhappy_input_is_refused_in_the_one_error_body(
    local: LocalDeployment, tokens: dict[int, str], method: str, path: str, body: bytes | None
) -> None:
    headers = {"Authorization": f"Bearer {tokens[1]}", "Content-Type": "application/json"}

    answer = urllib3.request(method, local.url + path, body=body, headers=headers, retries=False, timeout=PATIENCE)

    assert 400 <= answer.status < 500
    said = answer.json()
    schemas.named("ErrorResponse").validate(said)
    assert (said["status"], said["request_id"]) == (answer.status, answer.headers["X-Request-Id"])


def test_a_body_of_another_kind_is_refused(local: LocalDeployment, tokens: dict[int, str]) -> None:
    headers = {"Authorization": f"Bearer {tokens[1]}", "Content-Type": "text/plain"}
    path = f"{local.url}/tenants/11/onboarding/session/1"

    answer = urllib3.request("PATCH", path, body=b"{}", headers=headers, retries=False, timeout=PATIENCE)

    assert (answer.status, answer.json()["code"]) == (415, "unsupported_media_type")


def test_a_customer_s_administrator_consents_over_the_link_and_it_shows(
    local: LocalDeployment, tokens: dict[int, str]
) -> None:
    local.play(12, "consent_missing")
    connection = "/tenants/12/provider-connections/1201"
    assert found(local, tokens[3], 12, "consent_status") == {"consent_status": ("fail", "consent_missing")}

    link = local.call("POST", f"{connection}/consent-link", token=tokens[3]).json()["url"]
    page = urllib3.request("GET", link, timeout=PATIENCE)
    declined = urllib3.request("POST", link, fields={"answer": "cancel"}, redirect=False, timeout=PATIENCE)
    refused = urllib3.request("GET", declined.headers["Location"], timeout=PATIENCE)
    accepted = urllib3.request("POST", link, fields={"answer": "accept"}, redirect=False, timeout=PATIENCE)
    thanked = urllib3.request("GET", accepted.headers["Location"], timeout=PATIENCE)

    assert (page.status, refused.status, thanked.status) == (200, 400, 200)
    assert b"Your consent was recorded." in thanked.data
    tasks = local.call("GET", f"{ONBOARDING.format(12)}/tasks", token=tokens[4]).json()
    consent = next(task for task in tasks if task["task_type"] == "consent_status")
    run = local.ended_run(f"{ONBOARDING.format(12)}/runs/{consent['last_run_id']}", tokens[4])
    assert (run["started_by_user_id"], run["finding"]["status"]) == (None, "ok")
    diff = local.call(
        "GET", f"{ONBOARDING.format(12)}/evidence/{run['finding']['evidence_id']}/diff", token=tokens[4]
    ).json()
    assert "consent_status went from fail (consent_missing) to ok" in diff["words"]


def test_the_sweep_runs_in_the_deployment(local: LocalDeployment) -> None:
    stack = local.stack
    lambdas = boto3.client(
        "lambda",
        endpoint_url=stack["aws_endpoint_url"],
        region_name=stack["region"],
        aws_access_key_id="test",
        aws_secret_access_key="test",  # noqa: S106 - the emulator checks none
    )

    answer = lambdas.invoke(FunctionName=stack["functions"]["sweep"], Payload=b"{}")

    said: Any = json.loads(answer["Payload"].read())
    assert "FunctionError" not in answer, said
    assert isinstance(said, dict)


def test_the_demo_holds_and_can_be_repeated(local: LocalDeployment) -> None:
    for _ in range(2):
        demo = local.make("demo")

        assert demo.returncode == 0, demo.stdout[-3000:] + demo.stderr[-3000:]
        assert "All of it held." in demo.stdout
