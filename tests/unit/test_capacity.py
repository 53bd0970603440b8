"""What DynamoDB bills, by its own rules: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html."""

import json
from typing import Any

import pytest

from bench.capacity import Meter, Units, size
from tests.wire import Call

NAMES = {"Sessions": "sessions", "Runs": "runs", "Evidence": "evidence"}
PLACE = {"tenant_id": {"N": "1"}, "entry": {"S": "open"}}


class Tables:
    """Items by table; what a call writes is put there by hand."""

    def __init__(self, **items: dict[str, Any] | None) -> None:
        self.items = items

    def fetch(self, table: str, _key: object) -> dict[str, Any] | None:
        return self.items.get(table)


def metered(operation: str, request: dict[str, Any], answer: dict[str, Any] | None = None) -> Units:
    """Meter a call that changes nothing."""
    return written(operation, request, was=None, becomes=None, answer=answer)


def written(operation: str, request: dict[str, Any], *, was: Any, becomes: Any, answer: Any = None) -> Units:
    """Meter a call that makes of the item *was* in Sessions what it *becomes*."""
    tables = Tables(sessions=was)
    meter = Meter(tables.fetch, NAMES)
    call = Call(operation, request)
    meter.asked(call, b"")
    tables.items["sessions"] = becomes
    meter.answered(call, 200, json.dumps(answer or {}).encode())
    return meter.total()


@pytest.mark.parametrize(
    ("value", "length"),
    [
        ({"S": "ö"}, 2),
        ({"N": "1"}, 2),
        ({"N": "1234567890123456"}, 9),
        ({"BOOL": True}, 1),
        ({"M": {}}, 3),
        ({"M": {"ab": {"S": "c"}}}, 3 + 2 + 1 + 1),
        ({"L": [{"S": "ab"}]}, 3 + 2 + 1),
        ({"NS": ["1", "2"]}, 4),
    ],
)
def test_an_attribute_is_as_long_as_its_name_and_its_value(value: dict[str, Any], length: int) -> None:
    assert size({"name": value}) == 4 + length


def test_a_strongly_consistent_read_is_a_unit_per_four_kilobytes() -> None:
    item = {"text": {"S": "x" * 5000}}

    assert metered("GetItem", {"ConsistentRead": True}, {"Item": item}) == Units(read=2.0)
    assert metered("GetItem", {}, {"Item": item}) == Units(read=1.0)


def test_every_key_of_a_batch_is_a_read_of_its_own_even_where_nothing_lies() -> None:
    request = {"RequestItems": {"sessions": {"Keys": [PLACE, PLACE, PLACE], "ConsistentRead": True}}}

    assert metered("BatchGetItem", request, {"Responses": {"sessions": [PLACE]}}) == Units(read=3.0)


def test_the_items_of_a_query_are_added_up_before_they_are_rounded() -> None:
    items = [{"text": {"S": "x" * 1000}}] * 6

    assert metered("Query", {"ConsistentRead": True}, {"Items": items}) == Units(read=2.0)


def test_a_write_is_a_unit_per_kilobyte_of_the_larger_of_before_and_after() -> None:
    large = {**PLACE, "text": {"S": "x" * 3000}}

    assert written("DeleteItem", {"TableName": "sessions", "Key": PLACE}, was=large, becomes=None) == Units(write=3.0)
    assert written("PutItem", {"TableName": "sessions", "Item": large}, was=None, becomes=large) == Units(write=3.0)


def test_what_is_written_in_a_transaction_is_written_twice() -> None:
    request = {"TransactItems": [{"ConditionCheck": {"TableName": "sessions", "Key": PLACE}}]}

    assert written("TransactWriteItems", request, was=PLACE, becomes=PLACE) == Units(write=2.0)


def due(at: int, **others: Any) -> dict[str, Any]:
    """Make an item that lies in the index `due`."""
    return {**PLACE, "due_shard": {"N": "1"}, "due_at": {"N": str(at)}, **others}


@pytest.mark.parametrize(
    ("was", "becomes", "units"),
    [
        (None, due(1), 1 + 1),
        (due(1), due(2), 1 + 2),
        (due(1), due(1, name={"S": "new"}), 1),
        (due(1), PLACE, 1 + 1),
        (PLACE, {**PLACE, "name": {"S": "new"}}, 1),
    ],
)
def test_an_entry_of_an_index_is_written_once_and_twice_if_its_key_changes(was: Any, becomes: Any, units: int) -> None:
    request = {"TableName": "sessions", "Key": PLACE}

    assert written("UpdateItem", request, was=was, becomes=becomes) == Units(write=float(units))


def test_a_global_index_follows_outside_of_the_transaction() -> None:
    request = {"TransactItems": [{"Update": {"TableName": "sessions", "Key": PLACE}}]}

    assert written("TransactWriteItems", request, was=due(1), becomes=due(2)) == Units(write=2.0 + 2.0)


def test_a_local_index_lies_in_the_transaction() -> None:
    piece = {"tenant_id": {"N": "1"}, "evidence_id": {"N": "2"}, "task_entry": {"S": "rbac_check#2"}}
    tables = Tables()
    meter = Meter(tables.fetch, NAMES)
    call = Call("TransactWriteItems", {"TransactItems": [{"Put": {"TableName": "evidence", "Item": piece}}]})

    meter.asked(call, b"")
    tables.items["evidence"] = piece
    meter.answered(call, 200, b"{}")

    assert meter.total() == Units(write=2.0 + 2.0)


def test_what_was_refused_is_billed_by_what_was_there() -> None:
    large = {**PLACE, "text": {"S": "x" * 3000}}
    meter = Meter(Tables(sessions=large).fetch, NAMES)
    call = Call("UpdateItem", {"TableName": "sessions", "Key": PLACE})

    meter.asked(call, b"")
    meter.answered(call, 400, b'{"__type":"ConditionalCheckFailedException"}')

    assert meter.total() == Units(write=3.0)
