"""A tenant whose session is completed is verified again on a schedule; what got worse is told once, and marks it."""

from collections.abc import Callable

import pytest

from onboarding.domain.finding import Finding, FindingStatus
from onboarding.domain.reasons import ReasonCode
from onboarding.domain.watch import WATCHED
from onboarding.wiring import stores
from schedules.sweep import handler
from tests import events
from tests.arranging import (
    ADMIN,
    acts_told,
    at_step,
    claimed,
    dated,
    ended,
    entries,
    everything_is_well,
    found,
    opened,
    started,
    stored,
    told_of,
)
from tests.calling import call, connection, register
from tests.deployment import Deployment
from tests.wire import Wire

pytestmark = pytest.mark.parametrize("dynamodb", ["dynamodb_local"], indirect=True)

ROUND = sorted(WATCHED)
WORSE = Finding.because(FindingStatus.FAIL, ReasonCode.ROLE_MISSING)


@pytest.fixture(autouse=True)
def _registered(deployed: Deployment) -> None:
    assert deployed
    register()


def completed() -> int:
    """Complete a session; give its id."""
    session_id = at_step(5)
    answer = call("update_session", sessionId=session_id, body={"status": "completed"})
    assert answer.status == 200, answer
    return session_id


def swept() -> dict[str, int]:
    """Sweep once."""
    return handler(events.schedule(), events.Context())


def sweep(deployed: Deployment) -> dict[str, int]:
    """Let the watch fall due, and sweep once."""
    dated(deployed, deployed.tables.sessions, "watch", due_at=-1)
    return swept()


def round_ids(deployed: Deployment) -> dict[str, int]:
    """Give the runs of the round under way, by task."""
    watch = stored(deployed, deployed.tables.sessions, "watch") or {}
    return {task: int(run_id["N"]) for task, run_id in watch.get("run_ids", {"M": {}})["M"].items()}


def rounded(deployed: Deployment, status: str = "ok", reason: str | None = None) -> dict[str, int]:
    """Live through a round in which all is well, but for what rbac_check finds; give what settling it came to."""
    assert sweep(deployed) == {"watch_round_begun": 1}
    code = ReasonCode(reason) if reason else None
    let_the_round_end(deployed, Finding(status=FindingStatus(status), reason_code=code, message="Seen."))
    return sweep(deployed)


def let_the_round_end(deployed: Deployment, finding: Finding = WORSE, task: str = "rbac_check") -> None:
    """Let every run of a round find that all is well, but that of *task*."""
    for each, run_id in round_ids(deployed).items():
        ended(claimed(run_id), finding if each == task else None)


def past(deployed: Deployment, wire: Wire, act: Callable[[], object]) -> Callable[[], None]:
    """Let *act* happen past the wire, and so not before itself."""

    def run() -> None:
        deployed.configure(AWS_ENDPOINT_URL_DYNAMODB=wire.upstream)
        act()
        deployed.configure(AWS_ENDPOINT_URL_DYNAMODB=wire.url)

    return run


def is_drifted(deployed: Deployment) -> bool:
    """Tell whether the tenant is marked."""
    return "drifted_at" in (stored(deployed, deployed.tables.sessions, "tenant") or {})


def active(deployed: Deployment) -> list[str]:
    """Name the tasks that the guard names."""
    guard = stored(deployed, deployed.tables.runs, "board#guard") or {}
    return sorted(guard["active"]["M"])


def test_a_completed_session_leaves_a_watch_that_falls_due_within_the_day(deployed: Deployment) -> None:
    session_id = completed()

    watch = stored(deployed, deployed.tables.sessions, "watch") or {}
    closed = stored(deployed, deployed.tables.sessions, f"closed#{session_id:016d}") or {}
    due_in = int(watch["due_at"]["N"]) - int(closed["closed_at"]["N"])
    assert 0 < due_in <= 24 * 3600 * 1000
    assert (watch["session_id"]["N"], watch["connection_id"]["N"]) == (str(session_id), "101")
    assert sorted(watch["rests_on"]["M"]) == ROUND


def test_an_abandoned_session_leaves_none(deployed: Deployment) -> None:
    call("update_session", sessionId=opened(), body={"status": "abandoned"})

    assert "watch" not in entries(deployed, deployed.tables.sessions)


def test_a_watch_that_is_not_due_is_left_alone(wire: Wire) -> None:
    completed()
    wire.reset()

    assert swept() == {}

    assert wire.operations == ["Query"] * 8


def test_a_round_runs_every_probe_in_nobody_s_name_and_is_sent_by_the_stream(deployed: Deployment) -> None:
    completed()

    assert sweep(deployed) == {"watch_round_begun": 1}

    ids = round_ids(deployed)
    assert sorted(ids) == ROUND == active(deployed)
    for task, run_id in ids.items():
        run = stores.runs().get(1, run_id)
        assert run is not None
        assert (run.task_type, run.started_by_user_id, run.session_id, run.connection_id) == (task, None, None, 101)
        assert run.outbox_at is not None
    assert call("get_run", user=4, runId=ids["rbac_check"]).body["started_by_user_id"] is None


def test_a_round_costs_people_nothing_of_their_budget(deployed: Deployment) -> None:
    completed()
    before = stored(deployed, deployed.tables.runs, "board#guard") or {}
    sweep(deployed)

    after = stored(deployed, deployed.tables.runs, "board#guard") or {}
    assert after["starts"] == before["starts"]


def test_where_all_is_as_it_was_nothing_is_told(deployed: Deployment) -> None:
    completed()
    before = acts_told(deployed)

    assert rounded(deployed) == {"watch_found_nothing_new": 1}

    assert acts_told(deployed) == before
    assert not is_drifted(deployed)
    assert round_ids(deployed) == {}


def test_what_got_worse_marks_the_tenant_and_is_told_once_however_many_rounds_find_it(deployed: Deployment) -> None:
    session_id = completed()

    first = rounded(deployed, "fail", "role_missing")
    second = rounded(deployed, "fail", "role_missing")

    assert (first, second) == ({"watch_found_worse": 1}, {"watch_found_nothing_new": 1})
    assert is_drifted(deployed)
    [entry] = told_of(deployed, "finding_got_worse")
    assert "by_user_id" not in entry
    assert entry["session_id"] == {"N": str(session_id)}
    details = {name: next(iter(value.values())) for name, value in entry["details"]["M"].items()}
    assert details.pop("evidence_id")
    assert details == {"task_type": "rbac_check", "from_status": "ok", "status": "fail", "reason_code": "role_missing"}


def test_what_is_well_again_clears_the_mark_and_is_told(deployed: Deployment) -> None:
    completed()
    rounded(deployed, "warn", "role_excess")

    assert rounded(deployed) == {"watch_found_recovered": 1}

    assert not is_drifted(deployed)
    assert acts_told(deployed)[-2:] == ["finding_got_worse", "tenant_recovered"]


def test_what_nobody_can_tell_neither_marks_a_tenant_nor_clears_it(deployed: Deployment) -> None:
    completed()
    assert rounded(deployed, "unknown", "graph_unavailable") == {"watch_found_nothing_new": 1}
    assert not is_drifted(deployed)
    rounded(deployed, "fail", "role_missing")

    assert rounded(deployed, "unknown", "graph_unavailable") == {"watch_found_nothing_new": 1}

    assert is_drifted(deployed)


def test_nothing_is_reopened(deployed: Deployment) -> None:
    session_id = completed()
    closed = stored(deployed, deployed.tables.sessions, f"closed#{session_id:016d}")

    rounded(deployed, "fail", "role_missing")

    assert stored(deployed, deployed.tables.sessions, f"closed#{session_id:016d}") == closed
    assert call("get_session").body == {"session": None}


def test_another_session_that_is_completed_is_what_a_tenant_is_held_to_from_then_on(deployed: Deployment) -> None:
    completed()
    rounded(deployed, "warn", "role_excess")
    session_id = opened()
    everything_is_well()
    found("rbac_check", "warn", "role_excess")
    call("update_session", sessionId=session_id, body={"current_step": 5})
    assert is_drifted(deployed)

    assert call("update_session", sessionId=session_id, body={"status": "completed"}).status == 200

    assert not is_drifted(deployed)
    assert (stored(deployed, deployed.tables.sessions, "watch") or {})["session_id"]["N"] == str(session_id)
    assert rounded(deployed, "warn", "role_excess") == {"watch_found_nothing_new": 1}


# ── What stands in its way ───────────────────────────────────────────────────────────────────────────────────────────


def test_a_tenant_with_an_open_session_is_not_watched(deployed: Deployment) -> None:
    completed()
    opened()

    assert sweep(deployed) == {"watch_put_off": 1}

    assert active(deployed) == []
    assert swept() == {}


def test_a_session_that_is_opened_just_before_keeps_a_round_from_beginning(deployed: Deployment, wire: Wire) -> None:
    completed()
    wire.before(past(deployed, wire, opened), on="TransactWriteItems")

    assert sweep(deployed) == {"nothing": 1}

    assert active(deployed) == []
    assert round_ids(deployed) == {}


def test_a_round_that_ends_while_people_are_at_it_is_given_up(deployed: Deployment) -> None:
    completed()
    sweep(deployed)
    let_the_round_end(deployed)
    opened()

    assert sweep(deployed) == {"watch_put_off": 1}

    assert not is_drifted(deployed)
    assert round_ids(deployed) == {}


def test_a_session_that_is_opened_just_before_keeps_a_round_from_being_settled(
    deployed: Deployment, wire: Wire
) -> None:
    completed()
    sweep(deployed)
    let_the_round_end(deployed)
    wire.before(past(deployed, wire, opened), on="TransactWriteItems")

    assert sweep(deployed) == {"nothing": 1}

    assert not is_drifted(deployed)
    assert told_of(deployed, "finding_got_worse") == []


def test_a_session_that_is_completed_just_before_has_a_watch_of_its_own(deployed: Deployment, wire: Wire) -> None:
    completed()
    sweep(deployed)
    let_the_round_end(deployed)
    wire.before(past(deployed, wire, completed), on="TransactWriteItems")

    assert sweep(deployed) == {"nothing": 1}

    assert not is_drifted(deployed)
    assert round_ids(deployed) == {}


def test_what_is_active_is_waited_for(deployed: Deployment) -> None:
    completed()
    run_id = started("initial_sync")

    assert sweep(deployed) == {"watch_put_off": 1}
    assert active(deployed) == ["initial_sync"]
    call("cancel_run", runId=run_id)

    assert sweep(deployed) == {"watch_round_begun": 1}


def test_a_round_is_judged_once_all_of_its_runs_have_ended(deployed: Deployment) -> None:
    completed()
    sweep(deployed)
    *most, last = round_ids(deployed).values()
    for run_id in most:
        ended(claimed(run_id))

    assert sweep(deployed) == {"watch_put_off": 1}
    ended(claimed(last))

    assert sweep(deployed) == {"watch_found_nothing_new": 1}


def test_two_sweeps_at_once_begin_one_round(deployed: Deployment, wire: Wire) -> None:
    completed()
    dated(deployed, deployed.tables.sessions, "watch", due_at=-1)
    wire.before(past(deployed, wire, swept), on="TransactWriteItems")

    assert swept() == {"nothing": 1}

    assert sorted(round_ids(deployed)) == active(deployed) == ROUND


def test_two_sweeps_at_once_tell_once(deployed: Deployment, wire: Wire) -> None:
    completed()
    sweep(deployed)
    let_the_round_end(deployed)
    dated(deployed, deployed.tables.sessions, "watch", due_at=-1)
    wire.before(past(deployed, wire, swept), on="TransactWriteItems")

    assert swept() == {"nothing": 1}

    assert len(told_of(deployed, "finding_got_worse")) == 1


def test_a_second_connection_leaves_the_watch_with_its_own(deployed: Deployment) -> None:
    completed()
    call("register_connection", **ADMIN, connectionId=102, body=connection())

    assert sweep(deployed) == {"watch_round_begun": 1}

    guard = stores.boards().guard(1)
    assert {run.connection_id for run in guard.active.values()} == {101}
