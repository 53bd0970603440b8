"""The simulator as a peer: what Microsoft would refuse is refused here, and what was chosen is remembered."""

import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import jwt
import pytest
import urllib3
from cryptography.hazmat.primitives.asymmetric import rsa

from local.simulator.scenarios import SCENARIOS
from local.tenants import CLIENT_ID, TENANTS
from onboarding.domain.catalogue import Task
from onboarding.domain.finding import FindingStatus
from tests.simulator import SECRET, Examiner, Simulator, serve

CONTOSO, FABRIKAM, *_ = TENANTS
SKUS = "/graph/v1.0/subscribedSkus"


def ask_token(simulator: Simulator, tenant: object = CONTOSO.entra_tenant_id, **form: str) -> urllib3.BaseHTTPResponse:
    fields = {
        "grant_type": "client_credentials",
        "client_id": str(CLIENT_ID),
        "client_secret": SECRET,
        "scope": "https://graph.microsoft.com/.default",
        **form,
    }
    url = f"{simulator.url}/login/{tenant}/oauth2/v2.0/token"
    return simulator.pool.request("POST", url, fields=fields, encode_multipart=False)


def ask_graph(simulator: Simulator, token: str, path: str = SKUS) -> urllib3.BaseHTTPResponse:
    return simulator.pool.request("GET", simulator.url + path, headers={"Authorization": f"Bearer {token}"})


def claims_of(token: str) -> dict[str, Any]:
    claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return claims


@pytest.fixture
def token(simulator: Simulator) -> str:
    simulator.play("healthy")
    value: str = ask_token(simulator).json()["access_token"]
    return value


def test_a_token_is_signed_and_says_tenant_application_and_roles(simulator: Simulator, token: str) -> None:
    jwks = f"{simulator.url}/login/{CONTOSO.entra_tenant_id}/discovery/v2.0/keys"
    key = jwt.PyJWK(simulator.pool.request("GET", jwks).json()["keys"][0])

    claims = jwt.decode(token, key, algorithms=["RS256"], audience="https://graph.microsoft.com")

    assert claims["tid"] == str(CONTOSO.entra_tenant_id)
    assert claims["appid"] == str(CLIENT_ID)
    assert claims["exp"] - claims["iat"] == 3599
    assert len(claims["roles"]) == 9


def test_a_token_without_any_role_has_no_such_claim(simulator: Simulator) -> None:
    simulator.play("consent_missing")

    assert "roles" not in claims_of(ask_token(simulator).json()["access_token"])


@pytest.mark.parametrize(
    ("form", "number", "status"),
    [
        ({"client_secret": "wrong"}, 7000215, 401),
        ({"client_id": "00000000-0000-0000-0000-000000000000"}, 700016, 400),
        ({"scope": "https://graph.microsoft.com/User.Read"}, 1002012, 400),
        ({"grant_type": "password"}, 70003, 400),
    ],
)
def test_a_wrong_request_for_a_token_is_refused_as_entra_does(
    simulator: Simulator, form: dict[str, str], number: int, status: int
) -> None:
    simulator.play("healthy")

    answer = ask_token(simulator, **form)

    assert answer.status == status
    assert answer.json()["error_codes"] == [number]
    assert answer.json()["error_description"].startswith(f"AADSTS{number}: ")
    assert set(answer.json()) == {
        "error",
        "error_description",
        "error_codes",
        "timestamp",
        "trace_id",
        "correlation_id",
        "error_uri",
    }


def test_a_domain_finds_its_tenant_and_a_stranger_finds_none(simulator: Simulator) -> None:
    def discover(name: str) -> urllib3.BaseHTTPResponse:
        return simulator.pool.request("GET", f"{simulator.url}/login/{name}/v2.0/.well-known/openid-configuration")

    assert discover("contoso.example").json()["issuer"] == (
        f"https://login.microsoftonline.com/{CONTOSO.entra_tenant_id}/v2.0"
    )
    assert discover(str(CONTOSO.entra_tenant_id)).status == 200
    assert discover("nobody.example").json()["error_codes"] == [90002]


def test_a_token_opens_its_own_tenant_and_no_other(simulator: Simulator, token: str) -> None:
    other = f"/graph/v1.0/organization/{FABRIKAM.entra_tenant_id}?$select=mobileDeviceManagementAuthority"

    assert ask_graph(simulator, token).status == 200
    assert ask_graph(simulator, token, other).status == 404


def test_forged_expired_and_absent_tokens_are_refused(simulator: Simulator, token: str) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    claims = claims_of(token)
    head, body, signature = token.split(".")
    forged = [
        "",
        "x",
        jwt.encode(claims, key, algorithm="RS256"),
        jwt.encode(claims, "", algorithm="none"),
        f"{head}.{body}.",
        f"{head}.{body[::-1]}.{signature}",
    ]

    for each in forged:
        answer = ask_graph(simulator, each)
        assert answer.status == 401
        assert answer.json()["error"]["code"] == "InvalidAuthenticationToken"


def test_an_error_of_graph_has_its_envelope_and_ids(simulator: Simulator) -> None:
    simulator.play("consent_missing")

    answer = ask_graph(simulator, ask_token(simulator).json()["access_token"])

    assert answer.status == 403
    error = answer.json()["error"]
    assert error["code"] == "Authorization_RequestDenied"
    assert error["innerError"]["request-id"] == answer.headers["request-id"]
    assert set(error["innerError"]) == {"date", "request-id", "client-request-id"}


def test_throttling_names_its_wait_only_where_the_scenario_does(simulator: Simulator, token: str) -> None:
    simulator.play("throttled_twice")
    with_header = ask_graph(simulator, token)
    simulator.play("throttled_without_header")
    without_header = ask_graph(simulator, token)

    assert (with_header.status, with_header.headers.get("Retry-After")) == (429, "2")
    assert (without_header.status, without_header.headers.get("Retry-After")) == (429, None)


def test_a_resource_nobody_asks_for_is_not_imitated(simulator: Simulator, token: str) -> None:
    assert ask_graph(simulator, token, "/graph/v1.0/users").status == 404


def test_every_scenario_can_be_chosen_while_it_runs_and_counting_starts_over(simulator: Simulator, token: str) -> None:
    for scenario in SCENARIOS:
        simulator.play(scenario)
    simulator.play("healthy")
    ask_graph(simulator, token)
    ask_graph(simulator, token)

    assert simulator.calls() == {"token": 0, "graph": 2, "paths": {"v1.0/subscribedSkus": 2}}


def test_an_unknown_scenario_or_tenant_is_refused(simulator: Simulator) -> None:
    def choose(tenant: str, body: str) -> int:
        url = f"{simulator.url}/control/tenants/{tenant}/scenario"
        return simulator.pool.request("PUT", url, body=body).status

    assert choose("1", '{"scenario": "no_such"}') == 400
    assert choose("1", '{"scenario": ["healthy"]}') == 400
    assert choose("1", "[]") == 400
    assert choose("999", '{"scenario": "healthy"}') == 404
    assert choose("x", '{"scenario": "healthy"}') == 404


def test_the_scenarios_tell_their_stories(simulator: Simulator) -> None:
    stories = simulator.pool.request("GET", f"{simulator.url}/control/scenarios").json()

    assert stories == {name: scenario.story for name, scenario in SCENARIOS.items()}


def test_spent_faults_and_chosen_scenarios_outlive_a_restart(tmp_path: Path) -> None:
    kept, tailspin = tmp_path / "simulator.json", TENANTS[3]

    with serve(least_sync_seconds=0.0, state_path=kept) as first:
        first.play("no_licence", CONTOSO)
        token = ask_token(first, tailspin.entra_tenant_id).json()["access_token"]
        assert ask_graph(first, token).status == 429
    with serve(least_sync_seconds=0.0, state_path=kept) as second:
        token = ask_token(second, tailspin.entra_tenant_id).json()["access_token"]
        statuses = [ask_graph(second, token).status for _ in range(3)]
        scenario = second.pool.request("GET", f"{second.url}/control/tenants/{CONTOSO.id}").json()["scenario"]

    assert statuses == [429, 200, 200]
    assert scenario == "no_licence"


def test_an_initial_sync_takes_three_seconds_at_least(examiner: Examiner) -> None:
    with serve() as patient:
        started = time.monotonic()
        finding = Examiner(patient, examiner.credentials, examiner.arn).examine(Task.INITIAL_SYNC)

    assert finding.status is FindingStatus.OK
    assert time.monotonic() - started >= 3.0


def test_the_way_to_microsoft_is_imported_without_an_aws_sdk() -> None:
    code = (
        "import sys, onboarding.wiring.graph, onboarding.tasks; "
        "sys.exit(bool({'boto3', 'botocore', 'requests', 'aiohttp', 'jwt'} & set(sys.modules)))"
    )

    assert subprocess.run([sys.executable, "-c", code], cwd="functions", check=False).returncode == 0  # noqa: S603 - ours
