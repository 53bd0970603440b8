import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.simulation import mutants
from tests.simulation.mutants import MUTANTS, Mutant, patched, tried
from tests.simulation.simulate import histories, history
from tests.template import ROOT

SEEDS = range(1, 31)


def test_no_promise_is_broken_in_any_history() -> None:
    lived = list(histories(SEEDS))

    assert [each for each in lived if each.violation] == []
    assert sum(each.steps for each in lived) > 30_000


def test_all_that_can_go_wrong_does_and_everybody_gets_on() -> None:
    acts = {act for each in histories(range(1, 46)) for act in each.acts}

    assert acts >= {
        "crashed",
        "gave up for now",
        "swept: run_revived",
        "swept: run_sent_again",
        "swept: run_timed_out",
        "swept: run_cancelled",
        "swept: session_abandoned",
        "swept: consent_looked_for",
        "swept: consent_look_put_off",
        "swept: consent_recheck_put_off",
        "swept: consent_left_be",
        "swept: watch_round_begun",
        "swept: watch_put_off",
        "swept: watch_found_nothing_new",
        "answered: create: session",
        "answered: edit: session",
        "answered: edit: session_locked",
        "answered: edit: version_stale",
        "answered: start: started",
        "answered: start: reused",
        "answered: start: replayed",
        "answered: start: run_blocked",
        "answered: start: idempotency_key_reused",
        "answered: start: run_budget_spent",
        "answered: cancel: cancelled",
        "answered: cancel: running",
    }


def test_a_seed_is_one_history() -> None:
    one, again, other = history(7), history(7), history(8)

    assert one == again
    assert one.trace != other.trace


def test_a_seed_is_the_same_history_in_every_process() -> None:
    traces = {
        subprocess.run(
            [sys.executable, "-m", "tests.simulation.simulate", "--seed", "7"],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": hashes, "PYTHONPATH": f"functions{os.pathsep}."},
            check=True,
            capture_output=True,
            text=True,
        ).stdout.splitlines()[0]
        for hashes in ("1", "2")
    }

    assert traces == {f"seed 7: trace {history(7).trace}"}


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_mutant_fits_the_code_as_it_is(mutant: Mutant, tmp_path: Path) -> None:
    (tmp_path / mutant.file).parent.mkdir(parents=True)
    shutil.copy(ROOT / "functions" / mutant.file, tmp_path / mutant.file)

    patched(mutant, tmp_path)

    assert (tmp_path / mutant.file).read_text() != (ROOT / "functions" / mutant.file).read_text()


def test_there_are_mutants_enough_and_no_two_are_alike() -> None:
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS) >= 20
    assert len({(mutant.file, mutant.old, mutant.new) for mutant in MUTANTS}) == len(MUTANTS)


@pytest.mark.parametrize("name", ["release apart from the end", "the version is not in the condition"])
def test_a_broken_twin_is_caught(name: str) -> None:
    [mutant] = [each for each in MUTANTS if each.name == name]

    by, _ = tried(mutant, seeds=10)

    assert by
    assert by.startswith("simulation, seed ")


def test_what_a_mutant_replaces_has_to_be_there_just_once(tmp_path: Path) -> None:
    (tmp_path / mutants.RUNS).parent.mkdir(parents=True)
    (tmp_path / mutants.RUNS).write_text("a = 1\na = 1\n")

    with pytest.raises(ValueError, match="2 times"):
        patched(Mutant("twice", "nothing", mutants.RUNS, "a = 1", "a = 2"), tmp_path)
