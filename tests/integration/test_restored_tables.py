"""A restored set is put to use: what was active when the tables were copied goes on, and nothing happens twice."""

from typing import Any

import pytest

from local.verify import TableSet
from schedules import sweep
from tests import events
from tests import tables as table_set
from tests.arranging import claimed, dated, ended, everything_is_well, opened, run_entry, started
from tests.calling import call, register
from tests.deployment import Deployment
from tests.tables import Tables

pytestmark = pytest.mark.parametrize("dynamodb", ["dynamodb_local"], indirect=True)

CONTEXT: Any = events.Context()


def restored(deployed: Deployment, *, without: str | None = None) -> Tables:
    """Copy the tables as they are to a new set, all but the items that begin with *without*."""
    copy = table_set.create(deployed.dynamodb)
    for name, new_name in zip(deployed.tables, copy, strict=True):
        for item in deployed.items(name):
            if not (without and item.get("entry", {}).get("S", "").startswith(without)):
                deployed.dynamodb.put_item(TableName=new_name, Item=item)
    return copy


def put_to_use(deployed: Deployment, tables: Tables) -> Deployment:
    deployed.configure(
        SESSIONS_TABLE=tables.sessions,
        RUNS_TABLE=tables.runs,
        EVIDENCE_TABLE=tables.evidence,
        AUDIT_TABLE=tables.audit,
    )
    return Deployment(deployed.dynamodb, tables, deployed.monkeypatch)


def test_what_was_active_is_found_by_the_sweep_and_ends(deployed: Deployment) -> None:
    register()
    opened()
    everything_is_well()
    queued, running = started("rbac_check"), started("license_check")
    claimed(running)
    copy = restored(deployed)
    ended_in_the_old_set = claimed(queued)
    ended(ended_in_the_old_set)

    now = put_to_use(deployed, copy)
    assert TableSet(*copy, deployed.dynamodb).verified()[1] == []
    dated(now, copy.runs, run_entry(queued), outbox=-3_600, due_at=-1)
    dated(now, copy.runs, run_entry(running), lease_until=-1, due_at=-1)
    acts = sweep.handler(events.schedule(), CONTEXT)

    assert acts == {"run_sent_again": 1, "run_revived": 1}
    for run_id in (queued, running):
        ended(claimed(run_id))
    assert call("create_session").status == 201
    assert TableSet(*copy, deployed.dynamodb).verified()[1] == []


def test_a_set_that_is_torn_is_not_put_to_use(deployed: Deployment) -> None:
    register()
    claimed(started("license_check"))

    copy = restored(deployed, without="board#guard")

    breaches = TableSet(*copy, deployed.dynamodb).verified()[1]
    assert any("it has no guard" in breach for breach in breaches)
    assert any("the guard does not name it" in breach for breach in breaches)
