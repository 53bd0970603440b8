"""What this machine needs and Debian has: found if it is there, and as root on Debian installed."""

import os
import shutil
import subprocess
from collections.abc import Callable
from contextlib import AbstractContextManager

from local.alone import alone

type Say = Callable[[str], None]
"""Tells whoever watches why it takes a while."""

_OPTIONS = ("-q", "-o", "DPkg::Lock::Timeout=600", "-o", "Acquire::Retries=3")
"""Has apt-get wait for whoever else on the machine installs, and ask again where a download was cut short."""


class Missing(Exception):  # noqa: N818 - a state of the machine, not an error
    """Something is not there and cannot be installed; the message says what, in one line."""


def can_install() -> bool:
    """Tell whether this is Debian, or what is made of it, and we are root."""
    return shutil.which("apt-get") is not None and os.geteuid() == 0


def command(name: str, packages: list[str], say: Say, *, purpose: str) -> str:
    """Find the command *name*, or install the first of Debian's *packages* that can be had.

    Raises:
        Missing: If it is not there, and this is not Debian, we are not root, or nothing could be installed.
    """
    with _alone():
        if found := shutil.which(name):
            return found
        if not can_install():
            raise Missing(f"`{name}` is missing (Debian: apt-get install {packages[0]})")
        say(f"Installing {packages[0]} with apt-get, for {purpose} …")
        _apt("update")
        for package in packages:
            _install(package)
            if found := shutil.which(name):
                return found
    raise Missing(f"`{name}` is missing, and apt-get could not install {' or '.join(packages)}")


def install(*packages: str) -> None:
    """Install all *packages*; whether it helped shows in what is there afterwards."""
    with _alone():
        _apt("update")
        _install(*packages)


def _install(*packages: str) -> None:
    _apt("install", "-y", "--no-install-recommends", *packages)


def _apt(*arguments: str) -> None:
    """Run apt-get without questions."""
    subprocess.run(
        ["apt-get", *_OPTIONS, *arguments],
        check=False,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
    )


def _alone() -> AbstractContextManager[None]:
    """Let one process at a time install: of two `apt-get update` the second ends at once, whatever it is told."""
    return alone("install")
