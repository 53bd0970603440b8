"""Build functions and layer into `.aws-sam/build`, as bytecode: `python -m local.build`.

The same inputs give the same bytes, wherever the checkout lies, so a digest tells whether anything has changed. What
an artefact holds of ours, and why not its source, is said in docs/decisions/0026-bytecode-of-what-is-reached.md.
"""

import argparse
import hashlib
import os
import platform
import py_compile
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from importlib.util import cache_from_source
from itertools import chain
from modulefinder import ModuleFinder
from pathlib import Path

from local import ROOT, expansion, reference
from local.alone import alone
from local.refusals import Refused

TOOLS = ROOT / ".venv" / "bin"
BUILT = ROOT / ".aws-sam" / "build"
LAYER = "Dependencies"
PINS = ROOT / "layers" / "dependencies" / "requirements.txt"
STAMP = BUILT / ".inputs"

# Where Lambda lays the code, and so what its tracebacks say: bytecode remembers the path it was compiled for.
TASK_ROOT = "/var/task"
LAYER_ROOT = "/opt"

NOT_SHIPPED = ("bin", "tests")
"""Folders of packages in the layer that no function needs."""
CORE = "pydynox_core"
"""All that the stores use of pydynox. Beside it, its package loads models, metrics and asyncio at every start."""


def machine_architecture() -> str:
    """Name this machine's processor as Lambda does; local functions run on it."""
    return "arm64" if platform.machine().lower() in {"aarch64", "arm64"} else "x86_64"


def digest_of(files: Iterable[tuple[str, bytes]]) -> str:
    """Digest names and contents, so that neither moving nor editing a file goes unnoticed."""
    digest = hashlib.sha256()
    for name, content in files:
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def build(architecture: str) -> None:
    """Bring `.aws-sam/build` up to date for *architecture*; do nothing if its inputs have not changed.

    Raises:
        Refused: If sam cannot build it, with what it said.
    """
    with alone("build"):
        export_pins()
        reference.write()
        inputs = _digest_of_inputs(architecture)
        if STAMP.is_file() and STAMP.read_text() == inputs:
            return
        print("Building functions and layer (seconds; longer the first time) …", flush=True)
        _run_sam(architecture)
        _slim(BUILT / LAYER)
        for stale in list(BUILT.rglob("__pycache__")):  # a checkout's own, that names its own paths
            shutil.rmtree(stale)
        _compile(BUILT / LAYER, LAYER_ROOT)
        for name, handler in _handlers().items():
            reduce(BUILT / name, handler.rpartition(".")[0])
        STAMP.write_text(inputs)


def export_pins() -> None:
    """Write what the layer installs, with hashes, from uv.lock; leave an equal file untouched."""
    pins = _pins()
    if not PINS.is_file() or PINS.read_text() != pins:
        PINS.parent.mkdir(parents=True, exist_ok=True)
        PINS.write_text(pins)


def check_pins() -> None:
    """Raise `Refused` if the committed pins are not those of uv.lock."""
    if not PINS.is_file() or PINS.read_text() != _pins():
        raise Refused(f"{PINS.relative_to(ROOT)} is not what uv.lock says: run `make build` and commit it")


def _pins() -> str:
    """Give the pins in pip's words; the first has it refuse all of them if one had no hash."""
    options = ["--frozen", "--quiet", "--no-default-groups", "--no-emit-project", "--no-annotate", "--no-header"]
    exported = subprocess.run(
        [TOOLS / "uv", "export", *options, "--format", "requirements-txt"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return f"--require-hashes\n{exported}"


def _digest_of_inputs(architecture: str) -> str:
    others = [ROOT / "template.yaml", PINS, Path(__file__)]
    contents = chain(
        _files(ROOT / "functions"), _files(reference.FOLDER), ((path.name, path.read_bytes()) for path in others)
    )
    return f"{architecture} {platform.python_version()} {digest_of(contents)}"


def _run_sam(architecture: str) -> None:
    # sam looks for the runtime's python and its pip on PATH: ours come first.
    environment = os.environ | {"PATH": f"{TOOLS}{os.pathsep}{os.environ['PATH']}", "SAM_CLI_TELEMETRY": "0"}
    command = [str(TOOLS / "sam"), "build", "--cached", "--parameter-overrides", f"Architecture={architecture}"]
    finished = subprocess.run(command, cwd=ROOT, env=environment, check=False, capture_output=True, text=True)
    if finished.returncode != 0:
        raise Refused(f"sam build failed:\n{finished.stdout}{finished.stderr}")


def _slim(layer: Path) -> None:
    for name in NOT_SHIPPED:
        for folder in (layer / "python").glob(f"*/{name}"):
            shutil.rmtree(folder)
        shutil.rmtree(layer / "python" / name, ignore_errors=True)
    (layer / "python" / PINS.name).unlink(missing_ok=True)
    _leave_the_core_alone(layer / "python" / "pydynox")


def _leave_the_core_alone(package: Path) -> None:
    """Take everything but the core out of pydynox: whatever else is imported of it fails when the layer is tried."""
    for path in package.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif not path.name.startswith(CORE):
            path.unlink()
    (package / "__init__.py").write_text('"""Its core alone; see decision 0004."""\n')


def _handlers() -> dict[str, str]:
    resources = expansion.read(BUILT / "template.yaml")["Resources"]
    functions = {name: it for name, it in resources.items() if it["Type"] == "AWS::Serverless::Function"}
    return {name: it["Properties"]["Handler"] for name, it in functions.items()}


def reduce(artefact: Path, module: str) -> None:
    """Leave of *artefact* what *module* can reach by its imports, wherever they are written, as bytecode alone.

    A file that is no module stays if a module beside it does, or where there is none beside it, in the folder above.

    Raises:
        Refused: If a module does not compile.
    """
    folders = {path.parent for path in artefact.rglob("*.py")}
    reached = set(_reached(artefact, module))
    kept = {artefact, *(path.parent for path in reached)}
    for path in [path for path in artefact.rglob("*") if path.is_file()]:
        if path in reached:
            _translate(path, path.with_suffix(".pyc"), f"{TASK_ROOT}/{path.relative_to(artefact)}")
        if path.suffix == ".py" or _home(path, folders, artefact) not in kept:
            path.unlink()
    for folder in sorted((path for path in artefact.rglob("*") if path.is_dir()), reverse=True):
        if not any(folder.iterdir()):
            folder.rmdir()


def _reached(artefact: Path, module: str) -> Iterator[Path]:
    finder = ModuleFinder(path=[str(artefact)])
    finder.import_hook(module)
    for name in finder.badmodules:  # nearly all are of other packages; a broken one of ours is among them, too
        broken = artefact.joinpath(*name.split(".")).with_suffix(".py")
        if broken.is_file():
            raise Refused(f"{broken.relative_to(artefact)} does not compile")
    files = (found.__file__ for found in finder.modules.values())  # type: ignore[attr-defined]  # missing in its stubs
    return (Path(file) for file in files if file)


def _home(path: Path, folders: set[Path], artefact: Path) -> Path:
    return next((folder for folder in path.parents if folder in folders or folder == artefact), artefact)


def _files(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Read every file of *folder* but bytecode, by its name there."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            yield str(path.relative_to(folder)), path.read_bytes()


def _compile(layer: Path, prefix: str) -> None:
    """Add bytecode to the packages of *layer*, whose sources stay: tracebacks show their lines."""
    for path in sorted(layer.rglob("*.py")):
        _translate(path, Path(cache_from_source(path, optimization="")), f"{prefix}/{path.relative_to(layer)}")


def _translate(source: Path, bytecode: Path, shown_as: str) -> None:
    """Make bytecode without docstrings, which nothing reads at run time and which lie in every process's memory.

    It is never checked against its source: Lambda's file system is read-only, so it cannot differ.

    Raises:
        Refused: If the module does not compile.
    """
    try:
        py_compile.compile(
            str(source),
            str(bytecode),
            shown_as,
            doraise=True,
            optimize=2,
            invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
        )
    except py_compile.PyCompileError as error:
        raise Refused(f"{shown_as} does not compile: {error.msg}") from None


def main() -> None:
    """Build, or only check that the layer's committed pins are current."""
    parser = argparse.ArgumentParser(prog="local.build", description=__doc__)
    parser.add_argument("--architecture", choices=["arm64", "x86_64"], default=machine_architecture())
    parser.add_argument(
        "--check-pins", action="store_true", help="only check that the layer's pins are those of uv.lock"
    )
    parser.add_argument("--with-page", action="store_true", help="build nothing if the page cannot be")
    arguments = parser.parse_args()
    try:
        if arguments.check_pins:
            check_pins()
        else:
            from local import page  # noqa: PLC0415 - it digests as this module does

            if arguments.with_page:
                page.build()
            else:
                page.build_if_possible(despite=page.Lacking)
            build(arguments.architecture)
    except Refused as refused:
        sys.exit(str(refused))


if __name__ == "__main__":
    main()
