"""A first deployment with settings that are nobody's is refused in one line, not deep inside CloudFormation."""

import os
import subprocess
import tomllib
from typing import Any

import pytest

from local import placeholders
from local.refusals import Refused
from tests.template import ROOT


def settings(*overrides: str) -> dict[str, Any]:
    """Make settings with one stage, `dev`."""
    return {"dev": {"deploy": {"parameters": {"parameter_overrides": [*overrides]}}}}


@pytest.mark.parametrize(
    "issuer",
    ["https://issuer.example.invalid", "https://INVALID/", "https://a.invalid.:443/tenant", "", "https://", "invalid"],
)
def test_an_issuer_that_belongs_to_nobody_is_refused(issuer: str) -> None:
    with pytest.raises(Refused, match=r"put the issuer .* into \[dev.deploy.parameters\] of samconfig.toml"):
        placeholders.check(settings(f"Issuer={issuer}", "Audience=tenant-onboarding"), "dev")


@pytest.mark.parametrize("overrides", [[], "Audience=x", ["Audience=https://issuer.example"]])
def test_an_issuer_that_is_not_there_is_refused(overrides: object) -> None:
    with pytest.raises(Refused):
        placeholders.check({"dev": {"deploy": {"parameters": {"parameter_overrides": overrides}}}}, "dev")


@pytest.mark.parametrize(
    "overrides",
    [
        ["Issuer=https://login.example.com/a?b=c", "Audience=x"],
        'Audience=x Issuer="https://invalid.example.com"',
    ],
)
def test_an_issuer_of_somebody_s_is_taken(overrides: object) -> None:
    placeholders.check({"dev": {"deploy": {"parameters": {"parameter_overrides": overrides}}}}, "dev")


def test_a_value_that_sam_would_cut_at_a_blank_is_refused() -> None:
    cut = settings("Issuer=https://login.example.com", "PageScope=openid profile")
    whole = settings("Issuer=https://login.example.com", 'PageScope="openid profile"')

    placeholders.check(whole, "dev")

    with pytest.raises(Refused, match=r"PageScope in .* has blanks"):
        placeholders.check(cut, "dev")


def test_a_stage_that_is_not_there_is_refused() -> None:
    with pytest.raises(Refused, match=r"there is no \[staging\.deploy\.parameters\] of samconfig.toml; there are: dev"):
        placeholders.check(settings("Issuer=https://login.example.com"), "staging")


@pytest.mark.parametrize("stage", ["dev", "staging", "prod"])
def test_what_is_shipped_is_a_placeholder_and_caught(stage: str) -> None:
    with pytest.raises(Refused):
        placeholders.check(tomllib.loads((ROOT / "samconfig.toml").read_text()), stage)


def test_a_deployment_looks_before_it_builds() -> None:
    printed = subprocess.run(
        ["make", "--dry-run", "deploy", "STAGE=prod"],  # noqa: S607 - the make that is there
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))},
        check=True,
        capture_output=True,
        text=True,
    ).stdout

    looks, builds, deploys = (printed.find(each) for each in ("local.placeholders 'prod'", "local.build", "sam deploy"))
    assert 0 <= looks < builds < deploys
