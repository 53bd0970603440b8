"""What the client makes of answers that Microsoft should never give: each is an obstacle, none an error of ours."""

import json
import threading
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, override

import boto3
import pytest
from botocore.config import Config

from onboarding import clock
from onboarding.domain.connection import Cloud, Connection
from onboarding.domain.deadline import Deadline
from onboarding.domain.finding import Finding, FindingStatus, Obstacle
from onboarding.domain.reasons import ReasonCode
from onboarding.domain.tenant import Area
from onboarding.errors import Transient
from onboarding.graph.batch import Batch
from onboarding.graph.clouds import Hosts
from onboarding.graph.credentials import Credentials, Services
from onboarding.graph.pace import Pace
from onboarding.graph.tenant import GraphTenant
from tests.signing import Signer
from tests.simulator import Examiner

UNUSABLE = (FindingStatus.UNKNOWN, ReasonCode.GRAPH_UNAVAILABLE)
GUID = "11111111-2222-4333-8444-555555555555"


def jwt(**claims: Any) -> str:
    return f"e30.{urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip('=')}.c2ln"


class Peer:
    """Answers every token request with `token` and every Graph request with `answers`, in turn."""

    def __init__(self) -> None:
        self.token: Any = None
        self.token_status = 200
        self.answers: list[bytes] = []
        self.asked: list[str] = []
        peer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_GET(self) -> None:
                peer.asked.append(self.path)
                self._answer(200, peer.answers.pop(0) if len(peer.answers) > 1 else peer.answers[0])

            def do_POST(self) -> None:
                peer.asked.append(self.path)
                self.rfile.read(int(self.headers["Content-Length"]))
                self._answer(peer.token_status, json.dumps(peer.token).encode())

            def _answer(self, status: int, body: bytes) -> None:
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            @override
            def log_message(self, format: str, *args: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def peer() -> Iterator[Peer]:
    peer = Peer()
    thread = threading.Thread(target=peer.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield peer
    peer.server.shutdown()
    thread.join()
    peer.server.server_close()


@pytest.fixture
def connection(examiner: Examiner) -> Connection:
    return examiner.connection()


@pytest.fixture
def tenant(peer: Peer, examiner: Examiner, connection: Connection) -> GraphTenant:
    peer.token = {"access_token": jwt(tid=connection.entra_tenant_id, roles=["A.Read.All", 7])}
    hosts = {Cloud.GLOBAL: Hosts(f"{peer.url}/login", f"{peer.url}/graph")}
    batch = Batch(examiner.simulator.pool, examiner.credentials, hosts, Pace(sleep=lambda _seconds: None))
    return batch.tenant(connection, Deadline(lambda: 90.0))


def ask_everything(tenant: GraphTenant) -> list[Finding]:
    questions = (
        tenant.principal,
        tenant.graph_principal,
        lambda: tenant.grants(GUID),
        tenant.organization,
        tenant.skus,
        lambda: tenant.directory_roles(GUID),
        lambda: tenant.page(Area.MANAGED_DEVICES, None),
    )
    found = []
    for ask in questions:
        with pytest.raises(Obstacle) as raised:
            ask()
        found.append(raised.value.finding)
    return found


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"<html>",
        b"[]",
        b"null",
        b'"text"',
        b"7",
        b"\xff",
        b"[" * 100_000,
        b"{}",
        b'{"value": {}}',
        b'{"value": [7]}',
        b'{"value": "text", "id": 7}',
        b'{"id": "../../evil", "accountEnabled": "maybe", "value": null}',
    ],
)
def test_an_answer_of_another_shape_is_unusable(peer: Peer, tenant: GraphTenant, answer: bytes) -> None:
    peer.answers = [answer]

    found = ask_everything(tenant)

    assert {(finding.status, finding.reason_code) for finding in found} == {UNUSABLE}
    assert {len(finding.payload) for finding in found} == {0}


def test_a_tenant_without_an_organization_is_unusable(peer: Peer, tenant: GraphTenant) -> None:
    peer.answers = [b'{"value": []}']

    with pytest.raises(Obstacle):
        tenant.organization()


def test_an_unusable_answer_is_not_quoted(peer: Peer, tenant: GraphTenant) -> None:
    peer.answers = [b'{"value": ["secret-of-the-tenant"]}']

    with pytest.raises(Obstacle) as raised:
        tenant.skus()

    cause = raised.value.__cause__
    assert cause is None
    assert raised.value.__suppress_context__


def test_an_intune_that_says_nothing_says_nothing(peer: Peer, tenant: GraphTenant) -> None:
    peer.answers = [b"{}"]

    assert tenant.intune_subscription() is None
    assert tenant.mdm_authority() is None


def test_a_list_that_never_ends_is_left(peer: Peer, tenant: GraphTenant) -> None:
    peer.answers = [json.dumps({"value": [], "@odata.nextLink": f"{peer.url}/graph/v1.0/subscribedSkus?x"}).encode()]

    with pytest.raises(Obstacle):
        tenant.skus()
    assert len(peer.asked) == 1 + 100


def test_any_other_refusal_of_the_own_principal_is_an_obstacle(examiner: Examiner) -> None:
    examiner.simulator.play("unavailable")

    with pytest.raises(Obstacle):
        examiner.tenant().principal()


def test_an_application_that_graph_does_not_know_is_absent(examiner: Examiner, connection: Connection) -> None:
    # Microsoft Graph's own view, where the token endpoint has let the application in.
    examiner.simulator.play("healthy")
    other = connection.model_copy(update={"client_id": "00000000-0000-4000-8000-000000000000"})
    batch = examiner.batch()
    known = batch.tenant(connection, Deadline(lambda: 90.0))
    known.token_roles()

    assert batch.tenant(other, Deadline(lambda: 90.0)).principal() is None


@pytest.mark.parametrize("link", [7, ["x"], {"x": 1}, "", "/v1.0/x", "https://graph.microsoft.com/v1.0/x"])
def test_a_next_link_that_does_not_lead_back_is_refused(peer: Peer, tenant: GraphTenant, link: object) -> None:
    peer.answers = [json.dumps({"value": [], "@odata.nextLink": link}).encode()]

    with pytest.raises(Obstacle) as raised:
        tenant.page(Area.MANAGED_DEVICES, None)

    assert (raised.value.finding.status, raised.value.finding.reason_code) == UNUSABLE
    assert raised.value.finding.next_check_at is None


def test_changes_are_counted_whatever_their_time_looks_like(peer: Peer, tenant: GraphTenant) -> None:
    times = [
        "2026-03-02T09:30:00Z",
        "2026-03-02T09:30:00.1234567Z",
        "0001-01-01T00:00:00Z",
        "2026-03-02",
        "soon",
        7,
        None,
    ]
    peer.answers = [json.dumps({"value": [{"id": "x", "lastSyncDateTime": each} for each in times]}).encode()]

    page = tenant.page(Area.MANAGED_DEVICES, None)

    assert page.items == 7
    assert page.newest is not None
    assert page.newest.isoformat() == "2026-03-02T09:30:00.123456+00:00"


def test_a_service_plan_that_is_switched_off_does_not_count(peer: Peer, tenant: GraphTenant) -> None:
    plans = [
        {"servicePlanName": "INTUNE_A", "provisioningStatus": "Disabled"},
        {"servicePlanName": "AAD_PREMIUM", "provisioningStatus": "Success"},
    ]
    sku = {"skuPartNumber": "SPB", "capabilityStatus": "Enabled", "servicePlans": plans}
    peer.answers = [json.dumps({"value": [sku]}).encode()]

    assert tenant.skus()[0].plans == {"AAD_PREMIUM"}


def test_roles_that_are_no_text_are_dropped(tenant: GraphTenant) -> None:
    assert tenant.token_roles() == {"A.Read.All"}


def test_the_token_of_another_tenant_is_the_wrong_tenant(peer: Peer, tenant: GraphTenant) -> None:
    peer.token = {"access_token": jwt(tid=GUID, roles=["A.Read.All"])}

    with pytest.raises(Obstacle) as raised:
        tenant.token_roles()

    assert (raised.value.finding.status, raised.value.finding.reason_code) == (
        FindingStatus.FAIL,
        ReasonCode.WRONG_TENANT,
    )


@pytest.mark.parametrize(
    "token",
    [
        None,
        [],
        {},
        {"access_token": None},
        {"access_token": "opaque"},
        {"access_token": "a.b"},
        {"access_token": "a.!!!.c"},
        {"access_token": "a.bm90LWpzb24.c"},
        {"access_token": jwt(roles=["A.Read.All"])},
        {"access_token": f"a.{urlsafe_b64encode(b'[]').decode()}.c"},
        {"access_token": jwt(tid=GUID, roles=7)},
    ],
)
def test_a_token_that_cannot_be_read_is_unusable(peer: Peer, tenant: GraphTenant, token: object) -> None:
    peer.token = token

    with pytest.raises(Obstacle) as raised:
        tenant.token_roles()

    assert (raised.value.finding.status, raised.value.finding.reason_code) == UNUSABLE


def test_a_certificate_that_is_rejected_is_tried_three_times(peer: Peer, tenant: GraphTenant) -> None:
    peer.token_status, peer.token = 401, {"error": "invalid_client", "error_codes": [700027]}

    with pytest.raises(Obstacle) as raised:
        tenant.token_roles()

    assert raised.value.finding.reason_code is ReasonCode.CERTIFICATE_REJECTED
    assert raised.value.finding.next_check_at is None
    assert len(peer.asked) == 3


def test_secrets_manager_refusing_for_now_decides_nothing(examiner: Examiner, peer: Peer, signer: Signer) -> None:
    peer.token_status, peer.token = 400, {"__type": "ThrottlingException", "message": "Rate exceeded"}
    impatient = Config(retries={"mode": "standard", "total_max_attempts": 1})
    secrets = boto3.client("secretsmanager", endpoint_url=peer.url, region_name="us-east-1", config=impatient)

    credentials = Credentials(Services(lambda: secrets, signer.kms, signer.sts), clock.now)

    with pytest.raises(Transient):
        credentials.proof(examiner.connection(), "https://login.microsoftonline.com/x/oauth2/v2.0/token")
