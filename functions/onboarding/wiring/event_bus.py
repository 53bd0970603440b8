"""The event bus, built once per process from the environment; only the publisher has it."""

from functools import cache

from onboarding.event_bus import EventBus
from onboarding.settings import event_bus_name


@cache
def event_bus() -> EventBus:
    """Open the bus."""
    # Imported here: boto3 comes with the managed runtime, not with our layer.
    import boto3  # noqa: PLC0415 - the longest import there is, and only who publishes needs it

    return EventBus(boto3.client("events"), event_bus_name())
