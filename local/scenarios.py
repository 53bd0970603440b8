"""`make scenarios`: what an operator sees of every scenario of the simulator, and what changed since all was well.

On the deployment that is running, over HTTP and nothing else; one of the seeded tenants plays them all. The scenario
of a consent on its way comes last, after one was given over a consent link: from then on, any absence may be a delay.
"""

import sys
from typing import Any
from urllib.parse import urlencode

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from local.refusals import Refused
from local.state import State
from local.walking import ALEX, COLOURS, Unexpected, Walk

TENANT = 20
BASE = f"/tenants/{TENANT}/onboarding"
CONNECTION = f"/tenants/{TENANT}/provider-connections/{TENANT * 100 + 1}"
TASKS = (
    "consent_status",
    "verify_permissions",
    "connection_diagnostics",
    "license_check",
    "intune_status",
    "rbac_check",
    "initial_sync",
)
TOO_LONG = {"large_inventory", "large_throttled_inventory"}
"""Scenarios that take minutes and find what `healthy` finds; the tests play them."""

ON_ITS_WAY = "consent_propagating"


class Stage:
    """Where the scenarios are played."""

    def __init__(self, walk: Walk, microsoft_url: str) -> None:
        """Play on the deployment of *walk*, whose Microsoft is at *microsoft_url*."""
        self._walk = walk
        self._control = f"{microsoft_url}/control"

    def scenarios(self) -> dict[str, str]:
        """List the scenarios, with the story of each."""
        stories: dict[str, str] = self._walk.http.request("GET", f"{self._control}/scenarios").json()
        played = {name: story for name, story in stories.items() if name not in TOO_LONG | {ON_ITS_WAY}}
        return {**played, ON_ITS_WAY: stories[ON_ITS_WAY]}

    def play(self, scenario: str) -> None:
        """Let the tenant stand as *scenario* says.

        Raises:
            Unexpected: If there is no such scenario.
        """
        url = f"{self._control}/tenants/{TENANT}/scenario"
        if self._walk.http.request("PUT", url, json={"scenario": scenario}).status != 200:  # noqa: PLR2004 - OK
            raise Unexpected(f"the simulator does not play {scenario}")

    def consent(self) -> None:
        """Let the customer's administrator consent over a link."""
        link = self._walk.expect(201, self._walk.ask(ALEX, "POST", f"{CONNECTION}/consent-link")).body["url"]
        self._walk.http.request("POST", link, fields={"answer": "accept"})

    def examine(self) -> dict[str, dict[str, Any]]:
        """Run every task, probes side by side, and return what each found, as the list of tasks shows it."""
        links = [self._started(task) for task in TASKS[:-1]]
        for link in links:
            self._walk.wait(link)
        sync = self._started(TASKS[-1])
        try:
            self._walk.wait(sync)
        except Unexpected:
            # Put back as long as Microsoft asks for it; who watches has seen enough.
            self._walk.console.print("    … initial_sync is put back again and again, and cancelled here", style="dim")
            self._walk.expect(200, self._walk.ask(ALEX, "POST", f"{sync}/cancel"))
            self._walk.wait(sync)
        return {task["task_type"]: task for task in self._walk.expect_list(ALEX, f"{BASE}/tasks")}

    def diff(self, task: str) -> list[str]:
        """Tell in words what changed of *task* since its previous finding."""
        newest = self._walk.expect_list(ALEX, f"{BASE}/evidence?{urlencode({'taskType': task, 'limit': 1})}")[0]
        said = self._walk.expect(200, self._walk.ask(ALEX, "GET", f"{BASE}/evidence/{newest['id']}/diff"))
        words: list[str] = said.body["words"]
        return words

    def _started(self, task: str) -> str:
        url: str = self._walk.expect(201, self._walk.start(ALEX, TENANT, task)).body["url"]
        return url


def show(walk: Walk, stage: Stage, chosen: list[str]) -> None:
    """Play the *chosen* scenarios, or all of them, and print what an operator sees of each.

    Raises:
        Unexpected: If something does not hold.
    """
    stories = stage.scenarios()
    for scenario in chosen or stories:
        walk.tidy_up(TENANT)
        stage.play("healthy")
        stage.examine()
        if scenario == ON_ITS_WAY:
            stage.consent()
            walk.tidy_up(TENANT)
        stage.play(scenario)
        seen = stage.examine()
        walk.title(f"{scenario}: {stories.get(scenario, '')}")
        table = Table(box=None, show_header=False, pad_edge=False)
        for column in ("task", "status", "reason", "what is seen, what to do, what changed"):
            table.add_column(column, overflow="fold")
        for task, finding in seen.items():
            if finding["status"] == "ok" and scenario != "healthy":
                continue
            status = f"[{COLOURS[finding['status']]}]{finding['status']}[/]"
            remedy = f"\n→ {finding['remedy']['text']}" if finding["remedy"] else ""
            changed = "".join(f"\nΔ {word}" for word in stage.diff(task))
            table.add_row(task, status, finding["reason_code"] or "", escape(finding["message"] + remedy + changed))
        walk.console.print(table if table.rows else "every task is ok")
    stage.play("healthy")


def main() -> None:
    """Play the scenarios named on the command line, or all."""
    console, state = Console(), State.chosen()
    try:
        walk = Walk.on(state, console)
        show(walk, Stage(walk, state.stack()["graph_url"].rpartition("/")[0]), sys.argv[1:])
    except (Refused, Unexpected) as failure:
        console.print(f"\n[bold red]✗ {escape(str(failure))}[/]", highlight=False)
        sys.exit(1)


if __name__ == "__main__":
    main()
