"""Builds the way to Microsoft for the workers, apart from the stores: an HTTP route never loads any of this."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from threading import Lock
from typing import Any

import urllib3

from onboarding import clock
from onboarding.graph.batch import Batch
from onboarding.graph.client import connection_pool
from onboarding.graph.clouds import clouds
from onboarding.graph.credentials import Credentials, Services

# It would warn of an answer with broken headers by the whole of its address, and a next link may carry a name.
logging.getLogger("urllib3").setLevel(logging.ERROR)

_opening = Lock()


@contextmanager
def open_batch() -> Iterator[Batch]:
    """Open the batch of one invocation; its tokens are dropped with it."""
    batch = Batch(_pool(), _credentials(), clouds())
    try:
        yield batch
    finally:
        batch.close()


@cache
def _pool() -> urllib3.PoolManager:
    """Keep one pool per process: a warm worker finds its connections still open."""
    return connection_pool()


@cache
def _credentials() -> Credentials:
    services = Services(
        secrets=lambda: _client("secretsmanager"), keys=lambda: _client("kms"), identities=lambda: _client("sts")
    )
    return Credentials(services, clock.now)


def _client(service: str) -> Any:  # noqa: ANN401 - boto3 makes its clients at run time
    # Runs of one batch ask side by side, and clients must be opened one at a time, unlike used:
    # https://docs.aws.amazon.com/boto3/latest/guide/clients.html#multithreading-or-multiprocessing-with-clients.
    with _opening:
        return _opened(service)


@cache
def _opened(service: str) -> Any:  # noqa: ANN401 - the same
    # Imported here, since boto3 comes with the runtime and not with our layer, and takes longer to import than
    # everything else a worker loads.
    import boto3  # noqa: PLC0415 - the longest import there is, and only who signs in needs it
    from botocore.config import Config  # noqa: PLC0415 - the longest import there is, and only who signs in needs it

    # botocore's own patience (60 s a try) would outlast the invocation.
    patience = Config(connect_timeout=3, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 3})
    # STS would vouch for nobody at its global endpoint; botocore's default is the region's own.
    return boto3.client(service, config=patience)  # type: ignore[call-overload]  # one of three, by name
