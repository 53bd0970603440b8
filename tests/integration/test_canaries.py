"""Secrets and names planted wherever they could come in: none may get into tables, logs, messages or answers.

What is logged is judged before the formatter's net (`onboarding.log`) catches anything: `caplog` has the records as the
code wrote them.
"""

import json
import re
from collections.abc import Iterator
from importlib import import_module
from typing import cast
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import pytest
import urllib3

from local.simulator.scenarios import CANARY
from local.tenants import CLIENT_ID, TENANTS
from local.verify import plain
from onboarding.domain.catalogue import Task
from onboarding.domain.events import of_entry, of_run
from onboarding.domain.tenant import Area, Page, Tenant
from onboarding.event_bus import Envelope
from onboarding.storage.audit import entry_of
from onboarding.storage.runs import run_of
from schedules import sweep
from tests import events
from tests.arranging import ADMIN, dated, opened, run_entry, started, stored
from tests.calling import call, connection, register
from tests.deployment import Deployment, Queues
from tests.simulator import SECRET, Simulator
from tests.tallies import tally
from tests.working import Worker, register_examined
from workers import dispatch_runs

pytestmark = pytest.mark.parametrize("dynamodb", ["dynamodb_local"], indirect=True)

CONTOSO = TENANTS[0]
TALLY = "CANARIES: {planted} planted, {looked:,} looks for one, {found} found"
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
    asked = f"{entra}/oauth2/v2.0/token"
    token = urllib3.request("POST", asked, body=urlencode(form), headers=_FORM, timeout=60).json()
    signed = {"Authorization": f"Bearer {token['access_token']}"}
    answers = [
        urllib3.request("GET", f"{graph}/{path}", headers=signed, timeout=60)
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
    for table in deployed.tables:
        yield from (repr(item) for item in deployed.items(table))


def told(deployed: Deployment) -> Iterator[str]:
    """Give every event that is told of what the tables hold."""
    kept_runs, kept_entries = (deployed.items(table) for table in (deployed.tables.runs, deployed.tables.audit))
    runs = [run_of(plain({"M": item})) for item in kept_runs if item["entry"]["S"].startswith("run#")]
    entries = [entry_of(plain({"M": item})) for item in kept_entries]
    for event in (*(event for run in runs for event in of_run(run)), *map(of_entry, entries)):
        yield Envelope.of(event).model_dump_json()


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
    assert any(each.endswith("skiptoken") for each in canaries)
    everything = {
        "tables": list(kept(deployed)),
        "logs": logged(capsys, caplog),
        "messages": sent(deployed, queues, run_ids),
        "answers": list(shown()),
        "events": list(told(deployed)),
    }
    assert all(everything.values())
    assert any(str(CONTOSO.entra_tenant_id) in text for text in everything["tables"])  # what may be kept is found
    assert found({*canaries, CANARY, SECRET, "eyJ0", "eyJh"}, everything) == []


def logged(capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> list[str]:
    """Give what was written to the log, and each record of it as the code made it."""
    return [repr(each) for each in (*capsys.readouterr(), *(record.__dict__ for record in caplog.records))]


def found(canaries: set[str], everything: dict[str, list[str]]) -> list[str]:
    """Name the canaries that are somewhere, and where; count them."""
    out = caught(canaries, everything)
    tally(TALLY).update(planted=len(canaries), looked=len(canaries) * len(everything), found=len(out))
    return out


def caught(canaries: set[str], everything: dict[str, list[str]]) -> list[str]:
    return [
        f"{canary} in {place}"
        for place, texts in everything.items()
        for canary in sorted(canaries)
        if any(canary in text for text in texts)
    ]


def hurry(worker: Worker) -> None:
    """Let the invocation's time run out once the first page of a list is read that has another."""
    pages: list[Page] = []

    class Hurried:
        def __init__(self, tenant: Tenant) -> None:
            self._tenant = tenant

        def page(self, area: Area, link: str | None) -> Page:
            pages.append(self._tenant.page(area, link))
            return pages[-1]

    worker.reach = lambda tenant: cast("Tenant", Hurried(tenant))
    worker.seconds_left = lambda: 0.0 if pages and pages[-1].next_link else 90.0


def test_a_name_in_a_next_link_lies_with_the_run_that_is_put_back_until_it_ends_and_nowhere_else(
    worker: Worker,
    deployed: Deployment,
    queues: Queues,
    secret_arn: str,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Without the link it could not go on; the table is encrypted, and no route shows what a run goes on from."""
    register_examined(secret_arn)
    opened()
    worker.simulator.play("talkative")
    run_id = started("initial_sync")
    hurry(worker)

    assert worker.work(run_id) == ["queued"]

    run = stored(deployed, deployed.tables.runs, run_entry(run_id)) or {}
    assert f"{CANARY}-skiptoken" in plain(run["resume"])
    everything = {
        "tables": [text for text in kept(deployed) if text != repr(run)],
        "the run": [repr({name: value for name, value in run.items() if name != "resume"})],
        "logs": logged(capsys, caplog),
        "messages": sent(deployed, queues, [run_id]),
        "answers": [repr(call("get_run", runId=run_id)), *map(repr, map(call, ("list_tasks", "get_session")))],
    }
    assert found({CANARY}, everything) == []

    worker.seconds_left = lambda: 90.0
    assert worker.work(run_id) == ["succeeded"]
    everything = {"tables": list(kept(deployed)), "logs": logged(capsys, caplog), "answers": list(shown())}
    assert found({CANARY}, everything) == []


@pytest.mark.parametrize("end", ["cancelled", "timed out"])
def test_such_a_name_goes_with_a_run_that_never_goes_on(
    worker: Worker, deployed: Deployment, secret_arn: str, end: str
) -> None:
    register_examined(secret_arn)
    worker.simulator.play("talkative")
    run_id = started("initial_sync")
    hurry(worker)
    assert worker.work(run_id) == ["queued"]
    assert any(CANARY in text for text in kept(deployed))

    if end == "cancelled":
        assert call("cancel_run", runId=run_id).status == 200
    else:
        dated(deployed, deployed.tables.runs, run_entry(run_id), deadline=-1, due_at=-1)
        assert sweep.handler(events.schedule(), None) == {"run_timed_out": 1}

    assert found({CANARY}, {"tables": list(kept(deployed))}) == []


PEM = "-----BEGIN PRIVATE KEY-----\nMIIEcanaryPEM7f3a9c\n-----END PRIVATE KEY-----"
PASTED = {
    "a secret for its ARN": {"credential_arn": "canary-pasted-arn"},
    "a secret after its ARN": {"credential_arn": "arn:aws:secretsmanager:x:secret:canary-after"},
    "a secret in a field of its own": {"client_secret": "canary-client-secret"},
    "a key for its ARN": {"credential_kind": "certificate", "credential_arn": PEM, "certificate_thumbprint": "ab" * 32},
    "a key for its thumbprint": {"credential_kind": "certificate", "certificate_thumbprint": PEM},
    "a secret for the application": {"client_id": "canary-for-the-client"},
    "a secret for the tenant": {"entra_tenant_id": "canary-for-the-tenant"},
    "a secret for the kind": {"credential_kind": "canary-kind"},
    "a secret for the moment": {"credential_expires_at": "canary-moment"},
}
HEADERS = {
    "Authorization": "Bearer eyJcanary-authorization",
    "Cookie": "sid=canary-cookie",
    "User-Agent": "canary-agent",
    "Referer": "https://x.example/?canary-referer",
    "X-Forwarded-For": "canary-forwarded",
    "X-Api-Key": "canary-api-key",
}


def test_nothing_that_people_paste_or_strangers_bring_is_kept_logged_or_repeated(
    deployed: Deployment, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    register()
    session_id = opened()
    link = call("create_consent_link", connectionId=101, headers=HEADERS).body["url"]
    state = parse_qs(urlsplit(link).query)["state"]
    strangers = [
        f"state={quote(state[0])}canary-state&admin_consent=True&tenant=canary-tenant",
        f"state={quote(state[0])}&admin_consent=True&tenant=canary-another",
        "error=canary-error&error_description=canary-description&error_uri=https://canary-uri",
        f"code=canary-code&state={quote(state[0])}&error=x",
    ]

    answers = [
        *(call("register_connection", connectionId=102, body=connection() | it, **ADMIN) for it in PASTED.values()),
        call("list_evidence", query="cursor=canary-cursor", headers=HEADERS),
        call("list_evidence", query="cursor=Y2FuYXJ5LWN1cnNvcg=="),
        call("list_evidence", query="taskType=canary-task"),
        call("start_run", taskType="canary-task-type"),
        call("start_run", taskType="rbac_check", headers={"Idempotency-Key": "canary-\u00fc"}),
        call("update_session", sessionId=session_id, body={}, headers={"If-Match": "canary-match"}),
        call("update_session", sessionId=session_id, body='{"current_step": "canary-step"}'),
        call("update_session", sessionId=session_id, body="canary-no-json"),
        call("update_session", sessionId=session_id, body="{}", headers={"Content-Type": "canary/type"}),
        call("get_session", tenant="canary-id"),
        call("get_session", user=9, headers=HEADERS),
    ]
    pages = [
        import_module("api.record_consent").handler(
            events.http("GET", "/consent/callback", query=query, headers=HEADERS, anonymous=True), events.Context()
        )
        for query in strangers
    ]

    assert {answer.status for answer in answers} <= {400, 404, 412, 415}
    assert {page["statusCode"] for page in pages} == {400}
    canaries = {"canary", "Y2FuYXJ5", state[0].rpartition(".")[2]}
    everything = {
        "tables": list(kept(deployed)),
        "logs": logged(capsys, caplog),
        "answers": [repr(each) for each in (*answers, *pages)],
    }
    assert found(canaries, everything) == []


def test_a_name_that_is_kept_is_kept_in_one_place_and_never_logged(
    deployed: Deployment, queues: Queues, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    register()
    call("register_tenant", body={"name": "canary-name"}, **ADMIN)
    run_id = call("start_run", taskType="rbac_check", headers={"Idempotency-Key": "canary-key"}).body["run_id"]
    page = call("list_tasks"), call("get_session"), call("get_run", runId=run_id)

    everything = {
        "logs": logged(capsys, caplog),
        "messages": sent(deployed, queues, [run_id]),
        "answers": [repr(each) for each in page],
        "evidence and audit": [repr(deployed.items(each)) for each in deployed.tables[2:]],
    }

    assert found({"canary"}, everything) == []
    places = [
        (item["entry"]["S"], name)
        for table in deployed.tables[:2]
        for item in deployed.items(table)
        for name in item
        if "canary" in repr(item[name])
    ]
    assert places == [("tenant", "name"), (f"key#{1:016d}#canary-key", "entry")]


def test_a_canary_that_got_out_is_caught(deployed: Deployment) -> None:
    """The judge is no judge unless it can find fault."""
    assert deployed
    assert caught({CANARY}, {"logs": ["", f"x{CANARY}-device-1"], "tables": []}) == [f"{CANARY} in logs"]
