"""Locust's users: each plays the recorded onboarding in a tenant, over and over; more and more of them come.

Runs in an environment of its own. What to play, for how long and with which tokens stands in the file that LOAD_PLAN
names; what came of it is written to where the plan says, one row per stage.
"""

import json
import os
import random
import time
from collections import Counter
from pathlib import Path
from typing import Any

from locust import HttpUser, LoadTestShape, events, task

from bench.script import Player, Request

PLAN: dict[str, Any] = json.loads(Path(os.environ["LOAD_PLAN"]).read_text())
SCRIPT = [Request(**each) for each in PLAN["script"]]


class Rising(LoadTestShape):
    """More people, stage by stage."""

    def tick(self) -> tuple[int, float] | None:
        """Say how many there are to be now, and how quickly they come; None ends it."""
        users = stage()
        return None if users is None else (users, float(users))


def stage() -> int | None:
    """Tell how many users this stage has; None once all are over."""
    place = int((time.monotonic() - _begun) // PLAN["seconds"])
    return PLAN["users"][place] if place < len(PLAN["users"]) else None


_begun = time.monotonic()
_seen: dict[int, Counter[str]] = {users: Counter() for users in PLAN["users"]}
_numbers = iter(range(10**9))


@events.test_start.add_listener
def begin(**_: Any) -> None:  # noqa: ANN401 - locust tells more than is needed
    """Start the clock of the stages."""
    global _begun  # noqa: PLW0603 - locust gives its shape and its users nothing that they share
    _begun = time.monotonic()


@events.test_stop.add_listener
def write(**_: Any) -> None:  # noqa: ANN401 - the same
    """Write down what came of each stage."""
    Path(PLAN["result"]).write_text(json.dumps({str(users): dict(seen) for users, seen in _seen.items()}))


class Person(HttpUser):
    """Somebody who goes through an onboarding, and takes a moment before each step."""

    host = PLAN["url"]

    def on_start(self) -> None:
        """Take a tenant; the twenty-first person shares the first one's."""
        number = next(_numbers)
        self._chance = random.Random(f"{PLAN['seed']}/{number}")  # noqa: S311 - it is to be the same again
        self._player = Player(SCRIPT, tenant=1 + number % PLAN["tenants"])

    def wait_time(self) -> float:
        """Go on at once from one onboarding to the next."""
        return 0.0

    @task
    def onboard(self) -> None:
        """Go through it once."""
        for asked in self._player.play():
            time.sleep(self._chance.uniform(*PLAN["pause"]))
            headers = {"Authorization": f"Bearer {PLAN['tokens'][str(asked.user)]}"}
            with self.client.request(
                asked.method, asked.path, json=asked.body, headers=headers, name=asked.method, catch_response=True
            ) as answer:
                status = answer.status_code
                if 0 < status < 500:  # noqa: PLR2004 - a refusal is an answer
                    answer.success()
                users = stage()
                if users is not None:
                    _seen[users][str(status)] += 1
                try:
                    self._player.answered(status, answer.json())
                except ValueError:
                    self._player.answered(status, None)
