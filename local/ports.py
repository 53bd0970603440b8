"""Ports of this machine, kept between their choice and their use from all that ask for any port."""

import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager

HOST = "127.0.0.1"


@contextmanager
def held(port: int = 0) -> Iterator[int]:
    """Hold *port*, or one that is free, for a server that listens on it by its number; give the number.

    It is bound and nobody listens: Linux gives such a port to none that ask for any, and to a server that names it and
    sets SO_REUSEADDR, as servers do; whoever else names it may hold it, too. Elsewhere such a server would be refused,
    so the port is only found free.

    Raises:
        OSError: If it is taken.
    """
    with socket.socket() as holding:
        holding.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holding.bind((HOST, port))
        number: int = holding.getsockname()[1]
        if not sys.platform.startswith("linux"):
            holding.close()
        yield number
