"""Pictures of what people see, kept for whoever wants to look: CI keeps them, and a few are in the README."""

from playwright.sync_api import Page

from tests.template import ROOT

FOLDER = ROOT / ".cache" / "screenshots"


def picture(page: Page, name: str) -> None:
    """Take a picture of *page* as *name*."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=FOLDER / f"{name}.png", animations="disabled")
