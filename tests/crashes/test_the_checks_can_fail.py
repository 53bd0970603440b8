"""What a crash must not leave behind is planted here by hand: a check that cannot fail proves nothing."""

from collections.abc import Callable

import pytest

from tests.crashes.commands import SWEEP
from tests.crashes.dying import Point, Side, Wires, died, lived
from tests.crashes.scene import Afterwards, Scene

pytestmark = pytest.mark.parametrize("dynamodb", ["dynamodb_local"], indirect=True)

NOBODY = 4_095


def entry(run_id: int) -> str:
    return f"run#{run_id:016d}"


def ended(scene: Scene) -> int:
    run_id = scene.start("license_check")
    scene.work(run_id)
    return run_id


def acknowledged_and_lost(scene: Scene) -> None:
    scene.acknowledged.add(NOBODY)


def without_a_due_date(scene: Scene) -> None:
    run_id = scene.start("license_check")
    scene.claim(run_id)
    scene.remove("Runs", entry(run_id), "due_at")


def evidence_twice(scene: Scene) -> None:
    ended(scene)
    [piece] = scene.items("Evidence")
    twice = {**piece, "evidence_id": piece["evidence_id"] + 1}
    scene.engine.sync_put_item(scene.deployed.tables.evidence, twice)


def evidence_of_a_cancelled_run(scene: Scene) -> None:
    scene.put("Runs", entry(ended(scene)), status="cancelled")


def a_guard_left_behind(scene: Scene) -> None:
    active = {"run_id": ended(scene), "connection_id": 101, "started_at": 1}
    scene.put("Runs", "board#guard", active={"license_check": active})


def a_guard_released_too_early(scene: Scene) -> None:
    run_id = scene.start("license_check")
    scene.put("Runs", "board#guard", active={})
    scene.put("Runs", entry(run_id), deadline=1)  # whoever ends it needs the guard to name it


def nobody_who_may_edit(scene: Scene) -> None:
    scene.call("register_member", user=100, scope="onboarding.admin", userId=2, body={"role": "readonly"})


def go_on_and_check(scene: Scene) -> None:
    scene.go_on(Afterwards.LOST)
    scene.check()


PLANTED = {
    acknowledged_and_lost: "lost",
    without_a_due_date: "minutes",
    evidence_twice: "left 2 pieces of evidence",
    evidence_of_a_cancelled_run: "cancelled and left 1",
    a_guard_left_behind: "names run",
    nobody_who_may_edit: "role_insufficient",
}


@pytest.mark.parametrize(("plant", "says"), PLANTED.items(), ids=lambda each: getattr(each, "__name__", None))
def test_what_must_not_be_left_is_seen(
    plant: Callable[[Scene], None], says: str, new_scene: Callable[[], Scene]
) -> None:
    scene = new_scene()
    plant(scene)

    with pytest.raises(AssertionError, match=says):
        go_on_and_check(scene)


def test_a_guard_that_let_go_too_early_keeps_the_sweep_from_ending_the_run(new_scene: Callable[[], Scene]) -> None:
    scene = new_scene()
    a_guard_released_too_early(scene)

    with pytest.raises(Exception, match="1 acts failed"):
        scene.go_on(Afterwards.LOST)
    [run] = scene.kept().run.values()
    assert run["status"] == "queued"


def test_a_dead_process_has_done_just_what_it_did_before(new_scene: Callable[[], Scene], wires: Wires) -> None:
    before, after = new_scene(), new_scene()

    for scene, side in ((before, Side.BEFORE), (after, Side.AFTER)):
        tried = died(scene, lambda scene: scene.start("license_check"), wires.tables, Point(side, 2))
        assert tried == ["Batch", "Transact"]

    assert (len(before.kept().run), len(after.kept().run)) == (0, 1)
    assert before.acknowledged == after.acknowledged == set()


def test_what_was_tried_before_falls_due_for_nobody_who_is_tried_after(
    new_scene: Callable[[], Scene], wires: Wires
) -> None:
    due = [each for each in SWEEP if each.name in {"begin a round", "send a run again", "abandon an idle session"}]
    for command in due:
        before = new_scene()
        command.arrange(before)
        before.rest()

    for command in due:
        after = new_scene()
        _, calls = lived(after, command.arrange(after), wires.tables)
        after.rest()
        assert tuple(calls) == command.calls
