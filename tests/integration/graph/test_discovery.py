"""What is made of Microsoft's public metadata, and of everything that could come in their place."""

import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from itertools import chain, repeat
from typing import Any

import pytest

from local import ports
from local.tenants import TENANTS
from onboarding.domain.connection import Cloud
from onboarding.domain.discovery import DiscoveredTenant
from onboarding.errors import Transient
from onboarding.graph.clouds import Hosts
from onboarding.graph.discovery import LARGEST_ANSWER, Discovery, _trust
from tests.simulator import Simulator

CONTOSO = TENANTS[0]
GUID = "11111111-2222-4333-8444-555555555555"
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
FOUND = DiscoveredTenant(
    exists=True,
    entra_tenant_id=GUID,
    cloud=Cloud.GLOBAL,
    cloud_name="microsoftonline.com",
    region="EU",
)

COMMON = "https://login.microsoftonline.com/common/oauth2/v2.0/token"


def metadata(**others: Any) -> dict[str, Any]:
    """Give a document as Microsoft's public ones are."""
    return {
        "token_endpoint": f"https://login.microsoftonline.com/{GUID}/oauth2/v2.0/token",
        "issuer": f"https://login.microsoftonline.com/{GUID}/v2.0",
        "tenant_region_scope": "EU",
        "cloud_instance_name": "microsoftonline.com",
        "msgraph_host": "graph.microsoft.com",
        **others,
    }


def http(status: str, body: bytes, *headers: str) -> bytes:
    """Write an answer as it goes over the wire."""
    lines = [f"HTTP/1.1 {status}", *headers, f"Content-Length: {len(body)}", "Connection: close", "", ""]
    return "\r\n".join(lines).encode() + body


@contextmanager
def answering(*pieces: bytes) -> Iterator[tuple[str, list[bytes]]]:
    """Answer one request with *pieces*, then hang up; give where, and what was asked."""
    asked: list[bytes] = []
    with closing(socket.create_server(("127.0.0.1", 0))) as server:

        def answer_once() -> None:
            peer, _ = server.accept()
            with peer:
                asked.append(peer.recv(65536))
                for piece in pieces:
                    peer.sendall(piece)

        thread = threading.Thread(target=answer_once)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/login", asked
        thread.join()


def discovery(login: str, seconds: Callable[[], float] = lambda: 0.0) -> Discovery:
    hosts = {Cloud.GLOBAL: Hosts(login=login, graph="https://graph.invalid")}
    return Discovery(hosts, lambda: NOW, seconds)


def found(answer: bytes, name: str = "contoso.example") -> DiscoveredTenant:
    """Ask somebody who gives *answer*."""
    with answering(answer) as (login, _):
        return discovery(login).tenant(name)


@pytest.mark.parametrize("name", [CONTOSO.domain, str(CONTOSO.entra_tenant_id)])
def test_a_tenant_is_found_by_its_domain_and_by_its_id(simulator: Simulator, name: str) -> None:
    tenant = discovery(f"{simulator.url}/login").tenant(name)

    assert tenant == FOUND.model_copy(update={"entra_tenant_id": str(CONTOSO.entra_tenant_id)})
    assert tenant.reachable


@pytest.mark.parametrize("name", ["nobody.example", GUID])
def test_a_tenant_that_is_not_there_does_not_exist(simulator: Simulator, name: str) -> None:
    tenant = discovery(f"{simulator.url}/login").tenant(name)

    assert tenant == DiscoveredTenant(exists=False)
    assert not tenant.reachable


def test_nothing_is_sent_that_says_who_asks() -> None:
    with answering(http("200 OK", json.dumps(metadata()).encode())) as (login, asked):
        discovery(login).tenant("contoso.example")

    head = asked[0].decode().lower()
    assert head.startswith("get /login/contoso.example/v2.0/.well-known/openid-configuration http/1.1\r\n")
    assert not [word for word in ("authorization", "cookie", "onboarding") if word in head]


def test_a_tenant_of_a_national_cloud_exists_and_cannot_be_reached() -> None:
    elsewhere = metadata(
        token_endpoint=f"https://login.microsoftonline.us/{GUID}/oauth2/v2.0/token",
        cloud_instance_name="microsoftonline.us",
        tenant_region_scope="USGov",
        tenant_region_sub_scope="DODCON",
    )

    tenant = found(http("200 OK", json.dumps(elsewhere).encode()))

    assert tenant == DiscoveredTenant(
        exists=True,
        entra_tenant_id=GUID,
        cloud=None,
        cloud_name="microsoftonline.us",
        region="USGov",
        sub_region="DODCON",
    )
    assert not tenant.reachable


@pytest.mark.parametrize(
    ("number", "exists"), [(90002, False), (900023, False), (5000224, False), (90038, True), (900432, True)]
)
def test_a_refusal_that_speaks_of_the_tenant_is_an_answer(number: int, exists: object) -> None:
    body = json.dumps({"error": "invalid_tenant", "error_codes": [number]}).encode()

    assert found(http("400 Bad Request", body)) == DiscoveredTenant(exists=bool(exists))


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ((), 60),
        (("Retry-After: 17",), 17),
        (("Retry-After: 0",), 1),
        (("Retry-After: Mon, 02 Mar 2026 09:31:40 GMT",), 100),
        (("Retry-After: soon",), 60),
    ],
)
@pytest.mark.parametrize("status", ["429 Too Many Requests", "500 Oh", "503 Busy", "400 Bad Request", "404 Not Found"])
def test_any_other_refusal_is_no_answer_for_now(status: str, headers: tuple[str, ...], wait: int) -> None:
    with pytest.raises(Transient) as raised:
        found(http(status, b"<html>", *headers))

    assert raised.value.retry_after == wait


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b"null",
        b"\xff",
        b"[" * 50_000,
        b"{}",
        json.dumps(metadata(token_endpoint=None)).encode(),
        json.dumps(metadata(token_endpoint=COMMON)).encode(),
        json.dumps(metadata(token_endpoint=f"https://evil@x/{GUID}/oauth2/v2.0/token")).encode(),
        json.dumps(metadata(token_endpoint=f"javascript:{GUID}/oauth2/v2.0/token")).encode(),
        b" " * (LARGEST_ANSWER + 1),
    ],
    ids=["empty", "html", "list", "null", "no text", "deep", "nothing", "no", "common", "login", "script", "large"],
)
def test_an_answer_of_another_shape_is_no_answer(body: bytes) -> None:
    with pytest.raises(Transient):
        found(http("200 OK", body))


def test_words_that_are_no_words_of_microsoft_s_are_not_passed_on() -> None:
    strange = metadata(cloud_instance_name="<script>", tenant_region_scope=7, tenant_region_sub_scope="x" * 61)

    assert found(http("200 OK", json.dumps(strange).encode())) == DiscoveredTenant(exists=True, entra_tenant_id=GUID)


def test_a_redirect_is_not_followed(simulator: Simulator) -> None:
    elsewhere = f"{simulator.url}/login/contoso.example/v2.0/.well-known/openid-configuration"

    with pytest.raises(Transient):
        found(http("302 Found", b"", f"Location: {elsewhere}"))


def test_nobody_there_is_no_answer() -> None:
    with ports.held() as port, pytest.raises(Transient) as raised:
        discovery(f"http://127.0.0.1:{port}/login").tenant("contoso.example")

    assert raised.value.retry_after == 60


def test_an_answer_that_breaks_off_is_no_answer() -> None:
    with pytest.raises(Transient):
        found(http("200 OK", json.dumps(metadata()).encode())[:-10])


def test_an_answer_that_never_ends_is_not_read_to_its_end() -> None:
    padded = json.dumps(metadata()).encode().ljust(LARGEST_ANSWER + 1)

    with pytest.raises(Transient):
        found(http("200 OK", padded))
    assert found(http("200 OK", padded[:-1])).exists


def test_what_is_asked_over_tls_is_told_to_those_alone_whom_this_machine_trusts() -> None:
    trust = _trust()

    assert (trust.verify_mode, trust.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert trust.minimum_version >= ssl.TLSVersion.TLSv1_2


def test_an_answer_that_drips_is_not_waited_for() -> None:
    whole = http("200 OK", json.dumps(metadata()).encode())
    seconds = chain([0.0], repeat(13.0))

    with answering(whole[:200], whole[200:]) as (login, _), pytest.raises(Transient):
        discovery(login, seconds.__next__).tenant("contoso.example")
