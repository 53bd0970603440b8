"""pydynox, Powertools' Logger and pydantic, without a router: the stack ours stands on, with the least on it."""

import time

import same
from aws_lambda_powertools import Logger
from pydantic import ValidationError
from pydynox import DynamoDBClient
from pydynox.exceptions import ConditionalCheckFailedException

from model import CurrentSession, Edit, Session

_client = DynamoDBClient()
logger = Logger(service="bench")


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
    try:
        written = _client.sync_update_item(
            same.TABLE,
            {"tenant_id": session["tenant_id"], "entry": "open"},
            update_expression=same.CHANGE,
            condition_expression=same.CONDITION,
            expression_attribute_names=same.NAMES,
            expression_attribute_values=same.values(session, edit.current_step, same.user_of(event)),
            return_values="ALL_NEW",
            return_values_on_condition_check_failure=True,
        )
    except ConditionalCheckFailedException:
        return _answer(event, began, 409, None)
    return _answer(event, began, 200, Session.model_validate(same.shown(written)))


def _read(event):
    keys = same.keys(int(event["pathParameters"]["tenantId"]), same.user_of(event))
    return _client.sync_batch_get(same.TABLE, keys, consistent_read=True)


def _answer(event, began, status, body):
    logger.info("request", extra=same.facts(event, status, began))
    return {
        "statusCode": status,
        "headers": {"content-type": "application/json"},
        "body": body.model_dump_json() if body else "",
    }
