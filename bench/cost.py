"""What the service costs, and where it tops out: computed from requests that are measured, at list prices.

An onboarding is carried through in process, as `make demo` does it, with every function's request units, log lines and
processor time counted. What cannot be measured here, the pace of networks above all, is assumed, and said to be.
"""

import argparse
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

import urllib3
from rich.console import Console

from bench import ROOT, Figures, keep, stage
from bench.capacity import size
from bench.parts import Bar
from bench.prices import LIMITS, NOT_SEEN, PRICES, REGION, UNDATED
from bench.stage import Scene, Stage
from local.demo import CONTOSO, FABRIKAM, onboard
from local.tenants import ROLES, TENANTS
from local.walking import Answer, Walk
from onboarding.domain.catalogue import CATALOGUE, Kind, Task
from onboarding.domain.run import RunStatus
from onboarding.routes import ROUTES
from onboarding.storage.keys import SHARDS
from onboarding.wiring import stores
from schedules.sweep import MOST_PER_SHARD
from schedules.sweep import handler as sweep
from tests import events, template
from tests.arranging import ADMIN
from tests.calling import call, connection
from tests.working import register_examined
from workers import dispatch_runs

_A_DIME = 0.1

MINUTES_A_MONTH = 43_800
_FAIR = "0024"
"""The decision that makes queues fair."""


class Assumed(dict[str, float]):
    """What is not measured: names in words, so that the page can show them."""


ASSUMED = Assumed(
    {
        "seconds per round trip to DynamoDB": 0.005,
        "seconds per call to Microsoft": 0.2,
        "seconds per call to SQS or EventBridge": 0.010,
        "virtual processors per GB of a function's memory (1 at 1,769 MB)": 1024 / 1769,
        "share of invocations that start cold": 0.05,
        "share of invocations that are traced": 0.05,
        "looks at a probe's run while it is under way": 2,
        "looks at an initial sync while it is under way": 30,
        "bytes of Lambda's own log lines per invocation": 420,
        "bytes of API Gateway's log line per request": 230,
        "months between two onboardings of a tenant": 24,
        "re-verifications of a tenant per month, all probes": 1,
        "times somebody opens a tenant's page per month": 20,
        "long polls of Lambda per minute and queue": 15,
        "custom metrics that are met (decision 0035 has some 90 at most, 25 in quiet weeks)": 90,
        "months that logs are kept": 3,
        "months of history in the tables": 12,
    }
)


@dataclass
class Usage:
    """How much is taken of everything that has a price."""

    read: float = 0
    write: float = 0
    invocation: float = 0
    gb_second: float = 0
    api_request: float = 0
    sqs_request: float = 0
    fair_request: float = 0
    event: float = 0
    scheduled: float = 0
    logged: float = 0
    log_kept: float = 0
    trace: float = 0
    secret_read: float = 0
    sent_out: float = 0
    stored: float = 0
    recoverable: float = 0
    metric: float = 0
    alarm: float = 0
    secret: float = 0

    def __add__(self, other: "Usage") -> "Usage":
        """Take both."""
        return Usage(**{each.name: getattr(self, each.name) + getattr(other, each.name) for each in fields(self)})

    def __mul__(self, times: float) -> "Usage":
        """Take it so many times."""
        return Usage(**{each.name: getattr(self, each.name) * times for each in fields(self)})

    def dollars(self) -> dict[str, float]:
        """Price it, by what it is."""
        return {name: amount * PRICES[name].of_one for name, amount in asdict(self).items() if amount}


# ── Measuring ────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass
class Tally:
    """What a function took, all its invocations together."""

    invocations: int = 0
    round_trips: int = 0
    read: float = 0
    write: float = 0
    index_writes: float = 0
    log_bytes: int = 0
    answer_bytes: int = 0
    graph_calls: int = 0
    tokens: int = 0
    cpu_seconds: float = 0


@dataclass
class Tallies:
    """What every function took. Units are counted over the wire, processor time past it: in two walks."""

    scene: Scene
    metered: bool
    by_function: dict[str, Tally] = field(default_factory=dict)

    @contextmanager
    def of(self, function: str) -> Iterator[Tally]:
        """Count what happens meanwhile as an invocation of *function*."""
        tally = self.by_function.setdefault(function, Tally())
        meter = self.scene.meter() if self.metered else None
        began = time.process_time()
        with stage.logged() as lines:
            yield tally
        tally.cpu_seconds += time.process_time() - began
        tally.invocations += 1
        tally.log_bytes += sum(len(line.encode()) + 1 for line in lines)
        if meter:
            units = meter.total()
            tally.round_trips += len(meter.exchanges)
            tally.read += units.read
            tally.write += units.write
            tally.index_writes += sum(each.index_writes for each in meter.exchanges)


@dataclass
class NearWalk(Walk):
    """A walk that calls the handlers in this process. A run is executed when somebody first looks at it."""

    tallies: Tallies | None = None
    waiting: dict[str, Task] = field(default_factory=dict)

    def ask(self, user: int, method: str, path: str, body: dict[str, Any] | None = None) -> Answer:
        """Ask the real handler."""
        assert self.tallies is not None  # noqa: S101 - the field only follows others that have defaults
        plain, _, query = path.partition("?")
        name, route = next(each for each in ROUTES.items() if each[1].method == method and each[1].matches(plain))
        pairs = zip(route.path.split("/"), plain.split("/"), strict=True)
        given: dict[str, Any] = {part.strip("{}"): value for part, value in pairs if part.startswith("{")}
        tenant = int(given.pop("tenantId", CONTOSO))
        if name == "get_run" and plain in self.waiting:
            execute(self.tallies, tenant, int(given["runId"]), self.waiting.pop(plain))
        function = name if tenant == CONTOSO else f"{name} of another tenant"
        with self.tallies.of(function) as tally:
            answer = call(name, user=user, tenant=tenant, query=query, body=body, **given)
        tally.answer_bytes += len(str(answer.body)) + 400
        headers = urllib3.HTTPHeaderDict({each.title(): value for each, value in answer.headers.items()})
        if name == "start_run" and answer.status == 201 and headers["Operation-Reused"] == "false":  # noqa: PLR2004 - Created
            self.waiting[answer.body["url"]] = Task(given["taskType"])
        return Answer(answer.status, answer.body, headers)


def execute(tallies: Tallies, tenant: int, run_id: int, task: Task) -> None:
    """Dispatch a run and execute it to its end, in as many invocations as that takes."""
    scene, other = tallies.scene, "" if tenant == CONTOSO else " of another tenant"
    examined = next(each for each in TENANTS if each.id == tenant)
    run = stores.runs().get(tenant, run_id)
    while run is not None and run.status is RunStatus.QUEUED:
        image = scene.item("Runs", tenant, f"run#{run_id:016d}")
        with tallies.of(f"dispatch_runs{other}"):
            dispatch_runs.handler(events.stream(image), events.Context())
        before = scene.worker.simulator.calls(examined)
        with tallies.of(f"execute_{'probe' if task.spec.kind is Kind.PROBE else 'sync'}{other}") as tally:
            scene.worker.work(run_id, tenant=tenant, kind=task.spec.kind)
        after = scene.worker.simulator.calls(examined)
        tally.graph_calls += after["graph"] - before["graph"]
        tally.tokens += after["token"] - before["token"]
        run = stores.runs().get(tenant, run_id)


def onboarded(here: Stage, *, metered: bool) -> dict[str, Any]:
    """Register and onboard a tenant, and give what every function took of it."""
    with here.scene(metered=metered) as scene, Path(os.devnull).open("w") as nowhere:
        tallies = Tallies(scene, metered)
        with stage.logged():
            for tenant in (CONTOSO, FABRIKAM):
                register_examined(here.secret_arn, tenant=tenant)
                for user, role in ROLES.items():
                    call("register_member", tenant=tenant, userId=user, body={"role": role}, **ADMIN)
        _registered(tallies)
        for examined in TENANTS[:FABRIKAM]:
            scene.worker.simulator.play(examined.scenario, examined)
        walk = NearWalk("", {}, Console(file=nowhere), urllib3.PoolManager(), tallies)
        onboard(walk)
        with tallies.of("sweep"):
            sweep(events.schedule(), events.Context())
        left = _left(scene)
    ours = {name: asdict(each) for name, each in tallies.by_function.items() if not name.endswith(" of another tenant")}
    return {"functions": ours, **left}


def _registered(tallies: Tallies) -> None:
    """Register as the owning product does, each request counted: as much again as the tenant has already."""
    asked: list[tuple[str, dict[str, Any]]] = [
        ("register_tenant", {"body": {"name": "Contoso, newly named"}}),
        ("register_connection", {"connectionId": CONTOSO * 100 + 2, "body": connection()}),
        *(("register_member", {"userId": 20 + user, "body": {"role": role}}) for user, role in ROLES.items()),
    ]
    for name, given in asked:
        with tallies.of(name):
            call(name, tenant=CONTOSO, **ADMIN, **given)


def _left(scene: Scene) -> dict[str, Any]:
    """Measure what one tenant leaves in the tables, indexes that repeat all of it included."""
    bytes_of = Counter[str]()
    items = Counter[str]()
    for logical, table in scene.deployed.tables.physical.items():
        for item in scene.deployed.items(table):
            if item["tenant_id"]["N"] == str(CONTOSO):
                bytes_of[logical] += (size(item) + 100) * (2 if logical == "Evidence" else 1)
                items[logical] += 1
    return {"left_bytes": dict(bytes_of), "left_items": dict(items)}


def init_seconds(*modules: str) -> float:
    """Measure the processor time that importing a handler takes, beside what any Python takes."""
    environment = {**os.environ, "PYTHONPATH": "functions"}

    def took(words: str) -> float:
        program = f"import time\n{words}\nprint(time.process_time())"
        command = [sys.executable, "-c", program]
        done = subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True)
        return float(done.stdout)

    return min(took("\n".join(f"import {each}" for each in modules)) for _ in range(3)) - took("")


def measure() -> Figures:
    """Measure an onboarding, twice, and compute everything else."""
    with stage.set_up() as here:
        onboarded(here, metered=False)  # what is built once per process is built
        counted, timed = onboarded(here, metered=True), onboarded(here, metered=False)
    for name, tally in counted["functions"].items():
        tally["cpu_seconds"] = timed["functions"][name]["cpu_seconds"]
    inits = {"http": init_seconds("api.start_run"), "worker": init_seconds("workers.execute_probe", "boto3")}
    figures: Figures = {**counted, "init_seconds": inits, "assumed": dict(ASSUMED)}
    return {**figures, "model": model(figures), "limits": limits(figures)}


# ── The model: pure, from figures ────────────────────────────────────────────────────────────────────────────────────


def properties_of(function: str) -> dict[str, Any]:
    """Read from the template what a function is given."""
    declared = template.functions(template.read())
    return next(each for each in declared.values() if each["Handler"].split(".")[1] == function)


def seconds_of(name: str, tally: dict[str, Any]) -> float:
    """Compute how long all invocations of a function take, warm."""
    processors = (
        properties_of(name)["MemorySize"]
        / 1024
        * ASSUMED["virtual processors per GB of a function's memory (1 at 1,769 MB)"]
    )
    asked = tally["graph_calls"] + tally["tokens"]
    waits = tally["round_trips"] * ASSUMED["seconds per round trip to DynamoDB"]
    waits += asked * ASSUMED["seconds per call to Microsoft"]
    if name == "dispatch_runs":
        waits += tally["invocations"] * ASSUMED["seconds per call to SQS or EventBridge"]
    return float(tally["cpu_seconds"] / processors + waits)


def usage_of(name: str, tally: dict[str, Any], inits: dict[str, float]) -> Usage:
    """Compute what all invocations of a function take of everything that has a price."""
    times, http, worker = tally["invocations"], name in ROUTES, name.startswith("execute_")
    cold = (
        times * ASSUMED["share of invocations that start cold"] * inits["http" if http or name == "sweep" else "worker"]
    )
    own_lines = ASSUMED["bytes of Lambda's own log lines per invocation"]
    logged = tally["log_bytes"] + times * (
        own_lines + (ASSUMED["bytes of API Gateway's log line per request"] if http else 0)
    )
    messages = times * {"dispatch_runs": 1, "execute_probe": 2, "execute_sync": 2}.get(name, 0)
    return Usage(
        read=tally["read"],
        write=tally["write"],
        invocation=times,
        gb_second=properties_of(name)["MemorySize"] / 1024 * (seconds_of(name, tally) + cold),
        api_request=times if http else 0,
        sqs_request=messages,
        fair_request=messages,
        logged=logged,
        log_kept=logged * ASSUMED["months that logs are kept"],
        trace=times * ASSUMED["share of invocations that are traced"],
        secret_read=times if worker else 0,
        sent_out=tally["answer_bytes"],
    )


def model(figures: Figures) -> Figures:
    """Price an onboarding, a million requests, and a month of many tenants."""
    functions, inits = figures["functions"], figures["init_seconds"]
    used = {name: usage_of(name, tally, inits) for name, tally in functions.items()}
    each = {name: used[name] * (1 / functions[name]["invocations"]) for name in used}
    probes = sum(task.spec.kind is Kind.PROBE for task in CATALOGUE)
    looks, more_looks = (
        ASSUMED["looks at a probe's run while it is under way"],
        ASSUMED["looks at an initial sync while it is under way"],
    )
    told = _told(figures, each)
    onboarding = sum((used[name] for name in used if name != "sweep"), start=told)
    onboarding += each["get_run"] * (probes * (looks - 1) + more_looks - 1)
    requests = sum((used[name] for name in used if name in ROUTES), start=Usage())
    run = each["start_run"] + each["dispatch_runs"] + each["execute_probe"] + each["get_run"] * looks
    a_month = onboarding * (1 / ASSUMED["months between two onboardings of a tenant"])
    a_month += run * (probes * ASSUMED["re-verifications of a tenant per month, all probes"])
    a_month += (each["get_session"] + each["list_tasks"]) * ASSUMED["times somebody opens a tenant's page per month"]
    kept = _kept(figures, probes)
    a_month += Usage(stored=kept, recoverable=kept)
    fixed = _fixed(each)
    return {
        "onboarding": onboarding.dollars(),
        "onboarding_requests": onboarding.api_request,
        "million_requests": (requests * (1e6 / requests.api_request)).dollars(),
        "fixed_month": fixed.dollars(),
        "tenant_month": a_month.dollars(),
        "months": {str(n): (fixed + a_month * n).dollars() for n in (10_000, 1_000_000)},
        "seconds": {name: seconds_of(name, functions[name]) / functions[name]["invocations"] for name in functions},
        "secret_per_tenant": PRICES["secret"].of_one,
    }


def _told(figures: Figures, each: dict[str, Usage]) -> Usage:
    """What it takes to tell the event bus of every entry of the audit trail, each by itself."""
    entries = float(figures["left_items"].get("Audit", 0))
    like = each["dispatch_runs"]
    return (like + Usage(event=1, sqs_request=-like.sqs_request, fair_request=-like.fair_request)) * entries


def _kept(figures: Figures, probes: int) -> float:
    """Bytes of one tenant in the tables: what its onboarding left, and a year of re-verifications."""
    left, items = figures["left_bytes"], figures["left_items"]
    a_run = left["Evidence"] / items["Evidence"] + left["Runs"] / items["Runs"]
    again = probes * ASSUMED["re-verifications of a tenant per month, all probes"]
    return float(sum(left.values()) + a_run * again * ASSUMED["months of history in the tables"])


def _fixed(each: dict[str, Usage]) -> Usage:
    """What a month takes though nobody comes: the sweep, looks into the queues, metrics, alarms, one secret."""
    declared = template.read()
    queues = sum(
        event["Type"] == "SQS"
        for each in template.functions(declared).values()
        for event in each.get("Events", {}).values()
    )
    polls = queues * ASSUMED["long polls of Lambda per minute and queue"] * MINUTES_A_MONTH
    alarms = len(template.resources(declared, "AWS::CloudWatch::Alarm"))
    return each["sweep"] * MINUTES_A_MONTH + Usage(
        scheduled=MINUTES_A_MONTH,
        sqs_request=polls,
        metric=ASSUMED["custom metrics that are met (decision 0035 has some 90 at most, 25 in quiet weeks)"],
        alarm=alarms,
        secret=1,
    )


def limits(figures: Figures) -> Figures:
    """Say where it tops out, from the template, what was measured, and the limits of others."""
    functions = figures["functions"]
    seconds = {name: seconds_of(name, functions[name]) / functions[name]["invocations"] for name in functions}
    settings = template.resources(template.read(), "AWS::Serverless::HttpApi")["Api"]["Properties"][
        "DefaultRouteSettings"
    ]
    messages = properties_of("execute_probe")["Events"]["Messages"]["Properties"]
    at_once = messages["ScalingConfig"]["MaximumConcurrency"] * messages["BatchSize"]
    http = [name for name in functions if name in ROUTES]
    requests = sum(functions[name]["invocations"] for name in http)
    mean = sum(seconds[name] * functions[name]["invocations"] for name in http) / requests
    index = sum(_per(functions[name], "index_writes") for name in ("start_run", "execute_probe"))
    a_run = sum(_per(functions[name], "write") for name in ("start_run", "execute_probe"))
    graph = _per(functions["execute_probe"], "graph_calls")
    return {
        "starts": settings["ThrottlingRateLimit"],
        "burst": settings["ThrottlingBurstLimit"],
        "api_gateway": LIMITS["api_gateway"].most,
        "http_per_second": LIMITS["lambda"].most / mean,
        "probes_at_once": at_once,
        "probes_per_second": at_once / seconds["execute_probe"],
        "probe_seconds": seconds["execute_probe"],
        "index_writes_per_run": index,
        "runs_per_second_by_index": LIMITS["partition"].most * SHARDS / index,
        "writes_per_run": a_run,
        "runs_per_second_by_new_table": LIMITS["new_table"].most / a_run,
        "runs_per_second_of_a_tenant": LIMITS["partition"].most / a_run,
        "reads_per_look": _per(functions["get_session"], "read"),
        "looks_per_second_of_a_tenant": LIMITS["partition_reads"].most / _per(functions["get_session"], "read"),
        "swept_per_minute": MOST_PER_SHARD * SHARDS,
        "graph_calls_per_probe": graph,
        "probes_per_second_by_graph": LIMITS["graph"].most / graph,
        "budget": int(template.read()["Parameters"]["RunBudget"]["Default"]),
        "deadline": int(template.read()["Parameters"]["ProbeDeadlineSeconds"]["Default"]),
        "hours": [
            _hour(tenants, at_once / seconds["execute_probe"], settings["ThrottlingRateLimit"], graph)
            for tenants in (1_000, 10_000, 100_000)
        ],
    }


def _hour(tenants: int, probes_per_second: float, starts_per_second: float, graph: float) -> dict[str, float]:
    """Compute how long it takes if every tenant of a provider is verified anew at once."""
    runs = tenants * sum(task.spec.kind is Kind.PROBE for task in CATALOGUE)
    return {
        "tenants": tenants,
        "runs": runs,
        "started_within": runs / starts_per_second,
        "executed_within": max(runs / probes_per_second, runs / starts_per_second),
        "graph_per_second": graph * min(probes_per_second, starts_per_second),
        "within_by_graph": runs * graph / LIMITS["graph"].most,
        "concurrency_for_an_hour": runs / 3600 / probes_per_second,
    }


def _per(tally: dict[str, Any], what: str) -> float:
    return float(tally[what] / tally["invocations"])


# ── The report ───────────────────────────────────────────────────────────────────────────────────────────────────────

_SERVICES = {
    "DynamoDB": ("read", "write", "stored", "recoverable"),
    "Lambda": ("invocation", "gb_second"),
    "API Gateway, and bytes to the internet": ("api_request", "sent_out"),
    "SQS, EventBridge, Scheduler": ("sqs_request", "fair_request", "event", "scheduled"),
    "logs, traces, metrics, alarms": ("logged", "log_kept", "trace", "metric", "alarm"),
    "Secrets Manager": ("secret", "secret_read"),
}


def section(figures: Figures) -> str:
    """Write the model down: what is measured, what is assumed, what it comes to, and where it ends."""
    priced = figures["model"]
    columns = (priced["onboarding"], priced["million_requests"], *priced["months"].values())
    total = [sum(column.values()) for column in columns]
    bill = [
        (service, *(_dollars(sum(column.get(name, 0) for name in names)) for column in columns))
        for service, names in _SERVICES.items()
    ]
    bill.append(("**all**", *(f"**{_dollars(each)}**" for each in total)))
    prices = [(each.unit, f"${each.dollars:.4g}", each.seen, each.source) for each in PRICES.values()]
    return f"""## What it costs

An onboarding is carried through in process, from the registration to the review; every function's request units, log
lines, calls to Microsoft and processor time are counted: {priced["onboarding_requests"]:.0f} HTTP requests, looks
at runs included. Prices are AWS's list prices for {REGION}, on demand, without free tiers.

| dollars | an onboarding | a million HTTP requests | a month of 10,000 tenants | a month of 1,000,000 |
|---|--:|--:|--:|--:|
{_table(bill)}

Of a month, {_dollars(sum(priced["fixed_month"].values()))} are there though nobody comes: the sweep
({MINUTES_A_MONTH:,} times), Lambda's looks into empty queues, metrics, alarms, one secret. One secret will do for an
application that many tenants consented to; one per tenant would be {_dollars(priced["secret_per_tenant"])} a tenant and
month, {priced["secret_per_tenant"] / sum(priced["tenant_month"].values()):,.0f} times what a tenant costs otherwise.

Assumed, since no network of this machine is AWS's or Microsoft's:

| assumed | |
|---|--:|
{_table((name, f"{value:.4g}") for name, value in figures["assumed"].items())}

AWS's pages could not be asked from where this was written. *Seen* is the date of a public page that repeats the price;
{UNDATED} is one of AWS's own page; no page was found for what is {NOT_SEEN}. Who relies on a price looks at its source.

| price of a | dollars | seen | source |
|---|--:|---|---|
{_table(prices)}

## Where it tops out

{_limits(figures["limits"])}
"""


def _limits(found: Figures) -> str:
    rows = (
        (
            "HTTP requests to one route",
            f"{found['starts']}/s, bursts of {found['burst']}",
            "`DefaultRouteSettings` of the template: the first limit anybody meets, on purpose",
            f"that, up to API Gateway's {found['api_gateway']:,.0f}/s per account (a quota)",
        ),
        (
            "probes under way",
            f"{found['probes_at_once']}, {found['probes_per_second']:,.0f}/s",
            f"`MaximumConcurrency` × `BatchSize`; a probe takes {found['probe_seconds']:.2f} s",
            "`MaximumConcurrency`, up to 1,000",
        ),
        (
            "runs, by what a new table takes",
            f"{found['runs_per_second_by_new_table']:,.0f}/s",
            f"{found['writes_per_run']:.1f} WRU a run, {LIMITS['new_table'].most:,} WRU/s",
            "`WarmThroughput` of the tables; or let load grow over half an hour",
        ),
        (
            "runs, by the index `due`",
            f"{found['runs_per_second_by_index']:,.0f}/s",
            f"{SHARDS} shards of {LIMITS['partition'].most:,} WRU/s, {found['index_writes_per_run']:.1f} WRU a run",
            "`SHARDS`: what lies in the old ones is still swept",
        ),
        (
            "runs of one tenant",
            f"{found['budget']} in ten minutes",
            f"`RunBudget`; the tenant's partition would take {found['runs_per_second_of_a_tenant']:,.0f}/s",
            "`RunBudget`",
        ),
        (
            "looks at one tenant",
            f"{found['looks_per_second_of_a_tenant']:,.0f}/s",
            f"its partition of Sessions: {LIMITS['partition_reads'].most:,} RRU/s, {found['reads_per_look']:.0f} each",
            "nothing: the throttle of the route is far below",
        ),
        (
            "what falls due",
            f"{found['swept_per_minute']:,} sessions and as many runs a minute",
            f"`MOST_PER_SHARD` × {SHARDS}; the rest a minute later, the longest due first",
            "`MOST_PER_SHARD`, while a sweep ends within its time",
        ),
        (
            "HTTP requests, by Lambda",
            f"{found['http_per_second']:,.0f}/s",
            f"{LIMITS['lambda'].most:,} executions at once, of the mean length of an onboarding's requests",
            "the account's concurrency (a quota)",
        ),
        (
            "probes, by Microsoft Graph",
            f"{found['probes_per_second_by_graph']:,.0f}/s",
            f"{LIMITS['graph'].most:,} calls/s per application, {found['graph_calls_per_probe']:.0f} calls a probe",
            "nothing: it is Microsoft's; another application has limits of its own",
        ),
    )
    hours = [
        (
            f"{hour['tenants']:,}",
            f"{hour['runs']:,}",
            _minutes(hour["started_within"]),
            _minutes(hour["executed_within"]),
            f"{hour['graph_per_second']:,.0f}",
            _minutes(hour["within_by_graph"]),
        )
        for hour in found["hours"]
    ]
    further = found["probes_per_second_by_graph"] / found["probes_per_second"]
    return f"""| of what | most | because | what to raise |
|---|---|---|---|
{_table(rows)}

**Hot partitions.** All of a tenant lies in one partition of each table, so one tenant's rush stays its own; its budget
of runs and the throttle end it before the partition does. What tenants share is the index `due`: {SHARDS} shards, by
the tenant's id, so that neighbours lie apart. An index that is full throttles its table.

In one tenant, Graph takes {LIMITS["graph_tenant"].most} directory units/s
and {LIMITS["graph_intune"].most} Intune calls/s of an application; the probes of a tenant never come near.

**The worst hour.** A provider verifies all of its tenants anew at once, six probes each:

| tenants | runs | started within | executed within | calls to Graph per second | were Graph the only limit |
|--:|--:|--:|--:|--:|--:|
{_table(hours)}

What spreads them: the throttle lets {found["starts"]} starts a second in and answers the rest 429; a start takes no
worker, the queue holds it; at most {found["probes_at_once"]} probes are under way; a worker waits as long as Microsoft
asks, up to 20 s, and beyond that ends the run as undecided, with the time to look again. Messages carry their tenant as
their group, so that SQS serves others first while one tenant takes more than its share (decision {_FAIR}). A run that
waits for more than a minute is sent again by the sweep, at most {found["swept_per_minute"]} in a minute; its second
message costs one refused claim. One that nobody executed within {found["deadline"] // 60} minutes is timed out: as long
as workers are quicker than starts, as they are here, no queue grows that long; who raises the throttle raises
`MaximumConcurrency` with it. Graph is the limit from {further:,.0f} times the workers of the template on.
"""


def _table(rows: Iterable[Iterable[str]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _minutes(seconds: float) -> str:
    return f"{seconds:,.0f} s" if seconds < 120 else f"{seconds / 60:,.0f} min"  # noqa: PLR2004 - two minutes


def _dollars(amount: float) -> str:
    if not amount:
        return ""
    return f"${amount:,.2f}" if amount >= _A_DIME else f"${amount:.6f}"


def bars(figures: Figures) -> dict[int, Bar]:
    """Say what an onboarding and a million requests cost."""
    priced = figures["model"]
    onboarding, million = (sum(priced[name].values()) for name in ("onboarding", "million_requests"))
    return {12: Bar(reached=True, figure=f"${onboarding:.5f} an onboarding, ${million:.2f} a million HTTP requests")}


def main(words: list[str] | None = None) -> None:
    """Measure, keep the figures (unless in a hurry), and print the section."""
    parser = argparse.ArgumentParser(prog="bench.cost", description=__doc__, allow_abbrev=False)
    parser.add_argument("--quick", action="store_true", help="nothing is kept")
    arguments = parser.parse_args(words)
    figures = measure()
    if not arguments.quick:
        keep("cost", figures)
    print(section(figures))


if __name__ == "__main__":
    main(sys.argv[1:])
