"""The template as data: what is deployed is said once, and the tests read it there."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parent.parent
TEMPLATE = ROOT / "template.yaml"

type Tree = dict[str, Any]
"""Part of the template; intrinsic functions in their long form, `{"Ref": …}` or `{"Fn::GetAtt": [name, attribute]}`."""


type Rule = Callable[[Tree], Iterator[str]]
"""Names every breach of one rule; none for a template that keeps it."""

type Change = Callable[[Tree], None]
"""Changes a template, so that it breaks a rule."""


class _Loader(yaml.SafeLoader):
    """YAML plus CloudFormation's short tags."""


def _intrinsic(loader: _Loader, tag: str, node: yaml.Node) -> Tree:
    """Turn `!Tag value` into the long form that CloudFormation itself understands."""
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        assert isinstance(node, yaml.MappingNode)
        value = loader.construct_mapping(node, deep=True)
    if tag == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {tag if tag in ("Ref", "Condition") else f"Fn::{tag}": value}


_Loader.add_multi_constructor("!", _intrinsic)


def read() -> Tree:
    """Read the template; whoever changes the answer changes nobody else's."""
    return deepcopy(_parsed())


@cache
def _parsed() -> Tree:
    tree: Tree = yaml.load(TEMPLATE.read_text(), _Loader)  # noqa: S506 - derived from SafeLoader
    return tree


def resources(template: Tree, kind: str) -> dict[str, Tree]:
    """Name every resource of CloudFormation type *kind*, with all that is said of it."""
    return {name: each for name, each in template["Resources"].items() if each["Type"] == kind}


def functions(template: Tree) -> dict[str, Tree]:
    """Name every function with its properties, what `Globals` says included."""
    defaults = template["Globals"]["Function"]
    return {
        name: _merged(defaults, each.get("Properties", {}))
        for name, each in resources(template, "AWS::Serverless::Function").items()
    }


def _merged(defaults: Tree, own: Tree) -> Tree:
    """Merge as SAM does: mappings by key, lists one after the other, all else replaced."""
    merged = dict(defaults)
    for key, value in own.items():
        if key in defaults and isinstance(value, dict) and isinstance(defaults[key], dict):
            merged[key] = _merged(defaults[key], value)
        elif key in defaults and isinstance(value, list) and isinstance(defaults[key], list):
            merged[key] = defaults[key] + value
        else:
            merged[key] = value
    return merged


def pseudo_parameters(region: str, account: str, partition: str = "aws") -> dict[str, str]:
    """Give the values of CloudFormation's pseudo parameters that ARNs are made of."""
    return {"AWS::AccountId": account, "AWS::Partition": partition, "AWS::Region": region}


def environment(template: Tree, physical: dict[str, str], **parameters: str) -> dict[str, str]:
    """Compute the environment that the functions would be given, all of theirs in one.

    References are looked up in *physical* (logical resource id → what `Ref` gives), then in *parameters*, then among
    the parameters' own defaults. A variable that refers to what none of them knows is left out.
    """
    defaults = {name: each["Default"] for name, each in template["Parameters"].items() if "Default" in each}
    known = {name: str(value) for name, value in (defaults | parameters | physical).items()}
    variables: Tree = {}
    for function in functions(template).values():
        variables |= function["Environment"]["Variables"]
    answer = {}
    for name, value in variables.items():
        if not isinstance(value, dict):
            answer[name] = str(value)
        elif value.get("Ref") in known:
            answer[name] = known[value["Ref"]]
    return answer


# ── Reading it ───────────────────────────────────────────────────────────────────────────────────────────────────────


def triggers(tree: Tree, kind: str) -> Iterator[tuple[str, Tree, Tree]]:
    """Find every event of *kind*: the function's name, its properties, and the event's own."""
    for name, function in functions(tree).items():
        for event in function.get("Events", {}).values():
            if event["Type"] == kind:
                yield name, function, event.get("Properties", {})


def target(reference: Any) -> str | None:
    """Name the resource that a `Ref` or a `GetAtt` points to."""
    if not isinstance(reference, dict):
        return None
    name: str | None = reference.get("Ref") or (reference.get("Fn::GetAtt") or [None])[0]
    return name


# ── Breaking it ──────────────────────────────────────────────────────────────────────────────────────────────────────


def put(path: str, value: Any) -> Change:
    """Make a change: the value at *path*, `Resources/Probe/Properties/VisibilityTimeout`, becomes *value*."""

    def change(tree: Tree) -> None:
        *above, last = path.split("/")
        place = tree
        for key in above:
            place = place.setdefault(key, {})
        place[last] = value

    return change


def remove(path: str) -> Change:
    """Make a change: what is at *path* is gone."""

    def change(tree: Tree) -> None:
        *above, last = path.split("/")
        place = tree
        for key in above:
            place = place[key]
        del place[last]

    return change


def of(name: str, path: str = "") -> str:
    """Give the path of *path* in the properties of resource *name*."""
    return f"Resources/{name}/Properties" + (f"/{path}" if path else "")
