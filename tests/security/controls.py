"""Every control of the service's security that can be taken out by a small patch, and the test that must then fail.

Which threat each answers is told in SECURITY.md; `make controls` takes them out one by one (`removal.py`).
"""

from typing import NamedTuple


class Control(NamedTuple):
    """Something that keeps people out: without it, *old*, which is there once, becomes *new*."""

    name: str
    file: str
    """Path from the root of the project."""
    old: str
    new: str
    seen_by: str
    """What fails without it: a test, or a file of tests, as pytest takes it."""


CONTROLS: tuple[Control, ...] = ()
