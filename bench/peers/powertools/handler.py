"""Powertools' best practice: resolver with validation, Logger, Tracer and Metrics, and boto3's resource."""

import time

import same
import table
from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from aws_lambda_powertools.event_handler.exceptions import NotFoundError, ServiceError
from aws_lambda_powertools.metrics import MetricUnit

from model import CurrentSession, Edit, Session

app = APIGatewayHttpResolver(enable_validation=True)
logger = Logger(service="bench")
tracer = Tracer(service="bench")
metrics = Metrics(namespace="bench", service="bench")


@app.get("/tenants/<tenant_id>/onboarding/session")
@tracer.capture_method
def get_session(tenant_id: int) -> CurrentSession:
    """GET session."""
    status, session = same.access(table.read(tenant_id, same.user_of(app.current_event.raw_event)), "get")
    if status != 200:
        raise ServiceError(status, "refused")
    return CurrentSession(session=session and Session.model_validate(same.shown(session)))


@app.patch("/tenants/<tenant_id>/onboarding/session/<session_id>")
@tracer.capture_method
def update_session(tenant_id: int, session_id: int, edit: Edit) -> Session:
    """PATCH session."""
    user_id = same.user_of(app.current_event.raw_event)
    status, session = same.access(table.read(tenant_id, user_id), "patch")
    if status != 200:
        raise ServiceError(status, "refused")
    if session is None:
        raise NotFoundError
    written = table.write(session, edit.current_step, user_id)
    if written is None:
        raise ServiceError(409, "changed meanwhile")
    return Session.model_validate(same.shown(written))


@tracer.capture_lambda_handler
@metrics.log_metrics(capture_cold_start_metric=True)
def get(event, context):
    """Answer, and write the one log line."""
    began = time.perf_counter()
    answer = app.resolve(event, context)
    metrics.add_metric(name="Request", unit=MetricUnit.Count, value=1)
    logger.info("request", extra=same.facts(event, answer["statusCode"], began))
    return answer


patch = get
