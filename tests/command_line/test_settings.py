import json
import os
from pathlib import Path

import pytest

from tenant_onboarding_cli.exits import Exit
from tenant_onboarding_cli.failures import Failure
from tenant_onboarding_cli.settings import Output, Settings, read

PROFILES = """
profile = "usual"

[profiles.usual]
api_url = "https://usual.example"
token_command = "print-a-token"
output = "json"

[profiles.other]
api_url = "https://other.example/"
"""


def settings(home: Path, flags: dict[str, object] | None = None, **environment: str) -> Settings:
    return read(flags or {}, {"HOME": str(home), **environment}, home)


def write(home: Path, text: str) -> None:
    folder = home / ".config" / "tenant-onboarding"
    folder.mkdir(parents=True)
    (folder / "config.toml").write_text(text)


def run_locally(
    home: Path, api_url: str = "http://127.0.0.1:8000", folder: str = ".local", *, mode: int = 0o700
) -> None:
    (home / folder).mkdir()
    (home / folder).chmod(mode)
    here = dict.fromkeys(("issuer", "graph_url", "aws_endpoint_url"), "http://127.0.0.1:8000/x")
    (home / folder / "stack.json").write_text(json.dumps(here | {"api_url": api_url}))


def refusal(home: Path, flags: dict[str, object] | None = None, **environment: str) -> Failure:
    with pytest.raises(Failure) as refused:
        settings(home, flags, **environment)
    assert refused.value.exit is Exit.USAGE
    return refused.value


def test_the_profile_then_the_environment_then_flags_win(home: Path) -> None:
    write(home, PROFILES)

    assert settings(home).api_url == "https://usual.example"
    assert settings(home, TENANT_ONBOARDING_API_URL="https://environment.example").api_url == (
        "https://environment.example"
    )
    flags: dict[str, object] = {"api_url": "https://flag.example"}
    assert settings(home, flags, TENANT_ONBOARDING_API_URL="https://environment.example").api_url == (
        "https://flag.example"
    )


def test_each_setting_says_who_said_it(home: Path) -> None:
    write(home, PROFILES)

    said_by = settings(home, {"timeout": 5.0}, TENANT_ONBOARDING_SCOPE="mine").said_by

    assert (said_by["api_url"], said_by["scope"], said_by["timeout"]) == ("profile usual", "environment", "flag")


def test_a_profile_is_chosen_by_flag_before_the_environment_and_the_file(home: Path) -> None:
    write(home, PROFILES)

    assert settings(home, {"profile": "other"}, TENANT_ONBOARDING_PROFILE="usual").api_url == "https://other.example"
    assert settings(home, TENANT_ONBOARDING_PROFILE="other").api_url == "https://other.example"


def test_a_token_and_a_token_command_are_two_ways_to_say_the_same(home: Path) -> None:
    write(home, PROFILES)

    assert settings(home).token_command == "print-a-token"
    by_environment = settings(home, TENANT_ONBOARDING_TOKEN="given")
    assert (by_environment.token, by_environment.token_command) == ("given", None)
    by_flag = settings(home, {"token_command": "another"}, TENANT_ONBOARDING_TOKEN="given")
    assert (by_flag.token, by_flag.token_command) == (None, "another")


def test_a_token_is_never_in_what_settings_show_of_themselves(home: Path) -> None:
    write(home, PROFILES)

    assert "hush" not in repr(settings(home, TENANT_ONBOARDING_TOKEN="hush"))


def test_beside_a_local_deployment_the_local_profile_is_there_without_a_file(home: Path) -> None:
    run_locally(home)

    found = settings(home)

    assert (found.profile, found.api_url, found.token_command) == (
        "local",
        "http://127.0.0.1:8000",
        "make -s token AS=2",
    )
    assert settings(home, {"profile": "local-owner"}).token_command == "make -s token AS=1"


def test_another_folder_of_local_state_is_found_as_make_finds_it(home: Path) -> None:
    run_locally(home, folder=".local-e2e")

    assert settings(home, LOCAL_STATE=".local-e2e").profile == "local"


def test_a_profile_that_was_chosen_comes_before_the_local_one(home: Path) -> None:
    write(home, PROFILES)
    run_locally(home)

    assert settings(home).profile == "local"
    assert settings(home, {"profile": "usual"}).profile == "usual"


@pytest.mark.parametrize("mode", [0o755, 0o750, 0o701])
def test_facts_that_came_with_a_download_are_no_local_profile(home: Path, mode: int) -> None:
    write(home, PROFILES)
    run_locally(home, mode=mode)

    assert settings(home).token_command == "print-a-token"
    assert "make run" in refusal(home, {"profile": "local"}).remedies[0].text


def test_facts_that_lead_away_from_this_machine_are_no_local_profile(home: Path) -> None:
    for elsewhere in ("http://elsewhere.example", "http://localhost:8000", "http://127.0.0.1.example", "x"):
        folder = elsewhere.replace("/", "-")
        run_locally(home, elsewhere, folder)

        said = refusal(home, LOCAL_STATE=folder).message
        assert "says api_url is elsewhere than on 127.0.0.1, so it is not trusted" in said


def test_every_address_of_a_local_deployment_is_on_this_machine(home: Path) -> None:
    run_locally(home)
    facts = home / ".local" / "stack.json"
    facts.write_text(json.dumps({**json.loads(facts.read_text()), "issuer": "https://elsewhere.example"}))

    assert "says issuer is elsewhere" in refusal(home, {"profile": "local"}).message


def test_facts_behind_a_link_or_that_others_can_write_are_refused_with_the_reason(home: Path) -> None:
    run_locally(home, folder="elsewhere")
    run_locally(home)
    facts = home / ".local" / "stack.json"
    facts.chmod(0o666)
    assert "is open to others" in refusal(home).message
    facts.unlink()
    facts.symlink_to(home / "elsewhere" / "stack.json")
    assert "cannot be read as a file" in refusal(home).message
    facts.unlink()
    os.mkfifo(facts)
    assert "is no file" in refusal(home).message
    facts.unlink()
    facts.parent.rmdir()
    facts.parent.symlink_to(home / "elsewhere")
    assert "is no folder" in refusal(home).message


def test_facts_that_are_no_facts_are_refused_and_keep_nobody_from_another_profile(home: Path) -> None:
    run_locally(home)
    (home / ".local" / "stack.json").write_text("{")

    assert "does not say where a local deployment is" in refusal(home).message
    write(home, PROFILES)
    assert settings(home, {"profile": "usual"}).profile == "usual"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("profil = 'x'", "profil"),
        ("[profiles.usual]\napi_urll = 'x'", "profiles.usual.api_urll"),
        ("profiles = 3", "profiles"),
        ("[profiles]\nusual = 3", "profiles.usual"),
        ("= ", "cannot be read"),
    ],
)
def test_a_typo_in_the_file_is_never_ignored(home: Path, text: str, said: str) -> None:
    write(home, text)

    assert said in refusal(home).message


def test_a_profile_that_is_not_there_is_refused_with_those_that_are(home: Path) -> None:
    write(home, PROFILES)

    assert "other, usual" in refusal(home, {"profile": "mine"}).message


def test_without_a_deployment_the_local_profile_says_how_to_have_one(home: Path) -> None:
    assert "make run" in refusal(home, {"profile": "local"}).remedies[0].text


@pytest.mark.parametrize(
    "url", ["http://onboarding.example", "ftp://onboarding.example", "onboarding.example", "https://"]
)
def test_a_token_is_sent_nowhere_unencrypted(home: Path, url: str) -> None:
    refusal(home, {"api_url": url})


@pytest.mark.parametrize("url", ["http://127.0.0.1:8000", "http://localhost:8000", "http://[::1]:8000"])
def test_this_machine_may_be_asked_without_encryption(home: Path, url: str) -> None:
    assert settings(home, {"api_url": url}).api_url == url


@pytest.mark.parametrize("timeout", ["soon", "-1", "inf", "nan"])
def test_a_timeout_is_a_number_of_seconds(home: Path, timeout: str) -> None:
    refusal(home, {"api_url": "https://a.example"}, TENANT_ONBOARDING_TIMEOUT=timeout)


def test_output_is_a_table_unless_told_otherwise(home: Path) -> None:
    write(home, PROFILES)

    assert settings(home, {"profile": "other"}).output is Output.TABLE
    assert settings(home).output is Output.JSON
    refusal(home, TENANT_ONBOARDING_OUTPUT="yaml")


def test_settings_lie_where_xdg_says_and_a_relative_folder_is_none(home: Path) -> None:
    elsewhere = settings(home, {"api_url": "https://a.example"}, XDG_CONFIG_HOME="/etc/xdg", XDG_STATE_HOME="here")

    assert elsewhere.places.config == Path("/etc/xdg/tenant-onboarding/config.toml")
    assert elsewhere.places.state == home / ".local" / "state" / "tenant-onboarding"
