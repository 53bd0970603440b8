import json
from pathlib import Path

import pytest

from onboarding.domain.connection import Cloud
from onboarding.graph.clouds import Hosts, clouds, read_table

MICROSOFT = Hosts("https://login.microsoftonline.com", "https://graph.microsoft.com")
LOCAL = Hosts("http://127.0.0.1:8000/_local/microsoft/login", "http://127.0.0.1:8000/_local/microsoft/graph")


def test_the_package_knows_every_cloud_and_only_microsofts_hosts() -> None:
    assert clouds() == {Cloud.GLOBAL: MICROSOFT}


def test_urls_are_made_from_the_table_alone() -> None:
    assert MICROSOFT.token_url("tid") == "https://login.microsoftonline.com/tid/oauth2/v2.0/token"
    assert MICROSOFT.scope == "https://graph.microsoft.com/.default"


@pytest.mark.parametrize(
    "url",
    [
        "https://graph.microsoft.com/v1.0/deviceManagement/managedDevices?$skiptoken=abc",
        "https://graph.microsoft.com:443/beta/deviceManagement/configurationPolicies?$skip=50",
        "https://GRAPH.microsoft.com/v1.0/x",
        "https://graph.microsoft.com/v1.0/x?$skiptoken=a@b..c//d",
    ],
)
def test_a_link_to_the_same_microsoft_graph_is_followed(url: str) -> None:
    assert MICROSOFT.is_graph(url)


FOREIGN = [
    "http://graph.microsoft.com/v1.0/x",
    "https://graph.microsoft.com.attacker.example/v1.0/x",
    "https://attacker.example/graph.microsoft.com/v1.0/x",
    "https://graph.microsoft.com@attacker.example/v1.0/x",
    "https://user@graph.microsoft.com/v1.0/x",
    "https://user:pass@graph.microsoft.com/v1.0/x",
    "https://graph.microsoft.com:8443/v1.0/x",
    "https://graph.microsoft.com:80/v1.0/x",
    "https://graph.microsoft.com:0/v1.0/x",
    "https://graph.microsoft.com:99999/v1.0/x",
    "https://graph.microsoft.com:abc/v1.0/x",
    "https://graph.microsoft.com:0443x/v1.0/x",
    "https://graph.microsoft.us/v1.0/x",
    "https://graph.microsoft.co/v1.0/x",
    "https://evilgraph.microsoft.com/v1.0/x",
    "https://graph.microsoft.com./v1.0/x",
    "https://login.microsoftonline.com/v1.0/x",
    "//graph.microsoft.com/v1.0/x",
    "///graph.microsoft.com/v1.0/x",
    "/v1.0/x",
    "v1.0/x",
    "",
    " ",
    "https://",
    "https:///v1.0/x",
    "https:graph.microsoft.com/v1.0/x",
    "https:/graph.microsoft.com/v1.0/x",
    "https://graph.microsoft.com",
    "https://graph.microsoft.com/",
    "https://graph.microsoft.com/v1.0",
    "https://graph.microsoft.com/v1.00/x",
    "https://graph.microsoft.com/v2.0/x",
    "https://graph.microsoft.com/V1.0/x",
    "https://graph.microsoft.com/v1.0/../evil",
    "https://graph.microsoft.com/v1.0/%2e%2e/evil",
    "https://graph.microsoft.com/v1.0/%2E./evil",
    "https://graph.microsoft.com/v1.0/a%2fb",
    "https://graph.microsoft.com/v1.0/a%5cb",
    "https://graph.microsoft.com/v1.0//evil",
    "https://graph.microsoft.com//v1.0/x",
    "https://graph.microsoft.com/v1.0/x#fragment",
    "https://graph.microsoft.com\\@attacker.example/v1.0/x",
    "https://graph.microsoft.com\\.attacker.example/v1.0/x",
    "https:\\\\graph.microsoft.com\\v1.0\\x",
    "https://graph.microsoft.com/v1.0/x y",
    "https://graph.microsoft.com/v1.0/x\r\nHost: attacker.example",
    "https://graph.microsoft.com/v1.0/x\tz",
    "https://graph.microsoft.com/v1.0/x\x00",
    " https://graph.microsoft.com/v1.0/x",
    "https://graph.microsoft.com/v1.0/x ",
    "https://gráph.microsoft.com/v1.0/x",
    "https://graph。microsoft.com/v1.0/x",
    "https://graph.microsoft.com\u2044v1.0/x",
    "https://[::1]/v1.0/x",
    "https://[graph.microsoft.com]/v1.0/x",
    "https://[graph.microsoft.com/v1.0/x",
    "https://127.0.0.1/v1.0/x",
    "https://2130706433/v1.0/x",
    "https://0x7f000001/v1.0/x",
    "https://localhost/v1.0/x",
    "https://169.254.169.254/v1.0/latest/meta-data",
    "http://169.254.169.254/latest/meta-data/",
    "http://169.254.170.2/v1.0/credentials",
    "file:///etc/passwd",
    "ftp://graph.microsoft.com/v1.0/x",
    "gopher://graph.microsoft.com/v1.0/x",
    "javascript:alert(1)",
    "data:text/plain,v1.0/x",
    "HTTPS //graph.microsoft.com/v1.0/x",
    "https://graph.microsoft.com%2eattacker.example/v1.0/x",
    "https://graph.microsoft.com%00.attacker.example/v1.0/x",
    "https://graph.microsoft.com;attacker.example/v1.0/x",
    "https://graph.microsoft.com,attacker.example/v1.0/x",
    "https://graph.microsoft.com?x=/v1.0/x",
]


@pytest.mark.parametrize("url", FOREIGN)
def test_any_other_link_is_refused(url: str) -> None:
    assert not MICROSOFT.is_graph(url)


def test_a_host_with_a_path_prefix_keeps_links_under_it() -> None:
    assert LOCAL.is_graph("http://127.0.0.1:8000/_local/microsoft/graph/v1.0/x?$skiptoken=a")
    assert not LOCAL.is_graph("http://127.0.0.1:8000/_local/microsoft/login/v1.0/x")
    assert not LOCAL.is_graph("http://127.0.0.1:8000/v1.0/x")
    assert not LOCAL.is_graph("http://127.0.0.1:9000/_local/microsoft/graph/v1.0/x")


@pytest.mark.parametrize("url", ["http://graph.microsoft.com", "http://127.0.0.1.attacker.example", "ftp://127.0.0.1"])
def test_a_table_that_would_do_without_tls_is_refused(tmp_path: Path, url: str) -> None:
    table = tmp_path / "clouds.json"
    table.write_text(json.dumps({"global": {"login": "https://login.microsoftonline.com", "graph": url}}))

    with pytest.raises(ValueError, match="without TLS"):
        read_table(table)


def test_a_table_may_lead_to_this_machine(tmp_path: Path) -> None:
    table = tmp_path / "clouds.json"
    table.write_text(json.dumps({"global": {"login": LOCAL.login, "graph": LOCAL.graph}}))

    assert read_table(table) == {Cloud.GLOBAL: LOCAL}
