"""Sessions stream → event bus: tell whoever listens of every step of an open session and of its lock, at least once."""

from collections.abc import Iterator
from typing import Any

from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import StreamRecord

from onboarding.domain.events import Event, of_session
from onboarding.storage import keys
from onboarding.storage.sessions import session_of
from onboarding.streams import published


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Publish what a batch of stream records tells of sessions; return where to go on, from the first not taken."""
    return published(event, _told_of)


def _told_of(record: StreamRecord) -> Iterator[Event]:
    old, new = record.old_image, record.new_image
    if new.get("entry") == keys.OPEN:
        yield from of_session(session_of(old) if old else None, session_of(new))
