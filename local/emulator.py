"""ministack, the AWS of the local deployment: started with a clean environment, stopped whole.

It saves its state when asked to end, and not before. Its Lambda workers are its children and outlive it for a moment.
"""

import asyncio
import json
import os
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from local import ROOT, ports
from local.processes import Process
from local.refusals import Refused
from local.state import State

PYTHON = ROOT / ".venv-emulator" / "bin" / "python"
HOST = ports.HOST
REGION = "us-east-1"
START_WITHIN = 300.0
END_WITHIN = 120.0
"""Seconds; a few are usual, and a machine that is slow and busy takes many times as long."""


def endpoint(port: int) -> str:
    """Return where the emulator on *port* answers as AWS."""
    return f"http://{HOST}:{port}"


@contextmanager
def port_for(state: State) -> Iterator[int]:
    """Hold the port the emulator had last if it is free, else another one, with the saved state moved to it.

    Addresses of queues are part of the state, and messages do not reach a function from one of another port.

    Raises:
        Refused: If this machine has no free port.
    """
    last = int(state.emulator_port.read_text()) if state.emulator_port.is_file() else 0
    with ExitStack() as holding:
        try:
            port = holding.enter_context(ports.held(last))
        except OSError:
            port = _any_port(holding)
        if last not in {0, port}:
            for saved in state.emulator.glob("*.json"):
                saved.write_text(saved.read_text().replace(f"{HOST}:{last}", f"{HOST}:{port}"))
        state.emulator_port.write_text(str(port))
        yield port


def start(state: State, port: int) -> subprocess.Popen[bytes]:
    """Start the emulator on *port* with what it saved last, in a process group of its own."""
    _prepare(state.emulator)
    shutil.rmtree(state.temporary, ignore_errors=True)
    # A worker of one that was killed may still be writing there.
    state.temporary.mkdir(parents=True, exist_ok=True)
    with state.emulator_log.open("wb") as log:
        return subprocess.Popen(
            [PYTHON, "-m", "ministack"],
            env=_environment(state, port),
            cwd=state.temporary,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


async def answers(port: int) -> None:
    """Wait until the emulator answers.

    Raises:
        Refused: If it takes too long.
    """
    deadline = time.monotonic() + START_WITHIN
    while not await asyncio.to_thread(_is_healthy, port):
        if time.monotonic() > deadline:
            raise Refused(f"the emulator does not answer after {START_WITHIN:.0f} s")
        await asyncio.sleep(0.1)


def end(process: Process, state: State) -> bool:
    """End the emulator and its workers, and remove their copies of the code; say whether it could save its state."""
    saved = process.end_with_group(within=END_WITHIN)
    shutil.rmtree(state.temporary, ignore_errors=True)
    return saved


def _environment(state: State, port: int) -> dict[str, str]:
    """Build all that the emulator knows, and the functions with it: none of the person's own settings."""
    return {
        "PATH": os.defpath,
        "LANG": "C.UTF-8",
        "HOME": str(state.temporary),
        "TMPDIR": str(state.temporary),
        "BIND_HOST": HOST,
        "GATEWAY_PORT": str(port),
        "MINISTACK_HOST": HOST,
        "MINISTACK_REGION": REGION,
        "PERSIST_STATE": "1",
        "STATE_DIR": str(state.emulator),
        "S3_DATA_DIR": str(state.temporary / "s3"),
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        # It would clean up containers of other emulators on a machine that has an engine; it needs none here.
        "DOCKER_HOST": f"unix://{state.temporary}/none",
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def _prepare(saved: Path) -> None:
    """Take out of what was *saved* what must not, or need not, live on.

    Positions in streams are saved and the records are not, so a saved position would skip new ones: without any,
    reading starts at the horizon. Logs have a stream for every request ever made, loaded and saved again each time.
    """

    def forget_positions(functions: dict[str, Any]) -> None:
        functions["dynamodb_stream_positions"] = {}

    def forget_lines(logs: dict[str, Any]) -> None:
        for group in logs["log_groups"]["data"].values():
            group["streams"] = {}

    for name, change in {"lambda.json": forget_positions, "cloudwatch_logs.json": forget_lines}.items():
        path = saved / name
        if path.is_file():
            content = json.loads(path.read_text())
            change(content["payload"])
            path.write_text(json.dumps(content))


def _any_port(holding: ExitStack) -> int:
    try:
        return holding.enter_context(ports.held())
    except OSError:
        raise Refused("this machine has no free port") from None


def _is_healthy(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"{endpoint(port)}/_ministack/health", timeout=5) as answer:  # noqa: S310 - ours
            return bool(answer.status == 200)  # noqa: PLR2004 - HTTP's OK
    except OSError:
        return False
