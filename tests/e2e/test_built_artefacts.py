"""What `make build` made is what runs: every handler is imported with only the built layer on its path."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bench.comparison import LARGEST_CODE, LARGEST_LAYER, zipped
from local import expansion
from local.build import BUILT, LAYER, build, machine_architecture

UNCHECKED = (0b01).to_bytes(4, "little")
"""Flags of bytecode that is never compared with its source (PEP 552)."""

# -S leaves out site-packages, -I the environment: what is left is Python's own library and the two folders.
_IMPORT = """
import importlib, json, sys
sys.path[:0] = [{layer!r}, {code!r}]
handler = getattr(importlib.import_module({module!r}), "handler")
own = [m for m in sys.modules.values() if (getattr(m, "__file__", None) or "").startswith(({layer!r}, {code!r}))]
print(json.dumps([m.__cached__ for m in own if m.__file__.endswith((".py", ".pyc"))]))
"""

_FAIL = """
import os, sys, traceback
sys.path[:0] = [{layer!r}, {code!r}]
from api.get_session import handler
try:
    handler({{}}, None)
except KeyError:
    traceback.print_exc()
"""


@pytest.fixture(scope="module", autouse=True)
def built() -> None:
    build(machine_architecture())


def handlers() -> list[tuple[str, str]]:
    template = expansion.read(Path(__file__).parents[2] / "template.yaml")
    return [
        (name, resource["Properties"]["Handler"].rpartition(".")[0])
        for name, resource in template["Resources"].items()
        if resource["Type"] == "AWS::Serverless::Function"
    ]


@pytest.mark.parametrize(("function", "module"), handlers())
def test_a_handler_needs_only_its_code_and_the_layer_and_comes_with_bytecode(function: str, module: str) -> None:
    script = _IMPORT.format(layer=str(BUILT / LAYER / "python"), code=str(BUILT / function), module=module)

    imported = alone(script)

    assert imported.returncode == 0, imported.stderr
    compiled = [Path(path) for path in json.loads(imported.stdout)]
    assert compiled
    assert [path for path in compiled if not path.is_file() or path.read_bytes()[4:8] != UNCHECKED] == []


def test_functions_are_small_and_the_layer_holds_nothing_of_the_runtime() -> None:
    packages = {path.name for path in (BUILT / LAYER / "python").iterdir()}

    assert packages.isdisjoint({"boto3", "botocore", "awscrt", "bin", "tests"})
    assert zipped(BUILT / LAYER) <= LARGEST_LAYER
    assert max(zipped(BUILT / function) for function, _ in handlers()) <= LARGEST_CODE


def test_a_route_s_artefact_holds_nothing_that_it_cannot_reach() -> None:
    held = {str(path.relative_to(BUILT / "GetSession")) for path in (BUILT / "GetSession").rglob("*") if path.is_file()}

    assert {"api/get_session.pyc", "onboarding/storage/sessions.pyc"} <= held
    assert {
        path for path in held if path.startswith(("workers", "schedules", "onboarding/graph", "onboarding/tasks"))
    } == set()
    assert {path for path in held if path.startswith("api/")} == {"api/__init__.pyc", "api/get_session.pyc"}


def test_what_licences_ask_for_is_in_the_layer() -> None:
    packages = list((BUILT / LAYER / "python").glob("*.dist-info"))

    assert packages
    assert [path.name for path in packages if not any(path.rglob("*LICEN[CS]E*"))] == []


def test_what_goes_wrong_is_told_by_file_and_line_though_the_source_is_not_there() -> None:
    failed = alone(_FAIL.format(layer=str(BUILT / LAYER / "python"), code=str(BUILT / "GetSession")))

    lines = [line.strip() for line in failed.stderr.splitlines()]
    source = (Path(__file__).parents[2] / "functions" / "onboarding" / "rest.py").read_text().splitlines()
    [told] = [
        line for line in lines if line.startswith('File "/var/task/onboarding/rest.py"') and "in answered" in line
    ]
    number = int(told.split("line ")[1].partition(",")[0])
    assert 'event["requestContext"]' in source[number - 1]


def alone(script: str) -> subprocess.CompletedProcess[str]:
    """Run *script* with Python's own library and nothing else."""
    return subprocess.run(
        [sys.executable, "-I", "-S", "-c", script],
        env={"AWS_REGION": "eu-central-1", "PYTHONDONTWRITEBYTECODE": "1"},
        check=False,
        capture_output=True,
        text=True,
    )
