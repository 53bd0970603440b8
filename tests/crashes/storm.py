"""microburst, between our code and DynamoDB: breaks answers the way AWS breaks them, in AWS's own words.

https://pypi.org/project/microburst/
"""

import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import urllib3

from local import ports
from tests.servers import ended_afterwards

type Rule = dict[str, Any]
"""What is to befall which calls, in microburst's own words."""

_CONFLICT = "Transaction cancelled, please refer cancellation reasons for specific reasons [TransactionConflict, None]"

WRITES = ("PutItem", "UpdateItem", "TransactWriteItems")

FAULTS: dict[str, tuple[Rule, ...]] = {
    "throttled": ({"error": {"code": "ProvisionedThroughputExceededException"}},),
    "over the account's limit": ({"error": {"code": "RequestLimitExceeded"}},),
    "500": ({"error": {"code": "InternalServerError", "status": 500}},),
    "503": ({"error": {"code": "ServiceUnavailable", "status": 503}},),
    "reset": ({"reset": True},),
    "slow": ({"latency": {"min": 20, "max": 80}},),
    "in conflict": (
        {"operation": "TransactWriteItems", "error": {"code": "TransactionCanceledException", "message": _CONFLICT}},
        *(
            {
                "operation": operation,
                "error": {
                    "code": "TransactionConflictException",
                    "message": "Transaction is ongoing for the item",
                },
            }
            for operation in ("PutItem", "UpdateItem")
        ),
    ),
    "applied, its reply lost": tuple({"operation": each, "response": {"abort_frac": 0.0}} for each in WRITES),
}
"""By what a client sees of them."""

EVERY_FIRST_TRY: Rule = {"sequence": {"fail": 1, "pass": 1}}
"""Every call goes wrong, and its second try does not."""


@dataclass(frozen=True)
class Storm:
    """A running microburst."""

    url: str
    http: urllib3.PoolManager

    def rage(self, fault: str, how: Rule) -> None:
        """Let *fault* befall calls, as often as *how* says."""
        self._ask("POST", "rules", [{"service": "dynamodb", **rule, **how} for rule in FAULTS[fault]])
        self._ask("DELETE", "fired")

    def calm(self) -> Counter[str]:
        """Let everything through again; tell which operations were hit, and how often."""
        fired = self._ask("GET", "fired?limit=10000")
        self._ask("POST", "rules", [])
        return Counter(each["operation"] for each in fired)

    def _ask(self, method: str, what: str, body: object = None) -> Any:
        text = None if body is None else json.dumps(body)
        answer = self.http.request(method, f"{self.url}/_microburst/{what}", body=text)
        assert answer.status < 300, answer.data
        return json.loads(answer.data) if answer.data else None


@contextmanager
def serve(upstream: str) -> Iterator[Storm]:
    """Run microburst in front of *upstream*, on a free port of 127.0.0.1; end it, by its own process id."""
    program = Path(sys.executable).with_name("microburst")
    http = urllib3.PoolManager(retries=False)
    with ports.held() as port:
        process = subprocess.Popen(  # noqa: S603 - our own words
            [program, "--host", "127.0.0.1", "--port", str(port), "--upstream", upstream, "--no-resign"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        with ended_afterwards(process), http:
            _wait_until_it_answers(process, http, f"http://127.0.0.1:{port}")
            yield Storm(f"http://127.0.0.1:{port}", http)


def _wait_until_it_answers(process: "subprocess.Popen[bytes]", http: urllib3.PoolManager, url: str) -> None:
    """Wait for its first answer.

    Raises:
        AssertionError: If it ended, or gave none in five minutes.
    """
    deadline = time.monotonic() + 300
    while (left := deadline - time.monotonic()) > 0:
        with suppress(urllib3.exceptions.HTTPError):
            if http.request("GET", f"{url}/_microburst/health", timeout=left).status == 200:
                return
        with suppress(subprocess.TimeoutExpired):
            raise AssertionError(f"microburst ended with {process.wait(timeout=0.1)}")
    raise AssertionError("microburst did not answer")
