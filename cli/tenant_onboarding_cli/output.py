"""What people and programs are shown: data on standard output, everything else on standard error.

Nothing moves unless somebody watches: a pipe gets lines. `NO_COLOR` is obeyed by the library that prints.
"""

import csv
import io
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, NamedTuple, TextIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from tenant_onboarding_cli.failures import Failure
from tenant_onboarding_cli.settings import Output

type Row = Mapping[str, Any]

STYLES = {
    "ok": "green",
    "warn": "yellow",
    "fail": "red",
    "unknown": "magenta",
    "succeeded": "green",
    "completed": "green",
    "failed": "red",
    "stopped": "red",
    "timed_out": "red",
}
"""How a status looks."""

_WIDE = 10_000
"""Columns of what is no terminal: no line is broken that a program reads."""

_SHORT = 18
"""Characters that are not broken over two lines."""

_FORMULAE = ("=", "+", "-", "@", "\t", "\r")


class Column(NamedTuple):
    """A column of a table: its title, and what stands in it."""

    title: str
    of: Callable[[Row], object]


class Out:
    """The two streams of one command."""

    def __init__(
        self,
        output: Output,
        stdout: TextIO | None = None,
        stderr: TextIO | None = None,
        environment: Mapping[str, str] = os.environ,
    ) -> None:
        """Write data as *output* says; *environment* has a say about colours."""
        self.output = output
        self._stdout = stdout or sys.stdout
        self.data = _console(self._stdout, environment)
        self.progress = _console(stderr or sys.stderr, environment)

    @property
    def is_json(self) -> bool:
        """Whether a program reads."""
        return self.output is Output.JSON

    def json(self, value: object) -> None:
        """Write *value* for a program: one document, and all there is."""
        self._write(json.dumps(value, indent=2, ensure_ascii=False) + "\n")

    def rows(self, rows: Sequence[Row], columns: Sequence[Column], nothing: str = "There is nothing.") -> None:
        """Show a list: as it is to programs, as a table to people."""
        if self.is_json:
            self.json(list(rows))
        elif rows:
            self.table(rows, columns)
        else:
            self.tell(nothing)

    def table(self, rows: Iterable[Row], columns: Sequence[Column]) -> None:
        """Show a table."""
        table = Table(box=None, header_style="bold", pad_edge=False)
        written = [[cell(column.of(row)) for column in columns] for row in rows]
        for column, cells in zip(columns, zip(*written, strict=True), strict=True):
            # What is short stays whole, so that only what is long is broken where a terminal is narrow.
            short = max(map(len, cells)) <= _SHORT
            table.add_column(column.title, overflow="fold", no_wrap=short, min_width=0 if short else _SHORT)
        for line in written:
            table.add_row(*line)
        self.lines(table)

    def facts(self, value: Row, facts: Sequence[Column]) -> None:
        """Show one thing: as it is to programs, its *facts* line by line to people."""
        if self.is_json:
            self.json(value)
            return
        table = Table(box=None, show_header=False, pad_edge=False)
        table.add_column(style="bold", no_wrap=True)
        table.add_column(overflow="fold")
        for fact in facts:
            said = fact.of(value)
            if said is not None:
                table.add_row(fact.title, cell(said))
        self.lines(table)

    def lines(self, table: Table) -> None:
        """Print a table without the blanks that its last column ends with."""
        if self.data.is_terminal:
            self.data.print(table)
            return
        with self.data.capture() as captured:
            self.data.print(table)
        self._write("".join(f"{line.rstrip()}\n" for line in captured.get().splitlines()))

    def _write(self, text: str) -> None:
        """Write data at once, so that both streams stay in order where they go to the same place."""
        self._stdout.writelines(text.splitlines(keepends=True))  # so that it ends once nobody reads any more
        self._stdout.flush()

    def say(self, text: str) -> None:
        """Write a line of data for people."""
        if not self.is_json:
            self.data.print(Text(plain(text)), soft_wrap=True)

    def tell(self, text: str, style: str = "") -> None:
        """Tell how it goes, on standard error."""
        self.progress.print(Text(plain(text), style=style), soft_wrap=True)

    def suggest(self, command: str | None) -> None:
        """Say which command to try next."""
        if command:
            self.tell(f"Next: {command}", "dim")

    def fail(self, failure: Failure) -> None:
        """Say why it was not done, what can be done, and what to try next."""
        if self.is_json:
            self.progress.print(Text(json.dumps(failure.shown(), ensure_ascii=False)), soft_wrap=True)
            return
        self.tell(f"✗ {failure.message}", "bold red")
        for remedy in failure.remedies:
            self.tell(f"  {remedy.text}")
            if remedy.link:
                self.tell(f"  {remedy.link}", "dim")
        if failure.request_id:
            self.tell(f"  Request id: {failure.request_id}", "dim")
        self.suggest(failure.next_command)

    @contextmanager
    def waiting(self, text: str) -> Iterator[None]:
        """Show that somebody waits: moving on a terminal, not at all elsewhere."""
        if not self.progress.is_terminal or self.is_json:
            yield
            return
        with self.progress.status(Text(plain(text))):
            yield


def _console(stream: TextIO, environment: Mapping[str, str]) -> Console:
    watched = Console(file=stream, _environ=environment).is_terminal
    width = None if watched else _WIDE
    return Console(file=stream, _environ=environment, width=width, highlight=False, emoji=False, markup=False)


def plain(text: str) -> str:
    """Show control characters as what they are: a name from elsewhere must not move the cursor."""
    return "".join(each if each.isprintable() or each == "\n" else f"\\x{ord(each):02x}" for each in text)


def cell(value: object) -> Text:
    """Show a value in a table; nothing is a hyphen."""
    if value is None or value == "":
        return Text("-", style="dim")
    if isinstance(value, bool):
        return Text("yes" if value else "no")
    text = plain(str(value))
    return Text(text, style=STYLES.get(text, ""))


def moment(text: object) -> str | None:
    """Show a moment to people, in UTC and to the second."""
    if not isinstance(text, str):
        return None
    try:
        return datetime.fromisoformat(text).strftime("%Y-%m-%d %H:%M:%SZ")
    except ValueError:
        return text


def as_csv(rows: Iterable[Row], columns: Sequence[str]) -> str:
    """Write rows for a spreadsheet; text that it would take for a formula is kept from being one."""
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_in_csv(row.get(column)) for column in columns])
    return written.getvalue()


def _in_csv(value: object) -> object:
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULAE) else value
