"""How the API's refusals are told: the exit code, what can be done, and which command to try next."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from tenant_onboarding_cli.exits import Exit
from tenant_onboarding_cli.failures import Failure, Remedy, command_line

type Problem = dict[str, Any]

_BY_STATUS = {
    400: Exit.USAGE,
    401: Exit.SIGN_IN,
    409: Exit.BLOCKED,
    412: Exit.BLOCKED,
    413: Exit.USAGE,
    415: Exit.USAGE,
    429: Exit.TIMEOUT,
}
"""Whatever is not here has failed."""

_TENANT = re.compile(r"/tenants/(\d+)")

_REMEDIES: Mapping[str, str] = {
    "tenant_not_found": "You are no member of it, or it is not registered: ask its owner to make you a member.",
    "role_insufficient": "Ask an owner of the tenant for a role that allows it.",
    "takeover_forbidden": "Ask a manager to take over, or to assign the session to you.",
    "assignment_forbidden": "Ask a manager, the assignee, or whoever holds the edit lock.",
    "abandon_forbidden": "Ask a manager, the assignee, or whoever holds the edit lock.",
    "session_locked": "Wait until they are done, ask them to hand it over, or take it over where your role allows it.",
    "lock_lost": "Look who edits the session now, and decide again.",
    "session_closed": "Start a new one.",
    "version_stale": "Look at the session as it is now, and decide again.",
    "run_blocked": "Wait until the run that blocks has ended.",
    "step_prerequisites_unmet": "Run the tasks that are named, and see to what they find.",
    "connection_missing": "Choose a connection for the session; an owner can register one.",
    "connection_unknown": "Choose one that is registered; an owner can register another.",
    "connection_fixed": "Register a new connection under another id, and choose it for the session.",
    "assignee_not_eligible": "Choose a member of at least operator; an owner can make them one.",
    "task_type_unknown": "Choose one of the tasks that are listed.",
    "run_not_found": "Look which runs there are: each task names its newest.",
    "evidence_not_found": "Look which evidence there is.",
    "session_not_found": "Look which session is open.",
    "idempotency_key_reused": "Use another key: this one started another task.",
    "run_budget_spent": "Wait, as said; the budget protects everybody who shares Microsoft's limits with this tenant.",
    "unavailable": "Try again in a moment.",
    "internal_error": "Tell who runs the service, with the request id.",
}


def refused(status: int, body: object, headers: Mapping[str, str], path: str, *, repeated: bool = False) -> Failure:
    """Tell a refusal that answered a request of *path*; *repeated* if an earlier answer to it was lost."""
    problem: Problem = body if isinstance(body, dict) else {}
    code = problem.get("code")
    found = _TENANT.match(path)
    tenant = found[1] if found else None
    remedies = [Remedy(_REMEDIES[code])] if isinstance(code, str) and code in _REMEDIES else []
    if status == 401:  # noqa: PLR2004 - the status itself
        remedies = [Remedy("Sign in again: the token is missing, has expired, or is meant for another API.")]
    if repeated:
        remedies.append(Remedy("An earlier answer was lost on the way: it may have been done already. Look first."))
    return Failure(
        _BY_STATUS.get(status, Exit.FAILED),
        " ".join([_message(status, problem), *_particulars(problem)]),
        tuple(remedies),
        _next(status, code, problem, tenant),
        problem.get("request_id") or headers.get("x-request-id") or headers.get("apigw-requestid"),
        {**problem, "status": status},
        retry_after(headers),
        repeated=repeated,
    )


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Read after how many seconds it is worth to ask again; None if that is not said."""
    said = headers.get("retry-after", "")
    return float(said) if said.isascii() and said.isdigit() else None


def _message(status: int, problem: Problem) -> str:
    said = problem.get("error") or problem.get("message")
    sentence = str(said) if said else f"The service answered {status}."
    return sentence if sentence.endswith((".", "!", "?")) else f"{sentence}."


def _particulars(problem: Problem) -> list[str]:
    """Say the facts of a refusal that a person decides by."""
    said = []
    if problem.get("locked_by_user_id"):
        said.append(f"User {problem['locked_by_user_id']} edits it until {problem.get('locked_until')}.")
    if problem.get("blocking_run_id"):
        who = problem.get("started_by_user_id")
        by = f"user {who}" if who else "the sweep"
        said.append(f"Run {problem['blocking_run_id']} of {problem.get('blocking_task_type')} by {by} blocks it.")
    unmet = [_unmet(gate) for gate in problem.get("blocking") or [] if isinstance(gate, dict)]
    if unmet:
        said.append(f"In the way: {', '.join(unmet)}.")
    errors = [each for each in problem.get("errors") or [] if isinstance(each, dict)]
    said += [f"{each.get('field')}: {each.get('message')}." for each in errors[1:]]
    return said


def _unmet(gate: dict[str, Any]) -> str:
    task = gate.get("task_type") or "the connection"
    why = gate.get("reason_code") or ("too old" if gate.get("stale") else gate.get("status"))
    return f"{task} ({why})"


def _next(status: int, code: object, problem: Problem, tenant: str | None) -> str | None:
    if status == 401:  # noqa: PLR2004 - the status itself
        return command_line("doctor")
    if tenant is None:
        return None
    chosen = _NEXT.get(str(code))
    return command_line(*chosen(tenant, problem)) if chosen else None


def _first_unmet(tenant: str, problem: Problem) -> tuple[object, ...]:
    gates = [gate for gate in problem.get("blocking") or [] if isinstance(gate, dict)]
    task = gates[0].get("task_type") if gates else None
    if task:
        return ("run", "start", tenant, task, "--watch")
    return ("session", "connect", tenant, "CONNECTION") if gates else ("session", "show", tenant)


_NEXT: Mapping[str, Callable[[str, Problem], tuple[object, ...]]] = {
    "tenant_not_found": lambda _tenant, _problem: ("queue",),
    "session_locked": lambda tenant, _: ("session", "takeover", tenant),
    "lock_lost": lambda tenant, _: ("session", "show", tenant),
    "session_closed": lambda tenant, _: ("session", "start", tenant),
    "session_not_found": lambda tenant, _: ("session", "show", tenant),
    "version_stale": lambda tenant, _: ("session", "show", tenant),
    "run_blocked": lambda tenant, problem: ("run", "watch", tenant, problem.get("blocking_run_id")),
    "step_prerequisites_unmet": _first_unmet,
    "connection_missing": lambda tenant, _: ("session", "connect", tenant, "CONNECTION"),
    "task_type_unknown": lambda tenant, _: ("tasks", "list", tenant),
    "run_not_found": lambda tenant, _: ("tasks", "list", tenant),
    "evidence_not_found": lambda tenant, _: ("evidence", "list", tenant),
    "run_budget_spent": lambda tenant, _: ("tasks", "list", tenant),
    "assignee_not_eligible": lambda tenant, _: ("admin", "member", "set", tenant, "USER", "operator"),
}
