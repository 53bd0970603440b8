"""`make deploy` begins here: settings that are nobody's are refused in one line, before anything is built.

API Gateway fetches the issuer's discovery document when it makes the authorizer, so a placeholder would fail deep
inside CloudFormation. Names under `.invalid` never lead anywhere (RFC 6761, 6.4).
"""

import argparse
import shlex
import sys
import tomllib
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from local import ROOT
from local.refusals import Refused

SETTINGS = ROOT / "samconfig.toml"


def settings_of(stage: str, settings: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
    """Give what *settings*, by default those of `samconfig.toml`, say of the deployment of *stage*.

    Raises:
        Refused: If there is no such stage.
    """
    known = tomllib.loads(SETTINGS.read_text()) if settings is None else settings
    parameters: Mapping[str, Any] | None = known.get(stage, {}).get("deploy", {}).get("parameters")
    if parameters is None:
        stages = ", ".join(
            sorted(each for each, tables in known.items() if isinstance(tables, dict) and "deploy" in tables)
        )
        raise Refused(f"there is no {_table(stage)}; there are: {stages}")
    return parameters


def check(settings: Mapping[str, Any], stage: str) -> None:
    """Look whether *settings*, those of `samconfig.toml`, say whose tokens count in *stage*.

    Raises:
        Refused: If there is no such stage, its issuer is missing or a placeholder, or a value would be cut at a blank.
    """
    parameters = settings_of(stage, settings)
    overrides = parameters.get("parameter_overrides", [])
    listed = shlex.split(overrides) if isinstance(overrides, str) else overrides
    for each in listed if listed is overrides else ():
        name, _, value = each.partition("=")
        if " " in value and value[0] not in "\"'":
            raise Refused(f"{name} in {_table(stage)} has blanks, where sam would cut it: write '{name}=\"{value}\"'")
    issuer = dict(each.partition("=")[::2] for each in listed).get("Issuer", "")
    host = (urlsplit(issuer).hostname or "").rstrip(".")
    if not host or host.rpartition(".")[2] == "invalid":
        raise Refused(f"put the issuer of your access tokens into {_table(stage)}: Issuer={issuer} belongs to nobody")


def _table(stage: str) -> str:
    return f"[{stage}.deploy.parameters] of {SETTINGS.name}"


def main() -> None:
    """Check the stage that is about to be deployed; say in one line why not."""
    parser = argparse.ArgumentParser(prog="local.placeholders", description=__doc__)
    parser.add_argument("stage")
    stage = parser.parse_args().stage
    try:
        check(tomllib.loads(SETTINGS.read_text()), stage)
    except Refused as refused:
        sys.exit(f"Refused: {refused}")


if __name__ == "__main__":
    main()
