"""Holds the store model against DynamoDB Local: random operations, the same on both, until they disagree.

python -m tests.simulation.agreement --operations 10000 --seed 1
"""

import argparse
import os
import re
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any, cast

from pydynox.pydynox_core import DynamoDBClient

from tests import dynamodb_local
from tests import tables as table_set
from tests.deployment import CALLER, REGION, Engine
from tests.simulation.chance import seeded
from tests.simulation.expressions import Item, copied
from tests.simulation.store import Store, schemas
from tests.tables import Tables

ENTRIES = ("a", "b", "board#guard", "board#x", "c")
TENANTS = (1, 2)
PLAIN = ("n", "k", "t", "b", "nul", "s", "ss", "m", "e", "l", "due_shard", "due_at")
NESTED = (("m", "x"), ("m", "x", "y"), ("m", "z"), ("e", "x"), ("n", "x"), ("missing", "x"))


@dataclass(frozen=True)
class Outcome:
    """What came of an operation: an answer, or the kind and the words of a refusal, with the old item if it told."""

    answer: Any = None
    refusal: str | None = None
    words: str = ""
    old: Item | None = None
    exact: Any = field(default=None, compare=False, repr=False)
    error: Exception | None = field(default=None, compare=False, repr=False)


class Disagreement(Exception):  # noqa: N818 - what was looked for
    """The model and DynamoDB Local do not agree; says on what, and what each of them did."""


class _Spelling:
    """Spells one operation's expressions, and collects their placeholders."""

    def __init__(self, chance: Random) -> None:
        self._chance = chance
        self.names: dict[str, str] = {}
        self.values: Item = {}
        self._written: set[str] = set()

    def name(self, attribute: str) -> str:
        self.names[f"#{attribute}"] = attribute
        return f"#{attribute}"

    def path(self) -> str:
        if self._chance.random() < 0.2:
            return ".".join(map(self.name, self._chance.choice(NESTED)))
        return self.name(self._chance.choice(PLAIN))

    def written(self) -> str:
        """Name a path that this update does not write yet, nor one within or around it."""
        nested = NESTED if self._chance.random() < 0.02 else NESTED[:4]  # mostly where there is something
        paths = nested if self._chance.random() < 0.1 else [(name,) for name in PLAIN]
        path = self._chance.choice([path for path in paths if path[0] not in self._written] or [("k2",)])
        self._written.add(path[0])
        return ".".join(map(self.name, path))

    def value(self, value: Any) -> str:
        placeholder = f":v{len(self.values)}"
        self.values[placeholder] = value
        return placeholder

    def anything(self) -> str:
        return self.value(anything(self._chance))

    # ── Conditions ───────────────────────────────────────────────────────────────────────────────────────────────────

    def condition(self, depth: int = 2) -> str:
        chance = self._chance
        if depth and chance.random() < 0.5:
            joined = f" {chance.choice(('AND', 'OR'))} ".join(
                self._bracketed(depth - 1) for _ in range(chance.randint(2, 3))
            )
            return f"NOT ({joined})" if chance.random() < 0.1 else joined
        return self._judged()

    def _bracketed(self, depth: int) -> str:
        inner = self.condition(depth)
        return f"({inner})" if " AND " in inner or " OR " in inner else inner

    def _judged(self) -> str:  # noqa: PLR0911 - one for each kind of condition
        chance = self._chance
        match chance.randint(0, 9):
            case 0 | 1:
                return f"attribute_not_exists({self.path()})"
            case 2:
                return f"attribute_exists({self.path()})"
            case 3:
                return f"size({self.path()}) {chance.choice(('=', '<', '>='))} {self.value(chance.randint(0, 3))}"
            case 4:
                return f"begins_with({self.path()}, {self.value(chance.choice(('s', 'st', 'x', '')))})"
            case 5:
                return f"{self.path()} IN ({', '.join(self.anything() for _ in range(chance.randint(1, 3)))})"
            case 6:
                one, other = self.path(), self.path()
                if one == other:  # DynamoDB compares nothing with itself
                    other = self.anything()
                return f"{one} {chance.choice(('=', '<>'))} {other}"
            case 7:
                ordered = self.value(chance.choice((-1, 0, 1, 2, "", "s", "str")))
                return f"{self.path()} {chance.choice(('<', '<=', '>', '>='))} {ordered}"
            case _:
                return f"{self.path()} {chance.choice(('=', '<>'))} {self.anything()}"

    # ── Updates ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def change(self) -> str:
        chance = self._chance
        clauses = (("SET", self._assignment, 3, 0.8), ("REMOVE", self.written, 2, 0.4), ("ADD", self._addition, 1, 0.2))
        chosen = [clause for clause in clauses if chance.random() < clause[3]] or [clauses[0]]
        return " ".join(f"{word} {self._listed(spell, most)}" for word, spell, most, _ in chosen)

    def _listed(self, spell: Callable[[], str], most: int) -> str:
        return ", ".join(spell() for _ in range(self._chance.randint(1, most)))

    def _assignment(self) -> str:
        chance, path = self._chance, self.written()
        if path.startswith("#due"):
            return f"{path} = {self.value(chance.randint(0, 1))}"  # what is a key of an index has to be a number
        match chance.randint(0, 5):
            case 0:
                return f"{path} = {path} + {self.value(chance.choice((1, 2)))}"
            case 1:
                return f"{path} = if_not_exists({self.path()}, {self.anything()})"
            case 2:
                return f"{path} = {self.path()}"
            case _:
                return f"{path} = {self.anything()}"

    def _addition(self) -> str:
        chance = self._chance
        free = [name for name in ("n", "k", "s", "ss", "t") if name not in self._written]
        name = chance.choice(free)
        return f"{self.name(name)} {self.value(chance.choice((1, {7}, {'u'})))}"


def anything(chance: Random) -> Any:
    """Make a value of any type that items have here."""
    return chance.choice(
        (
            0,
            1,
            2,
            chance.randint(-5, 5),
            "str",
            "s",
            "",
            True,
            False,
            None,
            {1, 2},
            {"a"},
            {},
            {"x": {"y": 1}},
            {"x": 1, "z": [1, "a", {}]},
            [],
            [1, "a"],
        )
    )


def an_item(chance: Random) -> Item:
    """Make an item that has about half of the attributes, mostly each of its own type."""
    usual: Item = {
        "n": chance.randint(0, 3),
        "k": chance.randint(0, 3),
        "t": chance.choice(("str", "s", "x")),
        "b": chance.random() < 0.5,
        "nul": None,
        "s": {1, chance.randint(1, 3)},
        "ss": {"a"},
        "m": {"x": {"y": chance.randint(0, 2)}},
        "e": {},
        "l": [1, "a"],
        "due_shard": chance.randint(0, 1),
        "due_at": chance.randint(0, 999),
    }
    item = {name: value for name, value in usual.items() if chance.random() < 0.6}
    if chance.random() < 0.1:
        item[chance.choice([name for name in PLAIN if not name.startswith("due")])] = anything(chance)
    return {**a_key(chance), **item}


def a_key(chance: Random) -> Item:
    """Name one of a few items."""
    return {"tenant_id": chance.choice(TENANTS), "entry": chance.choice(ENTRIES)}


def an_operation(chance: Random, table: str, kinds: tuple[str, ...]) -> Item:
    """Make a write, as a transaction has it."""
    kind = chance.choice(kinds)
    operation: Item = {"type": kind, "table": table}
    spelling = _Spelling(chance)
    if kind == "put":
        operation["item"] = an_item(chance)
    else:
        operation["key"] = a_key(chance)
    if kind == "update":
        operation["update_expression"] = spelling.change()
    if kind == "condition_check" or chance.random() < 0.6:
        operation["condition_expression"] = spelling.condition()
    if spelling.values and chance.random() < 0.01:
        spelling.value(1)  # one that nothing uses
    elif spelling.values and chance.random() < 0.01:
        spelling.values.popitem()
    if spelling.names:
        operation["expression_attribute_names"] = spelling.names
    if spelling.values:
        operation["expression_attribute_values"] = spelling.values
    return operation


class Pair:
    """The same tables on DynamoDB Local and in the model, asked the same."""

    def __init__(self, engine: Any, model: Store, tables: Tables) -> None:
        """Ask *engine*, a client of pydynox's core, and *model*, both of which have empty *tables*."""
        self.engine, self.model, self.tables = engine, model, tables
        self.counts: Counter[str] = Counter()
        """How often there was which outcome."""

    def run(self, seed: int, operations: int) -> None:
        """Do so many random *operations* on both.

        Raises:
            Disagreement: With the first operation on which they do not agree.
        """
        chance = seeded("agreement", seed)
        for number in range(operations):
            self._one(chance, f"seed {seed}, operation {number}")

    def _one(self, chance: Random, which: str) -> None:
        table = self.tables.runs
        match chance.randint(0, 19):
            case 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7:
                self._transaction(chance, which)
            case 8:
                self._query(chance, which)
            case 9:
                keys = {(key["tenant_id"], key["entry"]): key for key in (a_key(chance) for _ in range(3))}
                self._ask(which, "sync_batch_get", table, list(keys.values()), consistent_read=True)
            case _:
                operation = an_operation(chance, table, ("put", "update", "update", "update", "delete"))
                name = f"sync_{operation.pop('type')}_item"
                key = operation.pop("item", None) or operation.pop("key")
                more: Item = {"return_values_on_condition_check_failure": True}
                if name == "sync_update_item":
                    more["return_values"] = "ALL_NEW"
                del operation["table"]
                self._ask(which, name, table, key, **operation, **more)
                place = {name: key[name] for name in ("tenant_id", "entry")}
                self._ask(which, "sync_get_item", table, place, consistent_read=True)

    def _transaction(self, chance: Random, which: str) -> None:
        writes: dict[tuple[Any, Any], Item] = {}
        for _ in range(chance.randint(1, 4)):
            kinds = ("put", "update", "update", "delete", "condition_check")
            operation = an_operation(chance, self.tables.runs, kinds)
            key = operation.get("key") or operation["item"]
            writes[key["tenant_id"], key["entry"]] = operation
        token = f"{which}".replace(" ", "")[-36:]
        self._ask(which, "sync_transact_write", list(writes.values()), client_request_token=token)
        if chance.random() < 0.1:
            again = list(writes.values()) if chance.random() < 0.7 else list(writes.values())[:-1]
            if again:
                self._ask(f"{which}, again", "sync_transact_write", again, client_request_token=token)
        for tenant_id, entry in writes:
            key = {"tenant_id": tenant_id, "entry": entry}
            self._ask(which, "sync_get_item", self.tables.runs, key, consistent_read=True)

    def _query(self, chance: Random, which: str) -> None:
        limit = chance.choice((None, 1, 2, 3))
        newest_first = chance.random() < 0.5
        how: Item = {"limit": limit, "scan_index_forward": not newest_first}
        match chance.randint(0, 2):
            case 0:
                condition = "#tenant_id = :t AND begins_with(#entry, :e)"
                values: Item = {":t": chance.choice(TENANTS), ":e": chance.choice(("board#", "a", "x"))}
                how["consistent_read"] = True
            case 1:
                condition, values = "#tenant_id = :t", {":t": chance.choice(TENANTS)}
                how["consistent_read"] = True
                if chance.random() < 0.5:
                    how["exclusive_start_key"] = {"tenant_id": values[":t"], "entry": chance.choice(ENTRIES)}
            case _:
                condition = "#due_shard = :s AND #due_at <= :d"
                values = {":s": chance.randint(0, 1), ":d": chance.randint(0, 999)}
                how |= {"index_name": "due", "limit": None, "consistent_read": False}
        how["expression_attribute_names"] = {word: word[1:] for word in re.findall(r"#\w+", condition)}
        self._ask(which, "sync_query_page", self.tables.runs, condition, expression_attribute_values=values, **how)

    def _ask(self, which: str, name: str, *arguments: Any, **more: Any) -> None:
        engine, model = (_outcome(client, name, *arguments, **more) for client in (self.engine, self.model))
        self.counts[f"{name.removeprefix('sync_')}: {engine.refusal or 'done'}"] += 1
        if engine != model:
            raise Disagreement(
                f"{which}: {name} {arguments} {more}\n  DynamoDB Local: {engine}\n  the model:      {model}"
            )


def _outcome(client: Any, name: str, *arguments: Any, **more: Any) -> Outcome:
    try:
        answer = getattr(client, name)(*arguments, **more)
    except Exception as error:  # noqa: BLE001 - what it is, is what is compared
        old = getattr(error, "item", None)
        return Outcome(None, type(error).__name__, _comparable_words(error), old, error=error)
    return Outcome(_comparable(name, answer), exact=answer)


_SHOWN_BY_DUE = {"tenant_id", "entry", "due_shard", "due_at"}


def _comparable(name: str, answer: Any) -> Any:
    if name in {"sync_put_item", "sync_delete_item", "sync_transact_write"}:
        return None  # pydynox tells how long it took
    if name == "sync_batch_get":
        return sorted(answer, key=lambda item: (item["tenant_id"], item["entry"]))
    if name == "sync_query_page":
        items, last_key, _ = answer
        if all(item.keys() == _SHOWN_BY_DUE for item in items):  # in the index equal dates come in any order
            items = sorted(items, key=lambda item: (item["due_at"], item["tenant_id"], item["entry"]))
        return items, last_key
    item, _ = answer  # the same
    return item


_CANNOT_BE_APPLIED = {
    "The document path provided in the update expression is invalid for update",
    "The provided expression refers to an attribute that does not exist in the item",
    "An operand in the update expression has an incorrect data type",
}
"""Why an update cannot be applied to an item; which of several reasons is told is DynamoDB Local's secret."""


def _comparable_words(error: Exception) -> str:
    """The words; what is unused is named by DynamoDB Local in any order."""
    if str(error) in _CANNOT_BE_APPLIED:
        return "cannot be applied"
    before, brace, unused = str(error).partition("keys: {")
    return before + brace + ", ".join(sorted(unused.rstrip("}").split(", ")))


class Listening:
    """A store that remembers what it was asked, and what came of it."""

    def __init__(self, store: Store) -> None:
        """Listen to *store*."""
        self._store = store
        self.heard: list[tuple[str, tuple[Any, ...], Item, Outcome]] = []

    def __getattr__(self, name: str) -> Any:
        if not name.startswith("sync_"):
            return getattr(self._store, name)

        def ask(*arguments: Any, **more: Any) -> Any:
            asked = (name, copied(list(arguments)), copied(more))
            self.heard.append((*asked, _outcome(self._store, name, *arguments, **more)))
            outcome = self.heard[-1][3]
            if outcome.error:
                raise outcome.error
            return outcome.exact

        return ask


def replay(engine: Engine, seed: int, *, steps: int) -> int:
    """Live through the history of *seed*, and then ask DynamoDB Local all that the store was asked in it.

    Returns:
        How much that was.

    Raises:
        Disagreement: With the first question that it answers otherwise.
    """
    from tests.simulation.simulate import Simulation  # noqa: PLC0415 - it imports all of ours

    simulation = Simulation(seed)
    listening = Listening(simulation.world.store)
    simulation.world.store = cast("Any", listening)
    try:
        simulation.live(steps)
    finally:
        simulation.world.close()
    made = table_set.create(engine.client())
    client = _client(engine)
    for number, (name, arguments, more, model) in enumerate(listening.heard):
        there = _outcome(client, name, *_named(arguments, made), **more)
        if there != model:
            raise Disagreement(
                f"seed {seed}, question {number}: {name} {arguments} {more}\n"
                f"  DynamoDB Local: {there}\n  the model:      {model}"
            )
    return len(listening.heard)


def _named(arguments: Any, tables: Tables) -> Any:
    """Call the tables in *arguments* what they are called on the engine."""
    if isinstance(arguments, list):
        return [_named(each, tables) for each in arguments]
    if isinstance(arguments, dict) and "table" in arguments:
        return {**arguments, "table": tables.physical[arguments["table"]]}
    return tables.physical.get(arguments, arguments) if isinstance(arguments, str) else arguments


def _client(engine: Engine) -> DynamoDBClient:
    return DynamoDBClient(
        endpoint_url=engine.url,
        region=REGION,
        access_key="testing",
        secret_key="testing",  # noqa: S106 - DynamoDB Local checks none
        max_retries=1,
    )


def pair(engine: Engine) -> Pair:
    """Make fresh tables on *engine*, DynamoDB Local, and in a model."""
    made = table_set.create(engine.client())
    return Pair(_client(engine), Store(schemas(**made.physical)), made)


def main() -> None:
    """Compare, and print what was compared."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--operations", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--replays", type=int, default=10, help="simulated histories to ask DynamoDB Local again")
    wishes = parser.parse_args()
    os.environ.update(CALLER)
    with dynamodb_local.serve(print) as url:
        compared, began = pair(Engine("dynamodb_local", url)), time.monotonic()
        compared.run(wishes.seed, wishes.operations)
        questions = sum(
            replay(Engine("dynamodb_local", url), seed, steps=1_100) for seed in range(1, wishes.replays + 1)
        )
    for outcome, number in sorted(compared.counts.items()):
        print(f"{number:8,}  {outcome}")  # noqa: T201 - a program: this is what it says
    print(f"{questions:,} questions of {wishes.replays} simulated histories, 0 disagreements")  # noqa: T201 - a program: this is what it says
    print(f"{wishes.operations:,} random operations, 0 disagreements, {time.monotonic() - began:.0f} s")  # noqa: T201 - a program: this is what it says


if __name__ == "__main__":
    main()
