"""The queues, built once per process from the environment; only the dispatcher has them."""

from functools import cache

from onboarding.queues import Queues
from onboarding.settings import QueueUrls


@cache
def queues() -> Queues:
    """Open the queues."""
    # Imported here: boto3 comes with the managed runtime, not with our layer.
    import boto3  # noqa: PLC0415 - the longest import there is, and only who sends needs it

    return Queues(boto3.client("sqs"), QueueUrls.from_environment().by_kind)
