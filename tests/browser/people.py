"""People at browsers, each watched: whatever a browser complains of fails the test that it was opened in."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request

from local.tenants import NAMES

OWNER, MANAGER, ALEX, READONLY, SAM, STRANGER = 1, 2, 3, 4, 5, 9
"""Who is who in the seeded tenants; Alex and Sam are operators."""

PATIENCE = 180_000
"""Milliseconds for whatever is waited for; beside other tests, and where all is slow, functions take long to start."""

DESKTOP = {"width": 1366, "height": 900}

_LISTEN = """
addEventListener("securitypolicyviolation", (violation) => {
  console.error(`policy violated: ${violation.effectiveDirective} ${violation.blockedURI} ${violation.sourceFile}`);
});
"""
_STATUS = re.compile(r"Failed to load resource: the server responded with a status of (\d+)")


@dataclass
class Watch:
    """What browsers complained of, and what was asked of anybody but the deployment at *origin*."""

    origin: str
    seen: list[str] = field(default_factory=list)
    expected: dict[str, int] = field(default_factory=dict)

    def expects(self, *complaints: str) -> None:
        """Let pass what contains one of *complaints*; each of them has to come."""
        self.expected.update(dict.fromkeys(complaints, 0))

    def over(self, context: BrowserContext) -> None:
        """Watch everything that happens in *context*."""
        context.add_init_script(_LISTEN)
        context.on("console", self._console)
        context.on("weberror", lambda error: self._see(f"uncaught: {error.error}"))
        context.on("request", self._request)

    def verdict(self) -> None:
        """Fail if there was anything to complain of, or not what was expected."""
        assert self.seen == [], self.seen
        missed = [complaint for complaint, times in self.expected.items() if not times]
        assert missed == [], missed

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            status = _STATUS.match(message.text)
            self._see(f"{status[1]} {urlsplit(message.location['url']).path}" if status else message.text)

    def _request(self, request: Request) -> None:
        if not request.url.startswith((f"{self.origin}/", "blob:", "data:")):
            self._see(f"asked elsewhere: {request.url}")

    def _see(self, complaint: str) -> None:
        for expected in self.expected:
            if expected in complaint:
                self.expected[expected] += 1
                return
        self.seen.append(complaint)


@dataclass
class Room:
    """Where people sit down at browsers of the page at *origin*; when the test is over, all of them are closed."""

    browser: Browser
    origin: str
    watch: Watch
    contexts: list[BrowserContext] = field(default_factory=list)

    def open(self, **how: Any) -> Page:
        """Open a browser that nobody has used before, at no page yet; *how* is what Playwright can ask of one."""
        context = self.browser.new_context(
            base_url=self.origin, **{"locale": "en-GB", "timezone_id": "Europe/Berlin", "viewport": DESKTOP} | how
        )
        self.contexts.append(context)
        context.set_default_timeout(PATIENCE)
        self.watch.over(context)
        return context.new_page()

    def sit_down(self, user: int, at: str = "/app", **how: Any) -> Page:
        """Have *user* sign in on the way to *at*, as people do, and give the page that they see."""
        page = self.open(**how)
        page.goto(at)
        page.get_by_role("button", name="Sign in").click()
        pick(page, user)
        return page

    @property
    def pages(self) -> list[Page]:
        """Everything that is open."""
        return [page for context in self.contexts for page in context.pages]


def pick(page: Page, user: int) -> None:
    """Sign in as *user* at the development sign-in, and wait for the page to have them."""
    page.get_by_role("button", name=f"{NAMES[user]} ").click()
    page.get_by_role("button", name="Sign out").wait_for()


@contextmanager
def room(browser: Browser, origin: str) -> Iterator[Room]:
    """Make a room, and close and judge it when it is left."""
    made = Room(browser, origin, Watch(origin))
    try:
        yield made
    finally:
        for context in made.contexts:
            context.close()
    made.watch.verdict()
