"""The preflight as it is deployed: its hosts are a file of the code, so here they are another file of a copy of it."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from local.tenants import TENANTS
from onboarding.routes import ROUTES
from tests import events
from tests.calling import Answer, register
from tests.deployment import Deployment
from tests.matching import malformed
from tests.simulator import Simulator
from tests.template import ROOT

CONTOSO = TENANTS[0]
FUNCTIONS = ROOT / "functions"
CLOUDS = "onboarding/graph/clouds.json"

ANSWER_EVENTS = """
import json, sys
from api.preflight_connection import handler
for line in sys.stdin:
    print(json.dumps(handler(json.loads(line), None)), file=sys.stderr, flush=True)
"""
"""A function at work: its log goes where Lambda's would, its answers aside."""

type Preflight = Callable[..., Answer]


@pytest.fixture
def copied(tmp_path: Path) -> Callable[[str], Path]:
    """Copy what is deployed, with Microsoft at another place, as the local deployment does."""

    def copy(login: str) -> Path:
        for path in FUNCTIONS.rglob("*.py"):
            place = tmp_path / path.relative_to(FUNCTIONS)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.symlink_to(path)
        (tmp_path / CLOUDS).write_text(json.dumps({"global": {"login": login, "graph": "https://graph.invalid"}}))
        return tmp_path

    return copy


@pytest.fixture
def start(deployed: Deployment, copied: Callable[[str], Path]) -> Iterator[Callable[[str], Preflight]]:
    """Start the function where Microsoft's login page is at another place; give how to call it."""
    assert deployed
    running: list[subprocess.Popen[str]] = []

    def begin(login: str) -> Preflight:
        function = subprocess.Popen(  # noqa: S603 - our own words
            [sys.executable, "-c", ANSWER_EVENTS],
            env={**os.environ, "PYTHONPATH": str(copied(login))},
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        running.append(function)

        def call(query: str = f"tenant={CONTOSO.domain}", *, user: int = 3) -> Answer:
            route = ROUTES["preflight_connection"]
            event = events.http(route.method, route.path, parameters={"tenantId": 1}, query=query, user=user)
            return answered(function, event)

        return call

    yield begin
    for function in running:
        function.communicate()


def answered(function: "subprocess.Popen[str]", event: Mapping[str, Any]) -> Answer:
    """Hand *event* to *function*."""
    assert function.stdin
    assert function.stderr
    function.stdin.write(json.dumps(event) + "\n")
    function.stdin.flush()
    line = function.stderr.readline()
    assert line.startswith("{"), line + function.communicate()[1]
    answer = json.loads(line)
    return Answer(answer["statusCode"], json.loads(answer["body"]), answer["headers"])


@pytest.fixture
def preflight(simulator: Simulator, start: Callable[[str], Preflight]) -> Preflight:
    register()
    return start(f"{simulator.url}/login")


def test_a_tenant_is_told_by_domain_or_id_in_whatever_case(preflight: Preflight) -> None:
    tenant_id = str(CONTOSO.entra_tenant_id)
    asked = (CONTOSO.domain, CONTOSO.domain.upper(), tenant_id, tenant_id.upper())

    answers = [preflight(f"tenant={each}") for each in asked]

    assert [(answer.status, answer.body) for answer in answers] == [
        (
            200,
            {
                "exists": True,
                "entra_tenant_id": tenant_id,
                "cloud": "global",
                "reachable": True,
                "cloud_name": "microsoftonline.com",
                "region": "EU",
                "sub_region": None,
            },
        )
    ] * 4


def test_a_tenant_that_is_not_there_is_an_answer_and_no_error(preflight: Preflight) -> None:
    answer = preflight("tenant=nobody.example")

    assert (answer.status, answer.body) == (
        200,
        {
            "exists": False,
            "entra_tenant_id": None,
            "cloud": None,
            "reachable": False,
            "cloud_name": None,
            "region": None,
            "sub_region": None,
        },
    )


@pytest.mark.parametrize(
    "text",
    [
        "common",
        "organizations",
        "contoso",
        "contoso.example/..",
        "contoso.example%2F..%2F..%2Fcontrol%2Fscenarios",
        "..%2Fcontrol",
        "contoso.example%3Fx",
        "contoso.example%23x",
        "user%40contoso.example",
        "contoso.example%0A",
        "contoso.example.",
        "http%3A%2F%2F169.254.169.254",
        "169.254.169.254",
        "%D1%81ontoso.example",
        "c%CC%A7.example",
        "11111111222243338444555555555555",
        "%7B11111111-2222-4333-8444-555555555555%7D",
        "a" * 250 + ".example",
    ],
)
def test_what_is_neither_a_domain_nor_a_guid_is_asked_of_nobody(
    preflight: Preflight, simulator: Simulator, text: str
) -> None:
    answer = preflight(f"tenant={text}")

    assert (answer.status, answer.body) == (400, malformed("tenant"))


@pytest.mark.parametrize("query", ["", "tenant=", "tenant=a.example&tenant=b.example", "tenant=a.example&cloud=x"])
def test_a_query_of_another_form_is_refused(preflight: Preflight, query: str) -> None:
    answer = preflight(query)

    assert (answer.status, answer.code) == (400, "invalid_request")


def test_who_may_only_read_is_refused_and_a_stranger_finds_nothing(preflight: Preflight) -> None:
    assert [(answer.status, answer.code) for answer in (preflight(user=4), preflight(user=9))] == [
        (403, "role_insufficient"),
        (404, "tenant_not_found"),
    ]


def test_microsoft_not_answering_is_503_with_a_time_to_come_back(start: Callable[[str], Preflight]) -> None:
    register()

    answer = start("http://127.0.0.1:9/login")()  # the port of `discard`: nobody listens

    assert (answer.status, answer.code, answer.headers["retry-after"]) == (503, "unavailable", "60")


def test_the_sample_is_a_question_that_is_answered(simulator: Simulator, start: Callable[[str], Preflight]) -> None:
    register()
    sample = json.loads((ROOT / "events" / "preflight_connection.json").read_text())

    answer = start(f"{simulator.url}/login")(sample["rawQueryString"], user=1)

    assert (answer.status, answer.body["exists"]) == (200, True)
