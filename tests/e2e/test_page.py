"""The page on the local deployment: served without a token, and signed in to as a browser would."""

import base64
import hashlib
import json
from contextlib import closing
from http.client import HTTPConnection
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import urllib3

from local import page
from tests.e2e.conftest import PATIENCE, LocalDeployment
from tests.matching import SOME_TEXT, a_problem

VERIFIER = "a-verifier.of_just~the-length-that-rfc-7636-wants"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


def asked(address: str, method: str = "GET", **fields: str) -> urllib3.BaseHTTPResponse:
    return urllib3.request(method, address, fields=fields or None, redirect=False, timeout=PATIENCE)


def sent(address: str, form: dict[str, str]) -> urllib3.BaseHTTPResponse:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    return urllib3.request("POST", address, body=urlencode(form), headers=headers, redirect=False, timeout=PATIENCE)


def test_the_page_is_there_if_it_was_built_else_says_how(local: LocalDeployment) -> None:
    for path in ("/app", "/app/signed-in?code=x&state=y", "/app/tenants/1"):
        answer = local.call("GET", path)

        assert answer.headers["content-security-policy"].startswith("default-src 'none'; script-src 'self';")
        if page.is_built():
            assert (answer.status, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
            assert answer.data.startswith(b"<!doctype html>")
        else:
            assert (answer.status, answer.json()) == (404, a_problem("page_not_built", 404))


def test_a_file_is_sent_compressed_and_byte_for_byte(local: LocalDeployment) -> None:
    if not page.is_built():
        pytest.skip("there is no page")
    scripts = sorted(path.name for path in (page.BUILT / "assets").glob("*.js.gz"))

    answer = local.call("GET", f"/app/assets/{scripts[0].removesuffix('.gz')}", headers={"Accept-Encoding": "gzip"})

    assert (answer.status, answer.headers["content-encoding"]) == (200, "gzip")
    assert int(answer.headers["content-length"]) == (page.BUILT / "assets" / scripts[0]).stat().st_size


@pytest.mark.parametrize("query", ["", "?x=1"])
def test_an_address_with_a_slash_leads_to_the_one_without(local: LocalDeployment, query: str) -> None:
    answer = asked(f"{local.url}/app/{query}")

    assert (answer.status, answer.headers["location"]) == (308, f"/app{query}")


@pytest.mark.parametrize("token", ["Bearer nonsense", "Basic eDp5", "Bearer a.b.c"])
def test_the_page_needs_no_token_and_minds_none(local: LocalDeployment, token: str) -> None:
    assert local.call("GET", "/app/config.json", headers={"Authorization": token}).status == 200


@pytest.mark.parametrize(
    "path", ["/app/../tenants/1/audit", "/app/%2e%2e/tenants/1/audit", "/app/..%2ftenants/1/audit"]
)
def test_no_path_of_the_page_s_leads_to_the_api(local: LocalDeployment, path: str) -> None:
    # Sent as it is written: the client's own tidying would hide what is asked.
    with closing(HTTPConnection("127.0.0.1", local.port)) as connection:
        connection.request("GET", path)
        answer = connection.getresponse()

        assert answer.status in {401, 404}


def test_whoever_signs_in_on_the_page_can_ask_the_api(local: LocalDeployment) -> None:
    config = local.call("GET", "/app/config.json").json()
    assert config == {
        "issuer": local.stack["issuer"],
        "client_id": "tenant-onboarding-page",
        "scope": "openid profile",
        "audience": local.stack["audience"],
        "user_id_claim": "user_id",
    }
    known = asked(f"{config['issuer']}/.well-known/openid-configuration").json()
    assert (known["issuer"], known["code_challenge_methods_supported"]) == (config["issuer"], ["S256"])
    redirect = f"{local.url}/app/signed-in"
    query = {
        "client_id": config["client_id"],
        "redirect_uri": redirect,
        "response_type": "code",
        "scope": config["scope"],
        "state": "s",
        "nonce": "n",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    }

    picked = sent(f"{known['authorization_endpoint']}?{urlencode(query)}", {"user": "2"})
    told = parse_qs(urlsplit(picked.headers["location"]).query)
    assert told == {"code": [SOME_TEXT], "state": ["s"], "iss": [config["issuer"]]}
    exchange = {
        "grant_type": "authorization_code",
        "client_id": config["client_id"],
        "redirect_uri": redirect,
        "code": told["code"][0],
        "code_verifier": VERIFIER,
    }
    tokens = sent(known["token_endpoint"], exchange).json()

    assert local.call("GET", "/tenants/1/onboarding/session", token=tokens["access_token"]).status == 200
    assert local.call("GET", "/tenants/1/onboarding/session", token=tokens["id_token"]).status == 401
    payload = tokens["id_token"].split(".")[1]
    assert json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["nonce"] == "n"
