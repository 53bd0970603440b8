"""Load: a recorded onboarding, played by more and more people at once; afterwards the tables must be consistent.

Over HTTP by Locust against the local deployment, whose emulator starts a process per request in flight and so is the
limit there. The handlers themselves are measured in process, on DynamoDB Local: what they do per second of processor
time with many threads, as a ratio to what they do with one.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
from rich.console import Console

from bench import ROOT, Figures, apart, deployment, keep, say, stage
from bench.parts import Bar
from bench.script import Player, Recorder, Request
from bench.stage import Scene
from local.demo import onboard
from local.state import State
from local.verify import TableSet
from local.walking import Answer, Walk
from onboarding.domain.catalogue import Task
from onboarding.routes import ROUTES
from tests.calling import call, register
from tests.deployment import Deployment
from tests.tenant import PlainTenant

USERS = (1, 4, 16, 64)
SECONDS = 30.0
"""How long each stage lasts."""

PAUSE = (0.05, 0.5)
"""Seconds that a person takes before each step, at least and at most."""

TENANTS = 20
SETTLED_WITHIN = 180.0
"""Seconds in which the runs that were under way must have ended."""

THREADS = (1, 4, 16)
ONBOARDINGS = 24
"""Onboardings in process, however many threads share them."""


# ── Recording ────────────────────────────────────────────────────────────────────────────────────────────────────────


class RecordedWalk(Walk):
    """A walk whose every step goes into a script."""

    recorder: Recorder

    def ask(self, user: int, method: str, path: str, body: dict[str, Any] | None = None) -> Answer:
        """Ask, and record it."""
        answer = super().ask(user, method, path, body)
        self.recorder.add(Request(user, method, path.removeprefix(self.api_url), body), answer.status, answer.body)
        return answer


def recorded(state: State) -> tuple[list[Request], dict[int, str]]:
    """Carry two tenants through the demo, and give what that asked, with the tokens it asked with."""
    with Path(os.devnull).open("w") as nowhere:
        walk = RecordedWalk.on(state, Console(file=nowhere))
        walk.recorder = Recorder()
        onboard(walk)
    return walk.recorder.script, walk.tokens


# ── Over HTTP ────────────────────────────────────────────────────────────────────────────────────────────────────────


def over_http(
    state: State, script: list[Request], tokens: dict[int, str], *, users: tuple[int, ...], seconds: float, seed: int
) -> Figures:
    """Let Locust's users play *script*, stage by stage; then verify the tables."""
    with tempfile.TemporaryDirectory() as folder:
        plan, result = Path(folder, "plan.json"), Path(folder, "result.json")
        plan.write_text(
            json.dumps(
                {
                    "script": [each._asdict() for each in script],
                    "tokens": tokens,
                    "url": state.stack()["api_url"],
                    "users": users,
                    "seconds": seconds,
                    "pause": PAUSE,
                    "tenants": TENANTS,
                    "seed": seed,
                    "result": str(result),
                }
            )
        )
        program = str(apart.programs() / "locust")
        locust = [program, "--headless", "--only-summary", "--locustfile", "bench/locustfile.py"]
        environment = {**os.environ, "LOAD_PLAN": str(plan), "PYTHONPATH": str(ROOT)}
        done = subprocess.run(locust, cwd=ROOT, env=environment, check=False, capture_output=True, text=True)
        if not result.is_file():
            raise RuntimeError(f"locust ended with {done.returncode}:\n{done.stderr[-3000:]}")
        seen = json.loads(result.read_text())
    rows = [_stage_of(int(number), Counter(statuses), seconds) for number, statuses in seen.items()]
    return {"script": len(script), "seconds": seconds, "http": rows, "afterwards": _verified(state)}


def _stage_of(users: int, statuses: Counter[str], seconds: float) -> dict[str, Any]:
    requests = statuses.total()
    return {
        "users": users,
        "requests": requests,
        "per_second": round(requests / seconds, 2),
        "server_errors": sum(number for status, number in statuses.items() if status == "0" or status >= "500"),
        "throttled": statuses["429"],
        "refused": sum(number for status, number in statuses.items() if "400" <= status < "500" and status != "429"),
    }


def _verified(state: State) -> dict[str, Any]:
    """Wait until no run is under way any more, and prove that the tables are consistent, as `make verify` does."""
    stack = state.stack()
    dynamodb = boto3.client(
        "dynamodb",
        endpoint_url=stack["aws_endpoint_url"],
        region_name=stack["region"],
        aws_access_key_id="local",
        aws_secret_access_key="local",  # noqa: S106 - the emulator checks none
    )
    names = {name.lower(): table for name, table in stack["tables"].items()}
    tables = TableSet(**names, dynamodb=dynamodb)
    until = time.monotonic() + SETTLED_WITHIN
    while (kept := tables.read()).counts()["active runs"] and time.monotonic() < until:
        time.sleep(1)
    kept, breaches = tables.verified()
    return {"violations": breaches, "counts": dict(kept.counts())}


# ── In process ───────────────────────────────────────────────────────────────────────────────────────────────────────


def in_process(here: stage.Stage, script: list[Request], *, threads: int, onboardings: int) -> dict[str, Any]:
    """Play *onboardings* with so many *threads*, two of them to a tenant when they are most; count what came."""
    with here.scene(metered=False) as scene, stage.logged():
        tenants = range(1, max(THREADS) // 2 + 1)
        for tenant in tenants:
            register(tenant)
        statuses: Counter[int] = Counter()
        turns = iter([(number, tenants[number % len(tenants)]) for number in range(onboardings)])
        lock = threading.Lock()

        def work() -> None:
            while True:
                with lock:
                    _, tenant = next(turns, (0, 0))
                if not tenant:
                    return
                player = Player(script, tenant)
                for asked in player.play():
                    answer = _answered(scene, asked)
                    with lock:
                        statuses[answer.status] += 1
                    player.answered(answer.status, answer.body)

        took = _processor_seconds(work, threads)
        breaches = verified(scene.deployed)
    return {
        "threads": threads,
        "requests": statuses.total(),
        "per_cpu_second": round(statuses.total() / took, 1),
        "server_errors": sum(number for status, number in statuses.items() if status >= 500),  # noqa: PLR2004 - HTTP
        "violations": breaches,
    }


def _processor_seconds(work: Callable[[], None], threads: int) -> float:
    before = time.process_time()
    workers = [threading.Thread(target=work) for _ in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return time.process_time() - before


def _answered(scene: Scene, asked: Request) -> Any:  # noqa: ANN401 - an Answer of tests.calling
    """Ask the real handler; a run that it started is executed at once, on a customer's side that is well."""
    path, _, query = asked.path.partition("?")
    name, route = next(each for each in ROUTES.items() if each[1].method == asked.method and each[1].matches(path))
    pairs = zip(route.path.split("/"), path.split("/"), strict=True)
    given: dict[str, Any] = {part.strip("{}"): value for part, value in pairs if part.startswith("{")}
    tenant = given.pop("tenantId", 1)
    answer = call(name, user=asked.user, tenant=tenant, query=query, body=asked.body, **given)
    if name == "start_run" and answer.status == 201:  # noqa: PLR2004 - HTTP's Created
        scene.worker.reach = lambda _tenant: PlainTenant()
        scene.worker.work(answer.body["run_id"], tenant=int(tenant), kind=Task(given["taskType"]).spec.kind)
    return answer


def verified(deployed: Deployment) -> list[str]:
    """Name every breach of a rule that tables must keep."""
    names = {name.lower(): table for name, table in deployed.tables.physical.items()}
    _, breaches = TableSet(**names, dynamodb=deployed.dynamodb).verified()
    return breaches


def measure(*, quick: bool = False, seed: int = 1) -> Figures:
    """Measure both; *quick* takes a tenth of the time."""
    users, seconds = ((1, 8), 10.0) if quick else (USERS, SECONDS)
    with deployment.running() as state:
        script, tokens = recorded(state)
        say(f"{', '.join(map(str, users))} people at once, {seconds:.0f} s each")
        figures = over_http(state, script, tokens, users=users, seconds=seconds, seed=seed)
    with stage.set_up() as here:
        say(f"in process, with {', '.join(map(str, THREADS))} threads")
        # What is built once is built before anything is measured.
        in_process(here, script, threads=1, onboardings=2)
        rows = [
            in_process(here, script, threads=threads, onboardings=ONBOARDINGS // (8 if quick else 1))
            for threads in THREADS
        ]
    return {**figures, "seed": seed, "in_process": rows}


# ── The report ───────────────────────────────────────────────────────────────────────────────────────────────────────


def section(figures: Figures) -> str:
    """Write down what came of the load."""
    afterwards, one = figures["afterwards"], figures["in_process"][0]
    stages = "\n".join(
        f"| {row['users']} | {row['requests']:,} | {row['per_second']} | {row['refused']} | {row['throttled']} | "
        f"{row['server_errors']} |"
        for row in figures["http"]
    )
    threads = "\n".join(
        f"| {row['threads']} | {row['requests']:,} | {row['per_cpu_second'] / one['per_cpu_second']:.2f} | "
        f"{row['server_errors']} | {len(row['violations'])} |"
        for row in figures["in_process"]
    )
    counts = afterwards["counts"]
    return f"""## Load

`make load SEED={figures["seed"]}`: what `make demo` asks is recorded ({figures["script"]} steps of four people, from
the first step to the review, refusals included) and played by Locust's users against the local deployment, each in one
of {TENANTS} tenants, {figures["seconds"]:.0f} seconds a stage.

| people at once | requests | answered per second | refused (4xx) | 429 | 5xx |
|--:|--:|--:|--:|--:|--:|
{stages}

Afterwards `make verify` finds {len(afterwards["violations"])} violations in what {counts["closed sessions"]} closed
sessions and {counts["ended runs"]} ended runs left. The throughput is the emulator's, which starts a process for each
request in flight and shares two cores with everything else: it says nothing of Lambda.

![Requests answered and failed as more people come](load.png)

The handlers themselves, in process on DynamoDB Local, the same script, in {max(THREADS) // 2} tenants, runs executed on
the spot. Contention costs no errors. What a request takes more is conflicts tried again, and threads that pass one
interpreter's lock around, which Lambda never does: there, a process answers one request at a time.

| threads | requests | requests per processor second, as a ratio to one thread | 5xx | violations |
|--:|--:|--:|--:|--:|
{threads}
"""


def bars(_figures: Figures) -> dict[int, Bar]:
    """None of the twelve bars is about load."""
    return {}


def held(figures: Figures) -> bool:
    """Tell whether nothing failed under load, and nothing was left inconsistent."""
    failed = any(row["server_errors"] for row in (*figures["http"], *figures["in_process"]))
    torn = any(row["violations"] for row in (figures["afterwards"], *figures["in_process"]))
    return not failed and not torn


def main(words: list[str] | None = None) -> int:
    """Measure, keep the figures (unless in a hurry), print the section, and say by the exit code whether all held."""
    parser = argparse.ArgumentParser(prog="bench.load", description=__doc__, allow_abbrev=False)
    parser.add_argument("--quick", action="store_true", help="a tenth of the time; nothing is kept")
    parser.add_argument("--seed", type=int, default=1, help="of the pauses that people make")
    arguments = parser.parse_args(words)
    figures = measure(quick=arguments.quick, seed=arguments.seed)
    if not arguments.quick:
        keep("load", figures)
    print(section(figures))
    return 0 if held(figures) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
