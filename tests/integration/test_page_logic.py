"""What the page decides by itself is tried by tests of its own, in its own language."""

import shutil

import pytest

from local import page
from tests.tallies import tally

LEFT_OUT = tally("LEFT OUT: {tests:,} tests, because there is no Node.js with npm")


def test_the_page_decides_as_its_own_tests_say_and_knows_the_api_as_our_document_tells_of_it() -> None:
    if not shutil.which("node") or not shutil.which("npm"):
        LEFT_OUT["tests"] += 1
        pytest.skip("there is no Node.js with npm")

    page.check()
