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


def check(settings: Mapping[str, Any], environment: str) -> None:
    """Look whether *settings*, those of `samconfig.toml`, say whose tokens count in *environment*.

    Raises:
        Refused: If there is no such environment, or its issuer is missing or a placeholder.
    """
    table = f"[{environment}.deploy.parameters] of {SETTINGS.name}"
    parameters = settings.get(environment, {}).get("deploy", {}).get("parameters")
    if parameters is None:
        raise Refused(f"there is no {table}")
    overrides = parameters.get("parameter_overrides", [])
    listed = shlex.split(overrides) if isinstance(overrides, str) else overrides
    issuer = dict(each.partition("=")[::2] for each in listed).get("Issuer", "")
    host = (urlsplit(issuer).hostname or "").rstrip(".")
    if not host or host.rpartition(".")[2] == "invalid":
        raise Refused(f"put the issuer of your access tokens into {table}: Issuer={issuer} belongs to nobody")


def main() -> None:
    """Check the environment that is about to be deployed; say in one line why not."""
    parser = argparse.ArgumentParser(prog="local.placeholders", description=__doc__)
    parser.add_argument("environment")
    environment = parser.parse_args().environment
    try:
        check(tomllib.loads(SETTINGS.read_text()), environment)
    except Refused as refused:
        sys.exit(f"Refused: {refused}")


if __name__ == "__main__":
    main()
