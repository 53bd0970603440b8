"""Ours beside the peers, from one run: what a start costs, what a request costs, and what is carried around.

INIT is what importing the handler's module takes, as Lambda's runtime imports it; what the runtime needs for itself is
subtracted from everybody's. A warm request is what fifty more requests of one process take, divided by fifty.

The same is counted again, of ours alone and once, for the gate (`bench.quick`).
"""

import io
import json
import subprocess
import zipfile
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from bench import Figures, instructions, say, stacks
from bench.endpoint import Endpoint, serve
from bench.parts import Bar
from bench.stacks import Stack

ROUTES = {"get": "GET session", "patch": "PATCH session"}
UNWANTED = ("boto3", "botocore", "requests", "aws_xray_sdk")
WITH_BOTO3 = ("boto3", "botocore", "s3transfer", "jmespath", "dateutil", "six.py", "urllib3")
"""What the managed runtime brings along with boto3, by the beginnings of the names of files."""

START = {"boto3_pydantic": 0.60, "powertools": 0.50, "fastapi": 0.35}
REQUEST = {"boto3_pydantic": 0.25, "fastapi": 0.20}
"""What share of a peer's instructions ours may take at most."""
LARGEST_CODE, LARGEST_LAYER, LARGEST_RSS = 200_000, 13 * 2**20, 25 * 2**20
"""Bytes."""

_FEW, _MORE = 10, 60
_STARTS = 5
_SIDE_BY_SIDE = 2

type Tasks = dict[str, Callable[[], Any]]


def measure(beside: Figures | None = None) -> Figures:
    """Measure ours and every peer; or ours alone, beside the peers of *beside*, whose pins have not changed.

    Raises:
        Unavailable: If instructions cannot be counted here, or were counted elsewhere.
    """
    machine = instructions.machine()
    if beside and beside["machine"] != machine:
        raise instructions.Unavailable(f"the peers were counted with {beside['machine']}, and this is {machine}")
    ours, peers = stacks.ours(), [] if beside else stacks.peers()
    with serve() as endpoint:
        floor, yardstick = _floor(ours, endpoint), instructions.steady(lambda: _yardstick(ours, endpoint))
        inits = _inits(ours, endpoint, floor)
        figures = {stack.name: {"title": stack.title, **_figures(stack, endpoint, floor)} for stack in (ours, *peers)}
        found = {"loaded": loaded(ours, endpoint)}
    figures = (beside["stacks"] if beside else {}) | figures
    check_alike(figures)
    if beside:
        found["peers_run"] = beside["peers_run"] if "peers_run" in beside else beside.get("run", {})
    return {
        "machine": machine,
        "yardstick": yardstick,
        "floor": floor,
        "worst_route": max(stacks.routes(), key=inits.__getitem__),
        "inits": inits,
        **found,
        "stacks": figures,
    }


def measure_once(ours: Stack, worst: str) -> Figures:
    """Measure of *ours* alone, and once, what a change can make worse; *worst* is the route whose INIT is counted.

    What cannot be counted here is left out, and `machine` then says why.
    """
    with serve() as endpoint:
        figures: Figures = {"loaded": loaded(ours, endpoint), "stacks": {"ours": lasting(ours, endpoint, starts=1)}}
        try:
            figures["machine"] = instructions.machine()
            figures["yardstick"] = _yardstick(ours, endpoint)
        except instructions.Unavailable as lack:
            return figures | {"machine": str(lack)}
        return _with_instructions(figures, ours, worst, endpoint)


def _with_instructions(figures: Figures, ours: Stack, worst: str, endpoint: Endpoint) -> Figures:
    """Count everything once, where `measure` counts until it is steady: twenty times less, and a bit less exact."""
    environment = stacks.environment(ours, endpoint.url)

    def of(command: list[str]) -> Callable[[], int]:
        return partial(instructions.count, command, environment)

    tasks: Tasks = {
        "floor": of(stacks.nothing(ours)),
        "init": of(stacks.import_of(ours, ours.starts[worst])),
        "first": of(stacks.command(ours, "get", 1)),
    }
    for route in ROUTES:
        tasks |= {f"{route} {requests}": of(stacks.command(ours, route, requests)) for requests in (_FEW, _MORE)}
    done = _side_by_side(tasks)
    stack = figures["stacks"]["ours"]
    for route in ROUTES:
        stack["routes"][route]["warm"] = (done[f"{route} {_MORE}"] - done[f"{route} {_FEW}"]) // (_MORE - _FEW)
    stack["first"] = done["first"] - done["floor"]
    return {**figures, "floor": done["floor"], "inits": {worst: done["init"] - done["floor"]}}


def counted(figures: Figures) -> dict[str, float]:
    """Give the counted figures of ours, by a name that says what they are."""
    ours = figures["stacks"]["ours"]
    named: dict[str, float] = {
        "zip of the largest function, bytes": ours["zip"]["code"],
        "zip of the layer, bytes": ours["zip"]["packages"],
    }
    if "first" in ours:
        named["INIT and first GET session, instructions"] = ours["first"]
    for name, init in figures.get("inits", {}).items():
        named[f"INIT of {name}, instructions"] = init
    for name, of in figures["loaded"]["functions"].items():
        named[f"{name}, modules"] = of["modules"]
        named[f"{name}, unwanted modules"] = len(of["unwanted"])
    for route, title in ROUTES.items():
        of = ours["routes"][route]
        if "warm" in of:
            named[f"warm {title}, instructions"] = of["warm"]
        named[f"{title}, modules"] = of["modules"]
        named[f"{title}, unwanted modules"] = len(of["unwanted"])
        named[f"{title}, round trips"] = sum(of["calls"].values())
        named[f"{title}, bytes of the answer"] = of["answer_bytes"]
        named[f"{title}, bytes of the log"] = of["log_bytes"]
    return named


def loaded(ours: Stack, endpoint: Endpoint) -> Figures:
    """Tell of every function how many modules its import loads, and which of them no function should."""
    environment = stacks.environment(ours, endpoint.url)
    done = _side_by_side(
        {name: partial(_run, stacks.import_of(ours, handler), environment) for name, handler in ours.starts.items()}
    )
    modules = {name: set(account["modules"]) for name, (account, _) in done.items()}
    functions = {
        name: {"modules": len(of), "unwanted": sorted(of.intersection(UNWANTED))} for name, of in modules.items()
    }
    return {"functions": functions, "modules": sorted(set().union(*modules.values()))}


def _figures(stack: Stack, endpoint: Endpoint, floor: int) -> Figures:
    """Measure one stack, each count until it is steady."""
    say(f"counting {stack.title.strip('*')}")
    figures = lasting(stack, endpoint)
    environment = stacks.environment(stack, endpoint.url)

    def total(route: str, requests: int) -> int:
        return instructions.count(stacks.command(stack, route, requests), environment)

    def warm(route: str) -> int:
        return instructions.steady(lambda: (total(route, _MORE) - total(route, _FEW)) // (_MORE - _FEW))

    def first() -> int:
        return instructions.steady(lambda: total("get", 1)) - floor

    tasks: Tasks = {f"warm {route}": partial(warm, route) for route in ROUTES}
    tasks |= {"first": first, "init": partial(_init, stack, stack.handlers["get"], endpoint, floor)}
    done = _side_by_side(tasks)
    endpoint.taken()
    for route in ROUTES:
        figures["routes"][route]["warm"] = done[f"warm {route}"]
    return figures | {name: done[name] for name in ("first", "init")}


def check_alike(figures: dict[str, Figures]) -> None:
    """Make sure that all stacks did the same: asked the same of DynamoDB, and answered the same but for times.

    Raises:
        RuntimeError: If one did not.
    """
    for name, of in figures.items():
        for route, ours in figures["ours"]["routes"].items():
            theirs = of["routes"][route]
            if theirs["calls"] != ours["calls"] or _timeless(theirs["answer"]) != _timeless(ours["answer"]):
                raise RuntimeError(f"{name} does not do on {route} what ours does: {theirs}")


def _timeless(answer: dict[str, Any]) -> dict[str, Any]:
    """Give a session without its times, of which a write makes new ones."""
    session = answer.get("session", answer) or {}
    return {name: value for name, value in session.items() if not name.endswith(("_at", "_until"))}


def lasting(stack: Stack, endpoint: Endpoint, *, starts: int = _STARTS) -> Figures:
    """Measure what takes no counting of instructions; memory is the median of so many *starts*."""
    environment = stacks.environment(stack, endpoint.url)
    bare = median(_run(stacks.nothing(stack), environment)[0]["resident"] for _ in range(starts))
    routes: dict[str, Any] = {}
    for route in ROUTES:
        begun = [_run(stacks.command(stack, route, 1), environment) for _ in range(starts)]
        endpoint.taken()
        _, printed = _run(stacks.command(stack, route, 2), environment)
        calls = endpoint.taken()
        few, more = (_run(stacks.command(stack, route, requests), environment)[0] for requests in (_FEW, _MORE))
        endpoint.taken()
        account = begun[0][0]
        modules = set(account["modules"])
        if account["status"] != 200:  # noqa: PLR2004 - as the protocol has it
            raise RuntimeError(f"{stack.name} answers {route} with {account['status']}: {account['body']}")
        routes[route] = {
            "modules": len(modules),
            "unwanted": sorted(modules.intersection(UNWANTED)),
            "calls": {operation: number // 2 for operation, number in calls.items()},
            "answer": json.loads(account["body"]),
            "answer_bytes": len(account["body"].encode()),
            "log_bytes": len(printed.strip().splitlines()[-1].encode()),
            "rss": median(start["resident"] for start, _ in begun) - bare,
            "import_ms": round(median(start["import_seconds"] for start, _ in begun) * 1000, 1),
            "warm_ms": round((more["request_seconds"] - few["request_seconds"]) / (_MORE - _FEW) * 1000, 2),
        }
    return {"routes": routes, "zip": _zips(stack)}


def _yardstick(stack: Stack, endpoint: Endpoint) -> int:
    """Count the yardstick, in which there is nothing of ours that could fail.

    Raises:
        Unavailable: If valgrind is there, and does not run this Python.
    """
    try:
        return instructions.count(stacks.yardstick(), stacks.environment(stack, endpoint.url))
    except RuntimeError as failure:
        raise instructions.Unavailable(f"`valgrind` does not run this Python: {str(failure)[-300:]!r}") from failure


def _floor(stack: Stack, endpoint: Endpoint) -> int:
    environment = stacks.environment(stack, endpoint.url)
    return instructions.steady(lambda: instructions.count(stacks.nothing(stack), environment))


def _init(stack: Stack, handler: str, endpoint: Endpoint, floor: int) -> int:
    environment = stacks.environment(stack, endpoint.url)
    return instructions.steady(lambda: instructions.count(stacks.import_of(stack, handler), environment)) - floor


def _inits(ours: Stack, endpoint: Endpoint, floor: int) -> dict[str, int]:
    """Count every function's import, and that of the worst HTTP route until it is steady."""
    say("counting the start of every function of ours")
    environment, handlers = stacks.environment(ours, endpoint.url), ours.starts
    counts: dict[str, int] = _side_by_side(
        {
            name: partial(instructions.count, stacks.import_of(ours, handler), environment)
            for name, handler in handlers.items()
        }
    )
    inits = {name: count - floor for name, count in counts.items()}
    worst = max(stacks.routes(), key=inits.__getitem__)
    return inits | {worst: _init(ours, handlers[worst], endpoint, floor)}


def _run(command: list[str], environment: Mapping[str, str]) -> tuple[dict[str, Any], str]:
    """Run the subject; give its account, and what else it printed."""
    done = subprocess.run(command, env=environment, check=False, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stdout[-1000:]}{done.stderr[-3000:]}")
    printed, _, account = done.stdout.rstrip("\n").rpartition("\n")
    return json.loads(account), printed


def _side_by_side(tasks: Tasks) -> dict[str, Any]:
    """Do several things at once: a count does not mind who else is running."""
    with ThreadPoolExecutor(_SIDE_BY_SIDE) as threads:
        running = {name: threads.submit(task) for name, task in tasks.items()}
        try:
            return {name: task.result() for name, task in running.items()}
        except BaseException:
            # Whoever interrupts this, or sees it fail, need not wait for what has not begun.
            threads.shutdown(wait=False, cancel_futures=True)
            raise


def _zips(stack: Stack) -> dict[str, int]:
    """Weigh what is deployed, zipped as it is deployed; a peer's code and packages are one archive."""
    if stack.name == "ours":
        layer = stack.packages.parent
        functions = [layer.parent / name for name in stack.starts]
        return {"code": max(map(zipped, functions)), "packages": zipped(layer)}
    return {
        "packages": zipped(stack.packages),
        "packages_without_boto3": zipped(stack.packages, lambda path: not path.parts[0].startswith(WITH_BOTO3)),
    }


def zipped(folder: Path, wanted: Callable[[Path], bool] = lambda _path: True) -> int:
    """Weigh *folder* as a zip archive, in bytes."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as content:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and wanted(path.relative_to(folder)):
                content.write(path, path.relative_to(folder))
    return archive.tell()


# ── What the report says of it ───────────────────────────────────────────────────────────────────────────────────────


def bars(figures: Figures) -> dict[int, Bar]:
    """Judge starts, requests, modules and sizes."""
    all_stacks, ours = figures["stacks"], figures["stacks"]["ours"]
    worst = figures["inits"][figures["worst_route"]]
    starts = {name: worst / all_stacks[name]["init"] for name in START}
    requests = {
        name: max(ours["routes"][route]["warm"] / all_stacks[name]["routes"][route]["warm"] for route in ROUTES)
        for name in REQUEST
    }
    unwanted = sorted(_unwanted(figures))
    code, packages = ours["zip"]["code"], ours["zip"]["packages"]
    rss = max(ours["routes"][route]["rss"] for route in ROUTES)
    return {
        1: Bar(
            all(starts[name] <= share for name, share in START.items()),
            f"{worst / 1e6:,.0f} M ({figures['worst_route']}): {starts['boto3_pydantic']:.2f} × bare boto3, "
            f"{starts['powertools']:.2f} × Powertools, {starts['fastapi']:.2f} × FastAPI",
        ),
        2: Bar(
            all(requests[name] <= share for name, share in REQUEST.items()),
            f"{_thousand(ours, 'get')} K and {_thousand(ours, 'patch')} K (GET and PATCH): at most "
            f"{requests['boto3_pydantic']:.2f} × bare boto3, {requests['fastapi']:.2f} × FastAPI",
        ),
        3: Bar(not unwanted, ", ".join(unwanted) or "none of them, whatever route is imported"),
        10: Bar(
            code <= LARGEST_CODE and packages <= LARGEST_LAYER and rss <= LARGEST_RSS,
            f"function {code / 1000:,.0f} KB, layer {packages / 2**20:.1f} MiB, RSS {rss / 2**20:.1f} MiB",
        ),
    }


def _unwanted(figures: Figures) -> set[str]:
    """Name what HTTP routes load and should not: each at its import, and those that are measured after a request."""
    at_import = [of for name, of in figures["loaded"]["functions"].items() if name in stacks.routes()]
    return {module for of in (*at_import, *figures["stacks"]["ours"]["routes"].values()) for module in of["unwanted"]}


def _thousand(of: Figures, route: str) -> str:
    return f"{of['routes'][route]['warm'] / 1000:,.0f}"


def section(figures: Figures) -> str:
    """Write the comparison down."""
    columns = (
        "stack",
        "INIT, M",
        "first request, M",
        "warm GET, K",
        "warm PATCH, K",
        "GET ÷ ours",
        "PATCH ÷ ours",
        "RSS, MiB",
        "modules",
        "zip, MiB (without boto3)",
        "bytes: answer, log",
    )
    rows = [f"| {' | '.join(columns)} |", "|---|" + "---:|" * (len(columns) - 1)]
    ours = figures["stacks"]["ours"]
    for stack in sorted(figures["stacks"].values(), key=lambda each: -each["init"]):
        get, patch = (stack["routes"][route] for route in ROUTES)
        size = sum(stack["zip"].get(part, 0) for part in ("code", "packages")) / 2**20
        lean = stack["zip"].get("packages_without_boto3", 0) / 2**20
        size_text = f"{size:.1f} ({lean:.1f})" if get["unwanted"] else f"{size:.1f}"
        rows.append(
            f"| {stack['title']} | {stack['init'] / 1e6:,.0f} | {(stack['first'] - stack['init']) / 1e6:,.0f} | "
            f"{_thousand(stack, 'get')} | {_thousand(stack, 'patch')} | "
            f"{get['warm'] / ours['routes']['get']['warm']:.1f} | "
            f"{patch['warm'] / ours['routes']['patch']['warm']:.1f} | {get['rss'] / 2**20:.0f} | {get['modules']} | "
            f"{size_text} | {get['answer_bytes']}, {get['log_bytes']} |"
        )
    times = [
        f"{stack['title'].strip('*')} {stack['routes']['get']['import_ms']:.0f} and "
        f"{stack['routes']['get']['warm_ms']:.2f}"
        for stack in figures["stacks"].values()
    ]
    return f"""## Ours beside the peers

{chr(10).join(rows)}

Instructions are cachegrind's, all threads included, medians of counts that lie less than 1 % apart. INIT is the import
of the handler's module; the first request is what it takes beside that. All stacks make the same read (one strongly
consistent BatchGetItem of three items) and PATCH the same conditional write, against one endpoint with canned answers,
over plain HTTP: what TLS takes on the wire is in nobody's figures. Zips hold bytecode; boto3 is counted for whoever
imports it, and in brackets not, since the managed runtime brings an older one along.

CPU milliseconds for INIT and for a warm GET, which say little on a shared machine: {"; ".join(times)}.

INIT of each route of ours, in millions: {_starts(figures, http=True)}. Of what nobody waits for:
{_starts(figures, http=False)}.

Counted with {figures["machine"]}; {figures["floor"] / 1e6:,.0f} M for the interpreter and what Lambda's runtime imports
are subtracted from everybody's.
"""


def _starts(figures: Figures, *, http: bool) -> str:
    """List the INIT of functions, the dearest first."""
    of = {name: init for name, init in figures["inits"].items() if (name in stacks.routes()) is http}
    return ", ".join(f"{name} {of[name] / 1e6:,.0f}" for name in sorted(of, key=of.__getitem__, reverse=True)) or "none"
