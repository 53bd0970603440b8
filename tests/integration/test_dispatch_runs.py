import json
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from onboarding import clock
from onboarding.domain.catalogue import Kind
from onboarding.domain.run import Run
from onboarding.flows.dispatch_runs import dispatch_runs
from onboarding.queues import Queues as SendingQueues
from onboarding.wiring import stores
from tests import events
from tests.arranging import PROBES, claimed, run_entry, started, stored
from tests.calling import register
from tests.deployment import REGION, Deployment, Queues
from workers.dispatch_runs import handler


@pytest.fixture(autouse=True)
def _registered(deployed: Deployment) -> None:
    assert deployed
    register()


def image(deployed: Deployment, run_id: int) -> dict[str, Any]:
    """Read a run's item as the stream shows it."""
    return stored(deployed, deployed.tables.runs, run_entry(run_id)) or {}


def test_what_was_saved_is_sent_to_the_queue_of_its_kind(deployed: Deployment, queues: Queues) -> None:
    probe = started("rbac_check")
    register(2)
    sync = started("initial_sync", tenant=2)
    saved = stored(deployed, deployed.tables.runs, run_entry(sync), tenant=2) or {}

    answer = handler(events.stream(image(deployed, probe), saved), events.Context())

    assert answer == {"batchItemFailures": []}
    assert [json.loads(body) for body in queues.take("Probe")] == [{"tenant_id": 1, "run_id": probe}]
    assert [json.loads(body) for body in queues.take("Sync")] == [{"tenant_id": 2, "run_id": sync}]


def test_messages_go_by_their_tenants_so_that_a_slow_one_holds_nobody_up(deployed: Deployment, queues: Queues) -> None:
    register(2)
    images = [image(deployed, started("rbac_check")), image(deployed, started("license_check"))]
    other = started("rbac_check", tenant=2)
    images.append(stored(deployed, deployed.tables.runs, run_entry(other), tenant=2) or {})

    handler(events.stream(*images), events.Context())

    received = queues.sqs.receive_message(
        QueueUrl=queues.urls["Probe"], MaxNumberOfMessages=10, MessageSystemAttributeNames=["MessageGroupId"]
    )
    groups = [
        (json.loads(each["Body"])["tenant_id"], each["Attributes"]["MessageGroupId"]) for each in received["Messages"]
    ]
    assert sorted(groups) == [(1, "1"), (1, "1"), (2, "2")]


def test_more_than_ten_are_sent_in_several_requests(deployed: Deployment, queues: Queues) -> None:
    runs = []
    for tenant in (1, 2):
        register(tenant)
        runs += [(tenant, started(task, tenant=tenant)) for task in PROBES]
    images = [stored(deployed, deployed.tables.runs, run_entry(run_id), tenant=tenant) or {} for tenant, run_id in runs]

    answer = handler(events.stream(*images), events.Context())

    assert answer == {"batchItemFailures": []}
    assert sorted(json.loads(body)["run_id"] for body in queues.take("Probe")) == sorted(run_id for _, run_id in runs)


def test_what_asks_for_nothing_is_not_sent(deployed: Deployment, queues: Queues) -> None:
    run_id = started("rbac_check")
    claimed(run_id)

    answer = handler(events.stream(image(deployed, run_id), name="MODIFY"), events.Context())

    assert answer == {"batchItemFailures": []}
    assert queues.take("Probe") == []


def test_a_run_that_may_start_only_later_than_a_queue_can_hold_it_is_left_to_the_sweep(
    deployed: Deployment, queues: Queues
) -> None:
    run = claimed(started("initial_sync"))
    now = clock.now()
    stores.runs().put_back(run, not_before=now + timedelta(minutes=16), now=now)

    answer = handler(events.stream(image(deployed, run.id), name="MODIFY"), events.Context())

    assert answer == {"batchItemFailures": []}
    assert queues.take("Sync") == []


@pytest.fixture
def sqs() -> Any:
    """A client of SQS that answers what it is told to."""
    return boto3.client("sqs", region_name=REGION)


NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
URLS = {Kind.PROBE: "https://sqs.invalid/probe", Kind.EXCLUSIVE: "https://sqs.invalid/sync"}


@pytest.mark.parametrize(
    ("wait", "delay"),
    [
        (timedelta(0), 0),
        (timedelta(seconds=-5), 0),
        (timedelta(milliseconds=1), 1),
        (timedelta(seconds=20), 20),
        (timedelta(seconds=20, milliseconds=1), 21),
        (timedelta(seconds=900), 900),
    ],
)
def test_a_delay_is_rounded_up(deployed: Deployment, sqs: Any, wait: timedelta, delay: int) -> None:
    run = saved_run(deployed, started("initial_sync")).model_copy(update={"not_before": NOW + wait})
    body = json.dumps({"tenant_id": 1, "run_id": run.id})

    with Stubber(sqs) as answers:
        entry = {"Id": "0", "MessageBody": body, "DelaySeconds": delay, "MessageGroupId": "1"}
        expected = {"QueueUrl": URLS[Kind.EXCLUSIVE], "Entries": [entry]}
        answers.add_response("send_message_batch", {"Successful": [], "Failed": []}, expected)
        lost = dispatch_runs([run], queues=SendingQueues(sqs, URLS), now=NOW)

    assert lost == frozenset()


def saved_run(deployed: Deployment, run_id: int) -> Run:
    """Read a run from its table, as it is kept."""
    assert deployed
    run = stores.runs().get(1, run_id)
    assert run
    return run


def test_what_a_queue_does_not_take_is_to_be_tried_again(deployed: Deployment, sqs: Any) -> None:
    runs = [saved_run(deployed, started(task)) for task in PROBES[:3]]
    failed = {"Id": "1", "SenderFault": False, "Code": "InternalError"}

    with Stubber(sqs) as answers:
        answers.add_response("send_message_batch", {"Successful": [], "Failed": [failed]})
        lost = dispatch_runs(runs, queues=SendingQueues(sqs, URLS), now=NOW)

    assert lost == {1}


def test_a_queue_that_is_gone_fails_the_whole_batch_so_that_it_is_tried_again(
    deployed: Deployment, queues: Queues
) -> None:
    event = events.stream(image(deployed, started("rbac_check")))
    deployed.configure(PROBE_QUEUE_URL=f"{queues.urls['Probe']}-gone")

    with pytest.raises(queues.sqs.exceptions.QueueDoesNotExist):
        handler(event, events.Context())
