"""Servers that tests start as processes of their own."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def ended_afterwards(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """End *process* whatever happens, by its own process id; none that tests start has anything to save."""
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
