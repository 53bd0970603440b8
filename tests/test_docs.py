"""What the pages promise is there: links lead somewhere, and commands can be given. Each check is shown to fail."""

import importlib.util
import re
import shlex
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from onboarding.domain.permissions import PERMISSIONS
from tenant_onboarding_cli.main import app
from tests import template
from tests.template import ROOT

type Page = tuple[Path, str]

_LISTED = subprocess.run(["git", "ls-files", "*.md"], cwd=ROOT, check=True, capture_output=True, text=True)  # noqa: S607 - whichever git there is
PAGES = [ROOT / name for name in _LISTED.stdout.splitlines()]

_FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_MAKE = re.compile(
    r"(?:^ {4}|`|\$\(|\$ )make ((?:-s )?)([a-z][a-z-]*)((?: [A-Z]+=(?:\"[^\"]*\"|\S*?))*)(?=[\s`)]|$)", re.MULTILINE
)
_MODULE = re.compile(r"python -m ((?:local|tests|docs|bench)[\w.]*)")
_PROGRAM = re.compile(r"(?:^ {4}(?:\$ )?|`)tenant-onboarding ([a-z][^`\n]*)", re.MULTILINE)
_INVOKED = re.compile(r"sam local invoke (\w+) --event (\S+)")


def slug(heading: str) -> str:
    """Give the anchor that GitHub makes of a heading."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).strip().lower()
    return re.sub(r"[^\w\- ]", "", text).replace(" ", "-")


@cache
def anchors(path: Path) -> frozenset[str]:
    """Name the anchors of a page."""
    return frozenset(slug(each) for each in re.findall(r"^#+ (.+)$", _FENCE.sub("", path.read_text()), re.MULTILINE))


@cache
def targets() -> dict[str, str]:
    """Name the targets of the Makefile, each with what it says of itself."""
    return dict(re.findall(r"^([a-z][a-z-]*):.*?## (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE))


def dead_links(page: Page) -> Iterator[str]:
    path, text = page
    for link in _LINK.findall(_FENCE.sub("", text)):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = link.partition("#")
        there = (path.parent / name).resolve() if name else path
        if not there.exists():
            yield f"{link} leads nowhere"
        elif anchor and there.suffix == ".md" and anchor not in anchors(there):
            yield f"{link}: no such heading"


def commands_that_cannot_be_given(page: Page) -> Iterator[str]:
    _, text = page
    for _, target, settings in _MAKE.findall(text):
        if target not in targets():
            yield f"make {target}: no such target"
        for name in re.findall(r" ([A-Z]+)=", settings):
            if name not in re.findall(r"[A-Z]+", targets().get(target, "")):
                yield f"make {target}: knows no {name}"
    for module in _MODULE.findall(text):
        if importlib.util.find_spec(module.rstrip(".")) is None:
            yield f"{module}: no such module"
    for function, event in _INVOKED.findall(text):
        if function not in template.functions(template.read()) or not (ROOT / event).is_file():
            yield f"sam local invoke {function}: no such function or event"
    for line in _PROGRAM.findall(text):
        yield from _not_understood(re.split(r" +(?:#|>)", line)[0])


def _not_understood(line: str) -> Iterator[str]:
    """Say why the command line would not take *line*, of which `<words like these>` are for the reader to fill in."""
    words = shlex.split(re.sub(r"<[^>]*>", "00000000-0000-4000-8000-000000000000", line))
    command: Any = get_command(app)  # of click, which typer brings along as a part of its own
    context = command.context_class(command, info_name="tenant-onboarding")
    while hasattr(command, "get_command") and words:
        name = words.pop(0)
        command = command.get_command(context, name)
        if command is None:
            yield f"tenant-onboarding {line}: knows no {name}"
            return
        context = command.context_class(command, info_name=name, parent=context)
    if hasattr(command, "get_command") or "…" in line:
        return  # it speaks of all of them, or leaves something out
    try:
        command.make_context(command.name, words, parent=context.parent)
    except Exception as error:  # noqa: BLE001 - the part's own names for what is wrong are not typer's to give
        yield f"tenant-onboarding {line}: {error.format_message()}" if hasattr(error, "format_message") else repr(error)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_page_keeps_its_promises(path: Path) -> None:
    page = (path, path.read_text())

    assert [*dead_links(page), *commands_that_cannot_be_given(page)] == []


@pytest.mark.parametrize(
    ("text", "breach"),
    [
        ("See [there](docs/nowhere.md).", "docs/nowhere.md leads nowhere"),
        ("See [there](README.md#no-such-thing).", "README.md#no-such-thing: no such heading"),
        ("See [below](#no-such-thing).", "#no-such-thing: no such heading"),
        ("Then `make coffee`.", "make coffee: no such target"),
        ("    make run COLOUR=red\n", "make run: knows no COLOUR"),
        ("`python -m local.nothing`", "local.nothing: no such module"),
        ("    tenant-onboarding make coffee\n", "tenant-onboarding make coffee: knows no make"),
        ("`tenant-onboarding session step 1`", "tenant-onboarding session step 1: Missing argument"),
        ("`tenant-onboarding queue --colour red`", "tenant-onboarding queue --colour red: No such option"),
        ("    sam local invoke MakeCoffee --event events/get_session.json", "sam local invoke MakeCoffee: no such"),
        ("    sam local invoke GetSession --event events/coffee.json", "sam local invoke GetSession: no such"),
    ],
)
def test_a_page_that_breaks_its_promise_is_caught(text: str, breach: str) -> None:
    page = (ROOT / "README.md", text)

    found = [*dead_links(page), *commands_that_cannot_be_given(page)]

    assert [each for each in found if each.startswith(breach)] == found
    assert found


def test_the_permissions_that_a_registration_needs_are_those_that_are_judged() -> None:
    told = (ROOT / "docs" / "credentials.md").read_text()

    rows = re.findall(r"^\| `([\w.]+)` \| (yes|no) \| (.+) \| `([0-9a-f-]{36})` \|$", told, re.MULTILINE)

    asked = [
        (each.name, "yes" if each.required else "no", ", ".join(f"`{task}`" for task in each.tasks), each.role_id)
        for each in PERMISSIONS
    ]
    assert rows == asked


def test_commands_are_found_at_all() -> None:
    named = {target for path in PAGES for _, target, _ in _MAKE.findall(path.read_text())}

    assert named >= {"run", "demo", "test", "check", "token", "deploy", "rehearse", "verify"}
    assert len({line for path in PAGES for line in _PROGRAM.findall(path.read_text())}) > 40
