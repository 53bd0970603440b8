"""Messages that are broken, forged, too large or out of date are never acted on, and never stop a run from ending."""

import json
import os
import random
from collections.abc import Callable
from typing import Any

import pytest

from local.verify import TableSet
from onboarding import clock, ids
from onboarding.domain.deadline import Deadline
from onboarding.domain.model import LARGEST_ID
from onboarding.domain.run import Executed, RunStatus
from onboarding.flows.execute_probe import execute_probe as execute_one_probe
from onboarding.flows.execute_sync import execute_sync as execute_one_sync
from onboarding.wiring import stores
from schedules import sweep
from tests import events
from tests.arranging import LEASE, claimed, dated, ended, run_entry, started
from tests.calling import call, register
from tests.deployment import Deployment, Engine, Queues, create_queues
from tests.tenant import PlainTenant
from tests.wire import Wire
from workers import dispatch_runs, execute_probe, execute_sync

pytestmark = pytest.mark.parametrize("dynamodb", ["dynamodb_local"], indirect=True)

SEED = int(os.environ.get("SEED", "1"))
BODIES = 100_000 if os.environ.get("SOAK") == "1" else 3_000

CONTEXT: Any = events.Context(function_name="execute", remaining_ms=90_000)

type Handler = Callable[[dict[str, Any], Any], dict[str, Any]]

WORKERS: dict[str, Handler] = {"probe": execute_probe.handler, "sync": execute_sync.handler}

MALFORMED = {
    "empty": "",
    "no JSON": "run 17",
    "cut off": '{"tenant_id": 1, "run_id": 1',
    "no object": "[1, 17]",
    "null": "null",
    "no run": '{"tenant_id": 1}',
    "no tenant": '{"run_id": 17}',
    "a field too many": '{"tenant_id": 1, "run_id": 17, "task_type": "initial_sync"}',
    "texts": '{"tenant_id": "1", "run_id": "17"}',
    "fractions": '{"tenant_id": 1.5, "run_id": 17.0}',
    "truth": '{"tenant_id": true, "run_id": true}',
    "below nothing": '{"tenant_id": -1, "run_id": 0}',
    "beyond what an id can be": f'{{"tenant_id": 1, "run_id": {LARGEST_ID + 1}}}',
    "a number without end": f'{{"tenant_id": 1, "run_id": {"9" * 4_000}}}',
    "not a number": '{"tenant_id": NaN, "run_id": Infinity}',
    "deep": "[" * 20_000,
    "large": json.dumps({"tenant_id": 1, "run_id": 17, "padding": "x" * 250_000}),
    "a whole run": '{"tenant_id": 1, "run": {"run_id": 17, "status": "succeeded", "claim_id": "mine"}}',
    "a lone surrogate": '{"tenant_id": 1, "run_id": "\\ud800"}',
    "control characters": '{"tenant_id": 1,\x00 "run_id": 17}',
}


def body(chance: random.Random) -> str:
    """Make a body that is broken in some way."""
    broken = chance.choice(list(MALFORMED.values()))
    match chance.randrange(4):
        case 0:
            return broken
        case 1:  # a good one with one character changed for another that breaks it
            good = '{"tenant_id": 1, "run_id": 17}'
            place = chance.randrange(len(good))
            return good[:place] + chance.choice('\x01}{]x"') + good[place + 1 :] + chance.choice("}]x")
        case 2:
            return "".join(chr(chance.choice((0x20, 0x22, 0x7B, 0x7D, 0xE9, 0x1F600))) for _ in range(40))
        case _:
            return json.dumps({chance.choice("abc"): chance.random() for _ in range(chance.randrange(5))})


@pytest.mark.parametrize("worker", WORKERS)
@pytest.mark.parametrize("text", MALFORMED.values(), ids=MALFORMED)
def test_a_malformed_message_is_given_back_and_touches_nothing(
    deployed: Deployment, wire: Wire, worker: str, text: str
) -> None:
    event = events.sqs(text)

    answer = WORKERS[worker](event, CONTEXT)

    assert events.failures(answer) == [event["Records"][0]["messageId"]]
    assert wire.calls == []


def test_so_are_thousands_made_up_at_random(
    deployed: Deployment, wire: Wire, capsys: pytest.CaptureFixture[str]
) -> None:
    chance = random.Random(SEED)  # noqa: S311 - it is to be repeated, not to be secret
    given_back = sent = 0
    for first in range(0, BODIES, 500):
        bodies = [body(chance) for _ in range(min(500, BODIES - first))]
        event = events.sqs(*bodies)
        given_back += len(events.failures(execute_probe.handler(event, CONTEXT)))
        sent += len(bodies)
        capsys.readouterr()  # each is an error with its trace

    assert (given_back, sent) == (BODIES, BODIES)
    assert wire.calls == []
    with capsys.disabled():
        print(f"\nPOISON: {sent:,} malformed bodies (seed {SEED}), {given_back:,} given back, {len(wire.calls)} calls")  # noqa: T201 - a figure for whoever runs this


def test_a_good_message_among_bad_ones_is_acted_on(deployed: Deployment) -> None:
    register()
    event = events.sqs("{", {"tenant_id": 1, "run_id": 17}, "[]")

    answer = execute_probe.handler(event, CONTEXT)

    bad = [event["Records"][place]["messageId"] for place in (0, 2)]
    assert sorted(events.failures(answer)) == bad


@pytest.mark.parametrize("worker", WORKERS)
def test_a_forged_message_reaches_nothing_of_another_tenant(deployed: Deployment, wire: Wire, worker: str) -> None:
    register(1)
    register(2)
    run_id = started("license_check", tenant=1)
    before = deployed.items(deployed.tables.runs)
    wire.reset()

    answer = WORKERS[worker](events.sqs({"tenant_id": 2, "run_id": run_id}), CONTEXT)

    assert answer == {"batchItemFailures": []}
    assert wire.operations == ["UpdateItem"]
    assert deployed.items(deployed.tables.runs) == before


@pytest.mark.parametrize("status", ["succeeded", "cancelled"])
def test_a_message_of_a_run_that_has_ended_is_gone(deployed: Deployment, status: str) -> None:
    register()
    run_id = started("license_check")
    if status == "cancelled":
        assert call("cancel_run", runId=run_id).status == 200
    else:
        ended(claimed(run_id))
    before = deployed.items(deployed.tables.runs)

    answer = execute_probe.handler(events.sqs({"tenant_id": 1, "run_id": run_id}), CONTEXT)

    assert answer == {"batchItemFailures": []}
    assert deployed.items(deployed.tables.runs) == before


def test_a_message_that_is_early_is_gone_and_the_sweep_sends_another(deployed: Deployment) -> None:
    register()
    run_id = started("initial_sync")
    dated(deployed, deployed.tables.runs, run_entry(run_id), not_before=60, outbox=-3_600, due_at=-1)

    answer = execute_sync.handler(events.sqs({"tenant_id": 1, "run_id": run_id}), CONTEXT)

    assert answer == {"batchItemFailures": []}
    dated(deployed, deployed.tables.runs, run_entry(run_id), not_before=-3_600)
    assert sweep.handler(events.schedule(), CONTEXT) == {"run_sent_again": 1}


@pytest.mark.parametrize(("task", "flow"), [("initial_sync", execute_one_probe), ("license_check", execute_one_sync)])
def test_a_run_that_came_over_the_wrong_queue_fails_and_finds_nothing(
    deployed: Deployment, task: str, flow: Callable[..., Executed | None]
) -> None:
    register()
    run_id = started(task)
    arguments: dict[str, Any] = {"deadline": Deadline(lambda: 90.0)} if flow is execute_one_sync else {}
    reports: list[str] = []

    made = flow(
        1,
        run_id,
        runs=stores.runs(),
        tenants=stores.tenants(),
        reach=lambda _connection: PlainTenant(),
        claim_id="forged",
        new_id=ids.new,
        lease=LEASE,
        clock=clock.now,
        report=reports.append,
        **arguments,
    )

    assert made is not None
    assert (made.status, reports) == (RunStatus.FAILED, ["the execution failed"])
    finding = call("get_run", runId=run_id).body["finding"]
    assert (finding["status"], finding["reason_code"]) == ("unknown", "run_failed")
    assert TableSet(*deployed.tables, deployed.dynamodb).verified()[1] == []


# ── What lies with the dead letters ──────────────────────────────────────────────────────────────────────────────────


def test_a_run_whose_messages_all_went_to_the_dead_letters_ends_with_evidence(deployed: Deployment) -> None:
    register()
    run_id = started("license_check")
    for _ in range(3):
        dated(deployed, deployed.tables.runs, run_entry(run_id), outbox=-7_200, due_at=-1)
        assert sweep.handler(events.schedule(), CONTEXT) == {"run_sent_again": 1}
    dated(deployed, deployed.tables.runs, run_entry(run_id), deadline=-1, due_at=-1)

    assert sweep.handler(events.schedule(), CONTEXT) == {"run_timed_out": 1}

    run = call("get_run", runId=run_id).body
    assert (run["status"], run["finding"]["reason_code"]) == ("timed_out", "run_timed_out")
    assert TableSet(*deployed.tables, deployed.dynamodb).verified()[1] == []


def test_what_is_redriven_from_the_dead_letters_is_worked_on_or_refused(
    deployed: Deployment, queues: Queues, moto: Engine
) -> None:
    """The runbook's redrive; moved by hand, since moto does not know StartMessageMoveTask."""
    register()
    ended_meanwhile, waiting = started("license_check"), started("rbac_check")
    ended(claimed(ended_meanwhile))
    dead = create_queues(moto, f"{deployed.tables.sessions}-dead")
    broken = '{"tenant_id": 1'
    good = [json.dumps({"tenant_id": 1, "run_id": each}) for each in (ended_meanwhile, waiting)]
    for text in (broken, *good):
        dead.sqs.send_message(QueueUrl=dead.urls["Probe"], MessageBody=text)

    for text in dead.take("Probe"):
        queues.sqs.send_message(QueueUrl=queues.urls["Probe"], MessageBody=text)
    bodies = queues.take("Probe")
    event = events.sqs(*bodies)
    answer = execute_probe.handler(event, CONTEXT)

    assert sorted(bodies) == sorted((broken, *good))
    assert events.failures(answer) == [event["Records"][bodies.index(broken)]["messageId"]]
    assert call("get_run", runId=ended_meanwhile).body["status"] == "succeeded"
    assert call("get_run", runId=waiting).body["ended_at"] is not None
    assert TableSet(*deployed.tables, deployed.dynamodb).verified()[1] == []


def test_what_could_not_be_dispatched_is_sent_again_by_the_sweep(deployed: Deployment, queues: Queues) -> None:
    register()
    run_id = started("license_check")
    dated(deployed, deployed.tables.runs, run_entry(run_id), outbox=-3_600, due_at=-1)

    sweep.handler(events.schedule(), CONTEXT)

    [image] = [item for item in deployed.items(deployed.tables.runs) if "outbox" in item]
    dispatch_runs.handler(events.stream(image, name="MODIFY"), CONTEXT)
    assert [json.loads(text) for text in queues.take("Probe")] == [{"tenant_id": 1, "run_id": run_id}]
