import socket

import pytest

from tests.ports import reserved


def test_a_reserved_port_is_kept_for_whoever_listens_there() -> None:
    with reserved() as port:
        with socket.socket() as another, pytest.raises(OSError, match="in use"):
            another.bind(("127.0.0.1", port))
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port))

        with socket.create_server(("", port)) as server, socket.create_connection(("127.0.0.1", port)) as caller:
            answering, who = server.accept()
            answering.close()
            assert who == caller.getsockname()


def test_no_two_are_given_one_port() -> None:
    with reserved() as one, reserved() as other:
        assert one != other
