"""Records histories of racing clients and judges them; tampers with them, and judges that too.

python -m tests.simulation.record_histories --tenants 200 --operations 80
python -m tests.simulation.record_histories --url http://127.0.0.1:8000 --tenants 5
"""

import argparse
import logging
import os
import subprocess
import sys
import time
from collections import Counter

import pytest

from tests import dynamodb_local, tables
from tests.calling import call, register
from tests.deployment import CALLER, Engine, deploy
from tests.simulation.corruptions import OF_A_GUARD, OF_A_SESSION
from tests.simulation.histories import (
    CLIENTS,
    Ask,
    guard_in_order,
    over_http,
    record,
    session_in_order,
)

CORRUPTED = 10
"""Of so many more histories, in which no session is closed, every corrupted version is judged."""


def main() -> int:
    """Record histories and judge them; print what there was, and tell whether all of it can be told in order."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tenants", type=int, default=20, help="one history each")
    parser.add_argument("--operations", type=int, default=80, help="operations of each history")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--url", help="a deployment whose tenants 5 and up were never used (make run FRESH=1)")
    wishes = parser.parse_args()
    os.environ.update(CALLER)
    if wishes.url:
        tokens = {user: _token(user) for user in CLIENTS}
        return _judge(over_http(wishes.url, tokens), range(5, 5 + wishes.tenants), wishes, runs=False)

    logging.getLogger("tenant-onboarding").setLevel(logging.CRITICAL)  # a line per request is not what is to be read
    with dynamodb_local.serve(print) as engine_url, pytest.MonkeyPatch.context() as monkeypatch:
        engine = Engine("dynamodb_local", engine_url)
        deploy(engine, tables.create(engine.client()), monkeypatch, url=engine_url, aws_url=engine_url)
        for tenant in range(1, wishes.tenants + CORRUPTED + 1):
            register(tenant)
        judged = _judge(call, range(1, wishes.tenants + 1), wishes, runs=True)
        return judged or _judge_corrupted(range(wishes.tenants + 1, wishes.tenants + CORRUPTED + 1), wishes.seed)


def _judge(ask: Ask, tenants: range, wishes: argparse.Namespace, *, runs: bool) -> int:
    answers: Counter[str] = Counter()
    broken, began = [], time.monotonic()
    for tenant in tenants:
        recorded = record(ask, tenant, seed=wishes.seed, operations=wishes.operations, runs=runs)
        for each in (*recorded.session, *recorded.guard):
            answers[f"{each.asked[0]}: {each.answered[0] if each.answered else 'no answer'}"] += 1
        if not (session_in_order(recorded.session) and guard_in_order(recorded.guard)):
            broken.append(tenant)
    for said, number in sorted(answers.items()):
        print(f"{number:8,}  {said}")  # noqa: T201 - a program: this is what it says
    print(  # noqa: T201 - a program: this is what it says
        f"{len(tenants)} histories, {answers.total():,} operations, {len(broken)} not linearizable {broken or ''}, "
        f"{time.monotonic() - began:.0f} s"
    )
    return 1 if broken else 0


def _judge_corrupted(tenants: range, seed: int) -> int:
    rejected, taken = 0, 0
    for tenant in tenants:
        session, guard = record(call, tenant, seed=seed, operations=160, closes=False)
        # Nothing goes wrong here, so what was answered with 503 was not done, and stands in for nothing.
        said, done = [each for each in session if each.answered], [each for each in guard if each.answered]
        verdicts = [
            *(session_in_order(each) for corrupt in OF_A_SESSION for each in corrupt(said)),
            *(guard_in_order(each) for corrupt in OF_A_GUARD for each in corrupt(done)),
        ]
        rejected, taken = rejected + verdicts.count(False), taken + verdicts.count(True)
    print(f"{rejected + taken:,} corrupted histories, {rejected:,} rejected, {taken} taken for true")  # noqa: T201 - a program: this is what it says
    return 1 if taken else 0


def _token(user: int) -> str:
    made = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-m", "local.print_token", "--user", str(user)], check=True, capture_output=True, text=True
    )
    return made.stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
