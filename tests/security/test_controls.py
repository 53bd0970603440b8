"""Every control that is said to be there is there, and the test that guards it too; `make controls` takes them out."""

import pytest

from tests.security.controls import CONTROLS, Control
from tests.security.removal import a_copy, removed
from tests.template import ROOT


@pytest.mark.parametrize("control", CONTROLS, ids=[control.name for control in CONTROLS])
def test_a_control_is_in_its_place_once_and_guarded_by_a_test_that_is_there(control: Control) -> None:
    path, _, name = control.seen_by.partition("::")

    assert (ROOT / control.file).read_text().count(control.old) == 1
    assert control.old != control.new
    assert f"def {name.partition('[')[0]}" in (ROOT / path).read_text()


def test_no_two_controls_have_one_name() -> None:
    names = [control.name for control in CONTROLS]

    assert len(names) == len(set(names))


def test_what_is_not_there_cannot_be_taken_out() -> None:
    moved = Control("gone", "README.md", "words that nobody wrote", "", "tests/security/test_controls.py")

    with a_copy() as folder, pytest.raises(ValueError, match="0 times"):
        removed(moved, folder)
