"""The files of the page, as the layer `Page` brought them, and how each is sent.

A path is looked up among the files that are there, and no file's name is ever made of a path: there is nothing to climb
out of. A file that can be compressed lies there compressed, once for each encoding, and not plain.
"""

import gzip
import re
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple, Self

from onboarding import manners

MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/vnd.microsoft.icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}
"""By the end of a file's name; what ends otherwise is not of the page."""

COMPRESSED = {"br": ".br", "gzip": ".gz"}
"""Encodings and how names of files in them end, the smallest first (RFC 9110, 8.4.1; RFC 7932)."""

INDEX = "index.html"
NAMED_BY_CONTENT = "assets/"
"""The folder of what is named after its content, and so never changes under its name."""

_VIEW = re.compile(r"(?!assets(?:/|\Z))(?:[A-Za-z0-9_-]+(?:/[A-Za-z0-9_-]+)*/?)?", re.ASCII)
"""What the page itself leads to: no name of a file has this form."""


class Sent(NamedTuple):
    """A file in the encoding that was chosen; None is the file itself."""

    content: bytes
    encoding: str | None


class File(NamedTuple):
    """A file of the page."""

    name: str
    forms: dict[str | None, Path]
    """Where it lies in each encoding."""

    @property
    def media_type(self) -> str:
        """What it says of itself."""
        return MEDIA_TYPES[Path(self.name).suffix]

    @property
    def never_changes(self) -> bool:
        """Whether what is under this name now is what will ever be."""
        return self.name.startswith(NAMED_BY_CONTENT)

    def etag(self) -> str:
        """Make the validator of what it is now, whatever encoding it is sent in: hence a weak one (RFC 9110, 8.8.1)."""
        return f'W/"{sha256(self._in(None)).hexdigest()[:32]}"'

    def sent(self, accept_encoding: str) -> Sent:
        """Read it in the smallest form that *accept_encoding*, a header's value, admits."""
        admitted = (each for each in COMPRESSED if each in self.forms and manners.admits(accept_encoding, each))
        chosen = next(admitted, None)
        return Sent(self._in(chosen), chosen)

    def _in(self, encoding: str | None) -> bytes:
        if encoding in self.forms:
            return self.forms[encoding].read_bytes()
        return gzip.decompress(self.forms["gzip"].read_bytes())


class Page(NamedTuple):
    """All of its files, by their names: `assets/index-1a2b3c.js`."""

    files: dict[str, File]

    @classmethod
    def of(cls, folder: Path) -> Self:
        """Find what lies in *folder*; nothing, if it is not there."""
        files: dict[str, File] = {}
        for path in sorted(folder.rglob("*")):
            place = path.relative_to(folder).as_posix()
            encoding = next((each for each, end in COMPRESSED.items() if place.endswith(end)), None)
            name = place.removesuffix(COMPRESSED[encoding]) if encoding else place
            if path.is_file() and Path(name).suffix in MEDIA_TYPES:
                files.setdefault(name, File(name, {})).forms[encoding] = path
        return cls(files)

    @property
    def is_built(self) -> bool:
        """Whether there is a page at all."""
        return INDEX in self.files

    def find(self, name: str) -> File | None:
        """Find the file *name*; what names a view of the page, and no file, is the index."""
        return self.files.get(INDEX if _VIEW.fullmatch(name) else name)
