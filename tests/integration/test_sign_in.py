"""The development sign-in, as a browser and the page in it meet it: over HTTP, with a clock that the test turns."""

import re
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import urllib3

from local.issuer import AUDIENCE
from local.sign_in import CLIENT_ID, CODE_LIFETIME, PROGRAM_ID, REFRESH_LIFETIME
from tenant_onboarding_cli.settings import read
from tenant_onboarding_cli.signing_in import refreshed, sign_in
from tests import signing_in
from tests.matching import A_SENTENCE, SOME_TEXT
from tests.signing_in import CHALLENGE, NOW, VERIFIER, Browser

UNKEPT = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff"}


@pytest.fixture(scope="module")
def signing() -> Iterator[Browser]:
    with signing_in.serve() as browser:
        yield browser


@pytest.fixture
def browser(signing: Browser) -> Browser:
    signing.clock.now = NOW
    return signing


def refusal(error: str) -> dict[str, Any]:
    """Give what the client is told of an error."""
    return {"error": error, "error_description": A_SENTENCE}


# ── All goes well ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_whom_one_picks_is_signed_in_on_the_page(browser: Browser) -> None:
    told = browser.told(browser.pick("2"))
    assert told == {"code": SOME_TEXT, "state": "of the page's", "iss": browser.issuer}

    answer = browser.exchange(code=told["code"])

    tokens = answer.json()
    assert (answer.status, tokens) == (
        200,
        {
            "access_token": SOME_TEXT,
            "token_type": "Bearer",
            "expires_in": 3600,
            "scope": "openid profile",
            "refresh_token": SOME_TEXT,
            "id_token": SOME_TEXT,
        },
    )
    assert UNKEPT.items() <= dict(answer.headers).items()
    times = {"iat": int(NOW), "exp": int(NOW) + 3600}
    who = {"iss": browser.issuer, "sub": "user-2", "user_id": "2", **times}
    access = browser.claims(tokens["access_token"], AUDIENCE)
    assert access == {**who, "aud": AUDIENCE, "nbf": int(NOW), "token_use": "access"}
    identity = browser.claims(tokens["id_token"], CLIENT_ID)
    assert identity == {**who, "aud": CLIENT_ID, "name": "Morgan", "nonce": "also of the page's", "token_use": "id"}


def test_a_page_that_sends_neither_state_nor_nonce_gets_none(browser: Browser) -> None:
    told = browser.told(browser.pick("3", browser.asking(state=None, nonce=None)))

    tokens = browser.exchange(code=told["code"]).json()

    assert told.keys() == {"code", "iss"}
    assert "nonce" not in browser.claims(tokens["id_token"], CLIENT_ID)


@pytest.mark.parametrize(("user", "name"), [("1", "Olivia"), ("9", "Kim"), ("77", "User 77"), (" 77 ", "User 77")])
def test_anybody_can_be_picked_by_their_id(browser: Browser, user: str, name: str) -> None:
    tokens = browser.exchange(code=browser.code(user)).json()

    identity = browser.claims(tokens["id_token"], CLIENT_ID)
    assert (identity["user_id"], identity["name"]) == (user.strip(), name)


def test_a_code_is_good_for_a_minute(browser: Browser) -> None:
    code = browser.code()
    browser.clock.now += CODE_LIFETIME - 1

    assert browser.exchange(code=code).status == 200


def test_a_refresh_token_brings_new_tokens_of_the_same_user_and_of_a_later_hour(browser: Browser) -> None:
    first = browser.exchange(code=browser.code("4")).json()
    browser.clock.now += 3000

    answer = browser.refresh(first["refresh_token"])

    tokens = answer.json()
    access = browser.claims(tokens["access_token"], AUDIENCE)
    assert (answer.status, access["user_id"], access["exp"]) == (200, "4", int(NOW) + 6600)
    assert "nonce" not in browser.claims(tokens["id_token"], CLIENT_ID)
    assert tokens["refresh_token"] != first["refresh_token"]
    assert browser.refresh(tokens["refresh_token"]).status == 200


# ── What is good once ────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_code_is_good_once_and_what_came_of_it_ends_with_its_second_use(browser: Browser) -> None:
    code = browser.code()
    tokens = browser.exchange(code=code).json()

    again = browser.exchange(code=code)

    assert (again.status, again.json()) == (400, refusal("invalid_grant"))
    assert browser.refresh(tokens["refresh_token"]).status == 400


def test_a_refresh_token_is_good_once_and_its_second_use_ends_the_family(browser: Browser) -> None:
    first = browser.exchange(code=browser.code()).json()["refresh_token"]
    other = browser.exchange(code=browser.code()).json()["refresh_token"]
    second = browser.refresh(first).json()["refresh_token"]

    again = browser.refresh(first)

    assert (again.status, again.json()) == (400, refusal("invalid_grant"))
    assert browser.refresh(second).status == 400
    assert browser.refresh(other).status == 200


def test_a_code_that_is_too_old_is_none(browser: Browser) -> None:
    code = browser.code()
    browser.clock.now += CODE_LIFETIME

    answer = browser.exchange(code=code)

    assert (answer.status, answer.json()) == (400, refusal("invalid_grant"))


def test_a_refresh_token_that_is_too_old_is_none(browser: Browser) -> None:
    token = browser.exchange(code=browser.code()).json()["refresh_token"]
    browser.clock.now += REFRESH_LIFETIME

    assert browser.refresh(token).json() == refusal("invalid_grant")


def test_a_wrong_verifier_uses_the_code_up(browser: Browser) -> None:
    code = browser.code()

    wrong = browser.exchange(code=code, code_verifier=VERIFIER + "x")

    assert (wrong.status, wrong.json()) == (400, refusal("invalid_grant"))
    assert browser.exchange(code=code).status == 400


def test_a_code_is_no_refresh_token_and_the_other_way_round(browser: Browser) -> None:
    token = browser.exchange(code=browser.code()).json()["refresh_token"]

    assert browser.refresh(browser.code()).json() == refusal("invalid_grant")
    assert browser.exchange(code=token).json() == refusal("invalid_grant")


# ── What the page may not ask ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("others", "error"),
    [
        ({"code_challenge_method": "plain", "code_challenge": VERIFIER}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge": CHALLENGE + "="}, "invalid_request"),
        ({"code_challenge": CHALLENGE[:-1]}, "invalid_request"),
        ({"code_challenge": "_" * 43}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "code id_token"}, "unsupported_response_type"),
        ({"response_type": None}, "unsupported_response_type"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"scope": None}, "invalid_scope"),
        ({"nonce": "n" * 1025}, "invalid_request"),
        ({"prompt": "none"}, "login_required"),
    ],
)
def test_a_wrong_request_of_the_page_s_is_told_to_the_page(
    browser: Browser, others: dict[str, str | None], error: str
) -> None:
    query = browser.asking(**others)

    for answer in (browser.open(query), browser.pick("2", query)):
        assert browser.told(answer) == {**refusal(error), "state": "of the page's", "iss": browser.issuer}


@pytest.mark.parametrize(
    "redirect",
    [
        None,
        "",
        "https://elsewhere.example/app/signed-in",
        "{origin}/app/signed-in/",
        "{origin}/app/signed-in?x=1",
        "{origin}/app/signed-in#x",
        "{origin}/app/signed-in/../x",
        "{origin}/app/Signed-in",
        "{origin}/app",
        "{origin}.elsewhere.example/app/signed-in",
        "{origin}@elsewhere.example/app/signed-in",
        "/app/signed-in",
        "//elsewhere.example",
        "javascript:alert(1)",
    ],
)
def test_nobody_is_sent_anywhere_but_to_the_page(browser: Browser, redirect: str | None) -> None:
    query = browser.asking(redirect_uri=redirect and redirect.format(origin=browser.origin))

    for answer in (browser.open(query), browser.pick("2", query)):
        assert (answer.status, "Location" in answer.headers) == (400, False)
        assert b"This sign-in cannot go on" in answer.data
        assert b"alert(1)" not in answer.data


@pytest.mark.parametrize("client", [None, "", "another", f"{CLIENT_ID} "])
def test_no_other_client_signs_anybody_in(browser: Browser, client: str | None) -> None:
    answer = browser.open(browser.asking(client_id=client))

    assert (answer.status, "Location" in answer.headers) == (400, False)


def test_a_parameter_that_is_there_twice_is_not_guessed_at(browser: Browser) -> None:
    written = urlencode(browser.asking())

    for again in ("state=x", "redirect_uri=https%3A%2F%2Felsewhere.example", "nonce="):
        assert browser.open(f"{written}&{again}").status == 400


@pytest.mark.parametrize("user", ["", "0", "-1", "01", "1.0", "x", "²", "٣", "1" * 16, "<b>1</b>"])
def test_what_is_no_user_id_is_asked_for_again(browser: Browser, user: str) -> None:
    answer = browser.pick(user)

    page = answer.data.decode()
    assert (answer.status, "Location" in answer.headers) == (400, False)
    assert 'role="alert"' in page
    assert "<b>1</b>" not in page


# ── The token endpoint ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"grant_type": None}, "invalid_request"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": "client_credentials"}, "unsupported_grant_type"),
        ({"grant_type": "refresh_token"}, "invalid_request"),
        ({"client_id": None}, "invalid_client"),
        ({"client_id": "another"}, "invalid_client"),
        ({"client_secret": "x"}, "invalid_client"),
        ({"code": None}, "invalid_request"),
        ({"code": "made up"}, "invalid_grant"),
        ({"code_verifier": None}, "invalid_request"),
        ({"code_verifier": "short"}, "invalid_request"),
        ({"code_verifier": CHALLENGE}, "invalid_grant"),
        ({"redirect_uri": None}, "invalid_request"),
        ({"redirect_uri": "https://elsewhere.example"}, "invalid_grant"),
    ],
)
def test_a_wrong_exchange_is_refused_in_oauth_s_words(
    browser: Browser, fields: dict[str, str | None], error: str
) -> None:
    answer = browser.exchange(**{"code": browser.code(), **fields})

    assert (answer.status, answer.json()) == (400, refusal(error))
    assert UNKEPT.items() <= dict(answer.headers).items()


def test_a_form_that_says_something_twice_or_is_none_is_refused(browser: Browser) -> None:
    form = urlencode({"grant_type": "authorization_code", "client_id": CLIENT_ID, "code": browser.code()})

    assert browser.post(f"{form}&code=x").json() == refusal("invalid_request")
    assert browser.post("{}", **{"content-type": "application/json"}).json() == refusal("invalid_client")
    assert browser.post(form, authorization="Basic eDp5").json() == refusal("invalid_client")


# ── The picker, and the way out ──────────────────────────────────────────────────────────────────────────────────────


def test_the_picker_offers_everybody_who_is_somebody_and_loads_nothing(browser: Browser) -> None:
    answer = browser.open(browser.asking())

    page = answer.data.decode()
    assert answer.status == 200
    assert re.findall(r'<button name="user" value="(\d+)"><b>(\w+)</b> <span>([\w ]+) · user \1</span>', page) == [
        ("1", "Olivia", "owner"),
        ("2", "Morgan", "manager"),
        ("3", "Alex", "operator"),
        ("5", "Sam", "operator"),
        ("4", "Robin", "readonly"),
        ("9", "Kim", "member of nothing"),
    ]
    assert '<label for="user">Another user id</label>' in page
    assert 'lang="en"' in page
    assert re.findall(r'(?:src|href)="(?!data:,")', page) == []
    assert "<script" not in page
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    assert UNKEPT.items() <= dict(answer.headers).items()


def test_what_the_page_sent_is_in_the_picker_as_text_only(browser: Browser) -> None:
    page = browser.open(browser.asking(state='"><script>alert(1)</script>')).data.decode()

    assert "<script" not in page


@pytest.mark.parametrize("rest", ["/app", "/app/", "/app/signed-out"])
def test_whoever_signs_out_comes_back_to_the_page(browser: Browser, rest: str) -> None:
    query = urlencode({"post_logout_redirect_uri": browser.origin + rest, "state": "a b"})

    answer = browser.pool.request("GET", f"{browser.issuer}/end-session?{query}", redirect=False)

    assert (answer.status, answer.headers["Location"]) == (303, f"{browser.origin}{rest}?state=a+b")


@pytest.mark.parametrize("back", ["https://elsewhere.example", "//elsewhere.example", "/app", "javascript:alert(1)"])
def test_whoever_signs_out_is_sent_nowhere_else(browser: Browser, back: str) -> None:
    query = urlencode({"post_logout_redirect_uri": back})

    answer = browser.pool.request("GET", f"{browser.issuer}/end-session?{query}", redirect=False)

    assert (answer.status, "Location" in answer.headers) == (400, False)
    assert b"You are signed out" in answer.data


def test_whoever_signs_out_without_a_way_back_is_told_so(browser: Browser) -> None:
    answer = browser.pool.request("GET", f"{browser.issuer}/end-session", redirect=False)

    assert (answer.status, b"You are signed out" in answer.data) == (200, True)


# ── The command line, a native app ───────────────────────────────────────────────────────────────────────────────────

ANY_PORT = "http://127.0.0.1:49152/callback"


def test_the_command_line_signs_in_with_the_browser_from_its_beginning_to_its_end(browser: Browser) -> None:
    flags = {"api_url": browser.origin, "issuer": browser.issuer, "client_id": PROGRAM_ID, "scope": "openid"}
    settings = read(flags, {"HOME": "/nonexistent"}, Path("/nonexistent"))

    def pick(told: str) -> None:
        address = told.rpartition(" ")[2]
        picked = browser.pool.request(
            "POST", address, fields={"user": "3"}, encode_multipart=False, redirect=False, retries=False
        )
        visit = partial(urllib3.request, "GET", picked.headers["Location"], retries=False)
        threading.Thread(target=visit, daemon=True).start()

    kept = sign_in(settings, port=0, browser=False, tell=pick)

    assert browser.claims(kept.access_token, AUDIENCE)["user_id"] == "3"
    renewed = refreshed(kept)
    assert renewed is not None
    assert renewed.refresh_token != kept.refresh_token


@pytest.mark.parametrize(
    "redirect_uri",
    [
        *("http://localhost:8000/callback", "http://127.0.0.1/callback", "https://127.0.0.1:1/callback"),
        *("http://127.0.0.1:1@elsewhere.example/callback", "http://127.0.0.1:1/callback\n", "http://127.0.0.1:1/x"),
        "http://127.0.0.1:1/callback?x=1",
    ],
)
def test_the_command_line_is_sent_back_to_this_machine_and_nowhere_else(browser: Browser, redirect_uri: str) -> None:
    assert browser.open(browser.asking(client_id=PROGRAM_ID, redirect_uri=redirect_uri)).status == 400


def test_what_was_given_to_one_client_is_of_no_use_to_the_other(browser: Browser) -> None:
    of_the_page, again = browser.code(), browser.code()

    stolen = browser.exchange(code=of_the_page, client_id=PROGRAM_ID)
    assert (stolen.status, stolen.json()) == (400, refusal("invalid_grant"))
    token = browser.exchange(code=again).json()["refresh_token"]
    body = urlencode({"grant_type": "refresh_token", "client_id": PROGRAM_ID, "refresh_token": token})
    assert browser.post(body).json() == refusal("invalid_grant")


def test_the_page_is_not_sent_to_where_the_command_line_listens(browser: Browser) -> None:
    assert browser.open(browser.asking(redirect_uri=ANY_PORT)).status == 400
