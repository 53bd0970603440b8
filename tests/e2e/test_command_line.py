"""The installed command line, as people and scripts call it, against the local deployment."""

import json
import logging
import os
import re
import shlex
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from typer.testing import CliRunner

from onboarding.routes import ROUTES, Route
from tenant_onboarding_cli.main import app
from tests.e2e.conftest import PATIENCE, ROOT, LocalDeployment
from tests.e2e.program import NOT_OURS, Program, install, lay_out

PAGE = ROOT / "docs" / "command-line.md"

FOR_PEOPLE = {name: route for name, route in ROUTES.items() if route.path.startswith(("/tenants", "/onboarding"))}
"""What somebody who is signed in can ask; the rest is for browsers."""


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the program was installed."""
    return install(tmp_path_factory.mktemp("installed"))


@pytest.fixture
def program(path: Path, tmp_path: Path, local: LocalDeployment) -> Program:
    """The program, in a folder beside the deployment."""
    lay_out(tmp_path, local)
    return Program(path, tmp_path)


def next_command(said: str) -> str:
    """Give the command that is suggested last."""
    suggested: list[str] = re.findall(r"^Next: (.+)$", said, re.MULTILINE)
    return suggested[-1]


def evidence(program: Program, tenant: int) -> list[str]:
    """Name the tasks that evidence was recorded of, oldest first."""
    told = program.call(f"tenant-onboarding evidence export {tenant}")
    assert told.returncode == 0, told.stderr
    return [piece["task_type"] for piece in reversed(json.loads(told.stdout))]


def test_a_tenant_is_onboarded_from_its_first_step_to_its_last(program: Program) -> None:
    told = program.call("tenant-onboarding onboard 13 --watch -o json")

    assert told.returncode == 0, told.stderr
    outcome = json.loads(told.stdout)
    assert (outcome["outcome"], outcome["session"]["status"]) == ("completed", "completed")
    assert len(outcome["session"]["completion"]["evidence_ids"]) == 7
    again = program.call("tenant-onboarding onboard 13 --watch")
    assert (again.returncode, len(evidence(program, 13))) == (0, 7)


def as_shown(text: str) -> list[str]:
    """Leave out of a session what differs each time: ids, moments, and how far a run was when it was looked at."""
    masked = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ", "<moment>", re.sub(r"\d{12,}", "<id>", text))
    return [line for line in masked.splitlines() if not re.match(r"\w+: (queued|running)", line)]


def test_the_session_in_the_readme_goes_as_it_is_shown(program: Program) -> None:
    shown = re.search(r"```console\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert shown is not None
    parts = re.findall(r"^\$ (.+)\n((?:[^$].*\n)*)", shown[1], re.MULTILINE)

    ended = {line: program.call(line, together=True) for line, _ in parts}

    assert {line: as_shown(told.stdout) for line, told in ended.items()} == {
        line: as_shown(text) for line, text in parts
    }
    assert [told.returncode for told in ended.values()] == [0, 1]


def test_a_tenant_that_lacks_something_is_taken_up_again_where_it_stands(program: Program) -> None:
    stopped = program.call("tenant-onboarding onboard 2 --watch")
    before = evidence(program, 2)

    link = program.call(next_command(stopped.stderr))
    again = program.call(next_command(link.stderr))

    assert (stopped.returncode, link.returncode, again.returncode) == (1, 0, 1)
    assert "/adminconsent?" in link.stdout
    assert "goes on at step 3" in again.stderr
    assert evidence(program, 2)[len(before) :] == ["verify_permissions"]


@pytest.fixture
def slow_tenant(local: LocalDeployment) -> Iterator[int]:
    """A tenant whose initial sync takes minutes, since Microsoft has it wait; afterwards it is as before."""
    local.play(14, "large_throttled_inventory")
    yield 14
    local.play(14, "healthy")


def test_what_is_blocked_ends_with_3_what_takes_too_long_with_5_and_what_is_interrupted_with_130(
    program: Program, slow_tenant: int
) -> None:
    late = program.call(f"tenant-onboarding run start {slow_tenant} initial_sync --watch --timeout 1")
    assert late.returncode == 5, late.stderr
    watch = next_command(late.stderr)

    blocked = program.call(f"tenant-onboarding run start {slow_tenant} license_check --watch")
    assert (blocked.returncode, next_command(blocked.stderr)) == (3, watch)
    assert "Request id: " in blocked.stderr

    watching = program.begin(watch)
    assert watching.stderr is not None
    assert watching.stderr.readline().startswith("initial_sync: ")
    watching.send_signal(signal.SIGINT)
    _, said = watching.communicate(timeout=PATIENCE)
    assert (watching.returncode, next_command(said)) == (130, watch)

    # None of the three has harmed the run: it is there to be cancelled.
    assert program.call(f"tenant-onboarding run cancel {slow_tenant} initial_sync").returncode == 0
    ended = program.call(watch)
    assert (ended.returncode, "cancelled" in ended.stdout) == (1, True)


def test_a_token_that_has_expired_ends_with_4(program: Program, local: LocalDeployment) -> None:
    told = program.call(f"tenant-onboarding tasks list 1 --token {local.token(2, ttl=-1)}")

    assert (told.returncode, told.stdout) == (4, "")


def test_a_file_that_was_interrupted_is_given_again_and_nothing_is_done_twice(program: Program) -> None:
    (program.folder / "tenants.csv").write_text("tenant_id,name\n10,Coho Winery\n11,\n15,\n")
    line = "tenant-onboarding bulk tenants.csv --at-once 1 --profile local-platform --report report.json"

    begun = program.begin(line)
    assert begun.stderr is not None
    assert next(told for told in begun.stderr if told.startswith("1 of 3")) == "1 of 3: tenant 10 completed\n"
    begun.send_signal(signal.SIGINT)
    begun.communicate(timeout=PATIENCE)

    assert begun.returncode == 130
    report = json.loads((program.folder / "report.json").read_text())
    assert [each["tenant_id"] for each in report] == [10, 11, 15]
    assert (report[0]["outcome"], report[2]["outcome"]) == ("completed", "interrupted")
    again = program.call(line)
    assert again.returncode == 0, again.stderr
    report = json.loads((program.folder / "report.json").read_text())
    assert [each["outcome"] for each in report] == ["already_completed", "completed", "completed"]
    for tenant in (10, 11, 15):
        tried = evidence(program, tenant)
        assert sorted(set(tried)) == sorted(tried)


def is_of(route: Route, method: str, path: str) -> bool:
    """Tell whether a request was one of *route*."""
    return method == route.method and route.matches(path)


def examples() -> list[str]:
    """Give every example of the page, in its order."""
    commands = PAGE.read_text().partition("## Commands")[2]
    return re.findall(r"^    (tenant-onboarding .+)$", commands, re.MULTILINE)


def test_every_example_of_the_page_can_be_given_and_together_they_ask_every_route(
    local: LocalDeployment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    lay_out(tmp_path, local)
    file = re.search(r"```csv\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert file is not None
    (tmp_path / "tenants.csv").write_text(file[1])
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in [name for name in os.environ if name.startswith(NOT_OURS)]:
        monkeypatch.delenv(name)

    # In this process: starting the program fifty times would take longer than all that it does.
    with caplog.at_level(logging.INFO, logger="httpx"):
        ended = {line: CliRunner().invoke(app, shlex.split(line)[1:]) for line in examples()}

    assert {line: told.stderr for line, told in ended.items() if told.exit_code != 0} == {}
    asked = [re.search(r"HTTP Request: (\w+) (\S+) ", record.getMessage()) for record in caplog.records]
    known = {(each[1], urlsplit(each[2]).path) for each in asked if each}
    assert [name for name, route in FOR_PEOPLE.items() if not any(is_of(route, *each) for each in known)] == []
    assert (tmp_path / "report.csv").read_text().count("\n") == 4
    assert (tmp_path / "evidence.csv").read_text().startswith("id,recorded_at")


def test_the_completion_completes(program: Program) -> None:
    script = program.call("tenant-onboarding completion bash").stdout
    asking = (
        f"{script}\nPATH={shlex.quote(str(program.path.parent))}:$PATH\n"
        "COMP_WORDS=(tenant-onboarding evidence e) COMP_CWORD=2\n"
        '_tenant_onboarding_completion tenant-onboarding; echo "${COMPREPLY[@]}"'
    )

    told = subprocess.run(["bash", "-c", asking], check=True, capture_output=True, text=True, env=program.environment)

    assert told.stdout.split() == ["export"]
