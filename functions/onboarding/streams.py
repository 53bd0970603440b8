"""The edge of the streams that are told of: records become events, and what the bus did not take comes again.

No event is put by whoever changes a table: what was saved is what gets told, so neither is there without the other.
"""

from collections.abc import Callable, Iterable
from typing import Any

from aws_lambda_powertools.utilities.data_classes import DynamoDBStreamEvent
from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import StreamRecord

from onboarding.domain.events import Event
from onboarding.log import logger
from onboarding.wiring.event_bus import event_bus

type Meaning = Callable[[StreamRecord], Iterable[Event]]
"""Says what a record tells of, in order; often it is nothing."""


def published(batch: dict[str, Any], meaning: Meaning) -> dict[str, Any]:
    """Publish what the records of *batch* mean; return where to go on, from the first of which something was not taken.

    https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
    """
    told = [
        (record.dynamodb.sequence_number, event)
        for record in DynamoDBStreamEvent(batch).records
        if record.dynamodb
        for event in meaning(record.dynamodb)
    ]
    lost = event_bus().put([event for _, event in told])
    logger.info("published", extra={"events": len(told), "lost": 0 if lost is None else len(told) - lost})
    return {"batchItemFailures": [] if lost is None else [{"itemIdentifier": told[lost][0]}]}
