"""Builds the page: `web/` becomes the content of the layer `Page`, compressed, whenever its sources have changed.

Node.js is needed for that, and for nothing else here; without it a page that was built before stays.
"""

import gzip
import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from local import ROOT, debian
from local.alone import alone
from local.build import digest_of
from local.refusals import Refused

SOURCES = ROOT / "web"
BUILT = ROOT / "layers" / "page" / "page"
"""What the function finds as `/opt/page`."""

INPUTS = ".inputs"
"""The digest of what a page was built from, which lies beside it."""

COMPRESSIBLE = frozenset({".css", ".html", ".js", ".json", ".svg", ".txt", ".webmanifest"})
PLAIN = frozenset({".ico", ".png", ".woff2"})
"""Compressed by their own nature."""

_NOT_SOURCES = {"node_modules", "dist", "coverage"}

_BROTLI = """
const {brotliCompressSync, constants} = require("node:zlib");
const {readFileSync, writeFileSync} = require("node:fs");
for (const file of process.argv.slice(1)) {
  const content = readFileSync(file);
  writeFileSync(`${file}.br`, brotliCompressSync(content, {params: {
    [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: content.length}}));
}
"""
"""Python's own library has no brotli; Node.js has, and is there whenever a page is built."""


class Lacking(Refused):
    """Here is not what a page is built from, or with."""


class Tools(NamedTuple):
    """What builds the page."""

    node: str
    npm: str


def is_built(built: Path = BUILT) -> bool:
    """Tell whether there is a page, be it an older one."""
    return (built / INPUTS).is_file()


def build(sources: Path = SOURCES, built: Path = BUILT) -> None:
    """Bring *built* up to date with *sources*; do nothing if they have not changed.

    Raises:
        Lacking: If there are no sources; or no Node.js, and none can be installed.
        Refused: If they cannot be built, with what npm said.
    """
    if not (sources / "package.json").is_file():
        raise Lacking(f"{sources.name}/ has no package.json, so there is nothing to build the page from")
    with alone("page"):
        inputs = digest_of(_inputs(sources))
        if is_built(built) and (built / INPUTS).read_text() == inputs:
            return
        tools = _tools(_needed_version(sources))
        print("Building the page (seconds; longer the first time) …", flush=True)
        _install(tools, sources)
        _run([tools.npm, "run", "build"], sources)
        _pack(tools, sources / "dist", built, inputs)


def build_if_possible(sources: Path = SOURCES, built: Path = BUILT, *, despite: type[Refused] = Refused) -> None:
    """Build the page, or say in one line why it stays as it was: a deployment can do without.

    Raises:
        Refused: For another reason than *despite*.
    """
    try:
        build(sources, built)
    except despite as refused:
        left = "The page is an older one" if is_built(built) else "There is no page"
        print(f"{left}: {refused}", flush=True)


def check(sources: Path = SOURCES) -> None:
    """Have the tests of the page itself say that it decides right, and that its types are those of our document.

    Raises:
        Lacking: If there is no Node.js, and none can be installed.
        Refused: If they say otherwise, with what they said.
    """
    with alone("page"):
        tools = _tools(_needed_version(sources))
        _install(tools, sources)
        _run([tools.npm, "run", "check"], sources)


def packages(sources: Path = SOURCES) -> Path:
    """Give the folder with the packages that the page is built and judged with, installed if they were not.

    Raises:
        Lacking: If there is no Node.js, and none can be installed.
        Refused: If they cannot be installed, with what npm said.
    """
    with alone("page"):
        _install(_tools(_needed_version(sources)), sources)
    return sources / "node_modules"


# ── What it is built from, and with ──────────────────────────────────────────────────────────────────────────────────


def _inputs(sources: Path) -> Iterator[tuple[str, bytes]]:
    """Read whatever a build may depend on: the sources and the lock, and how it is done here."""
    yield "page.py", Path(__file__).read_bytes()
    for folder, folders, files in os.walk(sources):
        folders[:] = sorted(set(folders) - _NOT_SOURCES)
        for name in sorted(files):
            path = Path(folder) / name
            yield path.relative_to(sources).as_posix(), path.read_bytes()


def _needed_version(sources: Path) -> tuple[int, ...]:
    """Read from which version of Node.js on the page can be built; `>=` is the only form that is used."""
    said = json.loads((sources / "package.json").read_text()).get("engines", {}).get("node", ">=0")
    return tuple(int(each) for each in said.removeprefix(">=").split("."))


def _tools(needed: tuple[int, ...]) -> Tools:
    wanted = f"Node.js {'.'.join(map(str, needed))} or newer, with npm"
    if found := _found(needed):
        return found
    if not debian.can_install():
        raise Lacking(f"building the page needs {wanted}: install it, and `make build`")
    print("Installing Node.js with apt-get, for the page …", flush=True)
    debian.install("nodejs", "npm")
    if found := _found(needed):
        return found
    raise Lacking(f"building the page needs {wanted}, and apt-get has none: install it, and `make build`")


def _found(needed: tuple[int, ...]) -> Tools | None:
    """Find Node.js on PATH; a name there is no proof, so it is run."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        return None
    said = subprocess.run([node, "--version"], check=False, capture_output=True, text=True).stdout
    version = re.match(r"v(\d+)\.(\d+)\.(\d+)", said)
    return Tools(node, npm) if version and tuple(map(int, version.groups())) >= needed else None


# ── How ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _install(tools: Tools, sources: Path) -> None:
    """Install just what the lock says; once, as long as it says the same.

    No package's own script is run: what is fetched here gets no say before it is asked.
    """
    locked = digest_of((name, (sources / name).read_bytes()) for name in ("package.json", "package-lock.json"))
    stamp = sources / "node_modules" / ".locked"
    if not stamp.is_file() or stamp.read_text() != locked:
        _run([tools.npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], sources)
        stamp.parent.mkdir(exist_ok=True)  # a page that needs no package has none
        stamp.write_text(locked)


def _run(command: list[str], sources: Path) -> None:
    done = subprocess.run(command, cwd=sources, check=False, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode:
        name = " ".join(["npm", *command[1:]])
        raise Refused(f"`{name}` failed in {sources.name}/:\n{(done.stdout + done.stderr)[-3000:].strip()}")


def _pack(tools: Tools, made: Path, built: Path, inputs: str) -> None:
    """Put what npm *made* where the layer has it, replaced as a whole.

    Raises:
        Refused: If a file is of a kind that the function does not serve.
    """
    new = built.with_name(f"{built.name}.new")
    shutil.rmtree(new, ignore_errors=True)
    compressible = []
    for path in sorted(made.rglob("*")):
        place = path.relative_to(made)
        if path.is_dir() or place.parts[0].startswith("."):  # Vite's own notes
            continue
        target = new / place
        target.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix in COMPRESSIBLE:
            target.with_name(f"{target.name}.gz").write_bytes(gzip.compress(path.read_bytes(), 9, mtime=0))
            compressible.append(place)
        elif path.suffix in PLAIN:
            shutil.copyfile(path, target)
        else:
            raise Refused(f"the page has {place}, and files of that kind are not served")
    _run([tools.node, "-e", _BROTLI, "--", *map(str, compressible)], made)
    for place in compressible:
        (made / f"{place}.br").rename(new / f"{place}.br")
    (new / INPUTS).write_text(inputs)
    shutil.rmtree(built, ignore_errors=True)
    new.rename(built)
