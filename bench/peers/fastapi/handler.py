"""FastAPI behind Mangum, with boto3's resource: the stack of most Python APIs on Lambda."""

import json
import logging
import sys
import time

import same
import table
from fastapi import FastAPI, HTTPException, Request
from mangum import Mangum

from model import CurrentSession, Edit, Session

app = FastAPI()
logger = logging.getLogger(__name__)
logging.basicConfig(stream=sys.stdout, level=logging.INFO, format="%(message)s", force=True)
logging.getLogger("mangum").setLevel(logging.WARNING)


@app.get("/tenants/{tenant_id}/onboarding/session")
def get_session(tenant_id: int, request: Request) -> CurrentSession:
    """GET session."""
    user_id = same.user_of(request.scope["aws.event"])
    status, session = same.access(table.read(tenant_id, user_id), "get")
    if status != 200:
        raise HTTPException(status)
    return CurrentSession(session=session and Session.model_validate(same.shown(session)))


@app.patch("/tenants/{tenant_id}/onboarding/session/{session_id}")
def update_session(tenant_id: int, session_id: int, edit: Edit, request: Request) -> Session:
    """PATCH session."""
    user_id = same.user_of(request.scope["aws.event"])
    status, session = same.access(table.read(tenant_id, user_id), "patch")
    if status != 200:
        raise HTTPException(status)
    if session is None:
        raise HTTPException(404)
    written = table.write(session, edit.current_step, user_id)
    if written is None:
        raise HTTPException(409)
    return Session.model_validate(same.shown(written))


_adapter = Mangum(app, lifespan="off")


def get(event, context):
    """Answer, and write the one log line."""
    began = time.perf_counter()
    answer = _adapter(event, context)
    facts = same.facts(event, answer["statusCode"], began)
    logger.info(json.dumps({"level": "INFO", "message": "request", **facts}))
    return answer


patch = get
