"""A reply that breaks off, wherever it does, is no answer: the same is asked again, and who waits is told so."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest
from pydynox.pydynox_core import DynamoDBClient

from onboarding.errors import Transient
from onboarding.storage.dynamo import TRIES, Dynamo, Put, Update

KEY = {"tenant_id": 1, "entry": "open"}
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/x-amz-json-1.0\r\n"

TORN = {
    "before it began": b"",
    "in its head": HEAD[:30],
    "before its body": HEAD + b"content-length: 90\r\n\r\n",
    "in its body": HEAD + b'content-length: 90\r\n\r\n{"Attributes":{"tenant_',
    "in its first chunk": HEAD + b"transfer-encoding: chunked\r\n\r\n5a\r\n{",
    # Who sent a whole answer says that it hangs up, or a try would be lost on a connection that is no more.
    "in a body that seems whole": HEAD + b'connection: close\r\ncontent-length: 11\r\n\r\n{"Attribute',
}


@contextmanager
def answering(reply: bytes) -> Iterator[tuple[str, list[bytes]]]:
    """Answer every request with *reply* and hang up; give the URL, and what was asked."""
    asked: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            with suppress(OSError):  # the test is over
                while True:
                    connection, _ = server.accept()
                    with connection:
                        asked.append(connection.recv(65_536))
                        connection.sendall(reply)

        thread = threading.Thread(target=answer)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.getsockname()[1]}", asked
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join()


@pytest.mark.parametrize("operation", ["get", "get_several", "query", "put", "update", "transact"])
@pytest.mark.parametrize("reply", TORN.values(), ids=TORN)
def test_a_torn_reply_is_asked_for_again_and_ends_as_transient(operation: str, reply: bytes) -> None:
    with answering(reply) as (url, asked):
        client = DynamoDBClient(region="us-east-1", endpoint_url=url, max_retries=1, connect_timeout=2, read_timeout=5)
        dynamo = Dynamo(client, pause=lambda _seconds: None, seconds=lambda: 0.0)  # a busy machine takes no tries away
        operations: dict[str, Callable[[], object]] = {
            "get": lambda: dynamo.get("Runs", KEY),
            "get_several": lambda: dynamo.get_several("Runs", [KEY]),
            "query": lambda: dynamo.query("Runs", "#tenant_id = :t", {":t": 1}),
            "put": lambda: dynamo.put(Put("Runs", KEY)),
            "update": lambda: dynamo.update(Update("Runs", KEY, "SET #a = :a", values={":a": 1})),
            "transact": lambda: dynamo.transact(Put("Runs", KEY)),
        }

        with pytest.raises(Transient):
            operations[operation]()

    assert len(asked) == TRIES
