"""Reads what the layer `Reference` brought: the OpenAPI document, and the page that shows it."""

from functools import cache
from pathlib import Path

from onboarding.settings import reference_folder


@cache
def published(name: str) -> str:
    """Read a file of the reference, once per process."""
    return Path(reference_folder(), name).read_text(encoding="utf-8")
