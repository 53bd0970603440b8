"""What is not ours comes with a hash, a week of age and a licence that may be shipped."""

import json
import re
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from docs import licences
from local import shipped
from local.build import PINS
from tests.template import ROOT

LOCK = ROOT / "uv.lock"
WEEK = timedelta(days=7)

type Package = dict[str, Any]


@pytest.fixture(scope="module")
def lock() -> dict[str, Any]:
    return tomllib.loads(LOCK.read_text())


def files(package: Package) -> list[dict[str, Any]]:
    """Name what can be downloaded of a package."""
    return [*([package["sdist"]] if "sdist" in package else []), *package.get("wheels", [])]


def unhashed(packages: list[Package]) -> list[str]:
    """Name the packages with a file that is not held to a hash."""
    return [
        package["name"]
        for package in packages
        if not package["source"].keys() & {"virtual", "editable"}
        and not (files(package) and all(each.get("hash", "").startswith("sha256:") for each in files(package)))
    ]


def strangers(packages: list[Package]) -> list[str]:
    """Name the packages that come from elsewhere than PyPI."""
    sources = ({"registry": "https://pypi.org/simple"}, {"virtual": "."}, {"editable": "cli"})
    return [package["name"] for package in packages if package["source"] not in sources]


def young(packages: list[Package], taken_up: datetime) -> list[str]:
    """Name the packages whose release was not a week old when the lock was *taken_up*."""
    return [
        package["name"]
        for package in packages
        for first in [min((each["upload-time"] for each in files(package)), default=None)]
        if first and datetime.fromisoformat(first) > taken_up - WEEK
    ]


def unpinned(requirements: str) -> list[str]:
    """Name the requirements that pip would take without an exact version or a hash."""
    entries = [each for each in re.split(r"\n(?=\S)", requirements) if each.strip() and not each.startswith("--")]
    return [
        each for each in entries if not re.match(r"[\w.-]+==\S+.*\\\n( +--hash=sha256:[0-9a-f]{64}( \\\n|\n?$))+", each)
    ]


def test_everything_in_the_lock_is_held_to_a_hash(lock: dict[str, Any]) -> None:
    assert unhashed(lock["package"]) == []
    assert strangers(lock["package"]) == []


def test_a_file_without_a_hash_and_a_package_from_elsewhere_are_caught() -> None:
    registry = {"registry": "https://pypi.org/simple"}
    bare = {"name": "bare", "source": registry, "wheels": [{"url": "x"}]}
    empty = {"name": "empty", "source": registry}
    elsewhere = {"name": "elsewhere", "source": {"git": "https://example.invalid/x"}}

    assert unhashed([bare, empty]) == ["bare", "empty"]
    assert strangers([bare, elsewhere]) == ["elsewhere"]


def test_the_lock_takes_up_nothing_younger_than_a_week(lock: dict[str, Any]) -> None:
    taken_up = datetime.fromtimestamp(LOCK.stat().st_mtime, UTC)

    assert tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["uv"]["exclude-newer"] == "7 days"
    assert lock["options"]["exclude-newer-span"] == "P7D"
    assert young(lock["package"], taken_up) == []


def test_a_release_of_yesterday_is_caught() -> None:
    now = datetime(2026, 3, 9, tzinfo=UTC)
    of_yesterday = {"name": "new", "wheels": [{"upload-time": "2026-03-08T00:00:00Z"}]}
    of_long_ago = {"name": "old", "wheels": [{"upload-time": "2026-03-01T00:00:00Z"}]}

    assert young([of_yesterday, of_long_ago], now) == ["new"]


def test_pip_installs_the_layer_from_hashes_only() -> None:
    written = PINS.read_text()

    assert written.startswith("--require-hashes\n")
    assert unpinned(written) == []


@pytest.mark.parametrize("loose", ["pydantic>=2\n", "pydantic==2.13.5\n", "pydantic==2.13.5 \\\n    --hash=md5:abc\n"])
def test_a_pin_without_version_or_hash_is_caught(loose: str) -> None:
    written = PINS.read_text()

    assert unpinned(written + loose) == [loose]


# ── Licences ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_everything_shipped_has_a_licence_that_may_be_shipped() -> None:
    assert {name: words for name, words in shipped.shipped().items() if not shipped.is_permissive(words)} == {}


@pytest.mark.parametrize(
    ("words", "permissive"),
    [
        ("MIT", True),
        ("MIT OR GPL-3.0-only", True),
        ("Apache-2.0 AND MIT", True),
        ("Apache-2.0 AND MPL-2.0", False),
        ("GPL-3.0-only", False),
        ("MPL-2.0", False),
        ("(MIT OR GPL-3.0-only) AND LGPL-3.0-only", False),
        ("BSD", False),
        (shipped.UNSTATED, False),
        ("", False),
    ],
)
def test_what_may_be_shipped_is_a_closed_list(words: str, permissive: bool) -> None:  # noqa: FBT001 - a row's value
    assert shipped.is_permissive(words) is permissive


def test_the_page_of_licences_names_what_is_shipped_and_what_is_used() -> None:
    page = licences.PAGE.read_text()
    sent, used = page.split("## Never shipped")

    of_the_layer, of_the_page = sent.split("What the page is built of")
    assert set(re.findall(r"^\| ([\w.-]+) \| ", of_the_layer, re.MULTILINE)) - {"package"} == set(shipped.shipped())
    named = set(re.findall(r"^\| (\S+ [\w.-]+) \| ", of_the_page, re.MULTILINE))
    assert named == set(shipped.shipped_in_page())
    assert {name.partition(" ")[0] for name in named} > {"react", "@cloudscape-design/components", "wouter"}
    assert {"pytest", "ruff", "moto"} <= set(re.findall(r"^\| ([\w.-]+) \| ", used, re.MULTILINE))


# ── The bill of materials ────────────────────────────────────────────────────────────────────────────────────────────

VALIDATOR = JsonStrictValidator(SchemaVersion.V1_5)


def test_the_bill_is_a_bill_as_cyclonedx_has_it(tmp_path: Path) -> None:
    bill = shipped.bill()

    assert VALIDATOR.validate_str(json.dumps(bill)) is None


def test_what_is_no_bill_is_caught() -> None:
    bill = shipped.bill() | {"components": [{"name": "without a type"}]}

    assert VALIDATOR.validate_str(json.dumps(bill)) is not None


def test_the_bill_names_just_what_the_layer_installs_with_version_hash_and_licence() -> None:
    pinned = dict(re.findall(r"^([\w.-]+)==(\S+)", PINS.read_text(), re.MULTILINE))

    components = [each for each in shipped.bill()["components"] if each["purl"].startswith("pkg:pypi/")]

    assert {each["name"]: each["version"] for each in components} == pinned
    for each in components:
        assert each["purl"] == f"pkg:pypi/{each['name']}@{each['version']}"
        assert all(file["hashes"] for file in each["externalReferences"])
        assert shipped.is_permissive(each["licenses"][0]["expression"])


def test_the_bill_names_just_what_the_page_is_built_of_with_hash_and_licence() -> None:
    components = [each for each in shipped.bill()["components"] if each["purl"].startswith("pkg:npm/")]

    assert {f"{each['name']} {each['version']}" for each in components} == set(shipped.shipped_in_page())
    for each in components:
        assert len(each["hashes"][0]["content"]) == 128
        assert shipped.is_permissive(each["licenses"][0]["expression"])
