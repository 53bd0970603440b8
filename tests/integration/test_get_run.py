import pytest

from onboarding.domain.finding import Finding, FindingStatus
from onboarding.domain.progress import Progress
from onboarding.domain.reasons import ReasonCode
from onboarding.wiring import stores
from tests.arranging import LEASE, claimed, ended, started
from tests.calling import call, register
from tests.deployment import Deployment
from tests.matching import A_REMEDY, AN_ID, AN_INSTANT, a_problem, a_run

pytestmark = pytest.mark.parametrize("dynamodb", ["dynamodb_local"], indirect=True)


@pytest.fixture(autouse=True)
def _registered(deployed: Deployment) -> None:
    assert deployed
    register()


def test_a_queued_run_is_shown_with_when_to_look_again() -> None:
    run_id = started("rbac_check", user=3)

    answer = call("get_run", user=4, runId=run_id)

    assert (answer.status, answer.body) == (200, a_run("rbac_check", id=run_id, started_by_user_id=3))
    assert answer.headers["retry-after"] == "2"


def test_a_running_run_shows_its_progress() -> None:
    run = claimed(started("initial_sync"))
    progress = Progress(done=1, total=6, message="12 device configurations read")
    assert run.lease_until
    stores.runs().checkpoint(run, progress, {}, run.lease_until + LEASE)

    answer = call("get_run", runId=run.id)

    expected = a_run(
        "initial_sync",
        id=run.id,
        status="running",
        attempts=1,
        started_at=AN_INSTANT,
        progress={"done": 1, "total": 6, "message": "12 device configurations read"},
    )
    assert (answer.status, answer.body) == (200, expected)
    assert answer.headers["retry-after"] == "2"


def test_an_ended_run_shows_what_it_found_and_the_remedy() -> None:
    run = claimed(started("rbac_check"))
    evidence = ended(run, Finding.because(FindingStatus.FAIL, ReasonCode.ROLE_MISSING, message="Not assigned."))

    answer = call("get_run", runId=run.id)

    finding = {
        "status": "fail",
        "reason_code": "role_missing",
        "message": "Not assigned.",
        "evidence_id": evidence.id,
        "remedy": A_REMEDY,
    }
    expected = a_run(
        "rbac_check",
        id=run.id,
        status="succeeded",
        attempts=1,
        started_at=AN_INSTANT,
        ended_at=AN_INSTANT,
        finding=finding,
    )
    assert (answer.status, answer.body) == (200, expected)
    assert "retry-after" not in answer.headers
    assert evidence.id == AN_ID


@pytest.mark.parametrize("tenant", [1, 2])
def test_a_run_that_the_tenant_does_not_have_is_not_found(tenant: int) -> None:
    register(2)
    run_id = started("rbac_check") if tenant == 2 else 5

    answer = call("get_run", tenant=tenant, runId=run_id)

    assert (answer.status, answer.body) == (404, a_problem("run_not_found", 404))
