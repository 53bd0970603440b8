"""Bare boto3 with pydantic: a client, no framework, one function per route."""

import json
import logging
import sys
import time

import boto3
import same
from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from botocore.exceptions import ClientError
from pydantic import ValidationError

from model import CurrentSession, Edit, Session

_client = boto3.client("dynamodb")
_serialize, _deserialize = TypeSerializer().serialize, TypeDeserializer().deserialize
logger = logging.getLogger(__name__)
logging.basicConfig(stream=sys.stdout, level=logging.INFO, format="%(message)s", force=True)


def get(event, _context):
    """GET session."""
    began = time.perf_counter()
    status, session = same.access(_read(event), "get")
    body = CurrentSession(session=session and Session.model_validate(same.shown(session))) if status == 200 else None
    return _answer(event, began, status, body)


def patch(event, _context):
    """PATCH session."""
    began = time.perf_counter()
    try:
        edit = Edit.model_validate_json(event["body"])
    except ValidationError:
        return _answer(event, began, 400, None)
    status, session = same.access(_read(event), "patch")
    if status != 200:
        return _answer(event, began, status, None)
    if session is None:
        return _answer(event, began, 404, None)
    written = _write(session, edit.current_step, same.user_of(event))
    if written is None:
        return _answer(event, began, 409, None)
    return _answer(event, began, 200, Session.model_validate(same.shown(written)))


def _read(event):
    keys = same.keys(int(event["pathParameters"]["tenantId"]), same.user_of(event))
    typed = [{name: _serialize(value) for name, value in key.items()} for key in keys]
    request = {same.TABLE: {"Keys": typed, "ConsistentRead": True}}
    return [_plain(item) for item in _client.batch_get_item(RequestItems=request)["Responses"][same.TABLE]]


def _write(session, step, user_id):
    values = same.values(session, step, user_id)
    try:
        answer = _client.update_item(
            TableName=same.TABLE,
            Key={"tenant_id": _serialize(session["tenant_id"]), "entry": {"S": "open"}},
            UpdateExpression=same.CHANGE,
            ConditionExpression=same.CONDITION,
            ExpressionAttributeNames=same.NAMES,
            ExpressionAttributeValues={name: _serialize(value) for name, value in values.items()},
            ReturnValues="ALL_NEW",
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    except ClientError as error:
        if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
            return None
        raise
    return _plain(answer["Attributes"])


def _plain(item):
    return {name: _deserialize(value) for name, value in item.items()}


def _answer(event, began, status, body):
    logger.info(json.dumps({"level": "INFO", "message": "request", **same.facts(event, status, began)}))
    return {
        "statusCode": status,
        "headers": {"content-type": "application/json"},
        "body": body.model_dump_json() if body else "",
    }
