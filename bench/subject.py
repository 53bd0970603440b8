"""The program that is measured: it does with a handler what Lambda's runtime does, and says what is loaded by then.

    python -S -s -P subject.py <path>… -- <handler> <requests> <event.json>

Without a handler it only imports what the runtime itself imports: that is subtracted from everybody's figures. The
imports are those of https://github.com/aws/aws-lambda-python-runtime-interface-client.
"""

import concurrent.futures.thread
import decimal
import importlib
import json
import logging
import sys
import time
import traceback
from pathlib import Path

RUNTIME = (concurrent.futures.thread, decimal, logging, time, traceback)
"""What the runtime imports, and this program itself does not need."""


class Context:
    """What Lambda says of an invocation, as far as frameworks ask."""

    function_name = "bench"
    function_version = "$LATEST"
    memory_limit_in_mb = "512"
    invoked_function_arn = "arn:aws:lambda:us-east-1:123456789012:function:bench"
    aws_request_id = "8f507cfc-xmpl-4697-b07a-ac58fc914c95"
    log_group_name = "bench"
    log_stream_name = "2026/01/01/[$LATEST]0123456789abcdef"

    @staticmethod
    def get_remaining_time_in_millis() -> int:
        """Say that there is time enough."""
        return 15_000


def resident() -> int:
    """Give the bytes of memory that this process has in RAM."""
    fields = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(fields["VmRSS"].split()[0]) * 1024


def main(arguments: list[str]) -> None:
    """Import the handler and let it answer; the last line of what is printed is the account of it."""
    paths, (handler, requests, event) = arguments[: arguments.index("--")], arguments[arguments.index("--") + 1 :]
    sys.path[:0] = paths
    answer = None
    began = time.process_time()
    if handler:
        module, _, name = handler.rpartition(".")
        function = getattr(importlib.import_module(module), name)
    imported = time.process_time()
    if handler and int(requests):
        text = Path(event).read_bytes()
        for _ in range(int(requests)):
            answer = function(json.loads(text), Context())
            json.dumps(answer)
    account = {
        "import_seconds": imported - began,
        "request_seconds": time.process_time() - imported,
        "resident": resident(),
        "modules": sorted(sys.modules),
        "status": answer and answer["statusCode"],
        "body": answer and answer.get("body"),
    }
    print("\n" + json.dumps(account))


if __name__ == "__main__":
    main(sys.argv[1:])
