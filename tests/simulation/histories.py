"""Histories of clients who race for a tenant's session, lock and guard, and what one after the other may see of them.

The two models say again, in a few lines and without our domain, what the semantics promise. The lock outlives every
history, so no clock matters; nobody executes runs, so a run ends only when it is cancelled. Session and guard are two
things, so each is judged by itself.
"""

import json
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from random import Random
from typing import Any, NamedTuple

import urllib3

from tests.calling import MEMBERS, Answer
from tests.simulation.chance import seeded
from tests.simulation.linearizability import Operation, order

CLIENTS = (1, 2, 3, 5)
"""An owner, a manager and two operators."""

PROBES = ("rbac_check", "license_check", "intune_status")
EXCLUSIVE = "initial_sync"

type Ask = Callable[..., Answer]
"""Calls a route by name, as `tests.calling.call` does."""


# ── The session and its lock ─────────────────────────────────────────────────────────────────────────────────────────


class SessionState(NamedTuple):
    """A tenant's session, as far as people race for it; without one, all but `closed` is as at the beginning."""

    id: int | None = None
    version: int = 0
    holder: int | None = None
    assignee: int | None = None
    step: int = 1
    moved: bool = False
    closed: frozenset[int] = frozenset()

    @property
    def shown(self) -> tuple[Any, ...]:
        """What an answer says of it."""
        status = "in_progress" if self.moved else "draft"
        return (self.id, self.version, self.holder, self.assignee, self.step, status) if self.id else (None,)


UNKNOWN = -1
"""The id of a session whose creation was not answered, until somebody sees it."""


def session_model(state: SessionState, operation: Operation) -> SessionState | None:
    """Do *operation* to the session; None if it would not be answered so."""
    kind, user, *about = operation.asked
    answer = operation.answered
    if state.id == UNKNOWN and (seen := _id_seen(operation)) and seen not in state.closed:
        state = state._replace(id=seen)
    match kind:
        case "create":
            after, said = _created(state, user, answer)
        case "get":
            after, said = state, ("ok", *state.shown)
        case _:
            after, said = _edited(state, user, *about)
    return after if answer is None or answer == said else None


def _id_seen(operation: Operation) -> int | None:
    if operation.asked[0] == "edit" and operation.answered and operation.answered[0] != "session_not_found":
        seen: int = operation.asked[2]
        return seen
    return operation.answered[1] if operation.answered and operation.asked[0] != "edit" else None


def _created(state: SessionState, user: int, answer: tuple[Any, ...] | None) -> tuple[SessionState, tuple[Any, ...]]:
    if state.id is None:
        new_id = answer[1] if answer else UNKNOWN
        state = SessionState(new_id, 1, user, user, closed=state.closed)
        return state, ("created", *state.shown)
    if state.holder is None:
        state = state._replace(holder=user, version=state.version + 1)
    return state, ("resumed", *state.shown)


def _edited(  # noqa: PLR0911 - a refusal each
    state: SessionState, user: int, session_id: int, body: tuple[tuple[str, Any], ...], if_match: int | None
) -> tuple[SessionState, tuple[Any, ...]]:
    wanted = dict(body)
    if state.id != session_id:
        return state, ("session_closed" if session_id in state.closed else "session_not_found",)
    manages = MEMBERS[user] in {"owner", "manager"} or state.assignee == user
    if state.holder != user and not wanted:
        return state, ("lock_lost", state.holder)
    if state.holder not in {None, user} and not wanted.get("takeover"):
        return state, ("session_locked", state.holder)
    if state.holder not in {None, user} and not manages:
        return state, ("takeover_forbidden",)
    decides = manages or state.holder == user
    if wanted.get("status") and not decides:
        return state, ("abandon_forbidden",)
    assignee = wanted.get("assigned_to_user_id", state.assignee)
    if assignee != state.assignee and (assignee or state.assignee) != user and not decides:
        return state, ("assignment_forbidden",)
    if if_match not in {None, state.version}:
        return state, ("version_stale",)
    if wanted.get("status"):
        status = ("ok", session_id, state.version + 1, None, state.assignee, state.step, "abandoned")
        return SessionState(closed=state.closed | {session_id}), status
    step = wanted.get("current_step", state.step)
    handed_off = "assigned_to_user_id" in wanted and assignee not in {None, user}
    after = state._replace(
        holder=None if handed_off else user,
        assignee=assignee,
        step=step,
        moved=state.moved or step != state.step,
    )
    if after != state:
        after = after._replace(version=state.version + 1)
    return after, ("ok", *after.shown)


# ── The guard ────────────────────────────────────────────────────────────────────────────────────────────────────────


class GuardState(NamedTuple):
    """What is under way in a tenant, what has ended, and what keys were answered."""

    active: frozenset[tuple[str, int]] = frozenset()
    ended: frozenset[int] = frozenset()
    keys: frozenset[tuple[tuple[int, str], tuple[str, int, bool]]] = frozenset()


def guard_model(state: GuardState, operation: Operation) -> GuardState | None:
    """Do *operation* to the guard; None if it would not be answered so. What was answered with 503 was not done."""
    kind, user, *about = operation.asked
    answer = operation.answered
    if answer is None:
        return None
    if kind == "tasks":
        return state if answer == ("ok", state.active) else None
    if kind == "cancel":
        return _cancelled(state, about[0], answer)
    return _started(state, user, about[0], about[1], answer)


def _cancelled(state: GuardState, run_id: int, answer: tuple[Any, ...]) -> GuardState | None:
    named = [each for each in state.active if each[1] == run_id]
    if named:
        after = state._replace(active=state.active - set(named), ended=state.ended | {run_id})
        return after if answer == ("cancelled",) else None
    said = ("cancelled",) if run_id in state.ended else ("run_not_found",)
    return state if answer == said else None


def _started(state: GuardState, user: int, task: str, key: str | None, answer: tuple[Any, ...]) -> GuardState | None:
    known = dict(state.keys).get((user, key or ""))
    if known:
        said = ("replayed", known[1], known[2]) if known[0] == task else ("idempotency_key_reused",)
        return state if answer == said else None
    same = dict(state.active).get(task)
    if same:
        after, said = state, ("reused", same, True)
    else:
        blocking = {run_id for other, run_id in state.active if EXCLUSIVE in {task, other}}
        if blocking:
            return state if answer[0] == "run_blocked" and answer[1] in blocking else None
        new_id = answer[1] if len(answer) > 1 else 0
        if new_id in state.ended or new_id in {run_id for _, run_id in state.active}:
            return None
        after, said = state._replace(active=state.active | {(task, new_id)}), ("started", new_id, False)
    if answer != said:
        return None
    return after._replace(keys=after.keys | {((user, key), (task, said[1], said[2]))}) if key else after


def session_in_order(history: Iterable[Operation]) -> bool:
    """Tell whether what was done to a session can be told one after the other."""
    return order(list(history), SessionState(), session_model) is not None


def guard_in_order(history: Iterable[Operation]) -> bool:
    """Tell whether what was done to a guard can be told one after the other."""
    return order(list(history), GuardState(), guard_model) is not None


# ── Recording ────────────────────────────────────────────────────────────────────────────────────────────────────────


class Recorded(NamedTuple):
    """What one tenant's clients did to its session, and to its guard."""

    session: list[Operation]
    guard: list[Operation]


class Racer:
    """One client, who does as chance says and remembers what the answers said."""

    def __init__(self, ask: Ask, tenant: int, user: int, chance: Random, *, closes: bool, runs: bool) -> None:
        """Race as *user* for *tenant*; *closes* is whether sessions are abandoned, *runs* whether runs are started."""
        self.session: list[Operation] = []
        self.guard: list[Operation] = []
        self._ask, self._tenant, self._user, self._chance = ask, tenant, user, chance
        self._closes, self._runs = closes, runs
        self._seen: tuple[int, int] | None = None
        self._run: int | None = None

    def race(self, operations: int) -> None:
        """Do so many operations."""
        for _ in range(operations):
            if self._runs and self._chance.random() < 0.5:
                self._on_guard()
            else:
                self._on_session()

    def _on_session(self) -> None:
        chance = self._chance
        if self._seen is None or chance.random() < 0.15:
            self._note(self.session, ("create", self._user), "create_session", {}, _session_said)
        elif chance.random() < 0.2:
            self._note(self.session, ("get", self._user), "get_session", {}, _session_said)
        else:
            session_id, version = self._seen
            body = self._edit()
            if_match = version if chance.random() < 0.4 else None
            headers = {"If-Match": f'"{session_id}.{version}.0"'} if if_match else {}
            asked = ("edit", self._user, session_id, tuple(sorted(body.items())), if_match)
            about = {"sessionId": session_id, "body": body, "headers": headers}
            self._note(self.session, asked, "update_session", about, _session_said)

    def _edit(self) -> dict[str, Any]:
        chance = self._chance
        what = chance.choice(("heartbeat", "step", "step", "assign", "takeover", "takeover", "abandon"))
        match what:
            case "heartbeat":
                return {}
            case "step":
                body: dict[str, Any] = {"current_step": chance.choice((1, 2))}
            case "assign":
                body = {"assigned_to_user_id": chance.choice((None, *CLIENTS))}
            case "abandon" if self._closes:
                body = {"status": "abandoned"}
            case _:
                body = {"current_step": chance.choice((1, 2)), "takeover": True}
        if chance.random() < 0.2:
            body["takeover"] = True
        return body

    def _on_guard(self) -> None:
        chance = self._chance
        if self._run and chance.random() < 0.4:
            self._note(self.guard, ("cancel", self._user, self._run), "cancel_run", {"runId": self._run}, _cancel_said)
        elif chance.random() < 0.2:
            self._note(self.guard, ("tasks", self._user), "list_tasks", {}, _tasks_said)
        else:
            task = chance.choice((*PROBES, EXCLUSIVE))
            key = chance.choice((f"for {task}", "for anything")) if chance.random() < 0.7 else None
            about = {"taskType": task, "headers": {"Idempotency-Key": key} if key else {}}
            self._note(self.guard, ("start", self._user, task, key), "start_run", about, _start_said)

    def _note(
        self,
        into: list[Operation],
        asked: tuple[Any, ...],
        route: str,
        about: dict[str, Any],
        said: Callable[[Answer], tuple[Any, ...]],
    ) -> None:
        invoked = time.perf_counter()
        answer = self._ask(route, user=self._user, tenant=self._tenant, **about)
        responded = time.perf_counter()
        operation = Operation(self._user, asked, None, invoked, responded)
        if answer.status == 503:
            into.append(operation.unanswered())
            return
        answered = said(answer)
        if asked[0] in {"create", "get", "edit"} and answered[0] in {"ok", "created", "resumed"} and answered[1]:
            self._seen = answered[1], answered[2]
        if asked[0] == "start" and answered[0] in {"started", "reused", "replayed", "run_blocked"}:
            self._run = answered[1]
        into.append(operation._replace(answered=answered))


def _session_said(answer: Answer) -> tuple[Any, ...]:
    if answer.status >= 400:
        holder = (answer.body["locked_by_user_id"],) if answer.code in {"session_locked", "lock_lost"} else ()
        return (answer.code, *holder)
    shown = answer.body.get("session", answer.body) if "session" in answer.body else answer.body
    resumed = answer.headers.get("session-resumed")
    word = "ok" if resumed is None else "resumed" if resumed == "true" else "created"
    if shown is None:
        return word, None
    names = ("id", "version", "locked_by_user_id", "assigned_to_user_id", "current_step", "status")
    return (word, *(shown[name] for name in names))


def _start_said(answer: Answer) -> tuple[Any, ...]:
    if answer.status >= 400:
        return (answer.code, *((answer.body["blocking_run_id"],) if answer.code == "run_blocked" else ()))
    reused = answer.headers["operation-reused"] == "true"
    if answer.headers.get("idempotent-replayed") == "true":
        return "replayed", answer.body["run_id"], reused
    return "reused" if reused else "started", answer.body["run_id"], reused


def _cancel_said(answer: Answer) -> tuple[Any, ...]:
    return (answer.code or answer.body["status"],)


def _tasks_said(answer: Answer) -> tuple[Any, ...]:
    active = ((each["task_type"], each["active_run_id"]) for each in answer.body)
    return "ok", frozenset((task, run_id) for task, run_id in active if run_id)


def record(
    ask: Ask, tenant: int, *, seed: int, operations: int, closes: bool = True, runs: bool = True, tabs: int = 2
) -> Recorded:
    """Let all clients race for *tenant*, each in so many tabs at once; give what they saw."""
    racers = [
        Racer(ask, tenant, user, seeded("racer", seed, tenant, user, tab), closes=closes, runs=runs)
        for user in CLIENTS
        for tab in range(tabs)
    ]
    gate = threading.Barrier(len(racers))

    def race(racer: Racer) -> None:
        gate.wait()
        racer.race(operations // len(racers))

    threads = [threading.Thread(target=race, args=(racer,)) for racer in racers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Recorded(
        [each for racer in racers for each in racer.session], [each for racer in racers for each in racer.guard]
    )


def over_http(url: str, token_of: Mapping[int, str]) -> Ask:
    """Ask a deployment at *url* instead of the handlers in this process."""
    from onboarding.routes import ROUTES  # noqa: PLC0415 - a table, for which nothing has to be configured

    pool = urllib3.PoolManager(maxsize=32, retries=False)

    def ask(name: str, *, user: int, tenant: int, headers: Mapping[str, str] | None = None, **others: Any) -> Answer:
        route, body = ROUTES[name], others.pop("body", None)
        path = route.path.format_map({"tenantId": tenant, **others})
        signed = {"Authorization": f"Bearer {token_of[user]}", **(headers or {})}
        answer = pool.request(route.method, url + path, json=body, headers=signed, timeout=60)
        shown = json.loads(answer.data) if answer.data else None
        return Answer(answer.status, shown, {name.lower(): value for name, value in answer.headers.items()})

    return ask
