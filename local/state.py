"""Where one deployment keeps what it must remember: the folder `.local`, or the one that LOCAL_STATE names.

There is one deployment per folder: whoever holds the folder's lock is it.
"""

import fcntl
import json
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self, TypedDict, cast

from local import ROOT
from local.processes import Process
from local.refusals import Refused


class Stack(TypedDict):
    """The facts of a running deployment; tests and tools from outside rely on exactly these keys."""

    api_url: str
    issuer: str
    audience: str
    graph_url: str
    aws_endpoint_url: str
    region: str
    tables: dict[str, str]
    queues: dict[str, str]
    functions: dict[str, str]


@dataclass(frozen=True, slots=True)
class Running:
    """A deployment's processes, and what it was asked for: *front* serves, and is the parent of *emulator*."""

    front: Process
    port: int
    parameters: dict[str, str]
    emulator: Process | None = None


@dataclass(frozen=True, slots=True)
class Deployed:
    """What the emulator holds: *digest* of all it was given, under *stack_id*; *seeded* once the tenants are in."""

    digest: str
    stack_id: str
    seeded: bool


class AlreadyRunning(Refused):
    """Somebody else holds the folder: *running*, as far as it is known."""

    def __init__(self, running: Running | None) -> None:
        """Refuse for the sake of *running*."""
        where = f" at http://127.0.0.1:{running.port}" if running else ""
        super().__init__(f"a deployment is already running{where}: `make stop` ends it")
        self.running = running


class State:
    """Files of one deployment."""

    def __init__(self, folder: Path) -> None:
        """Use *folder*, which `make` makes; nothing is made before it is needed."""
        self.folder = folder
        self.stack_file = folder / "stack.json"
        self.signing_key = folder / "issuer.pem"
        self.simulator = folder / "simulator.json"
        self.emulator = folder / "emulator"
        self.layer = folder / "layer"
        self.page = folder / "page"
        self.reference = folder / "reference"
        self.temporary = folder / "tmp"
        self.log = folder / "run.log"
        self.emulator_port = folder / "emulator.port"
        self.emulator_log = folder / "emulator.log"
        self._running = folder / "running.json"
        self._deployed = folder / "deployed.json"
        self._secrets = folder / "secrets.json"
        self._lock = folder / "lock"

    @classmethod
    def chosen(cls) -> Self:
        """Return the state of the deployment that the environment names, `.local` unless told otherwise."""
        return cls(ROOT / os.environ.get("LOCAL_STATE", ".local"))

    def make(self) -> None:
        """Have the folder, for its owner alone: in it lie keys, secrets, and all that the emulator holds."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder.chmod(0o700)  # one that was there before, or that a umask made

    @contextmanager
    def held(self) -> Iterator[None]:
        """Be the one deployment of this folder.

        Raises:
            AlreadyRunning: If another one is.
        """
        self.make()
        with self._lock.open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise AlreadyRunning(self.running()) from None
            yield

    def wipe(self) -> None:
        """Forget everything but the lock and this start's log."""
        for path in self.folder.iterdir():
            if path in {self._lock, self.log}:
                continue
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()

    def stack(self) -> Stack:
        """Return the facts of the running deployment.

        Raises:
            Refused: If none is running.
        """
        try:
            return cast("Stack", json.loads(self.stack_file.read_text()))
        except FileNotFoundError:
            raise Refused("nothing is running: `make run` starts it") from None

    def running(self) -> Running | None:
        """Return the processes on record, whether or not they still live."""
        found = _read(self._running)
        if found is None:
            return None
        emulator = Process(**found["emulator"]) if found["emulator"] else None
        front = Process(**found["front"])
        return Running(front=front, port=found["port"], parameters=found["parameters"], emulator=emulator)

    def record(self, running: Running | None) -> None:
        """Put *running* on record, so that its processes can be ended by whoever comes next."""
        _write(self._running, running)

    def deployed(self) -> Deployed | None:
        """Return what the state that the emulator saved last holds."""
        try:
            return Deployed(**(_read(self._deployed) or {}))
        except TypeError:  # none, or one of before this file was changed
            return None

    def record_deployed(self, deployed: Deployed | None) -> None:
        """Put on record what the emulator has saved; None before that changes, so that a record is never wrong."""
        _write(self._deployed, deployed)

    def client_secret(self) -> str:
        """Return the secret of the seeded application: made once, kept here, never in the repository."""
        found = _read(self._secrets)
        if found is None:
            found = {"client_secret": secrets.token_urlsafe(30)}
            write_privately(self._secrets, json.dumps(found))
        return str(found["client_secret"])


def write_privately(path: Path, text: str) -> None:
    """Write *text* to a new file that its owner alone can read."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)


def _read(path: Path) -> dict[str, Any] | None:
    if not path.is_file():
        return None
    return cast("dict[str, Any]", json.loads(path.read_text()))


def _write(path: Path, value: Running | Deployed | None) -> None:
    """Replace *path* as a whole, so that a reader never sees half of it."""
    if value is None:
        path.unlink(missing_ok=True)
        return
    new = path.with_suffix(".new")
    new.write_text(json.dumps(asdict(value)))
    new.replace(path)
