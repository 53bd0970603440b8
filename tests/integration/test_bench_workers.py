"""What the bench says of workers and log lines holds every day."""

import pytest

from bench import workers
from tests.deployment import Deployment
from tests.working import Worker

pytestmark = pytest.mark.parametrize("dynamodb", ["dynamodb_local"], indirect=True)


def test_a_batch_fetches_one_token_per_connection_and_a_warm_one_opens_no_more_than_it_has_probes(
    worker: Worker, secret_arn: str, deployed: Deployment
) -> None:
    assert deployed
    size = workers.batch_size()

    batches = workers.batches(worker, secret_arn)

    assert [batch["tokens"] for batch in batches.values()] == [1, 1, 2]
    assert batches["cold"]["tcp_connections"] + batches["warm"]["tcp_connections"] <= size
    assert batches["ten"]["provider_connections"] == 2


def test_the_probes_of_a_session_are_all_under_way_at_once(
    worker: Worker, secret_arn: str, deployed: Deployment
) -> None:
    assert deployed

    batches = workers.batches(worker, secret_arn)

    assert batches["cold"]["side_by_side"] == batches["cold"]["probes"] == workers.batch_size()


def test_a_request_is_one_log_line_that_is_short_even_where_everything_in_it_is_long(deployed: Deployment) -> None:
    assert deployed

    lines = workers.log_lines()

    assert max(lines.values()) <= workers.LONGEST_LINE
    assert min(lines.values()) > 200
