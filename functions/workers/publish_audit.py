"""Audit stream → event bus: tell whoever listens of every entry of the audit trail, at least once."""

from collections.abc import Iterator
from typing import Any

from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import StreamRecord

from onboarding.domain.events import Event, of_entry
from onboarding.storage.audit import entry_of
from onboarding.streams import published


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Publish the entries of a batch of stream records; return where to go on, from the first that was not taken."""
    return published(event, _told_of)


def _told_of(record: StreamRecord) -> Iterator[Event]:
    if "entry_id" in record.new_image:
        yield of_entry(entry_of(record.new_image))
