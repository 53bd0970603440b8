"""DynamoDB as this project uses it: conditional writes, transactions and strongly consistent reads.

The only module that reads what DynamoDB refuses with, and turns it into types. Expressions name attributes as
`#name`, so that no reserved word can bite; `#name` stands for the attribute `name` unless said otherwise.

pydynox's Rust core is asked directly. Its Python half adds models, metrics and asyncio, which nothing here uses and
which take a fifth of a cold start; `local/build.py` leaves it out of the layer.
"""

import re
import threading
import time
from collections.abc import Callable, Sequence
from itertools import batched
from random import SystemRandom
from typing import Any, NamedTuple, Protocol

from pydynox.pydynox_core import (
    ConditionalCheckFailedException,
    ConnectionException,
    DynamoDBClient,
    ProvisionedThroughputExceededException,
    PydynoxException,
    TransactionCanceledException,
)

from onboarding import ids
from onboarding.errors import Transient

type Item = dict[str, Any]
"""An item's attributes by name; numbers are int, or float where they have a fraction."""

AT_ONCE = 100
"""Items of one read: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html"""

TRIES = 6
FIRST_PAUSE = 0.025
"""Seconds; the pause before the n-th new try is drawn from 0 to FIRST_PAUSE times 2 to the n (full jitter)."""
PATIENCE = 3.0
"""Seconds after which no new try begins: whoever waits is to hear from us, not from a time limit above us."""

_REASONS = re.compile(r"\[([A-Za-z, ]*)\]\s*$")
_CONFLICT = (
    "TransactionConflict",
    "Transaction is ongoing for the item",
    "TransactionInProgress",
    "request token is already in progress",
)
_THROTTLED = (
    "ThrottlingError",
    "ThrottlingException",
    "Throttling",
    "ProvisionedThroughputExceeded",
    "RequestLimitExceeded",
)
_FAILED = (
    "InternalServerError",
    "Internal server error",
    "ServiceUnavailable",
    "Service Unavailable",
)
_NO_ANSWER = (
    # DynamoDB gives every refusal a type and a sentence. What has neither is a proxy's 502, a network without a route.
    "unhandled error",
    # An answer that broke off in its body.
    "Invalid response from DynamoDB",
    # BatchGetItem answered, and left keys out each time.
    "Failed to get",
)


class _Tally(threading.local):
    """What each thread did: a worker's runs go side by side, one thread each."""

    round_trips = 0


tally = _Tally()
"""How often this thread has asked DynamoDB; whoever wants to know of one piece of work looks before and after."""


class ConditionFailed(Exception):  # noqa: N818 - an answer, not an error
    """The condition of a single write did not hold; *item* is what was there instead, or None for nothing.

    *in_doubt* tells that an earlier try of the same write got no answer: it may have been done, and what is there now
    may have come after it.
    """

    def __init__(self, item: Item | None, *, in_doubt: bool = False) -> None:
        """Report that *item* stood in the way."""
        super().__init__("the condition did not hold")
        self.item = item
        self.in_doubt = in_doubt


class TransactionRefused(Exception):  # noqa: N818 - an answer, not an error
    """A transaction did nothing, because the conditions of the writes numbered *failed* (from 0) did not hold."""

    def __init__(self, failed: frozenset[int]) -> None:
        """Report that the writes numbered *failed* were refused."""
        super().__init__(f"the conditions of the writes {sorted(failed)} did not hold")
        self.failed = failed


class Put(NamedTuple):
    """Write a whole item."""

    table: str
    item: Item
    condition: str | None = None
    values: Item = {}
    names: dict[str, str] = {}

    def operation(self) -> Item:
        """Spell this out for a transaction."""
        expressions = _expressions(self.names, self.values, condition_expression=self.condition)
        return {"type": "put", "table": self.table, "item": self.item, **expressions}


class Update(NamedTuple):
    """Change some attributes of an item."""

    table: str
    key: Item
    change: str
    condition: str | None = None
    values: Item = {}
    names: dict[str, str] = {}

    def operation(self) -> Item:
        """Spell this out for a transaction."""
        expressions = _expressions(
            self.names, self.values, update_expression=self.change, condition_expression=self.condition
        )
        return {"type": "update", "table": self.table, "key": self.key, **expressions}


class Delete(NamedTuple):
    """Remove an item."""

    table: str
    key: Item
    condition: str | None = None
    values: Item = {}
    names: dict[str, str] = {}

    def operation(self) -> Item:
        """Spell this out for a transaction."""
        expressions = _expressions(self.names, self.values, condition_expression=self.condition)
        return {"type": "delete", "table": self.table, "key": self.key, **expressions}


class Check(NamedTuple):
    """Demand something of an item that is left as it is."""

    table: str
    key: Item
    condition: str
    values: Item = {}
    names: dict[str, str] = {}

    def operation(self) -> Item:
        """Spell this out for a transaction."""
        expressions = _expressions(self.names, self.values, condition_expression=self.condition)
        return {"type": "condition_check", "table": self.table, "key": self.key, **expressions}


class Page(NamedTuple):
    """Some items of a Query, and the key to go on from; None means the end."""

    items: list[Item]
    last_key: Item | None


class _Write(Protocol):
    def operation(self) -> Item: ...


class Dynamo:
    """A connection to DynamoDB. Safe for threads; not for processes forked after its first use."""

    def __init__(
        self,
        client: DynamoDBClient,
        *,
        pause: Callable[[float], object] = time.sleep,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        """Speak through *client*; *pause* waits for so many seconds between two tries, *seconds* counts them."""
        self._client = client
        self._pause = pause
        self._seconds = seconds
        self._jitter = SystemRandom()

    def get(self, table: str, key: Item) -> Item | None:
        """Read one item, strongly consistent.

        Raises:
            Transient: If DynamoDB did not answer.
        """
        item, _ = self._persist(lambda: self._client.sync_get_item(table, key, consistent_read=True))
        return item

    def get_several(self, table: str, keys: Sequence[Item]) -> list[Item]:
        """Read the items that exist of *keys*, strongly consistent, in no certain order and a request for each hundred.

        Raises:
            Transient: If DynamoDB did not answer.
        """
        if len(keys) <= AT_ONCE:
            return self._get_batch(table, list(keys))
        return [item for some in batched(keys, AT_ONCE, strict=False) for item in self._get_batch(table, list(some))]

    def _get_batch(self, table: str, keys: list[Item]) -> list[Item]:
        return self._persist(lambda: self._client.sync_batch_get(table, keys, consistent_read=True))

    def query(
        self,
        table: str,
        condition: str,
        values: Item,
        *,
        index: str | None = None,
        limit: int | None = None,
        after: Item | None = None,
        newest_first: bool = False,
        consistent: bool = True,
    ) -> Page:
        """Read one page of the items that *condition* names: at most *limit*, and at most 1 MB.

        Raises:
            Transient: If DynamoDB did not answer.
        """

        def ask() -> Page:
            items, last_key, _ = self._client.sync_query_page(
                table,
                condition,
                expression_attribute_names=_names(condition, {}),
                expression_attribute_values=values,
                limit=limit,
                exclusive_start_key=after,
                scan_index_forward=not newest_first,
                index_name=index,
                consistent_read=consistent,
            )
            return Page(items, last_key)

        return self._persist(ask)

    def put(self, put: Put) -> None:
        """Write an item.

        Raises:
            ConditionFailed: With the item that is there.
            Transient: If DynamoDB did not take it; it may have been written all the same.
        """
        self._persist(
            lambda: self._client.sync_put_item(  # type: ignore[attr-defined]  # missing in its stubs
                put.table,
                put.item,
                return_values_on_condition_check_failure=True,
                **_expressions(put.names, put.values, condition_expression=put.condition),
            )
        )

    def update(self, update: Update) -> Item:
        """Change an item and return it as it is afterwards.

        Raises:
            ConditionFailed: With the item as it is.
            Transient: If DynamoDB did not take it; it may have been written all the same.
        """
        item, _ = self._persist(
            lambda: self._client.sync_update_item(  # type: ignore[attr-defined]  # missing in its stubs
                update.table,
                update.key,
                return_values="ALL_NEW",
                return_values_on_condition_check_failure=True,
                **_expressions(
                    update.names, update.values, update_expression=update.change, condition_expression=update.condition
                ),
            )
        )
        return item or {}

    def delete(self, delete: Delete) -> None:
        """Remove an item.

        Raises:
            ConditionFailed: With the item as it is, or None if there is none.
            Transient: If DynamoDB did not take it; it may be gone all the same.
        """
        self._persist(
            lambda: self._client.sync_delete_item(  # type: ignore[attr-defined]  # missing in its stubs
                delete.table,
                delete.key,
                return_values_on_condition_check_failure=True,
                **_expressions(delete.names, delete.values, condition_expression=delete.condition),
            )
        )

    def transact(self, *writes: _Write) -> None:
        """Do all of *writes*, or none.

        The token makes this call's own retries one transaction for DynamoDB (for ten minutes), and is fresh per
        call: one derived from what is written would answer OK to a second call, and do nothing.
        https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html

        Raises:
            TransactionRefused: With the numbers of the writes whose conditions did not hold.
            Transient: If DynamoDB did not take it; it may have been done all the same.
        """
        token = ids.word()
        operations = [write.operation() for write in writes]
        self._persist(lambda: self._client.sync_transact_write(operations, client_request_token=token))

    def _persist[Answer](self, ask: Callable[[], Answer]) -> Answer:
        """Ask until there is an answer; conflicts and overload pass, and are never mistaken for a refusal."""
        started, in_doubt = self._seconds(), False
        for attempt in range(TRIES):
            tally.round_trips += 1
            try:
                return ask()
            except PydynoxException as error:
                if (refusal := _refusal(error, in_doubt=in_doubt)) is not None:
                    raise refusal from None
                if not _passes(error):
                    raise
                in_doubt = in_doubt or not _is_told_undone(error)
            if attempt == TRIES - 1 or self._seconds() - started >= PATIENCE:
                break
            self._pause(self._jitter.uniform(0, FIRST_PAUSE * 2**attempt))
        raise Transient("The service is busy; try again in a moment.", retry_after=1)


def _expressions(names: dict[str, str], values: Item, **expressions: str | None) -> Item:
    """Spell out the arguments that an operation's expressions need."""
    spelled: Item = {name: expression for name, expression in expressions.items() if expression}
    if attributes := _names(" ".join(spelled.values()), names):
        spelled["expression_attribute_names"] = attributes
    if values:
        spelled["expression_attribute_values"] = values
    return spelled


def _names(text: str, names: dict[str, str]) -> dict[str, str]:
    """Give every `#name` in *text* its attribute: what *names* says, else its own word."""
    return {placeholder: names.get(placeholder, placeholder[1:]) for placeholder in re.findall(r"#\w+", text)}


def _refusal(error: PydynoxException, *, in_doubt: bool) -> ConditionFailed | TransactionRefused | None:
    """Read *error* as a condition that did not hold, or None if it is something else.

    A cancelled transaction names a reason per write, in order, at the end of its message; a conflict or want of
    capacity beside a failed condition changes nothing about the failed one.
    """
    if isinstance(error, ConditionalCheckFailedException):
        return ConditionFailed(getattr(error, "item", None), in_doubt=in_doubt)
    if isinstance(error, TransactionCanceledException):
        failed = frozenset(n for n, reason in enumerate(_reasons(error)) if reason == "ConditionalCheckFailed")
        return TransactionRefused(failed) if failed else None
    return None


def _reasons(error: PydynoxException) -> list[str]:
    match = _REASONS.search(str(error))
    return [reason.strip() for reason in match[1].split(",")] if match else []


def _passes(error: PydynoxException) -> bool:
    """Tell whether the same request may succeed a moment later."""
    if isinstance(error, ProvisionedThroughputExceededException | ConnectionException):
        return True
    return any(sign in str(error) for sign in _CONFLICT + _THROTTLED + _FAILED + _NO_ANSWER)


def _is_told_undone(error: PydynoxException) -> bool:
    """Tell whether DynamoDB says that it did nothing; a failure or a lost reply says nothing of the kind."""
    if isinstance(error, ProvisionedThroughputExceededException):
        return True
    return any(sign in str(error) for sign in _CONFLICT + _THROTTLED)
