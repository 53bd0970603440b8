"""The races that matter most, as often as there is time for: a few hundred, or in a soak ten thousand of each."""

import os
import random
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from functools import partial
from threading import Lock
from typing import Any
from uuid import uuid4

import pytest

from local.verify import TableSet
from onboarding import clock, ids
from onboarding.domain.finding import Finding
from onboarding.domain.progress import Progress
from onboarding.domain.run import Run, RunStatus
from onboarding.errors import Transient
from onboarding.flows.sweep import Act, sweep_session
from onboarding.storage.runs import RunMoved
from onboarding.wiring import stores
from tests.arranging import LEASE, dated, opened, started, stored
from tests.calling import Answer, call, register
from tests.deployment import Deployment, Engine
from tests.races.crowd import Crowd

pytestmark = pytest.mark.parametrize("dynamodb", ["dynamodb_local"], indirect=True)

SEED = int(os.environ.get("SEED", "1"))
TIMES = 10_000 if os.environ.get("SOAK") == "1" else 150
THREADS = 32
TENANTS = 8
MONTH = timedelta(days=31)


def side_by_side[Given](act: Callable[[Given], object], given: Iterable[Given]) -> None:
    """Do *act* with everything *given*, as many at once as there are threads; what one raises is raised."""
    with ThreadPoolExecutor(THREADS) as threads:
        for done in [threads.submit(act, each) for each in given]:
            done.result()


def show(capsys: pytest.CaptureFixture[str], sentence: str) -> None:
    """Show a figure to whoever runs this."""
    with capsys.disabled():
        print(f"\nRACES: {sentence} (seed {SEED}, {THREADS} threads)")  # noqa: T201 - a figure for whoever runs this


class Holding:
    """Who holds which task of a tenant, as those see it who were told that they started it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._held: dict[tuple[int, str], int] = {}
        self.breaches: list[str] = []

    def take(self, tenant: int, task: str, run_id: int) -> None:
        with self._lock:
            others = {other for its, other in self._held if its == tenant}
            if task in others or (others and "initial_sync" in {task, *others}):
                self.breaches.append(f"tenant {tenant}: {task} ({run_id}) beside {others}")
            self._held[tenant, task] = run_id

    def let_go(self, tenant: int, task: str) -> None:
        with self._lock:
            del self._held[tenant, task]


@pytest.mark.parametrize(
    ("held", "taken"),
    [("rbac_check", "rbac_check"), ("initial_sync", "rbac_check"), ("rbac_check", "initial_sync")],
)
def test_more_than_may_be_is_seen(dynamodb: Engine, held: str, taken: str) -> None:
    holding = Holding()
    holding.take(1, held, 17)

    holding.take(2, taken, 18)
    holding.take(1, taken, 19)

    assert holding.breaches == [f"tenant 1: {taken} (19) beside {{{held!r}}}"]


def test_at_no_time_is_more_active_than_may_be(
    crowd: Crowd, deployed: Deployment, capsys: pytest.CaptureFixture[str]
) -> None:
    deployed.configure(RUN_BUDGET=str(TIMES))
    for tenant in range(2, TENANTS // 2 + 1):
        register(tenant)
    chance = random.Random(SEED)  # noqa: S311 - it is to be repeated, not to be secret
    starts = [
        (chance.randrange(1, TENANTS // 2 + 1), chance.choice(("initial_sync", "license_check", "rbac_check")))
        for _ in range(TIMES)
    ]
    holding, outcomes, counting = Holding(), Counter[str](), Lock()

    def start(each: tuple[int, str]) -> None:
        tenant, task = each
        answer = call("start_run", tenant=tenant, taskType=task)
        won = answer.status == 201 and answer.headers["operation-reused"] == "false"
        with counting:
            outcomes["started" if won else answer.code or "reused"] += 1
        if won:
            # It is ours from before this line until after the next: whoever else holds it then, holds it with us.
            holding.take(tenant, task, answer.body["run_id"])
            holding.let_go(tenant, task)
            ended = call("cancel_run", tenant=tenant, runId=answer.body["run_id"])
            while ended.status == 503:
                ended = call("cancel_run", tenant=tenant, runId=answer.body["run_id"])
            assert ended.body["status"] == "cancelled", ended

    side_by_side(start, starts)

    assert holding.breaches == []
    assert outcomes.keys() <= {"started", "reused", "run_blocked", "unavailable"}
    assert min(outcomes["started"], outcomes["reused"], outcomes["run_blocked"]) > 0
    assert TableSet(*deployed.tables, deployed.dynamodb).verified()[1] == []
    show(capsys, f"{TIMES:,} starts: {dict(outcomes)}, 0 times more active than may be")


def test_no_zombie_writes_anything(crowd: Crowd, deployed: Deployment, capsys: pytest.CaptureFixture[str]) -> None:
    late_each = 50
    refused = Counter[str]()
    counting = Lock()

    def write_late(how: str, zombie: Run) -> None:
        runs = stores.runs()
        try:
            if how == "checkpoint":
                runs.checkpoint(zombie, Progress(done=9, total=9, message="late"), {}, clock.now() + LEASE)
            elif how == "put back":
                runs.put_back(zombie, not_before=None, now=clock.now())
            elif how == "cancel":
                runs.cancel(zombie, clock.now())
            else:
                runs.end(zombie, RunStatus.SUCCEEDED, Finding.ok("Late."), ids.new(), clock.now())
        except RunMoved:
            with counting:
                refused[how] += 1
        except Transient:  # nothing was decided, so it is asked again, as by a worker whose message comes again
            write_late(how, zombie)

    def end_in_time(run: Run) -> None:
        try:
            stores.runs().end(run, RunStatus.SUCCEEDED, Finding.ok("In time."), ids.new(), clock.now())
        except Transient:
            with suppress(RunMoved):  # it was done all the same
                end_in_time(run)

    rounds = TIMES // late_each
    for _ in range(rounds):
        run_id = started("initial_sync")
        early = clock.now() - 3 * LEASE
        zombies = [
            stores.runs().claim(1, run_id, claim_id=str(uuid4()), now=early + n * 1.2 * LEASE, lease=LEASE)
            for n in range(2)
        ]
        alive = stores.runs().claim(1, run_id, claim_id=str(uuid4()), now=clock.now(), lease=LEASE)
        writes: list[tuple[str, Run]] = [("end", zombies[n % 2]) for n in range(late_each)]
        writes += [(how, zombie) for how in ("checkpoint", "put back", "cancel") for zombie in zombies]
        middle = late_each // 2
        acts: list[Callable[[], object]] = [
            *(partial(write_late, *write) for write in writes[:middle]),
            partial(end_in_time, alive),
            *(partial(write_late, *write) for write in writes[middle:]),
        ]
        side_by_side(lambda act: act(), acts)

    pieces = deployed.items(deployed.tables.evidence)
    assert [piece["message"]["S"] for piece in pieces] == ["In time."] * rounds
    assert refused == {"end": TIMES, "checkpoint": 2 * rounds, "put back": 2 * rounds, "cancel": 2 * rounds}
    assert TableSet(*deployed.tables, deployed.dynamodb).verified()[1] == []
    show(capsys, f"{TIMES:,} late finishes, {refused['end']:,} refused; of {6 * rounds:,} other late writes all")


def test_no_live_session_is_abandoned(crowd: Crowd, deployed: Deployment, capsys: pytest.CaptureFixture[str]) -> None:
    for tenant in range(1, TENANTS + 1):
        register(tenant)
        opened(tenant=tenant)
    outcomes, wrong, counting = Counter[str](), list[Any](), Lock()

    def race_in(tenant: int) -> None:
        for _ in range(TIMES // TENANTS):
            session_id = opened(tenant=tenant)
            _lay_idle(deployed, tenant)
            answer, act = crowd.does(partial(_edit, tenant, session_id), partial(_sweep, tenant))
            outcome = _judged(deployed, tenant, session_id, answer, act)
            with counting:
                outcomes[outcome] += 1
                if outcome.startswith("WRONG"):
                    wrong.append((tenant, session_id, answer, act))

    with ThreadPoolExecutor(TENANTS) as threads:
        for done in [threads.submit(race_in, tenant) for tenant in range(1, TENANTS + 1)]:
            done.result()

    assert wrong == []
    assert outcomes.total() == TIMES // TENANTS * TENANTS
    assert min(outcomes["the user won"], outcomes["the sweep won"]) > 0
    assert TableSet(*deployed.tables, deployed.dynamodb).verified()[1] == []
    show(capsys, f"{outcomes.total():,} sweeps against users: {dict(outcomes)}, 0 live sessions abandoned")


def _edit(tenant: int, session_id: int) -> Answer | Act:
    return call("update_session", tenant=tenant, sessionId=session_id, body={"current_step": 1})


def _sweep(tenant: int) -> Answer | Act:
    sessions, boards = stores.sessions(), stores.boards()
    month = timedelta(days=30)
    return sweep_session(tenant, sessions=sessions, boards=boards, idle=month, new_id=ids.new, now=clock.now())


def _lay_idle(deployed: Deployment, tenant: int) -> None:
    """Date the open session back, as if nobody had touched it for a month."""
    month = -MONTH.total_seconds()
    names = ("created_at", "updated_at", "due_at", "locked_until")
    dated(deployed, deployed.tables.sessions, "open", tenant=tenant, **dict.fromkeys(names, month))


def _judged(deployed: Deployment, tenant: int, session_id: int, answer: Answer | Act, act: Answer | Act) -> str:
    """Say who won, or what is wrong."""
    assert isinstance(answer, Answer)
    there = stored(deployed, deployed.tables.sessions, "open", tenant=tenant)
    closed = stored(deployed, deployed.tables.sessions, f"closed#{session_id:016d}", tenant=tenant)
    match (answer.status, act, there is not None, closed is not None):
        case (200, Act.NOTHING | Act.PUT_OFF, True, False):
            return "the user won"
        case (409, Act.ABANDONED, False, True) if answer.code == "session_closed":
            return "the sweep won"
        case (503, _, is_open, is_closed) if is_open != is_closed:
            return "the user was told to come again"
        case _:
            return f"WRONG: {answer.status} {act} {there is not None} {closed is not None}"
