"""Writes the items of today's code down, for the code of later days to read: `make shape NAME=…`.

Before a change to what an item holds is landed, or just after: what was deployed is in somebody's tables for ever.
"""

import argparse
import json
import logging
import os
import sys
from pathlib import Path

import pytest

from tests import dynamodb_local, tables
from tests.deployment import CALLER, Engine, deploy
from tests.shapes.story import live

FOLDER = Path(__file__).parent


def main() -> None:
    """Live through the story on an engine of its own, and write down what lies in the tables."""
    parser = argparse.ArgumentParser(prog="tests.shapes.record", description=__doc__)
    parser.add_argument("name", help="the day, as in 2026-11-25")
    name = parser.parse_args().name
    os.environ.update(CALLER)
    logging.getLogger("tenant-onboarding").setLevel(logging.CRITICAL)
    with dynamodb_local.serve(print) as url, pytest.MonkeyPatch.context() as monkeypatch:
        engine = Engine("dynamodb_local", url)
        made = tables.create(engine.client())
        deployed = deploy(engine, made, monkeypatch, url=url, aws_url=url)
        live()
        kept = {each: sorted(deployed.items(table), key=json.dumps) for each, table in made.physical.items()}
    path = FOLDER / f"{name}.json"
    path.write_text(json.dumps(kept, indent=1, sort_keys=True) + "\n")
    sys.stdout.write(f"{sum(map(len, kept.values()))} items in {path.name}\n")


if __name__ == "__main__":
    main()
