"""The event bus that hears of the audit trail: one entry is one event, in the envelope of CloudEvents 1.0.

docs/events.md is what consumers were promised; https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md.
"""

from collections.abc import Sequence
from itertools import batched
from typing import Any, Literal, Self

from onboarding.domain.audit import AuditEntry
from onboarding.domain.model import Instant
from onboarding.views import AuditEntryView, View

MOST_AT_ONCE = 10
"""Events in one request: https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html"""

SOURCE = "tenant-onboarding"
"""Of every event of ours, for EventBridge and in the envelope: what consumers' rules name first."""


class Envelope(View):
    """An event as consumers read it. *id* is the same however often it comes, so that they can drop the second."""

    specversion: Literal["1.0"] = "1.0"
    id: str
    source: str = SOURCE
    type: str
    subject: str
    time: Instant
    datacontenttype: Literal["application/json"] = "application/json"
    data: AuditEntryView

    @classmethod
    def of(cls, entry: AuditEntry) -> Self:
        """Put *entry*, as the API shows it, into its envelope."""
        return cls(
            id=f"{entry.tenant_id}-{entry.id}",
            type=f"onboarding.{entry.act}.v1",
            subject=f"tenants/{entry.tenant_id}",
            time=entry.at,
            data=AuditEntryView.of(entry),
        )


class EventBus:
    """A bus of EventBridge."""

    def __init__(self, events: Any, name: str) -> None:  # noqa: ANN401 - boto3 makes its clients at run time
        """Put onto the bus *name* with *events*."""
        self._events = events
        self._name = name

    def put(self, entries: Sequence[AuditEntry]) -> int | None:
        """Put an event per entry, in order; return the place, from 0, of the first that was not taken, if any.

        Nothing is put beyond the request in which one was not taken, so that what is tried again comes in order; what
        was taken after it in that request comes twice.
        """
        for some in batched(enumerate(entries), MOST_AT_ONCE, strict=False):
            answer = self._events.put_events(Entries=[self._event(entry) for _, entry in some])
            for (place, _), result in zip(some, answer["Entries"], strict=True):
                if "ErrorCode" in result:
                    return place
        return None

    def _event(self, entry: AuditEntry) -> dict[str, Any]:
        return {
            "EventBusName": self._name,
            "Source": SOURCE,
            "DetailType": str(entry.act),
            "Time": entry.at,
            "Detail": Envelope.of(entry).model_dump_json(),
        }
