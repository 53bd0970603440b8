"""`make rehearse STAGE=prod`: what would `make deploy` do? Asked of the local deployment, which shows the change set.

The stack of the rehearsal is one that is not there, so all that a first deployment makes is shown; nothing is made.
The placeholders of `samconfig.toml` pass here, since nobody fetches the issuer's keys for a change set.
"""

import argparse
import os
import subprocess
import sys
from urllib.parse import urlsplit

from local import ROOT
from local.build import TOOLS, build, machine_architecture
from local.deployment import client
from local.placeholders import settings_of
from local.refusals import Refused
from local.state import State

STACK = "rehearsal"


def rehearse(stage: str) -> None:
    """Have the running deployment show the change set of a first deployment with the settings of *stage*.

    Raises:
        Refused: If there is no such stage, nothing is running, or the change set cannot be made.
    """
    settings_of(stage)
    stack = State.chosen().stack()
    port = urlsplit(stack["aws_endpoint_url"]).port or 0
    build(machine_architecture())
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")} | {
        "AWS_ENDPOINT_URL": stack["aws_endpoint_url"],
        "AWS_ACCESS_KEY_ID": "rehearsal",
        "AWS_SECRET_ACCESS_KEY": "rehearsal",
        "AWS_DEFAULT_REGION": stack["region"],
        "NO_PROXY": "127.0.0.1",
        "SAM_CLI_TELEMETRY": "0",
    }
    options = ["--config-env", stage, "--stack-name", STACK, "--no-execute-changeset", "--no-confirm-changeset"]
    finished = subprocess.run([TOOLS / "sam", "deploy", *options], cwd=ROOT, env=environment, check=False)
    client("cloudformation", port).delete_stack(StackName=STACK)
    if finished.returncode != 0:
        raise Refused("sam could not make the change set; what it said stands above")


def main() -> None:
    """Rehearse the stage that the command line names; say in one line why not."""
    parser = argparse.ArgumentParser(prog="local.rehearsal", description=__doc__)
    parser.add_argument("stage")
    stage = parser.parse_args().stage
    try:
        rehearse(stage)
    except Refused as refused:
        sys.exit(f"Refused: {refused}")


if __name__ == "__main__":
    main()
