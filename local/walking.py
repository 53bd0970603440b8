"""Walks through an onboarding as people do: over HTTP, as one of them at a time, held to what is promised."""

import time
from dataclasses import dataclass
from typing import Any, NamedTuple, Self

import urllib3
from rich.console import Console
from rich.markup import escape

from local.issuer import Issuer
from local.state import State

OWNER, MANAGER, ALEX, SAM = 1, 2, 3, 5
"""Who is who in the seeded tenants; Alex and Sam are operators."""

PATIENCE = 600.0
"""Seconds that a run may take here; a few are usual."""

_LIFETIME = 86_400
"""Seconds that a walk's tokens are good: on a slow machine one goes on for longer than an hour."""

COLOURS = {"ok": "green", "warn": "yellow", "fail": "red", "unknown": "magenta"}


class Answer(NamedTuple):
    """What came back for a request."""

    status: int
    body: Any
    headers: urllib3.HTTPHeaderDict


class Unexpected(Exception):  # noqa: N818 - the demo's outcome
    """An answer was not what the design promises."""


@dataclass
class Walk:
    """Somebody's way through the API, with what it needs to ask and to tell."""

    api_url: str
    tokens: dict[int, str]
    console: Console
    http: urllib3.PoolManager

    @classmethod
    def on(cls, state: State, console: Console) -> Self:
        """Walk on the deployment that is running.

        Raises:
            Refused: If none is.
        """
        stack = state.stack()
        issuer = Issuer.of(state, stack["issuer"])
        tokens = {user: issuer.token(str(user), lifetime=_LIFETIME) for user in (OWNER, MANAGER, ALEX, SAM)}
        return cls(stack["api_url"], tokens, console, urllib3.PoolManager())

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
