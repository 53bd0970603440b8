"""`make run`, `stop` and `token`, as people and tools from outside rely on them."""

import base64
import json
import os
import re
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from local import ports
from local.processes import Process
from local.state import State
from tests.e2e.conftest import PATIENCE, ROOT, LocalDeployment

OPERATOR = 3


def claims_of(token: str) -> dict[str, Any]:
    payload = token.split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return claims


def processes_of(local: LocalDeployment) -> tuple[Process, Process]:
    running = State(ROOT / local.folder).running()
    assert running is not None
    assert running.emulator is not None
    return running.front, running.emulator


def run_task(local: LocalDeployment, tenant: int, task: str, token: str) -> dict[str, Any]:
    started = local.call("POST", f"/tenants/{tenant}/onboarding/tasks/{task}/runs", token=token)
    assert started.status == 201, started.data
    return local.ended_run(started.json()["url"], token)


def test_the_facts_have_exactly_the_keys_that_others_rely_on(local: LocalDeployment) -> None:
    stack = local.stack

    assert set(stack) == {
        "api_url",
        "issuer",
        "audience",
        "graph_url",
        "aws_endpoint_url",
        "region",
        "tables",
        "queues",
        "functions",
    }
    assert stack["api_url"] == local.url
    assert set(stack["tables"]) == {"Sessions", "Runs", "Evidence", "Audit"}
    assert set(stack["queues"]) == {"Probe", "Sync"}
    modules = [
        path for folder in ("api", "workers", "schedules") for path in (ROOT / "functions" / folder).glob("*.py")
    ]
    assert set(stack["functions"]) == {path.stem for path in modules} - {"__init__"}


def test_everything_listens_on_this_machine_only(local: LocalDeployment) -> None:
    stack = local.stack

    for name in ("api_url", "issuer", "graph_url", "aws_endpoint_url"):
        assert re.match(r"http://127\.0\.0\.1:\d+(/|$)", stack[name]), name


def test_a_token_says_who_for_whom_and_until_when(local: LocalDeployment) -> None:
    stack, before = local.stack, int(time.time())

    claims = claims_of(local.token(2, scope="onboarding.admin", ttl=600))

    issued = claims["iat"]
    assert before <= issued <= time.time()
    assert claims == {
        "iss": stack["issuer"],
        "aud": stack["audience"],
        "sub": "user-2",
        "iat": issued,
        "nbf": issued,
        "exp": issued + 600,
        "token_use": "access",
        "user_id": "2",
        "scope": "onboarding.admin",
    }


def test_a_token_lives_an_hour_and_has_neither_user_nor_scope_unless_told(local: LocalDeployment) -> None:
    claims = claims_of(local.token(None))

    assert claims["exp"] - claims["iat"] == 3600
    assert "user_id" not in claims
    assert "scope" not in claims


@pytest.mark.parametrize(
    ("make_token", "status"),
    [
        (lambda local: local.token(OPERATOR), 200),
        (lambda local: local.token(OPERATOR, ttl=-1), 401),
        (lambda local: local.token(None), 401),
        (lambda local: local.token(OPERATOR)[:-4] + "AAAA", 401),
        (lambda _: None, 401),
        (lambda local: local.token(9), 404),
    ],
    ids=["a member", "expired", "without a user", "forged", "no token", "a member of nothing"],
)
def test_the_gateway_and_the_function_judge_tokens(local: LocalDeployment, make_token: Any, status: int) -> None:
    answer = local.call("GET", "/tenants/1/onboarding/session", token=make_token(local))

    assert answer.status == status


def test_the_answer_s_headers_reach_the_caller(local: LocalDeployment) -> None:
    answer = local.call("POST", "/tenants/20/onboarding/session", token=local.token(OPERATOR))

    assert answer.status == 201
    assert answer.headers["session-resumed"] in {"true", "false"}
    assert answer.headers["etag"]
    assert answer.headers["x-request-id"]
    assert answer.headers["cache-control"] == "no-store"


def test_a_browser_on_the_same_port_may_call(local: LocalDeployment) -> None:
    asked = {"Origin": local.url, "Access-Control-Request-Method": "PATCH"}

    answer = local.call("OPTIONS", "/tenants/1/onboarding/session/1", headers=asked)

    assert answer.status == 204
    assert answer.headers["access-control-allow-origin"] == local.url
    assert "PATCH" in answer.headers["access-control-allow-methods"]


@pytest.mark.parametrize(
    "path",
    ["/_ministack/health", "//tenants", "/tenants/1/../../_ministack/health", "/nothing?x=%zz", "/"],
)
def test_no_path_leads_behind_the_api(local: LocalDeployment, path: str) -> None:
    answer = local.call("GET", path, token=local.token(OPERATOR))

    assert answer.status == 404
    assert answer.json()["code"] == "route_not_found"


def test_a_request_larger_than_api_gateway_takes_is_refused_in_its_form(local: LocalDeployment) -> None:
    answer = local.call("PATCH", "/tenants/1/onboarding/session/1", token=local.token(OPERATOR), body="x" * 11_000_000)

    assert answer.status == 413
    assert answer.json() == {"message": "Request Entity Too Large"}


def test_the_twenty_tenants_are_there_with_their_members(local: LocalDeployment) -> None:
    owner, readonly = local.token(1), local.token(4)

    statuses = {
        tenant: (
            local.call("GET", f"/tenants/{tenant}/onboarding/session", token=owner).status,
            local.call("POST", f"/tenants/{tenant}/onboarding/session", token=readonly).status,
        )
        for tenant in range(1, 21)
    }

    assert statuses == dict.fromkeys(range(1, 21), (200, 403))


def test_a_running_deployment_is_left_alone_and_said_to_run(local: LocalDeployment) -> None:
    before = State(ROOT / local.folder).running()

    said = local.start()

    assert f"Already running at {local.url}" in said
    assert State(ROOT / local.folder).running() == before


def test_a_second_deployment_of_the_same_folder_is_refused(local: LocalDeployment) -> None:
    with ports.held() as port:
        refused = local.make("run", "DETACH=1", f"PORT={port}")

    assert refused.returncode != 0
    assert f"already running at {local.url}" in refused.stdout + refused.stderr


def test_stopped_and_started_it_keeps_everything_and_runs_what_is_new(local: LocalDeployment) -> None:
    token = local.token(OPERATOR)
    local.call("POST", "/tenants/19/onboarding/session", token=token)
    before = run_task(local, 19, "consent_status", token)
    paths = [
        "/tenants/19/onboarding/session",
        "/tenants/19/onboarding/evidence",
        "/tenants/19/onboarding/tasks",
        f"/tenants/19/onboarding/runs/{before['id']}",
    ]
    kept = [local.call("GET", path, token=token).json() for path in paths]
    front, emulator = processes_of(local)

    local.stop()
    assert not front.lives
    assert not emulator.lives
    assert [path.name for path in (ROOT / local.folder).glob("tmp")] == []
    said = local.start()

    assert [local.call("GET", path, token=token).json() for path in paths] == kept
    after = run_task(local, 19, "consent_status", token)
    assert before["status"] == after["status"] == "succeeded"
    assert after["id"] != before["id"]
    # It starts in seconds, for nothing is made anew.
    assert re.findall("Building|Deploying|Registering", said) == []


def test_a_run_that_was_waiting_when_it_stopped_is_carried_out_after_the_start(local: LocalDeployment) -> None:
    token = local.token(OPERATOR)
    started = local.call("POST", "/tenants/18/onboarding/tasks/license_check/runs", token=token)

    local.stop()
    local.start()

    # Its message may be lost with the emulator; the sweep sends it again a minute after.
    assert local.ended_run(started.json()["url"], token)["status"] == "succeeded"


def test_stopping_ends_the_workers_too(local: LocalDeployment) -> None:
    assert local.call("GET", "/tenants/1/onboarding/session", token=local.token(OPERATOR)).status == 200
    _, emulator = processes_of(local)
    workers = emulator.group()
    assert workers

    local.stop()

    assert [worker for worker in workers if worker.lives] == []
    local.start()


def test_after_its_front_was_killed_the_next_start_ends_the_rest_and_keeps_everything(local: LocalDeployment) -> None:
    token = local.token(OPERATOR)
    kept = local.call("POST", "/tenants/17/onboarding/session", token=token).json()["id"]
    front, emulator = processes_of(local)

    os.kill(front.pid, signal.SIGKILL)
    local.start()

    assert not emulator.lives
    assert local.call("GET", "/tenants/17/onboarding/session", token=token).json()["session"]["id"] == kept


def test_when_the_emulator_dies_the_front_ends_too_and_says_so(local: LocalDeployment) -> None:
    front, emulator = processes_of(local)

    os.kill(emulator.pid, signal.SIGKILL)
    deadline = time.monotonic() + PATIENCE
    while front.lives and time.monotonic() < deadline:
        time.sleep(0.1)

    assert not front.lives
    assert "the emulator ended by itself" in State(ROOT / local.folder).log.read_text()
    local.start()


def test_runs_still_run_when_the_emulator_has_to_move_to_another_port(local: LocalDeployment) -> None:
    token, before = local.token(OPERATOR), local.stack["aws_endpoint_url"]
    local.stop()
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", int(before.rpartition(":")[2])))
        taken.listen()
        local.start()

    assert local.stack["aws_endpoint_url"] != before
    assert run_task(local, 16, "intune_status", token)["status"] == "succeeded"


def test_ended_before_it_is_up_it_says_so_and_the_next_start_mends_it(local: LocalDeployment) -> None:
    local.stop()
    with subprocess.Popen(
        ["make", "run", f"PORT={local.port}", "FRESH=1"],
        cwd=ROOT,
        env=os.environ | {"LOCAL_STATE": local.folder},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as made:
        assert made.stdout is not None
        next(line for line in made.stdout if "Deploying" in line)
        local.stop()
        said = made.stdout.read()

    assert made.returncode != 0
    assert "it was ended before it was up" in said
    local.start()
    token = local.token(OPERATOR)
    assert run_task(local, 15, "license_check", token)["status"] == "succeeded"


def test_in_the_foreground_an_interrupt_ends_everything(local: LocalDeployment) -> None:
    local.stop()
    with subprocess.Popen(
        ["make", "run", f"PORT={local.port}"],
        cwd=ROOT,
        env=os.environ | {"LOCAL_STATE": local.folder},
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as made:
        assert made.stdout is not None
        said = next(line for line in made.stdout if "Ready" in line or "Refused" in line)
        assert local.url in said
        front, emulator = processes_of(local)

        os.killpg(made.pid, signal.SIGINT)
        made.wait(timeout=PATIENCE)

    assert not front.lives
    assert not emulator.lives
    assert not (ROOT / local.folder / "stack.json").exists()
    local.start()


def test_a_taken_port_is_refused_before_anything_is_started(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        refused = LocalDeployment(port, str(tmp_path)).make("run", "DETACH=1", f"PORT={port}")

    assert refused.returncode != 0
    assert f"port {port} is taken" in refused.stdout + refused.stderr
    assert not (tmp_path / "emulator").exists()


def test_an_unknown_parameter_is_refused_with_those_there_are(tmp_path: Path) -> None:
    with ports.held() as port:
        refused = LocalDeployment(port, str(tmp_path)).make("run", "DETACH=1", f"PORT={port}", "PARAMS=LockSecond=5")

    assert refused.returncode != 0
    assert "no parameter LockSecond; it has" in refused.stdout + refused.stderr
    assert "LockSeconds" in refused.stdout + refused.stderr


def test_without_a_deployment_a_token_is_refused_in_one_line(tmp_path: Path) -> None:
    refused = LocalDeployment(0, str(tmp_path)).make("token", "AS=1")

    assert refused.returncode != 0
    assert refused.stderr.startswith("Refused: nothing is running: `make run` starts it\n")


def test_stopping_what_does_not_run_is_no_fault(tmp_path: Path) -> None:
    stopped = LocalDeployment(0, str(tmp_path)).make("stop")

    assert stopped.returncode == 0
    assert stopped.stdout == "Nothing was running.\n"


def test_make_help_lists_every_target_but_the_set_up() -> None:
    said = LocalDeployment(0).make("help").stdout

    listed = set(re.findall(r"^  make (\w+)", said, flags=re.MULTILINE))
    targets = set(re.findall(r"^\.PHONY: (\w+)$", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
    assert listed == targets - {"setup"}
    assert listed >= {"help", "run", "stop", "token", "demo", "test", "check", "build", "clean"}
