"""The edge of queues: a message becomes a run to execute; done is acknowledged, the rest is redelivered.

A message that names no run is redelivered until it lies in the dead letter queue, where people find it; its run, if
there is one, is ended by the sweep.
"""

import asyncio
import time
from collections.abc import Callable
from typing import Any, NamedTuple

from aws_lambda_powertools.utilities.batch import AsyncBatchProcessor, EventType, async_process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import ValidationError

from onboarding import clock
from onboarding.domain.model import Concept, Id
from onboarding.domain.run import Executed
from onboarding.log import logger
from onboarding.metrics import count_execution
from onboarding.storage.dynamo import tally


class Order(Concept):
    """What a message may say, and all it may say. Everything else is read from the tables, by the tenant's key."""

    tenant_id: Id
    run_id: Id


type Execute = Callable[[Order], Executed | None]
"""Gives how it went, or None if the run was not to be had."""


class _Effort(NamedTuple):
    milliseconds: float
    round_trips: int


def executed(event: dict[str, Any], context: LambdaContext, execute: Execute) -> dict[str, Any]:
    """Execute the messages of *event* side by side; return the partial batch response that names those to redeliver.

    Each in a thread of its own: they wait for Microsoft nearly all of their time, and none shall wait for another.

    https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
    """

    async def record_handler(record: SQSRecord) -> None:
        try:
            order = Order.model_validate_json(record.body)
        except ValidationError:
            logger.error("no order", extra={"message_id": record.message_id})  # noqa: TRY400 - it would quote the body
            raise
        try:
            executed, effort = await asyncio.to_thread(_measured, execute, order)
        except Exception:
            logger.exception("not executed", extra={**order.model_dump(), "message_id": record.message_id})
            raise
        told = {**order.model_dump(), **_outcome(executed), **effort._asdict(), "message_id": record.message_id}
        logger.info("run", extra=told)
        if executed:
            count_execution(executed, clock.now())

    # Not raising when all fail: the response says so already, and a raised exception would cost the worker.
    processor = AsyncBatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)
    return dict(async_process_partial_response(event, record_handler, processor, context))


def _measured(execute: Execute, order: Order) -> tuple[Executed | None, _Effort]:
    started, asked = time.perf_counter(), tally.round_trips
    executed = execute(order)
    return executed, _Effort(round((time.perf_counter() - started) * 1000, 1), tally.round_trips - asked)


def _outcome(executed: Executed | None) -> dict[str, Any]:
    """What a log line says of a run: ids and codes, nothing that Microsoft or a person wrote."""
    if executed is None:
        return {"status": "not ours"}
    finding = executed.finding
    return {
        "task_type": executed.run.task_type,
        "status": executed.status,
        "finding": finding.status if finding else None,
        "reason_code": finding.reason_code if finding else None,
        "attempts": executed.run.attempts,
        "user_id": executed.run.started_by_user_id,
    }
