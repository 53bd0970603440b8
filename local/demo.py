"""`make demo`: carry a tenant through a whole onboarding on the local deployment, over HTTP and nothing else.

Whatever it shows it also expects: the exit code says whether all of it held. It can be repeated on used tenants.
"""

import sys
import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import urllib3
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from local.issuer import Issuer
from local.refusals import Refused
from local.run import run_detached
from local.state import State
from local.stop import stop

OWNER, MANAGER, ALEX, SAM = 1, 2, 3, 5
"""Who is who in the seeded tenants; Alex and Sam are operators."""

NAMES = {OWNER: "the owner", MANAGER: "the manager", ALEX: "Alex", SAM: "Sam"}
PATIENCE = 120.0
"""Seconds that a run may take here."""

CONTOSO, FABRIKAM = 1, 2
VERIFICATION = ("verify_permissions", "connection_diagnostics", "license_check", "intune_status", "rbac_check")
COLOURS = {"ok": "green", "warn": "yellow", "fail": "red", "unknown": "magenta"}


class Answer(NamedTuple):
    """What came back for a request."""

    status: int
    body: Any
    headers: urllib3.HTTPHeaderDict


class Unexpected(Exception):  # noqa: N818 - the demo's outcome
    """An answer was not what the design promises."""


@dataclass
class Demo:
    """One walk through, with what it needs to ask and to tell."""

    api_url: str
    tokens: dict[int, str]
    console: Console
    http: urllib3.PoolManager

    def ask(self, user: int, method: str, path: str, body: dict[str, Any] | None = None) -> Answer:
        """Ask the API as *user*."""
        headers = {"Authorization": f"Bearer {self.tokens[user]}"}
        answer = self.http.request(method, self.api_url + path, json=body, headers=headers, retries=False)
        return Answer(answer.status, answer.json() if answer.data else None, answer.headers)

    def expect(self, status: int, answer: Answer, /, **fields: object) -> Answer:
        """Hold *answer* to *status*, and its body to *fields*.

        Raises:
            Unexpected: If it differs.
        """
        differing = {name: answer.body.get(name) for name, value in fields.items() if answer.body.get(name) != value}
        if answer.status != status or differing:
            raise Unexpected(f"expected {status} with {fields}, was answered {answer.status}: {answer.body}")
        return answer

    def title(self, text: str) -> None:
        """Begin a part."""
        self.console.print(f"\n[bold]{text}[/bold]")

    def tell(self, text: str) -> None:
        """Tell one thing that held."""
        self.console.print(f"  [green]✓[/green] {text}", highlight=False)

    # ── What the parts are made of ──────────────────────────────────────────────────────────────

    def tidy_up(self, tenant: int) -> None:
        """End what an earlier walk left open in *tenant*."""
        for task in self.expect_list(OWNER, f"/tenants/{tenant}/onboarding/tasks"):
            if task["active_run_id"]:
                run = f"/tenants/{tenant}/onboarding/runs/{task['active_run_id']}"
                self.expect(200, self.ask(OWNER, "POST", f"{run}/cancel"))
                self.wait(run)
        left = self.expect(200, self.ask(OWNER, "GET", f"/tenants/{tenant}/onboarding/session")).body["session"]
        if left:
            self.edit(OWNER, left, takeover=True, status="abandoned")

    def expect_list(self, user: int, path: str) -> list[dict[str, Any]]:
        """Ask for a list."""
        answer = self.ask(user, "GET", path)
        if answer.status != 200:  # noqa: PLR2004 - the status itself
            raise Unexpected(f"expected a list, was answered {answer.status}: {answer.body}")
        rows: list[dict[str, Any]] = answer.body
        return rows

    def edit(self, user: int, session: dict[str, Any], **fields: object) -> dict[str, Any]:
        """Change *session* as *user* and return it as it is then."""
        answer = self.expect(200, self.patch(user, session, **fields))
        changed: dict[str, Any] = answer.body
        return changed

    def patch(self, user: int, session: dict[str, Any], **fields: object) -> Answer:
        """Ask for a change of *session* as *user*."""
        path = f"/tenants/{session['tenant_id']}/onboarding/session/{session['id']}"
        return self.ask(user, "PATCH", path, fields)

    def start(self, user: int, tenant: int, task: str) -> Answer:
        """Ask for a run of *task* as *user*."""
        return self.ask(user, "POST", f"/tenants/{tenant}/onboarding/tasks/{task}/runs")

    def wait(self, path: str) -> dict[str, Any]:
        """Watch the run at *path* until it has ended, as often as it asks to be watched.

        Raises:
            Unexpected: If it does not end.
        """
        ends_at, shown = time.monotonic() + PATIENCE, ""
        while time.monotonic() < ends_at:
            answer = self.expect(200, self.ask(OWNER, "GET", path))
            run: dict[str, Any] = answer.body
            if run["status"] not in {"queued", "running"}:
                return run
            said = run["progress"]["message"] if run["progress"] else ""
            if said != shown:
                progress = run["progress"]
                self.console.print(f"    … {progress['done']} of {progress['total']} areas, {said}", style="dim")
                shown = said
            time.sleep(float(answer.headers["Retry-After"]))
        raise Unexpected(f"the run at {path} is still under way after {PATIENCE:.0f} seconds")

    def examine(self, user: int, tenant: int, *tasks: str) -> dict[str, str]:
        """Run *tasks* side by side, tell what each found, and return their statuses."""
        links = {task: self.expect(201, self.start(user, tenant, task)).body["url"] for task in tasks}
        found = {}
        for task, link in links.items():
            run = self.wait(link)
            if run["status"] != "succeeded":
                raise Unexpected(f"the run of {task} ended as {run['status']}: {run}")
            found[task] = run["finding"]["status"]
            self.tell_finding(task, run["finding"])
        return found

    def tell_finding(self, task: str, finding: dict[str, Any]) -> None:
        """Tell what a task found, and what to do about it."""
        status = finding["status"]
        reason = f" ({finding['reason_code']})" if finding["reason_code"] else ""
        self.tell(f"{task}: [{COLOURS[status]}]{status}[/]{reason}. {escape(finding['message'] or '')}")
        if finding["remedy"]:
            self.console.print(f"      remedy: {finding['remedy']['text']}", style="dim", highlight=False)
            self.console.print(f"      {finding['remedy']['link']}", style="dim", highlight=False)


def walk(demo: Demo) -> None:
    """Walk Contoso through all five steps, and Fabrikam until it fails.

    Raises:
        Unexpected: At the first thing that does not hold.
    """
    for tenant in (CONTOSO, FABRIKAM):
        demo.tidy_up(tenant)
    session = _connect(demo, CONTOSO)
    _verify(demo, session)
    session = _take_over(demo, session)
    _synchronise(demo, session)
    _complete(demo, session)
    _fail(demo)
    _show_evidence(demo, CONTOSO)


def _connect(demo: Demo, tenant: int) -> dict[str, Any]:
    demo.title("Contoso, step 1: connection")
    path = f"/tenants/{tenant}/onboarding/session"
    created = demo.expect(201, demo.ask(ALEX, "POST", path), status="draft", locked_by_user_id=ALEX)
    session: dict[str, Any] = created.body
    demo.tell(f"Alex creates session {session['id']} and holds its edit lock until {_time(session['locked_until'])}")
    demo.expect(201, demo.ask(SAM, "POST", path), id=session["id"], locked_by_user_id=ALEX)
    demo.tell("Sam opens it as well: it is the same session, and still Alex's to edit")
    session = demo.edit(ALEX, session, provider_connection_id=tenant * 100 + 1)
    demo.tell(f"Alex chooses provider connection {session['provider_connection_id']}")
    return demo.edit(ALEX, session, current_step=2)


def _verify(demo: Demo, session: dict[str, Any]) -> None:
    demo.title("Step 2: consent")
    _expect_good(demo.examine(ALEX, CONTOSO, "consent_status"))
    demo.edit(ALEX, session, current_step=3)
    demo.title("Step 3: verification, five probes side by side")
    _expect_good(demo.examine(ALEX, CONTOSO, *VERIFICATION))


def _take_over(demo: Demo, session: dict[str, Any]) -> dict[str, Any]:
    demo.title("Two people, one session")
    refused = demo.expect(409, demo.patch(SAM, session, current_step=2), code="session_locked", locked_by_user_id=ALEX)
    demo.tell(f"Sam tries to edit: 409 session_locked, by user {ALEX} until {_time(refused.body['locked_until'])}")
    demo.expect(403, demo.patch(SAM, session, takeover=True), code="takeover_forbidden")
    demo.tell("Sam tries to take over: 403 takeover_forbidden, for Sam is neither manager nor assignee")
    session = demo.edit(MANAGER, session, takeover=True, current_step=4)
    demo.tell("The manager takes over, and moves on to step 4 in the same write")
    demo.expect(409, demo.patch(ALEX, session, current_step=3), code="session_locked", locked_by_user_id=MANAGER)
    demo.tell("Alex's next edit: 409 session_locked, so nobody writes over anybody")
    return session


def _synchronise(demo: Demo, session: dict[str, Any]) -> None:
    demo.title("Step 4: initial sync, alone in its tenant")
    started = demo.expect(201, demo.start(MANAGER, CONTOSO, "initial_sync")).body
    demo.tell(f"The manager starts run {started['run_id']}")
    again = demo.expect(201, demo.start(ALEX, CONTOSO, "initial_sync"), run_id=started["run_id"])
    demo.tell(f"Alex starts it too: the same run, Operation-Reused: {again.headers['Operation-Reused']}")
    demo.expect(
        409,
        demo.start(ALEX, CONTOSO, "license_check"),
        code="run_blocked",
        blocking_run_id=started["run_id"],
        blocking_task_type="initial_sync",
        started_by_user_id=MANAGER,
    )
    demo.tell(f"Alex starts license_check: 409 run_blocked, by initial_sync of user {MANAGER}")
    run = demo.wait(started["url"])
    demo.tell_finding("initial_sync", run["finding"])
    _expect_good({"initial_sync": run["finding"]["status"]})
    demo.edit(MANAGER, session, current_step=5)


def _complete(demo: Demo, session: dict[str, Any]) -> None:
    demo.title("Step 5: review")
    completed = demo.edit(MANAGER, session, status="completed")
    demo.tell(f"The manager completes the session; it rests on {len(completed['completion']['evidence_ids'])} findings")
    demo.expect(200, demo.ask(ALEX, "GET", f"/tenants/{CONTOSO}/onboarding/session"), session=None)
    demo.tell("Contoso has no open session any more")


def _fail(demo: Demo) -> None:
    demo.title("Fabrikam: something is missing")
    session = demo.expect(201, demo.ask(ALEX, "POST", f"/tenants/{FABRIKAM}/onboarding/session")).body
    session = demo.edit(ALEX, session, current_step=2)
    _expect_good(demo.examine(ALEX, FABRIKAM, "consent_status"))
    demo.edit(ALEX, session, current_step=3)
    found = demo.examine(ALEX, FABRIKAM, "verify_permissions")
    if found != {"verify_permissions": "fail"}:
        raise Unexpected(f"Fabrikam lacks a permission, but was found {found}")
    refused = demo.expect(409, demo.patch(ALEX, session, current_step=4), code="step_prerequisites_unmet")
    blocking = ", ".join(f"{each['task_type']} ({each['reason_code']})" for each in refused.body["blocking"])
    demo.tell(f"Alex tries to move on: 409 step_prerequisites_unmet, because of {blocking}")


def _show_evidence(demo: Demo, tenant: int) -> None:
    demo.title("Contoso's evidence, newest first")
    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in ("recorded", "task", "status", "what was found"):
        table.add_column(column, overflow="fold")
    rows = demo.expect_list(OWNER, f"/tenants/{tenant}/onboarding/evidence?limit=10")
    for row in rows:
        status = f"[{COLOURS[row['status']]}]{row['status']}[/]"
        table.add_row(_time(row["recorded_at"]), row["task_type"], status, escape(row["message"] or ""))
    demo.console.print(table)
    if len(rows) < len(VERIFICATION) + 2:
        raise Unexpected(f"there are only {len(rows)} pieces of evidence")


def _expect_good(found: dict[str, str]) -> None:
    bad = {task: status for task, status in found.items() if status not in {"ok", "warn"}}
    if bad:
        raise Unexpected(f"a healthy tenant was found to be {bad}")


def _time(text: str) -> str:
    return datetime.fromisoformat(text).astimezone().strftime("%H:%M:%S")


def main() -> None:
    """Walk through, on the deployment that is running, or on one that is started for it and ended afterwards."""
    console, state = Console(), State.chosen()
    ours = not state.stack_file.exists()
    if ours:
        run_detached(state, [])
    try:
        stack = state.stack()
        issuer = Issuer.of(state, stack["issuer"])
        tokens = {user: issuer.token(str(user)) for user in NAMES}
        walk(Demo(stack["api_url"], tokens, console, urllib3.PoolManager()))
    except (Refused, Unexpected) as failure:
        console.print(f"\n[bold red]✗ {escape(str(failure))}[/]", highlight=False)
        sys.exit(1)
    finally:
        if ours:
            stop(state)
    console.print("\n[bold green]All of it held.[/] `make run` keeps the same deployment running.", highlight=False)


if __name__ == "__main__":
    main()
