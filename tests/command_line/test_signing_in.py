"""Where tokens come from, and a sign-in with a browser at an issuer of the test's making."""

import base64
import hashlib
import json
import socket
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import httpx
import pytest

from tests.command_line.conftest import Cli
from tests.command_line.serving import Asked, Reply, Service

TASKS = "/tenants/1/onboarding/tasks"
STORED = Path(".local/state/tenant-onboarding/mine.json")


def token(**claims: object) -> str:
    """Make what looks like a token; nobody here judges its signature."""
    said = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    return f"e30.{said}.signature"


@pytest.fixture
def mine(home: Path, service: Service) -> Service:
    """A profile with an issuer, and the service as both: issuer and API."""
    folder = home / ".config" / "tenant-onboarding"
    folder.mkdir(parents=True)
    profile = {"api_url": service.url, "issuer": f"{service.url}/issuer", "client_id": "the-command-line"}
    lines = [f'{name} = "{value}"\n' for name, value in profile.items()]
    (folder / "config.toml").write_text(f'profile = "mine"\n[profiles.mine]\n{"".join(lines)}')
    service.plan("GET", TASKS, Reply(200, []))
    return service


def issue(
    service: Service,
    *tokens: dict[str, object],
    before: Callable[[Asked], None] = lambda _: None,
    discovery: Mapping[str, object] = {},
) -> None:
    """Be an issuer that lets anybody in who comes with a browser, and hands out *tokens*, one after the other.

    *before* it sends the browser back, something else may happen; it says *discovery* of itself.
    """
    said = {
        "issuer": f"{service.url}/issuer",
        "authorization_endpoint": f"{service.url}/issuer/authorize",
        "token_endpoint": f"{service.url}/issuer/token",
        **discovery,
    }
    service.plan("GET", "/issuer/.well-known/openid-configuration", Reply(200, said))

    def authorize(asked: Asked) -> Reply:
        before(asked)
        back = urlencode({"code": "the-code", "state": asked.query["state"], "iss": f"{service.url}/issuer"})
        return Reply(302, None, {"Location": f"{asked.query['redirect_uri']}?{back}"})

    service.plan("GET", "/issuer/authorize", authorize)
    service.plan("POST", "/issuer/token", *(Reply(200, each) for each in tokens))


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A browser that follows wherever it is sent, and whose command ends at once, as that of a real one does."""
    script = tmp_path / "browser.py"
    lines = ("import os, sys, urllib.request", "os.fork() or urllib.request.urlopen(sys.argv[1], timeout=60).read()")
    script.write_text("\n".join(lines))
    monkeypatch.setenv("BROWSER", f"{sys.executable} {script} %s")


def test_a_sign_in_proves_that_it_was_we_who_began_it_and_keeps_the_token_for_us_alone(
    cli: Cli, mine: Service, browser: None, home: Path
) -> None:
    issue(mine, {"access_token": token(user_id="2"), "expires_in": 3600, "refresh_token": "refresh"})

    result = cli("login", "--scope", "openid onboarding.admin")

    assert result.exit_code == 0, result.stderr
    assert "Signed in as user 2" in result.stderr
    [asked], [exchanged] = mine.of("GET", "/issuer/authorize"), mine.of("POST", "/issuer/token")
    verifier = exchanged.body["code_verifier"]
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    assert (asked.query["code_challenge"], asked.query["code_challenge_method"]) == (challenge, "S256")
    assert asked.query["redirect_uri"].startswith("http://127.0.0.1:")
    assert asked.query["scope"] == "openid onboarding.admin"
    assert (exchanged.body["redirect_uri"], exchanged.body["code"]) == (asked.query["redirect_uri"], "the-code")
    assert (home / STORED).stat().st_mode & 0o777 == 0o600
    assert (home / STORED).parent.stat().st_mode & 0o777 == 0o700
    assert cli("tasks", "list", 1).exit_code == 0
    assert mine.of("GET", TASKS)[0].headers["authorization"] == f"Bearer {token(user_id='2')}"


def test_whoever_comes_back_with_another_state_is_not_listened_to(cli: Cli, mine: Service, browser: None) -> None:
    answers = []

    def forge(asked: Asked) -> None:
        for state in ("guessed", "erraten\u00df"):
            forged = f"{asked.query['redirect_uri']}?{urlencode({'code': 'forged', 'state': state})}"
            answers.append(httpx.get(forged, trust_env=False, timeout=60).status_code)

    issue(mine, {"access_token": token()}, before=forge)

    assert cli("login").exit_code == 0
    assert answers == [404, 404]
    assert mine.of("POST", "/issuer/token")[0].body["code"] == "the-code"


def test_a_browser_that_connects_ahead_and_says_nothing_keeps_nobody_from_coming_back(
    cli: Cli, mine: Service, browser: None
) -> None:
    ahead = []

    def connect_ahead(asked: Asked) -> None:
        back = urlsplit(asked.query["redirect_uri"])
        ahead.append(socket.create_connection((back.hostname, back.port)))

    issue(mine, {"access_token": token()}, before=connect_ahead)

    assert cli("login").exit_code == 0
    ahead[0].close()


@pytest.mark.parametrize(
    ("discovery", "said"),
    [
        ({"issuer": "https://somebody.example"}, "speaks for https://somebody.example"),
        ({"authorization_endpoint": None}, "offers no sign-in with a browser"),
        ({"token_endpoint": "http://somebody.example/token"}, "not encrypted"),
    ],
)
def test_an_issuer_that_is_not_what_it_should_be_is_refused(
    cli: Cli, mine: Service, discovery: dict[str, object], said: str
) -> None:
    issue(mine, discovery=discovery)

    result = cli("login")

    assert result.exit_code == 4
    assert said in result.stderr
    assert mine.of("GET", "/issuer/authorize") == []


def test_without_an_issuer_a_sign_in_says_what_else_there_is(cli: Cli, service: Service) -> None:
    result = cli("login", "--api-url", service.url)

    assert result.exit_code == 4
    assert "a token or a token command" in result.stderr


def test_what_the_issuer_refuses_is_told(cli: Cli, mine: Service, browser: None) -> None:
    issue(mine)
    mine.plan("POST", "/issuer/token", Reply(400, {"error": "invalid_grant", "error_description": "No such code"}))

    result = cli("login")

    assert (result.exit_code, "No such code" in result.stderr) == (4, True)


def keep(home: Path, service: Service, **changes: object) -> None:
    """Be signed in."""
    (home / STORED).parent.mkdir(parents=True)
    kept = {
        "api_url": service.url,
        "issuer": f"{service.url}/issuer",
        "client_id": "the-command-line",
        "access_token": "kept",
        "refresh_token": "refresh",
        "expires_at": time.time() + 3600,
    }
    (home / STORED).write_text(json.dumps(kept | changes))


def test_a_token_that_is_about_to_end_is_replaced_before_it_is_used(cli: Cli, mine: Service, home: Path) -> None:
    issue(mine, {"access_token": "fresh", "expires_in": 3600})
    keep(home, mine, expires_at=time.time() + 10)

    assert cli("tasks", "list", 1).exit_code == 0
    assert mine.of("GET", TASKS)[0].headers["authorization"] == "Bearer fresh"
    assert json.loads((home / STORED).read_text())["refresh_token"] == "refresh"


def test_a_token_that_is_refused_is_replaced_once(cli: Cli, mine: Service, home: Path) -> None:
    issue(mine, {"access_token": "fresh"})
    keep(home, mine)
    refused = Reply(401, {"message": "Unauthorized"})
    mine.plan("GET", "/tenants/1/onboarding/session", refused)

    assert cli("session", "show", 1).exit_code == 4
    tokens = [asked.headers["authorization"] for asked in mine.of("GET", "/tenants/1/onboarding/session")]
    assert tokens == ["Bearer kept", "Bearer fresh"]


@pytest.mark.parametrize("changed", ["api_url", "issuer", "client_id"])
def test_a_token_goes_to_nobody_but_whom_it_was_asked_for(cli: Cli, mine: Service, home: Path, changed: str) -> None:
    keep(home, mine, **{changed: "https://somebody.example"})

    assert cli("tasks", "list", 1).exit_code == 4
    assert mine.asked == []


def test_signed_out_nothing_is_left(cli: Cli, mine: Service, home: Path) -> None:
    keep(home, mine)

    assert cli("logout").exit_code == 0
    assert not (home / STORED).exists()
    assert "Nobody was signed in" in cli("logout").stderr
    assert "Next: tenant-onboarding login" in cli("tasks", "list", 1).stderr


def test_a_token_command_is_run_once_and_again_when_its_token_is_refused(
    cli: Cli, service: Service, home: Path
) -> None:
    script = home / "print-token"
    script.write_text("#!/bin/sh\necho x >> runs\nwc -l < runs\n")
    script.chmod(0o700)
    refused = Reply(401, {"message": "Unauthorized"})
    service.plan("GET", TASKS, refused, Reply(200, []))

    assert cli("tasks", "list", 1, "--api-url", service.url, "--token-command", script).exit_code == 0
    assert [asked.headers["authorization"].split()[1] for asked in service.asked] == ["1", "2"]


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("sh -c 'echo no key >&2; exit 3'", "no key"),
        ("true", "it ended with 0"),
        ("there-is-no-such-command", "No such file"),
        ("'", "No closing quotation"),
    ],
)
def test_a_token_command_that_prints_none_is_told_with_its_last_words(
    cli: Cli, service: Service, command: str, said: str
) -> None:
    result = cli("tasks", "list", 1, "--api-url", service.url, "--token-command", command)

    assert result.exit_code == 4
    assert said in result.stderr
    assert service.asked == []


def test_a_token_command_is_given_to_no_shell(cli: Cli, service: Service, home: Path) -> None:
    cli("tasks", "list", 1, "--api-url", service.url, "--token-command", "echo token; touch there")

    assert not (home / "there").exists()
