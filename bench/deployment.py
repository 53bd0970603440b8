"""A local deployment for the bench alone, in a folder of its own: a person's `.local` is left as it is."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from local import ports
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
    with ports.held() as port:
        run_detached(state, ["--port", str(port), "--fresh", *chosen])
        try:
            yield state
        finally:
            stop(state)
