"""Writes what the layer `Reference` brings: the OpenAPI document for programs, and the page that shows it to people."""

import os
from pathlib import Path

from docs.openapi import page
from local import ROOT

FOLDER = ROOT / "layers" / "reference" / "reference"
"""What the functions find as `/opt/reference`."""


def write() -> Path:
    """Bring the files up to date with the document, whoever else does so at the moment; give their folder."""
    told = page.document()
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in {"openapi.json": page.compact(told), "docs.html": page.page(told)}.items():
        new = FOLDER / f".{name}.{os.getpid()}"
        new.write_text(text)
        new.replace(FOLDER / name)
    return FOLDER
