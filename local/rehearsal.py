"""`make rehearse STAGE=prod`: what would `make deploy` do? Asked of the local deployment, which shows the change set.

The stack of the rehearsal is one that is not there, so all that a first deployment makes is shown; nothing is made.
The placeholders of `samconfig.toml` pass here, since nobody fetches the issuer's keys for a change set.
"""

import argparse
import os
import shlex
import subprocess
import sys
from typing import Any
from urllib.parse import urlsplit

from local import ROOT, expansion
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
    finished = subprocess.run(
        [TOOLS / "sam", "deploy", *options], cwd=ROOT, env=environment, check=False, text=True, stdout=subprocess.PIPE
    )
    client("cloudformation", port).delete_stack(StackName=STACK)
    shown, added, off = _told(finished.stdout, without(expansion.read(ROOT / "template.yaml"), _parameters(stage)))
    print(shown)
    if finished.returncode != 0:
        raise Refused("sam could not make the change set; what it said stands above")
    print(f"{added} resources would be added, {off} are off in {stage}. Nothing was made.")


def _parameters(stage: str) -> dict[str, str]:
    overrides = settings_of(stage).get("parameter_overrides", [])
    listed = shlex.split(overrides) if isinstance(overrides, str) else overrides
    return dict(each.partition("=")[::2] for each in listed)


def without(template: expansion.Template, parameters: dict[str, str]) -> set[str]:
    """Name the resources of *template* that are not made with these *parameters*, since their condition is false."""
    values = {name: each.get("Default", "") for name, each in template["Parameters"].items()} | parameters

    def holds(said: Any) -> bool:  # noqa: ANN401 - JSON values
        [(function, of)] = said.items()
        match function:
            case "Fn::Equals":
                left, right = (values[each["Ref"]] if isinstance(each, dict) else each for each in of)
                return bool(left == right)
            case "Fn::Not":
                return not holds(of[0])
            case "Fn::Or":
                return any(map(holds, of))
            case _:
                return holds(template["Conditions"][of])

    conditional = {name: each["Condition"] for name, each in template["Resources"].items() if "Condition" in each}
    return {name for name, condition in conditional.items() if not holds(template["Conditions"][condition])}


def _told(said: str, off: set[str]) -> tuple[str, int, int]:
    """Take out of what sam *said* how uploads went, and mark what is *off*; count what is added, and what is not."""
    lines = [line for line in said.replace("\r", "\n").splitlines() if not line.startswith("\tUploading")]
    rows = [number for number, line in enumerate(lines) if line.startswith("+ Add")]
    not_made = [number for number in rows if lines[number].split()[2] in off]
    for number in not_made:
        lines[number] = lines[number].replace("+ Add", "  Off", 1)
    return "\n".join(lines), len(rows) - len(not_made), len(not_made)


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
