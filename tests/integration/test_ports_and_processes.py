"""What the local deployment needs of the machine: a port that stays free until it is used, and processes that end."""

import socket
import subprocess
import sys

import pytest

from local import ports
from local.processes import Process


def listening(port: int, *, sharing: bool) -> socket.socket:
    """Listen on *port* as servers do; without *sharing* as somebody does who has it alone."""
    server = socket.socket()
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, sharing)
    try:
        server.bind((ports.HOST, port))
    except OSError:
        server.close()
        raise
    server.listen()
    return server


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere a port cannot be held for a server")
def test_a_port_that_is_held_is_for_the_server_that_names_it_and_for_nobody_else() -> None:
    with ports.held() as port:
        with pytest.raises(OSError, match="in use"):
            listening(port, sharing=False)
        with listening(port, sharing=True), socket.create_connection((ports.HOST, port)):
            pass

    listening(port, sharing=False).close()


def test_a_port_that_somebody_listens_on_is_not_held() -> None:
    with socket.create_server((ports.HOST, 0)) as server, pytest.raises(OSError, match="in use"):
        ports.held(server.getsockname()[1]).__enter__()


def test_a_group_is_gone_once_its_leader_was_ended() -> None:
    program = "trap exit TERM; sleep 600 & sleep 600 & echo begun; wait"
    command = ["/bin/sh", "-c", program]
    with subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True) as leader:  # noqa: S603 - ours
        assert leader.stdout is not None
        assert leader.stdout.readline() == b"begun\n"
        process = Process.of(leader.pid)
        members = process.group()

        ended = process.end_with_group(within=60)

        assert (ended, len(members)) == (True, 2)
        assert [each for each in (process, *members) if each.lives] == []


def test_who_has_ended_already_is_not_said_to_have_been_asked() -> None:
    with subprocess.Popen(["/bin/sleep", "600"], start_new_session=True) as ended:
        process = Process.of(ended.pid)
        ended.terminate()
        ended.wait()

    assert not process.end(within=60)
