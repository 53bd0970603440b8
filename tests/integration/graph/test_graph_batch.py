"""What a batch shares, what it forgets, and what it makes of credentials and of networks that fail."""

import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from typing import Any, override
from uuid import uuid4

import boto3
import pytest
import urllib3
from botocore.config import Config

from local import ports
from local.tenants import TENANTS
from onboarding import clock
from onboarding.domain.catalogue import Task
from onboarding.domain.connection import Cloud
from onboarding.domain.deadline import Deadline
from onboarding.domain.finding import FindingStatus, Obstacle
from onboarding.domain.reasons import ReasonCode
from onboarding.domain.tenant import Area
from onboarding.errors import Transient
from onboarding.graph.batch import Batch
from onboarding.graph.client import Client
from onboarding.graph.clouds import Hosts
from onboarding.graph.credentials import Credentials, Services
from onboarding.graph.pace import Pace
from onboarding.graph.token import Tokens
from onboarding.tasks import PROBES
from tests.deployment import REGION, Engine
from tests.signing import Signer
from tests.simulator import Examiner

ENDLESS = Deadline(lambda: 1e9)


def test_a_batch_of_probes_fetches_one_token(examiner: Examiner) -> None:
    examiner.simulator.play("healthy")
    batch, connection = examiner.batch(), examiner.connection()

    for examine in PROBES.values():
        examine(batch.tenant(connection, ENDLESS), connection, datetime.now(UTC))

    assert examiner.simulator.calls()["token"] == 1


def test_a_batch_asks_once_for_a_token_that_is_refused(examiner: Examiner) -> None:
    examiner.simulator.play("credential_expired")
    batch, connection = examiner.batch(), examiner.connection()

    for examine in PROBES.values():
        with pytest.raises(Obstacle):
            examine(batch.tenant(connection, ENDLESS), connection, datetime.now(UTC))

    assert examiner.simulator.calls()["token"] == 1


def test_the_next_batch_has_a_token_of_its_own(examiner: Examiner) -> None:
    examiner.simulator.play("healthy")
    batch, connection = examiner.batch(), examiner.connection()

    batch.tenant(connection, ENDLESS).token_roles()
    batch.close()
    batch.tenant(connection, ENDLESS).token_roles()

    assert examiner.simulator.calls()["token"] == 2


def test_every_tenant_of_a_batch_has_a_token_of_its_own(examiner: Examiner) -> None:
    batch = examiner.batch()

    seen = {
        batch.tenant(examiner.connection(tenant), ENDLESS).organization().display_name
        for tenant in (TENANTS[0], TENANTS[4])
    }

    assert seen == {"Contoso", "Adventure Works"}


def test_two_tenants_whose_connections_have_the_same_id_never_share_a_token(examiner: Examiner) -> None:
    batch = examiner.batch()

    seen = [
        batch.tenant(examiner.connection(tenant, id=1), ENDLESS).organization().display_name
        for tenant in (TENANTS[0], TENANTS[4])
    ]

    assert seen == ["Contoso", "Adventure Works"]


def test_runs_of_a_batch_that_ask_side_by_side_share_one_token(examiner: Examiner) -> None:
    examiner.simulator.play("slow")
    batch, connection = examiner.batch(), examiner.connection()

    with ThreadPoolExecutor(8) as threads:
        asked = [threads.submit(batch.tenant(connection, ENDLESS).token_roles) for _ in range(8)]
        roles = {each.result() for each in asked}

    assert len(roles) == 1
    assert examiner.simulator.calls()["token"] == 1


def test_a_token_shows_in_no_repr(examiner: Examiner) -> None:
    examiner.simulator.play("healthy")
    tenant = examiner.tenant()
    tenant.token_roles()

    shown = repr(vars(vars(tenant)["_tokens"]))

    assert "AccessToken" in shown
    assert "eyJ" not in shown


def test_a_token_that_was_replaced_meanwhile_is_not_rejected_again(examiner: Examiner) -> None:
    examiner.simulator.play("healthy")
    connection, pace = examiner.connection(), Pace()
    tokens = Tokens(examiner.credentials)
    hosts, client = examiner.simulator.clouds[connection.cloud], Client(examiner.simulator.pool, ENDLESS, pace)

    first = tokens.of(connection, hosts, client)
    tokens.reject(connection, first)
    second = tokens.of(connection, hosts, client)
    tokens.reject(connection, first)

    assert tokens.of(connection, hosts, client) is second
    assert examiner.simulator.calls()["token"] == 2


def test_an_unknown_tenant_is_told_apart(examiner: Examiner) -> None:
    connection = examiner.connection(entra_tenant_id=str(uuid4()))

    assert examiner.examine(Task.CONSENT_STATUS, connection).reason_code is ReasonCode.TENANT_NOT_FOUND


def test_an_unknown_application_is_told_apart(examiner: Examiner) -> None:
    connection = examiner.connection(client_id=str(uuid4()))

    assert examiner.examine(Task.CONSENT_STATUS, connection).reason_code is ReasonCode.APP_NOT_IN_TENANT


def test_a_credential_that_is_not_there_is_invalid(examiner: Examiner) -> None:
    connection = examiner.connection(credential_arn=examiner.arn.replace("graph-tests", "gone"))

    finding = examiner.examine(Task.CONSENT_STATUS, connection)

    assert (finding.status, finding.reason_code) == (FindingStatus.FAIL, ReasonCode.CREDENTIAL_INVALID)
    assert finding.message == "The credential that the connection names cannot be read."
    assert finding.payload == {}


def test_a_credential_that_is_empty_is_invalid(examiner: Examiner, moto: Engine) -> None:
    secrets = boto3.client("secretsmanager", endpoint_url=moto.url, region_name=REGION)
    arn = secrets.create_secret(Name=f"tenant-onboarding/{uuid4()}", SecretBinary=b"\x00")["ARN"]

    finding = examiner.examine(Task.CONSENT_STATUS, examiner.connection(credential_arn=arn))

    assert finding.reason_code is ReasonCode.CREDENTIAL_INVALID


def test_a_wrong_secret_is_told_apart(examiner: Examiner, moto: Engine) -> None:
    secrets = boto3.client("secretsmanager", endpoint_url=moto.url, region_name=REGION)
    arn = secrets.create_secret(Name=f"tenant-onboarding/{uuid4()}", SecretString="not-the-secret")["ARN"]

    finding = examiner.examine(Task.CONSENT_STATUS, examiner.connection(credential_arn=arn))

    assert finding.reason_code is ReasonCode.CREDENTIAL_INVALID
    assert finding.payload["error_numbers"] == [7000215]


def test_secrets_manager_out_of_order_decides_nothing(examiner: Examiner, signer: Signer) -> None:
    impatient = Config(retries={"mode": "standard", "total_max_attempts": 1})
    with ports.held() as port:
        url = f"http://127.0.0.1:{port}"
        secrets = boto3.client("secretsmanager", endpoint_url=url, region_name=REGION, config=impatient)
        credentials = Credentials(Services(lambda: secrets, signer.kms, signer.sts), clock.now)
        batch = Batch(examiner.simulator.pool, credentials, examiner.simulator.clouds, Pace())

        with pytest.raises(Transient):
            batch.tenant(examiner.connection(), ENDLESS).token_roles()


def test_a_host_nobody_answers_at_is_unavailable(examiner: Examiner) -> None:
    waits: list[float] = []
    with ports.held() as port:
        nowhere = {Cloud.GLOBAL: Hosts(f"http://127.0.0.1:{port}/login", f"http://127.0.0.1:{port}/graph")}
        batch = Batch(examiner.simulator.pool, examiner.credentials, nowhere, Pace(sleep=waits.append))

        with pytest.raises(Obstacle) as raised:
            batch.tenant(examiner.connection(), ENDLESS).token_roles()

    assert raised.value.finding.reason_code is ReasonCode.GRAPH_UNAVAILABLE
    assert raised.value.finding.status is FindingStatus.UNKNOWN
    assert len(waits) == 4


def test_nothing_is_sent_once_there_is_no_time_left(examiner: Examiner) -> None:
    examiner.simulator.play("healthy")
    examiner.seconds_left = 4.9

    finding = examiner.examine(Task.LICENSE_CHECK)

    assert (finding.status, finding.reason_code) == (FindingStatus.UNKNOWN, ReasonCode.GRAPH_UNAVAILABLE)
    assert examiner.simulator.calls() == {"token": 0, "graph": 0, "paths": {}}


def test_a_wait_that_does_not_fit_into_the_invocation_is_not_begun(examiner: Examiner) -> None:
    examiner.simulator.play("throttled_twice")
    examiner.seconds_left = 6.9

    finding = examiner.examine(Task.LICENSE_CHECK)

    assert (finding.status, finding.reason_code) == (FindingStatus.UNKNOWN, ReasonCode.GRAPH_THROTTLED)
    assert examiner.waits == []


def test_a_saved_link_to_another_host_is_refused_where_it_is_used(examiner: Examiner) -> None:
    examiner.simulator.play("healthy")
    tenant = examiner.tenant()

    with pytest.raises(Obstacle):
        tenant.page(Area.MANAGED_DEVICES, "http://169.254.169.254/v1.0/latest/meta-data")
    assert examiner.simulator.calls()["graph"] == 0


def test_redirects_are_not_followed(examiner: Examiner) -> None:
    with ExitStack() as stack:
        server = stack.enter_context(closing(socket.create_server(("127.0.0.1", 0))))
        url = f"http://127.0.0.1:{server.getsockname()[1]}"

        def answer_once() -> None:
            peer, _ = server.accept()
            with peer:
                peer.recv(65536)
                peer.sendall(
                    f"HTTP/1.1 302 Found\r\nLocation: {examiner.simulator.url}/control/scenarios\r\n"
                    "Content-Length: 0\r\nConnection: close\r\n\r\n".encode()
                )

        thread = threading.Thread(target=answer_once)
        thread.start()
        hosts = {Cloud.GLOBAL: Hosts(f"{url}/login", f"{url}/graph")}
        batch = Batch(examiner.simulator.pool, examiner.credentials, hosts, Pace(sleep=lambda _seconds: None))

        with pytest.raises(Obstacle) as raised:
            batch.tenant(examiner.connection(), ENDLESS).token_roles()
        thread.join()

    assert raised.value.finding.payload["http_status"] == 302


def test_a_call_is_given_up_in_time_to_save_why(examiner: Examiner) -> None:
    given: list[float] = []

    class Noting(urllib3.PoolManager):
        @override
        def request(self, *arguments: Any, **others: Any) -> urllib3.BaseHTTPResponse:
            given.append(others["timeout"].total)
            return super().request(*arguments, **others)

    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        left = iter([5.0, 2.1, 2.0])  # enough to begin, 0.1 s for the call, not enough to try again
        batch = Batch(Noting(retries=False), examiner.credentials, {Cloud.GLOBAL: Hosts(url, url)})

        with pytest.raises(Obstacle) as raised:
            batch.tenant(examiner.connection(), Deadline(left.__next__)).token_roles()

    assert raised.value.finding.reason_code is ReasonCode.GRAPH_UNAVAILABLE
    assert given == [pytest.approx(0.1)]
