"""AWS's list prices for us-east-1 (N. Virginia), on demand, and limits of others, each with its source.

Free tiers are left out, and so are discounts for large volumes: both make it cheaper. No function here asks anybody:
the figures were looked up in November 2026, in public pages that quote the sources, and *seen* is the date of the page.
"""

from typing import NamedTuple

REGION = "us-east-1"

UNDATED = "a copy without a date"
"""Of a price that was read in a stored copy of AWS's own page, which does not say from when it is."""

NOT_SEEN = "long known"
"""Of a price that no page was found to confirm."""


class Price(NamedTuple):
    """Dollars for so many of something."""

    dollars: float
    number: float
    unit: str
    """What *number* of them is called: `million RRU`."""

    source: str
    seen: str

    @property
    def of_one(self) -> float:
        """Dollars for one."""
        return self.dollars / self.number


_DYNAMODB = "https://aws.amazon.com/dynamodb/pricing/on-demand/"
_LAMBDA = "https://aws.amazon.com/lambda/pricing/"
_SQS = "https://aws.amazon.com/sqs/pricing/"
_EVENTBRIDGE = "https://aws.amazon.com/eventbridge/pricing/"
_CLOUDWATCH = "https://aws.amazon.com/cloudwatch/pricing/"
_SECRETS = "https://aws.amazon.com/secrets-manager/pricing/"

PRICES = {
    "read": Price(0.125, 1e6, "million RRU", _DYNAMODB, "2025-07"),
    "write": Price(0.625, 1e6, "million WRU", _DYNAMODB, "2025-07"),
    "stored": Price(0.25, 1e9, "GB-month in tables", _DYNAMODB, UNDATED),
    "recoverable": Price(0.20, 1e9, "GB-month of point-in-time recovery", _DYNAMODB, NOT_SEEN),
    "invocation": Price(0.20, 1e6, "million invocations", _LAMBDA, "2025-07"),
    "gb_second": Price(13.3334, 1e6, "million GB-seconds, arm64", _LAMBDA, "2025-07"),
    "api_request": Price(
        1.00, 1e6, "million HTTP API requests", "https://aws.amazon.com/api-gateway/pricing/", "2026-06"
    ),
    "sqs_request": Price(0.40, 1e6, "million SQS requests", _SQS, "2026-06"),
    "fair_request": Price(0.10, 1e6, "million of them with a message group, on top", _SQS, "2026-03"),
    "event": Price(1.00, 1e6, "million custom events", _EVENTBRIDGE, "2026-06"),
    "scheduled": Price(1.00, 1e6, "million scheduled invocations", _EVENTBRIDGE, NOT_SEEN),
    "logged": Price(0.50, 1e9, "GB logged", _CLOUDWATCH, "2026-06"),
    "log_kept": Price(0.03, 1e9, "GB-month of logs", _CLOUDWATCH, "2026-06"),
    "trace": Price(5.00, 1e6, "million traces", "https://aws.amazon.com/xray/pricing/", UNDATED),
    "metric": Price(0.30, 1, "custom metric and month", _CLOUDWATCH, NOT_SEEN),
    "alarm": Price(0.10, 1, "alarm and month", _CLOUDWATCH, NOT_SEEN),
    "secret": Price(0.40, 1, "secret and month", _SECRETS, "2026-05"),
    "secret_read": Price(5.00, 1e6, "million secrets read", _SECRETS, "2026-05"),
    "sent_out": Price(0.09, 1e9, "GB to the internet", "https://aws.amazon.com/ec2/pricing/on-demand/", NOT_SEEN),
}


class Limit(NamedTuple):
    """A limit of somebody else's, per second unless it says otherwise, and where it is said."""

    most: float
    unit: str
    source: str


_GRAPH = "https://learn.microsoft.com/graph/throttling-limits"
_ON_DEMAND = "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/on-demand-capacity-mode.html"
_GATEWAY = "https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html"
_QUOTAS = "https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"

LIMITS = {
    "partition": Limit(1_000, "WRU of a partition", _ON_DEMAND),
    "partition_reads": Limit(3_000, "RRU of a partition", _ON_DEMAND),
    "new_table": Limit(4_000, "WRU of a new table; later twice the peak of the last 30 minutes", _ON_DEMAND),
    "api_gateway": Limit(10_000, "requests per account and region", _GATEWAY),
    "lambda": Limit(1_000, "executions at once per account and region", _QUOTAS),
    "graph": Limit(13_000, "calls per application, all tenants together (130,000 in 10 s)", _GRAPH),
    "graph_directory": Limit(7_500, "directory units per application, all tenants (150,000 in 20 s)", _GRAPH),
    "graph_tenant": Limit(350, "directory units per application in a small tenant (3,500 in 10 s)", _GRAPH),
    "graph_intune": Limit(100, "Intune device calls per application and tenant (2,000 in 20 s)", _GRAPH),
}
