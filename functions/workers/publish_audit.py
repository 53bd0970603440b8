"""Audit stream → event bus: tell whoever listens of every entry of the audit trail, at least once."""

from typing import Any

from aws_lambda_powertools.utilities.data_classes import DynamoDBStreamEvent

from onboarding.log import logger
from onboarding.storage.audit import entry_of
from onboarding.wiring.event_bus import event_bus


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Publish the entries of a batch of stream records; return where to go on, from the first that was not taken.

    https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
    """
    images = [
        (record.dynamodb.sequence_number, record.dynamodb.new_image)
        for record in DynamoDBStreamEvent(event).records
        if record.dynamodb and "entry_id" in record.dynamodb.new_image
    ]
    lost = event_bus().put([entry_of(image) for _, image in images])
    logger.info("published", extra={"entries": len(images), "lost": 0 if lost is None else len(images) - lost})
    return {"batchItemFailures": [] if lost is None else [{"itemIdentifier": images[lost][0]}]}
