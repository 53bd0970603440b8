"""What goes where: data, progress, failures; for people and for programs."""

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

from tenant_onboarding_cli.output import Out, as_csv
from tenant_onboarding_cli.settings import Output
from tests.command_line.conftest import Cli
from tests.command_line.serving import Reply, Service

TASKS = "/tenants/1/onboarding/tasks"
FAILED = {
    "task_type": "license_check",
    "status": "fail",
    "reason_code": "license_missing",
    "message": "No subscription.",
    "last_run_id": 9,
    "step": 3,
    "required": True,
    "active_run_id": None,
    "recorded_at": "2026-01-01T00:00:00.123Z",
    "stale": False,
    "remedy": {"text": "Have one bought.", "link": "https://learn.microsoft.com/x"},
    "next_check_at": None,
}


def test_a_table_is_for_people_and_says_what_to_do(ask: Cli, service: Service) -> None:
    service.plan("GET", TASKS, Reply(200, [FAILED]))

    result = ask("tasks", "list", 1)

    assert result.stdout.splitlines() == [
        "step  task           status  reason           found                 old  running  newest run",
        "3     license_check  fail    license_missing  2026-01-01 00:00:00Z  -    -        9",
        "",
        "license_check: No subscription.",
        "  Have one bought.",
        "  https://learn.microsoft.com/x",
    ]
    assert result.stderr == "Next: tenant-onboarding run start 1 license_check --watch\n"


def test_json_is_what_the_api_said_and_nothing_else(ask: Cli, service: Service) -> None:
    service.plan("GET", TASKS, Reply(200, [FAILED]))

    result = ask("tasks", "list", 1, "-o", "json")

    assert json.loads(result.stdout) == [FAILED]


def test_off_a_terminal_nothing_is_coloured_and_nothing_is_moved(ask: Cli, service: Service) -> None:
    service.plan("GET", TASKS, Reply(200, [FAILED]))

    result = ask("tasks", "list", 1)

    assert "\x1b" not in result.stdout + result.stderr


def test_off_a_terminal_a_long_line_stays_one_line(ask: Cli, service: Service) -> None:
    service.plan("GET", TASKS, Reply(200, [{**FAILED, "reason_code": "x" * 500, "message": "y " * 500}]))

    lines = ask("tasks", "list", 1).stdout.splitlines()

    assert len(lines) == 6


def test_what_comes_from_elsewhere_cannot_move_the_cursor(ask: Cli, service: Service) -> None:
    service.plan("GET", TASKS, Reply(200, [{**FAILED, "message": "\x1b[2J\x9bred [bold]"}]))

    shown = ask("tasks", "list", 1).stdout

    assert "\x1b" not in shown
    assert "\x9b" not in shown
    assert "\\x1b[2J\\x9bred [bold]" in shown


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_no_color_is_obeyed_on_a_terminal() -> None:
    coloured, plain = Terminal(), Terminal()

    Out(Output.TABLE, coloured, coloured, {"TERM": "xterm"}).tell("well", "green")
    Out(Output.TABLE, plain, plain, {"TERM": "xterm", "NO_COLOR": "1"}).tell("well", "green")

    assert "\x1b[32m" in coloured.getvalue()
    assert "\x1b[32m" not in plain.getvalue()


def test_whoever_has_read_enough_is_no_failure(service: Service, home: Path) -> None:
    service.plan("GET", TASKS, Reply(200, [FAILED] * 10_000))
    words = ("tasks", "list", "1", "-o", "json", "--api-url", service.url, "--token", "t")

    with subprocess.Popen(
        [sys.executable, "-m", "tenant_onboarding_cli", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as program:
        assert program.stdout is not None
        assert program.stderr is not None
        program.stdout.readline()
        program.stdout.close()
        said = program.stderr.read()

    assert (program.returncode, said) == (0, b"")


def test_no_session_is_no_failure(ask: Cli, service: Service) -> None:
    service.plan("GET", "/tenants/1/onboarding/session", Reply(200, {"session": None}))

    assert json.loads(ask("session", "show", 1, "-o", "json").stdout) == {"session": None}
    assert "Next: tenant-onboarding session start 1" in ask("session", "show", 1).stderr


def test_a_run_that_found_something_bad_is_shown_and_fails_with_its_remedy(ask: Cli, service: Service) -> None:
    finding = {**FAILED, "evidence_id": 4}
    run = {
        "id": 9,
        "tenant_id": 1,
        "task_type": "license_check",
        "status": "succeeded",
        "provider_connection_id": 101,
        "started_by_user_id": None,
        "queued_at": None,
        "started_at": None,
        "ended_at": None,
        "not_before": None,
        "attempts": 1,
        "cancel_requested_at": None,
        "progress": None,
        "finding": finding,
    }
    service.plan("GET", "/tenants/1/onboarding/runs/9", Reply(200, run))

    result = ask("run", "watch", 1, 9)

    assert result.exit_code == 1
    assert "started by  the sweep" in result.stdout
    assert "Have one bought." in result.stderr
    assert ask("run", "show", 1, 9).exit_code == 0


def test_a_watch_that_takes_too_long_says_that_the_run_goes_on_and_how_to_watch_it_again(
    ask: Cli, service: Service
) -> None:
    run = {"id": 9, "tenant_id": 1, "task_type": "initial_sync", "status": "running", "progress": None, "finding": None}
    service.plan("GET", "/tenants/1/onboarding/runs/9", Reply(200, run, {"Retry-After": "2"}))

    result = ask("run", "watch", 1, 9, "--timeout", "0.5")

    assert result.exit_code == 5
    assert "Run 9 goes on." in result.stderr
    assert "Next: tenant-onboarding run watch 1 9" in result.stderr


def test_evidence_for_a_spreadsheet_holds_no_formula(ask: Cli, service: Service, home: Path) -> None:
    piece = {"id": 1, "message": '=HYPERLINK("https://x.example")', "payload": {"a": [1]}, "task_type": "rbac_check"}
    service.plan("GET", "/tenants/1/onboarding/evidence", Reply(200, [piece]))

    assert ask("evidence", "export", 1, "--as", "csv", "--to", "e.csv").exit_code == 0
    [row] = csv.DictReader(io.StringIO((home / "e.csv").read_text()))
    assert (row["message"][:2], row["payload"]) == ("'=", '{"a": [1]}')


def test_numbers_stay_numbers_in_a_spreadsheet() -> None:
    assert as_csv([{"n": -1}], ["n"]).splitlines() == ["n", "-1"]


def test_a_file_that_cannot_be_written_is_told_in_a_sentence(ask: Cli, service: Service) -> None:
    service.plan("GET", "/tenants/1/onboarding/evidence", Reply(200, []))

    result = ask("evidence", "export", 1, "--to", "no/such/folder.json")

    assert (result.exit_code, "cannot be written" in result.stderr) == (1, True)
