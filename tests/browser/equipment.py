"""What browser tests need of the machine: Debian's Chromium, the page as it is built, and axe to judge it.

Nothing is downloaded that is not a package of Debian's or in a lock file: a browser of Playwright's own is never asked
for.
"""

from contextlib import suppress
from dataclasses import dataclass
from functools import cache

from local import page
from local.debian import Missing, Say, command

HOST = "127.0.0.1"

ARGUMENTS = (
    "--no-sandbox",  # it runs as root, where tests do
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    f"--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE {HOST}",
)
"""It asks nobody but the local deployment, whatever a page or the browser itself would like to know."""


@dataclass(frozen=True)
class Equipment:
    """Where the browser is, and the script of axe."""

    chromium: str
    axe: str


@cache
def equipment(say: Say) -> Equipment | Missing:
    """Find all that is needed, build or install what is not there, or give what is missing."""
    try:
        chromium = command("chromium", ["chromium"], say, purpose="the tests in a browser")
        packages = page.packages()
        # Without what it is built with, it may have been built before.
        with suppress(page.Lacking):
            page.build()
    except Missing as missing:
        return missing
    except page.Lacking as lacking:
        return Missing(str(lacking))
    return Equipment(chromium, (packages / "axe-core" / "axe.min.js").read_text())
