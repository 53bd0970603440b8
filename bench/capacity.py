"""What DynamoDB bills for a call, computed from the sizes of the items it touched.

Emulators over-report transactions, so nothing here is read from an engine's `ConsumedCapacity`. The rules are AWS's:
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html for units,
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html for sizes, and
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html for what an index costs its table.
"""

import json
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, NamedTuple

from tests import template
from tests.wire import Call

type Item = Mapping[str, Any]
"""An item in DynamoDB's own typed form."""

type Fetch = Callable[[str, Item], Item | None]
"""Reads the item of a table and a key past whoever counts."""

LARGEST_ITEM = 400 * 1024
"""Bytes: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html"""

READ_UNIT, WRITE_UNIT = 4096, 1024
"""Bytes of a request unit."""

_TRANSACTIONAL = 2
"""What is written in a transaction is written twice: once prepared, once committed."""


class Units(NamedTuple):
    """Request units: of 4 KB read strongly consistent, and of 1 KB written."""

    read: float = 0.0
    write: float = 0.0


@dataclass
class Exchange:
    """A call, what it was answered, and what it takes."""

    call: Call
    sent: int
    """Bytes of the request's body."""

    before: list[Item | None] = field(default_factory=list)
    """What lay where it wrote."""

    received: int = 0
    refused: bool = False
    units: Units = field(default_factory=Units)
    index_writes: int = 0
    """Those of the write units that went to global indexes."""

    scanned: int = 0
    """Items a Query looked at, and those it returned."""
    returned: int = 0


class Meter:
    """Watches a wire, and computes what every call on it takes."""

    def __init__(self, fetch: Fetch, physical: Mapping[str, str]) -> None:
        """Look items up with *fetch*; *physical* maps the template's tables to their names."""
        self.exchanges: list[Exchange] = []
        self._fetch = fetch
        self._logical = {name: logical for logical, name in physical.items()}

    def asked(self, call: Call, body: bytes) -> None:
        """Look at what lies where *call* is about to write."""
        self.exchanges.append(Exchange(call, len(body), self._there(call)))

    def answered(self, call: Call, status: int, body: bytes) -> None:
        """Compute what *call* took."""
        exchange = next(each for each in reversed(self.exchanges) if each.call is call)
        exchange.received, exchange.refused = len(body), status != 200  # noqa: PLR2004 - HTTP's OK
        answer = json.loads(body or b"{}")
        exchange.scanned, exchange.returned = answer.get("ScannedCount", 0), answer.get("Count", 0)
        after = exchange.before if exchange.refused else self._there(call)
        factor = _TRANSACTIONAL if "TransactItems" in call.request else 1
        writes = 0
        for (table, _), was, becomes in zip(_writes(call), exchange.before, after, strict=True):
            of = schema(self._logical[table])
            beside = _index_units(of, was, becomes, local=False)
            exchange.index_writes += beside
            writes += factor * (_table_units(was, becomes) + _index_units(of, was, becomes, local=True)) + beside
        exchange.units = Units(_read_units(call, answer), float(writes))

    def total(self) -> Units:
        """Add up what all calls took."""
        units = [each.units for each in self.exchanges]
        return Units(sum(each.read for each in units), sum(each.write for each in units))

    def _there(self, call: Call) -> list[Item | None]:
        return [self._fetch(table, self._key(table, write)) for table, write in _writes(call)]

    def _key(self, table: str, write: dict[str, Any]) -> Item:
        if "Key" in write:
            key: Item = write["Key"]
            return key
        return {name: write["Item"][name] for name in schema(self._logical[table]).keys}


class Index(NamedTuple):
    """A secondary index, as far as it decides what a write costs."""

    name: str
    keys: tuple[str, ...]
    whole: bool
    """Whether it repeats all of an item."""

    local: bool
    """Whether it is written with its table; a global one follows, outside of any transaction."""

    def entry(self, item: Item | None, table_keys: tuple[str, ...]) -> Item | None:
        """Give what lies in the index of *item*; None if the item lacks one of its keys."""
        if item is None or not all(key in item for key in self.keys):
            return None
        return item if self.whole else {name: item[name] for name in {*self.keys, *table_keys}}


class Schema(NamedTuple):
    """The names of a table's own keys, and its indexes."""

    keys: tuple[str, ...]
    indexes: tuple[Index, ...]


@cache
def schema(table: str) -> Schema:
    """Read from the template what a table's keys and indexes are."""
    properties = template.resources(template.read(), "AWS::DynamoDB::Table")[table]["Properties"]
    listed = [
        Index(
            each["IndexName"],
            tuple(key["AttributeName"] for key in each["KeySchema"]),
            whole=each["Projection"]["ProjectionType"] == "ALL",
            local=kind == "Local",
        )
        for kind in ("Global", "Local")
        for each in properties.get(f"{kind}SecondaryIndexes", ())
    ]
    return Schema(tuple(key["AttributeName"] for key in properties["KeySchema"]), tuple(listed))


def size(item: Item) -> int:
    """Compute the bytes of an item as DynamoDB counts them; of numbers, an upper bound."""
    return sum(len(name.encode()) + _size_of(value) for name, value in item.items())


def _size_of(value: Item) -> int:
    [(kind, content)] = value.items()
    match kind:
        case "S":
            return len(str(content).encode())
        case "N":
            digits = len(str(content).lstrip("-").replace(".", "").strip("0"))
            return math.ceil(digits / 2) + 1 + str(content).startswith("-")
        case "M":
            return 3 + size(content) + len(content)
        case "L":
            return 3 + sum(_size_of(each) + 1 for each in content)
        case "NS":
            return sum(_size_of({"N": each}) for each in content)
        case "BOOL" | "NULL":
            return 1
        case _:
            raise ValueError(f"no attribute of ours is of type {kind}")


def _table_units(was: Item | None, becomes: Item | None) -> int:
    """Count what it takes to make of an item what it becomes, in the table itself."""
    return _units(max(size(was or {}), size(becomes or {})), WRITE_UNIT)


def _index_units(of: Schema, was: Item | None, becomes: Item | None, *, local: bool) -> int:
    """Count what it takes in the table's local, or global, indexes."""
    units = 0
    for index in of.indexes:
        old, new = index.entry(was, of.keys), index.entry(becomes, of.keys)
        if index.local != local or old == new:
            continue
        if old is not None and new is not None and all(old[key] == new[key] for key in index.keys):
            units += _units(max(size(old), size(new)), WRITE_UNIT)
        else:  # an entry whose key changes is removed and put
            units += sum(_units(size(each), WRITE_UNIT) for each in (old, new) if each is not None)
    return units


def _read_units(call: Call, answer: dict[str, Any]) -> float:
    request = call.request
    match call.operation:
        case "GetItem":
            units = _units(size(answer.get("Item", {})), READ_UNIT)
            return float(units) if request.get("ConsistentRead") else units / 2
        case "BatchGetItem":
            found = [item for items in answer.get("Responses", {}).values() for item in items]
            absent = call.items - len(found)
            consistent = all(each.get("ConsistentRead") for each in request["RequestItems"].values())
            units = sum(_units(size(item), READ_UNIT) for item in found) + absent
            return float(units) if consistent else units / 2
        case "Query":
            units = _units(sum(size(item) for item in answer.get("Items", [])), READ_UNIT)
            return float(units) if request.get("ConsistentRead") else units / 2
        case _:
            return 0.0


def _units(length: int, unit: int) -> int:
    """Round up; nothing is for nothing."""
    return max(1, math.ceil(length / unit))


def _writes(call: Call) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give what a call writes, or checks in a transaction, with the table it does so in."""
    request = call.request
    if "TransactItems" in request:
        for each in request["TransactItems"]:
            yield from ((write["TableName"], write) for write in each.values())
    elif call.operation in {"PutItem", "UpdateItem", "DeleteItem"}:
        yield request["TableName"], request
