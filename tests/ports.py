"""Ports of 127.0.0.1 that nobody else is given meanwhile."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def reserved() -> Iterator[int]:
    """Give a port that is kept until whoever is told of it listens there; as long as nobody does, calls are refused.

    Tests run side by side and open many ports, so one that was only looked up may be another's once it is needed. This
    one stays bound, and is not listened at: the system hands it to nobody who asks for just any, and lets in who asks
    for this one in particular as servers do, by `SO_REUSEADDR`.
    """
    with socket.socket() as kept:
        kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        kept.bind(("127.0.0.1", 0))
        port: int = kept.getsockname()[1]
        yield port
