"""A fixed piece of work, of the kind that a start and a request are made of: what this Python takes for it.

    python -S -s -P yardstick.py

Another build of Python, or another processor, executes another number of instructions for the same work. Held against
the yardstick of its own run, a count says nearly the same everywhere. Imports nothing that has to be compiled first.
"""

import hashlib
import json
import marshal
import re

STARTS, REQUESTS = 150, 400
"""How often: about as much of each as the import of a route takes in all."""

MODULE = '''
"""A module such as a start executes: classes, functions, tables, patterns."""

import collections
import enum
import functools


class Colour(enum.StrEnum):
    RED = "red"
    GREEN = "green"


class Point(collections.namedtuple("Point", ("x", "y"))):
    __slots__ = ()

    @property
    def far(self):
        return self.x + self.y


class Store:
    """Keeps."""

    def __init__(self, name, *, size=3):
        self.name, self.size = name, size

    @functools.cache
    def find(self, key):
        return {each: key for each in range(self.size)}


TABLE = {f"{place:04d}": Point(place, place + 1) for place in range(40)}
WORDS = tuple(sorted(name.upper() for name in TABLE))


def decide(point, *, colour=Colour.RED):
    if point.far > 10 and colour is Colour.GREEN:
        return Store("far").find("a")
    return None
'''

EVENT = {
    "version": "2.0",
    "routeKey": "GET /tenants/{tenantId}/onboarding/session",
    "headers": {f"x-header-{place}": f"value {place}" for place in range(12)},
    "items": [{"entry": {"S": f"member#{place:016d}"}, "version": {"N": str(place)}} for place in range(12)],
}


def start(blob: bytes) -> None:
    """Do what an import does: read bytecode, and execute it."""
    exec(marshal.loads(blob), {"__name__": "a_module"})  # noqa: S102, S302 - bytecode of the text above


def ask(text: str, pattern: re.Pattern[str]) -> str:
    """Do what a request does: read JSON, look into it, and write JSON."""
    event = json.loads(text)
    found = [int(item["version"]["N"]) for item in event["items"] if pattern.match(item["entry"]["S"])]
    named = {name.title(): value.strip() for name, value in event["headers"].items()}
    digest = hashlib.sha256(text.encode()).hexdigest()
    return json.dumps({"found": found, "named": named, "digest": digest, "path": "/".join(event["routeKey"].split())})


def main() -> None:
    """Do the work once."""
    blob = marshal.dumps(compile(MODULE, "a_module", "exec"))
    text, pattern = json.dumps(EVENT), re.compile(r"member#(\d{16})$")
    for _ in range(STARTS):
        start(blob)
    for _ in range(REQUESTS):
        ask(text, pattern)


if __name__ == "__main__":
    main()
