"""What a test needs of the machine and Debian has: found if it is there, and as root on Debian installed, saying so."""

import os
import shutil
import subprocess
from collections.abc import Callable
from typing import Any

import pytest

from local.alone import APT_OPTIONS, INSTALL, alone


class Missing(Exception):  # noqa: N818 - a state of the machine, not an error
    """Something is not there and cannot be installed; the message says what, in one line."""


type Say = Callable[[str], None]
"""Tells whoever watches why it takes a while."""


def saying(config: pytest.Config) -> Say:
    """Make what speaks to whoever watches a test session, although what tests print is kept back."""

    def say(sentence: str) -> None:
        terminal: Any = config.pluginmanager.get_plugin("terminalreporter")
        capture: Any = config.pluginmanager.get_plugin("capturemanager")
        with capture.global_and_fixture_disabled():
            terminal.write_line(sentence)

    return say


def command(name: str, packages: list[str], say: Say, *, purpose: str) -> str:
    """Find the command *name*, or install the first of Debian's *packages* that can be had.

    Raises:
        Missing: If it is not there, and this is not Debian, we are not root, or nothing could be installed.
    """
    with alone(INSTALL):
        if found := shutil.which(name):
            return found
        if not shutil.which("apt-get") or os.geteuid() != 0:
            raise Missing(f"`{name}` is missing (Debian: apt-get install {packages[0]})")
        say(f"Installing {packages[0]} with apt-get, for {purpose} …")
        _apt("update")
        for package in packages:
            _apt("install", "-y", "--no-install-recommends", package)
            if found := shutil.which(name):
                return found
    raise Missing(f"`{name}` is missing, and apt-get could not install {' or '.join(packages)}")


def _apt(*arguments: str) -> None:
    """Run apt-get without questions; whether it helped shows in what is there afterwards."""
    subprocess.run(  # noqa: S603 - our own words
        ["apt-get", "-q", *APT_OPTIONS, *arguments],  # noqa: S607 - the system's own, wherever it lies
        check=False,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
    )
