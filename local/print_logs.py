"""`make logs`: print what the functions of the running deployment logged, oldest first."""

import sys
from urllib.parse import urlsplit

from local.deployment import client
from local.refusals import Refused
from local.state import State

# The runtime's own lines, one of each per invocation.
_OF_THE_RUNTIME = ("START RequestId:", "END RequestId:", "REPORT RequestId:")


def main() -> None:
    """Print every line that a function logged since the start; say in one line why not."""
    try:
        endpoint = urlsplit(State.chosen().stack()["aws_endpoint_url"])
    except Refused as refused:
        sys.exit(f"Refused: {refused}")
    logs = client("logs", endpoint.port or 0)
    for group in logs.describe_log_groups()["logGroups"]:
        pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group["logGroupName"])
        for event in sorted((event for page in pages for event in page["events"]), key=lambda it: it["timestamp"]):
            if not event["message"].startswith(_OF_THE_RUNTIME):
                print(event["message"])


if __name__ == "__main__":
    main()
