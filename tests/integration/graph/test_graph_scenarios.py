import pytest

from onboarding.domain.catalogue import Task
from onboarding.domain.finding import FindingStatus
from tests.simulator import Examiner


@pytest.mark.parametrize("task", Task)
def test_a_healthy_tenant_is_ok_in_every_task(examiner: Examiner, task: Task) -> None:
    examiner.simulator.play("healthy")

    finding = examiner.examine(task)

    assert (finding.status, finding.reason_code) == (FindingStatus.OK, None), finding
