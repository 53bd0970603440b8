"""One local deployment for all tests that speak HTTP, in a folder of its own: a person's `.local` is left alone."""

import fcntl
import json
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import urllib3

from local import ports

ROOT = Path(__file__).parents[2]
FOLDER = ".local-e2e"
PATIENCE = 300
"""Seconds for an answer, and for what follows from one: where all is slow and busy, a cold start takes many."""
AT_MOST = 1800
"""Seconds for a command; the first `make run` on a machine installs and builds whatever is not there."""

# What `make test` tells the makes below it would reach the ones we call here.
_ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}


@dataclass(frozen=True)
class LocalDeployment:
    """What a person has after `make run`: one port, tokens for anybody, and the facts in `stack.json`."""

    port: int
    folder: str = FOLDER

    def make(self, *arguments: str, within: float = AT_MOST) -> subprocess.CompletedProcess[str]:
        """Run make as a person would; its folder is ours."""
        return subprocess.run(
            ["make", "--silent", *arguments],
            cwd=ROOT,
            env=_ENVIRONMENT | {"LOCAL_STATE": self.folder},
            check=False,
            capture_output=True,
            text=True,
            timeout=within,
        )

    def start(self, *arguments: str) -> str:
        """Start it, and return what was said."""
        started = self.make("run", "DETACH=1", f"PORT={self.port}", *arguments)
        assert started.returncode == 0, started.stdout + started.stderr
        return started.stdout

    def stop(self) -> None:
        """Stop it."""
        stopped = self.make("stop")
        assert stopped.returncode == 0, stopped.stdout + stopped.stderr

    @property
    def stack(self) -> dict[str, Any]:
        """The facts, as tools from outside read them."""
        facts: dict[str, Any] = json.loads((ROOT / self.folder / "stack.json").read_text())
        return facts

    @property
    def url(self) -> str:
        """Where the API answers."""
        return f"http://127.0.0.1:{self.port}"

    def token(self, user: int | None, *, scope: str | None = None, ttl: int | None = None) -> str:
        """Ask for an access token of *user*; *ttl* is in seconds."""
        wishes = {"AS": user, "SCOPE": scope, "TTL": ttl}
        made = self.make("token", *(f"{name}={value}" for name, value in wishes.items() if value is not None))
        assert made.returncode == 0, made.stderr
        return made.stdout.strip()

    def call(
        self,
        method: str,
        path: str,
        *,
        token: str | None = None,
        body: object = None,
        headers: dict[str, str] | None = None,
    ) -> urllib3.BaseHTTPResponse:
        """Send one request and return the answer, whatever its status; *body* goes as JSON."""
        signed = {"Authorization": f"Bearer {token}"} if token else {}
        return urllib3.request(
            method, self.url + path, json=body, headers=signed | (headers or {}), retries=False, timeout=PATIENCE
        )

    def play(self, tenant: int, scenario: str) -> None:
        """Have Microsoft's side of *tenant* behave as *scenario* says."""
        control = f"{self.stack['graph_url'].rpartition('/')[0]}/control/tenants/{tenant}/scenario"
        chosen = urllib3.request("PUT", control, json={"scenario": scenario}, timeout=PATIENCE)
        assert chosen.status == 200, chosen.data

    def ended_run(self, path: str, token: str, *, within: float = 2 * PATIENCE) -> dict[str, Any]:
        """Return the run at *path* once it has ended."""
        deadline = time.monotonic() + within
        while True:
            run: dict[str, Any] = self.call("GET", path, token=token).json()
            if run["status"] not in {"queued", "running"}:
                return run
            assert time.monotonic() < deadline, f"still {run['status']} after {within} s: {run}"
            time.sleep(0.2)


@contextmanager
def running(folder: str, *arguments: str) -> Iterator[LocalDeployment]:
    """Start a deployment afresh in *folder*, which one test session at a time may have, and stop it afterwards.

    *arguments* go to `make run`.
    """
    cache = ROOT / ".cache"
    cache.mkdir(exist_ok=True)
    with (cache / f"{folder.removeprefix('.local-')}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pytest.fail("Another test session has the local deployment of this checkout; let it end first.")
        # Held for as long as tests stop and start it: nobody may be given its port in between.
        with ports.held() as port:
            deployment = LocalDeployment(port, folder)
            deployment.stop()  # one that an interrupted session left
            deployment.start("FRESH=1", *arguments)
            yield deployment
            deployment.stop()


@pytest.fixture(scope="session")
def local() -> Iterator[LocalDeployment]:
    """The deployment, started afresh for these tests and stopped after them."""
    with running(FOLDER) as deployment:
        yield deployment
