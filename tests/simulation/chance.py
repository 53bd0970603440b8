"""Chance that can be had again: all of a simulation's randomness comes from one seed."""

from random import Random


def seeded(*seed: int | str) -> Random:
    """Give the chance that *seed* names; the same seed is the same chance, whatever the process."""
    return Random("/".join(map(str, seed)))  # noqa: S311 - no secret is made of it
