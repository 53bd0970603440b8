"""Flask behind apig-wsgi, with boto3's resource and no validation but its own."""

import json
import logging
import sys
import time

import same
import table
from apig_wsgi import make_lambda_handler
from flask import Flask, abort, jsonify, request

app = Flask("bench")
logger = logging.getLogger(__name__)
logging.basicConfig(stream=sys.stdout, level=logging.INFO, format="%(message)s", force=True)


@app.get("/tenants/<int:tenant_id>/onboarding/session")
def get_session(tenant_id):
    """GET session."""
    user_id = same.user_of(request.environ["apig_wsgi.full_event"])
    status, session = same.access(table.read(tenant_id, user_id), "get")
    if status != 200:
        abort(status)
    return jsonify(session=session and same.shown(session))


@app.patch("/tenants/<int:tenant_id>/onboarding/session/<int:session_id>")
def update_session(tenant_id, session_id):
    """PATCH session."""
    user_id = same.user_of(request.environ["apig_wsgi.full_event"])
    body = request.get_json()
    if set(body) != {"current_step"} or not isinstance(body["current_step"], int):
        abort(400)
    status, session = same.access(table.read(tenant_id, user_id), "patch")
    if status != 200:
        abort(status)
    if session is None:
        abort(404)
    written = table.write(session, body["current_step"], user_id)
    if written is None:
        abort(409)
    return jsonify(same.shown(written))


_adapter = make_lambda_handler(app)


def get(event, context):
    """Answer, and write the one log line."""
    began = time.perf_counter()
    answer = _adapter(event, context)
    logger.info(json.dumps({"level": "INFO", "message": "request", **same.facts(event, answer["statusCode"], began)}))
    return answer


patch = get
