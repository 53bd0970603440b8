"""Builds the way to Microsoft for the workers, apart from the stores: an HTTP route never loads any of this."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import urllib3

from onboarding.graph.batch import Batch
from onboarding.graph.client import connection_pool
from onboarding.graph.clouds import clouds
from onboarding.graph.credentials import Credentials


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
    # Imported here, since boto3 comes with the runtime and not with our layer, and takes longer to import than
    # everything else a worker loads.
    import boto3  # noqa: PLC0415
    from botocore.config import Config  # noqa: PLC0415

    # botocore's own patience (60 s a try) would outlast the invocation.
    patience = Config(connect_timeout=3, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 3})
    return Credentials(boto3.client("secretsmanager", config=patience))
