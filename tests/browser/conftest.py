"""A real browser before a deployment of its own, tenants that nobody has touched, and somebody who arranges things.

The deployment is not that of the tests in `e2e`, so both can run side by side and neither finds what the other did.
"""

import re
from collections.abc import Generator, Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright
from rich.console import Console

from local.debian import Missing, Say
from local.state import State
from local.tenants import TENANTS, SeededTenant
from local.walking import Walk
from tests import tallies
from tests.browser.equipment import ARGUMENTS, Equipment, equipment
from tests.browser.people import PATIENCE, Room, room
from tests.browser.pictures import FOLDER as PICTURES
from tests.e2e.conftest import ROOT, LocalDeployment, running
from tests.saying import saying

FOLDER = ".local-browser"

HEALTHY = [tenant for tenant in TENANTS if tenant.scenario == "healthy" and tenant.id != 1]
"""Tenants for tests that need one of their own, whichever."""

expect.set_options(timeout=PATIENCE)


_say = pytest.StashKey[Say]()


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Leave out, loudly, what this machine cannot run."""
    say = item.session.stash.setdefault(_say, saying(item.config))
    lack = equipment(say)
    if isinstance(lack, Missing):
        tallies.tally(f"LEFT OUT: {{tests:,}} tests in a browser, because {lack}")["tests"] += 1
        pytest.skip(str(lack))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Keep what a browser showed when a test failed."""
    report = yield
    if report.failed and isinstance(people := getattr(item, "funcargs", {}).get("people"), Room):
        for number, page in enumerate(people.pages):
            PICTURES.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=PICTURES / f"failed-{re.sub(r'[^a-z0-9]+', '-', item.name)}-{number}.png")
    return report


@pytest.fixture(scope="session")
def equipped(request: pytest.FixtureRequest) -> Equipment:
    """What was found on this machine; a test that asks for it was not left out."""
    found = equipment(request.session.stash[_say])
    assert isinstance(found, Equipment)
    return found


@pytest.fixture(scope="session")
def local(equipped: Equipment) -> Iterator[LocalDeployment]:
    """The deployment, started afresh for these tests and stopped after them."""
    with running(FOLDER) as deployment:
        yield deployment


# For a module, not for all: as long as Playwright is there, no other test in this process can run an event loop.
@pytest.fixture(scope="module")
def browser(equipped: Equipment) -> Iterator[Browser]:
    """Debian's Chromium."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=equipped.chromium, args=ARGUMENTS, timeout=PATIENCE)
        yield chromium
        chromium.close()


@pytest.fixture
def people(browser: Browser, local: LocalDeployment) -> Iterator[Room]:
    """Where people sit down at browsers, and fail the test if a browser complains of anything."""
    with room(browser, local.url) as made:
        yield made


@pytest.fixture(scope="session")
def arrange(local: LocalDeployment) -> Walk:
    """Somebody who has things done elsewhere, over HTTP, before or while a test looks at the page."""
    return Walk.on(State(ROOT / local.folder), Console(quiet=True))


@pytest.fixture(scope="session")
def untouched(local: LocalDeployment) -> Iterator[SeededTenant]:
    """Tenants that no test has touched yet."""
    return iter(HEALTHY)


@pytest.fixture
def tenant(untouched: Iterator[SeededTenant]) -> SeededTenant:
    """A healthy tenant that is this test's alone."""
    return next(untouched)
