"""Writes `docs/licences.md` from what is installed; `--check` compares, and refuses to ship what is not permissive."""

import sys
from pathlib import Path

from local.shipped import PERMISSIVE, not_to_be_shipped, shipped, shipped_in_page, tools

PAGE = Path(__file__).with_name("licences.md")

_BEGINNING = f"""# Licences

Of everything that is not ours, in the words of each package. This page is written by `make licences`; `make check`
fails when it is out of date, and when something is shipped under another licence than these:
{", ".join(sorted(PERMISSIVE))}.

## Shipped

The packages of the layer; `make sbom` lists them with versions and hashes. Wheels with a compiled core
(`pydantic-core`, `pydynox`) are taken at their word for what they were compiled from. boto3 comes with Lambda's
runtime, from AWS.

"""

_PAGE = """
What the page is built of, by npm's own lock: not all of it ends in what a browser loads.

"""

_TOOLS = """
## Never shipped

What builds, judges and runs the project on a developer's machine.

"""


def page() -> str:
    """Write the page."""
    return _BEGINNING + _table(shipped()) + _PAGE + _table(shipped_in_page()) + _TOOLS + _table(tools())


def _table(packages: dict[str, str]) -> str:
    rows = (f"| {name} | {words.replace('|', '/')} |\n" for name, words in packages.items())
    return "| package | licence |\n|---|---|\n" + "".join(rows)


def main() -> None:
    """Write the page, or say what is wrong."""
    if refused := not_to_be_shipped():
        sys.exit(f"may not be shipped: {refused}")
    if sys.argv[1:] == ["--check"]:
        if PAGE.read_text() != page():
            sys.exit("docs/licences.md is out of date: `make licences` writes it anew")
        return
    PAGE.write_text(page())


if __name__ == "__main__":
    main()
