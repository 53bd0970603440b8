"""Writes `docs/openapi.json`, so that it cannot say anything but what the code does; `--check` only compares."""

import json
import sys
from pathlib import Path

from docs.openapi.document import document

WRITTEN = Path(__file__).parent.with_suffix(".json")


def text() -> str:
    """Write the document as it is kept: so that people can compare two of them."""
    return json.dumps(document(), indent=2, ensure_ascii=False) + "\n"


def main() -> None:
    """Write the document, or say that it is out of date."""
    if sys.argv[1:] == ["--check"]:
        if not WRITTEN.is_file() or WRITTEN.read_text() != text():
            sys.exit("docs/openapi.json is out of date: `make docs` writes it anew")
        return
    WRITTEN.write_text(text())


if __name__ == "__main__":
    main()
