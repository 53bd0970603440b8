"""The OpenAPI document, as it is served."""

import gzip
import json
from base64 import b64decode
from typing import Any

import pytest

from api.serve_openapi import handler
from tests import described, events
from tests.deployment import Deployment


@pytest.fixture(autouse=True)
def _deployed(deployed: Deployment) -> None:
    assert deployed


def ask(**headers: str) -> dict[str, Any]:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return handler(events.http("GET", "/openapi.json", anonymous=True, headers=names), events.Context())


def test_whoever_asks_is_shown_the_document_that_was_written() -> None:
    answer = ask()

    assert (answer["statusCode"], answer["headers"]["content-type"]) == (200, "application/json")
    assert json.loads(answer["body"]) == described.document()
    assert list(described.breaches("serve_openapi", 200, answer["headers"], json.loads(answer["body"]))) == []


def test_it_is_written_with_nothing_that_only_people_need() -> None:
    body = ask()["body"]

    assert body == json.dumps(described.document(), separators=(",", ":"), ensure_ascii=False)


def test_it_is_asked_for_again_and_sent_again_only_once_it_has_changed() -> None:
    first = ask()

    again = ask(if_none_match=first["headers"]["etag"])

    assert first["headers"]["cache-control"] == "no-cache"
    assert (again["statusCode"], again["body"]) == (304, "")
    assert ask(if_none_match='W/"of another release"')["statusCode"] == 200


def test_whoever_keeps_it_is_told_that_it_has_another_form_whichever_they_were_sent() -> None:
    plain, packed = ask(), ask(accept_encoding="gzip")
    known = ask(if_none_match=plain["headers"]["etag"])

    assert [each["headers"]["vary"] for each in (plain, packed, known)] == ["accept-encoding"] * 3


def test_it_is_compressed_for_whoever_takes_that() -> None:
    plain, packed = ask(), ask(accept_encoding="gzip, br")

    assert packed["isBase64Encoded"]
    assert packed["headers"]["content-encoding"] == "gzip"
    assert gzip.decompress(b64decode(packed["body"])).decode() == plain["body"]
    assert len(packed["body"]) < len(plain["body"]) / 4
