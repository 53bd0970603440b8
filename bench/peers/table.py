"""The read and the write of those peers that use boto3's resource, as most examples do."""

import boto3
import same
from botocore.exceptions import ClientError

_dynamodb = boto3.resource("dynamodb")
_table = _dynamodb.Table(same.TABLE)


def read(tenant_id: int, user_id: int) -> list[dict]:
    """Make the access read."""
    request = {same.TABLE: {"Keys": same.keys(tenant_id, user_id), "ConsistentRead": True}}
    return _dynamodb.batch_get_item(RequestItems=request)["Responses"][same.TABLE]


def write(session: dict, step: int, user_id: int) -> dict | None:
    """Make the conditional write; None if its condition does not hold."""
    try:
        return _table.update_item(
            Key={"tenant_id": session["tenant_id"], "entry": "open"},
            UpdateExpression=same.CHANGE,
            ConditionExpression=same.CONDITION,
            ExpressionAttributeNames=same.NAMES,
            ExpressionAttributeValues=same.values(session, step, user_id),
            ReturnValues="ALL_NEW",
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )["Attributes"]
    except ClientError as error:
        if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
            return None
        raise
