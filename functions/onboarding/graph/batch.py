"""One batch of examinations: the tokens it shares, and nothing of it afterwards."""

from collections.abc import Mapping

import urllib3

from onboarding.domain.connection import Cloud, Connection
from onboarding.domain.deadline import Deadline
from onboarding.graph.client import Client
from onboarding.graph.clouds import Hosts
from onboarding.graph.credentials import Credentials
from onboarding.graph.pace import Pace
from onboarding.graph.tenant import GraphTenant
from onboarding.graph.token import Tokens

_PACE = Pace()


class Batch:
    """Reaches tenants for as long as one invocation of a worker."""

    def __init__(
        self, pool: urllib3.PoolManager, credentials: Credentials, clouds: Mapping[Cloud, Hosts], pace: Pace = _PACE
    ) -> None:
        """Share *pool* with other batches, and tokens only within this one; reach *clouds* and nothing else."""
        self._pool = pool
        self._tokens = Tokens(credentials)
        self._clouds = clouds
        self._pace = pace

    def tenant(self, connection: Connection, deadline: Deadline) -> GraphTenant:
        """Reach the tenant of *connection*; nothing is asked yet."""
        client = Client(self._pool, deadline, self._pace)
        return GraphTenant(connection, self._clouds[connection.cloud], self._tokens, client)

    def close(self) -> None:
        """Drop the tokens."""
        self._tokens.drop()
