"""The layer `Reference` is written by whoever comes first, and left alone by all others."""

import os
import subprocess
import sys
from pathlib import Path

from local import ROOT, reference


def test_what_is_up_to_date_is_left_untouched(tmp_path: Path) -> None:
    first = {path.name: path.stat().st_mtime_ns for path in reference.write(tmp_path).iterdir()}
    assert first.keys() == {"docs.html", "openapi.json"}
    assert {path.name: path.stat().st_mtime_ns for path in reference.write(tmp_path).iterdir()} == first


def test_an_older_file_is_written_anew(tmp_path: Path) -> None:
    page = reference.write(tmp_path) / "docs.html"
    told = page.read_text()
    page.write_text("an older one")
    reference.write(tmp_path)
    assert page.read_text() == told


def test_every_process_writes_the_same(tmp_path: Path) -> None:
    program = "import sys, pathlib; from local import reference; reference.write(pathlib.Path(sys.argv[1]))"
    written = []
    for seed in ("1", "2", "3"):
        command = [sys.executable, "-c", program, str(tmp_path / seed)]
        subprocess.run(command, cwd=ROOT, env={**os.environ, "PYTHONHASHSEED": seed}, check=True)  # noqa: S603 - our own
        written.append({path.name: path.read_text() for path in (tmp_path / seed).iterdir()})

    assert written[0] == written[1] == written[2]
