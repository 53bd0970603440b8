"""A healthy set of tables is proved to be one, and whatever is planted in it is named."""

from collections.abc import Callable
from typing import Any

import boto3
import pytest

from local import verify
from onboarding.domain.catalogue import Task
from onboarding.domain.finding import Finding, FindingStatus
from onboarding.domain.reasons import ReasonCode
from onboarding.storage import keys
from onboarding.wiring import stores
from schedules import sweep
from tests import events
from tests.arranging import at_step, claimed, dated, ended, found, opened, started
from tests.calling import call, register
from tests.consenting import come_back, linked
from tests.deployment import REGION, Deployment, Engine

pytestmark = pytest.mark.parametrize("dynamodb", ["dynamodb_local"], indirect=True)

GUARD = "board#guard"


@pytest.fixture
def healthy(deployed: Deployment) -> verify.TableSet:
    """A set in which a bit of everything happened, in two tenants; a third was completed, and has drifted."""
    register(1)
    register(2)
    at_step(4)
    assert call("update_session", sessionId=opened(), body={"assigned_to_user_id": 3}).status == 200
    assert call("update_session", sessionId=opened(), body={"status": "abandoned"}).status == 200
    opened()
    started("license_check")
    claimed(started("rbac_check"))
    assert call("cancel_run", runId=started("intune_status")).status == 200
    found("consent_status", "fail", "consent_missing", tenant=2)
    answer = call("start_run", tenant=2, taskType="initial_sync", headers={"idempotency-key": "once"})
    assert answer.status == 201
    assert come_back(linked(201, tenant=2))["statusCode"] == 200
    drift(deployed, 3)
    return verify.TableSet(*deployed.tables, deployed.dynamodb)


def drift(deployed: Deployment, tenant: int) -> None:
    """Complete a tenant's session, and let a round find something worse."""
    register(tenant)
    body = {"status": "completed"}
    assert call("update_session", tenant=tenant, sessionId=at_step(5, tenant=tenant), body=body).status == 200
    for _ in range(2):
        dated(deployed, deployed.tables.sessions, "watch", tenant=tenant, due_at=-1)
        sweep.handler(events.schedule(), events.Context())
        for task, run in stores.boards().guard(tenant).active.items():
            bad = Finding.because(FindingStatus.FAIL, ReasonCode.ROLE_MISSING) if task is Task.RBAC_CHECK else None
            ended(claimed(run.run_id, tenant=tenant), bad)


class Hand:
    """Puts what must not be into a set of tables."""

    def __init__(self, tables: verify.TableSet) -> None:
        self.kept = tables.read()
        resource = boto3.resource("dynamodb", endpoint_url=tables.dynamodb.meta.endpoint_url, region_name=REGION)
        self.sessions, self.runs, self.evidence, self.audit = (
            resource.Table(name) for name in (tables.sessions, tables.runs, tables.evidence, tables.audit)
        )

    def run(self, status: str, tenant: int = 1) -> verify.Item:
        return next(run for run in self.kept.run.values() if (run["status"], run["tenant_id"]) == (status, tenant))

    def of(self, entry: str, tenant: int = 1) -> verify.Item:
        items = (*self.kept.sessions, *self.kept.runs)
        return next(item for item in items if (item["tenant_id"], item["entry"]) == (tenant, entry))

    def change(self, table: Any, item: verify.Item, **values: object) -> None:
        table.put_item(Item={**item, **values})

    def drop(self, table: Any, item: verify.Item, name: str) -> None:
        table.put_item(Item={each: value for each, value in item.items() if each != name})


def a_guard_that_lets_go(hand: Hand) -> None:
    hand.change(hand.runs, hand.of(GUARD), active={})


def a_guard_that_holds_on(hand: Hand) -> None:
    hand.change(hand.runs, hand.run("running"), status="failed")


def a_guard_of_another_connection(hand: Hand) -> None:
    hand.change(hand.runs, hand.run("running"), connection_id=999)


def an_exclusive_run_without_its_mark(hand: Hand) -> None:
    hand.drop(hand.runs, hand.of(GUARD, 2), "exclusive_run")


def no_guard(hand: Hand) -> None:
    hand.runs.delete_item(Key=keys.key(2, GUARD))


def a_tenant_that_is_not_registered(hand: Hand) -> None:
    hand.change(hand.runs, hand.run("cancelled"), tenant_id=77)


def a_connection_that_is_not_listed(hand: Hand) -> None:
    hand.drop(hand.sessions, hand.of("tenant"), "connection_ids")


def a_queued_run_that_is_not_sent(hand: Hand) -> None:
    hand.drop(hand.runs, hand.run("queued"), "outbox")


def a_status_that_is_none(hand: Hand) -> None:
    hand.change(hand.runs, hand.run("cancelled"), status="lost")


def evidence_lost(hand: Hand) -> None:
    piece = hand.kept.evidence[0]
    hand.evidence.delete_item(Key={"tenant_id": piece["tenant_id"], "evidence_id": piece["evidence_id"]})


def evidence_twice(hand: Hand) -> None:
    piece = hand.kept.evidence[0]
    hand.change(hand.evidence, piece, evidence_id=piece["evidence_id"] + 1)


def evidence_of_a_cancelled_run(hand: Hand) -> None:
    run = hand.run("cancelled")
    hand.change(hand.evidence, hand.kept.evidence[0], evidence_id=5, run_id=run["run_id"], tenant_id=run["tenant_id"])


def evidence_of_another_session(hand: Hand) -> None:
    hand.change(hand.evidence, hand.kept.evidence[0], session_id=4)


def a_run_that_says_otherwise(hand: Hand) -> None:
    run = hand.run("succeeded")
    hand.change(hand.runs, run, finding={**run["finding"], "status": "fail"})


def a_finding_that_says_otherwise(hand: Hand) -> None:
    hand.change(hand.runs, hand.of("board#finding#consent_status", 2), status="ok")


def a_finding_without_evidence(hand: Hand) -> None:
    hand.change(hand.runs, hand.of("board#finding#license_check"), evidence_id=6)


def no_finding(hand: Hand) -> None:
    hand.runs.delete_item(Key=keys.key(1, "board#finding#license_check"))


def a_session_open_and_closed(hand: Hand) -> None:
    open_one = hand.of("open")
    entry = f"closed#{open_one['session_id']:016d}"
    closed = next(item for item in hand.kept.sessions if item["entry"].startswith("closed#"))
    hand.change(hand.sessions, closed, entry=entry, session_id=open_one["session_id"])


def an_open_session_that_ended(hand: Hand) -> None:
    hand.change(hand.sessions, hand.of("open"), status="abandoned")


def a_closed_session_that_did_not_end(hand: Hand) -> None:
    closed = next(item for item in hand.kept.sessions if item["entry"].startswith("closed#"))
    hand.change(hand.sessions, closed, status="draft")


def a_closed_session_with_a_lock(hand: Hand) -> None:
    closed = next(item for item in hand.kept.sessions if item["entry"].startswith("closed#"))
    hand.change(hand.sessions, closed, locked_by_user_id=1)


def a_lock_of_nobody(hand: Hand) -> None:
    hand.change(hand.sessions, hand.of("open"), locked_by_user_id=9)


def a_membership_of_another_user(hand: Hand) -> None:
    hand.change(hand.sessions, hand.of("member#0000000000000004"), user_id=9)


def a_session_in_somebody_s_queue(hand: Hand) -> None:
    hand.change(hand.sessions, hand.of("open"), user_id=1)


def a_run_that_no_sweep_finds(hand: Hand) -> None:
    run = {name: value for name, value in hand.run("running").items() if not name.startswith("due_")}
    hand.runs.put_item(Item=run)


def a_due_date_too_many(hand: Hand) -> None:
    hand.change(hand.runs, hand.run("succeeded"), due_shard=1, due_at=1)


def a_look_for_a_consent_that_nobody_gave(hand: Hand) -> None:
    hand.drop(hand.sessions, hand.of("connection#0000000000000201", 2), "consented_at")


def a_look_that_no_sweep_finds(hand: Hand) -> None:
    look = hand.of("look#0000000000000201", 2)
    hand.runs.put_item(Item={name: value for name, value in look.items() if not name.startswith("due_")})


def half_a_due_date(hand: Hand) -> None:
    hand.drop(hand.sessions, hand.of("open"), "due_shard")


def another_shard(hand: Hand) -> None:
    hand.change(hand.runs, hand.run("queued"), due_shard=3)


def a_key_to_nothing(hand: Hand) -> None:
    key = next(item for item in hand.kept.runs if item["entry"].startswith("key#"))
    hand.change(hand.runs, key, run_id=8)


def a_last_run_that_is_gone(hand: Hand) -> None:
    hand.change(hand.runs, hand.of(GUARD, 2), last={"initial_sync": 8})


def _told(hand: Hand, act: str, tenant: int = 1) -> verify.Item:
    return hand.kept.told[tenant, act][0]


def _forget(hand: Hand, entry: verify.Item) -> None:
    hand.audit.delete_item(Key={"tenant_id": entry["tenant_id"], "entry_id": entry["entry_id"]})


def an_opening_that_is_not_told(hand: Hand) -> None:
    _forget(hand, _told(hand, "session_opened"))


def an_end_that_is_not_told(hand: Hand) -> None:
    _forget(hand, _told(hand, "session_abandoned"))


def an_end_told_twice(hand: Hand) -> None:
    hand.change(hand.audit, _told(hand, "session_abandoned"), entry_id=5)


def an_end_of_an_open_session(hand: Hand) -> None:
    hand.change(hand.audit, _told(hand, "session_opened"), entry_id=5, act="session_completed")


def a_tale_of_no_session(hand: Hand) -> None:
    hand.change(hand.audit, _told(hand, "session_handed_off"), session_id=4)


def a_tenant_of_unknown_origin(hand: Hand) -> None:
    _forget(hand, _told(hand, "tenant_registered", 2))


def a_connection_of_unknown_origin(hand: Hand) -> None:
    _forget(hand, _told(hand, "connection_registered"))


def a_role_that_nobody_gave(hand: Hand) -> None:
    hand.change(hand.sessions, hand.of("member#0000000000000004"), role="owner")


def a_watch_that_no_sweep_finds(hand: Hand) -> None:
    watch = {name: value for name, value in hand.of("watch", 3).items() if not name.startswith("due_")}
    hand.sessions.put_item(Item=watch)


def a_watch_of_no_session(hand: Hand) -> None:
    hand.change(hand.sessions, hand.of("watch", 3), session_id=4)


def a_watch_of_an_abandoned_session(hand: Hand) -> None:
    closed = hand.of(f"closed#{hand.of('watch', 3)['session_id']:016d}", 3)
    hand.change(hand.sessions, closed, status="abandoned")


def a_watch_over_another_connection(hand: Hand) -> None:
    hand.change(hand.sessions, hand.of("watch", 3), connection_id=302)


def something_worse_than_nothing(hand: Hand) -> None:
    hand.change(hand.sessions, hand.of("watch", 3), worse={"initial_sync": {"status": "fail"}})


def a_completion_that_never_was(hand: Hand) -> None:
    last = {"session_id": 4, "at": 1, "by_user_id": 1}
    hand.change(hand.sessions, hand.of("tenant", 1), last_completed=last)


def a_completion_at_another_time(hand: Hand) -> None:
    tenant = hand.of("tenant", 3)
    hand.change(hand.sessions, tenant, last_completed={**tenant["last_completed"], "at": 1})


def a_completion_that_left_no_watch(hand: Hand) -> None:
    hand.sessions.delete_item(Key={"tenant_id": 3, "entry": "watch"})
    hand.drop(hand.sessions, hand.of("tenant", 3), "drifted_at")


def a_drift_without_its_mark(hand: Hand) -> None:
    hand.drop(hand.sessions, hand.of("tenant", 3), "drifted_at")


def a_mark_without_a_drift(hand: Hand) -> None:
    hand.change(hand.sessions, hand.of("tenant", 1), drifted_at=1)


def a_drift_that_is_not_told(hand: Hand) -> None:
    _forget(hand, _told(hand, "finding_got_worse", 3))


def a_drift_told_twice(hand: Hand) -> None:
    hand.change(hand.audit, _told(hand, "finding_got_worse", 3), entry_id=5)


PLANTED: dict[Callable[[Hand], None], str] = {
    a_guard_that_lets_go: "and the guard does not name it",
    a_guard_that_holds_on: "which is not active",
    a_guard_of_another_connection: "the guard says something else of run",
    a_last_run_that_is_gone: "the last run of initial_sync, 8, is not there",
    an_exclusive_run_without_its_mark: "exclusive_run is not its exclusive task's run",
    no_guard: "tenant 2: it has no guard",
    a_tenant_that_is_not_registered: "tenant 77: it has items and is not registered",
    a_connection_that_is_not_listed: "it lists connections [] and has [101]",
    a_queued_run_that_is_not_sent: "does not go with its outbox",
    a_status_that_is_none: "is lost, which is no state",
    evidence_lost: "and left 0 pieces of evidence",
    evidence_twice: "and left 2 pieces of evidence",
    evidence_of_a_cancelled_run: "is cancelled and left 1 pieces of evidence",
    evidence_of_another_session: "is not of run",
    a_run_that_says_otherwise: "says something else than its evidence",
    a_finding_that_says_otherwise: "the finding of consent_status is not what its evidence",
    a_finding_without_evidence: "the finding of license_check is not what its evidence 6 says",
    no_finding: "there is evidence of license_check, and nothing on the board",
    a_session_open_and_closed: "is open and closed",
    an_open_session_that_ended: "lies open and is abandoned",
    a_closed_session_that_did_not_end: "lies closed and is draft",
    a_closed_session_with_a_lock: "is closed and locked",
    a_lock_of_nobody: "user 9 is in locked_by_user_id",
    a_membership_of_another_user: "member#0000000000000004 is in the queue of user 9",
    a_session_in_somebody_s_queue: "open is in the queue of user 1",
    a_run_that_no_sweep_finds: "can fall due and the sweep does not find it",
    a_due_date_too_many: "has a due date and nothing that falls due",
    a_look_for_a_consent_that_nobody_gave: "look#0000000000000201 is for a consent that nobody gave",
    a_look_that_no_sweep_finds: "look#0000000000000201 can fall due and the sweep does not find it",
    half_a_due_date: "open can fall due and the sweep does not find it",
    another_shard: "lies in another shard of the index",
    a_watch_that_no_sweep_finds: "watch can fall due and the sweep does not find it",
    a_watch_of_no_session: "held to session 4, which was not completed",
    a_watch_of_an_abandoned_session: "which was not completed",
    a_watch_over_another_connection: "watched over a connection that session",
    something_worse_than_nothing: "initial_sync is worse than nothing",
    a_completion_that_never_was: "it says that session 4 was completed at 1",
    a_completion_at_another_time: "was completed at 1",
    a_completion_that_left_no_watch: "which was completed last",
    a_drift_without_its_mark: "it is not marked as drifted, and ['rbac_check'] is worse",
    a_mark_without_a_drift: "it is marked as drifted, and [] is worse",
    a_drift_that_is_not_told: "nothing tells that rbac_check got worse",
    a_drift_told_twice: "is worse is told more than once",
    a_key_to_nothing: "an idempotency key leads to run 8",
    an_opening_that_is_not_told: "with 0 session_opened",
    an_end_that_is_not_told: "is abandoned, with 0 session_abandoned",
    an_end_told_twice: "is abandoned, with 2 session_abandoned",
    an_end_of_an_open_session: "with 1 session_completed",
    a_tale_of_no_session: "the audit trail tells of session 4, which is not there",
    a_tenant_of_unknown_origin: "tenant 2: its registration is not told once",
    a_connection_of_unknown_origin: "the registration of connection 101 is not told once",
    a_role_that_nobody_gave: "nothing tells that member 4 was given their role",
}


def arguments(deployed: Deployment, dynamodb: Engine) -> list[str]:
    names = deployed.tables
    return [
        *("--sessions", names.sessions, "--runs", names.runs, "--evidence", names.evidence, "--audit", names.audit),
        *("--endpoint", dynamodb.url, "--region", REGION),
    ]


def test_a_healthy_set_is_proved_to_be_one(
    healthy: verify.TableSet, deployed: Deployment, dynamodb: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()

    outcome = verify.main(arguments(deployed, dynamodb))

    printed = capsys.readouterr().out.split("\n")
    assert outcome == 0
    assert [" ".join(line.split()) for line in printed[:-1]] == [
        "3 tenants",
        "1 open sessions",
        "2 closed sessions",
        "3 active runs",
        "22 ended runs",
        "1 cancelled runs",
        "21 pieces of evidence",
        "15 findings",
        "30 entries in audit trails",
        "6 due dates",
        "16 rules, 0 violations",
    ]


def test_a_member_of_before_there_was_a_queue_is_no_violation(healthy: verify.TableSet) -> None:
    hand = Hand(healthy)

    hand.drop(hand.sessions, hand.of("member#0000000000000004"), "user_id")

    assert healthy.verified()[1] == []


def test_each_planted_corruption_is_named(healthy: verify.TableSet) -> None:
    missed = {}
    for plant, says in PLANTED.items():
        hand = Hand(healthy)
        plant(hand)
        breaches = healthy.verified()[1]
        if not any(says in breach for breach in breaches):
            missed[plant.__name__] = breaches
        undo(hand, healthy)

    assert missed == {}
    assert healthy.verified()[1] == []


def undo(hand: Hand, tables: verify.TableSet) -> None:
    after = tables.read()
    for table, key, was, now in (
        (hand.sessions, ("tenant_id", "entry"), hand.kept.sessions, after.sessions),
        (hand.runs, ("tenant_id", "entry"), hand.kept.runs, after.runs),
        (hand.evidence, ("tenant_id", "evidence_id"), hand.kept.evidence, after.evidence),
        (hand.audit, ("tenant_id", "entry_id"), hand.kept.audit, after.audit),
    ):
        for item in now:
            if item not in was:
                table.delete_item(Key={name: item[name] for name in key})
        for item in was:
            if item not in now:
                table.put_item(Item=item)


def test_a_violation_is_told_by_the_exit_code(
    healthy: verify.TableSet, deployed: Deployment, dynamodb: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    no_guard(Hand(healthy))

    outcome = verify.main(arguments(deployed, dynamodb))

    assert outcome == 1
    assert "VIOLATION tenant 2: it has no guard" in capsys.readouterr().out


def test_what_moves_while_it_is_read_is_no_violation(healthy: verify.TableSet) -> None:
    torn = healthy.read()
    moved = verify.Kept(
        torn.sessions, [item for item in torn.runs if item["entry"] != GUARD], torn.evidence, torn.audit
    )

    assert verify.violations(moved) != []
    assert healthy.verified()[1] == []


def test_a_set_is_named_whole_or_not_at_all(deployed: Deployment) -> None:
    with pytest.raises(SystemExit, match="name all four tables"):
        verify.main(["--runs", deployed.tables.runs])
