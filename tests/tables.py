"""The four tables, created from the template's own properties, so that their keys are said once."""

from itertools import count
from typing import Any, NamedTuple

from mypy_boto3_dynamodb import DynamoDBClient

from tests import template

_SAME = ("AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "LocalSecondaryIndexes", "BillingMode")
"""Properties that mean to CloudFormation what they mean to CreateTable."""

_numbers = count(1)


class Tables(NamedTuple):
    """The physical names of one set of tables."""

    sessions: str
    runs: str
    evidence: str
    audit: str

    @property
    def physical(self) -> dict[str, str]:
        """Map the template's ids to these tables, as a `Ref` would."""
        return {"Sessions": self.sessions, "Runs": self.runs, "Evidence": self.evidence, "Audit": self.audit}


def create(dynamodb: DynamoDBClient, prefix: str | None = None) -> Tables:
    """Create a fresh set of tables, ready for use, under *prefix* or under one that nobody had before.

    What only matters in operation (backup, encryption) is left out. So is the time to live: expiry is judged by
    `now`, and an engine that deletes on its own would hide it if it were not. And so are the streams, which no test
    reads here: DynamoDB Local looks a stream up with every write, and after an hour of tests that took longer than
    the write.
    """
    prefix = prefix or f"test{next(_numbers)}"
    tables = Tables(*(f"{prefix}-{logical_id}" for logical_id in ("Sessions", "Runs", "Evidence", "Audit")))
    schema = template.resources(template.read(), "AWS::DynamoDB::Table")
    for logical_id, name in tables.physical.items():
        made = dynamodb.create_table(TableName=name, **_arguments(schema[logical_id]["Properties"]))
        if made["TableDescription"]["TableStatus"] != "ACTIVE":
            dynamodb.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1})
    return tables


def _arguments(properties: dict[str, Any]) -> dict[str, Any]:
    """Say in CreateTable's words what *properties* says in CloudFormation's."""
    return {key: properties[key] for key in _SAME if key in properties}
