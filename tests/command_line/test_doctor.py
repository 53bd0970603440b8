"""`doctor`: what is wrong is found at its first cause, and said with what to do."""

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from tests.command_line.conftest import Cli
from tests.command_line.serving import Asked, Reply, Service, problem
from tests.command_line.test_signing_in import token

QUEUE = "/onboarding/sessions"


def checks(told: str) -> dict[str, tuple[bool, str]]:
    return {each["check"]: (each["ok"], each["said"]) for each in json.loads(told)}


def test_all_is_well(cli: Cli, service: Service) -> None:
    service.plan("GET", "/", problem(404, "route_not_found"))
    service.plan("GET", QUEUE, Reply(200, []))
    mine = token(user_id="2", scope="onboarding.admin", exp=4_000_000_000)

    result = cli("doctor", "-o", "json", "--api-url", service.url, "--token", mine)

    assert result.exit_code == 0, result.stderr
    found = checks(result.stdout)
    assert list(found) == ["version", "configuration", "reachability", "clock", "sign-in"]
    assert all(ok for ok, _ in found.values())
    assert "request id request-7" in found["reachability"][1]
    assert "user 2, onboarding.admin, until 2096-10-02 07:06:40Z" in found["sign-in"][1]


def test_without_settings_it_says_so_and_what_to_do(cli: Cli) -> None:
    result = cli("doctor")

    assert result.exit_code == 2
    assert "Nothing says where the API is." in result.stdout
    assert "Write a profile into" in result.stderr


def test_a_service_that_is_not_there_is_found_before_a_token_is_asked_for(cli: Cli) -> None:
    result = cli("doctor", "-o", "json", "--api-url", "http://127.0.0.1:1", "--token-command", "false")

    assert result.exit_code == 1
    assert list(checks(result.stdout))[-1] == "reachability"


def test_a_token_that_is_refused_is_told_with_whose_it_is(cli: Cli, service: Service) -> None:
    service.plan("GET", QUEUE, Reply(401, {"message": "Unauthorized"}))

    result = cli("doctor", "--api-url", service.url, "--token", token(user_id="2", exp=1_000_000_000))

    assert result.exit_code == 4
    assert "does not take the token: user 2, no scope, until 2001-09-09 01:46:40Z" in result.stdout


def test_a_clock_that_is_wrong_is_told_by_how_much(cli: Cli, service: Service) -> None:
    def later(_: Asked) -> Reply:
        return Reply(404, None, {"Date": format_datetime(datetime.now(UTC) + timedelta(minutes=5), usegmt=True)})

    service.plan("GET", "/", later)
    service.plan("GET", QUEUE, Reply(200, []))

    result = cli("doctor", "-o", "json", "--api-url", service.url, "--token", "t")

    assert result.exit_code == 4
    ok, said = checks(result.stdout)["clock"]
    assert not ok
    assert said in {f"{seconds} s behind the service" for seconds in (299, 300, 301)}


def test_a_completion_is_printed_for_each_shell(cli: Cli) -> None:
    for shell in ("bash", "fish", "powershell", "pwsh", "zsh"):
        assert "_TENANT_ONBOARDING_COMPLETE" in cli("completion", shell).stdout
    assert cli("completion", "csh").exit_code == 2
