"""The local deployment's keys and secrets: for their owner alone, and in its own folder alone."""

import os
import stat
import subprocess
from pathlib import Path

import pytest

from local.issuer import Issuer
from local.state import State, write_privately
from tests.template import ROOT


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture(params=[0o000, 0o022, 0o077], ids=["any umask", "the usual umask", "a strict umask"])
def state(request: pytest.FixtureRequest, tmp_path: Path) -> State:
    before = os.umask(request.param)
    try:
        state = State(tmp_path / "local")
        state.make()
        Issuer.of(state, "http://127.0.0.1:8000/_local/issuer")
        state.client_secret()
    finally:
        os.umask(before)
    return state


def test_the_folder_is_its_owner_s_alone(state: State) -> None:
    assert mode(state.folder) == 0o700


def test_a_key_and_a_secret_are_their_owner_s_alone(state: State) -> None:
    secret = state.client_secret()

    holding = [path for path in state.folder.rglob("*") if path.is_file()]

    assert {path.name for path in holding} == {"issuer.pem", "secrets.json"}
    assert {mode(path) for path in holding} == {0o600}
    assert "PRIVATE KEY" in state.signing_key.read_text()
    assert secret in (state.folder / "secrets.json").read_text()


def test_a_folder_that_others_could_read_is_shut_when_it_is_used_again(tmp_path: Path) -> None:
    (tmp_path / "local").mkdir(mode=0o755)
    state = State(tmp_path / "local")

    with state.held():
        assert mode(state.folder) == 0o700


def test_a_secret_is_never_written_to_a_file_that_is_there_already(tmp_path: Path) -> None:
    """Whoever made the file may read it, or have it lead elsewhere."""
    path = tmp_path / "secrets.json"
    path.symlink_to(tmp_path / "elsewhere")

    with pytest.raises(FileExistsError):
        write_privately(path, "secret")

    assert not (tmp_path / "elsewhere").exists()


def test_key_and_secret_are_made_once_and_differ_between_folders(tmp_path: Path) -> None:
    one, other = State(tmp_path / "one"), State(tmp_path / "other")
    for state in (one, other):
        state.make()
        Issuer.of(state, "http://127.0.0.1:8000/_local/issuer")

    assert one.client_secret() == State(tmp_path / "one").client_secret() != other.client_secret()
    assert one.signing_key.read_bytes() != other.signing_key.read_bytes()


def test_no_state_of_a_deployment_and_no_key_is_in_the_repository() -> None:
    kept = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True).stdout.split()  # noqa: S607 - whichever git there is
    ignored = [".local/issuer.pem", ".local-e2e/secrets.json", ".local/emulator/x.json"]

    left = subprocess.run(  # noqa: S603 - our own words
        ["git", "check-ignore", *ignored],  # noqa: S607 - the same
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    ).stdout.split()

    assert [path for path in kept if path.startswith(".local") or path.endswith((".pem", ".key", ".p12", ".pfx"))] == []
    assert left == ignored
