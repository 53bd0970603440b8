"""Sync queue → Graph → evidence: execute initial_sync, alone in its tenant, in as many pieces as it takes."""

from typing import Any
from uuid import uuid4

from aws_lambda_powertools.utilities.typing import LambdaContext

from onboarding import clock, ids
from onboarding.domain.deadline import Deadline
from onboarding.domain.run import Executed
from onboarding.flows.execute_sync import execute_sync
from onboarding.log import logger
from onboarding.sqs import Order, executed
from onboarding.wiring import stores
from onboarding.wiring.graph import open_batch


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Execute initial_sync for as long as the invocation lasts, then put it back."""
    deadline = Deadline(lambda: context.get_remaining_time_in_millis() / 1000)
    with open_batch() as batch:

        def execute(order: Order) -> Executed | None:
            return execute_sync(
                order.tenant_id,
                order.run_id,
                runs=stores.runs(),
                tenants=stores.tenants(),
                reach=lambda connection: batch.tenant(connection, deadline),
                deadline=deadline,
                claim_id=str(uuid4()),
                new_id=ids.new,
                lease=stores.settings().lease,
                clock=clock.now,
                report=logger.exception,
            )

        return executed(event, context, execute)
