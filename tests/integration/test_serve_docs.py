"""The page that shows the OpenAPI document, as it is served."""

import base64
import hashlib
import re
from html.parser import HTMLParser
from typing import Any, override

import pytest

from api.serve_docs import handler
from docs.openapi.document import described as documented
from tests import described, events
from tests.deployment import Deployment


class _Page(HTMLParser):
    """Notes which elements there are, what can be jumped to, and what is pointed at."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: set[str] = set()
        self.attributes: set[str] = set()
        self.ids: list[str] = []
        self.pointers: list[str] = []
        self.feed(text)

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        for name, value in attrs:
            self.attributes.add(name)
            if name == "id":
                self.ids.append(value or "")
            if name in {"href", "src"}:
                self.pointers.append(value or "")


@pytest.fixture(autouse=True)
def _deployed(deployed: Deployment) -> None:
    assert deployed


def ask() -> dict[str, Any]:
    event = events.http("GET", "/docs", anonymous=True, headers={"accept": "text/html"})
    return handler(event, events.Context())


def test_whoever_asks_is_shown_a_page() -> None:
    answer = ask()

    assert (answer["statusCode"], answer["headers"]["content-type"]) == (200, "text/html; charset=utf-8")
    assert list(described.breaches("serve_docs", 200, answer["headers"], None)) == []


def test_whoever_keeps_it_is_told_that_it_has_another_form() -> None:
    assert ask()["headers"]["vary"] == "accept-encoding"


def test_it_tells_of_every_route_and_every_refusal() -> None:
    page = ask()["body"]

    for route in documented().values():
        assert f"<code>{route.path}</code>" in page
    for code in described.document()["components"]["schemas"]["ErrorResponse"]["properties"]["code"]["enum"]:
        assert f"<code>{code}</code>" in page


def test_nothing_comes_from_elsewhere_and_nothing_runs() -> None:
    page = _Page(ask()["body"])

    assert not page.elements & {"script", "link", "img", "iframe", "form", "object", "embed", "base"}
    assert not {name for name in page.attributes if name.startswith("on") or name in {"style", "src"}}
    assert {pointer for pointer in page.pointers if not pointer.startswith("#")} == {"/openapi.json"}


def test_whatever_it_points_at_is_there_once() -> None:
    page = _Page(ask()["body"])

    assert len(page.ids) == len(set(page.ids))
    assert {pointer[1:] for pointer in page.pointers if pointer.startswith("#")} <= set(page.ids)


def test_a_browser_is_told_to_apply_its_own_style_and_nothing_else() -> None:
    answer = ask()

    [style] = re.findall(r"<style>(.*?)</style>", answer["body"], re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert answer["headers"]["content-security-policy"] == (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
