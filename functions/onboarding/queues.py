"""The queues that runs are sent through. A message names a run; everything else about it is read from its table."""

import json
from collections.abc import Sequence
from itertools import batched
from typing import TYPE_CHECKING, NamedTuple

from onboarding.domain.catalogue import Kind

if TYPE_CHECKING:  # the stubs are no part of what is shipped
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import SendMessageBatchRequestEntryTypeDef

MOST_AT_ONCE = 10
"""Messages in one request: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html"""

LONGEST_DELAY = 900
"""Seconds: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html"""


class Message(NamedTuple):
    """A run to be sent, no sooner received than after *delay* seconds."""

    kind: Kind
    tenant_id: int
    run_id: int
    delay: int = 0


class Queues:
    """One queue per kind of task."""

    def __init__(self, sqs: "SQSClient", urls: dict[Kind, str]) -> None:
        """Send with *sqs* to *urls*."""
        self._sqs = sqs
        self._urls = urls

    def send(self, messages: Sequence[Message]) -> frozenset[int]:
        """Send *messages*; return the places, from 0, of those that were not taken.

        A message sent twice is harmless: the claim of its run lets one worker in.
        """
        lost: set[int] = set()
        for kind, url in self._urls.items():
            places = [place for place, message in enumerate(messages) if message.kind is kind]
            for some in batched(places, MOST_AT_ONCE, strict=False):
                answer = self._sqs.send_message_batch(
                    QueueUrl=url, Entries=[_entry(place, messages[place]) for place in some]
                )
                lost.update(int(failed["Id"]) for failed in answer.get("Failed", []))
        return frozenset(lost)


def _entry(place: int, message: Message) -> "SendMessageBatchRequestEntryTypeDef":
    """Write a message, its tenant as its group: while one tenant keeps workers waiting, the others are served first.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-fair-queues.html
    """
    body = {"tenant_id": message.tenant_id, "run_id": message.run_id}
    return {
        "Id": str(place),
        "MessageBody": json.dumps(body),
        "DelaySeconds": message.delay,
        "MessageGroupId": str(message.tenant_id),
    }
