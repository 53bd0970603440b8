import pytest

from onboarding.domain.catalogue import CATALOGUE, REQUIRED, Kind, Spec, Step, Task
from onboarding.errors import NotFound


def test_the_catalogue_says_of_each_task_its_step_and_its_kind_in_step_order() -> None:
    assert list(CATALOGUE.items()) == [
        (Task.CONSENT_STATUS, Spec(Step(2), Kind.PROBE, required=True)),
        (Task.VERIFY_PERMISSIONS, Spec(Step(3), Kind.PROBE, required=True)),
        (Task.CONNECTION_DIAGNOSTICS, Spec(Step(3), Kind.PROBE, required=True)),
        (Task.LICENSE_CHECK, Spec(Step(3), Kind.PROBE, required=True)),
        (Task.INTUNE_STATUS, Spec(Step(3), Kind.PROBE, required=True)),
        (Task.RBAC_CHECK, Spec(Step(3), Kind.PROBE, required=True)),
        (Task.INITIAL_SYNC, Spec(Step(4), Kind.EXCLUSIVE, required=True)),
    ]


def test_every_task_is_in_the_catalogue_and_knows_what_it_says() -> None:
    assert {task: task.spec for task in Task} == CATALOGUE


def test_all_tasks_are_required() -> None:
    assert tuple(Task) == REQUIRED


@pytest.mark.parametrize("task", Task)
def test_a_task_is_found_by_its_name(task: Task) -> None:
    assert Task.named(task.value) is task


@pytest.mark.parametrize(
    "name", ["", "Consent_Status", "consent_status ", "CONSENT_STATUS", "run_everything", "rbac_checķ"]
)
def test_an_unknown_name_is_refused_and_not_repeated(name: str) -> None:
    with pytest.raises(NotFound) as refused:
        Task.named(name)

    assert refused.value.code == "task_type_unknown"
    assert refused.value.message == "There is no such task."
    assert refused.value.fields == {}
