"""The local deployment: the real template on one machine. Nothing in here is ever shipped."""

from pathlib import Path

ROOT = Path(__file__).absolute().parent.parent
"""The checkout."""
