"""What a batch of probes shares, how long a run waits beside how long it is examined, and how long a log line is.

Connections and tokens are counted at the tenant simulator and at the pool that leads there. Waiting is a share of a
run's life on the local deployment, from the run's own instants: a ratio, since seconds of a shared machine say nothing.
"""

import argparse
import asyncio
import os
import re
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from functools import partial
from importlib import import_module
from pathlib import Path
from statistics import median
from threading import Condition
from typing import Any

import pytest
import urllib3
from aiohttp import web
from aiohttp.typedefs import Handler
from rich.console import Console

from bench import Figures, deployment, keep, say, stage
from bench.parts import Bar
from bench.stage import Scene
from local.demo import CONTOSO, FABRIKAM, onboard
from local.tenants import TENANTS
from local.walking import OWNER, Walk
from onboarding.domain.catalogue import Kind
from onboarding.domain.tenant import Tenant
from onboarding.graph.client import connection_pool
from onboarding.routes import ROUTES
from tests import events, simulator, template
from tests.arranging import ADMIN, PROBES, opened, started
from tests.calling import call
from tests.races.crowd import Crowd
from tests.simulator import Simulator
from tests.working import Worker, register_examined

CROWD = 64
"""How many come at once."""

CREATED = 201
_REST_OF_A_PROBE = 2
"""Round trips of a probe after its claim."""

LATENCY = 0.2
"""Seconds that Microsoft's stand-in takes for an answer where pools are compared: as long as the cost model assumes."""

_BATCHES = 3
"""How often a batch is worked off with each pool; the median counts."""

LONGEST_LINE = 700
"""Bytes that the one log line of a request may have."""

BATCH = 10
HEALTHY = tuple(tenant for tenant in TENANTS if tenant.scenario == "healthy")
LARGEST_ID = 2**53 - 1
_LONGEST_IP = "2001:0db8:85a3:0000:0000:8a2e:255.255.255.255"
_TRACE = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"


class Gathering:
    """Holds back everybody who arrives until *expected* are there, or nobody new has come for a while."""

    def __init__(self, expected: int, *, patience: float) -> None:
        """Wait for *expected*, up to *patience* seconds each."""
        self.together = 0
        """How many there were when the first one went on."""
        self._expected = expected
        self._patience = patience
        self._over = False
        self._changed = Condition()

    def join(self, tenant: Tenant) -> Tenant:
        """Wait with the others, then go on to *tenant*."""
        with self._changed:
            if not self._over:
                self.together += 1
                self._changed.notify_all()
                self._changed.wait_for(lambda: self._over or self.together >= self._expected, self._patience)
                self._over = True
                self._changed.notify_all()
        return tenant


@web.middleware
async def far_away(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let what asks Microsoft wait for its answer; what asks the stand-in itself need not."""
    if "/control/" not in request.path:
        await asyncio.sleep(LATENCY)
    return await handler(request)


def opened_connections(simulator: Simulator) -> int:
    """Count the TCP connections that were opened to Microsoft's stand-in so far."""
    return simulator.pool.connection_from_url(simulator.url).num_connections


def work_off(worker: Worker, runs: dict[int, list[int]], gathering: Gathering) -> dict[str, int]:
    """Give the *runs* of each tenant to *worker* as one batch, and count what that takes at Microsoft."""
    tenants = [tenant for tenant in TENANTS if tenant.id in runs]
    for tenant in tenants:
        worker.simulator.play("healthy", tenant)
    before = opened_connections(worker.simulator)
    worker.reach = gathering.join
    bodies = [{"tenant_id": tenant, "run_id": run_id} for tenant, ids in runs.items() for run_id in ids]
    statuses = worker.take(*bodies, kind=Kind.PROBE)
    if statuses != ["succeeded"] * len(bodies):
        raise AssertionError(statuses)
    calls = [worker.simulator.calls(tenant) for tenant in tenants]
    return {
        "probes": len(bodies),
        "provider_connections": len(tenants),
        "tokens": sum(each["token"] for each in calls),
        "graph_calls": sum(each["graph"] for each in calls),
        "tcp_connections": opened_connections(worker.simulator) - before,
        "side_by_side": gathering.together,
    }


def batches(worker: Worker, secret_arn: str) -> dict[str, dict[str, int]]:
    """Work off a batch as large as the template's, twice, and one of ten probes over two tenants."""
    size = batch_size()
    found = {}
    with stage.logged():
        for tenant in HEALTHY[:2]:
            register_examined(secret_arn, tenant=tenant.id)
        worker.simulator.pool.clear()
        for name in ("cold", "warm"):
            runs = {HEALTHY[0].id: [started(task, tenant=HEALTHY[0].id) for task in PROBES[:size]]}
            found[name] = work_off(worker, runs, Gathering(size, patience=30.0))
        first, second = PROBES, PROBES[: BATCH - len(PROBES)]
        runs = {
            tenant.id: [started(task, tenant=tenant.id) for task in tasks]
            for tenant, tasks in zip(HEALTHY, (first, second), strict=False)
        }
        found["ten"] = work_off(worker, runs, Gathering(BATCH, patience=1.0))
    return found


def with_pools(answering_late: Simulator, secret_arn: str) -> dict[str, dict[str, float]]:
    """Work off batches at a Microsoft *answering_late*: with the pool that workers have, and with one connection.

    With one, the probes are under way side by side all the same, and queue up for each of their calls.
    """
    one = urllib3.PoolManager(num_pools=4, maxsize=1, block=True, retries=False)
    tenant, size = HEALTHY[0], batch_size()
    found = {}
    with stage.logged():
        register_examined(secret_arn, tenant=tenant.id)
        for name, pool in (("shared", connection_pool()), ("one", one)):
            worker = Worker(replace(answering_late, pool=pool))
            took = []
            for _ in range(_BATCHES):
                runs = {tenant.id: [started(task, tenant=tenant.id) for task in PROBES[:size]]}
                began = time.monotonic()
                work_off(worker, runs, Gathering(1, patience=0.0))
                took.append(time.monotonic() - began)
            found[name] = {"tcp_connections": opened_connections(worker.simulator), "seconds": round(median(took), 2)}
            pool.clear()
    return found


def batch_size() -> int:
    """Read from the template how many probes one invocation is handed."""
    size: int = template.functions(template.read())["ExecuteProbe"]["Events"]["Messages"]["Properties"]["BatchSize"]
    return size


def crowds(scene: Scene) -> dict[str, int]:
    """Let 64 people create a session at once, then 64 workers be handed the same run at once, and count what came."""
    crowd = Crowd()
    with stage.logged():
        register_examined(scene.secret_arn)
        answers = crowd.does(*[partial(call, "create_session")] * CROWD)
        run_id = started("rbac_check")
        meter = scene.meter()
        orders = crowd.does(*[partial(scene.worker.work, run_id, kind=Kind.PROBE)] * CROWD)
    claims = [each for each in meter.exchanges if each.call.operation == "UpdateItem"]
    return {
        "creators": CROWD,
        "sessions": len({answer.body["id"] for answer in answers if answer.status == CREATED}),
        "server_errors": sum(answer.status >= 500 for answer in answers),  # noqa: PLR2004 - HTTP's
        "deliveries": CROWD,
        "executed": sum(status == "succeeded" for [status] in orders),
        "claims": len(claims),
        "claims_refused": sum(each.refused for each in claims),
        "round_trips": len(meter.exchanges),
    }


# ── Log lines ────────────────────────────────────────────────────────────────────────────────────────────────────────


def log_lines() -> dict[str, int]:
    """Measure each route's log line where all that goes into it is as long as it gets, a refusal's code included."""
    stage.load()
    with pytest.MonkeyPatch.context() as patch, stage.logged():
        # Lambda says so on every invocation that is traced, and the logger repeats it.
        patch.setenv("_X_AMZN_TRACE_ID", _TRACE)
        call("register_tenant", tenant=LARGEST_ID, body={"name": "n"}, **ADMIN)
        call("register_member", tenant=LARGEST_ID, userId=LARGEST_ID, body={"role": "owner"}, **ADMIN)
        session_id = opened(tenant=LARGEST_ID, user=LARGEST_ID)
        return {name: max(map(len, _lines(name, {"sessionId": session_id})), default=0) for name in ROUTES}


def _lines(name: str, known: dict[str, object]) -> Iterator[bytes]:
    route = ROUTES[name]
    ids = dict.fromkeys(re.findall(r"{(\w+)\+?}", route.path), LARGEST_ID)
    parameters = {**ids, "taskType": "connection_diagnostics", **known}
    bodies = [{"current_step": 5}, {"assigned_to_user_id": 7}] if name == "update_session" else [None]
    for body in bodies:
        event = events.http(route.method, route.path, parameters=parameters, user=LARGEST_ID, body=body)
        event["requestContext"]["http"]["sourceIp"] = _LONGEST_IP
        with stage.logged() as lines:
            import_module(f"api.{name}").handler(event, events.Context())
        yield from (line.encode() for line in lines if '"message":"request"' in line)


# ── Waiting ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def waiting() -> dict[str, Any]:
    """Onboard on the local deployment, and compare how long each run waited with how long it lived."""
    with deployment.running() as state, Path(os.devnull).open("w") as nowhere:
        walk = Walk.on(state, Console(file=nowhere))
        onboard(walk)
        runs = [
            walk.expect(200, walk.ask(OWNER, "GET", f"{base}/runs/{piece['operation_run_id']}")).body
            for base in (f"/tenants/{tenant}/onboarding" for tenant in (CONTOSO, FABRIKAM))
            for piece in walk.expect_list(OWNER, f"{base}/evidence?limit=9")
        ]
    lives = [_life(run) for run in runs]
    return {
        "runs": len(lives),
        "share": round(sum(wait for wait, _ in lives) / sum(life for _, life in lives), 3),
        "median_share": round(median(wait / life for wait, life in lives), 3),
    }


def _life(run: dict[str, Any]) -> tuple[float, float]:
    queued, began, ended = (datetime.fromisoformat(run[name]) for name in ("queued_at", "started_at", "ended_at"))
    return (began - queued).total_seconds(), (ended - queued).total_seconds()


def measure(*, quick: bool = False) -> Figures:
    """Measure all of it; *quick* leaves the local deployment out."""
    with stage.set_up() as here:
        with here.scene() as scene:
            shared = batches(scene.worker, scene.secret_arn)
            figures: Figures = {"batch_size": batch_size(), "batches": shared, "log_lines": log_lines()}
        with here.scene() as scene:
            figures["crowds"] = crowds(scene)
        with here.scene(), simulator.serve(far_away, least_sync_seconds=0.0) as answering_late:
            say("working off batches over several connections, and over one")
            figures["pools"] = {"latency": LATENCY, **with_pools(answering_late, here.secret_arn)}
    if quick:
        return figures
    say("onboarding on the local deployment, to see how long runs wait")
    return {**figures, "waiting": waiting()}


# ── The report ───────────────────────────────────────────────────────────────────────────────────────────────────────


def section(figures: Figures) -> str:
    """Write what batches share, how long runs wait, and how long log lines are."""
    names = {
        "cold": f"{figures['batch_size']}, as the template hands out; a cold worker",
        "warm": "the same again, warm",
        "ten": f"{BATCH}, over two tenants",
    }
    columns = ("probes", "provider_connections", "side_by_side", "tokens", "graph_calls", "tcp_connections")
    rows = "\n".join(
        f"| {names[name]} | {' | '.join(str(batch[column]) for column in columns)} |"
        for name, batch in figures["batches"].items()
    )
    route, longest = _longest(figures)
    return f"""## Workers and log lines

Counted at the tenant simulator, and at the pool that leads there:

| batch | probes | provider connections | side by side | tokens | calls to Graph | TCP connections opened |
|---|--:|--:|--:|--:|--:|--:|
{rows}

A token is fetched once per provider connection and batch. Probes run side by side (decision 0013), and HTTP/1.1 carries
one request at a time: a worker opens a connection for each probe that is under way, once, and keeps as many as a batch
has probes. How many are needed at the same instant is chance.

{_pooled(figures)}
{_waited(figures)}
{_crowded(figures["crowds"])}
The longest log line of a request has {longest} bytes (`{route}`), with the largest ids, an IPv6 address, a trace id
and a refusal's code in it. There is one such line per request; it may have {LONGEST_LINE} bytes.
"""


def _pooled(figures: Figures) -> str:
    """Say what it would cost to have one connection and no more."""
    pools = figures["pools"]
    several, one = pools["shared"], pools["one"]
    return f"""One connection could do: a pool of one, for which probes queue up, was tried on the same batch of
{figures["batch_size"]}, with answers that take {pools["latency"]} s. It opened {one["tcp_connections"]:.0f} connection
where the pool of a worker opened {several["tcp_connections"]:.0f}, and the batch took {_slower(figures):.1f} times as
long, which Lambda bills; one slow answer would hold up the probes that it does not concern. So it is as it is (decision
0027)."""


def _slower(figures: Figures) -> float:
    seconds: float = figures["pools"]["one"]["seconds"] / figures["pools"]["shared"]["seconds"]
    return seconds


def _waited(figures: Figures) -> str:
    if "waiting" not in figures:
        return ""
    waiting = figures["waiting"]
    return f"""
On the local deployment, the {waiting["runs"]} runs of an onboarding waited for {waiting["share"]:.0%} of their lives
from start to claim (median of the shares: {waiting["median_share"]:.0%}); the rest is the examination. The emulator
polls its streams and queues, and starts a process per invocation; Lambda's own pollers are quicker than that.
"""


def _crowded(crowds: dict[str, int]) -> str:
    return f"""{crowds["creators"]} people who create a session at once get {crowds["sessions"]} id between them, and
{crowds["server_errors"]} answers of 5xx. Of {crowds["deliveries"]} deliveries of one message at once,
{crowds["executed"]} is executed; {crowds["claims_refused"]} of {crowds["claims"]} claims are refused, and
{crowds["round_trips"]} round trips are all it takes.
"""


def bars(figures: Figures) -> dict[int, Bar]:
    """Say what we have come to of what a batch shares, and of log lines."""
    _, longest = _longest(figures)
    batches = figures["batches"]
    shared = all(batch["tokens"] == batch["provider_connections"] for batch in batches.values())
    cold, warm = (batches[name]["tcp_connections"] for name in ("cold", "warm"))
    holds = shared and cold + warm <= figures["batch_size"] and longest <= LONGEST_LINE
    crowd = figures["crowds"]
    return {
        9: Bar(
            reached=crowd["sessions"] == crowd["executed"] == 1
            and not crowd["server_errors"]
            and crowd["claims_refused"] == CROWD - 1
            and crowd["round_trips"] == CROWD + _REST_OF_A_PROBE,
            figure=(
                f"{crowd['sessions']} id, {crowd['server_errors']} × 5xx; {crowd['executed']} claim, "
                f"{crowd['claims_refused']} refusals, {crowd['round_trips']} round trips, 2 of them the winner's others"
            ),
            command="make bench, pytest tests/races",
        ),
        11: Bar(
            reached=holds and cold + warm == 1,
            in_part=holds,
            figure=(
                "one token per provider connection and batch: yes; one pool of connections to Graph, and not one "
                f"connection: the {figures['batch_size']} probes of a batch, side by side, opened {cold}, and the next "
                f"batch {warm or 'none'} more (one for all would take {_slower(figures):.1f} × as long); at most "
                f"{longest} bytes a line: yes"
            ),
            command="make bench, pytest tests/integration/test_bench_workers.py",
        ),
    }


def _longest(figures: Figures) -> tuple[str, int]:
    found: tuple[str, int] = max(figures["log_lines"].items(), key=lambda each: each[1])
    return found


def main(words: list[str] | None = None) -> None:
    """Measure, keep the figures (unless in a hurry), and print the section."""
    parser = argparse.ArgumentParser(prog="bench.workers", description=__doc__, allow_abbrev=False)
    parser.add_argument("--quick", action="store_true", help="without the local deployment; nothing is kept")
    arguments = parser.parse_args(words)
    figures = measure(quick=arguments.quick)
    if not arguments.quick:
        keep("workers", figures)
    print(section(figures))


if __name__ == "__main__":
    main(sys.argv[1:])
