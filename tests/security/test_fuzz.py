"""Requests and messages made up by chance: never an error of ours, never a run that is stuck, nothing odd is kept.

`make fuzz` makes up a hundred thousand; what it found wrong has a plain test of its own.
"""

import json
import os
import random
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest

from local.verify import TableSet
from onboarding.routes import ROUTES
from tests import events
from tests.arranging import claimed, ended, opened, started
from tests.calling import call, connection, register
from tests.deployment import Deployment
from tests.security.mutations import MARK, Shape, message, request
from tests.tallies import tally
from workers import execute_probe, execute_sync

pytestmark = pytest.mark.parametrize("dynamodb", ["dynamodb_local"], indirect=True)

SEED = int(os.environ.get("SEED", "1"))
SOAK = os.environ.get("SOAK") == "1"
PARTS = 4
REQUESTS = (80_000 if SOAK else 2_000) // PARTS
MESSAGES = (20_000 if SOAK else 2_000) // PARTS
ROUND = 250
"""Requests after which everybody is put back to their place, and what is under way is ended."""

TALLY = f"FUZZ (seed {SEED}): {{requests:,}} requests ({{2xx:,}} done, {{4xx:,}} refused, {{5xx}} broken)"
MESSAGE_TALLY = f"FUZZ (seed {SEED}): {{messages:,}} messages ({{back:,}} given back, {{ignored:,}} of no run)"

ASKED = sorted(ROUTES.keys() - {"preflight_connection"})
"""Every route but the one that would ask Microsoft."""

CONTEXT: Any = events.Context(function_name="execute", remaining_ms=90_000)

_SESSION = {
    *("session_id", "provider_connection_id", "status", "current_step", "assigned_to_user_id", "locked_by_user_id"),
    *("locked_until", "version", "created_at", "updated_at", "write_id", "note", "waiting_until"),
}
_FINDING = {
    *("task_type", "status", "reason_code", "message", "connection_id", "run_id", "evidence_id", "recorded_at"),
    *("next_check_at", "due_at", "due_shard", "recheck_at"),
}
KNOWN: dict[str, dict[str, set[str]]] = {
    "sessions": {
        "tenant": {"name", "connection_ids", "drifted_at", "last_completed"},
        "member": {"user_id", "role"},
        "connection": {
            *("connection_id", "entra_tenant_id", "client_id", "cloud", "expected_domain", "credential_kind"),
            *("credential_arn", "certificate_thumbprint", "credential_expires_at", "consented_at"),
        },
        "open": {*_SESSION, "due_at", "due_shard"},
        "closed": {*_SESSION, "closed_at", "completion"},
        "consent": {"connection_id", "requested_by_user_id", "requested_at", "ends_at", "expires_at", "used_at"},
    },
    "runs": {
        "run": {
            *("run_id", "task_type", "status", "connection_id", "session_id", "started_by_user_id", "queued_at"),
            *("deadline", "attempts", "sendings", "outbox", "due_shard", "due_at", "claim_id", "lease_until"),
            *("started_at", "ended_at", "progress", "resume", "finding", "cancel_requested_at", "not_before"),
        },
        "board#guard": {"active", "last", "newest_run_at", "exclusive_run", "starts", "counted_since"},
        "board#finding": _FINDING,
        "key": {"run_id", "task_type", "reused", "ends_at", "expires_at"},
    },
    "evidence": {
        "": {
            *("evidence_id", "task_entry", "session_id", "connection_id", "task_type", "status", "reason_code"),
            *("message", "payload", "run_id", "recorded_at"),
        }
    },
    "audit": {"": {"entry_id", "at", "act", "by_user_id", "source_ip", "request_id", "session_id", "details"}},
}
"""Every attribute that a kind of item may have, by table and by how its entry begins; all have their key."""

FREE = {"name", "entry", "note"}
"""Where what a caller wrote is kept as it is: a tenant's name, the entry of an idempotency key, and a note."""


EDITS: list[dict[str, object]] = [
    {"current_step": 1},
    {"current_step": 2},
    {"assigned_to_user_id": 3},
    {"takeover": True},
    {},
    {"provider_connection_id": 101, "takeover": None},
    {"note": f"{MARK} calls back.", "waiting_until": "2026-03-02T09:30:00Z"},
    {"assigned_to_user_id": 3, "note": None},
    {"status": "abandoned"},
]


class Person:
    """Whose requests these are: mostly somebody who may."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance

    def __call__(self, name: str) -> dict[str, Any]:
        if name.startswith(("register", "remove")) or self._chance.random() < 0.05:
            return {"user": 100, "scope": "onboarding.admin"}
        return {"user": self._chance.choice((1, 1, 1, 2, 3, 4, 9))}


def shapes(session_id: int, run_id: int, chance: random.Random) -> dict[str, Shape]:
    """Say how each route is asked when nothing is wrong."""
    tenant = {"tenantId": 1}
    task = chance.choice(("rbac_check", "license_check", "consent_status", "initial_sync"))
    role = {"role": chance.choice(("readonly", "operator", "manager", "owner"))}
    return {
        **{name: Shape(tenant) for name in ASKED},
        "update_session": Shape({**tenant, "sessionId": session_id}, chance.choice(EDITS)),
        "create_session": Shape(tenant, {}),
        "start_run": Shape({**tenant, "taskType": task}, {}),
        "get_run": Shape({**tenant, "runId": run_id}),
        "cancel_run": Shape({**tenant, "runId": run_id}, {}),
        "compare_evidence": Shape({**tenant, "evidenceId": 5}),
        "register_tenant": Shape({"tenantId": chance.randint(1, 3)}, {"name": f"{MARK} Ltd"}),
        "register_member": Shape({**tenant, "userId": chance.randint(1, 9)}, role),
        "remove_member": Shape({**tenant, "userId": chance.randint(1, 9)}),
        "register_connection": Shape({**tenant, "connectionId": 101}, {**connection(), "expected_domain": "a.example"}),
        "create_consent_link": Shape({**tenant, "connectionId": 101}, {}),
        "record_consent": Shape({}, query="admin_consent=True&state=1.101.x&tenant=y"),
        "list_evidence": Shape(tenant, query="limit=1"),
        "serve_page": Shape({"proxy": chance.choice(("config.json", "tenants/1", "assets/index-1.js"))}),
    }


def judge(answer: dict[str, Any]) -> None:
    """Demand what holds of every answer: it says something that can be sent, and is no error of ours."""
    assert 200 <= answer["statusCode"] < 500
    answer["body"].encode()
    if answer["headers"].get("content-type", "").startswith("application/"):
        json.loads(answer["body"])
    for name, value in answer["headers"].items():
        assert f"{name}{value}".isascii()
        assert f"{name}{value}".isprintable()


def put_back() -> tuple[int, int]:
    """Put everybody back to their place, and end what is under way; give the open session and a run of it."""
    register()
    for task in call("list_tasks").body:
        if task["active_run_id"] is not None:
            ended(claimed(task["active_run_id"]))
    session_id = opened()
    edit = {"provider_connection_id": 101, "takeover": True}
    assert call("update_session", sessionId=session_id, body=edit).status == 200
    return session_id, started("rbac_check")


def strange(deployed: Deployment) -> Iterator[str]:
    """Name what is kept and should not be: attributes that nobody knows, and texts that nobody wrote."""
    for table, name in deployed.tables._asdict().items():
        for item in deployed.items(name):
            entry = item.get("entry", {"S": ""})["S"]
            known = max((kind for kind in KNOWN[table] if entry.startswith(kind)), key=len, default=None)
            allowed = {"tenant_id", "entry"} | (KNOWN[table][known] if known is not None else set())
            yield from (f"{table}: {entry} has {each}" for each in sorted(item.keys() - allowed))
            if MARK in json.dumps({each: value for each, value in item.items() if each not in FREE}):
                yield f"{table}: {entry} says what was made up"


@pytest.mark.parametrize("part", range(PARTS))
def test_requests_made_up_by_chance_break_nothing_and_leave_nothing(
    deployed: Deployment, part: int, capsys: pytest.CaptureFixture[str]
) -> None:
    deployed.configure(RUN_BUDGET="1000000")  # or the budget would refuse nearly every start
    chance = random.Random(f"{SEED}.{part}")  # noqa: S311 - it is to be repeated, not to be secret
    person, counts = Person(chance), tally(TALLY)

    for number in range(REQUESTS):
        if number % ROUND == 0:
            session_id, run_id = put_back()
        name = chance.choice(ASKED)
        shape = shapes(session_id, run_id, chance)[name]
        event = request(chance, ROUTES[name].method, ROUTES[name].path, shape, **person(name))
        try:
            answer = import_module(f"api.{name}").handler(event, events.Context())
            judge(answer)
        except Exception as error:
            error.add_note(f"request {number} of part {part}, seed {SEED}: {json.dumps(event)[:2_000]}")
            raise
        counts.update(("requests", f"{answer['statusCode'] // 100}xx"))
        capsys.readouterr()  # a line each

    put_back()
    run_id = started("rbac_check")
    assert call("cancel_run", runId=run_id).status == 200
    kept, breaches = TableSet(*deployed.tables, deployed.dynamodb).verified()
    assert breaches == []
    assert [run["status"] for run in kept.run.values() if run["status"] in {"queued", "running"}] == []
    assert list(strange(deployed)) == []


@pytest.mark.parametrize("worker", ["probe", "sync"])
@pytest.mark.parametrize("part", range(PARTS // 2))
def test_messages_made_up_by_chance_reach_nothing(
    deployed: Deployment, worker: str, part: int, capsys: pytest.CaptureFixture[str]
) -> None:
    register()
    run_id = started("initial_sync" if worker == "sync" else "rbac_check")
    chance = random.Random(f"{SEED}.{worker}.{part}")  # noqa: S311 - the same
    before = {name: deployed.items(name) for name in deployed.tables}
    handler = {"probe": execute_probe.handler, "sync": execute_sync.handler}[worker]
    counts = tally(MESSAGE_TALLY)

    for _ in range(MESSAGES // 10):
        event = events.sqs(*(message(chance) for _ in range(10)))
        back = len(events.failures(handler(event, CONTEXT)))
        counts.update(messages=10, back=back, ignored=10 - back)
        capsys.readouterr()

    assert {name: deployed.items(name) for name in deployed.tables} == before
    assert call("cancel_run", runId=run_id).status == 200


def test_what_nobody_knows_is_found_among_what_is_kept(deployed: Deployment) -> None:
    """The judge is no judge unless it can find fault."""
    register()
    key = {"tenant_id": {"N": "1"}, "entry": {"S": "tenant"}}
    deployed.dynamodb.put_item(
        TableName=deployed.tables.sessions, Item={**key, "isAdmin": {"BOOL": True}, "role": {"S": f"x{MARK}"}}
    )

    assert list(strange(deployed)) == [
        "sessions: tenant has isAdmin",
        "sessions: tenant has role",
        "sessions: tenant says what was made up",
    ]


@pytest.mark.parametrize(
    "answer",
    [
        {"statusCode": 500, "headers": {}, "body": "{}"},
        {"statusCode": 200, "headers": {}, "body": "\ud800"},
        {"statusCode": 200, "headers": {"content-type": "application/json"}, "body": "{"},
        {"statusCode": 200, "headers": {"link": "a\r\nb: c"}, "body": ""},
    ],
)
def test_an_answer_that_is_an_error_of_ours_is_caught(answer: dict[str, Any], deployed: Deployment) -> None:
    assert deployed
    with pytest.raises((AssertionError, ValueError)):
        judge(answer)
