"""Writes `docs/reason-codes.md` from the code, so that it cannot say anything else; `--check` only compares."""

import sys
from pathlib import Path

from onboarding.domain.reasons import REASONS, Party, Reason, ReasonCode

PAGE = Path(__file__).with_name("reason-codes.md")

_BEGINNING = """# Reason codes

Every finding that is not ok says why, by one code of this closed set. The same sentence and remedy stand beside the
finding in the API (`GET …/onboarding/tasks`). Where a code keeps a session from its next step, the queue
(`GET /onboarding/sessions`) names who acts next: us, the customer or Microsoft. This page is written from the code by
`make docs`.

| code | what is the matter | what to do | who acts |
|---|---|---|---|
"""

_PARTIES = {Party.US: "us", Party.CUSTOMER: "the customer", Party.MICROSOFT: "Microsoft"}


def page() -> str:
    """Write the page."""
    return _BEGINNING + "".join(_row(code, REASONS[code]) for code in ReasonCode)


def _row(code: ReasonCode, reason: Reason) -> str:
    more = f" [More]({reason.link})" if reason.link else ""
    return f"| `{code.value}` | {_cell(reason.sentence)} | {_cell(reason.remedy)}{more} | {_PARTIES[reason.acts]} |\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def main() -> None:
    """Write the page, or say that it is out of date."""
    if sys.argv[1:] == ["--check"]:
        if PAGE.read_text() != page():
            sys.exit("docs/reason-codes.md is out of date: `make docs` writes it anew")
        return
    PAGE.write_text(page())


if __name__ == "__main__":
    main()
