"""What every test can ask for: engines that speak DynamoDB, fresh tables on them, a recording wire in front."""

import logging
import os
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from moto.server import ThreadedMotoServer

from tests import dynamodb_local as local_engine
from tests import tables as table_set
from tests import tallies
from tests import wire as recording
from tests.deployment import CALLER, Deployment, Engine, Queues, create_queues, deploy, forget
from tests.saying import saying
from tests.scheduling import ByModule
from tests.tables import Tables
from tests.wire import Wire

LEFT_OUT = "LEFT OUT"
"""How the sentence begins that says which tests could not be run, and why."""


def pytest_configure() -> None:
    """Shut real AWS accounts out, before any module of ours is imported and could read the environment."""
    for name in [name for name in os.environ if name.startswith(("AWS_", "POWERTOOLS_"))]:
        del os.environ[name]
    os.environ.update(CALLER)


@pytest.fixture
def caplog(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """Pytest's own, which hears of our logger, too: that hands nothing on to the root logger."""
    # Imported here: it is a module of ours.
    from onboarding.log import logger  # noqa: PLC0415 - a module of ours, and the environment comes first

    logger.addHandler(caplog.handler)
    yield caplog
    logger.removeHandler(caplog.handler)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByModule:
    """Keep in one process what cannot run beside itself."""
    return ByModule(config, log)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Hand what was counted to the process that started this one, if there is one."""
    output: dict[str, Any] | None = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["tallies"] = tallies.kept()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Add up what another process counted."""
    tallies.add(getattr(node, "workeroutput", {}).get("tallies", {}))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what was counted, and loudly which tests this machine could not run, and how many."""
    for sentence in tallies.said():
        loud = sentence.startswith(LEFT_OUT)
        terminalreporter.write_line(sentence, red=loud, bold=loud)


@pytest.fixture(scope="session")
def dynamodb_local_url(request: pytest.FixtureRequest) -> Iterator[str | local_engine.Unavailable]:
    """Where DynamoDB Local answers in this session, or why it does not."""
    with ExitStack() as running:
        try:
            found: str | local_engine.Unavailable = running.enter_context(local_engine.serve(saying(request.config)))
        except local_engine.Unavailable as lack:
            found = lack
        yield found


@pytest.fixture
def dynamodb_local(dynamodb_local_url: str | local_engine.Unavailable) -> Engine:
    """Amazon's own engine: the judge of conditions, transactions and races."""
    if isinstance(dynamodb_local_url, local_engine.Unavailable):
        lack = f"DynamoDB Local is not to be had: {dynamodb_local_url}"
        tallies.tally(f"{LEFT_OUT}: {{tests:,}} tests, because {lack}")["tests"] += 1
        pytest.skip(lack)
    return Engine("dynamodb_local", dynamodb_local_url)


@pytest.fixture(scope="session")
def moto() -> Iterator[Engine]:
    """Moto's server: quick, and good for one caller at a time only. It speaks SQS and Secrets Manager too."""
    logging.getLogger("werkzeug").setLevel(logging.WARNING)  # a line per request would bury what a test logs
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield Engine("moto", f"http://{host}:{port}")
    server.stop()


@pytest.fixture(params=["moto"])
def dynamodb(request: pytest.FixtureRequest) -> Engine:
    """The engine a test works on: moto, unless the test asks for others.

    `@pytest.mark.parametrize("dynamodb", ["moto", "dynamodb_local"], indirect=True)` runs a test on both.
    """
    engine: Engine = request.getfixturevalue(request.param)
    return engine


@pytest.fixture
def tables(dynamodb: Engine) -> Tables:
    """A fresh set of empty tables."""
    return table_set.create(dynamodb.client())


@pytest.fixture(scope="session")
def open_wire() -> Iterator[Wire]:
    """The one wire of the session; tests ask for `wire`."""
    with recording.serve() as wire:
        yield wire


@pytest.fixture
def wire(open_wire: Wire, dynamodb: Engine) -> Wire:
    """A recording wire in front of the test's engine, with nothing on record and nothing planned."""
    open_wire.reset(dynamodb.url)
    return open_wire


@pytest.fixture
def deployed(
    request: pytest.FixtureRequest, dynamodb: Engine, tables: Tables, moto: Engine, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Deployment]:
    """The environment in which real handlers can be called in-process; over the wire, if the test asks for it too."""
    url = request.getfixturevalue("wire").url if "wire" in request.fixturenames else dynamodb.url
    yield deploy(dynamodb, tables, monkeypatch, url=url, aws_url=moto.url)
    forget()


@pytest.fixture
def queues(moto: Engine, deployed: Deployment) -> Queues:
    """Empty queues, on moto whatever the tables are on, to which a deployed `dispatch_runs` sends."""
    queues = create_queues(moto, deployed.tables.sessions)
    deployed.configure(PROBE_QUEUE_URL=queues.urls["Probe"], SYNC_QUEUE_URL=queues.urls["Sync"])
    return queues
