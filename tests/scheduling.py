"""Which tests run in one process when they run side by side."""

from typing import override

from xdist.scheduler import LoadScopeScheduling

ROOMS = ("tests/e2e", "tests/browser")
"""Whose tests share one deployment, which each room has for itself."""


class ByModule(LoadScopeScheduling):  # type: ignore[misc] # which has no types
    """Keep the tests of a module together, and all that use the same local deployment."""

    @override
    def _split_scope(self, nodeid: str) -> str:
        return next((room for room in ROOMS if nodeid.startswith(f"{room}/")), None) or super()._split_scope(nodeid)
