"""Every start and end of a run, and every piece of evidence, becomes an event, from what the stream shows."""

from collections.abc import Callable
from typing import Any

import pytest

from tests import events, schemas
from tests.arranging import claimed, ended, run_entry, started, stored
from tests.calling import call, register
from tests.deployment import Deployment
from workers.publish_runs import handler

type Heard = Callable[[], list[dict[str, Any]]]


@pytest.fixture(autouse=True)
def _registered(deployed: Deployment) -> None:
    assert deployed
    register()


def image(deployed: Deployment, run_id: int) -> dict[str, Any]:
    """Give a run as the stream shows it now."""
    return stored(deployed, deployed.tables.runs, run_entry(run_id)) or {}


def test_a_run_is_told_of_as_it_starts_and_as_it_ends_with_what_it_found(deployed: Deployment, heard: Heard) -> None:
    run_id = started("rbac_check")
    images = [image(deployed, run_id)]
    run = claimed(run_id)
    images.append(image(deployed, run_id))
    evidence = ended(run)
    images.append(image(deployed, run_id))

    answer = handler(events.stream(*images), events.Context())

    told = [event["detail"] for event in heard()]
    assert answer == {"batchItemFailures": []}
    assert [each["id"] for each in told] == [
        f"1-run_started-{run_id}",
        f"1-run_ended-{run_id}",
        f"1-evidence_recorded-{evidence.id}",
    ]
    assert [list(schemas.events().iter_errors(each)) for each in told] == [[], [], []]
    about = {"tenant_id": 1, "run_id": run_id, "task_type": "rbac_check", "connection_id": 101, "session_id": None}
    assert told[2]["data"] == about | {
        "at": told[1]["time"],
        "started_by_user_id": 1,
        "in_nobodys_name": False,
        "evidence_id": evidence.id,
        "status": "ok",
        "reason_code": None,
    }


def test_a_cancelled_run_leaves_no_evidence_to_tell_of(deployed: Deployment, heard: Heard) -> None:
    run_id = started("rbac_check")
    assert call("cancel_run", runId=run_id).status == 200

    handler(events.stream(image(deployed, run_id)), events.Context())

    [told] = [event["detail"]["data"] for event in heard()]
    assert (told["status"], told["evidence_id"]) == ("cancelled", None)


def test_what_is_shown_twice_has_the_same_id(deployed: Deployment, heard: Heard) -> None:
    shown = image(deployed, started("rbac_check"))

    handler(events.stream(shown, shown), events.Context())

    assert len({event["detail"]["id"] for event in heard()}) == 1


def test_what_is_no_run_is_told_to_nobody(deployed: Deployment, heard: Heard) -> None:
    started("rbac_check")
    guard = stored(deployed, deployed.tables.runs, "board#guard") or {}

    assert handler(events.stream(guard), events.Context()) == {"batchItemFailures": []}
    assert heard() == []
