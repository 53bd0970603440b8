"""A local deployment for the bench alone, in a folder of its own: a person's `.local` is left as it is."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager

from local.run import run_detached
from local.state import State
from local.stop import stop

FOLDER = ".local-bench"


@contextmanager
def running(*parameters: str) -> Iterator[State]:
    """Start a fresh deployment, with *parameters* of the template as `Name=value`, and end it again.

    It lies in the folder that LOCAL_STATE names, else in one of the bench's.

    Raises:
        SystemExit: If it does not start; why has been printed by then.
    """
    os.environ.setdefault("LOCAL_STATE", FOLDER)
    state = State.chosen()
    stop(state)
    chosen = [word for parameter in parameters for word in ("--parameter", parameter)]
    run_detached(state, ["--port", str(_free_port()), "--fresh", *chosen])
    try:
        yield state
    finally:
        stop(state)


def _free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port: int = trial.getsockname()[1]
        return port
