"""Walking a tenant through the whole wizard, from wherever it stands to where it has to stop.

Nothing is remembered here: where the tenant stands is what the service says, so a walk that was cut short is taken up
by walking again, and one that is over is not begun anew.
"""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from tenant_onboarding_cli import editing, watching
from tenant_onboarding_cli.api import Api
from tenant_onboarding_cli.editing import Session
from tenant_onboarding_cli.exits import Exit
from tenant_onboarding_cli.failures import Failure, Remedy, command_line
from tenant_onboarding_cli.watching import GOOD, Tell

CONNECTION, REVIEW = 1, 5
STEPS = {1: "connection", 2: "consent", 3: "verification", 4: "initial sync", 5: "review"}
"""The five steps, as people call them."""

PROPAGATING = "consent_propagating"
"""Good news, but nothing to build on: the service looks again by itself."""

_AGAIN = 5
"""How often a walk decides anew because somebody else changed the session meanwhile."""

_LOOK_AGAIN = 5.0
"""Seconds between two looks at what the service does by itself."""

type Task = dict[str, Any]


class Result(StrEnum):
    """Where a walk ended."""

    COMPLETED = "completed"
    ALREADY = "already_completed"
    UNDER_WAY = "under_way"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Wishes:
    """How somebody wants to walk."""

    watch: bool = False
    """Whether to wait for runs, and to go on after them."""
    accept_warnings: bool = False
    """Whether to complete a session that rests on warnings, in one's own name."""
    takeover: bool = False
    """Whether to take the edit lock from somebody else."""
    again: bool = False
    """Whether to begin anew with a tenant that was completed."""
    connection: int | None = None
    """The connection to choose; None leaves the session's own, or the tenant's default."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Where a walk ended, and why if it had to stop."""

    tenant: int
    result: Result
    session: Session | None
    failure: Failure | None = None
    next_command: str | None = None

    def shown(self) -> dict[str, Any]:
        """Say it to a program."""
        return {
            "tenant_id": self.tenant,
            "outcome": self.result.value,
            "step": self.session["current_step"] if self.session else None,
            "session": self.session,
            "stopped_by": self.failure.shown() if self.failure else None,
            "next": self.next_command,
        }


class _UnderWay(Exception):  # noqa: N818 - it goes well
    """Runs are under way, and nobody wants to wait for them."""


class Walk:
    """One walk."""

    def __init__(self, api: Api, tenant: int, wishes: Wishes, tell: Tell) -> None:
        """Walk *tenant* as *wishes* say, and *tell* how it goes."""
        self._api = api
        self._tenant = tenant
        self._wishes = wishes
        self._tell = tell
        self._session: Session | None = None
        self._etag: str | None = None

    def go(self) -> Outcome:
        """Walk as far as it goes.

        Raises:
            KeyboardInterrupt: Between two looks at a run; whatever was started goes on, and the next walk takes it up.
            Stopped: The same, for one of many.
        """
        try:
            done = self._last_completed()
            if done:
                return Outcome(self._tenant, Result.ALREADY, done)
            self._open()
            self._walk_on()
            return Outcome(self._tenant, Result.COMPLETED, self._session)
        except _UnderWay:
            return Outcome(self._tenant, Result.UNDER_WAY, self._session, next_command=self._following())
        except Failure as failure:
            if failure.exit in {Exit.TIMEOUT, Exit.INTERRUPTED}:  # not the run is to be gone on with, but the walk
                failure.next_command = self._following()
            return Outcome(self._tenant, Result.STOPPED, self._session, failure, failure.next_command)

    # ── The way ─────────────────────────────────────────────────────────────────────────────────

    def _last_completed(self) -> Session | None:
        """Give the tenant's newest session if it was completed, unless it is to be walked again."""
        newest = self._api.get(f"/tenants/{self._tenant}/onboarding/sessions", {"limit": "1"}).body
        done: Session | None = next((each for each in newest if each["status"] == "completed"), None)
        return None if self._wishes.again else done

    def _open(self) -> None:
        answer = self._api.ask("POST", editing.session_path(self._tenant), repeatable=True)
        session: Session = answer.body
        self._session, self._etag = session, answer.etag
        resumed = answer.headers.get("session-resumed") == "true"
        self._tell(f"Session {session['id']} {'goes on' if resumed else 'begins'} at {_named(session)}.")
        # Who opened it anew holds its lock; one that goes on may be somebody else's.
        if resumed and not editing.heartbeat(self._api, session):
            if self._wishes.takeover:
                self._edit(takeover=True)
            else:
                holder, until = session["locked_by_user_id"], session["locked_until"]
                raise Failure(
                    Exit.BLOCKED,
                    f"User {holder} edits session {session['id']} until {until}.",
                    (Remedy("Wait until they are done, ask them to hand it over, or take it over with --takeover."),),
                    command_line("onboard", self._tenant, "--watch", "--takeover"),
                    answer.headers.get("x-request-id"),
                )

    def _walk_on(self) -> None:
        """Walk, and decide anew where somebody else changed the session meanwhile."""
        for _ in range(_AGAIN):
            try:
                self._walk()
            except Failure as failure:
                if failure.code != "version_stale":
                    raise
                self._tell("Somebody else changed the session; looking at it anew.")
                self._session, self._etag = editing.opened(self._api, self._tenant)
            else:
                return
        raise Failure(Exit.BLOCKED, "Others keep changing the session.", (), self._following())

    def _walk(self) -> None:
        wanted = self._wishes.connection
        if wanted is not None and self._open_session["provider_connection_id"] != wanted:
            self._edit(provider_connection_id=wanted)
            self._tell(f"Connection {wanted} is chosen.")
        while (step := self._open_session["current_step"]) != REVIEW:
            if step != CONNECTION:
                self._examine(step)
            self._edit(current_step=step + 1)
            self._tell(f"Step {step + 1}: {STEPS.get(step + 1, '')}.")
        self._complete()

    def _complete(self) -> None:
        due = sorted({task["step"] for task in self._tasks() if task["required"] and not _is_fresh(task)})
        for step in due:
            self._examine(step)
        warnings = [task for task in self._tasks() if task["required"] and task["status"] == "warn"]
        if warnings and not self._wishes.accept_warnings:
            raise Failure(
                Exit.BLOCKED,
                f"What is left are warnings, which somebody has to accept: {_said(warnings)}.",
                (*_remedies(warnings), Remedy("Or accept them, in your own name, with --accept-warnings.")),
                command_line("onboard", self._tenant, "--watch", "--accept-warnings"),
            )
        self._edit(status="completed")
        self._tell(f"Session {self._open_session['id']} is completed.")

    def _examine(self, step: int) -> None:
        """Have good findings of every task that *step* needs; run those that are missing, old or bad."""
        due = [task for task in self._tasks() if task["step"] == step and task["required"] and not _is_fresh(task)]
        links = [self._link(task) for task in due]
        if links and not self._wishes.watch:
            raise _UnderWay
        for link in links:
            watching.watch(self._api, link, self._tell, heartbeat=self._keep)
        bad = self._bad(step)
        if bad and all(task["reason_code"] == PROPAGATING for task in bad):
            bad = self._propagated(step, bad)
        if bad:
            raise self._stopped(step, bad)

    def _link(self, task: Task) -> str:
        """Give the run of *task* that is under way, or start one; wait for what blocks it, where waiting is wished."""
        if task["active_run_id"]:
            return watching.run_path(self._tenant, task["active_run_id"])
        key = str(uuid.uuid4())
        while True:
            try:
                link: str = watching.start(self._api, self._tenant, task["task_type"], key).body["url"]
            except Failure as failure:
                if failure.code != "run_blocked" or not self._wishes.watch:
                    raise
                self._tell(failure.message)
                wait = _LOOK_AGAIN if failure.retry_after is None else failure.retry_after
                self._api.patience.pause(wait, failure.message)
            else:
                return link

    def _bad(self, step: int) -> list[Task]:
        return [task for task in self._tasks() if task["step"] == step and task["required"] and not _is_good(task)]

    def _propagated(self, step: int, bad: list[Task]) -> list[Task]:
        """Wait until what propagates is there: the service looks again by itself, so nothing is started."""
        while self._wishes.watch and bad and all(task["reason_code"] == PROPAGATING for task in bad):
            self._tell(f"The consent propagates at Microsoft; it is looked at again at {bad[0]['next_check_at']}.")
            seconds = min((_until(task["next_check_at"]) for task in bad), default=_LOOK_AGAIN)
            self._api.patience.pause(max(_LOOK_AGAIN, seconds), "The propagation of the consent")
            self._keep()
            bad = self._bad(step)
        return bad

    def _stopped(self, step: int, bad: list[Task]) -> Failure:
        waits = all(task["reason_code"] == PROPAGATING for task in bad)
        connection = self._open_session["provider_connection_id"]
        asking = watching.asking(self._tenant, connection, bad)
        return Failure(
            Exit.BLOCKED if waits else Exit.FAILED,
            f"Step {step} ({STEPS.get(step, '')}) cannot be left: {_said(bad)}.",
            _remedies(bad),
            asking or self._following(),
            problem={"code": bad[0]["reason_code"], "blocking": bad},
        )

    # ── What the way is made of ─────────────────────────────────────────────────────────────────

    @property
    def _open_session(self) -> Session:
        if self._session is None:
            raise Failure(Exit.FAILED, f"Tenant {self._tenant} has no open session.")
        return self._session

    def _tasks(self) -> list[Task]:
        tasks: list[Task] = self._api.get(f"/tenants/{self._tenant}/onboarding/tasks").body
        return tasks

    def _edit(self, **changes: object) -> None:
        self._session, self._etag = editing.edit(self._api, self._open_session, self._etag, **changes)

    def _keep(self) -> None:
        """Keep the edit lock; whether it was lost shows with the next edit."""
        editing.heartbeat(self._api, self._open_session)

    def _following(self) -> str:
        return command_line("onboard", self._tenant, "--watch")


def _is_good(task: Task) -> bool:
    return task["status"] in GOOD and task["reason_code"] != PROPAGATING


def _is_fresh(task: Task) -> bool:
    return _is_good(task) and not task["stale"]


def _said(tasks: list[Task]) -> str:
    return "; ".join(f"{task['task_type']} {task['status']} ({task['reason_code']})" for task in tasks)


def _remedies(tasks: list[Task]) -> tuple[Remedy, ...]:
    said = []
    for task in tasks:
        what = f"{task['task_type']}: {task['message']}"
        remedies = watching.remedy_of(task)
        said += [Remedy(f"{what} {each.text}", each.link) for each in remedies] or [Remedy(what)]
    return tuple(said)


def _named(session: Session) -> str:
    step = session["current_step"]
    return f"step {step}, {STEPS.get(step, '')}"


def _until(moment: str | None) -> float:
    return (datetime.fromisoformat(moment) - datetime.now(UTC)).total_seconds() if moment else _LOOK_AGAIN
