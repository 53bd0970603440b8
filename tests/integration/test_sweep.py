from datetime import timedelta
from typing import Any

import pytest

from onboarding import clock
from onboarding.storage.keys import SHARDS
from onboarding.wiring import stores
from schedules.sweep import MOST_PER_SHARD, SweepFailed, handler
from tests import events
from tests import wire as faults
from tests.arranging import (
    ADMIN,
    claimed,
    dated,
    ended,
    entries,
    found,
    let_the_lock_expire,
    let_the_worker_die,
    opened,
    run_entry,
    started,
    stored,
    told_of,
)
from tests.calling import call, connection, register
from tests.deployment import Deployment
from tests.matching import AN_INSTANT, UNLOCKED, a_session
from tests.wire import Wire

pytestmark = pytest.mark.parametrize("dynamodb", ["dynamodb_local"], indirect=True)

FINDING = "board#finding#consent_status"
A_MONTH = timedelta(days=30).total_seconds() + 1


@pytest.fixture(autouse=True)
def _registered(deployed: Deployment) -> None:
    assert deployed
    register()


def sweep() -> dict[str, int]:
    """Sweep once."""
    return handler(events.schedule(), events.Context())


def item(deployed: Deployment, run_id: int) -> dict[str, Any]:
    """Read a run's item."""
    return stored(deployed, deployed.tables.runs, run_entry(run_id)) or {}


def let_the_session_idle(deployed: Deployment, *, tenant: int = 1) -> None:
    """Let the open session be untouched for a month, its lock long expired."""
    dated(deployed, deployed.tables.sessions, "open", tenant=tenant, updated_at=-A_MONTH, due_at=-1, locked_until=-1)


def guarded(deployed: Deployment) -> list[str]:
    """Name the tasks that the guard names."""
    guard = stored(deployed, deployed.tables.runs, "board#guard") or {}
    return sorted(guard["active"]["M"])


def test_where_nothing_is_due_nothing_is_done(wire: Wire) -> None:
    opened()
    started("rbac_check")
    wire.reset()

    assert sweep() == {}

    assert wire.operations == ["Query"] * 8


# ── Idle sessions ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_shard_that_cannot_be_looked_at_keeps_none_of_the_others_from_being_swept(
    deployed: Deployment, wire: Wire, caplog: pytest.LogCaptureFixture
) -> None:
    opened()
    dated(deployed, deployed.tables.sessions, "open", updated_at=-A_MONTH, due_at=-1, locked_until=-1)
    wire.fail(faults.refused("AccessDeniedException", "not allowed"), on="Query")

    with pytest.raises(SweepFailed):
        sweep()

    assert "not looked" in caplog.messages
    assert call("get_session").body == {"session": None}


def test_a_session_idle_for_a_month_is_abandoned_in_nobody_s_name(deployed: Deployment) -> None:
    session_id = opened()
    let_the_session_idle(deployed)

    assert sweep() == {"session_abandoned": 1}

    assert call("list_sessions").body == [
        a_session(id=session_id, status="abandoned", version=2, closed_at=AN_INSTANT, **UNLOCKED)
    ]
    assert call("get_session").body == {"session": None}
    [entry] = told_of(deployed, "session_abandoned")
    assert "by_user_id" not in entry
    assert sweep() == {}


def test_a_session_whose_tenant_ran_something_lately_is_put_off(deployed: Deployment) -> None:
    opened()
    found("rbac_check")
    let_the_session_idle(deployed)

    assert sweep() == {"session_put_off": 1}

    assert sweep() == {}
    assert call("get_session").body["session"]["status"] == "draft"


def test_a_session_with_a_live_lock_is_put_off_until_it_ends(deployed: Deployment) -> None:
    opened()
    let_the_session_idle(deployed)
    dated(deployed, deployed.tables.sessions, "open", locked_until=600)

    assert sweep() == {"session_put_off": 1}

    session = stored(deployed, deployed.tables.sessions, "open") or {}
    assert session["due_at"] == session["locked_until"]


def test_a_session_with_an_active_run_is_put_off(deployed: Deployment) -> None:
    opened()
    started("rbac_check")
    dated(deployed, deployed.tables.runs, "board#guard", newest_run_at=-A_MONTH)
    let_the_session_idle(deployed)

    assert sweep() == {"session_put_off": 1}


def test_a_user_who_comes_back_as_it_is_swept_wins(deployed: Deployment, wire: Wire) -> None:
    session_id = opened()
    let_the_session_idle(deployed)
    edit = {"sessionId": session_id, "body": {"current_step": 2}}
    wire.before(lambda: call("update_session", sessionId=session_id, body=edit["body"]), on="TransactWriteItems")

    assert sweep() == {"nothing": 1}

    assert call("get_session").body["session"]["current_step"] == 2
    assert sweep() == {}


def test_a_run_started_as_the_session_is_swept_wins(deployed: Deployment, wire: Wire) -> None:
    opened()
    let_the_session_idle(deployed)
    wire.before(lambda: started("rbac_check"), on="TransactWriteItems")

    assert sweep() == {"nothing": 1}

    assert call("get_session").body["session"]["status"] == "draft"


def test_a_run_that_began_and_ended_as_the_session_is_swept_wins_too(deployed: Deployment, wire: Wire) -> None:
    session_id = opened()
    let_the_session_idle(deployed)
    wire.before(lambda: call("cancel_run", runId=started("rbac_check", user=3)), on="TransactWriteItems")

    acts = sweep()

    assert acts == {"nothing": 1}
    assert call("get_session").body["session"]["id"] == session_id


def test_a_session_edited_as_it_is_put_off_keeps_its_own_due_date(deployed: Deployment, wire: Wire) -> None:
    session_id = opened()
    let_the_session_idle(deployed)
    dated(deployed, deployed.tables.sessions, "open", locked_until=600)
    wire.before(lambda: call("update_session", sessionId=session_id, body={"current_step": 2}), on="UpdateItem")

    assert sweep() == {"session_put_off": 1}

    session = stored(deployed, deployed.tables.sessions, "open") or {}
    assert int(session["due_at"]["N"]) - int(session["updated_at"]["N"]) == 30 * 24 * 3600 * 1000


# ── Runs nobody claimed ──────────────────────────────────────────────────────────────────────────────────────────────


def test_an_unclaimed_run_is_sent_again_and_backs_off(deployed: Deployment) -> None:
    run_id = started("rbac_check")
    pauses = []
    for _ in range(3):
        before = item(deployed, run_id)
        dated(deployed, deployed.tables.runs, run_entry(run_id), outbox=-4000, due_at=-1)
        assert sweep() == {"run_sent_again": 1}
        after = item(deployed, run_id)
        assert after["outbox"] != before["outbox"]
        pauses.append(int(after["due_at"]["N"]) - int(after["outbox"]["N"]))

    assert pauses == [120_000, 240_000, 480_000]
    assert call("get_run", runId=run_id).body["status"] == "queued"


def test_a_run_that_waits_for_its_time_is_not_sent_before(deployed: Deployment) -> None:
    run = claimed(started("initial_sync"))
    now = clock.now()
    stores.runs().put_back(run, not_before=now + timedelta(minutes=20), now=now)
    dated(deployed, deployed.tables.runs, run_entry(run.id), due_at=-1)
    before = item(deployed, run.id)

    assert sweep() == {"nothing": 1}

    assert item(deployed, run.id) == before


def test_a_run_claimed_as_it_is_swept_is_the_worker_s(deployed: Deployment, wire: Wire) -> None:
    run_id = started("rbac_check")
    dated(deployed, deployed.tables.runs, run_entry(run_id), outbox=-4000, due_at=-1)
    wire.before(lambda: claimed(run_id), on="UpdateItem")

    assert sweep() == {"nothing": 1}

    run = call("get_run", runId=run_id).body
    assert (run["status"], run["attempts"]) == ("running", 1)
    assert "outbox" not in item(deployed, run_id)


def test_a_queued_run_past_its_deadline_is_timed_out(deployed: Deployment) -> None:
    run_id = started("rbac_check")
    dated(deployed, deployed.tables.runs, run_entry(run_id), deadline=-1, due_at=-1)

    assert sweep() == {"run_timed_out": 1}

    run = call("get_run", runId=run_id).body
    assert (run["status"], run["finding"]["status"], run["finding"]["reason_code"]) == (
        "timed_out",
        "unknown",
        "run_timed_out",
    )
    assert len(call("list_evidence").body) == 1
    assert guarded(deployed) == []


# ── Runs whose worker died ───────────────────────────────────────────────────────────────────────────────────────────


def test_a_run_whose_worker_died_is_queued_and_sent(deployed: Deployment) -> None:
    run_id = started("rbac_check")
    claimed(run_id)
    let_the_worker_die(deployed, run_id)

    assert sweep() == {"run_revived": 1}

    run = call("get_run", runId=run_id).body
    assert (run["status"], run["attempts"]) == ("queued", 1)
    assert "outbox" in item(deployed, run_id)
    assert guarded(deployed) == ["rbac_check"]
    assert claimed(run_id).attempts == 2


def test_a_worker_that_comes_back_from_the_dead_finishes_for_nobody(deployed: Deployment) -> None:
    run_id = started("rbac_check")
    zombie = claimed(run_id)
    let_the_worker_die(deployed, run_id)
    sweep()

    with pytest.raises(Exception, match="the run has changed"):
        ended(zombie)

    assert deployed.items(deployed.tables.evidence) == []


def test_a_run_out_of_attempts_is_timed_out(deployed: Deployment) -> None:
    run_id = started("initial_sync")
    for _ in range(3):
        claimed(run_id)
        let_the_worker_die(deployed, run_id)

    assert sweep() == {"run_timed_out": 1}

    assert call("get_run", runId=run_id).body["status"] == "timed_out"
    assert guarded(deployed) == []
    assert "exclusive_run" not in (stored(deployed, deployed.tables.runs, "board#guard") or {})


def test_a_cancelled_run_whose_worker_died_is_cancelled(deployed: Deployment) -> None:
    run_id = started("initial_sync")
    claimed(run_id)
    call("cancel_run", runId=run_id)
    let_the_worker_die(deployed, run_id)

    assert sweep() == {"run_cancelled": 1}

    run = call("get_run", runId=run_id).body
    assert (run["status"], run["finding"]) == ("cancelled", None)
    assert deployed.items(deployed.tables.evidence) == []
    assert guarded(deployed) == []


def test_a_cancel_that_comes_as_the_run_is_timed_out_wins(deployed: Deployment, wire: Wire) -> None:
    run_id = started("rbac_check")
    for _ in range(3):
        claimed(run_id)
        let_the_worker_die(deployed, run_id)
    wire.before(lambda: call("cancel_run", runId=run_id), on="TransactWriteItems")

    assert sweep() == {"run_cancelled": 1}

    assert call("get_run", runId=run_id).body["status"] == "cancelled"
    assert deployed.items(deployed.tables.evidence) == []


def test_a_run_that_finishes_as_it_is_swept_has_finished(deployed: Deployment, wire: Wire) -> None:
    run_id = started("rbac_check")
    claimed(run_id)
    let_the_worker_die(deployed, run_id)
    late = stores.runs().get(1, run_id)
    assert late
    wire.before(lambda: ended(late), on="UpdateItem")

    assert sweep() == {"nothing": 1}

    assert call("get_run", runId=run_id).body["status"] == "succeeded"


def test_a_run_within_its_lease_is_left_alone_whatever_the_index_says(deployed: Deployment) -> None:
    run_id = started("rbac_check")
    claimed(run_id)
    dated(deployed, deployed.tables.runs, run_entry(run_id), due_at=-1)

    assert sweep() == {"nothing": 1}

    assert call("get_run", runId=run_id).body["status"] == "running"


def test_a_run_within_its_lease_but_past_its_deadline_is_timed_out(deployed: Deployment) -> None:
    run_id = started("rbac_check")
    claimed(run_id)
    dated(deployed, deployed.tables.runs, run_entry(run_id), due_at=-1, deadline=-1)

    assert sweep() == {"run_timed_out": 1}

    assert guarded(deployed) == []


def test_sweeping_twice_at_once_does_everything_once(deployed: Deployment, wire: Wire) -> None:
    run_id = started("rbac_check")
    dated(deployed, deployed.tables.runs, run_entry(run_id), deadline=-1, due_at=-1)
    others: list[dict[str, int]] = []
    wire.before(lambda: others.append(sweep()), on="TransactWriteItems")

    assert sweep() == {"nothing": 1}

    assert others == [{"run_timed_out": 1}]
    assert len(deployed.items(deployed.tables.evidence)) == 1


# ── Consents that may propagate ──────────────────────────────────────────────────────────────────────────────────────


def let_a_consent_be_looked_for(deployed: Deployment) -> None:
    """Let a consent given five minutes ago be looked for again a second ago."""
    dated(deployed, deployed.tables.sessions, "connection#0000000000000101", consented_at=-300)
    found("consent_status", "warn", "consent_propagating")
    deployed.dynamodb.update_item(
        TableName=deployed.tables.runs,
        Key={"tenant_id": {"N": "1"}, "entry": {"S": "board#finding#consent_status"}},
        UpdateExpression="SET due_shard = :one, due_at = :past",
        ExpressionAttributeValues={":one": {"N": "1"}, ":past": {"N": "1"}},
    )


def repeat(deployed: Deployment, tenants: list[int]) -> None:
    """Let there be as many more *tenants*, each as tenant 1 is."""
    for table in (deployed.tables.sessions, deployed.tables.runs):
        first = [item for item in deployed.items(table) if item["tenant_id"]["N"] == "1"]
        puts: list[Any] = [
            {"PutRequest": {"Item": {**each, "tenant_id": {"N": str(tenant)}}}} for tenant in tenants for each in first
        ]
        for begin in range(0, len(puts), 25):
            deployed.dynamodb.batch_write_item(RequestItems={table: puts[begin : begin + 25]})


def test_a_propagating_consent_is_looked_for_again_in_nobody_s_name(deployed: Deployment) -> None:
    session_id = opened()
    let_a_consent_be_looked_for(deployed)

    assert sweep() == {"consent_rechecked": 1}

    run_id = call("list_tasks").body[0]["active_run_id"]
    run = call("get_run", runId=run_id).body
    assert (run["started_by_user_id"], run["onboarding_session_id"], run["status"]) == (None, session_id, "queued")
    assert sweep() == {}


def test_a_consent_is_not_looked_for_without_an_open_session(deployed: Deployment) -> None:
    let_a_consent_be_looked_for(deployed)

    assert sweep() == {"consent_left_be": 1}

    assert guarded(deployed) == []
    assert sweep() == {}


def test_a_consent_is_not_looked_for_over_a_connection_that_goes_out_of_use_meanwhile(
    deployed: Deployment, wire: Wire
) -> None:
    session_id = opened()
    call("register_connection", connectionId=102, body=connection(), **ADMIN)
    let_a_consent_be_looked_for(deployed)
    body = {"provider_connection_id": 102}
    wire.before(lambda: call("update_session", sessionId=session_id, body=body), on="TransactWriteItems")

    assert sweep() == {"nothing": 1}

    assert guarded(deployed) == []
    assert sweep() == {"consent_left_be": 1}


def test_a_consent_is_looked_for_in_a_session_that_uses_the_tenant_s_only_connection(deployed: Deployment) -> None:
    opened()
    deployed.dynamodb.update_item(
        TableName=deployed.tables.sessions,
        Key={"tenant_id": {"N": "1"}, "entry": {"S": "open"}},
        UpdateExpression="REMOVE provider_connection_id",
    )
    let_a_consent_be_looked_for(deployed)

    assert sweep() == {"consent_rechecked": 1}

    assert guarded(deployed) == ["consent_status"]


def test_a_consent_is_looked_for_later_while_something_blocks(deployed: Deployment) -> None:
    opened()
    let_a_consent_be_looked_for(deployed)
    run_id = started("initial_sync")

    assert sweep() == {"consent_recheck_put_off": 1}

    assert guarded(deployed) == ["initial_sync"]
    assert sweep() == {}
    call("cancel_run", runId=run_id)
    dated(deployed, deployed.tables.runs, FINDING, due_at=-1)
    assert sweep() == {"consent_rechecked": 1}


def test_consents_that_are_blocked_keep_nothing_else_of_their_shard_from_being_done(deployed: Deployment) -> None:
    opened()
    let_a_consent_be_looked_for(deployed)
    started("initial_sync")
    repeat(deployed, [1 + SHARDS * number for number in range(1, MOST_PER_SHARD)])
    last = 1 + SHARDS * MOST_PER_SHARD
    register(last)
    run_id = started("rbac_check", tenant=last)
    dated(deployed, deployed.tables.runs, run_entry(run_id), tenant=last, deadline=-1, due_at=-1)

    acts = [sweep(), sweep()]

    assert acts == [{"consent_recheck_put_off": MOST_PER_SHARD}, {"run_timed_out": 1}]
    assert call("get_run", tenant=last, runId=run_id).body["status"] == "timed_out"


def test_the_last_look_for_a_consent_is_not_lost_though_something_blocks_beyond_its_time(deployed: Deployment) -> None:
    opened()
    let_a_consent_be_looked_for(deployed)
    a_day_ago = -timedelta(days=1).total_seconds()
    dated(deployed, deployed.tables.sessions, "connection#0000000000000101", consented_at=a_day_ago - 60)
    dated(deployed, deployed.tables.runs, FINDING, due_at=-120)
    run_id = started("initial_sync")
    for _ in range(2):
        assert sweep() == {"consent_recheck_put_off": 1}
        dated(deployed, deployed.tables.runs, FINDING, due_at=-0.5)
    call("cancel_run", runId=run_id)

    assert sweep() == {"consent_rechecked": 1}

    finding = stored(deployed, deployed.tables.runs, FINDING) or {}
    assert "recheck_at" not in finding


def test_a_consent_that_is_found_as_its_look_is_put_off_is_looked_for_no_more(deployed: Deployment, wire: Wire) -> None:
    opened()
    let_a_consent_be_looked_for(deployed)
    run = claimed(started("consent_status"))
    wire.before(lambda: ended(run), on="UpdateItem")

    assert sweep() == {"consent_recheck_put_off": 1}

    finding = stored(deployed, deployed.tables.runs, FINDING) or {}
    assert not {"due_at", "due_shard", "recheck_at"} & finding.keys()


# ── Faults ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_cannot_be_done_keeps_nothing_else_from_being_done(deployed: Deployment, wire: Wire) -> None:
    for tenant in (2, 3):
        register(tenant)
    runs = [(tenant, started("rbac_check", tenant=tenant)) for tenant in (1, 2, 3)]
    for tenant, run_id in runs:
        dated(deployed, deployed.tables.runs, run_entry(run_id), tenant=tenant, deadline=-1, due_at=-1)
    wire.fail(faults.refused("ValidationException"), on="TransactWriteItems", nth=2)

    with pytest.raises(SweepFailed, match="1 acts failed"):
        sweep()

    statuses = [call("get_run", tenant=tenant, runId=run_id).body["status"] for tenant, run_id in runs]
    assert sorted(statuses) == ["queued", "timed_out", "timed_out"]
    assert sweep() == {"run_timed_out": 1}


def test_the_thresholds_are_the_deployment_s(deployed: Deployment) -> None:
    deployed.configure(IDLE_SECONDS="0", RESEND_SECONDS="0")
    opened()
    let_the_lock_expire(deployed)
    run_id = started("rbac_check")
    call("cancel_run", runId=run_id)
    call("register_tenant", tenant=5, body={"name": "Five"}, **ADMIN)

    assert sweep() == {"session_abandoned": 1}
    assert "open" not in entries(deployed, deployed.tables.sessions)
