"""The store model: DynamoDB in memory, with the conditions and the atomicity that this project relies on, and no more.

It is asked as pydynox is, judges the very expressions that our storage writes, and refuses with pydynox's own
exceptions in the words of DynamoDB Local; a test holds it against DynamoDB Local operation by operation. One thing it
does as AWS documents it and DynamoDB Local does not: a transaction that names an item twice is refused.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from pydynox.exceptions import (
    ConditionalCheckFailedException,
    IdempotentParameterMismatchException,
    ResourceNotFoundException,
    TransactionCanceledException,
    ValidationException,
)

from tests import template
from tests.simulation import expressions
from tests.simulation.expressions import Item, Names, Values, copied

TOKEN_LIFE = 600.0
"""Seconds for which a client request token is known:
https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html"""

MOST_IN_A_TRANSACTION = 100

type Key = tuple[Any, Any]
"""Partition and sort key of an item."""


class Write(NamedTuple):
    """What became of one item in a commit: None is no item."""

    table: str
    key: Key
    old: Item | None
    new: Item | None


class Index(NamedTuple):
    """A secondary index: its keys, and whether it shows all of an item."""

    partition: str
    sort: str
    keys_only: bool


class Schema(NamedTuple):
    """The keys of a table and its indexes."""

    partition: str
    sort: str
    indexes: Mapping[str, Index]


class _Table:
    """The items of one table."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self.items: dict[Key, Item] = {}
        self.partitions: dict[Any, dict[Key, Item]] = {}
        self.indexed: dict[str, dict[Any, dict[Key, Item]]] = {name: {} for name in schema.indexes}

    def key(self, of: Item) -> Key:
        return of[self.schema.partition], of[self.schema.sort]

    def keep(self, key: Key, item: Item | None) -> None:
        """Replace the item at *key*; what was there is never changed, so that it can be shown as the old one."""
        old = self.items.pop(key, None)
        self.partitions.get(key[0], {}).pop(key, None)
        for name, index in self.schema.indexes.items():
            if old is not None and index.partition in old:
                self.indexed[name].get(old[index.partition], {}).pop(key, None)
        if item is None:
            return
        self.items[key] = item
        self.partitions.setdefault(key[0], {})[key] = item
        for name, index in self.schema.indexes.items():
            if index.partition in item and index.sort in item:  # sparse: an item without its keys is not in it
                self.indexed[name].setdefault(item[index.partition], {})[key] = item


class Store:
    """Tables in memory. Whoever is handed its methods can take it for the client of pydynox's core.

    Like that it answers a pair: what was asked for, and how long it took, of which it knows nothing.
    """

    def __init__(self, schemas: Mapping[str, Schema], *, seconds: Callable[[], float] = lambda: 0.0) -> None:
        """Have empty tables of *schemas*; *seconds* is the clock by which tokens are forgotten."""
        self._tables = {name: _Table(schema) for name, schema in schemas.items()}
        self._tokens: dict[str, tuple[float, Sequence[Item]]] = {}
        self._seconds = seconds
        self.committed: Callable[[list[Write]], None] = lambda _writes: None
        """Is told of every commit, once it is made."""

    # ── Reading ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def item(self, table: str, *key: Any) -> Item | None:
        """Look at an item as it is kept, not a copy."""
        partition, sort = key
        return self._table(table).items.get((partition, sort))

    def partition(self, table: str, partition: Any) -> Iterable[Item]:
        """Look at all items of a partition."""
        return self._table(table).partitions.get(partition, {}).values()

    def indexed(self, table: str, index: str) -> Iterable[Item]:
        """Look at all items that are in an index."""
        return [item for items in self._table(table).indexed[index].values() for item in items.values()]

    def sync_get_item(self, table: str, key: Item, consistent_read: bool = False) -> tuple[Item | None, None]:  # noqa: ARG002, FBT001, FBT002 - the client's own signature
        held = self._table(table)
        item = held.items.get(held.key(key))
        return None if item is None else copied(item), None

    def sync_batch_get(self, table: str, keys: Sequence[Item], consistent_read: bool = False) -> list[Item]:  # noqa: ARG002, FBT001, FBT002 - the client's own signature
        held = self._table(table)
        wanted = [held.key(key) for key in keys]
        if len(set(wanted)) != len(wanted):
            raise ValidationException("Provided list of item keys contains duplicates")
        return [copied(held.items[key]) for key in wanted if key in held.items]

    def sync_query_page(
        self,
        table: str,
        key_condition_expression: str,
        *,
        expression_attribute_names: Names | None = None,
        expression_attribute_values: Values | None = None,
        limit: int | None = None,
        exclusive_start_key: Item | None = None,
        scan_index_forward: bool | None = None,
        index_name: str | None = None,
        consistent_read: bool = False,  # noqa: ARG002 - here every read is
    ) -> tuple[list[Item], Item | None, None]:
        held, names, values = self._table(table), expression_attribute_names or {}, expression_attribute_values or {}
        index = held.schema.indexes[index_name] if index_name else None
        partition, sort = (index.partition, index.sort) if index else (held.schema.partition, held.schema.sort)
        shown = (partition, sort, held.schema.partition, held.schema.sort)
        condition = expressions.condition(key_condition_expression)

        def place(item: Item) -> tuple[Any, Key]:
            return item[sort], held.key(item)

        wanted = _partition_asked_for(key_condition_expression, names, values)
        candidates = held.indexed[index_name] if index_name else held.partitions
        found = [item for item in candidates.get(wanted, {}).values() if condition.judge(item, names, values)]
        forwards = scan_index_forward is not False
        found.sort(key=place, reverse=not forwards)
        if exclusive_start_key:
            after = place(exclusive_start_key)
            found = [item for item in found if (place(item) > after if forwards else place(item) < after)]
        page = found if limit is None else found[:limit]
        last = {name: page[-1][name] for name in shown} if limit is not None and len(page) == limit else None
        keys_only = index is not None and index.keys_only
        return [copied({name: item[name] for name in shown} if keys_only else item) for item in page], last, None

    # ── Writing ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def sync_put_item(self, table: str, item: Item, **expression: Any) -> None:
        self._alone({"type": "put", "table": table, "item": item, **expression})

    def sync_delete_item(self, table: str, key: Item, **expression: Any) -> None:
        self._alone({"type": "delete", "table": table, "key": key, **expression})

    def sync_update_item(
        self, table: str, key: Item, *, return_values: str | None = None, **expression: Any
    ) -> tuple[Item | None, None]:
        write = self._alone({"type": "update", "table": table, "key": key, **expression})
        return copied(write.new) if return_values == "ALL_NEW" else None, None

    def sync_transact_write(self, operations: Sequence[Item], *, client_request_token: str | None = None) -> None:
        known = self._known(client_request_token)
        if known is not None:
            if list(known) != list(operations):
                raise IdempotentParameterMismatchException("")
            return
        if not 0 < len(operations) <= MOST_IN_A_TRANSACTION:
            raise ValidationException("Member must have length less than or equal to 100")
        places = [self._place(operation) for operation in operations]
        if len(set(places)) != len(places):
            raise ValidationException("Transaction request cannot include multiple operations on one item")
        for operation in operations:
            _validate(operation, self._table(operation["table"]).schema)
        reasons = ["None" if self._holds(operation) else "ConditionalCheckFailed" for operation in operations]
        # An update that leads nowhere is told before any condition that does not hold.
        writes = [
            self._written(operation)
            for operation, reason in zip(operations, reasons, strict=True)
            if reason == "None" and operation["type"] != "condition_check"
        ]
        if set(reasons) != {"None"}:
            raise TransactionCanceledException(
                f"Transaction cancelled, please refer cancellation reasons for specific reasons [{', '.join(reasons)}]"
            )
        if client_request_token:
            self._tokens[client_request_token] = (self._seconds(), copied(list(operations)))
        self._commit(writes)

    def _alone(self, operation: Item) -> Write:
        _validate(operation, self._table(operation["table"]).schema)
        if not self._holds(operation):
            refusal = ConditionalCheckFailedException("The condition expression evaluated to false")
            old = self._old(operation)
            if old is not None and operation.get("return_values_on_condition_check_failure"):
                refusal.item = copied(old)  # type: ignore[attr-defined]  # pydynox sets it too, if there is one
            raise refusal
        write = self._written(operation)
        self._commit([write])
        return write

    def _written(self, operation: Item) -> Write:
        old, new = self._old(operation), None
        table, key = self._place(operation)
        if operation["type"] == "put":
            new = copied(operation["item"])
        elif operation["type"] == "update":
            names, values = _placeholders(operation)
            new = expressions.updated(
                copied(operation["key"]) if old is None else old, operation["update_expression"], names, values
            )
        return Write(table, key, old, new)

    def _commit(self, writes: list[Write]) -> None:
        for write in writes:
            self._tables[write.table].keep(write.key, write.new)
        self.committed(writes)

    def _holds(self, operation: Item) -> bool:
        text = operation.get("condition_expression")
        return text is None or expressions.condition(text).judge(self._old(operation) or {}, *_placeholders(operation))

    def _old(self, operation: Item) -> Item | None:
        table, key = self._place(operation)
        return self._tables[table].items.get(key)

    def _place(self, operation: Item) -> tuple[str, Key]:
        table = self._table(operation["table"])
        return operation["table"], table.key(operation.get("key") or operation["item"])

    def _known(self, token: str | None) -> Sequence[Item] | None:
        used_at, operations = self._tokens.get(token or "", (0.0, None))
        return operations if operations is not None and self._seconds() - used_at < TOKEN_LIFE else None

    def _table(self, name: str) -> _Table:
        if name not in self._tables:
            raise ResourceNotFoundException("Cannot do operations on a non-existent table")
        return self._tables[name]


def schemas(**named: str) -> dict[str, Schema]:
    """Read the tables' schemas from the template; *named* tells what each is called here, `Runs="Runs"` say."""
    return {name: _schema(logical_id) for logical_id, name in named.items()}


@cache
def _schema(logical_id: str) -> Schema:
    properties = template.resources(template.read(), "AWS::DynamoDB::Table")[logical_id]["Properties"]
    secondary = [*properties.get("GlobalSecondaryIndexes", []), *properties.get("LocalSecondaryIndexes", [])]
    return Schema(
        *_names(properties["KeySchema"]),
        {
            each["IndexName"]: Index(
                *_names(each["KeySchema"]), keys_only=each["Projection"]["ProjectionType"] == "KEYS_ONLY"
            )
            for each in secondary
        },
    )


def _names(key_schema: list[dict[str, str]]) -> tuple[str, str]:
    by_type = {each["KeyType"]: each["AttributeName"] for each in key_schema}
    return by_type["HASH"], by_type["RANGE"]


def _partition_asked_for(condition: str, names: Names, values: Values) -> Any:
    """Give the partition that a Query names: our key conditions begin with it."""
    name, sign, value = condition.split()[:3]
    if sign != "=" or name not in names:
        raise ValidationException("Query condition missed key schema element")
    return values[value]


def _placeholders(operation: Item) -> tuple[Names, Values]:
    return operation.get("expression_attribute_names") or {}, operation.get("expression_attribute_values") or {}


def _validate(operation: Item, schema: Schema) -> None:
    """Refuse what DynamoDB refuses before it looks at any item."""
    names, values = _placeholders(operation)
    used: set[str] = set()
    change, condition = operation.get("update_expression"), operation.get("condition_expression")
    if change:
        read = expressions.update(change)
        _validate_placeholders("UpdateExpression", read.used, names, values)
        _validate_paths(read, names, values, schema)
        used |= read.used
    if condition:
        wanted = expressions.condition(condition).used
        _validate_placeholders("ConditionExpression", wanted, names, values)
        used |= wanted
    for given, what in ((names, "ExpressionAttributeNames"), (values, "ExpressionAttributeValues")):
        unused = sorted(given.keys() - used)
        if unused:
            raise ValidationException(f"Value provided in {what} unused in expressions: keys: {{{', '.join(unused)}}}")


def _validate_placeholders(expression: str, used: frozenset[str], names: Names, values: Values) -> None:
    for each in sorted(used):
        if each.startswith(":") and each not in values:
            raise ValidationException(
                f"Invalid {expression}: An expression attribute value used in expression is not defined; "
                f"attribute value: {each}"
            )
        if each.startswith("#") and each not in names:
            raise ValidationException(
                f"Invalid {expression}: An expression attribute name used in the document path is not defined; "
                f"attribute name: {each}"
            )


def _validate_paths(read: expressions.Update, names: Names, values: Values, schema: Schema) -> None:
    for placeholder in read.added:
        if expressions.kind(values[placeholder]) != "N":
            raise ValidationException(
                "Invalid UpdateExpression: Incorrect operand type for operator or function; "
                f"operator or function: +, operand type: {expressions.kind(values[placeholder])}"
            )
    paths = [tuple(names[part] for part in path) for path in read.paths]
    for n, one in enumerate(paths):
        for other in paths[n + 1 :]:
            shorter = min(len(one), len(other))
            if one[:shorter] == other[:shorter]:
                raise ValidationException(
                    "Invalid UpdateExpression: Two document paths overlap with each other; must remove or rewrite "
                    f"one of these paths; path one: [{', '.join(one)}], path two: [{', '.join(other)}]"
                )
    for path in paths:
        if path[0] in {schema.partition, schema.sort}:
            raise ValidationException(
                "One or more parameter values were invalid: "
                f"Cannot update attribute {path[0]}. This attribute is part of the key"
            )
