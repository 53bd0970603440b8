"""Which tests run in one process when they run side by side."""

from typing import override

from xdist.scheduler import LoadScopeScheduling


class ByModule(LoadScopeScheduling):  # type: ignore[misc] # which has no types
    """Keep the tests of a module together, and all that use the local deployment: there is one for a checkout."""

    @override
    def _split_scope(self, nodeid: str) -> str:
        return "tests/e2e" if nodeid.startswith("tests/e2e/") else super()._split_scope(nodeid)
