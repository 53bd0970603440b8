"""No task ever says that all is well where it is not: in no scenario, alone or two at once.

What is true of a tenant the simulator states itself, as data, beside what it plays.
"""

import time
from datetime import timedelta
from itertools import combinations

import pytest

from local.simulator.scenarios import SCENARIOS, Scenario, combined, named
from onboarding.domain.catalogue import Task
from onboarding.domain.connection import Connection
from onboarding.domain.deadline import Deadline
from onboarding.domain.finding import Finding, FindingStatus, Obstacle
from onboarding.graph.batch import Batch
from onboarding.tasks import PROBES
from tests.simulator import NOW, Examiner

ALONE = {
    *("slow", "token_throttled"),  # two seconds a call, and hundreds of tokens asked for in vain
    *("large_inventory", "large_flaky_inventory", "large_throttled_inventory"),  # as many calls as all others together
}
"""Played alone only, for the time they take; what they say of a tenant, others say as well."""

PLAYED = [name for name in SCENARIOS if name not in {"healthy", *ALONE}]

PAIRS = {name: [other for one, other in combinations(PLAYED, 2) if one == name] for name in PLAYED}


def named_scenario(name: str) -> Scenario:
    scenario = named(name)
    assert scenario
    return scenario


def lies(examiner: Examiner, name: str, **ago: float) -> list[str]:
    """Play *name* to every task of which ok would not be true; list those that say so all the same."""
    truth = named_scenario(name).truth
    connection = examiner.connection(consented_at=NOW - timedelta(**ago) if ago else None)
    untrue = [task for task in Task if not truth[task]]
    if untrue:
        examiner.simulator.play(name)
    if name == "slow":
        examiner.seconds = time.monotonic  # otherwise a busy machine would be warned of, whatever was found
    batch, told = examiner.batch(), []
    for task in untrue:
        finding = _found(task, examiner, batch, connection)
        if finding.status is FindingStatus.OK:
            told.append(f"{name}: {task.value} says {finding.message}")
    return told


def _found(task: Task, examiner: Examiner, batch: Batch, connection: Connection) -> Finding:
    """Run *task*; probes share a batch, as they do in a worker, and what a token was refused with."""
    if task is Task.INITIAL_SYNC:
        return examiner.examine(task, connection)
    try:
        return PROBES[task](batch.tenant(connection, Deadline(lambda: 90.0)), connection, NOW)
    except Obstacle as obstacle:
        return obstacle.finding


def test_the_truth_is_stated_of_every_task() -> None:
    assert {frozenset(scenario.truth) for scenario in SCENARIOS.values()} == {frozenset(Task)}


def test_of_a_healthy_tenant_everything_is_true_and_every_task_has_a_scenario_in_which_it_is_not() -> None:
    assert set(SCENARIOS["healthy"].truth.values()) == {True}
    assert {task for scenario in SCENARIOS.values() for task, true in scenario.truth.items() if not true} == set(Task)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_alone_no_scenario_is_called_well_where_it_is_not(examiner: Examiner, scenario: str) -> None:
    assert lies(examiner, scenario) == []


@pytest.mark.parametrize("scenario", ["consent_missing", "consent_propagating", "consent_revoked", "app_absent"])
def test_a_consent_that_was_just_recorded_makes_nothing_well(examiner: Examiner, scenario: str) -> None:
    assert lies(examiner, scenario, minutes=3) == []


@pytest.mark.parametrize("scenario", PLAYED)
def test_two_at_once_are_not_called_well_where_they_are_not(examiner: Examiner, scenario: str) -> None:
    pairs = [f"{scenario}+{other}" for other in PAIRS[scenario] if named(f"{scenario}+{other}")]

    assert [lie for pair in pairs for lie in lies(examiner, pair)] == []


def test_most_scenarios_can_be_played_two_at_once() -> None:
    possible = [pair for pair in combinations(PLAYED, 2) if named("+".join(pair))]

    assert len(possible) > len(PLAYED) * (len(PLAYED) - 1) / 2 * 0.6


def test_what_two_scenarios_lack_is_lacking_and_what_they_have_too_much_is_too_much() -> None:
    both = named_scenario("permission_missing+permission_excess")

    assert "DeviceManagementConfiguration.Read.All" not in both.granted
    assert "Directory.ReadWrite.All" in both.granted


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("app_absent", "app_disabled"),
        ("no_licence", "licence_warning"),
        ("throttled_twice", "unavailable"),
        ("consent_propagating", "consent_revoked"),
    ],
)
def test_scenarios_that_exclude_each_other_are_not_played_at_once(one: str, other: str) -> None:
    assert combined(SCENARIOS[one], SCENARIOS[other]) is None
    assert named(f"{one}+{other}") is None


def test_a_task_that_says_ok_where_it_is_not_is_caught(examiner: Examiner) -> None:
    # Asked over a connection that expects no domain, this one cannot know better.
    examiner.simulator.play("wrong_tenant")

    finding = examiner.examine(Task.CONNECTION_DIAGNOSTICS, examiner.connection(expected_domain=None))

    assert finding.status is FindingStatus.OK
    assert not named_scenario("wrong_tenant").truth[Task.CONNECTION_DIAGNOSTICS]
