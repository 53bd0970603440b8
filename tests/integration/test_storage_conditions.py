"""Every condition that the data design leans on, shown on DynamoDB's own engine to let in and to keep out."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from onboarding import clock, ids
from onboarding.domain import lock
from onboarding.domain.access import Member, Role
from onboarding.domain.audit import Act, AuditEntry
from onboarding.domain.catalogue import Kind, Step, Task
from onboarding.domain.editing import resumed
from onboarding.domain.finding import Finding
from onboarding.domain.progress import Progress
from onboarding.domain.run import Run, RunStatus, Started
from onboarding.domain.run import started as new_run
from onboarding.domain.session import Change, Session, SessionStatus, closed, opened
from onboarding.storage.audit import EntryTaken
from onboarding.storage.runs import GuardRefused, IdempotencyKey, IdTaken, KeyTaken, RunMoved
from onboarding.storage.sessions import AssigneeNotEligible, DueSession, SessionMoved, SomethingActive
from onboarding.storage.tenants import ConnectionFixed
from onboarding.wiring import stores
from tests.arranging import (
    ADMIN,
    LEASE,
    claimed,
    dated,
    ended,
    let_the_worker_die,
    run_entry,
    started,
    stored,
    told_of,
)
from tests.calling import call, connection, register
from tests.deployment import Deployment

pytestmark = pytest.mark.parametrize("dynamodb", ["dynamodb_local"], indirect=True)

LENGTH = timedelta(minutes=15)
DEADLINES = {Kind.PROBE: timedelta(hours=1), Kind.EXCLUSIVE: timedelta(hours=12)}
PROGRESS = Progress(done=1, total=6, message="12 device configurations read")


@pytest.fixture(autouse=True)
def _registered(deployed: Deployment) -> None:
    assert deployed
    register()


def a_session(user: int = 1, **others: Any) -> Session:
    """Make a session of *user* that is kept nowhere yet."""
    now = clock.now()
    made = opened(1, ids.new(), user, 101, lock.taken(user, now, LENGTH), now)
    return made.model_copy(update=others)


def kept(user: int = 1, **others: Any) -> Session:
    """Make a session and keep it as the open one."""
    session = a_session(user, **others)
    stores.sessions().create(session, an_entry(session, Act.SESSION_OPENED))
    return session


def change(before: Session, by: int | None = 1, **others: Any) -> Change:
    """Decide a change that counts."""
    update = {"version": before.version + 1, "updated_at": clock.now(), **others}
    return Change(before, before.model_copy(update=update), by, clock.now())


def an_entry(session: Session, act: Act, user: int | None = 1) -> AuditEntry:
    """Make what the audit trail is told of an act of *user* about *session*."""
    return AuditEntry(id=ids.new(), tenant_id=1, at=clock.now(), act=act, by_user_id=user, session_id=session.id)


def told(made: Change, act: Act = Act.SESSION_ASSIGNED) -> Change:
    """Have the audit trail told of *made*, which makes it a transaction."""
    return made._replace(entries=(an_entry(made.before, act, made.by_user_id),))


def closing(before: Session, by: int | None = 1) -> Change:
    """Decide that *before* is abandoned."""
    made = Change(before, closed(before, SessionStatus.ABANDONED, clock.now()), by, clock.now())
    return told(made, Act.SESSION_ABANDONED)


def expired(session: Session) -> Session:
    """Show *session* as if its lock had ended a second ago."""
    assert session.lock
    until = clock.now() - timedelta(seconds=1)
    return session.model_copy(update={"lock": session.lock.model_copy(update={"until": until})})


def now_open() -> Session | None:
    """Read the open session."""
    return stores.sessions().get_open(1)


# ── open ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_open_lets_in_the_first_and_shows_it_to_the_others() -> None:
    first = kept()

    with pytest.raises(SessionMoved) as refused:
        stores.sessions().create(a_session(2), an_entry(first, Act.SESSION_OPENED, 2))

    assert refused.value.current == first
    assert now_open() == first


def test_open_lets_in_again_once_the_session_is_closed() -> None:
    stores.sessions().save(closing(kept()))

    second = kept(2)

    assert now_open() == second


# ── update ───────────────────────────────────────────────────────────────────────────────────────────────────────────

ALONE: Callable[[Change], Change] = lambda made: made  # noqa: E731 - beside `told`
EITHER_WAY = pytest.mark.parametrize("how", [ALONE, told], ids=["alone", "in a transaction"])


@EITHER_WAY
def test_update_lets_in_the_holder_of_the_version_that_was_read(how: Callable[[Change], Change]) -> None:
    made = how(change(kept(), current_step=Step.CONSENT))

    stores.sessions().save(made)

    assert now_open() == made.after


@EITHER_WAY
def test_update_keeps_out_who_read_another_version(how: Callable[[Change], Change]) -> None:
    read = kept()
    stores.sessions().save(change(read))

    with pytest.raises(SessionMoved) as refused:
        stores.sessions().save(how(change(read, current_step=Step.CONSENT)))

    assert refused.value.current == now_open()


@EITHER_WAY
def test_update_keeps_out_who_read_another_session(how: Callable[[Change], Change]) -> None:
    read = kept()
    stores.sessions().save(closing(read))
    second = kept()

    with pytest.raises(SessionMoved) as refused:
        stores.sessions().save(how(change(read)))

    assert refused.value.current == second


@EITHER_WAY
def test_update_keeps_out_where_none_is_open_any_more(how: Callable[[Change], Change]) -> None:
    read = kept()
    stores.sessions().save(closing(read))

    with pytest.raises(SessionMoved) as refused:
        stores.sessions().save(how(change(read)))

    assert refused.value.current is None


@EITHER_WAY
def test_update_keeps_out_who_took_a_live_lock_for_expired(how: Callable[[Change], Change]) -> None:
    read = kept()

    with pytest.raises(SessionMoved):
        stores.sessions().save(how(change(expired(read), by=2)))

    assert now_open() == read


@EITHER_WAY
def test_update_lets_in_whoever_comes_once_the_lock_has_expired(
    deployed: Deployment, how: Callable[[Change], Change]
) -> None:
    read = expired(kept())
    dated(deployed, deployed.tables.sessions, "open", locked_until=-1)

    stores.sessions().save(how(change(read, by=2, lock=lock.taken(2, clock.now(), LENGTH))))

    found = now_open()
    assert found
    assert found.lock
    assert found.lock.user_id == 2


@EITHER_WAY
def test_a_takeover_is_let_in_only_from_whom_it_was_decided_to_take(how: Callable[[Change], Change]) -> None:
    read = kept()
    of_another = read.model_copy(update={"lock": lock.taken(3, clock.now(), LENGTH)})
    taken = {"lock": lock.taken(2, clock.now(), LENGTH)}

    with pytest.raises(SessionMoved):
        stores.sessions().save(how(change(of_another, by=2, **taken)))
    stores.sessions().save(how(change(read, by=2, **taken)))

    found = now_open()
    assert found
    assert found.lock
    assert found.lock.user_id == 2


def test_resuming_an_expired_lock_that_somebody_took_meanwhile_is_kept_out() -> None:
    read = kept()
    seen = expired(read)

    with pytest.raises(SessionMoved) as refused:
        stores.sessions().save(resumed(seen, 2, LENGTH, clock.now()))

    assert refused.value.current == read


# ── close, assignee, guard ───────────────────────────────────────────────────────────────────────────────────────────


def test_closing_moves_the_session_whole_or_not_at_all(deployed: Deployment) -> None:
    read = kept()
    made = closing(read)

    stores.sessions().save(made)

    assert now_open() is None
    [shown] = stores.sessions().list_closed(1, limit=10, after_id=None).sessions
    assert shown == made.after
    assert [entry["entry_id"]["N"] for entry in told_of(deployed, "session_abandoned")] == [str(made.entries[0].id)]


def test_the_sweep_is_kept_out_while_the_lock_is_live() -> None:
    read = kept()

    with pytest.raises(SessionMoved):
        stores.sessions().save(closing(expired(read), by=None))

    assert now_open() == read


@pytest.mark.parametrize(("user", "eligible"), [(1, True), (2, True), (3, True), (4, False), (9, False)])
def test_an_assignee_must_be_a_member_of_at_least_operator_at_that_moment(user: int, *, eligible: bool) -> None:
    read = kept()
    made = told(change(read, assigned_to_user_id=user))._replace(assignee_must_be_eligible=user)

    if not eligible:
        with pytest.raises(AssigneeNotEligible):
            stores.sessions().save(made)
        assert now_open() == read
    else:
        stores.sessions().save(made)
        assert now_open() == made.after


def test_nothing_may_be_active_where_the_change_cannot_bear_it() -> None:
    read = kept()
    made = change(read)._replace(nothing_may_be_active=True)
    run_id = started("rbac_check")

    with pytest.raises(SomethingActive):
        stores.sessions().save(made)
    call("cancel_run", runId=run_id)
    stores.sessions().save(made)

    assert now_open() == made.after


def test_a_session_is_put_off_only_in_the_version_that_was_read(deployed: Deployment) -> None:
    read = kept()
    stores.sessions().save(change(read))
    before = stored(deployed, deployed.tables.sessions, "open")

    stores.sessions().put_off(read, clock.now() + LENGTH)

    assert stored(deployed, deployed.tables.sessions, "open") == before


# ── The audit trail ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_entry_is_put_once_and_never_written_over(deployed: Deployment) -> None:
    entry = an_entry(a_session(), Act.ACCESS_DENIED)
    stores.audit_entries().record(entry)

    stores.audit_entries().record(entry)  # a second try, whose first one's reply was lost
    with pytest.raises(EntryTaken):
        stores.audit_entries().record(entry.model_copy(update={"by_user_id": 2}))

    assert [each["by_user_id"]["N"] for each in told_of(deployed, "access_denied")] == ["1"]


# ── Members and connections ──────────────────────────────────────────────────────────────────────────────────────────


def test_a_demotion_is_kept_out_where_another_session_is_open_than_was_seen() -> None:
    read = kept()
    reader = Member(tenant_id=1, user_id=3, role=Role.READONLY)

    with pytest.raises(SessionMoved) as refused:
        stores.tenants().register_member(reader, None, None, an_entry(read, Act.MEMBER_REGISTERED))

    assert refused.value.current == read
    assert stores.sessions().is_eligible(1, 3)


def test_a_removal_is_kept_out_where_the_session_has_changed_since() -> None:
    read = kept()
    stores.sessions().save(change(read))

    with pytest.raises(SessionMoved):
        stores.tenants().remove_member(1, 3, None, read, an_entry(read, Act.MEMBER_REMOVED))

    assert stores.sessions().is_eligible(1, 3)


def test_a_connection_s_tenant_application_and_cloud_are_fixed() -> None:
    other = connection("22222222-2222-4333-8444-555555555555")

    answer = call("register_connection", connectionId=101, body=other, **ADMIN)

    assert answer.code == "connection_fixed"
    assert ConnectionFixed.__doc__


# ── guard ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def a_run(task: str, run_id: int | None = None) -> Run:
    """Make a run that is kept nowhere yet."""
    return new_run(
        run_id or ids.new(),
        Task(task),
        101,
        tenant_id=1,
        session_id=None,
        user_id=1,
        now=clock.now(),
        deadlines=DEADLINES,
    )


@pytest.mark.parametrize(
    ("active", "task", "let_in"),
    [
        ([], "rbac_check", True),
        ([], "initial_sync", True),
        (["rbac_check"], "license_check", True),
        (["rbac_check"], "rbac_check", False),
        (["rbac_check"], "initial_sync", False),
        (["initial_sync"], "rbac_check", False),
        (["initial_sync"], "initial_sync", False),
        (["rbac_check", "license_check"], "initial_sync", False),
    ],
)
def test_the_guard_takes_a_run_in_or_keeps_it_out(
    deployed: Deployment, active: list[str], task: str, *, let_in: bool
) -> None:
    for each in active:
        started(each)
    before = deployed.items(deployed.tables.runs)

    if let_in:
        stores.runs().start(a_run(task), None)
        assert Task(task) in stores.boards().guard(1).active
    else:
        with pytest.raises(GuardRefused):
            stores.runs().start(a_run(task), None)
        assert deployed.items(deployed.tables.runs) == before


def test_a_run_of_a_tenant_without_a_guard_is_kept_out() -> None:
    run = a_run("rbac_check").model_copy(update={"tenant_id": 77})

    with pytest.raises(Exception, match="document path"):
        stores.runs().start(run, None)


def test_a_run_s_id_that_is_taken_is_kept_out(deployed: Deployment) -> None:
    run_id = started("rbac_check")
    ended(claimed(run_id))
    before = deployed.items(deployed.tables.runs)

    with pytest.raises(IdTaken):
        stores.runs().start(a_run("rbac_check", run_id), None)

    assert deployed.items(deployed.tables.runs) == before


def test_the_guard_lets_go_of_just_the_run_that_it_names() -> None:
    first = a_run("rbac_check")
    stores.runs().start(first, None)
    ended(claimed(first.id))
    second = started("rbac_check")

    with pytest.raises(RunMoved):
        stores.runs().cancel(first, clock.now())

    assert stores.boards().guard(1).active[Task.RBAC_CHECK].run_id == second


# ── idempotency key ──────────────────────────────────────────────────────────────────────────────────────────────────

KEY = IdempotencyKey(1, "k")


def test_a_key_is_let_in_once_and_gives_its_answer_to_the_others() -> None:
    first = a_run("rbac_check")
    stores.runs().start(first, KEY)

    with pytest.raises(KeyTaken) as refused:
        stores.runs().start(a_run("license_check"), KEY)

    assert refused.value.earlier == Started(first.id, Task.RBAC_CHECK, reused=False)


@pytest.mark.parametrize(("seconds", "let_in"), [(-1, True), (60, False)])
def test_a_key_is_let_in_again_once_it_has_expired_by_now(deployed: Deployment, seconds: int, *, let_in: bool) -> None:
    answer = Started(ids.new(), Task.RBAC_CHECK, reused=True)
    stores.runs().remember(1, KEY, answer, clock.now())
    dated(deployed, deployed.tables.runs, "key#0000000000000001#k", ends_at=seconds)

    if let_in:
        stores.runs().remember(1, KEY, answer, clock.now())
    else:
        with pytest.raises(KeyTaken):
            stores.runs().remember(1, KEY, answer, clock.now())


def test_a_key_s_time_to_live_is_in_seconds_and_not_before_its_end(deployed: Deployment) -> None:
    stores.runs().start(a_run("rbac_check"), KEY)

    item = stored(deployed, deployed.tables.runs, "key#0000000000000001#k") or {}

    assert int(item["expires_at"]["N"]) * 1000 >= int(item["ends_at"]["N"])
    assert int(item["expires_at"]["N"]) < 10**11


# ── claim ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def claim(run_id: int, claim_id: str | None = None) -> Run:
    """Claim a run."""
    return stores.runs().claim(1, run_id, claim_id=claim_id or str(uuid4()), now=clock.now(), lease=LEASE)


def test_a_claim_takes_what_is_queued_out_of_the_outbox(deployed: Deployment) -> None:
    run_id = started("rbac_check")

    run = claim(run_id)

    assert (run.status, run.attempts, run.outbox_at) == (RunStatus.RUNNING, 1, None)
    item = stored(deployed, deployed.tables.runs, run_entry(run_id)) or {}
    assert "outbox" not in item
    assert item["due_at"] == item["lease_until"]


@pytest.mark.parametrize(("seconds", "let_in"), [(-1, True), (60, False)])
def test_a_claim_waits_for_the_run_s_time(deployed: Deployment, seconds: int, *, let_in: bool) -> None:
    run = claimed(started("initial_sync"))
    now = clock.now()
    stores.runs().put_back(run, not_before=now + LEASE, now=now)
    dated(deployed, deployed.tables.runs, run_entry(run.id), not_before=seconds)

    if let_in:
        assert claim(run.id).attempts == 1
    else:
        with pytest.raises(RunMoved):
            claim(run.id)


@pytest.mark.parametrize(("seconds", "let_in"), [(-1, True), (60, False)])
def test_a_claim_of_a_running_run_waits_for_its_lease(deployed: Deployment, seconds: int, *, let_in: bool) -> None:
    run = claimed(started("rbac_check"))
    dated(deployed, deployed.tables.runs, run_entry(run.id), lease_until=seconds)

    if let_in:
        assert claim(run.id).attempts == 2
    else:
        with pytest.raises(RunMoved):
            claim(run.id)


def test_a_claim_of_a_worn_out_run_is_kept_out(deployed: Deployment) -> None:
    run_id = started("rbac_check")
    for _ in range(3):
        claim(run_id)
        let_the_worker_die(deployed, run_id)

    with pytest.raises(RunMoved):
        claim(run_id)


def test_a_claim_refused_by_itself_is_its_own() -> None:
    run_id, mine = started("rbac_check"), str(uuid4())

    first, again = claim(run_id, mine), claim(run_id, mine)

    assert again == first
    assert again.attempts == 1


def test_a_claim_with_an_id_used_before_the_run_was_put_back_is_kept_out() -> None:
    run_id, mine = started("initial_sync"), str(uuid4())
    stores.runs().put_back(claim(run_id, mine), not_before=None, now=clock.now())

    with pytest.raises(RunMoved):
        claim(run_id, mine)


@pytest.mark.parametrize("how", ["cancelled", "succeeded", "past its deadline", "unknown"])
def test_a_claim_of_what_is_not_to_be_had_is_kept_out(deployed: Deployment, how: str) -> None:
    run_id = started("rbac_check")
    if how == "cancelled":
        call("cancel_run", runId=run_id)
    elif how == "succeeded":
        ended(claimed(run_id))
    elif how == "past its deadline":
        dated(deployed, deployed.tables.runs, run_entry(run_id), deadline=-1)

    with pytest.raises(RunMoved):
        claim(5 if how == "unknown" else run_id)


# ── the fence ────────────────────────────────────────────────────────────────────────────────────────────────────────

WRITES: dict[str, Callable[[Run], object]] = {
    "checkpoint": lambda run: stores.runs().checkpoint(run, PROGRESS, {}, clock.now() + LEASE),
    "put back": lambda run: stores.runs().put_back(run, not_before=None, now=clock.now()),
    "end": lambda run: stores.runs().end(run, RunStatus.SUCCEEDED, Finding.ok("Well."), ids.new(), clock.now()),
    "cancel": lambda run: stores.runs().cancel(run, clock.now()),
}


def claimed_by_another(deployed: Deployment, run: Run) -> None:
    let_the_worker_die(deployed, run.id)
    claim(run.id)


def revived_by_the_sweep(deployed: Deployment, run: Run) -> None:
    let_the_worker_die(deployed, run.id)
    dead = stores.runs().get(1, run.id)
    assert dead
    stores.runs().send_again(dead, clock.now())


LOST: dict[str, Callable[[Deployment, Run], object]] = {
    "another's claim": claimed_by_another,
    "revived by the sweep": revived_by_the_sweep,
    "put back": lambda _deployed, run: stores.runs().put_back(run, not_before=None, now=clock.now()),
    "ended": lambda _deployed, run: ended(run),
    "cancelled": lambda _deployed, run: stores.runs().cancel(run, clock.now()),
}


@pytest.mark.parametrize("write", WRITES)
@pytest.mark.parametrize("lost", LOST)
def test_no_write_of_a_worker_is_let_in_after_its_claim_was_lost(deployed: Deployment, write: str, lost: str) -> None:
    run = claimed(started("initial_sync"))
    LOST[lost](deployed, run)
    before = [deployed.items(table) for table in (deployed.tables.runs, deployed.tables.evidence)]

    with pytest.raises(RunMoved):
        WRITES[write](run)

    assert [deployed.items(table) for table in (deployed.tables.runs, deployed.tables.evidence)] == before


@pytest.mark.parametrize(
    ("write", "let_in"), [("checkpoint", True), ("cancel", True), ("put back", False), ("end", False)]
)
def test_once_cancelling_was_asked_for_a_run_neither_ends_nor_is_put_back(write: str, *, let_in: bool) -> None:
    run = claimed(started("initial_sync"))
    call("cancel_run", runId=run.id)

    if let_in:
        WRITES[write](run)
    else:
        with pytest.raises(RunMoved) as refused:
            WRITES[write](run)
        assert refused.value.current
        assert refused.value.current.cancel_requested_at


@pytest.mark.parametrize("state", ["queued", "ended"])
def test_only_a_running_run_is_asked_to_stop(state: str) -> None:
    run_id = started("rbac_check")
    if state == "ended":
        ended(claimed(run_id))
    run = stores.runs().get(1, run_id)
    assert run

    with pytest.raises(RunMoved):
        stores.runs().ask_to_cancel(run, clock.now())


def test_a_queued_run_sent_again_since_it_was_read_is_not_cancelled_unseen() -> None:
    run = stores.runs().get(1, started("rbac_check"))
    assert run
    stores.runs().send_again(run, clock.now() + LEASE)

    with pytest.raises(RunMoved):
        stores.runs().cancel(run, clock.now())


def test_an_end_writes_all_or_nothing(deployed: Deployment) -> None:
    first = ended(claimed(started("rbac_check")))
    run = claimed(started("rbac_check"))
    before = [deployed.items(table) for table in (deployed.tables.runs, deployed.tables.evidence)]

    with pytest.raises(IdTaken):
        stores.runs().end(run, RunStatus.SUCCEEDED, Finding.ok("Well."), first.id, clock.now())

    assert [deployed.items(table) for table in (deployed.tables.runs, deployed.tables.evidence)] == before


# ── the index of what is due ─────────────────────────────────────────────────────────────────────────────────────────


def due_runs() -> list[int]:
    """List the runs that the index proposes by the end of time."""
    now = clock.now() + timedelta(days=400)
    return [due.run_id for due in stores.runs().list_due(1, now, limit=100)]  # type: ignore[union-attr]  # runs are listed here, and no sessions


def test_a_run_is_in_the_index_exactly_while_it_is_active() -> None:
    run_id = started("initial_sync")
    seen = [due_runs()]
    run = claimed(run_id)
    seen.append(due_runs())
    stores.runs().put_back(run, not_before=None, now=clock.now())
    seen.append(due_runs())
    ended(claimed(run_id))
    seen.append(due_runs())

    assert seen == [[run_id], [run_id], [run_id], []]


def test_the_index_proposes_what_is_due_by_now_the_longest_due_first(deployed: Deployment) -> None:
    runs = [started(task) for task in ("rbac_check", "license_check", "intune_status")]
    for run_id, seconds in zip(runs, (-5, -10, 60), strict=True):
        dated(deployed, deployed.tables.runs, run_entry(run_id), due_at=seconds)

    due = stores.runs().list_due(1, clock.now(), limit=100)

    assert [each.run_id for each in due] == [runs[1], runs[0]]  # type: ignore[union-attr]  # runs are listed here, and no sessions


def test_a_session_is_in_the_index_exactly_while_it_is_open() -> None:
    later = clock.now() + timedelta(days=400)
    read = kept()

    seen = [stores.sessions().list_due(1, later, limit=10)]
    stores.sessions().save(closing(read))
    seen.append(stores.sessions().list_due(1, later, limit=10))

    assert seen == [[DueSession(1)], []]


def test_what_is_due_lies_in_its_tenant_s_shard() -> None:
    for tenant in (2, 5, 8):
        register(tenant)
        started("rbac_check", tenant=tenant)
    later = clock.now() + timedelta(days=400)

    shards = [[due.tenant_id for due in stores.runs().list_due(shard, later, limit=10)] for shard in range(4)]

    assert [sorted(tenants) for tenants in shards] == [[8], [5], [2], []]


# ── evidence ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("task", [None, Task.RBAC_CHECK])
def test_evidence_pages_by_table_and_by_index_alike(task: Task | None) -> None:
    made = [ended(claimed(started("rbac_check"))).id for _ in range(5)][::-1]

    seen, after = [], None
    while True:
        page = stores.evidences().list(1, task, limit=2, after_id=after)
        seen += [piece.id for piece in page.pieces]
        after = page.last_id
        if after is None:
            break

    assert seen == made


def test_a_page_goes_on_after_a_piece_that_is_not_there() -> None:
    first, _, third = (ended(claimed(started("rbac_check"))).id for _ in range(3))

    by_table = stores.evidences().list(1, None, limit=10, after_id=third - 1)
    by_index = stores.evidences().list(1, Task.RBAC_CHECK, limit=10, after_id=third - 1)

    assert by_table == by_index
    assert [piece.id for piece in by_table.pieces][-1] == first
    assert len(by_table.pieces) == 2


def test_a_payload_of_64_kilobytes_is_kept_and_read_as_it_was() -> None:
    text = "x" * (64 * 1024 - len('{"t":""}'))
    run = claimed(started("rbac_check"))

    ended(run, Finding.ok("Well.", t=text))

    [piece] = call("list_evidence").body
    assert piece["payload"] == {"t": text}
