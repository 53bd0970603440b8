"""Fifty secrets and names planted in Microsoft's answers: none may get into tables, logs, messages or answers."""

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
import urllib3

from local.simulator.scenarios import CANARY
from local.tenants import CLIENT_ID, TENANTS
from onboarding.domain.catalogue import Task
from tests import events
from tests.arranging import opened, started
from tests.calling import call
from tests.deployment import Deployment, Queues
from tests.simulator import SECRET, Simulator
from tests.working import Worker, register_examined
from workers import dispatch_runs

pytestmark = pytest.mark.parametrize("dynamodb", ["dynamodb_local"], indirect=True)

CONTOSO = TENANTS[0]
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def planted(simulator: Simulator) -> set[str]:
    """Ask Microsoft what the scenario in play gives away, as somebody who keeps everything."""
    entra, graph = f"{simulator.url}/login/{CONTOSO.entra_tenant_id}", f"{simulator.url}/graph/v1.0"
    form = {
        "grant_type": "client_credentials",
        "client_id": str(CLIENT_ID),
        "client_secret": SECRET,
        "scope": "https://graph.microsoft.com/.default",
    }
    token = urllib3.request("POST", f"{entra}/oauth2/v2.0/token", body=urlencode(form), headers=_FORM).json()
    signed = {"Authorization": f"Bearer {token['access_token']}"}
    answers = [
        urllib3.request("GET", f"{graph}/{path}", headers=signed)
        for path in ("deviceManagement/managedDevices", "organization", "subscribedSkus")
    ]
    given_away = " ".join(f"{answer.data.decode()} {json.dumps(dict(answer.headers))}" for answer in answers)
    return set(re.findall(rf"{CANARY}-[a-z]+(?:-\d+)?", given_away))


def shown() -> Iterator[str]:
    """Give everything that the API shows of tenant 1."""
    for name in ("get_session", "list_sessions", "list_tasks", "list_evidence"):
        yield repr(call(name))
    for piece in call("list_evidence").body:
        yield repr(call("compare_evidence", evidenceId=piece["id"]))
        yield repr(call("get_run", runId=piece["operation_run_id"]))


def kept(deployed: Deployment) -> Iterator[str]:
    """Give everything that the tables hold."""
    for table in (deployed.tables.sessions, deployed.tables.runs, deployed.tables.evidence):
        yield from (repr(item) for item in deployed.items(table))


def sent(deployed: Deployment, queues: Queues, run_ids: list[int]) -> list[str]:
    """Dispatch the saved runs, and give the messages."""
    images = [item for item in deployed.items(deployed.tables.runs) if item["entry"]["S"].startswith("run#")]
    waiting = [{**image, "outbox": {"N": "1"}} for image in images]
    dispatch_runs.handler(events.stream(*waiting), events.Context())
    messages: list[str] = [*queues.take("Probe"), *queues.take("Sync")]
    assert len(messages) == len(run_ids)
    return messages


@pytest.mark.parametrize("scenario", ["talkative", "talkative_refusal"])
def test_nothing_that_microsoft_gives_away_is_kept_logged_sent_or_shown(
    worker: Worker,
    deployed: Deployment,
    queues: Queues,
    secret_arn: str,
    scenario: str,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    register_examined(secret_arn)
    opened()
    worker.simulator.play("talkative")
    canaries = planted(worker.simulator)
    worker.simulator.play(scenario)
    run_ids = []

    for task in Task:
        run_ids.append(started(task.value))
        worker.work(run_ids[-1])

    assert len(canaries) >= 50
    logged: list[Any] = [*capsys.readouterr(), *(record.__dict__ for record in caplog.records)]
    everything = {
        "tables": list(kept(deployed)),
        "logs": [repr(each) for each in logged],
        "messages": sent(deployed, queues, run_ids),
        "answers": list(shown()),
    }
    assert all(everything.values())
    assert any(str(CONTOSO.entra_tenant_id) in text for text in everything["tables"])  # what may be kept is found
    for secret in (*canaries, CANARY, SECRET, "eyJ0", "eyJh"):
        found = [place for place, texts in everything.items() if any(secret in text for text in texts)]
        assert found == [], secret
