"""The page is built when its sources have changed, and what is built is what the function can serve."""

import gzip
import json
import shutil
from pathlib import Path

import pytest

from local import page
from local.refusals import Refused
from onboarding.page import MEDIA_TYPES, Page
from tests.tallies import tally

LEFT_OUT = tally("LEFT OUT: {tests:,} tests, because there is no Node.js with npm")

MAKE = """
import {mkdirSync, readFileSync, writeFileSync} from "node:fs";
mkdirSync("dist/assets", {recursive: true});
mkdirSync("dist/.vite", {recursive: true});
writeFileSync("dist/.vite/manifest.json", "{}");
writeFileSync("dist/index.html", readFileSync("index.html"));
writeFileSync("dist/assets/index-1.js", "console.log(1);".repeat(1000));
writeFileSync("dist/assets/sans-1.woff2", Buffer.from([0, 1, 2, 255]));
"""


@pytest.fixture
def node() -> None:
    """What a page is built with."""
    if not shutil.which("node") or not shutil.which("npm"):
        LEFT_OUT["tests"] += 1
        pytest.skip("there is no Node.js with npm")


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """Sources of a page that needs no package."""
    folder = tmp_path / "web"
    folder.mkdir()
    package = {"name": "page", "private": True, "engines": {"node": ">=18.0"}, "scripts": {"build": "node make.mjs"}}
    (folder / "package.json").write_text(json.dumps(package))
    lock = {"name": "page", "lockfileVersion": 3, "requires": True, "packages": {"": package}}
    (folder / "package-lock.json").write_text(json.dumps(lock))
    (folder / "make.mjs").write_text(MAKE)
    (folder / "index.html").write_text("<!doctype html><title>One</title>")
    return folder


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """Where the page goes."""
    return tmp_path / "layer" / "page"


@pytest.fixture
def without_tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine on which nothing is installed, and nothing can be; what a test puts into the folder is there."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


def title(built: Path) -> str:
    """Read what the page that is there is called."""
    found = Page.of(built).find("")
    assert found is not None
    return found.sent("").content.decode().partition("<title>")[2].partition("<")[0]


def test_every_kind_of_file_that_is_built_is_served_and_no_other() -> None:
    assert set(MEDIA_TYPES) == page.COMPRESSIBLE | page.PLAIN


@pytest.mark.usefixtures("node")
def test_what_is_built_is_served_in_every_encoding(sources: Path, built: Path) -> None:
    page.build(sources, built)

    made = Page.of(built)
    assert set(made.files) == {"index.html", "assets/index-1.js", "assets/sans-1.woff2"}
    script = made.files["assets/index-1.js"]
    whole = b"console.log(1);" * 1000
    assert script.sent("").content == whole
    assert gzip.decompress(script.sent("gzip").content) == whole
    assert len(script.sent("br").content) < len(script.sent("gzip").content) < len(whole) / 50
    assert made.files["assets/sans-1.woff2"].sent("br, gzip") == (bytes([0, 1, 2, 255]), None)


@pytest.mark.usefixtures("node")
def test_the_same_sources_are_built_once_and_then_need_no_node(
    sources: Path, built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page.build(sources, built)
    assert "Building the page" in capsys.readouterr().out
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))

    page.build(sources, built)

    assert (title(built), capsys.readouterr().out) == ("One", "")


@pytest.mark.usefixtures("node")
def test_changed_sources_are_built_anew_and_leave_nothing_of_the_old(sources: Path, built: Path) -> None:
    page.build(sources, built)
    (sources / "index.html").write_text("<!doctype html><title>Two</title>")
    (sources / "make.mjs").write_text(MAKE.replace("index-1.js", "index-2.js"))
    shutil.rmtree(sources / "dist")

    page.build(sources, built)

    assert title(built) == "Two"
    assert set(Page.of(built).files) == {"index.html", "assets/index-2.js", "assets/sans-1.woff2"}


@pytest.mark.usefixtures("node")
@pytest.mark.parametrize(
    ("broken", "says"),
    [
        ("throw new Error('a type is wrong');", "a type is wrong"),
        (f"{MAKE}writeFileSync('dist/movie.mp4', 'x');", "movie.mp4"),
    ],
)
def test_a_page_that_cannot_be_built_says_why_and_leaves_the_old_one(
    sources: Path, built: Path, broken: str, says: str
) -> None:
    page.build(sources, built)
    (sources / "make.mjs").write_text(broken)

    for _ in range(2):
        with pytest.raises(Refused, match=says) as refused:
            page.build(sources, built)
        assert not isinstance(refused.value, page.Lacking)

    assert (title(built), page.is_built(built)) == ("One", True)


def test_without_node_it_says_what_is_missing(sources: Path, built: Path, without_tools: Path) -> None:
    with pytest.raises(page.Lacking, match=r"needs Node\.js 18\.0 or newer, with npm: install it, and `make build`"):
        page.build(sources, built)

    assert not page.is_built(built)


def test_a_node_that_is_too_old_is_none(sources: Path, built: Path, without_tools: Path) -> None:
    for name, version in (("node", "v17.9.1"), ("npm", "8")):
        (without_tools / name).write_text(f"#!/bin/sh\necho {version}\n")
        (without_tools / name).chmod(0o755)

    with pytest.raises(page.Lacking, match=r"needs Node\.js 18\.0"):
        page.build(sources, built)


def test_without_sources_there_is_nothing_to_build(tmp_path: Path, built: Path) -> None:
    with pytest.raises(page.Lacking, match=r"web/ has no package\.json"):
        page.build(tmp_path / "web", built)


def test_a_deployment_goes_on_without_a_page_and_says_why_in_one_line(
    sources: Path, built: Path, without_tools: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page.build_if_possible(sources, built)

    said = capsys.readouterr().out
    assert said.startswith("There is no page: building the page needs Node.js 18.0 or newer")
    assert said.count("\n") == 1


@pytest.mark.usefixtures("node")
def test_a_deployment_goes_on_with_an_older_page_and_says_so(
    sources: Path, built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page.build(sources, built)
    (sources / "index.html").write_text("<!doctype html><title>Two</title>")
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    capsys.readouterr()

    page.build_if_possible(sources, built)

    assert capsys.readouterr().out.startswith("The page is an older one: building the page needs Node.js")
    assert title(built) == "One"


@pytest.mark.usefixtures("node")
def test_who_wants_to_build_hears_of_a_page_that_is_broken(sources: Path, built: Path) -> None:
    (sources / "make.mjs").write_text("throw new Error('a type is wrong');")

    with pytest.raises(Refused, match="a type is wrong"):
        page.build_if_possible(sources, built, despite=page.Lacking)
