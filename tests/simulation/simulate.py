"""Deterministic simulation: one seed is one history of the whole service, and the same seed the same history.

python -m tests.simulation.simulate --seeds 1000
python -m tests.simulation.simulate --seed 17 --verbose
"""

import argparse
import multiprocessing
import os
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from typing import NamedTuple

from onboarding.domain.access import Role
from onboarding.domain.catalogue import Kind
from onboarding.domain.session import Session
from onboarding.flows.create_session import Opened
from tests.simulation.backstage import Backstage
from tests.simulation.chance import seeded
from tests.simulation.people import ADMIN, Answer, Call, People
from tests.simulation.promises import Coincidence, Promises
from tests.simulation.world import SKEW, Faults, Thresholds, Violation, World

STEPS = 1_100
"""Steps of a history before the faults end; the way to rest comes on top."""

LONGEST_WAY_TO_REST = 4_000
"""Sweeps after which a world that has not come to rest never will."""


class History(NamedTuple):
    """What became of one seed."""

    seed: int
    steps: int
    trace: str
    violation: str | None
    acts: Counter[str]


def history(seed: int, *, steps: int = STEPS) -> History:
    """Live through the history of *seed*: a time in which all goes wrong, and then the way to rest."""
    simulation = Simulation(seed)
    violation = None
    try:
        simulation.live(steps)
        simulation.rest()
    except Coincidence:
        simulation.world.acts["given up: a coincidence"] += 1
    except Violation as broken:
        violation = str(broken)
    except Exception as unforeseen:  # noqa: BLE001 - whatever it is, nobody was to see it
        where = traceback.extract_tb(unforeseen.__traceback__)[-1]
        violation = f"{type(unforeseen).__name__}: {unforeseen}, in {where.filename}:{where.lineno}"
    finally:
        simulation.world.close()
    world = simulation.world
    return History(seed, world.steps, world.trace, violation, world.acts)


class Simulation:
    """One world with all that is in it."""

    def __init__(self, seed: int) -> None:
        chance = seeded("thresholds", seed)
        self.world = World(seed, _thresholds(chance.choice))
        self.promises = Promises(self.world)
        self.backstage = Backstage(self.world, self.promises.told)
        self.tenants = tuple(range(1, chance.randint(3, 4)))
        self.people = People(self.world, self.tenants, self.promises.judge)
        self.backstage.sweeping = self.people.provoke_sweep
        self.backstage.watching = self.people.provoke_watch
        self.pace = chance.choice((2_000, 8_000, 20_000))

    def live(self, steps: int) -> None:
        world = self.world
        faults, world.faults = world.faults, Faults.none()
        for tenant in self.tenants:
            self.people.register(tenant, connections=1 + tenant % 2)  # so the even ones have a default
        world.go_on(lambda: False)
        if world.chance.random() < 0.3:
            self.people.onboard(2)
        world.faults = faults
        self.people.live(self.pace)
        self.backstage.sweep_after(10_000, every=world.chance.choice((20_000, 60_000)))
        self._change_moods()
        world.go_on(lambda: world.steps >= steps)

    def rest(self) -> None:
        """Let nothing go wrong any more; then all must come to its end, and people must get on."""
        world = self.world
        world.faults = Faults.none()
        self.backstage.mood.kind = "healthy"
        self.promises.from_now_on_nothing_goes_wrong()
        self._until(self.promises.nothing_is_left_to_do)
        self.promises.judge_at_rest(self.tenants)
        for tenant in self.tenants:
            self._nobody_is_shut_out(tenant)
        self._until(lambda: all(item["entry"] == "watch" for item in world.store.indexed("Sessions", "due")))
        for tenant in self.tenants:
            if world.store.item("Sessions", tenant, "open"):
                raise Violation(f"never abandoned: {world.store.item('Sessions', tenant, 'open')}")
        self._until(self.promises.nothing_is_left_to_do)
        self.promises.judge_at_rest(self.tenants)

    def _until(self, reached: Callable[[], bool]) -> None:
        """Sweep whenever something falls due, until what has to come has come."""
        world = self.world
        for _ in range(LONGEST_WAY_TO_REST):
            world.go_on(lambda: False)
            if reached():
                return
            due = [item["due_at"] for table in ("Sessions", "Runs") for item in world.store.indexed(table, "due")]
            world.leap(min(due, default=0) - world.instant + SKEW)
            world.leap(1)
            self.backstage.sweep_after(0)
        raise Violation("the world never comes to rest")

    def _nobody_is_shut_out(self, tenant: int) -> None:
        """A manager can always get on with a tenant's session: take it over, close it, and open another."""
        answers: list[Answer] = []

        def ask(what: str, user: int, **about: object) -> Answer:
            self.people.ask(Call(what, tenant, user, about), then=answers.append)
            self.world.go_on(lambda: False)
            return answers[-1] if answers else None

        ask("register", ADMIN, member=2, role=Role.MANAGER)
        ask("register", ADMIN, member=3, role=Role.OPERATOR)
        opened = ask("create", 2)
        if not isinstance(opened, Opened):
            raise Violation(f"no session can be had: {opened}")
        end = {"body": {"takeover": True, "status": "abandoned"}, "takeover": True, "if_match": None}
        closed = ask("edit", 2, session=opened.session.id, **end)
        if not (isinstance(closed, Session) and closed.closed_at):
            raise Violation(f"a session that cannot be closed: {closed}")
        again = ask("create", 3)
        if not (isinstance(again, Opened) and not again.resumed and again.session.assigned_to_user_id == 3):
            raise Violation(f"no new session can be had: {again}")

    def _change_moods(self) -> None:
        if not self.world.faults.crash:
            return
        self.backstage.mood.change()
        self.world.later(self.world.chance.randint(5_000, 60_000), self._change_moods)


def _thresholds(choice: Callable[[tuple[int, ...]], int]) -> Thresholds:
    def seconds(*lengths: int) -> timedelta:
        return timedelta(seconds=choice(lengths))

    return Thresholds(
        lock_length=seconds(20, 40, 900),
        idle=seconds(15, 60, 3_600),
        watch_every=seconds(30, 60, 600),
        lease=seconds(15, 40, 120),
        resend_after=seconds(5, 20, 60),
        run_budget=choice((8, 300, 300)),
        deadlines={Kind.PROBE: seconds(90, 600, 3_600), Kind.EXCLUSIVE: seconds(180, 1_200, 43_200)},
    )


# ── Many of them ─────────────────────────────────────────────────────────────────────────────────────────────────────


def histories(seeds: range, *, processes: int = 1, steps: int = STEPS) -> Iterator[History]:
    """Live through the histories of *seeds*, on so many processes, in no certain order."""
    one = partial(history, steps=steps)
    if processes == 1:
        yield from map(one, seeds)
        return
    # pydynox must not be forked.
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        yield from pool.imap_unordered(one, seeds, chunksize=4)


def main() -> int:
    """Simulate, print what was seen, and tell whether all was well."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=100, help="how many histories")
    parser.add_argument("--first", type=int, default=1, help="the first seed")
    parser.add_argument("--seed", type=int, help="this history alone")
    parser.add_argument("--steps", type=int, default=STEPS, help="steps of each before its way to rest")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--stop", action="store_true", help="stop at the first violation")
    parser.add_argument("--verbose", action="store_true", help="say what happened how often")
    wishes = parser.parse_args()
    if wishes.seed is not None:
        wishes.first, wishes.seeds, wishes.processes = wishes.seed, 1, 1
    began = time.monotonic()
    steps, lived, acts = 0, 0, Counter[str]()
    violations: list[History] = []
    for each in histories(
        range(wishes.first, wishes.first + wishes.seeds), processes=wishes.processes, steps=wishes.steps
    ):
        steps, lived, acts = steps + each.steps, lived + 1, acts + each.acts
        if each.violation:
            violations.append(each)
            print(f"seed {each.seed}: {each.violation[:1500]}", flush=True)  # noqa: T201 - a program: this is what it says
            if wishes.stop:
                break
        if wishes.seed is not None:
            print(f"seed {each.seed}: trace {each.trace}")  # noqa: T201 - a program: this is what it says
    seconds = time.monotonic() - began
    if wishes.verbose:
        for act, number in sorted(acts.items(), key=lambda item: -item[1]):
            print(f"{number:10,}  {act}")  # noqa: T201 - a program: this is what it says
    print(  # noqa: T201 - a program: this is what it says
        f"{lived:,} histories, {steps:,} steps, {len(violations)} violations, "
        f"{seconds:.0f} s, {steps / seconds:,.0f} steps per second"
    )
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main())
