"""Probe queue → Graph → evidence: execute runs that may run side by side."""

from typing import Any
from uuid import uuid4

from aws_lambda_powertools.utilities.typing import LambdaContext

from onboarding import clock, ids
from onboarding.domain.deadline import Deadline
from onboarding.domain.run import Executed
from onboarding.flows.execute_probe import execute_probe
from onboarding.log import logger
from onboarding.sqs import Order, executed
from onboarding.wiring import stores
from onboarding.wiring.graph import open_batch


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Execute a batch of probes with one pool of connections to Graph, and one token per connection."""
    deadline = Deadline(lambda: context.get_remaining_time_in_millis() / 1000)
    with open_batch() as batch:

        def execute(order: Order) -> Executed | None:
            return execute_probe(
                order.tenant_id,
                order.run_id,
                runs=stores.runs(),
                tenants=stores.tenants(),
                reach=lambda connection: batch.tenant(connection, deadline),
                claim_id=str(uuid4()),
                new_id=ids.new,
                lease=stores.settings().lease,
                clock=clock.now,
                report=logger.exception,
            )

        return executed(event, context, execute)
