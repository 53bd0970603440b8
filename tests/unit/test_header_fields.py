"""The manners of HTTP that the page and the API have in common."""

import ast
from pathlib import Path

import pytest

from onboarding import manners

TAG = 'W/"a1"'
LONGEST = "2001:0db8:85a3:0000:0000:8a2e:255.255.255.255"


@pytest.mark.parametrize("known", [TAG, '"a1"', f'"b2", {TAG}', f' {TAG} ,"b2"', "*", " * "])
def test_a_tag_is_known_by_itself_or_by_the_star_and_weakly(known: str) -> None:
    assert manners.has(known, TAG)


@pytest.mark.parametrize("known", ["", "a1", '"a2"', 'w/"a1"', '"*"', "W/", ", ,"])
def test_another_tag_is_not_known(known: str) -> None:
    assert not manners.has(known, TAG)


@pytest.mark.parametrize("accepted", ["gzip", "br, GZIP", "gzip;q=0.001", "gzip; q=1.000", "*", "br;q=0, *;q=0.5"])
def test_what_is_named_or_meant_by_the_star_is_taken(accepted: str) -> None:
    assert manners.admits(accepted, "gzip")


@pytest.mark.parametrize(
    "accepted",
    [
        *("", ",;", "br", "x-gzip", "gzip;q=0", "gzip; q=0.000", "*, gzip;q=0.0", "*;q=0", "gzip;level=9"),
        *("gzip;q=", "gzip;q=2", "gzip;q=1.5", "gzip;q=-1", "gzip;q=0.0001", "gzip;q=0.x", "gzip;q=1;q=1"),
        "gzip;q=0.\N{ARABIC-INDIC DIGIT FIVE}",
    ],
)
def test_what_is_weighed_nothing_or_weighed_wrongly_is_not_taken(accepted: str) -> None:
    assert not manners.admits(accepted, "gzip")


@pytest.mark.parametrize(
    ("context", "address"),
    [
        ({"http": {"sourceIp": "203.0.113.7"}}, "203.0.113.7"),
        ({"http": {"sourceIp": LONGEST}}, LONGEST),
        ({"http": {"sourceIp": "a" * 46}}, None),
        ({"http": {"sourceIp": ""}}, None),
        ({"http": {}}, None),
        ({}, None),
    ],
    ids=["IPv4", "the longest", "too long", "empty", "absent", "no HTTP"],
)
def test_an_address_is_what_the_gateway_says_if_it_is_one(context: dict[str, object], address: str | None) -> None:
    assert manners.source_ip(context) == address


def test_it_costs_nobody_a_start() -> None:
    written = ast.parse(Path(manners.__file__).read_text())

    assert not [each for each in ast.walk(written) if isinstance(each, ast.Import | ast.ImportFrom)]
