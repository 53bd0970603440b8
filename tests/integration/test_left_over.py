"""What a queue or the bus does not take is tried again, said in the log, and counted there by the template."""

import io
import json
import logging
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, override

import pytest

from onboarding import log
from tests import events, patterns, template
from tests.arranging import PROBES, opened, run_entry, started, stored, told_of
from tests.calling import register
from tests.deployment import Deployment
from workers import dispatch_runs, publish_audit, publish_runs, publish_sessions


class _Choosy(BaseHTTPRequestHandler):
    """SQS and EventBridge, of whose requests' entries only some are taken."""

    refused: frozenset[int] = frozenset()
    """The places, from 0, of the entries that are not."""

    def do_POST(self) -> None:
        entries = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["Entries"]
        if self.headers["X-Amz-Target"] == "AWSEvents.PutEvents":
            made = [
                {"ErrorCode": "ThrottlingException"} if place in self.refused else {"EventId": str(place)}
                for place, _ in enumerate(entries)
            ]
            answer: dict[str, Any] = {"FailedEntryCount": len(self.refused), "Entries": made}
        else:
            failed = [{"Id": entries[place]["Id"], "SenderFault": False, "Code": "x"} for place in sorted(self.refused)]
            answer = {"Successful": [], "Failed": failed}
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    @override
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def choosy(deployed: Deployment) -> Iterator[type[_Choosy]]:
    """Have the handlers send to a server whose answers can be chosen."""
    register()

    class Choosy(_Choosy):
        pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Choosy)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    url = f"http://127.0.0.1:{server.server_port}"
    deployed.configure(AWS_ENDPOINT_URL=url, PROBE_QUEUE_URL=f"{url}/probe", SYNC_QUEUE_URL=f"{url}/sync")
    yield Choosy
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def said() -> Iterator[io.StringIO]:
    """Gives what the functions write to their log."""
    handler = log.logger.handlers[0]
    assert isinstance(handler, logging.StreamHandler)
    stream = io.StringIO()
    before = handler.setStream(stream)
    yield stream
    handler.setStream(before)


def counted(said: io.StringIO) -> list[str]:
    """Name the metrics that the template counts from the lines in *said*."""
    lines = [json.loads(line) for line in said.getvalue().splitlines()]
    return [metric for line in lines for metric in patterns.counting(template.read(), line)]


def saved_runs(deployed: Deployment) -> events.Event:
    """Save three runs, and give them as the stream shows them."""
    run_ids = [started(task) for task in PROBES[:3]]
    return events.stream(*[stored(deployed, deployed.tables.runs, run_entry(run_id)) or {} for run_id in run_ids])


def test_runs_that_a_queue_does_not_take_are_counted(
    deployed: Deployment, choosy: type[_Choosy], said: io.StringIO
) -> None:
    batch = saved_runs(deployed)
    said.truncate(0)
    said.seek(0)
    choosy.refused = frozenset({1})

    answer = dispatch_runs.handler(batch, events.Context())

    assert len(answer["batchItemFailures"]) == 1
    assert counted(said) == ["RunsNotTaken"]


def test_entries_that_the_bus_does_not_take_are_counted(
    deployed: Deployment, choosy: type[_Choosy], said: io.StringIO
) -> None:
    choosy.refused = frozenset({1})

    answer = publish_audit.handler(events.stream(*told_of(deployed), table="Audit"), events.Context())

    assert len(answer["batchItemFailures"]) == 1
    assert counted(said)[-1:] == ["EventsNotTaken"]


def test_what_the_bus_does_not_take_of_runs_and_sessions_is_counted(
    deployed: Deployment, choosy: type[_Choosy], said: io.StringIO
) -> None:
    choosy.refused = frozenset({0})
    opened()
    session = stored(deployed, deployed.tables.sessions, "open") or {}

    answers = [
        publish_runs.handler(saved_runs(deployed), events.Context()),
        publish_sessions.handler(events.changes((None, session)), events.Context()),
    ]

    assert [len(answer["batchItemFailures"]) for answer in answers] == [1, 1]
    assert counted(said)[-2:] == ["EventsNotTaken", "EventsNotTaken"]


def test_what_is_taken_is_not_counted(deployed: Deployment, choosy: type[_Choosy], said: io.StringIO) -> None:
    choosy.refused = frozenset()

    dispatch_runs.handler(saved_runs(deployed), events.Context())
    publish_audit.handler(events.stream(*told_of(deployed), table="Audit"), events.Context())

    assert {"dispatched", "published"} <= {json.loads(line)["message"] for line in said.getvalue().splitlines()}
    assert counted(said) == []
