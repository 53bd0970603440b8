"""What `make build` made is what runs: every handler is imported with only the built layer on its path."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

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
print(json.dumps([m.__cached__ for m in own if m.__file__.endswith(".py")]))
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

    imported = subprocess.run(
        [sys.executable, "-I", "-S", "-c", script],
        env={"AWS_REGION": "eu-central-1", "PYTHONDONTWRITEBYTECODE": "1"},
        check=False,
        capture_output=True,
        text=True,
    )

    assert imported.returncode == 0, imported.stderr
    compiled = [Path(path) for path in json.loads(imported.stdout)]
    assert compiled
    assert [path for path in compiled if not path.is_file() or path.read_bytes()[4:8] != UNCHECKED] == []


def test_functions_are_small_and_the_layer_holds_nothing_of_the_runtime() -> None:
    packages = {path.name for path in (BUILT / LAYER / "python").iterdir()}
    code = sum(path.stat().st_size for path in (BUILT / "GetSession").rglob("*.py"))

    assert packages.isdisjoint({"boto3", "botocore", "awscrt", "bin", "tests"})
    assert code < 1_000_000
