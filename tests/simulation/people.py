"""The people of the simulated world: they create, edit, take over, start and cancel, all at once and over each other.

Each of their calls does what the route of that name does: the access read, the right to it, and then the real flow.
What they remember is what they were answered, and one answer in ten never reaches them.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

from onboarding.domain.access import Access, Caller, Member, Role
from onboarding.domain.audit import Origin
from onboarding.domain.catalogue import Task
from onboarding.domain.connection import ConnectionDetails
from onboarding.domain.consent import State
from onboarding.domain.editing import Edit
from onboarding.domain.run import Run, Started
from onboarding.domain.session import Session
from onboarding.errors import Forbidden, NotFound, Refusal, Transient
from onboarding.flows.cancel_run import cancel_run
from onboarding.flows.create_consent_link import create_consent_link
from onboarding.flows.create_session import Opened, create_session
from onboarding.flows.record_consent import Outcome, record_consent
from onboarding.flows.register_connection import register_connection
from onboarding.flows.register_member import register_member
from onboarding.flows.register_tenant import register_tenant
from onboarding.flows.remove_member import remove_member
from onboarding.flows.start_run import start_run
from onboarding.flows.update_session import update_session
from onboarding.storage.runs import IdempotencyKey
from tests.calling import CLIENT, ENTRA_TENANT, MEMBERS, SECRET_ARN
from tests.simulation.store import Write
from tests.simulation.world import Process, World

ADMIN = 100
TASKS = tuple(Task)
ROLES = tuple(Role)
LOST_ANSWERS = 0.1
LULL = 90_000
"""Milliseconds for which a tenant is left alone, a third of the time."""


class Call(NamedTuple):
    """What somebody asks."""

    what: str
    tenant: int
    user: int
    about: dict[str, Any]


type Answer = Opened | Session | Started | Run | State | Outcome | Refusal | None


@dataclass
class Memory:
    """What one person knows of their tenant, from answers that reached them."""

    session: Session | None = None
    runs: list[int] = field(default_factory=list)
    keys: list[tuple[str, Task]] = field(default_factory=list)
    consents: list[State] = field(default_factory=list)


type Judge = Callable[[Process, Call, Answer], None]
"""Is told every answer, before it is known whether it reaches anybody."""


class People:
    """Everybody of all tenants."""

    def __init__(self, world: World, tenants: tuple[int, ...], judge: Judge) -> None:
        """Live in *world*; every answer is told to *judge*."""
        self._world = world
        self._judge = judge
        self._memories = {(tenant, user): Memory() for tenant in tenants for user in MEMBERS}
        self._calls = 0
        self._left_alone: set[int] = set()
        """Tenants that are onboarded, and in which people do little."""
        world.watchers.append(self.provoke)

    # ── Arranging ────────────────────────────────────────────────────────────────────────────────────────────────────

    def register(self, tenant: int, connections: int) -> None:
        """Register a tenant, its members and so many connections; nothing goes wrong meanwhile."""

        def work(process: Process) -> None:
            caller, now = Caller(ADMIN, platform_scope=True), process.now()
            how: dict[str, Any] = {"tenants": process.tenants, "new_id": self._world.new_id, "now": now}
            register_tenant(caller, tenant, f"Tenant {tenant}", known=False, **how)
            access = process.tenants.access(tenant, caller)
            assert access
            for user, role in MEMBERS.items():
                register_member(access, Member(tenant_id=tenant, user_id=user, role=Role(role)), **how)
            for number in range(1, connections + 1):
                access = process.tenants.access(tenant, caller)
                assert access
                register_connection(access, tenant * 100 + number, _details(), **how)

        self._world.start(self._world.process("person", "admin", user=ADMIN), work)

    def onboard(self, tenant: int) -> None:
        """Walk a tenant of one connection to the last step, with every finding good; nothing goes wrong meanwhile."""
        answers: list[Answer] = []

        def ask(what: str, **about: Any) -> Answer:
            self.ask(Call(what, tenant, 1, about), then=answers.append)
            self._world.go_on(lambda: False)
            return answers[-1]

        opened = ask("create")
        assert isinstance(opened, Opened)
        for task in TASKS:
            ask("start", task=task, key=None)
        moved = ask("edit", session=opened.session.id, body={"current_step": 5}, if_match=None)
        assert isinstance(moved, Session)
        for user in MEMBERS:
            self._memories[tenant, user].session = moved
        if self._world.chance.random() < 0.4:  # and is done: from then on hardly anybody opens another session
            assert isinstance(ask("edit", session=moved.id, body={"status": "completed"}, if_match=None), Session)
            self._left_alone.add(tenant)

    # ── Living ───────────────────────────────────────────────────────────────────────────────────────────────────────

    def live(self, pace: int) -> None:
        """Let everybody do something every *pace* milliseconds or so, until nothing can go wrong any more."""
        for tenant, user in self._memories:
            self._world.later(self._world.chance.randint(1, pace), partial(self._act, tenant, user, pace))

    def _act(self, tenant: int, user: int, pace: int) -> None:
        world = self._world
        if not world.faults.crash:
            return
        if (world.milliseconds // LULL + tenant) % 3:  # now and then a tenant is left alone
            call = self._chosen(tenant, user)
            if tenant in self._left_alone and world.chance.random() < _LEFT_BE.get(call.what, 0):
                call = Call("look", tenant, user, {})
            self.ask(call)
            if world.chance.random() < 0.15:
                self.ask(call, after=world.chance.randint(0, 60))  # a double click
        world.later(world.chance.randint(1, pace * 2), lambda: self._act(tenant, user, pace))

    def ask(self, call: Call, *, after: int = 0, then: Callable[[Answer], None] | None = None) -> None:
        """Make a call; *then* is told the answer even if it reaches nobody."""
        self._calls += 1
        about = call.about
        process = self._world.process(
            "person",
            f"call {self._calls}: {call.what} by {call.user} in {call.tenant}",
            user=call.user,
            target=about.get("member"),
            takes_over=bool(about.get("takeover")),
        )

        def work(process: Process) -> None:
            try:
                answer = _DONE_BY[call.what](process, call, process.now())
            except Refusal as refusal:
                answer = refusal
            shown = _shown(answer)
            self._world.step(process.name, f"answered: {call.what}: {shown.split()[0]}", shown)
            self._judge(process, call, answer)
            if self._world.chance.random() >= LOST_ANSWERS:
                self._remember(call, answer)
            if then:
                then(answer)

        self._world.start(process, work, after)

    def _remember(self, call: Call, answer: Answer) -> None:
        memory = self._memories.get((call.tenant, call.user)) or Memory()
        match answer:
            case Opened(session=session):
                memory.session = session
            case Session():
                memory.session = answer
            case Started(run_id=run_id):
                # A list of tasks shows everybody's runs.
                for (tenant, _), each in self._memories.items():
                    if tenant == call.tenant:
                        each.runs = [*each.runs[-5:], run_id]
            case State():
                memory.consents = [*memory.consents[-3:], answer]

    # ── Provoking ────────────────────────────────────────────────────────────────────────────────────────────────────

    def provoke(self, writes: list[Write], _process: Process | None) -> None:
        """Have people meet where it hurts: when a lock runs out, and when the sweep comes for a session."""
        world, chance = self._world, self._world.chance
        for write in writes:
            if not world.faults.crash or write.new is None:
                continue
            if write.old and write.new.get("resume") != write.old.get("resume") and chance.random() < 0.1:
                # After the last checkpoint before a put back nobody looks for a cancel but the put back itself.
                self._meet(chance.randint(0, 60), Call("cancel", write.key[0], 1, {"run": write.new["run_id"]}))
            if write.key[1] != "open":
                continue
            tenant, new = write.key[0], write.new
            holder = new.get("locked_by_user_id")
            if chance.random() < 0.05:
                about = {"session": new["session_id"], "if_match": None, "takeover": True}
                end_of_it = {**about, "body": {"status": "abandoned", "takeover": True}}
                self._meet(chance.choice((1, 100, 1_000, 2_500)), Call("edit", tenant, 2, end_of_it))
            if holder in MEMBERS and chance.random() < 0.3:
                end = max(new["locked_until"] - world.instant + chance.randint(-4_000, 4_000), 0)
                other = chance.choice([user for user in MEMBERS if user != holder])
                about = {"session": new["session_id"], "if_match": None, "takeover": False}
                self._meet(end, Call("edit", tenant, holder, {**about, "body": {}}))
                self._meet(end, Call("edit", tenant, other, {**about, "body": {"assigned_to_user_id": other}}))

    def provoke_sweep(self, tenant: int) -> None:
        """Have somebody start a run, and perhaps cancel it at once, while the sweep looks at a tenant."""
        world, chance = self._world, self._world.chance
        if not world.faults.crash or chance.random() < 0.5:
            return
        user = chance.choice([user for user, role in MEMBERS.items() if role != "readonly"])

        def cancel(answer: Answer) -> None:
            if isinstance(answer, Started) and chance.random() < 0.5:
                self.ask(Call("cancel", tenant, user, {"run": answer.run_id}))

        about = {"task": chance.choice(TASKS), "key": None}
        self.ask(Call("start", tenant, user, about), after=chance.randint(0, 30), then=cancel)

    def provoke_watch(self, tenant: int) -> None:
        """Have somebody open a session, and perhaps end it soon, while the sweep looks at a watch."""
        world, chance = self._world, self._world.chance
        if not world.faults.crash or chance.random() < 0.8:
            return

        def end(answer: Answer) -> None:
            if isinstance(answer, Opened) and chance.random() < 0.7:
                body = {"status": chance.choice(("abandoned", "completed")), "takeover": True}
                about = {"session": answer.session.id, "body": body, "if_match": None, "takeover": True}
                self.ask(Call("edit", tenant, 2, about), after=chance.randint(0, 2_000))

        self.ask(Call("create", tenant, 2, {}), after=chance.randint(0, 30), then=end)

    def _meet(self, milliseconds: int, call: Call) -> None:
        moment = milliseconds + self._world.chance.randint(0, 30)
        self._world.later(moment, lambda: self.ask(call) if self._world.faults.crash else None)

    # ── Choosing ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def _chosen(self, tenant: int, user: int) -> Call:
        chance, memory = self._world.chance, self._memories[tenant, user]
        if MEMBERS[user] == "readonly" and chance.random() < 0.8:
            return Call("look", tenant, user, {})
        if memory.session is None and chance.random() < 0.5:
            return Call("create", tenant, user, {})
        if memory.session and memory.session.provider_connection_id is None and chance.random() < 0.4:
            return Call(*self._made("connection", tenant, user, memory))
        [what] = chance.choices(list(_OFTEN), list(_OFTEN.values()))
        return Call(*self._made(what, tenant, user, memory))

    def _made(  # noqa: PLR0911 - one for each thing to do
        self, what: str, tenant: int, user: int, memory: Memory
    ) -> tuple[str, int, int, dict[str, Any]]:
        chance = self._world.chance
        match what:
            case "start":
                return what, tenant, user, {"task": chance.choice((*TASKS, Task.INITIAL_SYNC)), "key": None}
            case "start with key":
                if memory.keys and chance.random() < 0.5:
                    text, task = chance.choice(memory.keys)
                    other = chance.choice(TASKS) if chance.random() < 0.1 else task
                    return "start", tenant, user, {"task": other, "key": text}
                text, task = f"key {self._calls} of {user}", chance.choice(TASKS)
                memory.keys = [*memory.keys[-4:], (text, task)]
                return "start", tenant, user, {"task": task, "key": text}
            case "cancel":
                runs = [*memory.runs, *self._under_way(tenant) * 3]
                return what, tenant, user, {"run": chance.choice(runs) if runs else 1}
            case "members":
                leaver = chance.choice([each for each in MEMBERS if each != user])
                if chance.random() < 0.2:
                    return "remove", tenant, ADMIN, {"member": leaver}
                role = Role(MEMBERS[leaver]) if chance.random() < 0.7 else chance.choice(ROLES)
                return "register", tenant, ADMIN, {"member": leaver, "role": role}
            case "consent":
                if memory.consents and chance.random() < 0.7:
                    return "record_consent", tenant, user, {"state": chance.choice(memory.consents)}
                return "ask_consent", tenant, user, {}
            case "create" | "look":
                return what, tenant, user, {}
            case _:
                return "edit", tenant, user, self._edit(what, tenant, user, memory)

    def _under_way(self, tenant: int) -> list[int]:
        """Name what the list of tasks shows as active."""
        guard = self._world.store.item("Runs", tenant, "board#guard") or {"active": {}}
        return [active["run_id"] for active in guard["active"].values()]

    def _edit(self, what: str, tenant: int, user: int, memory: Memory) -> dict[str, Any]:
        chance, session = self._world.chance, memory.session
        about: dict[str, Any] = {"session": session.id if session else 1, "if_match": None}
        if session and chance.random() < 0.4:
            about["if_match"] = session.etag(session.updated_at)
        body: dict[str, Any] = {}
        match what:
            case "step":
                body = {"current_step": chance.randint(1, 5)}
            case "assign":
                assignee = chance.choice((None, user, *MEMBERS))
                body = {"assigned_to_user_id": assignee, "note": f"For {assignee}, of {user}."}
            case "complete":
                body = {"status": "completed"}
            case "abandon":
                body = {"status": "abandoned"}
            case "connection":
                body = {"provider_connection_id": tenant * 100 + chance.randint(1, 2)}
        if body and chance.random() < 0.3:
            body["takeover"] = True
        return {**about, "body": body, "takeover": "takeover" in body}


_OFTEN = {
    "start": 22,
    "start with key": 16,
    "cancel": 12,
    "create": 10,
    "heartbeat": 8,
    "step": 10,
    "assign": 8,
    "complete": 3,
    "abandon": 2,
    "connection": 3,
    "members": 4,
    "consent": 4,
    "look": 2,
}
"""What people do, and how often."""

_LEFT_BE = {"create": 0.97, "start": 0.9}
"""What they do not do in a tenant that is onboarded, and how seldom they do it all the same."""


# ── What the routes do ───────────────────────────────────────────────────────────────────────────────────────────────


def _access(process: Process, call: Call, least: Role | None) -> Access:
    access = process.tenants.access(call.tenant, Caller(call.user, platform_scope=least is None))
    if access is None or (least and access.role is None):
        raise NotFound("tenant_not_found", "There is no such tenant for you.")
    if least and not access.is_at_least(least):
        raise Forbidden("role_insufficient", "Your role in this tenant does not allow this.")
    return access


def _create(process: Process, call: Call, now: datetime) -> Opened:
    access = _access(process, call, Role.OPERATOR)
    world = process.world
    return create_session(
        access, sessions=process.sessions, new_id=world.new_id, lock_length=world.thresholds.lock_length, now=now
    )


def _edit(process: Process, call: Call, now: datetime) -> Session:
    access, world = _access(process, call, Role.OPERATOR), process.world
    return update_session(
        access,
        call.about["session"],
        Edit.model_validate_json(_json(call.about["body"])),
        if_match=call.about["if_match"],
        sessions=process.sessions,
        boards=process.boards,
        new_id=world.new_id,
        lock_length=world.thresholds.lock_length,
        watch_every=world.thresholds.watch_every,
        now=now,
    )


def _start(process: Process, call: Call, now: datetime) -> Started:
    access, text = _access(process, call, Role.OPERATOR), call.about["key"]
    return start_run(
        access,
        call.about["task"],
        key=IdempotencyKey(call.user, text) if text else None,
        runs=process.runs,
        boards=process.boards,
        new_id=process.world.new_id,
        deadlines=process.world.thresholds.deadlines,
        now=now,
    )


def _cancel(process: Process, call: Call, now: datetime) -> Run:
    _access(process, call, Role.OPERATOR)
    return cancel_run(call.tenant, call.about["run"], runs=process.runs, now=now)


def _look(process: Process, call: Call, _now: datetime) -> None:
    _access(process, call, Role.READONLY)
    process.boards.get(call.tenant)


def _register(process: Process, call: Call, now: datetime) -> None:
    access, world = _access(process, call, None), process.world
    member = Member(tenant_id=call.tenant, user_id=call.about["member"], role=call.about["role"])
    register_member(access, member, tenants=process.tenants, new_id=world.new_id, now=now)


def _remove(process: Process, call: Call, now: datetime) -> None:
    access, world = _access(process, call, None), process.world
    remove_member(access, call.about["member"], tenants=process.tenants, new_id=world.new_id, now=now)


def _ask_consent(process: Process, call: Call, now: datetime) -> State:
    access = _access(process, call, Role.OPERATOR)
    state = State(call.tenant, call.tenant * 100 + 1, f"secret of {process.name}")
    create_consent_link(
        access,
        state.connection_id,
        consents=process.consents,
        tenants=process.tenants,
        secret=state.secret,
        redirect_uri="https://onboarding.example.invalid/consent/callback",
        new_id=process.world.new_id,
        now=now,
    )
    return state


def _record_consent(process: Process, call: Call, now: datetime) -> Outcome:
    return record_consent(
        call.about["state"],
        ENTRA_TENANT,
        origin=Origin(),
        consents=process.consents,
        new_id=process.world.new_id,
        deadlines=process.world.thresholds.deadlines,
        now=now,
    )


_DONE_BY: dict[str, Callable[[Process, Call, datetime], Answer]] = {
    "create": _create,
    "edit": _edit,
    "start": _start,
    "cancel": _cancel,
    "look": _look,
    "register": _register,
    "remove": _remove,
    "ask_consent": _ask_consent,
    "record_consent": _record_consent,
}


def _details() -> ConnectionDetails:
    return ConnectionDetails(entra_tenant_id=ENTRA_TENANT, client_id=CLIENT, credential_arn=SECRET_ARN)


def _json(body: dict[str, Any]) -> bytes:
    return json.dumps(body).encode()


def _shown(answer: Answer) -> str:  # noqa: PLR0911 - one for each kind of answer
    match answer:
        case Transient():
            return "unavailable"
        case Refusal(code=code):
            return code
        case Opened(session=session, resumed=resumed):
            return f"session {session.id}.{session.version} {resumed}"
        case Session(id=session_id, version=version):
            return f"session {session_id}.{version}"
        case Run(id=run_id, status=status):
            return f"{status} {run_id}"
        case Started(run_id=run_id, reused=reused, replayed=replayed):
            return f"{'replayed' if replayed else 'reused' if reused else 'started'} {run_id} {reused}"
        case _:
            return str(answer)
