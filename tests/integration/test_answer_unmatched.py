from importlib import import_module
from typing import Any

import pytest

from tests import events
from tests.deployment import Deployment
from tests.matching import a_problem


@pytest.fixture(autouse=True)
def _deployed(deployed: Deployment) -> None:
    assert deployed


def ask(method: str, path: str, **others: Any) -> tuple[int, dict[str, str], str]:
    """Ask what no route matches."""
    event = events.http(method, path, route="$default", **others)
    answer = import_module("api.answer_unmatched").handler(event, events.Context())
    return answer["statusCode"], answer["headers"], answer["body"]


def body(text: str) -> Any:
    """Read a body."""
    return import_module("json").loads(text)


@pytest.mark.parametrize(
    "path", ["/", "/tenants", "/tenants/1/onboarding", "/tenants/1/onboarding/session/", "/%2e%2e"]
)
def test_a_path_that_is_none_is_not_found(path: str) -> None:
    status, _headers, text = ask("GET", path)

    assert (status, body(text)) == (404, a_problem("route_not_found", 404))


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("DELETE", "/tenants/1/onboarding/session", "GET, HEAD, POST, OPTIONS"),
        ("PUT", "/tenants/1/onboarding/session/5", "PATCH, OPTIONS"),
        ("GET", "/tenants/1", "PUT, OPTIONS"),
        ("POST", "/tenants/x/members/y", "DELETE, PUT, OPTIONS"),
        ("POST", "/consent/callback", "GET, OPTIONS"),
        ("POST", "/tenants/1/onboarding/tasks", "GET, HEAD, OPTIONS"),
    ],
)
def test_a_path_asked_with_another_method_says_which_it_has(method: str, path: str, allow: str) -> None:
    status, headers, text = ask(method, path)

    assert (status, body(text)) == (405, a_problem("method_not_allowed", 405))
    assert headers["allow"] == allow


def test_options_of_a_path_that_is_there_need_no_token() -> None:
    status, headers, text = ask("OPTIONS", "/tenants/1/onboarding/session", anonymous=True)

    assert (status, headers["allow"], text) == (204, "GET, HEAD, POST, OPTIONS", "")


@pytest.mark.parametrize("method", ["GET", "DELETE", "OPTIONS"])
def test_without_a_token_nothing_is_told_of_other_paths(method: str) -> None:
    status, headers, text = ask(method, "/nothing/here", anonymous=True)

    assert (status, body(text)) == (401, a_problem("unauthenticated", 401))
    assert headers["www-authenticate"] == "Bearer"


def test_the_head_of_what_acts_cannot_be_asked_for() -> None:
    status, headers, text = ask("HEAD", "/consent/callback")

    assert (status, headers["allow"], text) == (405, "GET, OPTIONS", "")
