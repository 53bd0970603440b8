"""The command line as somebody has it who installed it: a wheel of ours in an environment of its own, and a folder."""

import os
import shlex
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.conftest import AT_MOST, ROOT, LocalDeployment

UV = ROOT / ".venv" / "bin" / "uv"
PINS = ROOT / ".cache" / "command-line.txt"

NOT_OURS = ("MAKE", "MFLAGS", "TENANT_ONBOARDING_", "XDG_", "LOCAL_STATE")
"""How the names begin of what `make test` tells the makes below it, and of what a person set for themselves."""

_ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith(NOT_OURS)}


@dataclass(frozen=True)
class Program:
    """The installed program, as it is called in *folder*."""

    path: Path
    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        """What the program finds around it: a home in which nothing was set yet."""
        return _ENVIRONMENT | {"HOME": str(self.folder)}

    def call(self, line: str, *, together: bool = False, within: float = AT_MOST) -> subprocess.CompletedProcess[str]:
        """Call it as a shell would with *line*; *together* has all that it says in one, as a terminal has."""
        return subprocess.run(
            [self.path, *shlex.split(line)[1:]],
            cwd=self.folder,
            env=self.environment,
            check=False,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT if together else subprocess.PIPE,
            text=True,
            timeout=within,
        )

    def begin(self, line: str) -> subprocess.Popen[str]:
        """Call it, and do not wait for its end.

        It hears Ctrl-C, whatever these tests were started by: who works in the background ignores it, and so would it.
        """
        return subprocess.Popen(
            ["env", "--default-signal=INT", self.path, *shlex.split(line)[1:]],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )


def install(where: Path) -> Path:
    """Build the wheel, and install it and what it needs, at the versions of uv.lock; give the program's path.

    What is in uv's cache is not downloaded again; the rest is.
    """
    PINS.parent.mkdir(exist_ok=True)
    package = ("--package", "tenant-onboarding-cli", "--no-emit-project")
    python = where / "environment" / "bin" / "python"
    _uv("export", "--frozen", *package, "--output-file", PINS)
    _uv("build", "--wheel", "--out-dir", where / "wheel", "cli")
    _uv("venv", "--python", ROOT / ".venv" / "bin" / "python", where / "environment")
    [wheel] = (where / "wheel").glob("*.whl")
    _uv("pip", "install", "--python", python, "--require-hashes", "--requirement", PINS)
    _uv("pip", "install", "--python", python, "--no-deps", wheel)
    return where / "environment" / "bin" / "tenant-onboarding"


def _uv(*words: str | Path) -> None:
    ran = subprocess.run([UV, "--quiet", *words], cwd=ROOT, check=False, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr


def lay_out(folder: Path, local: LocalDeployment) -> None:
    """Make of *folder* what a checkout with a running deployment is to the program: facts, and what prints tokens."""
    (folder / ".local").mkdir(mode=0o700)
    shutil.copy(ROOT / local.folder / "stack.json", folder / ".local")  # its mode goes along: the program looks at it
    make = f"$(MAKE) --silent --no-print-directory -C '{ROOT}' token LOCAL_STATE='{local.folder}'"
    kept = ".token-$(AS)-$(SCOPE)"  # an hour is long enough, and a make in a make takes a second
    (folder / "Makefile").write_text(f".PHONY: token\ntoken:\n\t@test -s {kept} || {make} > {kept}; cat {kept}\n")
