"""Broken twins: the protocol with one promise taken out, each a small patch; every one of them must be caught.

    python -m tests.simulation.mutants
    python -m tests.simulation.mutants --only "no fence on the end"

A patch is applied to a copy of `functions/`, never in place. The copy is simulated, seed after seed, until a promise
is broken; what the simulation cannot see is tried by plain tests. A copy without any patch must pass all of it.
"""

import argparse
import ast
import os
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from tests.template import ROOT

SEEDS = 250
"""Histories in which a mutant must be caught."""

RUNS, SESSIONS, BOARD, DYNAMO, EVIDENCE, AUDIT, CONSENTS, LOOKS, ROUNDS = (
    f"onboarding/storage/{name}.py"
    for name in ("runs", "sessions", "board", "dynamo", "evidence", "audit", "consents", "looks", "rounds")
)
SWEEP, ENDING, START, CONSENT = (
    f"onboarding/flows/{name}.py" for name in ("sweep", "ending", "start_run", "record_consent")
)
BUDGET, WATCH = (f"onboarding/domain/{name}.py" for name in ("budget", "watch"))
FAULTS, STARTS, PROBES, CONSENT_TESTS, BUDGETS, WATCHES = (
    f"tests/integration/test_{name}.py"
    for name in ("storage_faults", "start_run", "execute_probe", "record_consent", "run_budget", "watch")
)


class Mutant(NamedTuple):
    """A promise taken out: *old*, which is there once, becomes *new*."""

    name: str
    breaks: str
    file: str
    old: str
    new: str
    also: tuple[tuple[str, str], ...] = ()
    """What is replaced beside it, in the same file."""
    seen_by: str | None = None
    """A plain test that sees it, where it takes more luck than the simulation has in its seeds."""


_FROM_A_READ = "(lambda seen: seen.attempts + 1 if seen else 1)(self.get(tenant_id, run_id))"

MUTANTS = (
    Mutant(
        "no fence on checkpoint and put back",
        "a zombie writes",
        RUNS,
        '_FENCE = "#status = :running AND #claim_id = :claim_id"',
        '_FENCE = "#status = :running AND (#claim_id = :claim_id OR #claim_id <> :claim_id)"',
    ),
    Mutant(
        "no fence on the end",
        "a zombie ends somebody else's run",
        RUNS,
        'condition += " AND #claim_id = :seen_claim AND #lease_until = :seen_lease"',
        'condition += " AND (#claim_id = :seen_claim OR #lease_until <> :seen_lease OR #claim_id <> :seen_claim)"',
    ),
    Mutant(
        "a queued run is ended whatever it is by now",
        "a run is cancelled under its worker",
        RUNS,
        'condition = "#status = :seen_status"',
        'condition = "(#status = :seen_status OR #status <> :seen_status)"',
        (("    elif run.outbox_at:\n", "    elif run.outbox_at and not run.outbox_at:\n"),),
    ),
    Mutant(
        "attempts from an earlier read",
        "a crash is not counted",
        RUNS,
        '"SET #attempts = #attempts + :one, #claim_id',
        '"SET #attempts = :one, #claim_id',
        (
            (
                '":one": 1,\n                        ":claim_id"',
                f'":one": {_FROM_A_READ},\n                        ":claim_id"',
            ),
        ),
        seen_by=f"{FAULTS}::test_a_claim_counts_the_one_that_came_just_before_it",
    ),
    Mutant(
        "a claim that resurrects an ended run",
        "a run that was cancelled or found something goes on",
        RUNS,
        '"(#status = :running AND #lease_until < :now AND #attempts < :max))",',
        '"(#status <> :queued AND (attribute_not_exists(#lease_until) OR #lease_until < :now) AND #attempts < :max))",',
    ),
    Mutant(
        "no not_before in the claim",
        "a run goes on before Microsoft allows it",
        RUNS,
        '"(#status = :queued AND (attribute_not_exists(#not_before) OR #not_before <= :now)) OR "',
        '"#status = :queued OR "',
    ),
    Mutant(
        "a claim under a live lease",
        "two workers have one run",
        RUNS,
        '"(#status = :running AND #lease_until < :now AND #attempts < :max))",',
        '"(#status = :running AND #attempts < :max))",',
    ),
    Mutant(
        "a claim past the deadline",
        "a run outlives its deadline",
        RUNS,
        "OR #claim_id <> :claim_id) AND #deadline > :now AND (",
        "OR #claim_id <> :claim_id) AND (",
    ),
    Mutant(
        "claims without end",
        "a run that kills its workers is tried for ever",
        RUNS,
        "#lease_until < :now AND #attempts < :max))",
        "#lease_until < :now AND (#attempts < :max OR #attempts >= :max)))",
    ),
    Mutant(
        "a claim that does not know itself",
        "a claim whose reply was lost leaves its run lying",
        RUNS,
        "if there and there.status is RunStatus.RUNNING and there.claim_id == claim_id:",
        "if there and there.status is RunStatus.RUNNING and there.claim_id == claim_id and not there.claim_id:",
    ),
    Mutant(
        "a put back that swallows a cancel",
        "somebody was told that their run stops, and it goes on",
        RUNS,
        """            "attribute_not_exists(#cancel_requested)",
        )""",
        """            None,
        )""",
    ),
    Mutant(
        "an end that overrules a cancel",
        "somebody was told that their run stops, and it finds something",
        RUNS,
        'ended._replace(condition=f"{ended.condition} AND attribute_not_exists(#cancel_requested)")',
        "ended._replace(condition=ended.condition)",
    ),
    Mutant(
        "release apart from the end",
        "a crash between the two leaves the guard behind",
        RUNS,
        """                board.pinned(self._table, run.tenant_id, on_the_board(piece, finding, recheck_at)),
                board.released(self._table, run.tenant_id, run.task_type, run.id),
            )
""",
        """                board.pinned(self._table, run.tenant_id, on_the_board(piece, finding, recheck_at)),
            )
            self._dynamo.transact(board.released(self._table, run.tenant_id, run.task_type, run.id))
""",
    ),
    Mutant(
        "a cancel that leaves the guard",
        "the guard names a run that has ended",
        RUNS,
        """                self._ended(run, RunStatus.CANCELLED, now),
                board.released(self._table, run.tenant_id, run.task_type, run.id),
""",
        """                self._ended(run, RunStatus.CANCELLED, now),
""",
    ),
    Mutant(
        "the board pinned before the run has ended",
        "a finding without evidence",
        RUNS,
        """            self._dynamo.transact(
                ended,
                evidence.kept(self._evidence_table, piece),
                board.pinned(self._table, run.tenant_id, on_the_board(piece, finding, recheck_at)),
""",
        """            shown = on_the_board(piece, finding, recheck_at)
            self._dynamo.put(board.pinned(self._table, run.tenant_id, shown))
            self._dynamo.transact(
                ended,
                evidence.kept(self._evidence_table, piece),
""",
    ),
    Mutant(
        "evidence put without condition",
        "evidence is written over",
        EVIDENCE,
        'return Put(table, item, "attribute_not_exists(#tenant_id)")',
        "return Put(table, item)",
    ),
    Mutant(
        "no outbox on start",
        "a crash between saving and sending loses a run until the sweep",
        RUNS,
        """            "outbox": millis(run.queued_at),
""",
        "",
    ),
    Mutant(
        "asking to send again without a change of the outbox",
        "the stream has nothing to carry",
        RUNS,
        '"SET #status = :queued, #outbox = :now, #sendings = :sendings, #due_at = :due_at "',
        '"SET #status = :queued, #sent_at = :now, #sendings = :sendings, #due_at = :due_at "',
    ),
    Mutant(
        "a revival that ignores the lease",
        "a run is taken from the worker that has it",
        SWEEP,
        """    if run.lease_until and run.lease_until > now:
        return Act.NOTHING
""",
        "",
    ),
    Mutant(
        "a revival of what was read, whatever it is now",
        "a run is taken from the worker that has it by now",
        RUNS,
        """                    "REMOVE #lease_until",
                    condition,
""",
        """                    "REMOVE #lease_until",
                    f"({condition}) OR #status = :queued OR attribute_exists(#lease_until)",
""",
    ),
    Mutant(
        "no sweep of a lapsed lease",
        "a run whose worker died lies until its deadline",
        SWEEP,
        "return Act.TIMED_OUT if worn_out else Act.REVIVED",
        "return Act.TIMED_OUT if worn_out else Act.NOTHING",
    ),
    Mutant(
        "no sending again",
        "a run whose message was lost lies until its deadline",
        SWEEP,
        "return Act.SENT_AGAIN if due else Act.NOTHING",
        "return Act.NOTHING",
    ),
    Mutant(
        "a probe beside an exclusive run",
        "exclusive_run is ignored",
        BOARD,
        '"attribute_not_exists(#active.#task) AND attribute_not_exists(#exclusive_run)"',
        '"attribute_not_exists(#active.#task)"',
    ),
    Mutant(
        "an exclusive run beside probes",
        "what is active is ignored",
        BOARD,
        'condition = "size(#active) = :zero"',
        'condition = "attribute_not_exists(#active.#task) AND size(#active) >= :zero"',
    ),
    Mutant(
        "exclusive_run left behind",
        "nothing can ever be started again",
        BOARD,
        'also = ", #exclusive_run" if task.spec.kind is Kind.EXCLUSIVE else ""',
        'also = ""',
    ),
    Mutant(
        "no idempotency key in the transaction",
        "a start that is sent again starts again",
        RUNS,
        """            self._dynamo.transact(*writes)
        except TransactionRefused as refused:
            if key and 2""",
        """            self._dynamo.transact(*writes[:2])
        except TransactionRefused as refused:
            if key and 2""",
    ),
    Mutant(
        "a key not looked for before what blocks",
        "a key that has an answer is answered with a 409",
        START,
        "if key and (earlier := runs.answer(access.tenant.id, key, now)):",
        "if key and not key and (earlier := runs.answer(access.tenant.id, key, now)):",
        seen_by=f"{STARTS}::test_a_key_that_is_answered_while_a_start_with_it_is_refused_is_judged_before_what_blocks_then",
    ),
    Mutant(
        "an answer to a key that is written over",
        "the same key is given two answers",
        RUNS,
        '"attribute_not_exists(#tenant_id) OR #ends_at <= :now", {":now": millis(now)})',
        '"attribute_not_exists(#tenant_id) OR #ends_at > :now", {":now": millis(now)})',
    ),
    Mutant(
        "a token derived from what is written",
        "a second call is answered OK and does nothing, or is refused",
        DYNAMO,
        "token = ids.word()\n        operations = [write.operation() for write in writes]\n",
        "operations = [write.operation() for write in writes]\n"
        '        token = str(next((each["key"] for each in operations if "key" in each), ""))[:36]\n',
    ),
    Mutant(
        "no token",
        "a transaction whose reply was lost is refused by itself",
        DYNAMO,
        "self._client.sync_transact_write(operations, client_request_token=token)",
        "self._client.sync_transact_write(operations)",
    ),
    Mutant(
        "a conflict read as a condition that failed",
        "whoever only met somebody is told that they lost",
        DYNAMO,
        'if reason == "ConditionalCheckFailed")',
        'if reason in {"ConditionalCheckFailed", "TransactionConflict"})',
    ),
    Mutant(
        "a doubtful refusal told as one",
        "a change that was made is answered with a 409",
        SESSIONS,
        "if refused.in_doubt:",
        "if refused.in_doubt and not refused.in_doubt:",
        seen_by=f"{FAULTS}::test_an_update_whose_reply_was_lost_before_the_session_was_closed_is_not_told_as_refused",
    ),
    Mutant(
        "a write that does not know itself",
        "a change whose reply was lost is not told as made",
        SESSIONS,
        'if refused.item and refused.item.get("write_id") == write_id:',
        'if refused.item and refused.item.get("write_id") == "":',
        seen_by=f"{FAULTS}::test_an_update_whose_reply_was_lost_knows_its_own_write_again",
    ),
    Mutant(
        "the lock is not in the condition",
        "two people write at once",
        SESSIONS,
        'return f"{same} AND ({free} OR #locked_by_user_id = :me)", {**values, ":me": change.by_user_id}',
        'return f"{same} AND ({free} OR attribute_exists(#tenant_id) OR #locked_by_user_id = :me)", '
        '{**values, ":me": change.by_user_id}',
    ),
    Mutant(
        "the version is not in the condition",
        "somebody's change is written over",
        SESSIONS,
        'same = "#session_id = :seen_session AND #version = :seen_version"',
        'same = "#session_id = :seen_session AND (#version = :seen_version OR #version <> :seen_version)"',
    ),
    Mutant(
        "a session created over the open one",
        "two sessions are open, one after the other",
        SESSIONS,
        'Put(self._table, self._open(session), "attribute_not_exists(#tenant_id)")',
        "Put(self._table, self._open(session))",
    ),
    Mutant(
        "a change of which nobody is told",
        "a session is taken over, handed off or closed, and the audit trail does not know by whom",
        SESSIONS,
        "        writes += [audit.kept(self._audit_table, entry) for entry in change.entries]\n",
        "",
    ),
    Mutant(
        "an entry of the audit trail put without condition",
        "what one did is written over by what another did",
        AUDIT,
        'return Put(table, item, "attribute_not_exists(#tenant_id)")',
        "return Put(table, item)",
    ),
    Mutant(
        "another connection while something is active",
        "a run goes on over a connection that the session no longer has",
        SESSIONS,
        'condition, values = "size(#active) = :zero", {":zero": 0}',
        'condition, values = "size(#active) >= :zero", {":zero": 0}',
    ),
    Mutant(
        "an assignee who is not looked at",
        "a session is assigned to somebody who may not write",
        SESSIONS,
        "f\"#role IN ({', '.join(roles)})\", roles)",
        "f\"#role IN ({', '.join(roles)}) OR attribute_exists(#role)\", roles)",
    ),
    Mutant(
        "a member leaves, whatever the session is by now",
        "somebody who may not write keeps the lock",
        SESSIONS,
        'return Check(self._table, place, "#session_id = :session_id AND #version = :version", values)',
        'return Check(self._table, place, "#session_id = :session_id AND #version >= :version", values)',
    ),
    Mutant(
        "abandoned though a run began and ended meanwhile",
        "somebody who only runs tasks loses the session",
        SESSIONS,
        "        if change.by_user_id is None:  # the sweep",
        "        if change.by_user_id == 0:  # the sweep",
    ),
    Mutant(
        "idle by the session alone",
        "somebody who only runs tasks loses the session",
        SWEEP,
        "due_at = newest_activity(guard, session.updated_at) + idle",
        "due_at = session.updated_at + idle",
    ),
    Mutant(
        "a live lock does not keep the sweep away",
        "a session is abandoned under the eyes of its user",
        SWEEP,
        "        due_at = max(due_at, held.until)\n",
        "        pass\n",
    ),
    Mutant(
        "a budget without end",
        "a loop of somebody's starts as many runs as it likes",
        BOARD,
        'condition += " AND (attribute_not_exists(#starts) OR #starts < :budget)"',
        'condition += " AND (attribute_not_exists(#starts) OR #starts < :budget OR #starts >= :none)"',
    ),
    Mutant(
        "a new count before its time",
        "a loop of somebody's starts as many runs as it likes",
        BUDGET,
        "    return until if until > now else None\n",
        "    return until if until > now + PERIOD else None\n",
    ),
    Mutant(
        "a new count that begins twice",
        "what one begins the other begins again, and nothing was counted",
        BOARD,
        'condition += " AND #counted_since = :seen"',
        'condition += " AND (#counted_since = :seen OR #starts >= :one)"',
        seen_by=f"{BUDGETS}::test_a_new_count_that_somebody_else_began_meanwhile_is_gone_on_with",
    ),
    Mutant(
        "a consent that nobody looks for",
        "a session waits for a finding that never comes",
        CONSENTS,
        "        elif standing.is_in_use:\n",
        "        elif standing.is_in_use and not standing.is_in_use:\n",
    ),
    Mutant(
        "a look over a connection that is not in use",
        "a finding that a session rests on is replaced by another connection's",
        CONSENT,
        "starts = may_start and asked.standing.is_in_use",
        "starts = may_start",
    ),
    Mutant(
        "in use by what was read",
        "a finding that a session rests on is replaced by another connection's",
        SESSIONS,
        'same = "#session_id = :session_id AND #provider_connection_id = :chosen"',
        'same = "#session_id = :session_id AND (#provider_connection_id = :chosen OR attribute_exists(#entry))"',
        seen_by=f"{CONSENT_TESTS}::test_a_connection_that_is_no_longer_in_use_as_its_consent_is_recorded_gets_no_run",
    ),
    Mutant(
        "a look that is dropped while something is in its way",
        "a session waits for a finding that never comes",
        SWEEP,
        "looks.put_off(due.tenant_id, due.connection_id, now + LOOK_AFTER, now)",
        "looks.drop(due.tenant_id, due.connection_id, now)",
    ),
    Mutant(
        "a look that is begun though it is gone",
        "two sweeps look for the same consent",
        LOOKS,
        'self._begin(run, standing, Delete(self._table, place, "#due_at <= :now", {":now": millis(now)}))',
        "self._begin(run, standing, Delete(self._table, place))",
        seen_by=f"{CONSENT_TESTS}::test_two_sweeps_at_once_start_one_look",
    ),
    Mutant(
        "no end to sending",
        "a run without a deadline never ends",
        SWEEP,
        "    if now >= run.deadline:\n        return Act.TIMED_OUT\n",
        "",
    ),
    Mutant(
        "a worker that takes another's run for its own, if only it is to be cancelled",
        "a zombie cancels a run under its worker",
        ENDING,
        "        and current.claim_id == run.claim_id\n        and current.lease_until == run.lease_until\n",
        "",
        seen_by=f"{PROBES}::test_a_worker_whose_lease_ran_out_cancels_nothing_under_the_next",
    ),
    Mutant(
        "a cancel that is not looked for",
        "a worker goes on though it was told to stop, and its run is lost to it",
        ENDING,
        "            if not only_a_cancel_came(moved.current, run):\n                raise\n",
        "            raise\n",
    ),
    Mutant(
        "a round under people",
        "a tenant is examined in nobody's name while somebody has a session open",
        ROUNDS,
        'keys.key(tenant_id, keys.OPEN), "attribute_not_exists(#tenant_id)")',
        'keys.key(tenant_id, keys.OPEN), "attribute_not_exists(#tenant_id) OR attribute_exists(#tenant_id)")',
        seen_by=f"{WATCHES}::test_a_session_that_is_opened_just_before_keeps_a_round_from_beginning",
    ),
    Mutant(
        "a verdict of two",
        "two sweeps tell of one finding",
        ROUNDS,
        '"#session_id = :session_id AND #due_at = :seen",',
        '"#session_id = :session_id AND (#due_at = :seen OR #due_at <> :seen)",',
        seen_by=f"{WATCHES}::test_two_sweeps_at_once_tell_once",
    ),
    Mutant(
        "a verdict on what somebody else completed",
        "a tenant drifts from what it is no longer held to",
        ROUNDS,
        '"#session_id = :session_id AND #due_at = :seen",',
        '"(#session_id = :session_id OR #session_id <> :session_id) AND (#due_at = :seen OR #due_at <> :seen)",',
        seen_by=f"{WATCHES}::test_a_session_that_is_completed_just_before_has_a_watch_of_its_own",
    ),
    Mutant(
        "a round beside what is active",
        "the guard forgets a run",
        BOARD,
        '"SET " + ", ".join(changes), "size(#active) = :zero", values, names)',
        '"SET " + ", ".join(changes), "size(#active) >= :zero", values, names)',
        seen_by=f"{WATCHES}::test_what_is_active_is_waited_for",
    ),
    Mutant(
        "a drift without its mark",
        "nobody sees in the queue what got worse",
        ROUNDS,
        "if bool(watch.worse) is not bool(verdict.worse):",
        "if watch.worse and not verdict.worse:",
        seen_by=f"{WATCHES}::test_what_got_worse_marks_the_tenant_and_is_told_once_however_many_rounds_find_it",
    ),
    Mutant(
        "a mark that outlives what it was about",
        "a tenant that was onboarded anew is shown as drifted",
        SESSIONS,
        "SET #last_completed = :last_completed REMOVE #drifted_at",
        "SET #last_completed = :last_completed",
        seen_by=f"{WATCHES}::test_another_session_that_is_completed_is_what_a_tenant_is_held_to_from_then_on",
    ),
    Mutant(
        "a completed session that leaves nothing to hold to",
        "a tenant is never verified again",
        SESSIONS,
        "        if change.watch:",
        "        if change.watch and not change.closes:",
    ),
    Mutant(
        "worse told in every round",
        "people hear of one thing every day",
        WATCH,
        "            if seen.is_worse_than(known or was):",
        "            if seen.is_worse_than(was):",
        seen_by=f"{WATCHES}::test_what_got_worse_marks_the_tenant_and_is_told_once_however_many_rounds_find_it",
    ),
)


def patched(mutant: Mutant, folder: Path) -> None:
    """Apply *mutant* to the copy of the functions in *folder*.

    Raises:
        ValueError: If what it replaces is not there just once: the code has moved on, and the mutant must follow.
        SyntaxError: If what comes of it is no Python.
    """
    path = folder / mutant.file
    text = path.read_text()
    for old, new in ((mutant.old, mutant.new), *mutant.also):
        if text.count(old) != 1:
            raise ValueError(f"{mutant.name}: {mutant.file} has {text.count(old)} times {old!r}")
        text = text.replace(old, new)
    ast.parse(text)
    path.write_text(text)


def tried(mutant: Mutant | None, seeds: int = SEEDS) -> tuple[str | None, float]:
    """Try a copy with *mutant*, or as it is; name what caught it, and how many seconds that took."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="twin-") as scratch:
        folder = Path(scratch) / "functions"
        shutil.copytree(ROOT / "functions", folder, ignore=shutil.ignore_patterns("__pycache__"))
        if mutant:
            patched(mutant, folder)
        plain = [mutant] if mutant else MUTANTS
        tests = [each.seen_by for each in plain if each.seen_by]
        by = _simulated(folder, seeds) or (_tested(folder, tests) if tests else None)
    return by, time.monotonic() - began


def _simulated(folder: Path, seeds: int) -> str | None:
    options = ["--seeds", str(seeds), "--processes", "1", "--stop"]
    done = _run(folder, "-m", "tests.simulation.simulate", *options)
    if done.returncode == 0:
        return None
    said = [line for line in done.stdout.splitlines() if line.startswith("seed ")]
    return f"simulation, {said[0][:110]}" if said else f"simulation: {done.stderr.strip().splitlines()[-1][:110]}"


def _tested(folder: Path, tests: list[str]) -> str | None:
    paths = f"pythonpath={folder} {ROOT}"
    done = _run(folder, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-o", paths, *tests)
    if done.returncode == 0:
        return None
    failed = [line for line in done.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
    return failed[0].split(" - ")[0] if failed else f"{tests}: {done.stdout.strip()[-140:]}"


def _run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own words
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{folder}{os.pathsep}{ROOT}", "PYTHONDONTWRITEBYTECODE": "1"},
        check=False,
        capture_output=True,
        text=True,
    )


def main() -> int:
    """Try every mutant; print what caught each, and tell whether none survived."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", help="a part of the name of those to try")
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--at-once", type=int, default=os.cpu_count() or 1)
    wishes = parser.parse_args()
    chosen = [mutant for mutant in MUTANTS if not wishes.only or wishes.only in mutant.name]
    survivors = 0
    with ThreadPoolExecutor(wishes.at_once) as pool:
        control = pool.submit(tried, None, wishes.seeds)
        for mutant, (by, seconds) in zip(chosen, pool.map(lambda each: tried(each, wishes.seeds), chosen), strict=True):
            survivors += by is None
            print(f"{'caught  ' if by else 'SURVIVED'} {seconds:5.0f} s  {mutant.name}: {by}", flush=True)  # noqa: T201 - a program: this is what it says
        by, seconds = control.result()
    print(f"{'ok      ' if by is None else 'BROKEN  '} {seconds:5.0f} s  nothing patched: {by}")  # noqa: T201 - a program: this is what it says
    print(f"{len(chosen)} mutants, {len(chosen) - survivors} caught, {survivors} survived")  # noqa: T201 - a program: this is what it says
    return 1 if survivors or by is not None else 0


if __name__ == "__main__":
    sys.exit(main())
