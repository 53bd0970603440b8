from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests.arranging import (
    ADMIN,
    PROBES,
    acts_told,
    at_step,
    dated,
    entries,
    everything_is_well,
    found,
    let_the_lock_expire,
    opened,
    started,
    stored,
)
from tests.calling import Answer, call, connection, register
from tests.deployment import Deployment
from tests.matching import AN_ID, AN_INSTANT, UNLOCKED, a_problem, a_session, malformed
from tests.wire import Wire

pytestmark = pytest.mark.parametrize("dynamodb", ["dynamodb_local"], indirect=True)
MOVED_ON: dict[str, Any] = {"status": "in_progress"}


@pytest.fixture(autouse=True)
def _registered(deployed: Deployment) -> None:
    assert deployed
    register()


def update(session_id: int, body: object, *, user: int = 1, if_match: str | None = None) -> Answer:
    """Edit the session of tenant 1."""
    headers = {"If-Match": if_match} if if_match else {}
    return call("update_session", user=user, sessionId=session_id, body=body, headers=headers)


# ── Steps ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_first_change_of_step_puts_a_draft_in_progress() -> None:
    session_id = opened()

    answer = update(session_id, {"current_step": 2})

    assert (answer.status, answer.body) == (200, a_session(id=session_id, current_step=2, version=2, **MOVED_ON))
    assert answer.headers["etag"].startswith(f'"{session_id}.2.')


def test_backwards_is_always_allowed_and_the_status_never_goes_back() -> None:
    session_id = at_step(4)

    answer = update(session_id, {"current_step": 1})

    assert (answer.status, answer.body) == (200, a_session(id=session_id, current_step=1, version=3, **MOVED_ON))


def test_the_same_step_is_allowed_and_leaves_a_draft_a_draft() -> None:
    session_id = opened()

    answer = update(session_id, {"current_step": 1})

    assert (answer.status, answer.body) == (200, a_session(id=session_id))


def test_forwards_is_refused_with_every_gate_that_is_not_met() -> None:
    session_id = opened()
    found("consent_status", "fail", "consent_missing")

    answer = update(session_id, {"current_step": 4})

    never_run = {"status": "unknown", "reason_code": "never_run"}
    assert (answer.status, answer.body) == (
        409,
        a_problem(
            "step_prerequisites_unmet",
            409,
            blocking=[
                {"task_type": "consent_status", "status": "fail", "reason_code": "consent_missing"},
                *({"task_type": task, **never_run} for task in PROBES[1:]),
            ],
        ),
    )
    assert call("get_session").body["session"] == a_session(id=session_id)


def test_forwards_needs_a_connection_first() -> None:
    register(2, 201, 202)
    session_id = opened(tenant=2)

    answer = call("update_session", tenant=2, sessionId=session_id, body={"current_step": 2})

    blocking = [{"task_type": None, "status": "unknown", "reason_code": "connection_missing"}]
    assert (answer.status, answer.body) == (409, a_problem("step_prerequisites_unmet", 409, blocking=blocking))


@pytest.mark.parametrize(("status", "reason"), [("ok", None), ("warn", "permission_excess")])
def test_forwards_is_allowed_across_findings_that_are_good_enough(status: str, reason: str | None) -> None:
    session_id = opened()
    found("consent_status", status, reason)

    answer = update(session_id, {"current_step": 3})

    assert (answer.status, answer.body["current_step"]) == (200, 3)


def test_a_consent_that_is_still_propagating_opens_no_gate() -> None:
    session_id = opened()
    found("consent_status", "warn", "consent_propagating")

    answer = update(session_id, {"current_step": 3})

    blocking = [{"task_type": "consent_status", "status": "warn", "reason_code": "consent_propagating"}]
    assert answer.body == a_problem("step_prerequisites_unmet", 409, blocking=blocking)


# ── What its people tell each other ──────────────────────────────────────────────────────────────────────────────────

NOTED: dict[str, Any] = {"note": "Calls back on Monday.", "waiting_until": "2026-03-02T09:30:00Z"}


def test_a_note_is_kept_and_shown_until_it_is_taken_away() -> None:
    session_id = opened()

    noted = update(session_id, NOTED)
    left = update(session_id, {"current_step": 1})
    cleared = update(session_id, {"note": None, "waiting_until": None})

    assert (noted.status, noted.body) == (200, a_session(id=session_id, version=2, **NOTED))
    assert left.body == a_session(id=session_id, version=2, **NOTED)
    assert cleared.body == a_session(id=session_id, version=3)
    assert call("get_session").body["session"] == cleared.body


def test_either_is_changed_without_the_other() -> None:
    session_id = opened()
    update(session_id, NOTED)

    answer = update(session_id, {"waiting_until": None})

    assert answer.body == a_session(id=session_id, version=3, note=NOTED["note"])


def test_the_same_note_again_changes_nothing(deployed: Deployment) -> None:
    session_id = opened()
    update(session_id, NOTED)
    before = stored(deployed, deployed.tables.sessions, "open")

    answer = update(session_id, NOTED)

    assert answer.body["version"] == 2
    assert stored(deployed, deployed.tables.sessions, "open") == before


def test_a_note_is_told_of_and_not_what_it_says(deployed: Deployment) -> None:
    session_id = opened()

    update(session_id, NOTED)
    update(session_id, NOTED)
    update(session_id, {"note": None})

    assert acts_told(deployed) == ["session_opened", "session_noted", "session_noted"]
    assert "Monday" not in str(deployed.items(deployed.tables.audit))


def test_a_handoff_carries_a_note_in_one(deployed: Deployment) -> None:
    session_id = opened()

    answer = update(session_id, {"assigned_to_user_id": 3, **NOTED})

    assert answer.body == a_session(id=session_id, version=2, assigned_to_user_id=3, **UNLOCKED, **NOTED)
    assert acts_told(deployed) == ["session_opened", "session_handed_off", "session_noted"]


def test_a_note_is_refused_while_another_holds_the_lock_and_after_another_version() -> None:
    session_id = opened()

    locked = update(session_id, NOTED, user=2)
    stale = update(session_id, NOTED, if_match=f'"{session_id}.7.0"')

    assert (locked.status, locked.code) == (409, "session_locked")
    assert (stale.status, stale.code) == (412, "version_stale")
    assert call("get_session").body["session"] == a_session(id=session_id)


@pytest.mark.parametrize(
    "body", [{"note": "a" * 501}, {"note": 1}, {"waiting_until": "Monday"}, {"waiting_until": "2026-03-02T09:30:00"}]
)
def test_a_note_that_is_none_is_refused(body: dict[str, Any]) -> None:
    answer = update(opened(), body)

    assert (answer.status, answer.body) == (400, malformed(next(iter(body))))


def test_a_closed_session_keeps_its_note() -> None:
    session_id = opened()
    update(session_id, NOTED)

    update(session_id, {"status": "abandoned"})

    [shown] = call("list_sessions").body
    assert {name: shown[name] for name in NOTED} == NOTED


# ── The lock ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_another_s_live_lock_refuses_and_nothing_is_written(deployed: Deployment) -> None:
    session_id = opened()
    before = stored(deployed, deployed.tables.sessions, "open")

    answer = update(session_id, {"current_step": 1}, user=2)

    assert (answer.status, answer.body) == (
        409,
        a_problem("session_locked", 409, locked_by_user_id=1, locked_until=AN_INSTANT),
    )
    assert 1 <= int(answer.headers["retry-after"]) <= 900
    assert stored(deployed, deployed.tables.sessions, "open") == before


def test_an_expired_lock_is_taken_with_the_first_edit(deployed: Deployment) -> None:
    session_id = opened()
    let_the_lock_expire(deployed)

    answer = update(session_id, {"current_step": 1}, user=2)

    assert (answer.status, answer.body) == (200, a_session(id=session_id, locked_by_user_id=2, version=2))


def test_a_heartbeat_with_more_than_half_left_writes_nothing(wire: Wire) -> None:
    session_id = opened()
    wire.reset()

    answer = update(session_id, {})

    assert (answer.status, answer.body) == (200, a_session(id=session_id))
    assert wire.operations == ["BatchGetItem"]


def test_a_heartbeat_with_less_than_half_left_renews_and_is_no_version(deployed: Deployment) -> None:
    before = call("create_session").body
    deployed.configure(LOCK_SECONDS="1900")

    answer = update(before["id"], {})

    assert (answer.status, answer.body) == (200, before | {"locked_until": answer.body["locked_until"]})
    assert answer.body["locked_until"] > before["locked_until"]


def test_a_heartbeat_leaves_the_due_date_alone(deployed: Deployment) -> None:
    session_id = opened()
    due = (stored(deployed, deployed.tables.sessions, "open") or {})["due_at"]
    deployed.configure(LOCK_SECONDS="1900", IDLE_SECONDS="5")

    update(session_id, {})

    assert (stored(deployed, deployed.tables.sessions, "open") or {})["due_at"] == due


@pytest.mark.parametrize(("user", "holder"), [(1, None), (2, 1)])
def test_a_heartbeat_takes_no_lock(deployed: Deployment, user: int, holder: int | None) -> None:
    session_id = opened()
    if holder is None:
        let_the_lock_expire(deployed)

    answer = update(session_id, {}, user=user)

    until = AN_INSTANT if holder else None
    expected = a_problem("lock_lost", 409, locked_by_user_id=holder, locked_until=until)
    assert (answer.status, answer.body) == (409, expected)


@pytest.mark.parametrize("user", [2, 5])
def test_a_manager_and_the_assignee_take_over_a_live_lock_with_the_other_fields(
    deployed: Deployment, user: int
) -> None:
    session_id = opened()
    update(session_id, {"assigned_to_user_id": 5})
    update(session_id, {"current_step": 1})

    answer = update(session_id, {"takeover": True, "current_step": 2}, user=user)

    expected = a_session(
        id=session_id, assigned_to_user_id=5, locked_by_user_id=user, version=4, current_step=2, **MOVED_ON
    )
    assert (answer.status, answer.body) == (200, expected)
    assert acts_told(deployed)[-1] == "session_taken_over"
    assert update(session_id, {"current_step": 1}).code == "session_locked"


def test_an_operator_who_is_not_the_assignee_may_not_take_over(deployed: Deployment) -> None:
    session_id = opened()

    answer = update(session_id, {"takeover": True}, user=3)

    assert (answer.status, answer.body) == (403, a_problem("takeover_forbidden", 403))
    assert sorted(acts_told(deployed)) == ["access_denied", "session_opened"]


@pytest.mark.parametrize("body", [{"takeover": None}, {"takeover": False}])
def test_no_takeover_is_asked_for_by_null_or_false(body: dict[str, Any]) -> None:
    session_id = opened()

    answer = update(session_id, body, user=2)

    assert answer.code == "session_locked"


# ── Assignment ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_handoff_assigns_and_releases_the_lock_in_one(deployed: Deployment) -> None:
    session_id = opened()

    answer = update(session_id, {"assigned_to_user_id": 3})

    expected = a_session(id=session_id, assigned_to_user_id=3, version=2, **UNLOCKED)
    assert (answer.status, answer.body) == (200, expected)
    assert acts_told(deployed) == ["session_opened", "session_handed_off"]
    assert update(session_id, {"current_step": 1}, user=3).body["locked_by_user_id"] == 3


def test_null_unassigns_and_absent_leaves() -> None:
    session_id = opened()

    left = update(session_id, {"current_step": 2})
    unassigned = update(session_id, {"assigned_to_user_id": None})

    assert left.body["assigned_to_user_id"] == 1
    assert (unassigned.status, unassigned.body["assigned_to_user_id"]) == (200, None)


@pytest.mark.parametrize("assignee", [4, 9])
def test_whoever_is_below_operator_or_no_member_cannot_be_assigned(deployed: Deployment, assignee: int) -> None:
    session_id = opened()
    before = stored(deployed, deployed.tables.sessions, "open")

    answer = update(session_id, {"assigned_to_user_id": assignee})

    assert (answer.status, answer.body) == (422, a_problem("assignee_not_eligible", 422))
    assert stored(deployed, deployed.tables.sessions, "open") == before


def test_a_bad_assignee_is_told_before_a_gate_that_is_not_met() -> None:
    session_id = opened()

    answer = update(session_id, {"assigned_to_user_id": 9, "current_step": 5})

    assert answer.code == "assignee_not_eligible"


def test_an_operator_without_lock_or_assignment_may_not_assign_others(deployed: Deployment) -> None:
    session_id = opened()
    let_the_lock_expire(deployed)

    answer = update(session_id, {"assigned_to_user_id": 5}, user=3)

    assert (answer.status, answer.body) == (403, a_problem("assignment_forbidden", 403))


# ── Version ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_stale_version_is_refused_with_the_session_as_it_is() -> None:
    created = call("create_session")
    update(created.body["id"], {"current_step": 2})

    answer = update(created.body["id"], {"current_step": 1}, if_match=created.headers["etag"])

    current = call("get_session")
    assert (answer.status, answer.body) == (412, a_problem("version_stale", 412, session=current.body["session"]))
    assert answer.headers["etag"] == current.headers["etag"]


def test_a_renewal_between_makes_no_version_stale(deployed: Deployment) -> None:
    created = call("create_session")
    deployed.configure(LOCK_SECONDS="1900")
    update(created.body["id"], {})

    answer = update(created.body["id"], {"current_step": 2}, if_match=created.headers["etag"])

    assert (answer.status, answer.body["version"]) == (200, 2)


# ── Connection ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_another_connection_puts_the_session_back_to_consent(deployed: Deployment) -> None:
    session_id = at_step(4)
    call("register_connection", connectionId=102, body=connection(), **ADMIN)

    answer = update(session_id, {"provider_connection_id": 102})

    expected = a_session(id=session_id, provider_connection_id=102, current_step=2, version=3, **MOVED_ON)
    assert (answer.status, answer.body) == (200, expected)
    assert acts_told(deployed) == ["session_opened", "session_connection_changed"]
    assert {task["reason_code"] for task in call("list_tasks").body} == {"connection_changed"}


def test_a_connection_cannot_be_changed_while_something_is_active() -> None:
    session_id = opened()
    call("register_connection", connectionId=102, body=connection(), **ADMIN)
    run_id = started("rbac_check", user=3)

    answer = update(session_id, {"provider_connection_id": 102})

    assert (answer.status, answer.body) == (
        409,
        a_problem("run_blocked", 409, blocking_run_id=run_id, blocking_task_type="rbac_check", started_by_user_id=3),
    )
    assert answer.headers["retry-after"] == "2"


def test_an_unknown_connection_is_refused() -> None:
    answer = update(opened(), {"provider_connection_id": 999})

    assert (answer.status, answer.body) == (422, a_problem("connection_unknown", 422))


# ── The end ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_session_is_completed_on_its_evidence_and_the_warnings_somebody_accepted(deployed: Deployment) -> None:
    session_id = opened()
    pieces = {piece.task_type.value: piece.id for piece in everything_is_well()}
    pieces["rbac_check"] = found("rbac_check", "warn", "role_excess").id
    update(session_id, {"current_step": 5})

    answer = update(session_id, {"status": "completed"})

    warning = {
        "task_type": "rbac_check",
        "reason_code": "role_excess",
        "evidence_id": pieces["rbac_check"],
        "accepted_by_user_id": 1,
    }
    completed = a_session(
        id=session_id,
        status="completed",
        current_step=5,
        version=3,
        closed_at=AN_INSTANT,
        completion={"evidence_ids": list(pieces.values()), "accepted_warnings": [warning]},
        **UNLOCKED,
    )
    assert (answer.status, answer.body) == (200, completed)
    assert call("list_sessions").body == [completed]
    assert call("get_session").body == {"session": None}
    assert acts_told(deployed) == ["session_opened", "session_completed"]
    assert "open" not in entries(deployed, deployed.tables.sessions)


def test_a_completed_session_names_the_default_that_it_rests_on_though_it_is_none_any_more(
    deployed: Deployment, wire: Wire
) -> None:
    session_id = at_step(5)
    deployed.dynamodb.update_item(
        TableName=deployed.tables.sessions,
        Key={"tenant_id": {"N": "1"}, "entry": {"S": "open"}},
        UpdateExpression="REMOVE provider_connection_id",
    )
    started("rbac_check")
    register_another = lambda: call("register_connection", connectionId=102, body=connection(), **ADMIN)  # noqa: E731 - handed on, as its siblings are
    wire.before(register_another, on="TransactWriteItems")

    answer = update(session_id, {"status": "completed"})

    assert (answer.status, answer.body["provider_connection_id"]) == (200, 101)
    assert call("list_sessions").body == [answer.body]
    assert acts_told(deployed) == ["session_opened", "session_completed"]


def test_completing_from_an_earlier_step_is_refused() -> None:
    answer = update(at_step(4), {"status": "completed"})

    assert (answer.status, answer.body) == (409, a_problem("step_prerequisites_unmet", 409, blocking=[]))


def test_findings_older_than_a_day_complete_nothing(deployed: Deployment) -> None:
    session_id = at_step(5)
    a_day = timedelta(hours=24).total_seconds()
    dated(deployed, deployed.tables.runs, "board#finding#license_check", recorded_at=-a_day - 1)

    answer = update(session_id, {"status": "completed"})

    blocking = [{"task_type": "license_check", "status": "ok", "reason_code": None, "stale": True}]
    assert (answer.status, answer.body) == (409, a_problem("step_prerequisites_unmet", 409, blocking=blocking))


def test_a_session_is_abandoned_and_its_runs_go_on() -> None:
    session_id = opened()
    run_id = started("rbac_check")

    answer = update(session_id, {"status": "abandoned"})

    expected = a_session(id=session_id, status="abandoned", version=2, closed_at=AN_INSTANT, **UNLOCKED)
    assert (answer.status, answer.body) == (200, expected)
    assert call("get_run", runId=run_id).body["status"] == "queued"


def test_an_operator_who_is_neither_holder_nor_assignee_may_not_abandon(deployed: Deployment) -> None:
    session_id = opened()
    let_the_lock_expire(deployed)

    answer = update(session_id, {"status": "abandoned"}, user=3)

    assert (answer.status, answer.body) == (403, a_problem("abandon_forbidden", 403))


def test_a_closed_session_is_closed_and_one_that_never_was_is_not_found() -> None:
    session_id = opened()
    update(session_id, {"status": "abandoned"})
    open_id = opened()

    closed, never = update(session_id, {"current_step": 1}), update(5, {"current_step": 1})

    assert (closed.status, closed.body) == (409, a_problem("session_closed", 409))
    assert (never.status, never.body) == (404, a_problem("session_not_found", 404))
    assert call("get_session").body["session"]["id"] == open_id


# ── Races, made certain ──────────────────────────────────────────────────────────────────────────────────────────────


def test_a_takeover_between_reading_and_writing_is_told_as_the_lock_it_took(wire: Wire) -> None:
    session_id = opened()
    wire.before(lambda: update(session_id, {"takeover": True}, user=2), on="UpdateItem")

    answer = update(session_id, {"current_step": 2})

    assert answer.status == 409
    assert answer.body == a_problem("session_locked", 409, locked_by_user_id=2, locked_until=AN_INSTANT)


def test_a_lost_race_against_oneself_is_decided_once_more(wire: Wire) -> None:
    session_id = opened()
    wire.before(lambda: update(session_id, {"assigned_to_user_id": None}), on="UpdateItem")

    answer = update(session_id, {"current_step": 2})

    expected = a_session(id=session_id, assigned_to_user_id=None, current_step=2, version=3, **MOVED_ON)
    assert (answer.status, answer.body) == (200, expected)


def test_a_lost_race_with_a_version_named_is_stale(wire: Wire) -> None:
    created = call("create_session")
    session_id = created.body["id"]
    wire.before(lambda: update(session_id, {"assigned_to_user_id": None}), on="UpdateItem")

    answer = update(session_id, {"current_step": 2}, if_match=created.headers["etag"])

    session = a_session(id=session_id, assigned_to_user_id=None, version=2)
    assert (answer.status, answer.body) == (412, a_problem("version_stale", 412, session=session))


def test_a_session_closed_between_reading_and_writing_is_closed(wire: Wire) -> None:
    session_id = opened()
    wire.before(lambda: update(session_id, {"status": "abandoned", "takeover": True}, user=2), on="UpdateItem")

    answer = update(session_id, {"current_step": 2})

    assert (answer.status, answer.body) == (409, a_problem("session_closed", 409))


def test_an_assignee_demoted_between_reading_and_writing_cannot_be_assigned(wire: Wire) -> None:
    session_id = opened()
    demoted = {**ADMIN, "userId": 3, "body": {"role": "readonly"}}
    wire.before(lambda: call("register_member", **demoted), on="TransactWriteItems")

    answer = update(session_id, {"assigned_to_user_id": 3})

    assert (answer.status, answer.body) == (422, a_problem("assignee_not_eligible", 422))
    assert call("get_session").body["session"] == a_session(id=session_id)


@pytest.mark.parametrize(
    "leave",
    [
        lambda: call("register_member", **ADMIN, userId=3, body={"role": "readonly"}),
        lambda: call("remove_member", **ADMIN, userId=3),
    ],
    ids=["demoted", "removed"],
)
def test_who_lost_their_role_between_reading_and_writing_cannot_assign_themselves(
    deployed: Deployment, wire: Wire, leave: Callable[[], Answer]
) -> None:
    session_id = opened()
    let_the_lock_expire(deployed)
    wire.before(leave, on="TransactWriteItems")

    answer = update(session_id, {"assigned_to_user_id": 3}, user=3)

    assert (answer.status, answer.body) == (422, a_problem("assignee_not_eligible", 422))
    assert call("get_session").body["session"] == a_session(id=session_id, **UNLOCKED)


def test_a_run_started_between_reading_and_writing_keeps_the_connection(wire: Wire) -> None:
    session_id = opened()
    call("register_connection", connectionId=102, body=connection(), **ADMIN)
    wire.before(lambda: started("rbac_check"), on="TransactWriteItems")

    answer = update(session_id, {"provider_connection_id": 102})

    expected = a_problem(
        "run_blocked", 409, blocking_run_id=AN_ID, blocking_task_type="rbac_check", started_by_user_id=1
    )
    assert (answer.status, answer.body) == (409, expected)
