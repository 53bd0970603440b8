"""Amazon's DynamoDB Local: the oracle for conditions, transactions and races.

It comes inside the npm package `amplify-dynamodb-simulator`, under AWS's own licence: it is installed on first use into
the git-ignored `.cache/`, and never committed. It needs Java 17 or newer.

DynamoDB Local listens on every interface of the machine and has no option to do otherwise (`-help`); it holds nothing
but what the tests put there, in memory, and ends with them.
"""

import base64
import hashlib
import socket
import subprocess
import tarfile
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from local import debian, ports
from local.alone import CACHE, alone
from local.debian import Say
from tests.servers import ended_afterwards

PACKAGE = "amplify-dynamodb-simulator@2.9.30"
SHA512 = "xTeeRLvzEfqyd5lh3bH4c0kHvSHHmmhD5ZDsHFKAQ5g2Zl6JqlFdutaQhCLHzxEp6Ry1o7TB6niIoXuQAnSewQ=="
"""What the npm registry says of the package's archive, in base64; anything else is not unpacked."""

_PATIENCE = 300.0
"""Seconds in which a start must succeed; four are usual, and many more where a machine is slow and busy."""


class Unavailable(Exception):  # noqa: N818 - a state of the machine, not an error
    """DynamoDB Local cannot be had on this machine; the message says what is missing, in one line."""


@contextmanager
def serve(say: Say) -> Iterator[str]:
    """Run DynamoDB Local, empty and in memory, and give its endpoint's URL; *say* what has to be installed first.

    Raises:
        Unavailable: If Java, or the package, is not there and cannot be installed.
    """
    java, home = _java(say), _installed(say)
    with tempfile.TemporaryFile() as log, _started(java, home, log.fileno()) as (process, port):
        try:
            _wait_until_it_answers(process, port)
        except TimeoutError as late:
            log.seek(0)
            raise Unavailable(f"DynamoDB Local did not start: {late}: {log.read()[-500:]!r}") from None
        yield f"http://127.0.0.1:{port}"


@contextmanager
def _started(java: str, home: Path, output: int) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """Start the engine in *home* on a free port; end it, by its own process id, whatever happens."""
    # A short life does not repay the second compiler: without it the start takes half as long.
    tuning = ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", f"-Djava.library.path={home / 'DynamoDBLocal_lib'}"]
    options = ["-inMemory", "-sharedDb", "-disableTelemetry"]
    with ports.held() as port:
        process = subprocess.Popen(  # noqa: S603 - our own words
            [java, *tuning, "-jar", str(home / "DynamoDBLocal.jar"), *options, "-port", str(port)],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=home,
        )
        with ended_afterwards(process):
            yield process, port


def _wait_until_it_answers(process: subprocess.Popen[bytes], port: int) -> None:
    """Wait for the first HTTP answer, whatever it says.

    Raises:
        TimeoutError: If the process ended, or gave no answer in time.
    """
    deadline = time.monotonic() + _PATIENCE
    while (left := deadline - time.monotonic()) > 0:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=left) as connection:
            connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
            if connection.recv(1):
                return
        with suppress(subprocess.TimeoutExpired):
            raise TimeoutError(f"it ended with {process.wait(timeout=0.02)}")
    raise TimeoutError(f"no answer in {_PATIENCE:.0f} s")


# ── Java and npm ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _java(say: Say) -> str:
    """Find Java; as root on Debian, install it if it is not there.

    Raises:
        Unavailable: If there is none, and none can be installed.
    """
    return _command("java", ["openjdk-17-jre-headless", "openjdk-21-jre-headless"], say)


def _command(name: str, packages: list[str], say: Say) -> str:
    try:
        return debian.command(name, packages, say, purpose="DynamoDB Local")
    except debian.Missing as missing:
        raise Unavailable(str(missing)) from None


# ── The package ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _installed(say: Say) -> Path:
    """Give the folder that holds `DynamoDBLocal.jar`, fetching the package if this is its first use.

    Raises:
        Unavailable: If it cannot be fetched, or is not the archive that was tried.
    """
    home = CACHE / "dynamodb-local"
    with alone("dynamodb-local.fetch"):
        if not home.is_dir():
            with tempfile.TemporaryDirectory(dir=CACHE) as scratch:
                unpacked = _unpacked(_verified(_fetched(Path(scratch), say)), Path(scratch))
                # Renamed as a whole: a run that was interrupted leaves nothing that looks installed.
                unpacked.rename(home)
    return home


def _fetched(folder: Path, say: Say) -> Path:
    """Fetch the package's archive into *folder*.

    Raises:
        Unavailable: If npm is not there and cannot be installed, or cannot fetch it.
    """
    npm = _command("npm", ["npm"], say)
    say(f"Fetching {PACKAGE} with npm (56 MB, once) …")
    done = subprocess.run(  # noqa: S603 - our own words
        [npm, "pack", "--silent", PACKAGE], cwd=folder, check=False, capture_output=True, text=True
    )
    if done.returncode:
        raise Unavailable(f"npm could not fetch {PACKAGE}: {done.stderr.strip()[-300:]}")
    return next(folder.glob("*.tgz"))


def _verified(archive: Path) -> Path:
    """Give *archive* back if it is, bit for bit, the one that was tried.

    Raises:
        Unavailable: If it is another.
    """
    with archive.open("rb") as content:
        digest = base64.b64encode(hashlib.file_digest(content, "sha512").digest()).decode()
    if digest != SHA512:
        raise Unavailable(f"{PACKAGE} is not what it was: its sha512 is {digest}")
    return archive


def _unpacked(archive: Path, folder: Path) -> Path:
    """Unpack the engine alone, without the package around it."""
    with tarfile.open(archive) as content:
        wanted = [each for each in content if each.name.startswith("package/emulator/")]
        content.extractall(folder, wanted, filter="data")
    return folder / "package" / "emulator"
