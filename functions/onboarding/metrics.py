"""What is counted for the dashboard and the alarms: CloudWatch's embedded metric format, one line for each count.

A metric is a name and what it is counted by. What it is counted by is from a closed set (outcomes, tasks, reasons,
acts), never a tenant or a person: each new value is a metric more to pay for.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from aws_lambda_powertools.metrics import MetricUnit, single_metric

from onboarding.domain.run import Executed


def count_start(outcome: str) -> None:
    """Count a request to start a run by what it came to: `started`, `reused`, `replayed`, or the code of a refusal."""
    _count("RunStarts", MetricUnit.Count, 1, outcome=outcome)


def count_execution(executed: Executed, now: datetime) -> None:
    """Count what a worker made of a run: how long it took since people asked for it, and what it found."""
    run, seconds = executed.run, (now - executed.run.queued_at).total_seconds()
    if executed.status.is_active:
        count_oldest(now - run.queued_at)
        return
    _count("RunDuration", MetricUnit.Seconds, seconds, task=run.task_type)
    _count("RunEnds", MetricUnit.Count, 1, status=executed.status)
    if executed.finding:
        reason = executed.finding.reason_code or executed.finding.status
        _count("Findings", MetricUnit.Count, 1, reason=reason)


def count_sweep(acts: Mapping[str, int], oldest: timedelta) -> None:
    """Count the *acts* of a sweep, and the age of the *oldest* active run among those it found due."""
    for act, times in acts.items():
        _count("SweepActs", MetricUnit.Count, times, act=act)
    count_oldest(oldest)


def count_oldest(age: timedelta) -> None:
    """Count the *age* of a run that is still active: how long the guard has named it."""
    _count("OldestActiveRun", MetricUnit.Seconds, age.total_seconds())


def _count(name: str, unit: MetricUnit, value: float, **by: str) -> None:
    with single_metric(name=name, unit=unit, value=value) as metric:
        for what, which in by.items():
            metric.add_dimension(what, which)
