"""The page and what it has to know, read once per process."""

from functools import cache
from pathlib import Path

from onboarding.page import Page
from onboarding.settings import PageSettings


@cache
def settings() -> PageSettings:
    """Read the environment."""
    return PageSettings.from_environment()


@cache
def page() -> Page:
    """Find the page's files."""
    return Page.of(Path(settings().folder))
