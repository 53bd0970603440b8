"""Editing a session as it was read: every change says which version it was decided from."""

from typing import Any

from tenant_onboarding_cli.api import Answer, Api
from tenant_onboarding_cli.exits import Exit
from tenant_onboarding_cli.failures import Failure, Remedy, command_line

type Session = dict[str, Any]


def session_path(tenant: int, session: int | None = None) -> str:
    """Say where the open session is, or one that is named."""
    path = f"/tenants/{tenant}/onboarding/session"
    return f"{path}/{session}" if session else path


def opened(api: Api, tenant: int) -> tuple[Session, str | None]:
    """Read the open session, and its version.

    Raises:
        Failure: If none is open.
    """
    answer = api.get(session_path(tenant))
    session = answer.body["session"]
    if session is None:
        remedy = Remedy("Start one, or look at those that were.")
        raise Failure(
            Exit.FAILED,
            f"Tenant {tenant} has no open session.",
            (remedy,),
            command_line("session", "start", tenant),
            answer.headers.get("x-request-id"),
        )
    return session, answer.etag


def edit(api: Api, session: Session, etag: str | None, **changes: object) -> tuple[Session, str | None]:
    """Change *session*, decided from the version *etag*; give it as it is then.

    Raises:
        Failure: If the API refuses. An answer that was lost on the way counts as given, if what was asked for is so.
    """
    path = session_path(session["tenant_id"], session["id"])
    headers = {"If-Match": etag} if etag else {}
    try:
        answer: Answer = api.ask("PATCH", path, body=changes, headers=headers)
    except Failure as failure:
        now = failure.problem.get("session")
        if failure.repeated and isinstance(now, dict) and is_as_asked(now, changes):
            return opened(api, session["tenant_id"])
        ended = _ended(api, session, changes) if failure.repeated and failure.code == "session_closed" else None
        if ended:
            return ended, None
        raise
    changed: Session = answer.body
    return changed, answer.etag


def _ended(api: Api, session: Session, changes: dict[str, object]) -> Session | None:
    """Give *session* as it is, if the edit next to the version that it was read in closed it as *changes* ask.

    That was the request whose answer was lost, or somebody else's who asked for the same in that moment.
    """
    sessions = api.pages(f"/tenants/{session['tenant_id']}/onboarding/sessions")
    now: Session | None = next((each for each in sessions if each["id"] == session["id"]), None)
    ours = now is not None and is_as_asked(now, changes) and now.get("version") == session.get("version", 0) + 1
    return now if ours else None


def is_as_asked(session: Session, changes: dict[str, object]) -> bool:
    """Tell whether *session* is what *changes* ask for. Who holds the lock is not: others may have had it since."""
    wanted = {name: value for name, value in changes.items() if name != "takeover"}
    return bool(wanted) and all(session.get(name) == value for name, value in wanted.items())


def heartbeat(api: Api, session: Session) -> bool:
    """Keep one's own edit lock; False if it is not one's own."""
    try:
        api.ask("PATCH", session_path(session["tenant_id"], session["id"]), body={}, repeatable=True)
    except Failure as failure:
        if failure.code in {"lock_lost", "session_closed"}:
            return False
        raise
    return True
