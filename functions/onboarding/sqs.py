"""The edge of queues: a message becomes a run to execute; done is acknowledged, the rest is redelivered.

A message that names no run is redelivered until it lies in the dead letter queue, where people find it; its run, if
there is one, is ended by the sweep.
"""

import asyncio
from collections.abc import Callable
from typing import Any

from aws_lambda_powertools.utilities.batch import AsyncBatchProcessor, EventType, async_process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import ValidationError

from onboarding.domain.model import Concept, Id
from onboarding.domain.run import RunStatus
from onboarding.log import logger


class Order(Concept):
    """What a message may say, and all it may say. Everything else is read from the tables, by the tenant's key."""

    tenant_id: Id
    run_id: Id


type Execute = Callable[[Order], RunStatus | None]


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
            status = await asyncio.to_thread(execute, order)
        except Exception:
            logger.exception("not executed", extra={**order.model_dump(), "message_id": record.message_id})
            raise
        logger.info(
            "run", extra={**order.model_dump(), "status": status or "not ours", "message_id": record.message_id}
        )

    # Not raising when all fail: the response says so already, and a raised exception would cost the worker.
    processor = AsyncBatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)
    return dict(async_process_partial_response(event, record_handler, processor, context))
