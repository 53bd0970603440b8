"""The keys and secrets of a running deployment stay in its folder; what it ships knows Microsoft's hosts alone."""

import json
import stat
from pathlib import Path

from tests.e2e.conftest import ROOT, LocalDeployment

SHIPPED = ROOT / "functions" / "onboarding" / "graph" / "clouds.json"


def test_key_and_secret_are_in_files_of_their_owner_s_alone_and_in_nothing_that_is_said(local: LocalDeployment) -> None:
    folder = ROOT / local.folder
    key = (folder / "issuer.pem").read_text().splitlines()[1]
    secret = json.loads((folder / "secrets.json").read_text())["client_secret"]
    said = [local.make("logs").stdout, *(path.read_text(errors="replace") for path in spoken(folder))]

    assert len(said) > 3
    assert [text for text in said if key in text or secret in text] == []
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for name in ("issuer.pem", "secrets.json"):
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600


def spoken(folder: Path) -> list[Path]:
    """Name the files in which the deployment speaks of itself."""
    return [
        path for path in sorted(folder.iterdir()) if path.suffix in {".log", ".json", ".port"} and not _secret(path)
    ]


def _secret(path: Path) -> bool:
    return path.name == "secrets.json"


def test_what_is_built_knows_microsoft_s_hosts_alone(local: LocalDeployment) -> None:
    """The local deployment's own table is put into its copy only, so that nothing of it can be deployed elsewhere."""
    assert local.stack["graph_url"].startswith("http://127.0.0.1")

    built = sorted((ROOT / ".aws-sam" / "build").glob("*/onboarding/graph/clouds.json"))

    assert len(built) > 3  # whoever asks Microsoft, or leads people there
    assert {path.read_bytes() for path in built} == {SHIPPED.read_bytes()}
