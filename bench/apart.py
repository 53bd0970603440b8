"""The environment of what draws and what makes load: apart from the tools, which must not depend on either."""

import os
import subprocess
import sys
from pathlib import Path

from bench import ROOT

_FOLDER = ROOT / ".venv-bench"


def programs() -> Path:
    """Give the folder of its programs; it is made, or made current, first."""
    environment = {**os.environ, "UV_PROJECT_ENVIRONMENT": str(_FOLDER)}
    uv = ROOT / ".venv" / "bin" / "uv"
    sync = [str(uv), "sync", "--quiet", "--frozen", "--only-group", "bench", "--python", sys.executable]
    subprocess.run(sync, cwd=ROOT, env=environment, check=True)
    return _FOLDER / "bin"
