"""`make demo`: carry a tenant through a whole onboarding on the local deployment, over HTTP and nothing else.

Whatever it shows it also expects: the exit code says whether all of it held. It can be repeated on used tenants.
"""

import sys
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from local.refusals import Refused
from local.run import run_detached
from local.state import State
from local.stop import stop
from local.walking import ALEX, COLOURS, MANAGER, OWNER, SAM, Unexpected, Walk

CONTOSO, FABRIKAM = 1, 2
VERIFICATION = ("verify_permissions", "connection_diagnostics", "license_check", "intune_status", "rbac_check")


_WIDE = 160
"""Columns of what is no terminal: whoever reads a log reads no broken lines."""


def onboard(walk: Walk) -> None:
    """Walk Contoso through all five steps, and Fabrikam until it fails.

    Raises:
        Unexpected: At the first thing that does not hold.
    """
    for tenant in (CONTOSO, FABRIKAM):
        walk.tidy_up(tenant)
    session = _connect(walk, CONTOSO)
    _verify(walk, session)
    session = _take_over(walk, session)
    _synchronise(walk, session)
    _complete(walk, session)
    _fail(walk)
    _show_evidence(walk, CONTOSO)


def _connect(walk: Walk, tenant: int) -> dict[str, Any]:
    walk.title("Contoso, step 1: connection")
    path = f"/tenants/{tenant}/onboarding/session"
    created = walk.expect(201, walk.ask(ALEX, "POST", path), status="draft", locked_by_user_id=ALEX)
    session: dict[str, Any] = created.body
    walk.tell(f"Alex creates session {session['id']} and holds its edit lock until {_time(session['locked_until'])}")
    walk.expect(201, walk.ask(SAM, "POST", path), id=session["id"], locked_by_user_id=ALEX)
    walk.tell("Sam opens it as well: it is the same session, and still Alex's to edit")
    session = walk.edit(ALEX, session, provider_connection_id=tenant * 100 + 1)
    walk.tell(f"Alex chooses provider connection {session['provider_connection_id']}")
    return walk.edit(ALEX, session, current_step=2)


def _verify(walk: Walk, session: dict[str, Any]) -> None:
    walk.title("Step 2: consent")
    _expect_good(walk.examine(ALEX, CONTOSO, "consent_status"))
    walk.edit(ALEX, session, current_step=3)
    walk.title("Step 3: verification, five probes side by side")
    _expect_good(walk.examine(ALEX, CONTOSO, *VERIFICATION))


def _take_over(walk: Walk, session: dict[str, Any]) -> dict[str, Any]:
    walk.title("Two people, one session")
    refused = walk.expect(409, walk.patch(SAM, session, current_step=2), code="session_locked", locked_by_user_id=ALEX)
    walk.tell(f"Sam tries to edit: 409 session_locked, by user {ALEX} until {_time(refused.body['locked_until'])}")
    walk.expect(403, walk.patch(SAM, session, takeover=True), code="takeover_forbidden")
    walk.tell("Sam tries to take over: 403 takeover_forbidden, for Sam is neither manager nor assignee")
    session = walk.edit(MANAGER, session, takeover=True, current_step=4)
    walk.tell("The manager takes over, and moves on to step 4 in the same write")
    walk.expect(409, walk.patch(ALEX, session, current_step=3), code="session_locked", locked_by_user_id=MANAGER)
    walk.tell("Alex's next edit: 409 session_locked, so nobody writes over anybody")
    return session


def _synchronise(walk: Walk, session: dict[str, Any]) -> None:
    walk.title("Step 4: initial sync, alone in its tenant")
    started = walk.expect(201, walk.start(MANAGER, CONTOSO, "initial_sync")).body
    walk.tell(f"The manager starts run {started['run_id']}")
    again = walk.expect(201, walk.start(ALEX, CONTOSO, "initial_sync"), run_id=started["run_id"])
    walk.tell(f"Alex starts it too: the same run, Operation-Reused: {again.headers['Operation-Reused']}")
    walk.expect(
        409,
        walk.start(ALEX, CONTOSO, "license_check"),
        code="run_blocked",
        blocking_run_id=started["run_id"],
        blocking_task_type="initial_sync",
        started_by_user_id=MANAGER,
    )
    walk.tell(f"Alex starts license_check: 409 run_blocked, by initial_sync of user {MANAGER}")
    run = walk.wait(started["url"])
    walk.tell_finding("initial_sync", run["finding"])
    _expect_good({"initial_sync": run["finding"]["status"]})
    walk.edit(MANAGER, session, current_step=5)


def _complete(walk: Walk, session: dict[str, Any]) -> None:
    walk.title("Step 5: review")
    completed = walk.edit(MANAGER, session, status="completed")
    walk.tell(f"The manager completes the session; it rests on {len(completed['completion']['evidence_ids'])} findings")
    walk.expect(200, walk.ask(ALEX, "GET", f"/tenants/{CONTOSO}/onboarding/session"), session=None)
    walk.tell("Contoso has no open session any more")


def _fail(walk: Walk) -> None:
    walk.title("Fabrikam: something is missing")
    session = walk.expect(201, walk.ask(ALEX, "POST", f"/tenants/{FABRIKAM}/onboarding/session")).body
    session = walk.edit(ALEX, session, current_step=2)
    _expect_good(walk.examine(ALEX, FABRIKAM, "consent_status"))
    walk.edit(ALEX, session, current_step=3)
    found = walk.examine(ALEX, FABRIKAM, "verify_permissions")
    if found != {"verify_permissions": "fail"}:
        raise Unexpected(f"Fabrikam lacks a permission, but was found {found}")
    refused = walk.expect(409, walk.patch(ALEX, session, current_step=4), code="step_prerequisites_unmet")
    blocking = ", ".join(f"{each['task_type']} ({each['reason_code']})" for each in refused.body["blocking"])
    walk.tell(f"Alex tries to move on: 409 step_prerequisites_unmet, because of {blocking}")


def _show_evidence(walk: Walk, tenant: int) -> None:
    walk.title("Contoso's evidence, newest first")
    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in ("recorded", "task", "status", "what was found"):
        table.add_column(column, overflow="fold")
    rows = walk.expect_list(OWNER, f"/tenants/{tenant}/onboarding/evidence?limit=10")
    for row in rows:
        status = f"[{COLOURS[row['status']]}]{row['status']}[/]"
        table.add_row(_time(row["recorded_at"]), row["task_type"], status, escape(row["message"] or ""))
    walk.console.print(table)
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
    if not console.is_terminal:
        console.width = _WIDE
    ours = not state.stack_file.exists()
    if ours:
        run_detached(state, [])
    try:
        onboard(Walk.on(state, console))
    except (Refused, Unexpected) as failure:
        console.print(f"\n[bold red]✗ {escape(str(failure))}[/]", highlight=False)
        sys.exit(1)
    finally:
        if ours:
            stop(state)
    console.print("\n[bold green]All of it held.[/] `make run` keeps the same deployment running.", highlight=False)


if __name__ == "__main__":
    main()
