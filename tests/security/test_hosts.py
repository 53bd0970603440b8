"""Whom the service calls: Microsoft's hosts in the closed table, whatever data, headers or the environment say."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import boto3
import pytest
import urllib3

from onboarding import clock
from onboarding.domain.connection import Cloud, Connection, ConnectionDetails, CredentialKind
from onboarding.domain.deadline import Deadline
from onboarding.domain.finding import Obstacle, Postponed
from onboarding.domain.reasons import ReasonCode
from onboarding.domain.tenant import Area
from onboarding.errors import Transient
from onboarding.graph import clouds as clouds_module
from onboarding.graph.batch import Batch
from onboarding.graph.client import connection_pool
from onboarding.graph.clouds import Hosts, clouds
from onboarding.graph.credentials import Credentials, Services
from onboarding.graph.discovery import Discovery
from onboarding.graph.pace import Pace, wait_asked_for
from onboarding.graph.tenant import GraphTenant
from onboarding.tasks import initial_sync
from onboarding.wiring.graph import open_batch
from tests import events
from tests.arranging import ADMIN, stored
from tests.calling import CLIENT, ENTRA_TENANT, call, connection, register
from tests.deployment import REGION, Deployment, Engine
from tests.security.hosts import LOOPBACK, Attempt, Calls, Peer, leading_astray
from tests.tallies import tally

MICROSOFT = Hosts("https://login.microsoftonline.com", "https://graph.microsoft.com")
POOL = connection_pool()
TALLY = "HOSTS: {refused:,} addresses refused in {places:,} places"
ASTRAY = leading_astray(MICROSOFT.graph)


def count(places: int, addresses: int) -> None:
    tally(TALLY).update(places=places, refused=places * addresses)


@pytest.fixture(scope="session")
def listening() -> Calls:
    return Calls()


@pytest.fixture
def calls(listening: Calls) -> Iterator[list[Attempt]]:
    """Everybody who is looked up or called during the test."""
    with listening.seen() as seen:
        yield seen


@pytest.fixture
def peer() -> Iterator[Peer]:
    with Peer().serving() as peer:
        yield peer


@pytest.fixture(scope="session")
def credentials(moto: Engine) -> tuple[Credentials, str]:
    secrets = boto3.client("secretsmanager", endpoint_url=moto.url, region_name=REGION)
    arn = secrets.create_secret(Name="tenant-onboarding/hosts", SecretString="s")["ARN"]
    services = Services(lambda: secrets, lambda: boto3.client("kms"), lambda: boto3.client("sts"))
    return Credentials(services, clock.now), arn


def reached(credentials: tuple[Credentials, str], table: dict[Cloud, Hosts]) -> GraphTenant:
    """Reach a tenant as a worker does, by *table*; nobody waits."""
    of = Connection(
        id=101,
        tenant_id=1,
        entra_tenant_id=ENTRA_TENANT,
        client_id=CLIENT,
        credential_kind=CredentialKind.CLIENT_SECRET,
        credential_arn=credentials[1],
    )
    batch = Batch(POOL, credentials[0], table, Pace(sleep=lambda _seconds: None))
    return batch.tenant(of, Deadline(lambda: 90.0))


def signed_in(peer: Peer) -> dict[Cloud, Hosts]:
    """Have *peer* give tokens; give the table that leads to it."""
    claims = urlsafe_b64encode(json.dumps({"tid": ENTRA_TENANT}).encode()).decode().rstrip("=")
    peer.token = peer.says({"access_token": f"e30.{claims}.c2ln"})
    return {Cloud.GLOBAL: Hosts(f"{peer.url}/login", f"{peer.url}/graph")}


def strangers(calls: list[Attempt], peer: Peer | None = None) -> set[Attempt]:
    """Name who was called and is neither the peer nor an engine of the tests'."""
    ports = {peer.port} if peer else set()
    return {each for each in calls if each.host != LOOPBACK or (peer and each.port not in ports and each.port == 80)}


# ── Links to a next page ─────────────────────────────────────────────────────────────────────────────────────────────


def test_there_are_more_ways_astray_than_sixty_and_each_is_one() -> None:
    assert len(set(ASTRAY)) == len(ASTRAY) > 60
    assert [url for url in ASTRAY if MICROSOFT.is_graph(url)] == []


def test_no_link_of_an_answer_leads_astray(
    peer: Peer, calls: list[Attempt], credentials: tuple[Credentials, str], subtests: pytest.Subtests
) -> None:
    table = signed_in(peer)
    astray = leading_astray(table[Cloud.GLOBAL].graph)
    for url in astray:
        with subtests.test(url[:100]):
            peer.asked.clear()
            peer.answers = [peer.says({"value": [], "@odata.nextLink": url}), peer.says({"value": []})]

            with pytest.raises(Obstacle) as refused:
                reached(credentials, table).page(Area.MANAGED_DEVICES, None)

            assert refused.value.finding.reason_code is ReasonCode.GRAPH_UNAVAILABLE
            assert [path.partition("?")[0] for path in peer.asked] == [
                f"/login/{ENTRA_TENANT}/oauth2/v2.0/token",
                "/graph/v1.0/deviceManagement/managedDevices",
            ]
    assert strangers(calls, peer) == set()
    count(1, len(astray))


def test_no_link_that_was_kept_leads_astray(
    peer: Peer, calls: list[Attempt], credentials: tuple[Credentials, str], subtests: pytest.Subtests
) -> None:
    """Somebody who could write the table could not have a token sent to themselves."""
    table = signed_in(peer)
    peer.answers = [peer.says({"value": []})]
    for url in filter(None, leading_astray(table[Cloud.GLOBAL].graph)):
        with subtests.test(url[:100]):
            peer.asked.clear()
            resume = {"current": {"area": "deviceConfigurations"}, "next_link": url}
            first_saved: list[Any] = []

            def checkpoint(_progress: object, position: dict[str, Any]) -> None:
                first_saved.append(position)  # noqa: B023 - called before the next round
                raise Postponed

            with pytest.raises(Postponed):
                initial_sync.examine(
                    reached(credentials, table),
                    resume=resume,
                    checkpoint=checkpoint,
                    deadline=Deadline(lambda: 90.0),
                )

            [area] = first_saved[0]["closed"]
            assert area["reason_code"] == "graph_unavailable"
            assert peer.asked == []
    assert strangers(calls, peer) == set()
    count(1, len(ASTRAY) - 1)


def test_a_link_to_the_same_place_is_followed(peer: Peer, credentials: tuple[Credentials, str]) -> None:
    """Or nothing above would say anything."""
    table = signed_in(peer)
    link = f"{peer.url}/graph/v1.0/next?$skiptoken=a"
    peer.answers = [peer.says({"value": [], "@odata.nextLink": link})]

    page = reached(credentials, table).page(Area.MANAGED_DEVICES, None)

    assert page.next_link == link


def test_an_answer_with_broken_headers_does_not_have_its_address_logged(
    peer: Peer, credentials: tuple[Credentials, str], caplog: pytest.LogCaptureFixture
) -> None:
    """A link may carry a name, and urllib3 would warn of the answer with the whole of its address."""
    table = signed_in(peer)
    peer.answers = [(200, {"broken header": "x"}, b'{"value": []}')]

    reached(credentials, table).page(Area.MANAGED_DEVICES, f"{peer.url}/graph/v1.0/x?$skiptoken=canary-device")

    assert peer.asked[-1].endswith("canary-device")
    assert "canary-device" not in caplog.text


# ── Redirects, and what else an answer asks for ──────────────────────────────────────────────────────────────────────

REDIRECTS = (301, 302, 303, 307, 308)


@pytest.mark.parametrize("status", REDIRECTS)
def test_no_redirect_is_followed(
    peer: Peer, calls: list[Attempt], credentials: tuple[Credentials, str], status: int
) -> None:
    table = signed_in(peer)
    here = [f"{peer.url}/graph/v1.0/elsewhere", "/graph/v1.0/elsewhere", f"{peer.url}/login/elsewhere"]
    sendable = [each for each in ASTRAY if each.isascii() and each.isprintable() and len(each) < 1000]
    places = [*here, *sendable[REDIRECTS.index(status) :: len(REDIRECTS)]]  # each address with one status
    with_token = peer.token
    discovery = Discovery(table, clock.now)

    for place in places:
        peer.token = with_token
        peer.answers = [peer.says({"value": []}, status, Location=place)]
        with pytest.raises(Obstacle):
            reached(credentials, table).page(Area.MANAGED_DEVICES, None)
        with pytest.raises(Transient):
            discovery.tenant("contoso.example")
        peer.token = peer.says({"access_token": "x"}, status, Location=place)
        with pytest.raises(Obstacle):
            reached(credentials, table).page(Area.MANAGED_DEVICES, None)

    assert {urlsplit(path).path for path in peer.asked} == {
        f"/login/{ENTRA_TENANT}/oauth2/v2.0/token",
        "/graph/v1.0/deviceManagement/managedDevices",
        "/login/contoso.example/v2.0/.well-known/openid-configuration",
    }
    assert {each.port for each in calls if each.port != peer.port} <= {urlsplit(_engine(credentials)).port}
    assert strangers(calls) == set()
    count(3, len(places))


def _engine(credentials: tuple[Credentials, str]) -> str:
    url: str = credentials[0]._services.secrets().meta.endpoint_url  # noqa: SLF001 - where the tests' own secret lies
    return url


@pytest.mark.parametrize(
    "asked",
    [
        *("http://evil.example/", "9" * 5_000, "-1", "1e400", "NaN", "0x10", "\u0663", "Infinity", "1, 2", "", "1.5"),
        *("Mon, 01 Jan 99999999999 00:00:00 GMT", "Mon, 99999999999 Jan 2026 00:00:00 GMT"),
        *("Mon, 01 Jan 2026 00:00:00 +9999999999999999999", "Fri, 31 Dec 9999 23:59:59 -2359", "(" * 5_000),
    ],
)
def test_whatever_an_answer_asks_us_to_wait_is_a_day_at_most_or_nothing(asked: str) -> None:
    wait = wait_asked_for(asked, datetime(2026, 3, 2, tzinfo=UTC))

    assert wait is None or 0 <= wait <= 24 * 3600


@pytest.mark.parametrize("name", ["token_endpoint", "issuer", "jwks_uri", "msgraph_host", "cloud_graph_host_name"])
def test_nothing_in_microsoft_s_metadata_leads_anywhere(
    peer: Peer, calls: list[Attempt], name: str, subtests: pytest.Subtests
) -> None:
    table = {Cloud.GLOBAL: Hosts(f"{peer.url}/login", "https://graph.invalid")}
    genuine = {
        "token_endpoint": f"https://login.microsoftonline.com/{ENTRA_TENANT}/oauth2/v2.0/token",
        "cloud_instance_name": "microsoftonline.com",
    }
    for url in ASTRAY:
        with subtests.test(url[:100]):
            peer.asked.clear()
            peer.answers = [peer.says(genuine | {name: url})]

            try:
                found = repr(Discovery(table, clock.now).tenant("contoso.example"))
            except Transient:
                found = ""

            assert "evil" not in found
            assert "/" not in found
            assert len(peer.asked) == 1
    assert strangers(calls, peer) == set()
    count(1, len(ASTRAY))


# ── What people register, and what strangers bring ───────────────────────────────────────────────────────────────────

HOST_FIELDS = ("graph", "graph_url", "login", "login_url", "authority", "host", "endpoint", "proxy", "scope", "issuer")


@pytest.mark.parametrize(
    "field", ["entra_tenant_id", "client_id", "cloud", "expected_domain", "credential_arn", *HOST_FIELDS]
)
def test_no_field_of_a_connection_takes_an_address(
    field: str, deployed: Deployment, calls: list[Attempt], capsys: pytest.CaptureFixture[str]
) -> None:
    register()
    before = deployed.items(deployed.tables.sessions)
    # Of a field that there is not, no value can be right: a few will do.
    addresses = ASTRAY if field in ConnectionDetails.model_fields else ASTRAY[::20]
    bodies = [connection() | {field: url} for url in (*addresses, MICROSOFT.graph) if len(url) < 10_000]

    answers = [call("register_connection", connectionId=102, body=body, **ADMIN) for body in bodies]

    capsys.readouterr()
    assert {answer.status for answer in answers} == {400}
    assert {error["field"] for answer in answers for error in answer.body["errors"]} == {field}
    assert deployed.items(deployed.tables.sessions) == before
    assert strangers(calls) == set()
    count(1, len(bodies))


def test_a_preflight_asks_about_names_and_guids_alone(
    deployed: Deployment, calls: list[Attempt], capsys: pytest.CaptureFixture[str]
) -> None:
    register()
    names = [*ASTRAY, "common", "organizations", "consumers", LOOPBACK, "localhost", "::1", "2130706433", "a@b.example"]

    answers = [call("preflight_connection", query=f"tenant={quote(name[:5000], safe='')}") for name in names]

    assert deployed
    capsys.readouterr()
    assert {answer.status for answer in answers} == {400}
    assert strangers(calls) == set()
    count(1, len(names))


@pytest.mark.parametrize(
    "name", ["state", "tenant", "error", "error_description", "redirect_uri", "scope", "error_uri"]
)
def test_a_consent_callback_leads_nowhere(
    name: str, deployed: Deployment, calls: list[Attempt], capsys: pytest.CaptureFixture[str]
) -> None:
    register()
    link = call("create_consent_link", connectionId=101).body["url"]
    state = quote(parse_qs(urlsplit(link).query)["state"][0])
    good = "admin_consent=True" if name in {"error", "state"} else f"admin_consent=True&state={state}"

    pages = [called(f"{good}&{name}={quote(url[:5000], safe='', errors='surrogatepass')}") for url in ASTRAY]

    assert deployed
    capsys.readouterr()
    assert {page["statusCode"] for page in pages} == {400}
    assert [page for page in pages if {"location", "refresh", "set-cookie"} & page["headers"].keys()] == []
    assert [page for page in pages if "evil" in page["body"] or "http" in page["body"]] == []
    assert strangers(calls) == set()
    count(1, len(pages))


def called(query: str) -> dict[str, Any]:
    """Bring a report to the consent callback, as anybody can."""
    from api import record_consent  # noqa: PLC0415 - its stores are built from the test's environment

    return record_consent.handler(
        events.http("GET", "/consent/callback", query=query, anonymous=True), events.Context()
    )


@pytest.mark.parametrize("name", ["Host", "X-Forwarded-Host", "Forwarded", "X-Original-URL", "Origin", "Referer"])
def test_no_header_says_where_a_customer_is_sent_back_to(name: str, deployed: Deployment) -> None:
    register()
    assert deployed

    link = call("create_consent_link", connectionId=101, headers={name: "evil.example"}).body["url"]

    assert link.startswith(f"{MICROSOFT.login}/{ENTRA_TENANT}/")
    [back] = parse_qs(urlsplit(link).query)["redirect_uri"]
    assert urlsplit(back).hostname == "a1b2c3d4e5.execute-api.us-east-1.amazonaws.com"


# ── As shipped ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_table_that_is_shipped_has_microsoft_s_hosts_alone_over_tls() -> None:
    shipped = sorted((Path(clouds_module.__file__).parents[2]).rglob("*.json"))

    assert [path.name for path in shipped] == ["clouds.json"]
    assert json.loads(shipped[0].read_text()) == {"global": MICROSOFT._asdict()}


TEMPTING = (
    *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy", "LOCAL", "LOCAL_STATE"),
    *("GRAPH_URL", "GRAPH_ENDPOINT", "MICROSOFT_GRAPH_URL", "LOGIN_URL", "AZURE_AUTHORITY_HOST", "AUTHORITY_HOST"),
    *("MSAL_AUTHORITY", "CLOUDS", "CLOUDS_FILE", "CLOUD", "SIMULATOR_URL", "ISSUER"),
)
"""Variables that lead somewhere in other programs, or might be thought to in this one."""


def test_no_environment_variable_leads_a_token_or_a_question_astray(
    deployed: Deployment,
    calls: list[Attempt],
    credentials: tuple[Credentials, str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    register()
    deployed.configure(**dict.fromkeys(TEMPTING, "http://evil.example:8080"))
    clouds.cache_clear()
    with open_batch() as batch:
        assert batch._clouds == {Cloud.GLOBAL: MICROSOFT}  # noqa: SLF001 - the table that the workers have

    preflight = call("preflight_connection", query="tenant=contoso.example")
    with pytest.raises(Obstacle):
        reached(credentials, clouds()).organization()

    capsys.readouterr()
    assert preflight.status == 503
    assert strangers(calls) == {Attempt("login.microsoftonline.com", 443)}


def test_a_tenant_s_data_cannot_name_a_cloud_that_is_not_in_the_table(deployed: Deployment) -> None:
    register()

    answers = [
        call("register_connection", connectionId=102, body=connection(cloud=cloud), **ADMIN)
        for cloud in ("local", "LOCAL", "usgov", "china", "Global", "global ", "../global", "", None, 0)
    ]

    assert {answer.status for answer in answers} == {400}
    assert stored(deployed, deployed.tables.sessions, f"connection#{102:016d}") is None


def test_a_call_to_a_stranger_is_seen_and_not_let_through(calls: list[Attempt]) -> None:
    """The judge is no judge unless it can find fault."""
    for url in ("https://evil.example/", "http://169.254.169.254/"):
        with pytest.raises(urllib3.exceptions.HTTPError):
            connection_pool().request("GET", url, timeout=1)

    assert {each.host for each in strangers(calls)} == {"evil.example", "169.254.169.254"}
