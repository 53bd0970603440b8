"""Take the controls of the service's security out one by one; each must be missed by the test that guards it.

    python -m tests.security.removal
    python -m tests.security.removal --only "membership"

A control is taken out of a copy of the project, never in place; there the test that guards it is run, by pytest, and
has to fail. In a copy with every control in place the same tests have to pass.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tests.security.controls import CONTROLS, Control
from tests.template import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

_FAILED = 1
"""What pytest exits with if it ran the tests and some failed; anything else but 0 says nothing about the control."""


def removed(control: Control, folder: Path) -> None:
    """Take *control* out of the copy of the project in *folder*.

    Raises:
        ValueError: If it is not there just once: the code has moved on, and the control must follow.
    """
    path = folder / control.file
    text = path.read_text()
    if text.count(control.old) != 1:
        raise ValueError(f"{control.name}: {control.file} has {text.count(control.old)} times {control.old!r}")
    path.write_text(text.replace(control.old, control.new))


@contextmanager
def a_copy() -> "Iterator[Path]":
    """Copy all of the project that is kept, and nothing that was made from it."""
    kept = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True)  # noqa: S607 - found on PATH
    with tempfile.TemporaryDirectory(prefix="twin-") as scratch:
        for name in kept.stdout.splitlines():
            if (ROOT / name).is_file():
                place = Path(scratch) / name
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(ROOT / name, place)
        if (ROOT / ".cache").is_dir():
            (Path(scratch) / ".cache").symlink_to(ROOT / ".cache")  # DynamoDB Local, which is installed there once
        yield Path(scratch)


def missed(control: Control) -> tuple[bool, str, float]:
    """Take *control* out; tell whether it was missed, by what or why not, and how many seconds that took."""
    began = time.monotonic()
    with a_copy() as folder:
        removed(control, folder)
        code, said = _tested(folder, [control.seen_by])
    return code == _FAILED, said, time.monotonic() - began


def _tested(folder: Path, tests: list[str]) -> tuple[int, str]:
    done = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests],
        cwd=folder,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        check=False,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    lines = done.stdout.splitlines()
    failed = [line for line in lines if line.startswith(("FAILED", "SUBFAILED", "ERROR"))]
    said = failed[0].split(" - ")[0] if failed else (lines or done.stderr.splitlines() or ["pytest said nothing"])[-1]
    return done.returncode, said


def main() -> int:
    """Try every control; print what missed each, and tell whether each was missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="a part of the name of those to try")
    parser.add_argument("--at-once", type=int, default=os.cpu_count() or 1)
    wishes = parser.parse_args()
    chosen = [control for control in CONTROLS if wishes.only in control.name]
    if not chosen:
        parser.error(f"no control has {wishes.only!r} in its name")
    with a_copy() as whole:
        code, said = _tested(whole, sorted({control.seen_by for control in chosen}))
    print(f"{'BROKEN  ' if code else 'ok      '} all in place: {said}", flush=True)  # noqa: T201 - a program: this is what it says
    unmissed = 0
    with ThreadPoolExecutor(wishes.at_once) as pool:
        for control, (seen, said, seconds) in zip(chosen, pool.map(missed, chosen), strict=True):
            unmissed += not seen
            print(f"{'missed  ' if seen else 'UNMISSED'} {seconds:5.0f} s  {control.name}: {said}", flush=True)  # noqa: T201 - a program: this is what it says
    print(f"{len(chosen)} controls taken out, {len(chosen) - unmissed} missed by their test")  # noqa: T201 - a program: this is what it says
    return 1 if unmissed or code else 0


if __name__ == "__main__":
    sys.exit(main())
