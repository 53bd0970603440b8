"""`make verify`: prove that a set of tables is consistent: the running deployment's, or a restored one.

It scans, which no function may: it is a person's tool, and has to see what no index leads to. And it shares no code
with the functions: who judges what they wrote must not repeat their mistakes in reading it.
"""

import argparse
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import boto3
from boto3.dynamodb.types import TypeDeserializer
from mypy_boto3_dynamodb import DynamoDBClient

from local.refusals import Refused
from local.state import State

type Item = dict[str, Any]

EXCLUSIVE = {"initial_sync"}
ACTIVE = {"queued", "running"}
ENDED = {"succeeded", "failed", "cancelled", "timed_out"}
OPEN = {"draft", "in_progress"}
CLOSED = {"completed", "abandoned"}
EDITORS = {"operator", "manager", "owner"}
SHARDS = 4


@dataclass(frozen=True)
class Kept:
    """What one pass over a set of tables found."""

    sessions: list[Item]
    runs: list[Item]
    evidence: list[Item]
    audit: list[Item]

    @cached_property
    def by_entry(self) -> dict[tuple[int, str], Item]:
        """Every item of Sessions by tenant and entry."""
        return {(item["tenant_id"], item["entry"]): item for item in self.sessions}

    @cached_property
    def guards(self) -> dict[int, Item]:
        """The guards by tenant."""
        return {item["tenant_id"]: item for item in self.runs if item["entry"] == "board#guard"}

    @cached_property
    def run(self) -> dict[tuple[int, int], Item]:
        """The runs by tenant and id."""
        return {(item["tenant_id"], item["run_id"]): item for item in _beginning(self.runs, "run#")}

    @cached_property
    def left_by(self) -> dict[tuple[int, int], list[Item]]:
        """The evidence by tenant and the run that left it."""
        pieces = defaultdict(list)
        for piece in self.evidence:
            pieces[piece["tenant_id"], piece["run_id"]].append(piece)
        return pieces

    @cached_property
    def told(self) -> Mapping[tuple[int, str], list[Item]]:
        """The entries of the audit trail by tenant and act."""
        entries = defaultdict(list)
        for entry in self.audit:
            entries[entry["tenant_id"], entry["act"]].append(entry)
        return entries

    @cached_property
    def findings(self) -> dict[tuple[int, str], Item]:
        """The findings on the boards by tenant and task."""
        found = _beginning(self.runs, "board#finding#")
        return {(item["tenant_id"], item["entry"].removeprefix("board#finding#")): item for item in found}

    def counts(self) -> Mapping[str, int]:
        """Count what there is, in the order in which people want to read it."""
        runs = Counter(run["status"] for run in self.run.values())
        return {
            "tenants": sum(entry == "tenant" for _, entry in self.by_entry),
            "open sessions": sum(entry == "open" for _, entry in self.by_entry),
            "closed sessions": sum(entry.startswith("closed#") for _, entry in self.by_entry),
            "active runs": sum(runs[status] for status in ACTIVE),
            "ended runs": sum(runs[status] for status in ENDED),
            "cancelled runs": runs["cancelled"],
            "pieces of evidence": len(self.evidence),
            "findings": len(self.findings),
            "entries in audit trails": len(self.audit),
            "due dates": sum("due_at" in item for item in (*self.sessions, *self.runs)),
        }


type Rule = Callable[[Kept], Iterator[str]]
"""Names every breach of one rule; none where it is kept."""


def the_guard_names_exactly_the_active_runs(kept: Kept) -> Iterator[str]:
    """Invariant G, both ways, and what the guard says of each run."""
    named = set()
    for tenant, guard in kept.guards.items():
        for task, active in guard["active"].items():
            run = kept.run.get((tenant, active["run_id"]))
            named.add((tenant, active["run_id"]))
            if run is None or run["status"] not in ACTIVE:
                yield f"tenant {tenant}: the guard names run {active['run_id']}, which is not active"
            elif (run["task_type"], run["connection_id"]) != (task, active["connection_id"]):
                yield f"tenant {tenant}: the guard says something else of run {active['run_id']} than the run itself"
        for task, run_id in guard["last"].items():
            if (tenant, run_id) not in kept.run:
                yield f"tenant {tenant}: the last run of {task}, {run_id}, is not there"
    for (tenant, run_id), run in kept.run.items():
        if run["status"] in ACTIVE and (tenant, run_id) not in named:
            yield f"tenant {tenant}: run {run_id} is {run['status']}, and the guard does not name it"


def an_exclusive_run_is_alone(kept: Kept) -> Iterator[str]:
    """`exclusive_run` is there exactly while an exclusive task is active, and then nothing else is."""
    for tenant, guard in kept.guards.items():
        exclusive = [active["run_id"] for task, active in guard["active"].items() if task in EXCLUSIVE]
        named = [guard["exclusive_run"]] if "exclusive_run" in guard else []
        if named != exclusive:
            yield f"tenant {tenant}: the guard's exclusive_run is not its exclusive task's run"
        if exclusive and len(guard["active"]) > 1:
            yield f"tenant {tenant}: exclusive run {exclusive[0]} is not alone"


def a_tenant_has_its_guard_and_what_it_refers_to(kept: Kept) -> Iterator[str]:
    """Nothing belongs to a tenant that is not registered, or to a connection that is not."""
    tenants = {tenant for tenant, entry in kept.by_entry if entry == "tenant"}
    everything = {item["tenant_id"] for item in (*kept.sessions, *kept.runs, *kept.evidence, *kept.audit)}
    yield from (f"tenant {tenant}: it has no guard" for tenant in sorted(tenants - kept.guards.keys()))
    yield from (f"tenant {tenant}: it has items and is not registered" for tenant in sorted(everything - tenants))
    for tenant in sorted(tenants):
        listed = {int(each) for each in kept.by_entry[tenant, "tenant"].get("connection_ids", ())}
        there = {
            int(entry.removeprefix("connection#"))
            for its, entry in kept.by_entry
            if its == tenant and entry.startswith("connection#")
        }
        if listed != there:
            yield f"tenant {tenant}: it lists connections {sorted(listed)} and has {sorted(there)}"
    for (tenant, run_id), run in kept.run.items():
        if (tenant, f"connection#{run['connection_id']:016d}") not in kept.by_entry:
            yield f"tenant {tenant}: run {run_id} goes through a connection that is not there"
    for look in _beginning(kept.runs, "look#"):
        tenant, connection = look["tenant_id"], look["entry"].replace("look#", "connection#")
        if "consented_at" not in kept.by_entry.get((tenant, connection), {}):
            yield f"tenant {tenant}: {look['entry']} is for a consent that nobody gave"


def a_run_is_in_one_state(kept: Kept) -> Iterator[str]:
    """A queued run waits to be sent, a running one is claimed, an ended one is left alone."""
    for (tenant, run_id), run in kept.run.items():
        status = run["status"]
        wanted, unwanted = {
            "queued": ({"outbox"}, {"lease_until", "ended_at", "finding"}),
            "running": ({"claim_id", "lease_until"}, {"outbox", "ended_at", "finding"}),
        }.get(status, ({"ended_at"}, {"outbox", "lease_until"}))
        if status not in ACTIVE | ENDED:
            yield f"tenant {tenant}: run {run_id} is {status}, which is no state"
        elif wanted - run.keys() or unwanted & run.keys():
            odd = sorted(wanted - run.keys() | unwanted & run.keys())
            yield f"tenant {tenant}: run {run_id} is {status}, and that does not go with its {', '.join(odd)}"


def a_run_that_ended_left_one_piece_of_evidence(kept: Kept) -> Iterator[str]:
    """One per run that ended other than cancelled; none for a cancelled one, or one under way."""
    for (tenant, run_id), run in kept.run.items():
        pieces = kept.left_by.get((tenant, run_id), [])
        leaves = run["status"] in ENDED - {"cancelled"}
        if len(pieces) != leaves:
            yield f"tenant {tenant}: run {run_id} is {run['status']} and left {len(pieces)} pieces of evidence"
        elif leaves and not _matches(pieces[0], run.get("finding", {}), ("evidence_id", "status", "reason_code")):
            yield f"tenant {tenant}: run {run_id} says something else than its evidence {pieces[0]['evidence_id']}"
    for (tenant, run_id), pieces in kept.left_by.items():
        run = kept.run.get((tenant, run_id), {})
        for piece in pieces:
            if not _matches(piece, run, ("task_type", "connection_id", "session_id")):
                yield f"tenant {tenant}: evidence {piece['evidence_id']} is not of run {run_id} as it is"


def a_finding_on_the_board_matches_its_evidence(kept: Kept) -> Iterator[str]:
    """The board repeats a piece of evidence of its task, and has one wherever there is any.

    That it is the newest is not asked: the guard lets the runs of a task end one after the other, but their clocks
    may differ by more than lies between them.
    """
    same = ("status", "reason_code", "message", "connection_id", "run_id", "recorded_at", "task_type")
    pieces = {(piece["tenant_id"], piece["evidence_id"]): piece for piece in kept.evidence}
    for (tenant, task), finding in kept.findings.items():
        piece = pieces.get((tenant, finding["evidence_id"]))
        if piece is None or task != finding["task_type"] or not _matches(piece, finding, same):
            yield f"tenant {tenant}: the finding of {task} is not what its evidence {finding['evidence_id']} says"
    for tenant, task in sorted({(piece["tenant_id"], piece["task_type"]) for piece in kept.evidence}):
        if (tenant, task) not in kept.findings:
            yield f"tenant {tenant}: there is evidence of {task}, and nothing on the board"


def a_tenant_has_at_most_one_open_session(kept: Kept) -> Iterator[str]:
    """What lies under `open` is open, what lies under `closed#…` is closed, and none is both."""
    for (tenant, entry), item in kept.by_entry.items():
        if entry == "open" and item["status"] not in OPEN:
            yield f"tenant {tenant}: session {item['session_id']} lies open and is {item['status']}"
        if entry == "open" and (tenant, f"closed#{item['session_id']:016d}") in kept.by_entry:
            yield f"tenant {tenant}: session {item['session_id']} is open and closed"
        if entry.startswith("closed#") and (item["status"] not in CLOSED or "closed_at" not in item):
            yield f"tenant {tenant}: session {item['session_id']} lies closed and is {item['status']}"
        if entry.startswith("closed#") and "locked_by_user_id" in item:
            yield f"tenant {tenant}: session {item['session_id']} is closed and locked"


def who_holds_a_session_may_edit_it(kept: Kept) -> Iterator[str]:
    """Lock and assignment go with the membership, in one transaction."""
    for (tenant, entry), item in kept.by_entry.items():
        for what in ("locked_by_user_id", "assigned_to_user_id") if entry == "open" else ():
            user = item.get(what)
            member = kept.by_entry.get((tenant, f"member#{user or 0:016d}"), {})
            if user and member.get("role") not in EDITORS:
                yield f"tenant {tenant}: user {user} is in {what} of the open session, and no member who may be"


def a_member_is_found_by_their_user(kept: Kept) -> Iterator[str]:
    """The index of the queue leads from a user to their memberships, and to nothing else.

    Members of before there was the index are not in it, until they are registered again.
    """
    for item in kept.sessions:
        tenant, entry, user = item["tenant_id"], item["entry"], item.get("user_id")
        if user is not None and entry != f"member#{user:016d}":
            yield f"tenant {tenant}: {entry} is in the queue of user {user}, whose membership it is not"


def what_can_fall_due_is_found_by_the_sweep(kept: Kept) -> Iterator[str]:
    """No orphan: due dates are on open sessions, watches, active runs and consents to look for, and on nothing else."""
    for item in (*kept.sessions, *kept.runs):
        tenant, entry = item["tenant_id"], item["entry"]
        due = {"due_shard", "due_at"} & item.keys()
        must = (
            entry in {"open", "watch"}
            or entry.startswith("look#")
            or (entry.startswith("run#") and item["status"] in ACTIVE)
        )
        may = must or entry == "board#finding#consent_status"
        if len(due) == 1 or (must and not due):
            yield f"tenant {tenant}: {entry} can fall due and the sweep does not find it"
        elif due and not may:
            yield f"tenant {tenant}: {entry} has a due date and nothing that falls due"
        elif due and item["due_shard"] != tenant % SHARDS:
            yield f"tenant {tenant}: {entry} lies in another shard of the index than its tenant"


def a_watch_rests_on_a_completed_session(kept: Kept) -> Iterator[str]:
    """A tenant is held to what a completed session of its own rests on, over that session's connection."""
    for (tenant, entry), watch in kept.by_entry.items():
        if entry == "watch":
            session = kept.by_entry.get((tenant, f"closed#{watch['session_id']:016d}"), {})
            if session.get("status") != "completed":
                yield f"tenant {tenant}: it is held to session {watch['session_id']}, which was not completed"
            elif session.get("provider_connection_id") != watch["connection_id"]:
                yield f"tenant {tenant}: it is watched over a connection that session {watch['session_id']} had not"
            elif unknown := sorted(watch.get("worse", {}).keys() - watch["rests_on"].keys()):
                yield f"tenant {tenant}: {', '.join(unknown)} is worse than nothing"


def a_tenant_says_what_was_completed(kept: Kept) -> Iterator[str]:
    """What a tenant says of its last completion is so; one that was completed before this was kept says nothing."""
    for (tenant, entry), item in kept.by_entry.items():
        if entry != "tenant" or "last_completed" not in item:
            continue
        last = item["last_completed"]
        session = kept.by_entry.get((tenant, f"closed#{last['session_id']:016d}"), {})
        if session.get("status") != "completed" or session.get("closed_at") != last["at"]:
            yield f"tenant {tenant}: it says that session {last['session_id']} was completed at {last['at']}"
        elif kept.by_entry.get((tenant, "watch"), {}).get("session_id") != last["session_id"]:
            yield f"tenant {tenant}: it is not held to session {last['session_id']}, which was completed last"


def a_tenant_is_marked_exactly_while_something_is_worse(kept: Kept) -> Iterator[str]:
    """What drifted is marked, and told of: each finding that got worse once."""
    told = {
        (tenant, entry["session_id"], entry["details"]["task_type"])
        for (tenant, act), of in kept.told.items()
        for entry in of
        if act == "finding_got_worse"
    }
    for (tenant, entry), item in kept.by_entry.items():
        if entry != "tenant":
            continue
        watch = kept.by_entry.get((tenant, "watch"), {})
        worse = watch.get("worse", {})
        if bool(worse) is not ("drifted_at" in item):
            yield f"tenant {tenant}: it is {'not ' if worse else ''}marked as drifted, and {sorted(worse)} is worse"
        for task in sorted(worse):
            if (tenant, watch["session_id"], task) not in told:
                yield f"tenant {tenant}: nothing tells that {task} got worse"
    times = Counter(
        (tenant, entry["details"]["evidence_id"])
        for (tenant, act), of in kept.told.items()
        for entry in of
        if act == "finding_got_worse"
    )
    for tenant, evidence_id in sorted(each for each, number in times.items() if number > 1):
        yield f"tenant {tenant}: that evidence {evidence_id} is worse is told more than once"


def an_idempotency_key_leads_to_its_run(kept: Kept) -> Iterator[str]:
    """What a key answers with is there."""
    for item in _beginning(kept.runs, "key#"):
        run = kept.run.get((item["tenant_id"], item["run_id"]), {})
        if run.get("task_type") != item["task_type"]:
            yield f"tenant {item['tenant_id']}: an idempotency key leads to run {item['run_id']}, which is not its run"


def the_audit_trail_tells_of_every_session(kept: Kept) -> Iterator[str]:
    """Each was opened once; a closed one was closed once, as what it is, and an open one never."""
    told = Counter((tenant, act, entry.get("session_id")) for (tenant, act), of in kept.told.items() for entry in of)
    there = set()
    for (tenant, entry), item in kept.by_entry.items():
        if entry != "open" and not entry.startswith("closed#"):
            continue
        there.add((tenant, item["session_id"]))
        wanted = {"session_opened": 1, **{f"session_{end}": int(item["status"] == end) for end in CLOSED}}
        for act, times in wanted.items():
            if (found := told[tenant, act, item["session_id"]]) != times:
                yield f"tenant {tenant}: session {item['session_id']} is {item['status']}, with {found} {act}"
    for tenant, session_id in sorted({(tenant, number) for tenant, _, number in told if number} - there):
        yield f"tenant {tenant}: the audit trail tells of session {session_id}, which is not there"


def the_audit_trail_tells_of_what_is_registered(kept: Kept) -> Iterator[str]:
    """Tenant and connections were registered once each, and a member was given the role they have.

    That it was the last they were given is not asked: two may register a member at once, and their clocks differ.
    """
    for tenant, entry in kept.by_entry:
        if entry == "tenant" and len(kept.told[tenant, "tenant_registered"]) != 1:
            yield f"tenant {tenant}: its registration is not told once"
        kind, _, number = entry.partition("#")
        if kind == "connection":
            told = [each["details"] for each in kept.told[tenant, "connection_registered"]]
            if [each["connection_id"] for each in told].count(int(number)) != 1:
                yield f"tenant {tenant}: the registration of connection {int(number)} is not told once"
        if kind == "member":
            given = {"member_user_id": int(number), "role": kept.by_entry[tenant, entry]["role"]}
            if given not in [each["details"] for each in kept.told[tenant, "member_registered"]]:
                yield f"tenant {tenant}: nothing tells that member {int(number)} was given their role"


RULES: tuple[Rule, ...] = (
    the_guard_names_exactly_the_active_runs,
    an_exclusive_run_is_alone,
    a_tenant_has_its_guard_and_what_it_refers_to,
    a_run_is_in_one_state,
    a_run_that_ended_left_one_piece_of_evidence,
    a_finding_on_the_board_matches_its_evidence,
    a_tenant_has_at_most_one_open_session,
    who_holds_a_session_may_edit_it,
    a_member_is_found_by_their_user,
    what_can_fall_due_is_found_by_the_sweep,
    a_watch_rests_on_a_completed_session,
    a_tenant_says_what_was_completed,
    a_tenant_is_marked_exactly_while_something_is_worse,
    an_idempotency_key_leads_to_its_run,
    the_audit_trail_tells_of_every_session,
    the_audit_trail_tells_of_what_is_registered,
)


def violations(kept: Kept) -> list[str]:
    """Name everything in *kept* that must not be."""
    return [breach for rule in RULES for breach in rule(kept)]


@dataclass(frozen=True)
class TableSet:
    """Where four tables lie that belong together."""

    sessions: str
    runs: str
    evidence: str
    audit: str
    dynamodb: DynamoDBClient = field(repr=False)

    def read(self) -> Kept:
        """Read all of it once, strongly consistent."""
        return Kept(*map(self._items, (self.sessions, self.runs, self.evidence, self.audit)))

    def verified(self) -> tuple[Kept, list[str]]:
        """Read it and name what must not be.

        A scan is no snapshot: of a set that is in use, what moved while it was read looks torn. So what looks wrong
        is looked at twice, and only what is wrong both times counts.
        """
        kept = self.read()
        suspected = violations(kept)
        if not suspected:
            return kept, []
        kept = self.read()
        return kept, [breach for breach in violations(kept) if breach in suspected]

    def _items(self, table: str) -> list[Item]:
        pages = self.dynamodb.get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
        return [{name: plain(value) for name, value in item.items()} for page in pages for item in page["Items"]]


def plain(value: Any) -> Any:  # noqa: ANN401 - an attribute value of any kind
    """Read an attribute; numbers of ours are whole."""
    return _whole(TypeDeserializer().deserialize(value))


def _whole(value: Any) -> Any:  # noqa: ANN401 - the same
    if isinstance(value, dict):
        return {name: _whole(each) for name, each in value.items()}
    if isinstance(value, str | bool | list | set | None):
        return value
    return int(value)


def _beginning(items: list[Item], start: str) -> Iterator[Item]:
    return (item for item in items if item["entry"].startswith(start))


def _matches(one: Item, other: Item, names: tuple[str, ...]) -> bool:
    return all(one.get(name) == other.get(name) for name in names)


def _chosen(arguments: argparse.Namespace) -> TableSet:
    """Find the tables that the command line names, or those of the running deployment.

    Raises:
        Refused: If neither is there, or only some are named.
    """
    names = (arguments.sessions, arguments.runs, arguments.evidence, arguments.audit)
    if all(names):
        return TableSet(*names, boto3.client("dynamodb", endpoint_url=arguments.endpoint, region_name=arguments.region))
    if any(names):
        raise Refused("name all four tables, or none: they are only worth something together")
    stack = State.chosen().stack()
    emulator = boto3.client(
        "dynamodb",
        endpoint_url=stack["aws_endpoint_url"],
        region_name=stack["region"],
        aws_access_key_id="local",
        aws_secret_access_key="local",  # noqa: S106 - the emulator checks none
    )
    tables = stack["tables"]
    return TableSet(tables["Sessions"], tables["Runs"], tables["Evidence"], tables["Audit"], emulator)


def main(words: list[str] | None = None) -> int:
    """Verify, print counts and violations, and say by the exit code whether there were any."""
    parser = argparse.ArgumentParser(prog="local.verify", description=__doc__, allow_abbrev=False)
    for table in ("sessions", "runs", "evidence", "audit"):
        parser.add_argument(f"--{table}", help=f"name of the table {table.capitalize()} of a set to verify")
    parser.add_argument("--endpoint", help="where DynamoDB answers, if not AWS itself")
    parser.add_argument("--region")
    try:
        tables = _chosen(parser.parse_args(words))
    except Refused as refused:
        sys.exit(f"Refused: {refused}")
    kept, breaches = tables.verified()
    for what, number in kept.counts().items():
        print(f"{number:>9,} {what}")
    for breach in breaches:
        print(f"VIOLATION {breach}")
    print(f"{len(RULES)} rules, {len(breaches)} violations")
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())
