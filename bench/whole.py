"""Measures part after part while nobody watches: each is kept as soon as it is done, and none waits for another."""

import time
import traceback
from collections.abc import Callable, Mapping
from typing import NamedTuple

from bench import Figures, say

STOPPED = 130
"""The exit code of who was interrupted, as shells have it."""


class Keeping(NamedTuple):
    """What is done with the figures of a part once they are there."""

    keep: Callable[[str, Figures, float], None]
    """Keeps a part's figures, and the seconds that they took."""
    write: Callable[[], None]
    """Writes the page from all that is kept."""
    took: Callable[[str], float]
    """Tells the seconds that a part took the last time; 0 if that was never."""


def measure(parts: Mapping[str, Callable[[], Figures]], keeping: Keeping) -> int:
    """Measure *parts* in their order, and write the page after each; 1 if one failed, with how to go on."""
    print(
        f"{len(parts)} parts to measure{_expected(keeping, *parts)}. Whenever you interrupt it, what is done is kept."
    )
    names, failed = list(parts), list[str]()
    for place, name in enumerate(names):
        began = time.monotonic()
        say(f"measuring {name}{_expected(keeping, name)}")
        try:
            figures = parts[name]()
            keeping.keep(name, figures, time.monotonic() - began)
            keeping.write()
        except KeyboardInterrupt:
            done = [each for each in names[:place] if each not in failed]
            print(f"Interrupted in {name}. Kept: {', '.join(done) or 'nothing'}.")
            print(_again([*failed, *names[place:]]))
            return STOPPED
        except (Exception, SystemExit):  # noqa: BLE001 - what can be measured is measured, and the rest is told
            traceback.print_exc()
            failed.append(name)
            continue
        say(f"{name} is kept, and the page is written")
    if failed:
        print(f"FAILED: {', '.join(failed)}; why stands above.")
        print(_again(failed))
    return 1 if failed else 0


def _again(names: list[str]) -> str:
    return f"To go on: make bench ONLY='{' '.join(names)}'"


def _expected(keeping: Keeping, *names: str) -> str:
    """Say how long it took the last time; nothing, if one of them was never measured."""
    seconds = [keeping.took(name) for name in names]
    return f" (the last time: {sum(seconds) / 60:.0f} min)" if all(seconds) else ""
