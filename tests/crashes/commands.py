"""Every command of ours, as one process does it: how a tenant stands before, what the process is asked to do, and what
may be answered when whoever got no answer asks again.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlencode, urlsplit

from api import record_consent
from onboarding import clock
from onboarding.domain.catalogue import Task
from onboarding.domain.finding import FindingStatus
from onboarding.domain.reasons import ReasonCode
from onboarding.domain.tenant import Area
from onboarding.storage.instants import millis
from onboarding.storage.keys import SHARDS
from tests import events
from tests.arranging import ADMIN, TASKS
from tests.calling import ENTRA_TENANT, connection
from tests.crashes.scene import Scene
from tests.tenant import PlainTenant, obstacle

type Act = Callable[[Scene], int]
"""What one process does; the status of its answer, 0 if nobody waits for one."""


class Command(NamedTuple):
    """A command and where it is tried."""

    name: str
    arrange: Callable[[Scene], Act]
    """Bring a tenant to where the command is given, and say how it is given."""

    calls: tuple[str, ...]
    """What crosses the wire if nothing goes wrong: `Batch` is BatchGetItem, `Transact` TransactWriteItems, …"""

    again: frozenset[int] = frozenset()
    """What may be answered to the same request, sent again by whoever got no answer; empty if nobody sends it again."""

    at_most: dict[Task, int] = {}
    """How many runs of a task there may be in the end, however often it was asked for."""

    at_least: dict[Task, int] = {}
    """How many runs of a task there must be in the end, wherever the process died, or be left for the sweep."""

    sends: bool = False
    """Whether it is the queues that are called, and not the tables."""


ACCESS = ("Batch",)
OK = frozenset({200})


def _nothing(_scene: Scene) -> None:
    """Leave the tenant as it was registered."""


def _asks(
    name: str, before: Callable[[Scene], object] = _nothing, *, user: int = 1, **others: Any
) -> Callable[[Scene], Act]:
    """Arrange with *before*, then ask route *name*."""

    def arrange(scene: Scene) -> Act:
        before(scene)
        return lambda scene: scene.call(name, user=user, **others).status

    return arrange


# ── Sessions ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _open(scene: Scene) -> int:
    answer = scene.call("create_session")
    assert answer.status == 201, answer
    session_id: int = answer.body["id"]
    return session_id


def _open_with_a_lapsed_lock(scene: Scene) -> None:
    _open(scene)
    scene.date("Sessions", "open", locked_until=-1)


def _edits(body: dict[str, Any], *, user: int = 1, before: Callable[[Scene], object] = _nothing) -> Any:
    """Arrange a session of user 1, then have *user* make the edit *body*."""

    def arrange(scene: Scene) -> Act:
        session_id = _open(scene)
        before(scene)
        return lambda scene: scene.call("update_session", user=user, sessionId=session_id, body=body).status

    return arrange


def _everything_is_well(scene: Scene) -> None:
    for task in TASKS:
        scene.work(scene.start(task))
    for step in (2, 3, 4, 5):
        session_id = scene.call("get_session").body["session"]["id"]
        answer = scene.call("update_session", sessionId=session_id, body={"current_step": step})
        assert answer.status == 200, answer


def _second_connection(scene: Scene) -> None:
    answer = scene.call("register_connection", connectionId=102, body=connection(), **ADMIN)
    assert answer.status in {200, 201}, answer


def _second_connection_in_use(scene: Scene) -> None:
    _second_connection(scene)
    answer = scene.call("update_session", sessionId=_open(scene), body={"provider_connection_id": 102})
    assert answer.status == 200, answer


_NOTED_HANDOFF = {"assigned_to_user_id": 3, "note": "Calls back.", "waiting_until": "2026-03-02T09:30:00Z"}

SESSIONS = (
    Command("create a session", _asks("create_session"), (*ACCESS, "Transact"), frozenset({201})),
    Command(
        "resume a session",
        _asks("create_session", _open_with_a_lapsed_lock, user=3),
        (*ACCESS, "Update"),
        frozenset({201}),
    ),
    Command("go a step on", _edits({"current_step": 2}), (*ACCESS, "Query", "Update"), frozenset({200})),
    Command("assign", _edits({"assigned_to_user_id": 3}), (*ACCESS, "Transact"), frozenset({200, 409})),
    Command("hand off with a note", _edits(_NOTED_HANDOFF), (*ACCESS, "Transact"), frozenset({200, 409})),
    Command("take over", _edits({"takeover": True}, user=2), (*ACCESS, "Transact"), frozenset({200})),
    Command(
        "change the connection",
        _edits({"provider_connection_id": 102}, before=_second_connection),
        (*ACCESS, "Transact"),
        frozenset({200}),
    ),
    Command("abandon", _edits({"status": "abandoned"}), (*ACCESS, "Transact"), frozenset({200, 409})),
    Command(
        "complete",
        _edits({"status": "completed"}, before=_everything_is_well),
        (*ACCESS, "Query", "Transact"),
        frozenset({200, 409}),
    ),
    Command(
        "remove the member who holds the lock",
        _asks("remove_member", _open, user=100, scope="onboarding.admin", userId=1),
        (*ACCESS, "Transact"),
        frozenset({204, 404}),
    ),
    Command(
        "demote the member who holds the lock",
        _asks("register_member", _open, user=100, scope="onboarding.admin", userId=1, body={"role": "readonly"}),
        (*ACCESS, "Transact"),
        frozenset({200}),
    ),
)


# ── Runs ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

KEY = {"idempotency-key": "1f6d-once"}
ONE = {Task.LICENSE_CHECK: 1}


def _starts(before: Callable[[Scene], object] = _nothing, **others: Any) -> Callable[[Scene], Act]:
    return _asks("start_run", before, taskType="license_check", **others)


def _the_same_under_way(scene: Scene) -> int:
    return scene.start("license_check", user=5)


def _exclusive_under_way(scene: Scene) -> int:
    return scene.start("initial_sync", user=5)


def _spent(scene: Scene) -> None:
    scene.put("Runs", "board#guard", starts=300, counted_since=millis(clock.now()))


def _spent_long_ago(scene: Scene) -> None:
    _spent(scene)
    scene.date("Runs", "board#guard", counted_since=-1)


def _cancels(
    before: Callable[[Scene], int], race: Callable[[Scene, int], object] | None = None
) -> Callable[[Scene], Act]:
    """Arrange a run with *before* and cancel it; *race* comes in before the cancel is written."""

    def arrange(scene: Scene) -> Act:
        run_id = before(scene)
        races = [] if race is None else [race]

        def act(scene: Scene) -> int:
            if races:  # once: who asks again meets nobody
                come_in = races.pop()
                scene.wire.before(lambda: come_in(scene, run_id), nth=3)
            return scene.call("cancel_run", runId=run_id).status

        return act

    return arrange


def _queued(scene: Scene) -> int:
    return scene.start("license_check")


def _running(scene: Scene) -> int:
    run_id = _queued(scene)
    scene.claim(run_id)
    return run_id


def _taken_by_a_worker(scene: Scene, run_id: int) -> None:
    """Have the run claimed, past the wire: what is claimed there is not this process's call."""
    entry = f"run#{run_id:016d}"
    scene.date("Runs", entry, lease_until=0.03, due_at=0.03)
    scene.put("Runs", entry, status="running", claim_id="another worker", attempts=1)
    scene.remove("Runs", entry, "outbox")


RUNS = (
    Command("start a run", _starts(), (*ACCESS, "Transact"), frozenset({201}), ONE),
    Command("start a run with a key", _starts(headers=KEY), (*ACCESS, "Transact"), frozenset({201}), ONE),
    Command(
        "start what is under way",
        _starts(_the_same_under_way),
        (*ACCESS, "Transact", "Get"),
        frozenset({201}),
        ONE,
    ),
    Command(
        "start what is under way with a key",
        _starts(_the_same_under_way, headers=KEY),
        (*ACCESS, "Transact", "Get", "Put"),
        frozenset({201}),
        ONE,
    ),
    Command(
        "start what is blocked with a key",
        _starts(_exclusive_under_way, headers=KEY),
        (*ACCESS, "Transact", "Get", "Get"),
        frozenset({409}),
        {Task.LICENSE_CHECK: 0},
    ),
    Command(
        "start a run when the budget is spent",
        _starts(_spent),
        (*ACCESS, "Transact", "Get"),
        frozenset({429}),
        {Task.LICENSE_CHECK: 0},
    ),
    Command(
        "start the first run of a new count",
        _starts(_spent_long_ago),
        (*ACCESS, "Transact", "Get", "Transact"),
        frozenset({201}),
        ONE,
    ),
    Command("cancel a queued run", _cancels(_queued), (*ACCESS, "Get", "Transact"), frozenset({200}), ONE),
    Command("cancel a running run", _cancels(_running), (*ACCESS, "Get", "Update"), frozenset({200}), ONE),
    Command(
        "cancel a run that is claimed meanwhile",
        _cancels(_queued, _taken_by_a_worker),
        (*ACCESS, "Get", "Transact", "Get", "Update"),
        frozenset({200}),
        ONE,
    ),
)


# ── Workers ──────────────────────────────────────────────────────────────────────────────────────────────────────────

AREAS = len(Area)


def _works(task: str, prepare: Callable[[Scene, int], object] = lambda _scene, _run_id: None) -> Callable[[Scene], Act]:
    """Arrange a run of *task*, and deliver its message to a worker; *prepare* says what it meets."""

    def arrange(scene: Scene) -> Act:
        run_id = scene.start(task)

        def act(scene: Scene) -> int:
            prepare(scene, run_id)
            scene.work(run_id)
            return 0

        return act

    return arrange


def _cancel_before_call(nth: int) -> Callable[[Scene, int], object]:
    def prepare(scene: Scene, run_id: int) -> None:
        scene.wire.before(lambda: scene.ask_to_cancel(run_id), nth=nth)

    return prepare


def _microsoft_asks_to_wait(scene: Scene, _run_id: int) -> None:
    later = datetime.now(UTC) + timedelta(minutes=5)
    slow = obstacle(ReasonCode.GRAPH_THROTTLED, FindingStatus.UNKNOWN, next_check_at=later)
    scene.examined = PlainTenant(refusals={Area.COMPLIANCE_POLICIES: slow})


def _time_runs_out(scene: Scene, _run_id: int) -> None:
    left = iter([90.0, 90.0])
    scene.seconds_left = lambda: next(left, 1.0)


def _time_runs_out_on_a_cancelled_run(scene: Scene, run_id: int) -> None:
    _time_runs_out(scene, run_id)
    _cancel_before_call(5)(scene, run_id)


def _it_is_too_much_to_keep(scene: Scene, _run_id: int) -> None:
    scene.examined = PlainTenant(held_roles=frozenset({"x" * 70_000}))


CLAIMED = ("Update", "Get")
WORKERS = (
    Command("execute a probe", _works("license_check"), (*CLAIMED, "Transact")),
    Command(
        "execute a probe whose finding cannot be kept",
        _works("rbac_check", _it_is_too_much_to_keep),
        (*CLAIMED, "Transact"),
    ),
    Command(
        "execute a probe that is cancelled meanwhile",
        _works("license_check", _cancel_before_call(3)),
        (*CLAIMED, "Transact", "Get", "Transact"),
    ),
    Command("execute a sync", _works("initial_sync"), (*CLAIMED, *AREAS * ("Update",), "Transact")),
    Command(
        "put a sync back until Microsoft is ready",
        _works("initial_sync", _microsoft_asks_to_wait),
        (*CLAIMED, *4 * ("Update",)),
    ),
    Command(
        "put a sync back for the next invocation",
        _works("initial_sync", _time_runs_out),
        (*CLAIMED, *3 * ("Update",)),
    ),
    Command(
        "stop a sync at its checkpoint",
        _works("initial_sync", _cancel_before_call(4)),
        (*CLAIMED, *2 * ("Update",), "Transact"),
    ),
    Command(
        "cancel a sync while it is put back",
        _works("initial_sync", _time_runs_out_on_a_cancelled_run),
        (*CLAIMED, *3 * ("Update",), "Transact"),
    ),
)


def _dispatches(task: str) -> Callable[[Scene], Act]:
    def arrange(scene: Scene) -> Act:
        run_id = scene.start(task)

        def act(scene: Scene) -> int:
            scene.dispatch(run_id)
            return 0

        return act

    return arrange


DISPATCH = (
    Command("dispatch a probe", _dispatches("license_check"), ("SendMessageBatch",), sends=True),
    Command("dispatch a sync", _dispatches("initial_sync"), ("SendMessageBatch",), sends=True),
)


# ── The sweep ────────────────────────────────────────────────────────────────────────────────────────────────────────

DUE = 8 * ("Query",)
"""Sessions and runs of four shards; what is due lies in the last one."""

SESSION_DUE = (*DUE[:-1], "Get", "Get")


def _sweeps(before: Callable[[Scene], object]) -> Callable[[Scene], Act]:
    def arrange(scene: Scene) -> Act:
        before(scene)

        def act(scene: Scene) -> int:
            scene.sweep()
            return 0

        return act

    return arrange


def _entry(run_id: int) -> str:
    return f"run#{run_id:016d}"


def _nobody_claimed_it(scene: Scene) -> int:
    run_id = _queued(scene)
    scene.date("Runs", _entry(run_id), outbox=-0.5, due_at=-0.1)
    return run_id


def _its_worker_died(scene: Scene) -> int:
    run_id = _running(scene)
    scene.date("Runs", _entry(run_id), lease_until=-0.1, due_at=-0.1)
    return run_id


def _its_worker_died_and_a_cancel_was_asked_for(scene: Scene) -> None:
    scene.ask_to_cancel(_its_worker_died(scene))


def _its_workers_died_three_times(scene: Scene) -> None:
    scene.put("Runs", _entry(_its_worker_died(scene)), attempts=3)


def _a_cancel_comes_while_it_is_timed_out(scene: Scene) -> Act:
    run_id = _its_worker_died(scene)
    scene.put("Runs", _entry(run_id), attempts=3)

    def act(scene: Scene) -> int:
        scene.wire.before(lambda: scene.ask_to_cancel(run_id), on="TransactWriteItems")
        scene.sweep()
        return 0

    return act


def _it_is_past_its_deadline(scene: Scene) -> None:
    scene.date("Runs", _entry(_nobody_claimed_it(scene)), deadline=-0.1)


def _idle_for_a_month(scene: Scene) -> None:
    _open(scene)
    scene.date("Sessions", "open", updated_at=-31 * 24, locked_until=-31 * 24, due_at=-24)


def _seems_idle_and_is_locked(scene: Scene) -> None:
    _open(scene)
    scene.date("Sessions", "open", updated_at=-31 * 24, due_at=-24)


def _a_consent_may_be_on_its_way(scene: Scene) -> None:
    _open(scene)
    scene.date("Sessions", "connection#0000000000000101", consented_at=-0.01)
    scene.examined = PlainTenant(roles=frozenset())
    scene.work(scene.start("consent_status"))
    scene.examined = PlainTenant()
    scene.date("Runs", "board#finding#consent_status", due_at=-0.001)


def _a_consent_may_be_on_its_way_and_something_is_in_its_way(scene: Scene) -> None:
    _a_consent_may_be_on_its_way(scene)
    scene.start("initial_sync", user=5)


def _a_consent_nobody_waits_for(scene: Scene) -> None:
    _a_consent_may_be_on_its_way(scene)
    answer = scene.call("update_session", sessionId=_open(scene), body={"status": "abandoned"})
    assert answer.status == 200, answer


def _a_look_was_left(scene: Scene) -> None:
    _open(scene)
    scene.date("Sessions", "connection#0000000000000101", consented_at=-0.01)
    scene.add("Runs", "look#0000000000000101", due_shard=SHARDS - 1, due_at=millis(clock.now()) - 1)


def _a_look_was_left_and_something_is_in_its_way(scene: Scene) -> None:
    _a_look_was_left(scene)
    scene.start("initial_sync", user=5)


def _a_look_was_left_at_what_is_out_of_use(scene: Scene) -> None:
    _a_look_was_left(scene)
    _second_connection_in_use(scene)


WATCH = "watch"


def _completed(scene: Scene) -> None:
    """Complete a session, and let the watch that it left fall due."""
    session_id = _open(scene)
    for task in TASKS:
        scene.work(scene.start(task))
    for body in ({"current_step": 5}, {"status": "completed"}):
        answer = scene.call("update_session", sessionId=session_id, body=body)
        assert answer.status == 200, answer
    scene.date("Sessions", WATCH, due_at=-0.1)


def _somebody_is_at_it(scene: Scene) -> None:
    _completed(scene)
    _open(scene)


def _a_round_cannot_begin(scene: Scene) -> None:
    _completed(scene)
    scene.start("initial_sync", user=5)


def _a_round_is_under_way(scene: Scene) -> None:
    _completed(scene)
    scene.sweep()
    scene.date("Sessions", WATCH, due_at=-0.1)


def _a_round_has_ended(scene: Scene) -> None:
    _a_round_is_under_way(scene)
    for run_id in (scene.item("Sessions", WATCH) or {})["run_ids"].values():
        scene.work(run_id)


def _a_round_found_worse(scene: Scene) -> None:
    _a_round_is_under_way(scene)
    scene.examined = PlainTenant(held_roles=frozenset({"62e90394-69f5-4237-9190-012177145e10"}))
    for run_id in (scene.item("Sessions", WATCH) or {})["run_ids"].values():
        scene.work(run_id)


WATCHES = (*DUE[:-1], "Batch")
"""Sessions and runs of three shards, sessions of the fourth, and the watch that is due there."""

SWEEP = (
    Command("begin a round", _sweeps(_completed), (*WATCHES, "Transact", "Query")),
    Command("put a watch off while people are at it", _sweeps(_somebody_is_at_it), (*WATCHES, "Update", "Query")),
    Command(
        "put a watch off that something is in the way of",
        _sweeps(_a_round_cannot_begin),
        (*WATCHES, "Transact", "Update", "Query"),
    ),
    Command("wait for a round", _sweeps(_a_round_is_under_way), (*WATCHES, "Batch", "Update", "Query")),
    Command("settle a round", _sweeps(_a_round_has_ended), (*WATCHES, "Batch", "Transact", "Query")),
    Command(
        "settle a round that found something worse",
        _sweeps(_a_round_found_worse),
        (*WATCHES, "Batch", "Transact", "Query"),
    ),
    Command("send a run again", _sweeps(_nobody_claimed_it), (*DUE, "Get", "Update")),
    Command("revive a run", _sweeps(_its_worker_died), (*DUE, "Get", "Update")),
    Command("cancel a run at last", _sweeps(_its_worker_died_and_a_cancel_was_asked_for), (*DUE, "Get", "Transact")),
    Command("time a run out", _sweeps(_its_workers_died_three_times), (*DUE, "Get", "Transact")),
    Command(
        "time a run out that is cancelled meanwhile",
        _a_cancel_comes_while_it_is_timed_out,
        (*DUE, "Get", "Transact", "Get", "Transact"),
    ),
    Command("end a run at its deadline", _sweeps(_it_is_past_its_deadline), (*DUE, "Get", "Transact")),
    Command("abandon an idle session", _sweeps(_idle_for_a_month), (*SESSION_DUE, "Transact", "Query")),
    Command("put an idle session off", _sweeps(_seems_idle_and_is_locked), (*SESSION_DUE, "Update", "Query")),
    Command("look for a consent again", _sweeps(_a_consent_may_be_on_its_way), (*DUE, "Batch", "Batch", "Transact")),
    Command(
        "put a look again for a consent off",
        _sweeps(_a_consent_may_be_on_its_way_and_something_is_in_its_way),
        (*DUE, "Batch", "Update"),
    ),
    Command("let a consent be", _sweeps(_a_consent_nobody_waits_for), (*DUE, "Batch", "Batch", "Update")),
    Command(
        "look for a consent at last",
        _sweeps(_a_look_was_left),
        (*DUE, "Batch", "Transact"),
        at_most={Task.CONSENT_STATUS: 1},
        at_least={Task.CONSENT_STATUS: 1},
    ),
    Command(
        "put a look for a consent off",
        _sweeps(_a_look_was_left_and_something_is_in_its_way),
        (*DUE, "Batch", "Transact", "Update"),
        at_most={Task.CONSENT_STATUS: 1},
        at_least={Task.CONSENT_STATUS: 1},
    ),
    Command(
        "drop a look for a consent",
        _sweeps(_a_look_was_left_at_what_is_out_of_use),
        (*DUE, "Batch", "Delete"),
        at_most={Task.CONSENT_STATUS: 0},
    ),
)


# ── Consent ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _comes_back(before: Callable[[Scene], object] = _nothing) -> Callable[[Scene], Act]:
    def arrange(scene: Scene) -> Act:
        _open(scene)
        before(scene)
        url = scene.call("create_consent_link", connectionId=101).body["url"]
        state = parse_qs(urlsplit(url).query)["state"][0]

        def act(_scene: Scene) -> int:
            query = urlencode({"admin_consent": "True", "tenant": ENTRA_TENANT, "state": state})
            event = events.http("GET", "/consent/callback", query=query, anonymous=True)
            status: int = record_consent.handler(event, events.Context())["statusCode"]
            return status

        return act

    return arrange


CONSENT = (
    Command(
        "ask for a consent",
        _asks("create_consent_link", connectionId=101),
        (*ACCESS, "Get", "Transact"),
        frozenset({201}),
    ),
    Command(
        "record a consent",
        _comes_back(),
        ("Batch", "Transact"),
        frozenset({200}),
        {Task.CONSENT_STATUS: 1},
        {Task.CONSENT_STATUS: 1},
    ),
    Command(
        "record a consent while it is looked for",
        _comes_back(lambda scene: scene.start("consent_status")),
        ("Batch", "Transact", "Batch", "Transact"),
        frozenset({200}),
        at_least={Task.CONSENT_STATUS: 2},
    ),
    Command(
        "record a consent over a connection that is not in use",
        _comes_back(_second_connection_in_use),
        ("Batch", "Transact"),
        frozenset({200}),
        {Task.CONSENT_STATUS: 0},
    ),
)


# ── Registration, and what is denied ─────────────────────────────────────────────────────────────────────────────────


def _registers(name: str, **others: Any) -> Callable[[Scene], Act]:
    return _asks(name, user=100, scope="onboarding.admin", **others)


REGISTRATION = (
    Command("rename a tenant", _registers("register_tenant", body={"name": "New"}), (*ACCESS, "Transact"), OK),
    Command(
        "register a member",
        _registers("register_member", userId=9, body={"role": "operator"}),
        (*ACCESS, "Transact"),
        OK,
    ),
    Command(
        "register a connection",
        _registers("register_connection", connectionId=102, body=connection()),
        (*ACCESS, "Transact"),
        frozenset({200, 201}),
    ),
    Command(
        "change a connection",
        _registers("register_connection", connectionId=101, body=connection(expected_domain="contoso.example")),
        (*ACCESS, "Transact"),
        OK,
    ),
    Command("deny a reader a session", _asks("create_session", user=4), (*ACCESS, "Put"), frozenset({403})),
)

COMMANDS = (*SESSIONS, *RUNS, *DISPATCH, *WORKERS, *SWEEP, *CONSENT, *REGISTRATION)
