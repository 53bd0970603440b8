from onboarding.graph.client import connection_pool
from tests import template


def test_a_worker_keeps_a_connection_for_every_probe_of_a_batch() -> None:
    worker = template.functions(template.read())["ExecuteProbe"]
    side_by_side = worker["Events"]["Messages"]["Properties"]["BatchSize"]

    kept = connection_pool().connection_pool_kw["maxsize"]

    # One fewer, and each batch would greet Microsoft anew, once, with a TLS handshake.
    assert kept >= side_by_side
