"""Counts the instructions a process executes, with valgrind's cachegrind: a busy machine gives the same as an idle one.

As long as it is the same Python on the same kind of processor; `machine` says which.
"""

import platform
import re
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from statistics import median

from local import debian

SPREAD = 0.01
"""How far the counts of one thing may lie apart, as a share of their median."""
_MOST = 5
_TOTAL = re.compile(r"I\s+refs:\s+([\d,]+)")


class Unavailable(Exception):  # noqa: N818 - an answer to a person
    """Instructions cannot be counted on this machine; the text says what is missing."""


class Unsteady(Exception):  # noqa: N818 - the same
    """The counts of one thing lie too far apart to say anything."""


def machine() -> str:
    """Name what counts depend on beside the code: Python's build, the processor's kind, valgrind."""
    flags = sysconfig.get_config_var("CONFIG_ARGS") or ""
    optimised = "PGO" if "--enable-optimizations" in flags else "no PGO"
    tool = subprocess.run([valgrind(), "--version"], check=True, capture_output=True, text=True).stdout.strip()
    return (
        f"CPython {platform.python_version()} ({optimised}, {platform.python_compiler()}), {platform.machine()}, {tool}"
    )


def architecture(machine: str) -> str:
    """Read the kind of processor from the name that `machine` gives; all of it, where there is no valgrind."""
    return machine.rsplit(", ", 2)[-2] if machine.count(", ") > 1 else machine


def valgrind() -> str:
    """Find valgrind; as root on Debian, install it if it is not there.

    Raises:
        Unavailable: If there is none, and none can be installed.
    """
    try:
        return debian.command("valgrind", ["valgrind"], _say, purpose="counting instructions")
    except debian.Missing as missing:
        raise Unavailable(str(missing)) from None


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


def count(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Count the instructions of *command*, all its threads included.

    Raises:
        Unavailable: If they cannot be counted here.
        RuntimeError: If the command fails.
    """
    tool = [valgrind(), "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"]
    done = subprocess.run(
        [*tool, *command], env={**environment, "PYTHONHASHSEED": "0"}, check=False, capture_output=True, text=True
    )
    total = _TOTAL.search(done.stderr)
    if done.returncode or total is None:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stderr[-3000:]}")
    return int(total[1].replace(",", ""))


def steady(measure: Callable[[], int]) -> int:
    """Give the median of counts, once two of them lie no further apart than SPREAD.

    Raises:
        Unsteady: If no two of several do.
    """
    counts = [measure(), measure()]
    while (nearest := _nearest(counts)) is None:
        if len(counts) == _MOST:
            raise Unsteady(f"{counts} lie more than {SPREAD:.0%} apart")
        counts.append(measure())
    return nearest


def _nearest(counts: list[int]) -> int | None:
    """Find two neighbours that are near enough, and give their middle."""
    ordered = sorted(counts)
    pairs = sorted(pairwise(ordered), key=lambda pair: pair[1] - pair[0])
    closest = pairs[0]
    return round(median(closest)) if closest[1] - closest[0] <= SPREAD * median(closest) else None
