"""The samples in `events/` are what AWS would send, and what the real handlers take."""

import importlib
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from tests import events, template
from tests.deployment import Queues
from tests.events import Context, Event
from tests.template import ROOT
from tests.wire import Wire

type Answer = dict[str, Any]

FUNCTIONS = {
    each["Handler"].split(".")[1]: (each["Handler"], each) for each in template.functions(template.read()).values()
}
SAMPLES = sorted((ROOT / "events").glob("*.json"), key=lambda path: path.stem)

SESSION_ID = "130724659704743"
PROBE_RUN_ID = "130727100922140"
SYNC_RUN_ID = "130727109111851"
"""The ids that the samples name; the story below has ids of its own in their places."""


def sample(name: str, others: Mapping[str, str] | None = None) -> Event:
    """Read the sample event of function *name*, with *others* in place of what it says."""
    text = (ROOT / "events" / f"{name}.json").read_text()
    for written, meant in (others or {}).items():
        text = text.replace(written, meant)
    event: Event = json.loads(text)
    return event


def feed(name: str, others: Mapping[str, str] | None = None) -> Answer:
    """Call the real handler of function *name* with its sample."""
    module, _, handler = FUNCTIONS[name][0].rpartition(".")
    call: Callable[[Event, Context], Answer] = getattr(importlib.import_module(module), handler)
    return call(sample(name, others), Context(function_name=name))


def shape(value: object) -> object:
    """Give the form of an event: every key, and the kind of every value."""
    if isinstance(value, dict):
        return {key: shape(each) for key, each in value.items()}
    if isinstance(value, list):
        return [shape(each) for each in value]
    return type(value).__name__


def routes(name: str) -> Iterator[str]:
    """Name the routes of function *name*, as their events do."""
    for event in FUNCTIONS[name][1]["Events"].values():
        route = event["Properties"]
        yield f"{route['Method']} {route['Path']}" if "Path" in route else "$default"


@pytest.mark.parametrize("name", [path.stem for path in SAMPLES if FUNCTIONS[path.stem][0].startswith("api.")])
def test_a_route_s_sample_is_a_request_to_that_route_as_the_gateway_sends_it(name: str) -> None:
    event = sample(name)
    token = event["requestContext"].get("authorizer", {"jwt": {"claims": {}}})["jwt"]["claims"]

    assert event["routeKey"] in routes(name)
    made = events.http(
        event["requestContext"]["http"]["method"],
        event["rawPath"],
        parameters=event.get("pathParameters"),
        query=event["rawQueryString"],
        headers={"authorization": "", **event["headers"]},
        body=event.get("body"),
        token=token,
        anonymous=not token,
        route=event["routeKey"],
    )
    assert shape(event) == shape(made)
    assert all(isinstance(claim, str) for claim in token.values())


@pytest.mark.parametrize("dynamodb", ["moto", "dynamodb_local"], indirect=True)
def test_every_sample_in_the_order_of_a_story_is_taken_by_its_real_handler(wire: Wire, queues: Queues) -> None:
    answers: dict[str, Answer] = {}

    for name in ("register_tenant", "register_connection", "register_member", "create_consent_link", "create_session"):
        answers[name] = feed(name)
    feed("register_member", {"members/1": "members/5", '"userId": "1"': '"userId": "5"'})  # who is to be removed
    session = {SESSION_ID: str(json.loads(answers["create_session"]["body"])["id"])}
    for name in ("get_session", "update_session", "list_sessions", "list_my_sessions", "start_run", "list_tasks"):
        answers[name] = feed(name, session)
    run = {PROBE_RUN_ID: str(json.loads(answers["start_run"]["body"])["run_id"])}
    for name in ("dispatch_runs", "get_run", "cancel_run", "execute_probe", "execute_sync", "sweep"):
        answers[name] = feed(name, run) or {}
    # For a stranger: Microsoft itself would be asked here, and only `test_preflight_connection` has it stood in for.
    answers["preflight_connection"] = feed("preflight_connection", {'"user_id": "1"': '"user_id": "9"'})
    for name in ("list_evidence", "compare_evidence", "list_audit", "record_consent"):
        answers[name] = feed(name)
    for name in ("publish_audit", "publish_runs", "publish_sessions"):
        answers[name] = feed(name)
    for name in ("list_members", "list_connections", "remove_member", "answer_unmatched"):
        answers[name] = feed(name)
    for name in ("serve_page", "serve_openapi", "serve_docs"):
        answers[name] = feed(name)

    assert set(answers) == {path.stem for path in SAMPLES}
    assert {name: answer["statusCode"] for name, answer in answers.items() if "statusCode" in answer} == {
        "register_tenant": 201,
        "register_connection": 201,
        "create_consent_link": 201,
        "preflight_connection": 404,
        "register_member": 200,
        "create_session": 201,
        "get_session": 200,
        "update_session": 200,
        "list_sessions": 200,
        "list_my_sessions": 200,
        "start_run": 201,
        "list_tasks": 200,
        "get_run": 200,
        "cancel_run": 200,
        "list_evidence": 200,
        "compare_evidence": 404,
        "list_audit": 200,
        "list_members": 200,
        "list_connections": 200,
        "record_consent": 400,
        "serve_openapi": 200,
        "serve_docs": 200,
        "remove_member": 204,
        "answer_unmatched": 405,
        "serve_page": 200,
    }
    assert {name: answer for name, answer in answers.items() if "statusCode" not in answer} == {
        "dispatch_runs": {"batchItemFailures": []},
        "publish_audit": {"batchItemFailures": []},
        "publish_runs": {"batchItemFailures": []},
        "publish_sessions": {"batchItemFailures": []},
        "execute_probe": {"batchItemFailures": []},
        "execute_sync": {"batchItemFailures": []},
        "sweep": {},
    }
    assert [json.loads(body)["run_id"] for body in queues.take("Probe")] == [int(run[PROBE_RUN_ID])]
    assert [json.loads(body)["run_id"] for body in queues.take("Sync")] == [int(SYNC_RUN_ID)]
    assert [call for call in wire.calls if _may_be_old(call.request, call.operation)] == []


def _may_be_old(request: dict[str, Any], operation: str) -> bool:
    """Tell whether a call reads what may be old; only the indexes may be, which propose."""
    if operation in {"GetItem", "Query"} and request.get("IndexName") not in {"due", "by_user"}:
        return request.get("ConsistentRead") is not True
    if operation == "BatchGetItem":
        return not all(each.get("ConsistentRead") for each in request["RequestItems"].values())
    return operation == "Scan"
