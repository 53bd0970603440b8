"""Writes what the layer `Reference` brings: the OpenAPI document for programs, and the page that shows it to people."""

import os
from pathlib import Path

from docs.openapi import page
from local import ROOT

FOLDER = ROOT / "layers" / "reference" / "reference"
"""What the functions find as `/opt/reference`."""
ASIDE = ROOT / ".cache"
"""Where a file is written before it is moved to where it belongs."""


def write(folder: Path = FOLDER) -> Path:
    """Bring the files in *folder* up to date with the document, whoever else does so at the moment; give *folder*.

    An equal file is left untouched, and one half written is never in the folder: the build digests all of it.
    """
    told = page.document()
    folder.mkdir(parents=True, exist_ok=True)
    ASIDE.mkdir(exist_ok=True)
    for name, text in {"openapi.json": page.compact(told), "docs.html": page.page(told)}.items():
        path = folder / name
        if path.is_file() and path.read_text() == text:
            continue
        new = ASIDE / f"{name}.{os.getpid()}"
        new.write_text(text)
        new.replace(path)
    return folder
