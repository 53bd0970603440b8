"""`bulk`: many tenants from a file."""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from tenant_onboarding_cli import rows as files
from tenant_onboarding_cli.commands import Desk, command, write_whole
from tenant_onboarding_cli.exits import Exit
from tenant_onboarding_cli.failures import Failure, Remedy, command_line, wrong_usage
from tenant_onboarding_cli.groups.onboarding import AcceptWarnings
from tenant_onboarding_cli.many import REPORTED, Bulk, Report, Tell, interrupted, worst
from tenant_onboarding_cli.output import Column, Out, as_csv, plain
from tenant_onboarding_cli.rows import Row
from tenant_onboarding_cli.walking import Wishes

COLUMNS = (
    Column("line", lambda report: report["line"]),
    Column("tenant", lambda report: report["tenant_id"]),
    Column("name", lambda report: report["name"]),
    Column("outcome", lambda report: report["outcome"]),
    Column("step", lambda report: report["step"]),
    Column("why", lambda report: report["message"]),
    Column("next", lambda report: report["next"]),
)


def add(app: typer.Typer) -> None:
    """Add it."""

    @command(
        app,
        "bulk",
        examples=(
            "tenant-onboarding bulk tenants.csv --check",
            "tenant-onboarding bulk tenants.csv --profile local-platform --report report.csv",
        ),
    )
    def bulk(
        desk: Desk,
        file: Annotated[Path, typer.Argument(metavar="FILE.csv", help="The tenants.", show_default=False)],
        *,
        at_once: Annotated[int, typer.Option("--at-once", min=1, max=32, help="Tenants side by side.")] = 4,
        register_only: Annotated[bool, typer.Option("--register-only", help="Register them, and walk none.")] = False,
        start_only: Annotated[
            bool, typer.Option("--start-only", help="Start what can be started now, and wait for no run.")
        ] = False,
        accept_warnings: AcceptWarnings = False,
        check: Annotated[bool, typer.Option("--check", help="Judge the file, and do nothing.")] = False,
        report: Annotated[
            Path | None, typer.Option("--report", metavar="FILE", help="Write the report there, as .csv or .json.")
        ] = None,
    ) -> None:
        """Register many tenants, and walk each as far as it goes.

        The file is judged as a whole before anything is done. Give it again as often as you like: it goes on where
        each tenant stands. `--timeout` counts for each tenant.
        """
        if report and report.suffix not in {".csv", ".json"}:
            raise wrong_usage(f"{report} must end in .csv or .json.")
        rows = files.read(file)
        if check:
            desk.out.tell(f"{file} names {len(rows)} tenants, and no mistakes were found.")
            return
        wishes = None if register_only else Wishes(watch=not start_only, accept_warnings=accept_warnings)
        reports: dict[int, Report] = {}
        broke_off = False
        with _progress(desk.out, len(rows)) as view:
            work = Bulk(desk.api, wishes, at_once=at_once, timeout=desk.settings.timeout, tell=view.tell)
            carried_out = work.carried_out(rows)
            try:
                for each in carried_out:
                    reports[each.line] = each
                    view.ended(each)
            except KeyboardInterrupt:
                broke_off = True
                desk.out.tell("Letting what is on its way come back …")
            finally:
                carried_out.close()
        shown = [reports.get(row.line) or interrupted(row) for row in rows]
        _show(desk.out, shown, report)
        _end(shown, command_line("bulk", file), broke_off=broke_off)


class _View:
    """How it goes, for people: a bar and a line per tenant on a terminal, a line per end elsewhere."""

    def __init__(self, out: Out, total: int, progress: Progress | None) -> None:
        self._out = out
        self._total = total
        self._progress = progress
        self._done = 0
        self._all = progress.add_task("all", total=total) if progress else None
        self._tasks = dict[int, TaskID]()

    @property
    def tell(self) -> Tell:
        """Tells how it goes with one tenant."""
        return self._tell

    def _tell(self, row: Row, text: str) -> None:
        if self._progress is None:
            return
        said = plain(f"{row.tenant} {row.name or ''}: {text}")
        known = self._tasks.get(row.line)
        if known is None:
            self._tasks[row.line] = self._progress.add_task(said, total=None)
        else:
            self._progress.update(known, description=said)

    def ended(self, report: Report) -> None:
        """Tell how it ended with one tenant."""
        self._done += 1
        why = f": {report.message}" if report.message else ""
        line = f"{self._done} of {self._total}: tenant {report.tenant_id} {report.outcome.value}{why}"
        if self._progress is None:
            self._out.tell(line)
            return
        task = self._tasks.pop(report.line, None)
        if task is not None:
            self._progress.remove_task(task)
        if self._all is not None:
            self._progress.advance(self._all)
        self._progress.console.print(plain(line))


@contextmanager
def _progress(out: Out, total: int) -> Iterator[_View]:
    if not out.progress.is_terminal or out.is_json:
        yield _View(out, total, None)
        return
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=out.progress, transient=True) as progress:
        yield _View(out, total, progress)


def _show(out: Out, reports: list[Report], to: Path | None) -> None:
    rows = [{**asdict(report), "exit_code": int(report.exit_code)} for report in reports]
    if to is not None:
        as_json = to.suffix == ".json"
        text = json.dumps(rows, indent=2, ensure_ascii=False) + "\n" if as_json else as_csv(rows, REPORTED)
        write_whole(to, text)
        out.tell(f"The report is in {to}.")
    out.rows(rows, COLUMNS)
    counted = Counter(report.outcome.value for report in reports)
    out.tell(", ".join(f"{count} {outcome}" for outcome, count in counted.items()) + ".")


def _end(reports: list[Report], again: str, *, broke_off: bool) -> None:
    if broke_off:
        remedy = Remedy("What was started goes on. Give the file again: each tenant goes on where it stands.")
        raise Failure(Exit.INTERRUPTED, "Interrupted.", (remedy,), again)
    code = worst(reports)
    if code is Exit.OK:
        return
    bad = [report for report in reports if report.exit_code is not Exit.OK]
    remedies = dict.fromkeys(Remedy(report.remedy, report.link) for report in bad if report.remedy)
    raise Failure(
        code,
        f"{len(bad)} of {len(reports)} tenants are not through.",
        (*list(remedies)[:5], Remedy("See to what the report says of each, and give the file again.")),
        again,
    )
