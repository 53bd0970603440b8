"""The document as a page for people: one file of HTML with its style inside, no script, nothing from elsewhere."""

import json
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markdown_it import MarkdownIt
from markupsafe import Markup

type Node = dict[str, Any]

FOLDER = Path(__file__).parent
WRITTEN = FOLDER.with_suffix(".json")
METHODS = ("get", "post", "put", "patch", "delete")

_MARKDOWN = MarkdownIt("commonmark", {"html": False})


def document() -> Node:
    """Read the document as it was written."""
    told: Node = json.loads(WRITTEN.read_text())
    return told


def compact(told: Node) -> str:
    """Write the document for programs: nothing in it that only people need."""
    return json.dumps(told, separators=(",", ":"), ensure_ascii=False)


def page(told: Node) -> str:
    """Write the page."""
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"markdown": _markdown, "inline": _inline, "example": _example, "anchor": _anchor}
    template = environment.get_template("page.html.jinja")
    return template.render(
        told=told,
        style=Markup((FOLDER / "page.css").read_text()),  # noqa: S704 - ours
        operations=[
            _operation(told, path, method)
            for path, item in told["paths"].items()
            for method in METHODS
            if method in item
        ],
        resolved=lambda node: _resolved(told, node),
    )


def _operation(told: Node, path: str, method: str) -> Node:
    operation: Node = told["paths"][path][method]
    answers = {status: _resolved(told, each) for status, each in operation["responses"].items()}
    return operation | {
        "path": path,
        "method": method.upper(),
        "parameters": [_resolved(told, each) for each in operation["parameters"]],
        "responses": answers,
        "curl": _curl(path, method, operation),
    }


def _curl(path: str, method: str, operation: Node) -> str:
    """Write how it is asked for from a shell, with the first of its examples as the body."""
    words = ["curl"]
    if method != "get":
        words.append(f"-X {method.upper()}")
    if operation["security"]:
        words.append('-H "Authorization: Bearer $TOKEN"')
    if "requestBody" in operation:
        [first, *_] = operation["requestBody"]["content"]["application/json"]["examples"].values()
        words += ["-H 'Content-Type: application/json'", f"-d '{json.dumps(first['value'])}'"]
    return " ".join([*words, f'"$URL{path.replace("{", "$").replace("}", "")}"'])


def _resolved(told: Node, node: Node) -> Node:
    if "$ref" not in node:
        return node
    found: Any = told
    for key in node["$ref"].removeprefix("#/").split("/"):
        found = found[key]
    return _resolved(told, found)


def _markdown(text: str) -> Markup:
    return Markup(_MARKDOWN.render(text))  # noqa: S704 - rendered with every tag in it escaped


def _inline(text: str) -> Markup:
    return Markup(_MARKDOWN.renderInline(text))  # noqa: S704 - the same


def _example(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


def _anchor(reference: str) -> str:
    return reference.rpartition("/")[2]
