"""One process at a time: two that begin together on a fresh machine would be in each other's way."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from local import ROOT

CACHE = ROOT / ".cache"

INSTALL = "install"
"""What `apt-get` can be told by one process at a time, whatever it installs and for whom."""

APT_OPTIONS = ("-o", "DPkg::Lock::Timeout=600", "-o", "Acquire::Retries=3")
"""Has `apt-get` wait for whoever else on the machine installs, and ask again where a download was cut short."""


@contextmanager
def alone(what: str) -> Iterator[None]:
    """Let one process of this checkout at a time do *what*; the next one waits."""
    CACHE.mkdir(exist_ok=True)
    with (CACHE / f"{what}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
