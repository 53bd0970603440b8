"""Builds the way to Microsoft's public metadata, apart from all else: one route loads this, and no worker does."""

import logging
from functools import cache

import urllib3

from onboarding import clock
from onboarding.graph.clouds import clouds
from onboarding.graph.discovery import Discovery

# It would warn of an answer with broken headers by the whole of its address, which people typed a part of.
logging.getLogger("urllib3").setLevel(logging.ERROR)


@cache
def discovery() -> Discovery:
    """Open it, once per process."""
    return Discovery(urllib3.PoolManager(num_pools=2, maxsize=1), clouds(), clock.now)
