"""What is shipped beside our own code: the packages of layer and page, their licences, and a bill of materials.

`python -m local.shipped` writes the bill, in CycloneDX 1.5 (https://cyclonedx.org/docs/1.5/json/).
"""

import base64
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Any

from local import ROOT
from local.build import TOOLS

BILL = ROOT / ".aws-sam" / "sbom.cdx.json"
PAGE_LOCK = ROOT / "web" / "package-lock.json"

PERMISSIVE = frozenset(
    {"0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT", "MIT-0", "PSF-2.0", "Unlicense"}
)
"""What may be shipped, by its SPDX id: licences that ask for no more than to be named."""

UNSTATED = "not stated"

LAYER = ("--no-default-groups",)
TOOLING = (("--only-group", "dev", "--only-group", "local"), ("--only-group", "emulator"))
"""What `uv export` is told to list what is installed into `.venv` and `.venv-emulator`."""

_ENVIRONMENTS = (ROOT / ".venv", ROOT / ".venv-emulator")
_EITHER = " OR "
_BOTH = " AND "


def shipped() -> dict[str, str]:
    """Name the packages of the layer, each with its licence."""
    return {name: licence(name) for name in _exported(LAYER)}


def shipped_in_page() -> dict[str, str]:
    """Name the packages that the page may be built of, each with its licence; npm writes both into its lock."""
    return {f"{each['name']} {each['version']}": each.get("license", UNSTATED) for each in _locked()}


def tools() -> dict[str, str]:
    """Name what is used here and never shipped, each with its licence; what this machine lacks is left out."""
    names = {name for options in TOOLING for name in _exported(options)} - set(_exported(LAYER))
    return {name: licence(name) for name in sorted(names) if name in _installed()}


def licence(name: str) -> str:
    """Give the licence of a package in its own words; the expression of newer metadata is exact, and comes first."""
    metadata = _installed()[name].metadata
    listed: list[str] = metadata.get_all("Classifier") or []
    classified = [each.rpartition(" :: ")[2] for each in listed if each.startswith("License :: ")]
    written = (metadata.get("License") or "").partition("\n")[0].strip()
    return metadata.get("License-Expression") or written or ", ".join(classified) or UNSTATED


def is_permissive(expression: str) -> bool:
    """Tell whether a licence may be shipped: one of those it offers, and all of those that go together.

    What is not an SPDX expression may not, and neither may one with brackets: a person has to read it first.
    """
    return any(PERMISSIVE.issuperset(offered.split(_BOTH)) for offered in expression.split(_EITHER))


def not_to_be_shipped() -> dict[str, str]:
    """Name the packages whose licence is in the way."""
    everything = shipped() | shipped_in_page()
    return {name: words for name, words in everything.items() if not is_permissive(words)}


def bill() -> dict[str, Any]:
    """Make the bill of materials: what uv and npm know of the packages, and their licences."""
    made: dict[str, Any] = json.loads(_export(LAYER, "cyclonedx1.5"))
    for component in made["components"]:
        component["licenses"] = [{"expression": licence(component["name"])}]
    made["components"] += map(_component, _locked())
    return made


def _locked() -> list[dict[str, Any]]:
    """Read the packages of the page from npm's lock, each once and by name; what only builds it is left out.

    https://docs.npmjs.com/cli/configuring-npm/package-lock-json#packages
    """
    packages: dict[str, dict[str, Any]] = json.loads(PAGE_LOCK.read_text())["packages"]
    named = (
        {"name": place.rpartition("node_modules/")[2], **package}
        for place, package in packages.items()
        if place and not package.get("dev")
    )
    once = {(each["name"], each["version"]): each for each in named}
    return [once[each] for each in sorted(once)]


def _component(package: dict[str, Any]) -> dict[str, Any]:
    name, version = package["name"], package["version"]
    address = f"pkg:npm/{name.replace('@', '%40')}@{version}"
    algorithm, _, digest = package["integrity"].partition("-")
    hashes = [{"alg": algorithm.upper().replace("SHA", "SHA-"), "content": base64.b64decode(digest).hex()}]
    return {
        "type": "library",
        "bom-ref": address,
        "name": name,
        "version": version,
        "purl": address,
        "hashes": hashes,
        "licenses": [{"expression": package.get("license", UNSTATED)}],
    }


def _exported(options: tuple[str, ...]) -> Iterator[str]:
    return (each[1] for each in re.finditer(r"^([\w.-]+)==", _export(options, "requirements-txt"), re.MULTILINE))


@cache
def _export(options: tuple[str, ...], form: str) -> str:
    quiet = ["--frozen", "--quiet", "--no-emit-project", "--no-annotate", "--no-header"]
    command = [str(TOOLS / "uv"), "export", *quiet, *options, "--format", form]
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout


@cache
def _installed() -> dict[str, Distribution]:
    """Find every package that is installed, by its name in uv.lock."""
    places = [str(place) for each in _ENVIRONMENTS for place in each.glob("lib/python*/site-packages")]
    return {_normal(each.name): each for each in distributions(path=places)}


def _normal(name: str) -> str:
    # https://packaging.python.org/en/latest/specifications/name-normalization/
    return re.sub(r"[-_.]+", "-", name).lower()


def main(place: Path = BILL) -> None:
    """Write the bill, or say which licence is in the way."""
    if refused := not_to_be_shipped():
        sys.exit(f"may not be shipped: {refused}; see `PERMISSIVE`")
    place.parent.mkdir(exist_ok=True)
    place.write_text(json.dumps(bill(), indent=2) + "\n")
    print(f"{place.relative_to(ROOT)}: {len(bill()['components'])} packages")


if __name__ == "__main__":
    main()
