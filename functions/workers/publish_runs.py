"""Runs stream → event bus: tell whoever listens of every run that starts or ends and what it found, at least once."""

from collections.abc import Iterator
from typing import Any

from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import StreamRecord

from onboarding.domain.events import Event, of_run
from onboarding.storage.runs import run_of
from onboarding.streams import published


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Publish what a batch of stream records tells of runs; return where to go on, from the first not taken."""
    return published(event, _told_of)


def _told_of(record: StreamRecord) -> Iterator[Event]:
    image = record.new_image
    if image.get("entry", "").startswith("run#"):
        yield from of_run(run_of(image))
