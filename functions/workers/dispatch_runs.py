"""Runs stream → queues: send every run that was saved with `outbox`. The only sender there is."""

from typing import Any

from aws_lambda_powertools.utilities.data_classes import DynamoDBStreamEvent

from onboarding import clock
from onboarding.flows.dispatch_runs import dispatch_runs
from onboarding.log import logger
from onboarding.storage.runs import run_of
from onboarding.wiring.queues import queues


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Send the runs of a batch of stream records; return those to be tried again, from the first that failed.

    https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
    """
    images = [
        (record.dynamodb.sequence_number, record.dynamodb.new_image)
        for record in DynamoDBStreamEvent(event).records
        if record.dynamodb and "outbox" in record.dynamodb.new_image
    ]
    runs = [run_of(image) for _, image in images]
    lost = dispatch_runs(runs, queues=queues(), now=clock.now())
    logger.info("dispatched", extra={"runs": [run.id for run in runs], "lost": len(lost)})
    return {"batchItemFailures": [{"itemIdentifier": images[place][0]} for place in sorted(lost)]}
