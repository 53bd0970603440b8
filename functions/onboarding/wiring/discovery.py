"""Builds the way to Microsoft's public metadata, apart from all else: one route loads this, and no worker does."""

from functools import cache

from onboarding import clock
from onboarding.graph.clouds import clouds
from onboarding.graph.discovery import Discovery


@cache
def discovery() -> Discovery:
    """Open it, once per process."""
    return Discovery(clouds(), clock.now)
