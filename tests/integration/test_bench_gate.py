"""The gate of the bench sees what becomes dearer, and says which figure it is: shown on twins that were made dearer."""

import json
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from bench import comparison, counts, gate, instructions
from bench.endpoint import serve
from bench.stacks import Stack
from bench.stage import Scene
from tests import tallies
from tests.conftest import LEFT_OUT
from tests.deployment import Deployment, Queues
from tests.wire import Wire
from tests.working import Worker

HANDLER = """
    import http.client
    import json
    import os

    connection = http.client.HTTPConnection(os.environ["AWS_ENDPOINT_URL_DYNAMODB"].removeprefix("http://"))

    def handler(event, _context):
        for operation in OPERATIONS:
            connection.request("POST", "/", headers={"X-Amz-Target": f"DynamoDB.{operation}"})
            connection.getresponse().read()
        print(json.dumps({"message": "request"}))
        return {"statusCode": 200, "body": json.dumps({"step": 1})}
"""
"""A handler small enough to be counted in a second."""


def stack(folder: Path, get: str = HANDLER, patch: str = HANDLER) -> Stack:
    """Lay two functions out as `sam build` does, one for each route; what they need is in Python's own library."""
    layer, code, events = folder / "Dependencies" / "python", {}, {}
    layer.mkdir(parents=True)
    for route, name, text in (("get", "GetSession", get), ("patch", "UpdateSession", patch)):
        code[f"api_{route}.handler"] = folder / name
        (folder / name).mkdir()
        (folder / name / f"api_{route}.py").write_text(f"OPERATIONS = ['BatchGetItem']\n{dedent(text)}")
        events[route] = folder / f"{route}.json"
        events[route].write_text(json.dumps({"routeKey": route}))
    handlers = {"get": "api_get.handler", "patch": "api_patch.handler"}
    starts = {"GetSession": handlers["get"], "UpdateSession": handlers["patch"]}
    return Stack("ours", "**ours**", layer, code, handlers, events, {}, starts)


def regressions(before: Stack, after: Stack) -> list[str]:
    """Measure both as the gate does, and name what became worse."""
    accepted, measured = (comparison.measure_once(each, "GetSession") for each in (before, after))
    return [each.name for each in gate.regressions(*map(comparison.counted, (accepted, measured)))]


@pytest.fixture
def valgrind() -> str:
    """What counts instructions; without it these tests are left out, and counted."""
    try:
        return instructions.valgrind()
    except instructions.Unavailable as lack:
        tallies.tally(f"{LEFT_OUT}: {{tests:,}} tests, because {lack}")["tests"] += 1
        pytest.skip(str(lack))


def test_what_became_dearer_is_named_and_nothing_else_is(tmp_path: Path, valgrind: str) -> None:
    """One route loads more when it starts, the other computes more with each request: only that much is said."""
    laden = HANDLER.replace("import os", "import os, xml.dom.minidom, xmlrpc.client")
    busy = HANDLER.replace("print(", "sum(range(5000)); print(")

    named = regressions(stack(tmp_path / "before"), stack(tmp_path / "after", get=laden, patch=busy))

    assert sorted(name for name in named if "zip" not in name) == [
        "GET session, modules",
        "GetSession, modules",
        "INIT and first GET session, instructions",
        "INIT of GetSession, instructions",
        "warm PATCH session, instructions",
    ]


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (
            lambda text: text.replace("for operation in OPERATIONS", "for operation in OPERATIONS * 2"),
            ["GET session, round trips"],
        ),
        (
            lambda text: text.replace('{"step": 1}', '{"step": 1, "more": 1}'),
            ["GET session, bytes of the answer"],
        ),
        (
            lambda text: text.replace('"request"}', '"request", "more": 1}'),
            ["GET session, bytes of the log"],
        ),
    ],
)
def test_what_a_request_asks_and_says_is_named_without_valgrind_too(
    tmp_path: Path, change: Callable[[str], str], named: list[str]
) -> None:
    def counted(of: Stack) -> dict[str, float]:
        with serve() as endpoint:
            lasting = comparison.lasting(of, endpoint, starts=1)
            return comparison.counted({"loaded": comparison.loaded(of, endpoint), "stacks": {"ours": lasting}})

    before, after = stack(tmp_path / "before"), stack(tmp_path / "after", get=change(HANDLER))

    found = [each.name for each in gate.regressions(counted(before), counted(after))]

    assert [name for name in found if "zip" not in name] == named


@pytest.mark.parametrize("dynamodb", ["dynamodb_local"], indirect=True)
def test_a_case_that_asks_dynamodb_once_more_is_named(
    deployed: Deployment, wire: Wire, worker: Worker, queues: Queues, secret_arn: str
) -> None:
    scene = Scene(deployed, wire, worker, queues, secret_arn)
    act = next(each for each in counts.acts() if (each.function, each.name) == ("get_session", "open"))

    def twice(scene: Scene) -> Callable[[], object]:
        once = act.arranged(scene)
        return lambda: (once(), once())

    before, after = (counts.counted({"rows": [counts.metered(each, scene)]}) for each in (act, _with(act, twice)))

    assert [each.name for each in gate.regressions(before, after)] == [
        "get_session, open, round trips",
        "get_session, open, items",
        "get_session, open, request units read",
        "get_session, open, bytes sent",
        "get_session, open, bytes received",
    ]


def _with(act: counts.Act, arranged: Any) -> counts.Act:
    return act._replace(arranged=arranged)
