"""One process at a time: two that begin together on a fresh machine would be in each other's way."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from local import ROOT

CACHE = ROOT / ".cache"


@contextmanager
def alone(what: str) -> Iterator[None]:
    """Let one process of this checkout at a time do *what*; the next one waits."""
    CACHE.mkdir(exist_ok=True)
    with (CACHE / f"{what}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
