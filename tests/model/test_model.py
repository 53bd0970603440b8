"""The protocol is searched, every variant of it is caught, and what the page quotes stands in the code."""

import ast
import re
from collections.abc import Iterator
from functools import cache

import pytest

from tests.model.protocol import STEPS
from tests.model.search import Found, search
from tests.model.variants import SHORT, VARIANTS, Scope
from tests.template import ROOT

PAGE = (ROOT / "docs" / "model.md").read_text()
WORLD = "## What happens to all of them"


@cache
def searched(scope: Scope) -> Found:
    return search(scope.protocol(), most=scope.most_states)


@pytest.mark.parametrize("scope", SHORT, ids=lambda scope: scope.name)
def test_no_state_breaks_a_promise_and_none_is_stuck(scope: Scope) -> None:
    found = searched(scope)

    assert (found.breach, found.way) == (None, ())
    assert found.exhausted or found.states >= scope.most_states


def test_every_step_is_taken_somewhere() -> None:
    taken = frozenset().union(*(searched(scope).taken for scope in SHORT))

    assert taken == STEPS


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_variant_is_caught_by_the_promise_that_it_breaks(variant: str) -> None:
    scope, breach = VARIANTS[variant]

    found = search(scope.protocol(variant))

    assert found.breach == breach
    assert found.way


# ── The page ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def rows(text: str) -> Iterator[list[str]]:
    """Give the cells of every row of a table, the head and the line under it left out."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    for line in lines[2:]:
        yield [cell.strip() for cell in line.strip("|").split(" | ")]


def quotations(text: str) -> Iterator[tuple[str, str, str | None, str]]:
    """Give the step, file, function and text of every quotation; no function means anywhere in the file."""
    for step, where, what in rows(text.split(WORLD, maxsplit=1)[0]):
        path, _, function = where.replace("`", "").partition(" ")
        for quoted in re.findall(r"`([^`]+)`", what):
            yield step, path, function or None, quoted


def stands(quoted: str, source: str, function: str | None) -> bool:
    """Tell whether *quoted* stands in *function* of *source*, or in a text that is written there in pieces."""
    tree: ast.AST | None = ast.parse(source)
    for name in function.split(".") if function else ():
        tree = next((node for node in ast.walk(tree) if getattr(node, "name", None) == name), None) if tree else None
    if tree is None:
        return False
    written = source if function is None else ast.get_source_segment(source, tree) or ""
    texts = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return any(_flat(quoted) in _flat(text) for text in (written, *texts))


def _flat(text: str) -> str:
    return " ".join(text.split())


QUOTED = list(quotations(PAGE))


@pytest.mark.parametrize(
    ("step", "path", "function", "quoted"), QUOTED, ids=[f"{step}-{quoted[:40]}" for step, _, _, quoted in QUOTED]
)
def test_what_the_page_quotes_stands_in_the_code(step: str, path: str, function: str | None, quoted: str) -> None:
    source = (ROOT / "functions" / path).read_text()

    assert stands(quoted, source, function), f"{step}: {path} {function} does not say: {quoted}"


def test_the_page_has_every_step_of_the_model_and_no_other() -> None:
    ours, worlds = PAGE.split(WORLD)
    named = {row[0] for row in rows(ours)} | {row[0] for row in rows(worlds.split("## What it leaves out")[0])}

    assert named == STEPS


@pytest.mark.parametrize(
    ("quoted", "function"),
    [("#status = :queued", "Runs.start"), ("lease_until <= :now", "Runs.claim"), ("anything", "Runs.gone")],
)
def test_a_quotation_that_does_not_stand_there_is_caught(quoted: str, function: str) -> None:
    source = (ROOT / "functions" / "onboarding" / "storage" / "runs.py").read_text()

    assert not stands(quoted, source, function)
