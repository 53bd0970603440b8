"""The wire is what later tests believe, so it is shown here to tell, and to do, what it says."""

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError
from mypy_boto3_dynamodb import DynamoDBClient
from pydynox import DynamoDBClient as Pydynox

from tests import wire as faults
from tests.deployment import REGION, Deployment, Engine
from tests.tables import Tables
from tests.wire import Wire

both_engines = pytest.mark.parametrize("dynamodb", ["moto", "dynamodb_local"], indirect=True)
KEY = {"tenant_id": {"N": "1"}, "entry": {"S": "open"}}


@pytest.fixture
def client(wire: Wire) -> DynamoDBClient:
    """A client that asks once, so that each of a test's calls is one call on the wire."""
    once = Config(retries={"mode": "standard", "total_max_attempts": 1})
    return boto3.client("dynamodb", endpoint_url=wire.url, region_name=REGION, config=once)


@both_engines
def test_calls_are_recorded_in_order_with_their_items(wire: Wire, client: DynamoDBClient, tables: Tables) -> None:
    client.put_item(TableName=tables.sessions, Item=KEY)
    client.batch_get_item(RequestItems={tables.sessions: {"Keys": [KEY, {**KEY, "entry": {"S": "tenant"}}]}})
    client.transact_write_items(
        TransactItems=[
            {"Put": {"TableName": tables.runs, "Item": KEY}},
            {"Delete": {"TableName": tables.sessions, "Key": KEY}},
            {"Put": {"TableName": tables.sessions, "Item": {**KEY, "entry": {"S": "tenant"}}}},
        ]
    )

    assert [(call.operation, call.items) for call in wire.calls] == [
        ("PutItem", 1),
        ("BatchGetItem", 2),
        ("TransactWriteItems", 3),
    ]
    assert wire.calls[0].request["TableName"] == tables.sessions


def test_a_reset_wire_has_forgotten_calls_and_plans(wire: Wire, client: DynamoDBClient, tables: Tables) -> None:
    client.put_item(TableName=tables.sessions, Item=KEY)
    wire.fail(faults.broken())

    wire.reset()
    client.put_item(TableName=tables.sessions, Item=KEY)

    assert wire.operations == ["PutItem"]


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (faults.conflict(), "TransactionConflictException"),
        (faults.throttled(), "ProvisionedThroughputExceededException"),
        (faults.broken(), "InternalServerError"),
    ],
)
def test_an_answered_fault_reaches_the_caller_and_not_the_table(
    wire: Wire, client: DynamoDBClient, tables: Tables, fault: faults.Fault, code: str
) -> None:
    wire.fail(fault)

    with pytest.raises(ClientError) as refusal:
        client.put_item(TableName=tables.sessions, Item=KEY)

    assert refusal.value.response["Error"]["Code"] == code
    assert "Item" not in client.get_item(TableName=tables.sessions, Key=KEY)


def test_a_cancelled_transaction_carries_one_reason_per_item(
    wire: Wire, client: DynamoDBClient, tables: Tables
) -> None:
    wire.fail(faults.cancelled("TransactionConflict", None))

    with pytest.raises(client.exceptions.TransactionCanceledException) as refusal:
        client.transact_write_items(
            TransactItems=[
                {"Put": {"TableName": tables.runs, "Item": KEY}},
                {"Put": {"TableName": tables.sessions, "Item": KEY}},
            ]
        )

    assert [each["Code"] for each in refusal.value.response["CancellationReasons"]] == ["TransactionConflict", "None"]
    assert str(refusal.value).endswith("[TransactionConflict, None]")


@pytest.mark.parametrize("dynamodb", ["dynamodb_local"], indirect=True)
def test_an_injected_cancellation_reads_as_the_engine_s_own(wire: Wire, client: DynamoDBClient, tables: Tables) -> None:
    def refusal() -> dict[str, object]:
        with pytest.raises(client.exceptions.TransactionCanceledException) as refused:
            client.transact_write_items(
                TransactItems=[
                    {
                        "Put": {
                            "TableName": tables.runs,
                            "Item": KEY,
                            "ConditionExpression": "attribute_exists(tenant_id)",
                        }
                    },
                    {"Put": {"TableName": tables.sessions, "Item": KEY}},
                ]
            )
        response = dict(refused.value.response)
        del response["ResponseMetadata"]
        del response["CancellationReasons"]
        return response

    own = refusal()
    wire.fail(faults.cancelled("ConditionalCheckFailed", None))
    injected = refusal()

    assert injected == own


def test_a_lost_reply_was_applied_and_a_dropped_call_was_not(
    wire: Wire, client: DynamoDBClient, tables: Tables
) -> None:
    wire.fail(faults.reply_lost(), nth=1)
    wire.fail(faults.dropped(), nth=2)

    with pytest.raises(ConnectionClosedError):
        client.put_item(TableName=tables.sessions, Item=KEY)
    with pytest.raises(ConnectionClosedError):
        client.put_item(TableName=tables.runs, Item=KEY)

    assert "Item" in client.get_item(TableName=tables.sessions, Key=KEY)
    assert "Item" not in client.get_item(TableName=tables.runs, Key=KEY)


def test_a_fault_meets_the_nth_call_of_its_operation_only(wire: Wire, client: DynamoDBClient, tables: Tables) -> None:
    wire.fail(faults.broken(), on="PutItem", nth=2)

    client.put_item(TableName=tables.sessions, Item=KEY)
    client.get_item(TableName=tables.sessions, Key=KEY)
    with pytest.raises(ClientError):
        client.put_item(TableName=tables.sessions, Item=KEY)
    client.put_item(TableName=tables.sessions, Item=KEY)

    assert wire.count("PutItem") == 3


def test_an_action_planned_before_a_call_is_seen_by_it(
    wire: Wire, client: DynamoDBClient, tables: Tables, dynamodb: Engine
) -> None:
    rival = dynamodb.client()
    wire.before(lambda: rival.put_item(TableName=tables.sessions, Item=KEY), on="PutItem")

    with pytest.raises(client.exceptions.ConditionalCheckFailedException):
        client.put_item(TableName=tables.sessions, Item=KEY, ConditionExpression="attribute_not_exists(tenant_id)")

    assert wire.operations == ["PutItem"]


@both_engines
def test_pydynox_finds_engine_region_and_credentials_in_the_environment(wire: Wire, deployed: Deployment) -> None:
    Pydynox().sync_put_item(deployed.tables.sessions, {"tenant_id": 1, "entry": "open"})

    assert wire.operations == ["PutItem"]
    assert deployed.items(deployed.tables.sessions) == [KEY]


def test_pydynox_tries_a_call_again_when_its_reply_is_lost(wire: Wire, deployed: Deployment) -> None:
    wire.fail(faults.reply_lost())

    Pydynox().sync_put_item(deployed.tables.sessions, {"tenant_id": 1, "entry": "open"})

    assert wire.operations == ["PutItem", "PutItem"]
