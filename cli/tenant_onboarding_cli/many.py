"""Registering and walking many tenants side by side, never more of them at once than was asked for.

Nothing is remembered here either: registering the same again changes nothing, and a walk goes on where the tenant
stands. So a file that was cut short, or mended, is simply given again.
"""

import threading
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from tenant_onboarding_cli.api import Api
from tenant_onboarding_cli.exits import Exit
from tenant_onboarding_cli.failures import Failure
from tenant_onboarding_cli.patience import Patience, Stopped
from tenant_onboarding_cli.rows import Row, registrations
from tenant_onboarding_cli.walking import Outcome, Walk, Wishes


class Ended(StrEnum):
    """How it ended with one tenant."""

    COMPLETED = "completed"
    ALREADY = "already_completed"
    REGISTERED = "registered"
    UNDER_WAY = "under_way"
    STOPPED = "stopped"
    """It had to stop; the report says why, and what can be done."""
    INTERRUPTED = "interrupted"
    """Nobody let it go on, or nobody let it begin."""


@dataclass(frozen=True, slots=True)
class Report:
    """What became of one tenant, as the report's columns have it."""

    line: int
    tenant_id: int
    name: str | None
    outcome: Ended
    step: int | None
    exit_code: Exit
    code: str | None
    message: str | None
    remedy: str | None
    link: str | None
    next: str | None
    request_id: str | None


REPORTED = tuple(Report.__slots__)

type Tell = Callable[[Row, str], None]
"""Tells how it goes with one tenant."""


class Bulk:
    """One file's tenants."""

    def __init__(self, api: Api, wishes: Wishes | None, *, at_once: int, timeout: float, tell: Tell) -> None:
        """Ask *api*; walk as *wishes* say, or only register; have *timeout* seconds for each tenant."""
        self._api = api
        self._wishes = wishes
        self._at_once = at_once
        self._timeout = timeout
        self._tell = tell
        self._stop = threading.Event()

    def carried_out(self, rows: Sequence[Row]) -> Generator[Report]:
        """Carry *rows* out, and report each as it ends. Whoever stops reading stops all of it between two requests."""
        pool = ThreadPoolExecutor(self._at_once, thread_name_prefix="tenant")
        futures: list[Future[Report]] = []
        try:
            futures += [pool.submit(self._one, row) for row in rows]
            for future in as_completed(futures):
                yield future.result()
        finally:
            self.stop()
            pool.shutdown(wait=True, cancel_futures=True)

    def stop(self) -> None:
        """Let what was asked come back, and ask nothing more."""
        self._stop.set()

    def _one(self, row: Row) -> Report:
        patience = Patience(self._timeout, stop=self._stop)
        api = self._api.within(patience, lambda text: self._tell(row, text))
        try:
            for path, body in registrations(row):
                api.ask("PUT", path, body=body)
            if self._wishes is None:
                return _report(row, Ended.REGISTERED)
            wishes = replace(self._wishes, connection=row.connection or self._wishes.connection)
            return self._walked(row, Walk(api, row.tenant, wishes, lambda text: self._tell(row, text)).go())
        except Failure as failure:
            return self._failed(row, failure, None)
        except Stopped:
            return interrupted(row)

    def _walked(self, row: Row, outcome: Outcome) -> Report:
        step = outcome.session["current_step"] if outcome.session else None
        if outcome.failure:
            return self._failed(row, outcome.failure, step)
        return _report(row, Ended(outcome.result.value), step=step, next=outcome.next_command)

    def _failed(self, row: Row, failure: Failure, step: int | None) -> Report:
        if failure.exit is Exit.SIGN_IN:
            self.stop()  # it is the same for all of them
        remedy = failure.remedies[0] if failure.remedies else None
        return _report(
            row,
            Ended.STOPPED,
            step=step,
            exit_code=failure.exit,
            code=failure.code,
            message=failure.message,
            remedy=" ".join(each.text for each in failure.remedies) or None,
            link=remedy.link if remedy else None,
            next=failure.next_command,
            request_id=failure.request_id,
        )


def interrupted(row: Row) -> Report:
    """Report a tenant that nobody let begin, or go on."""
    return _report(row, Ended.INTERRUPTED, exit_code=Exit.INTERRUPTED)


def _report(row: Row, outcome: Ended, **facts: Any) -> Report:  # noqa: ANN401 - the report's own
    left_out = dict.fromkeys(("step", "code", "message", "remedy", "link", "next", "request_id"))
    shown = {**left_out, "exit_code": Exit.OK, **facts}
    return Report(line=row.line, tenant_id=row.tenant, name=row.name, outcome=outcome, **shown)


def worst(reports: Sequence[Report]) -> Exit:
    """Say how all of it ended: sign-in comes before a failure, then what blocks, then what took too long."""
    codes = {report.exit_code for report in reports}
    order = (Exit.SIGN_IN, Exit.FAILED, Exit.USAGE, Exit.BLOCKED, Exit.TIMEOUT, Exit.INTERRUPTED)
    found = next((each for each in order if each in codes), Exit.OK)
    return Exit.FAILED if found is Exit.USAGE else found
