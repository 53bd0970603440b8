"""Every minute: abandon idle sessions, revive or end runs that nobody works on, look for consents, watch tenants."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from onboarding import clock, ids
from onboarding.flows.sweep import Act, sweep_finding, sweep_look, sweep_run, sweep_session, sweep_watch
from onboarding.log import logger
from onboarding.metrics import count_sweep
from onboarding.storage.keys import SHARDS
from onboarding.storage.runs import DueFinding, DueLook, DueRun
from onboarding.storage.sessions import DueSession, DueWatch
from onboarding.wiring import stores
from onboarding.wiring.consents import looks
from onboarding.wiring.rounds import rounds

MOST_PER_SHARD = 100
"""Things of one kind that one sweep looks at per shard; the longest due come first, the rest in a minute."""


class SweepFailed(Exception):  # noqa: N818 - the invocation's outcome
    """Some of what was due could not be done; the log says what, and the next sweep tries again."""


def handler(_event: dict[str, Any], _context: object) -> dict[str, int]:
    """Do what is due; return how often each act was done.

    What fails does not keep the rest from being done, but the invocation fails in the end, so that people hear of it.
    """
    acts: Counter[Act] = Counter()
    failures, oldest, now = 0, timedelta(), clock.now()
    for looked in _looks(now):
        try:
            due = looked()
        except Exception:
            logger.exception("not looked", extra={"shard": looked.args})
            failures += 1
            continue
        for do in due:
            oldest = max(oldest, _age(do.args[0], now))
            try:
                acts[do()] += 1
            except Exception:
                logger.exception("not done", extra={"act": do.args})
                failures += 1
    counts = {act.value: count for act, count in acts.items()}
    logger.info("swept", extra={**counts, "failures": failures})
    count_sweep(counts, oldest)
    if failures:
        raise SweepFailed(f"{failures} acts failed")
    return counts


def _age(due: object, now: datetime) -> timedelta:
    """Tell how long ago a due run was started; its id knows. Anything else has no age."""
    return now - ids.made_at(due.run_id) if isinstance(due, DueRun) else timedelta()


def _looks(now: datetime) -> Iterator["partial[list[partial[Act]]]"]:
    """Give a look at each shard of each table; a look gives what is due there."""
    settings, sessions, runs = stores.settings(), stores.sessions(), stores.runs()
    on_session = partial(
        sweep_session, sessions=sessions, boards=stores.boards(), idle=settings.idle, new_id=ids.new, now=now
    )
    on_run = partial(sweep_run, runs=runs, resend_after=settings.resend_after, new_id=ids.new, now=now)
    on_look = partial(
        sweep_look,
        looks=looks(),
        tenants=stores.tenants(),
        deadlines=settings.deadlines,
        new_id=ids.new,
        now=now,
    )
    on_finding = partial(sweep_finding, boards=stores.boards(), **on_look.keywords)

    on_watch = partial(
        sweep_watch,
        rounds=rounds(),
        boards=stores.boards(),
        every=settings.watch_every,
        deadlines=settings.deadlines,
        new_id=ids.new,
        now=now,
    )

    def due_sessions(shard: int) -> list["partial[Act]"]:
        acts: dict[type[DueSession | DueWatch], partial[Act]] = {DueSession: on_session, DueWatch: on_watch}
        return [partial(acts[type(due)], due.tenant_id) for due in sessions.list_due(shard, now, limit=MOST_PER_SHARD)]

    def due_runs(shard: int) -> list["partial[Act]"]:
        acts: dict[type[DueRun | DueFinding | DueLook], partial[Act]] = {
            DueRun: on_run,
            DueFinding: on_finding,
            DueLook: on_look,
        }
        return [partial(acts[type(due)], due) for due in runs.list_due(shard, now, limit=MOST_PER_SHARD)]

    for shard in range(SHARDS):
        yield partial(due_sessions, shard)
        yield partial(due_runs, shard)
