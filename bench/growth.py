"""What a request takes as a tenant's history grows, and the sweep as tenants do: nothing more.

History is written with batch writes, as copies of what real handlers left; measured are the real handlers on it.
"""

import argparse
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import batched, cycle
from typing import Any

from bench import Figures, keep, say, stage
from bench.capacity import Item, Meter
from bench.parts import Bar
from bench.stage import metered
from onboarding import ids
from onboarding.domain.catalogue import CATALOGUE, Task
from onboarding.routes import ROUTES
from onboarding.storage.keys import shard
from schedules.sweep import handler as sweep
from tests import events
from tests.arranging import dated, everything_is_well, opened
from tests.calling import MEMBERS, call, register
from tests.deployment import Deployment
from tests.wire import Wire

SIZES = (10, 100, 1_000, 10_000)
DUE = 5
"""Sessions that are due, however many are open."""

OWNER = 1
MEMBERS_OF_A_TENANT = (1, 200)
"""Members of a small tenant, and of the largest."""

PAGE = 100
"""Pieces of evidence asked for at once."""

_A_MILLISECOND = 4096
"""As far apart ids lie that were made a millisecond apart."""

_IDLE = 31 * 24 * 3600
_ACCESS_READ = 1
"""Round trips of every route before it does what it is for."""

_AS_MANY_BYTES = 1.02
"""How many times as many `list tasks` may read after 10,000 runs."""

_FIRST_BYSTANDER = 1_000
"""Tenants from here on only have an open session that is not due."""

_AT_ONCE = 25
"""Items of one batch write: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html"""


@dataclass
class Past:
    """A tenant whose history is made longer and longer."""

    deployed: Deployment
    patterns: dict[Task, tuple[Item, Item]]
    """A run of each task that really was, and its evidence."""

    runs: int = 0

    @classmethod
    def begin(cls, deployed: Deployment) -> "Past":
        """Register a tenant where every task was run once; so much is not counted as history."""
        register()
        opened()
        everything_is_well()
        runs = {item["entry"]["S"]: item for item in deployed.items(deployed.tables.runs)}
        pieces = deployed.items(deployed.tables.evidence)
        return cls(deployed, {Task(each["task_type"]["S"]): (runs[_run_of(each)], each) for each in pieces})

    def grow(self, size: int) -> None:
        """Let there be *size* more runs than in the beginning, each with its evidence.

        All count back from one run: counted back from each task's own, two would now and then meet at one id.
        """
        oldest = min(int(run["run_id"]["N"]) for run, _ in self.patterns.values())
        copies = [
            self._copies(task, oldest - further_back * _A_MILLISECOND)
            for further_back, task in zip(range(self.runs + 1, size + 1), cycle(CATALOGUE), strict=False)
        ]
        _put(self.deployed, self.deployed.tables.runs, [run for run, _ in copies])
        _put(self.deployed, self.deployed.tables.evidence, [piece for _, piece in copies])
        self.runs = size

    def _copies(self, task: Task, made: int) -> tuple[Item, Item]:
        """Copy the run of *task*, and its evidence, as ones with the id *made*."""
        run, piece = self.patterns[task]
        return (
            {**run, "run_id": _number(made), "entry": {"S": f"run#{made:016d}"}},
            {
                **piece,
                "evidence_id": _number(made),
                "task_entry": {"S": f"{task.value}#{made:016d}"},
                "run_id": _number(made),
            },
        )


def with_history(deployed: Deployment, wire: Wire, sizes: Sequence[int]) -> list[dict[str, Any]]:
    """Measure what reads history, and what must not, with as many past runs as each of *sizes*."""
    past = Past.begin(deployed)
    return [{"size": size, **_read_with(past, wire, size)} for size in sizes]


def _read_with(past: Past, wire: Wire, size: int) -> dict[str, Any]:
    say(f"  with {size:,} past runs")
    past.grow(size)
    found = {
        "list_tasks": _asked(past.deployed, wire, "list_tasks"),
        "list_evidence": _asked(past.deployed, wire, "list_evidence", query=f"limit={PAGE}"),
        "list_evidence of a task": _asked(
            past.deployed, wire, "list_evidence", query=f"limit={PAGE}&taskType=rbac_check"
        ),
        "start_run": _asked(past.deployed, wire, "start_run", taskType="rbac_check"),
    }
    [active] = [each["active_run_id"] for each in call("list_tasks").body if each["active_run_id"]]
    found["cancel_run"] = _asked(past.deployed, wire, "cancel_run", runId=active)
    found["every page"] = _all_pages(past.deployed, wire)
    return found


def _asked(deployed: Deployment, wire: Wire, route: str, **given: Any) -> dict[str, Any]:  # noqa: ANN401 - as for a call
    meter = metered(deployed, wire)
    answer = call(route, **given)
    if answer.status not in {200, 201}:
        raise AssertionError(answer)
    return {**_taken(meter), "rows": len(answer.body) if isinstance(answer.body, list) else 1}


def _taken(meter: Meter) -> dict[str, Any]:
    units = meter.total()
    return {
        "round_trips": len(meter.exchanges),
        "received": sum(each.received for each in meter.exchanges),
        "reads": units.read,
        "writes": units.write,
        "scanned": sum(each.scanned for each in meter.exchanges),
        "returned": sum(each.returned for each in meter.exchanges),
    }


def _all_pages(deployed: Deployment, wire: Wire) -> dict[str, Any]:
    """Follow the links from the newest page of evidence to the oldest, and count what the worst page takes."""
    pages = list(_pages(deployed, wire))
    return {
        "pages": len(pages),
        "rows": sum(page["rows"] for page in pages),
        "round_trips": max(page["round_trips"] for page in pages),
        "scanned_more_than_returned": sum(page["scanned"] - page["returned"] for page in pages),
    }


def _pages(deployed: Deployment, wire: Wire) -> Iterator[dict[str, Any]]:
    query: str | None = f"limit={PAGE}"
    while query:
        meter = metered(deployed, wire)
        answer = call("list_evidence", query=query)
        yield {**_taken(meter), "rows": len(answer.body)}
        link = answer.headers.get("link", "")
        query = link.partition("?")[2].partition(">")[0] or None


# ── The sweep, as tenants grow ───────────────────────────────────────────────────────────────────────────────────────


def with_open_sessions(deployed: Deployment, wire: Wire, sizes: Sequence[int]) -> list[dict[str, Any]]:
    """Measure a sweep that finds five sessions due, with as many open ones as each of *sizes*."""
    for tenant in range(1, DUE + 1):
        register(tenant)
    pattern = _open_session(deployed, DUE)
    table, there = deployed.tables.sessions, 0
    rows = []
    for size in sizes:
        _put(deployed, table, [_of_tenant(pattern, _FIRST_BYSTANDER + place) for place in range(there, size - DUE)])
        there = max(there, size - DUE)
        for tenant in range(1, DUE + 1):
            opened(tenant=tenant)
            dated(deployed, table, "open", tenant=tenant, updated_at=-_IDLE, due_at=-1, locked_until=-1)
        meter = metered(deployed, wire)
        counts = sweep(events.schedule(), events.Context())
        operations = [f"{each.call.operation} of {each.call.items}" for each in meter.exchanges]
        rows.append({"size": size, **_taken(meter), "operations": sorted(operations), "acts": counts})
    return rows


def _open_session(deployed: Deployment, tenant: int) -> Item:
    opened(tenant=tenant)
    key = {"tenant_id": _number(tenant), "entry": {"S": "open"}}
    return deployed.dynamodb.get_item(TableName=deployed.tables.sessions, Key=key)["Item"]


def _of_tenant(pattern: Item, tenant: int) -> Item:
    return {
        **pattern,
        "tenant_id": _number(tenant),
        "session_id": _number(ids.new()),
        "due_shard": _number(shard(tenant)),
    }


# ── Members and connections ──────────────────────────────────────────────────────────────────────────────────────────


def with_members(deployed: Deployment, wire: Wire, sizes: Sequence[int]) -> list[dict[str, Any]]:
    """Measure everything that can be read of a tenant, with as many members as each of *sizes*: an owner and others."""
    register()
    opened()
    everything_is_well()
    table, there = deployed.tables.sessions, 1
    for user in MEMBERS.keys() - {OWNER}:
        key = {"tenant_id": _number(1), "entry": {"S": f"member#{user:016d}"}}
        deployed.dynamodb.delete_item(TableName=table, Key=key)
    rows = []
    for size in sizes:
        more = [
            {"tenant_id": _number(1), "entry": {"S": f"member#{1000 + place:016d}"}, "role": {"S": "operator"}}
            for place in range(there, size)
        ]
        _put(deployed, table, more)
        there = size
        rows.append({"size": size, **{route: _asked(deployed, wire, route) for route in reads()}})
    return rows


def reads() -> list[str]:
    """Name the routes that tell of a tenant and need nothing but its id: those that come later, too."""
    return [
        name
        for name, route in ROUTES.items()
        if name.startswith(("get_", "list_")) and re.findall(r"{(\w+)}", route.path) == ["tenantId"]
    ]


def _put(deployed: Deployment, table: str, items: Iterable[Item]) -> None:
    for some in batched(items, _AT_ONCE, strict=False):
        left: Any = {table: [{"PutRequest": {"Item": dict(item)}} for item in some]}
        while left:
            left = deployed.dynamodb.batch_write_item(RequestItems=left).get("UnprocessedItems")


def _number(number: int) -> dict[str, str]:
    return {"N": str(number)}


def _run_of(piece: Item) -> str:
    return f"run#{int(piece['run_id']['N']):016d}"


def measure(*, quick: bool = False) -> Figures:
    """Measure all of it; *quick* stops at 1,000."""
    sizes = SIZES[:3] if quick else SIZES
    figures: Figures = {}
    with stage.set_up() as here:
        for name, grown, along in (
            ("history", with_history, sizes),
            ("open_sessions", with_open_sessions, sizes[1:]),
            ("members", with_members, MEMBERS_OF_A_TENANT),
        ):
            say(f"{name.replace('_', ' ')}: {', '.join(f'{size:,}' for size in along)}")
            with here.scene() as scene, stage.logged():
                figures[name] = grown(scene.deployed, scene.wire, along)
    return figures


# ── The report ───────────────────────────────────────────────────────────────────────────────────────────────────────


def section(figures: Figures) -> str:
    """Write down what grows, which is little."""
    history, members = figures["history"], figures["members"]
    routes = [name for name in history[0] if name not in {"size", "every page"}]
    pages = history[-1]["every page"]
    of_a_tenant = [name for name in members[0] if name != "size"]
    return f"""## Growth

Real handlers on DynamoDB Local, on history written with batch writes. Each cell: round trips, RRU, bytes of DynamoDB's
answers; a page of evidence is {PAGE} pieces.

| past runs, and pieces of evidence | {" | ".join(routes)} |
|--:|{"--:|" * len(routes)}
{_rows(f"{row['size']:,} | {' | '.join(_brief(row[name]) for name in routes)}" for row in history)}

Followed from page to page, the {pages["rows"]:,} pieces of evidence are {pages["pages"]} pages, each of at most
{pages["round_trips"]} round trips, the access read being one; {pages["scanned_more_than_returned"]} items were scanned
that were not returned.

| open sessions, {DUE} of them due | round trips of a sweep | RRU | WRU | bytes |
|--:|--:|--:|--:|--:|
{
        _rows(
            f"{row['size']:,} | {row['round_trips']} | {row['reads']:g} | {row['writes']:g} | {row['received']:,}"
            for row in figures["open_sessions"]
        )
    }

Whatever can be read of a tenant, with one member and with {members[-1]["size"]}; the cells are as above:

| members of the tenant | {" | ".join(of_a_tenant)} |
|--:|{"--:|" * len(of_a_tenant)}
{_rows(f"{row['size']:,} | {' | '.join(_brief(row[name]) for name in of_a_tenant)}" for row in members)}

![What a request and a sweep take, as history, tenants and their members grow](growth.png)
"""


def _brief(taken: dict[str, Any]) -> str:
    return f"{taken['round_trips']}, {taken['reads']:g}, {taken['received']:,}"


def _rows(cells: Iterable[str]) -> str:
    return "\n".join(f"| {each} |" for each in cells)


def bars(figures: Figures) -> dict[int, Bar]:
    """Say what we have come to of lists and of the sweep."""
    few, many = figures["history"][0], figures["history"][-1]
    tasks, page, pages = many["list_tasks"], many["list_evidence"], many["every page"]
    ratio = tasks["received"] / few["list_tasks"]["received"]
    once = pages["round_trips"] - _ACCESS_READ == 1
    swept = [row["operations"] for row in figures["open_sessions"]]
    same = all(each == swept[0] for each in swept)
    command = "make bench; at 400: pytest tests/integration/test_growth.py"
    return {
        6: Bar(
            reached=tasks["round_trips"] == few["list_tasks"]["round_trips"] and ratio <= _AS_MANY_BYTES,
            figure=f"{tasks['round_trips']} round trips, bytes {ratio:.3f} × those at {few['size']} runs",
            command=command,
        ),
        7: Bar(
            reached=once and not pages["scanned_more_than_returned"],
            figure=f"1 beside the access read, {page['scanned']} scanned for {page['returned']} returned",
            command=command,
        ),
        8: Bar(
            reached=same,
            figure=f"{len(swept[-1])} calls, {'the same' if same else 'not the same'} as with 100",
            command=command,
        ),
    }


def main(words: list[str] | None = None) -> None:
    """Measure, keep the figures (unless in a hurry), and print the section."""
    parser = argparse.ArgumentParser(prog="bench.growth", description=__doc__, allow_abbrev=False)
    parser.add_argument("--quick", action="store_true", help="up to 1,000 only; nothing is kept")
    arguments = parser.parse_args(words)
    figures = measure(quick=arguments.quick)
    if not arguments.quick:
        keep("growth", figures)
    print(section(figures))


if __name__ == "__main__":
    main(sys.argv[1:])
