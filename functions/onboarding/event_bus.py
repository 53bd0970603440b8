"""The event bus that hears of what happens to tenants, in the envelope of CloudEvents 1.0.

docs/events.md is what consumers were promised; https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md.
"""

from collections.abc import Sequence
from itertools import batched
from typing import Any, Final, Literal, Self

from pydantic import SerializeAsAny

from onboarding.domain.events import Event, Told
from onboarding.domain.model import Instant
from onboarding.views.body import View

MOST_AT_ONCE = 10
"""Events in one request: https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html"""

SOURCE: Final = "tenant-onboarding"
"""Of every event of ours, for EventBridge and in the envelope: what consumers' rules name first."""

VERSION = 1
"""Of what all events say; docs/events.md says when it changes."""


class Envelope(View):
    """An event as consumers read it. *id* is the same however often it comes, so that they can drop the second."""

    specversion: Literal["1.0"] = "1.0"
    id: str
    source: Literal["tenant-onboarding"] = SOURCE
    type: str
    subject: str
    time: Instant
    datacontenttype: Literal["application/json"] = "application/json"
    data: SerializeAsAny[Told]

    @classmethod
    def of(cls, event: Event) -> Self:
        """Put *event* into its envelope."""
        return cls(
            id=event.id,
            type=type_of(event.name),
            subject=f"tenants/{event.tenant_id}",
            time=event.at,
            data=event.data,
        )


def type_of(name: str) -> str:
    """Name the type of the events called *name*, with the version of what they say."""
    return f"onboarding.{name}.v{VERSION}"


class EventBus:
    """A bus of EventBridge."""

    def __init__(self, client: Any, name: str) -> None:  # noqa: ANN401 - boto3 makes its clients at run time
        """Put onto the bus *name* with *client*."""
        self._client = client
        self._name = name

    def put(self, events: Sequence[Event]) -> int | None:
        """Put *events*, in order; return the place, from 0, of the first that was not taken, if any.

        Nothing is put beyond the request in which one was not taken, so that what is tried again comes in order; what
        was taken after it in that request comes twice.
        """
        for some in batched(enumerate(events), MOST_AT_ONCE, strict=False):
            answer = self._client.put_events(Entries=[self._entry(event) for _, event in some])
            for (place, _), result in zip(some, answer["Entries"], strict=True):
                if "ErrorCode" in result:
                    return place
        return None

    def _entry(self, event: Event) -> dict[str, Any]:
        return {
            "EventBusName": self._name,
            "Source": SOURCE,
            "DetailType": event.name,
            "Time": event.at,
            "Detail": Envelope.of(event).model_dump_json(),
        }
