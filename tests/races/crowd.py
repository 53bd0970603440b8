"""Many who come at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from typing import Any

from tests.calling import Answer, call


class Crowd:
    """Does things at the same moment, a thread each."""

    def does[Result](self, *acts: Callable[[], Result]) -> list[Result]:
        """Do all of *acts* at once; give what came of each, in their order."""
        start = Barrier(len(acts))

        def do(act: Callable[[], Result]) -> Result:
            start.wait()
            return act()

        with ThreadPoolExecutor(len(acts)) as threads:
            return list(threads.map(do, acts))

    def calls(self, *requests: tuple[str, dict[str, Any]]) -> list[Answer]:
        """Call routes at once."""
        return self.does(*(partial(call, name, **given) for name, given in requests))
