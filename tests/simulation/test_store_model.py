import os
from typing import Any

import pytest
from pydynox.exceptions import (
    IdempotentParameterMismatchException,
    TransactionCanceledException,
    ValidationException,
)

from tests.deployment import Engine
from tests.simulation import agreement
from tests.simulation.agreement import Disagreement
from tests.simulation.store import TOKEN_LIFE, Store, Write, schemas
from tests.simulation.world import TABLES

SOAK = os.environ.get("SOAK") == "1"
KEY = {"tenant_id": 1, "entry": "run#1"}
NAMES = {"#tenant_id": "tenant_id"}


@pytest.mark.parametrize("seed", range(1, 11) if SOAK else [1])
def test_the_model_and_dynamodb_local_agree_on_random_operations(seed: int, dynamodb_local: Engine) -> None:
    pair = agreement.pair(dynamodb_local)

    pair.run(seed, 1_000 if SOAK else 300)

    assert pair.counts["transact_write: done"] > 10
    assert pair.counts["transact_write: TransactionCanceledException"] > 10


def test_dynamodb_local_answers_a_simulated_history_as_the_model_did(dynamodb_local: Engine) -> None:
    assert agreement.replay(dynamodb_local, 1, steps=500) > 300


def test_a_model_that_ignores_a_condition_does_not_agree(dynamodb_local: Engine) -> None:
    class Careless(Store):
        def _holds(self, _operation: Any) -> bool:
            return True

    pair = agreement.pair(dynamodb_local)
    pair.model = Careless(schemas(**pair.tables.physical))

    with pytest.raises(Disagreement):
        pair.run(1, 300)


def put(entry: str, *, absent: bool = False, **attributes: Any) -> dict[str, Any]:
    operation = {"type": "put", "table": "Runs", "item": {"tenant_id": 1, "entry": entry, **attributes}}
    condition = {
        "condition_expression": "attribute_not_exists(#tenant_id)",
        "expression_attribute_names": NAMES,
    }
    return {**operation, **(condition if absent else {})}


def test_a_refused_transaction_leaves_no_trace_and_names_every_reason() -> None:
    store, commits = Store(schemas(**TABLES)), list[list[Write]]()
    store.sync_transact_write([put("there")])
    store.committed = commits.append

    with pytest.raises(TransactionCanceledException, match=r"\[None, ConditionalCheckFailed\]$"):
        store.sync_transact_write([put("new"), put("there", absent=True)])

    assert (commits, store.item("Runs", 1, "new")) == ([], None)


def test_a_transaction_that_names_an_item_twice_is_refused_as_aws_does() -> None:
    store = Store(schemas(**TABLES))

    with pytest.raises(ValidationException, match="multiple operations on one item"):
        store.sync_transact_write([put("a"), put("a")])


def test_a_token_makes_a_transaction_happen_once_for_ten_minutes() -> None:
    clock = [0.0]
    store = Store(schemas(**TABLES), seconds=lambda: clock[0])
    store.sync_transact_write([put("a", absent=True)], client_request_token="one")  # noqa: S106 - no password

    store.sync_transact_write([put("a", absent=True)], client_request_token="one")  # noqa: S106 - a token of idempotency, no secret
    with pytest.raises(IdempotentParameterMismatchException):
        store.sync_transact_write([put("b")], client_request_token="one")  # noqa: S106 - a token of idempotency, no secret
    clock[0] = TOKEN_LIFE
    with pytest.raises(TransactionCanceledException):
        store.sync_transact_write([put("a", absent=True)], client_request_token="one")  # noqa: S106 - a token of idempotency, no secret


def test_what_is_read_is_a_copy() -> None:
    store = Store(schemas(**TABLES))
    store.sync_put_item("Runs", {**KEY, "active": {}})

    read, _ = store.sync_get_item("Runs", KEY)
    assert read
    read["active"]["rbac_check"] = 1

    assert store.sync_get_item("Runs", KEY)[0] == {**KEY, "active": {}}
