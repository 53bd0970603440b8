"""One batch of examinations: the tokens it shares, and nothing of it afterwards."""

import urllib3

from onboarding.domain.connection import Connection
from onboarding.domain.deadline import Deadline
from onboarding.graph.client import Client
from onboarding.graph.clouds import clouds
from onboarding.graph.credentials import Credentials
from onboarding.graph.pace import Pace
from onboarding.graph.tenant import GraphTenant
from onboarding.graph.token import Tokens


class Batch:
    """Reaches tenants for as long as one invocation of a worker."""

    def __init__(self, pool: urllib3.PoolManager, credentials: Credentials, pace: Pace | None = None) -> None:
        """Share *pool* with other batches, and tokens only within this one."""
        self._pool = pool
        self._tokens = Tokens(credentials)
        self._pace = pace or Pace()

    def tenant(self, connection: Connection, deadline: Deadline) -> GraphTenant:
        """Reach the tenant of *connection*; nothing is asked yet."""
        client = Client(self._pool, deadline, self._pace)
        return GraphTenant(connection, clouds()[connection.cloud], self._tokens, client)

    def close(self) -> None:
        """Drop the tokens."""
        self._tokens.drop()
