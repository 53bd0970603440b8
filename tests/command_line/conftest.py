"""The program as a script calls it, in a home of its own, and a service of the test's making for it to ask."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from tenant_onboarding_cli.main import app
from tenant_onboarding_cli.settings import PREFIX
from tests.command_line.serving import Service, serve

type Cli = Callable[..., Result]


@pytest.fixture
def service() -> Iterator[Service]:
    """A service that answers nothing yet."""
    with serve() as service:
        yield service


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The home and the current folder of a person who has set nothing yet."""
    for name in [name for name in os.environ if name.startswith((PREFIX, "XDG_", "LOCAL_STATE", "FORCE_COLOR"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def cli(home: Path) -> Cli:
    """Calls the program."""
    return lambda *words: CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture
def ask(cli: Cli, service: Service) -> Cli:
    """Calls the program, signed in at the service of the test."""
    return lambda *words: cli(*words, "--api-url", service.url, "--token", "a-token")
