"""A recorded onboarding is played in another tenant, with the ids that its own answers bring."""

from typing import Any

from bench.script import Player, Recorder, Request

BASE = "/tenants/1/onboarding"
LOOK = Request(1, "GET", f"{BASE}/runs/88")


def recorded() -> list[Request]:
    """Record a session, a change of its connection, a run, and three looks at the run."""
    recorder = Recorder()
    recorder.add(Request(3, "POST", f"{BASE}/session"), 201, {"id": 77})
    recorder.add(Request(3, "PATCH", f"{BASE}/session/77", {"provider_connection_id": 101}), 200, {})
    recorder.add(Request(3, "POST", f"{BASE}/tasks/rbac_check/runs"), 201, {"run_id": 88})
    for status in ("queued", "running", "succeeded"):
        recorder.add(LOOK, 200, {"status": status})
    return recorder.script


def played(player: Player, answers: dict[str, list[tuple[int, Any]]]) -> list[Request]:
    """Play once; *answers* are given by method, the last one for ever."""
    asked = []
    for each in player.play():
        asked.append(each)
        of_method = answers[each.method]
        player.answered(*(of_method.pop(0) if len(of_method) > 1 else of_method[0]))
    return asked


def test_ids_are_recorded_by_what_they_are_and_looks_at_a_run_once() -> None:
    assert recorded() == [
        Request(3, "POST", "/tenants/{tenant}/onboarding/session"),
        Request(
            3, "PATCH", "/tenants/{tenant}/onboarding/session/{session}", {"provider_connection_id": "{connection}"}
        ),
        Request(3, "POST", "/tenants/{tenant}/onboarding/tasks/rbac_check/runs"),
        Request(1, "GET", "/tenants/{tenant}/onboarding/runs/{rbac_check}"),
    ]


def test_it_is_played_with_ids_of_the_player_s_own_until_the_run_has_ended() -> None:
    asked = played(
        Player(recorded(), tenant=5),
        {
            "POST": [(201, {"id": 7}), (201, {"run_id": 8})],
            "PATCH": [(200, {})],
            "GET": [(200, {"status": "running"}), (200, {"status": "succeeded"})],
        },
    )

    assert asked == [
        Request(3, "POST", "/tenants/5/onboarding/session"),
        Request(3, "PATCH", "/tenants/5/onboarding/session/7", {"provider_connection_id": 501}),
        Request(3, "POST", "/tenants/5/onboarding/tasks/rbac_check/runs"),
        Request(1, "GET", "/tenants/5/onboarding/runs/8"),
        Request(1, "GET", "/tenants/5/onboarding/runs/8"),
    ]


def test_what_never_came_to_be_is_not_asked_about() -> None:
    asked = played(Player(recorded(), tenant=5), {"POST": [(409, {"code": "run_blocked"})]})

    assert [each.path for each in asked] == [
        "/tenants/5/onboarding/session",
        "/tenants/5/onboarding/tasks/rbac_check/runs",
    ]
