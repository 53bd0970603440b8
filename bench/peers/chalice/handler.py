"""Chalice, with boto3's resource and no validation but its own. It knows the events of REST APIs only."""

import json
import logging
import sys
import time

import same
import table
from chalice import BadRequestError, Chalice, ConflictError, ForbiddenError, NotFoundError

app = Chalice("bench", configure_logs=False)
logger = logging.getLogger(__name__)
logging.basicConfig(stream=sys.stdout, level=logging.INFO, format="%(message)s", force=True)

_REFUSALS = {403: ForbiddenError, 404: NotFoundError}


@app.route("/tenants/{tenantId}/onboarding/session", methods=["GET"])
def get_session(tenantId):  # noqa: N803 - Chalice names arguments as the path does
    """GET session."""
    status, session = same.access(table.read(int(tenantId), _user()), "get")
    if status != 200:
        raise _REFUSALS[status]
    return {"session": session and same.shown(session)}


@app.route("/tenants/{tenantId}/onboarding/session/{sessionId}", methods=["PATCH"])
def update_session(tenantId, sessionId):  # noqa: N803 - the same
    """PATCH session."""
    body = app.current_request.json_body
    if set(body) != {"current_step"} or not isinstance(body["current_step"], int):
        raise BadRequestError
    status, session = same.access(table.read(int(tenantId), _user()), "patch")
    if status != 200:
        raise _REFUSALS[status]
    if session is None:
        raise NotFoundError
    written = table.write(session, body["current_step"], _user())
    if written is None:
        raise ConflictError
    return same.shown(written)


def get(event, context):
    """Answer, and write the one log line."""
    began = time.perf_counter()
    answer = app(event, context)
    logger.info(json.dumps({"level": "INFO", "message": "request", **same.facts(event, answer["statusCode"], began)}))
    return answer


patch = get


def _user():
    return same.user_of({"requestContext": app.current_request.context})
