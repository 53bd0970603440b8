"""What people hear of, and what they find when they look: alarms, traces, and the runbook that says what to do.

Each rule of the template is shown to catch what it forbids.
"""

import json
import re
from collections.abc import Iterator

from tests import patterns, template, twins
from tests.template import ROOT, Change, Rule, Tree, of, put, remove, target, triggers

ALARM = "AWS::CloudWatch::Alarm"
HEARD = {"Fn::If": ["SomebodyListens", [{"Ref": "AlarmTopic"}], {"Ref": "AWS::NoValue"}]}

FAILS: Tree = {
    "Namespace": "AWS/Lambda",
    "MetricName": "Errors",
    "Statistic": "Sum",
    "Threshold": 0,
    "ComparisonOperator": "GreaterThanThreshold",
}
IS_MISSING: Tree = {
    "Namespace": "AWS/Lambda",
    "MetricName": "Invocations",
    "Statistic": "Sum",
    "Period": 60,
    "EvaluationPeriods": 10,
    "Threshold": 1,
    "ComparisonOperator": "LessThanThreshold",
    "TreatMissingData": "breaching",
}
"""A function that is not invoked reports nothing: for ten minutes, nothing is what must alarm."""

LAGS: Tree = {
    "Namespace": "AWS/Lambda",
    "MetricName": "IteratorAge",
    "Statistic": "Maximum",
    "Period": 60,
    "EvaluationPeriods": 5,
    "Threshold": 60_000,
    "ComparisonOperator": "GreaterThanThreshold",
}
"""In milliseconds. A run that is sent a minute late is one that the sweep asks for once more."""

API_FAILS: Tree = {"Namespace": "AWS/ApiGateway", "MetricName": "5xx", "Statistic": "Sum", "Period": 300}
"""https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html"""

FALLS_SHORT: Tree = {
    "Namespace": {"Ref": "AWS::StackName"},
    "Statistic": "Sum",
    "Threshold": 0,
    "ComparisonOperator": "GreaterThanThreshold",
}
"""A batch of which something is left over is a success to Lambda, so it is counted from the handler's line
(https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html)."""

LEFT_OVER = {
    "DispatchRuns": {"message": "dispatched", "runs": [7, 8], "lost": 1},
    "PublishAudit": {"message": "published", "events": 2, "lost": 2},
    "PublishRuns": {"message": "published", "events": 3, "lost": 1},
    "PublishSessions": {"message": "published", "events": 2, "lost": 1},
}
"""What each reader of a stream says if something was left over; tests/integration/test_left_over.py has them say it."""

THROTTLED: Tree = {"Namespace": {"Ref": "AWS::StackName"}, "MetricName": "ThrottledRequests", "Statistic": "Sum"}

SLOW: Tree = {"Namespace": "AWS/ApiGateway", "MetricName": "Latency", "ExtendedStatistic": "p99"}
WAITS: Tree = {"Namespace": "AWS/SQS", "MetricName": "ApproximateAgeOfOldestMessage", "Statistic": "Maximum"}
HELD: Tree = {"Namespace": {"Ref": "AWS::StackName"}, "MetricName": "OldestActiveRun", "Statistic": "Maximum"}
"""Counted by the sweep and the workers; tests/integration/test_metrics.py has them do it."""


# ── The rules ────────────────────────────────────────────────────────────────────────────────────────────────────────


def every_alarm_is_heard_and_says_what_to_do(tree: Tree) -> Iterator[str]:
    runbook = (ROOT / "docs" / "runbook.md").read_text()
    for name, alarm in template.resources(tree, ALARM).items():
        properties = alarm["Properties"]
        for change in ("AlarmActions", "OKActions"):
            if properties.get(change) != HEARD:
                yield f"{name}: {change} tell nobody who wants to hear of it"
        if properties.get("ActionsEnabled", True) is not True:
            yield f"{name} is silenced"
        if "docs/runbook.md" not in properties.get("AlarmDescription", ""):
            yield f"{name} does not say what to do"
        section = re.search(rf"\n## {name}\n+(.*?)(?=\n## )", runbook, re.DOTALL)
        if not section or len(section[1].split()) < 15:
            yield f"the runbook does not say what to do about {name}"
    sections = re.findall(
        r"\n## (\w*(?:Dead|Un(?:deliver|dispatch|publish)ed|Fails|FallsShort|Held|Lags|Missing|Slow|Throttled|Wait))\n",
        runbook,
    )
    for name in sorted(set(sections) - set(template.resources(tree, ALARM))):
        yield f"the runbook tells of {name}, which is no alarm"


def a_topic_is_told_only_if_there_is_one(tree: Tree) -> Iterator[str]:
    if tree.get("Conditions", {}).get("SomebodyListens") != {"Fn::Not": [{"Fn::Equals": [{"Ref": "AlarmTopic"}, ""]}]}:
        yield "a stack without AlarmTopic has alarms that point nowhere"
    if tree["Parameters"].get("AlarmTopic", {}).get("Default") != "":
        yield "AlarmTopic has to be given"


def the_clock_s_function_is_missed_if_it_fails_or_does_not_come(tree: Tree) -> Iterator[str]:
    # It has no dead letters: what one sweep left undone, the next one does. So what must be heard of is that none does.
    for name, function, event in triggers(tree, "ScheduleV2"):
        if not _alarms(tree, FAILS, FunctionName=name):
            yield f"nobody hears that {name} fails"
        if not _alarms(tree, IS_MISSING, FunctionName=name):
            yield f"nobody hears that {name} does not come"
        if event.get("State", "ENABLED") != "ENABLED":
            yield f"{name} is not asked to come"
        if event.get("RetryPolicy", {}).get("MaximumRetryAttempts") != 0:
            yield f"the Scheduler asks twice for {name}"
        if function.get("EventInvokeConfig", {}).get("MaximumRetryAttempts") != 0:
            yield f"Lambda tries {name} again, beside the next one"


def every_asynchronous_source_says_where_failures_end(tree: Tree) -> Iterator[str]:
    for name, function in template.functions(tree).items():
        for event in function.get("Events", {}).values():
            if event["Type"] == "DynamoDB" and "DestinationConfig" not in event["Properties"]:
                yield f"{name} loses what it cannot do"
            if event["Type"] not in {"DynamoDB", "HttpApi", "SQS", "ScheduleV2"}:
                yield f"{name} is invoked by {event['Type']}, and no rule says where its failures end"


def every_stream_is_followed(tree: Tree) -> Iterator[str]:
    for name, _, _ in triggers(tree, "DynamoDB"):
        if not _alarms(tree, FAILS, FunctionName=name):
            yield f"nobody hears that {name} fails"
        if not _alarms(tree, LAGS, FunctionName=name):
            yield f"nobody hears that {name} lags behind"
        if not any(
            _alarms(tree, FALLS_SHORT | {"MetricName": each}) for each in patterns.counting(tree, LEFT_OVER[name])
        ):
            yield f"nobody hears that {name} leaves something over"
        if any(patterns.counting(tree, LEFT_OVER[name] | {"lost": 0})):
            yield f"{name} is said to leave something over when it does not"


def the_api_is_watched(tree: Tree) -> Iterator[str]:
    if not _alarms(tree, API_FAILS, ApiId="Api"):
        yield "nobody hears that the API fails"
    if not _alarms(tree, THROTTLED):
        yield "nobody hears that the API turns people away"


def what_is_throttled_is_counted_in_the_access_log(tree: Tree) -> Iterator[str]:
    settings = tree["Resources"]["Api"]["Properties"]["AccessLogSettings"]
    written: str = settings["Format"]
    filters = [made["Properties"] for made in template.resources(tree, "AWS::Logs::MetricFilter").values()]
    counting = [
        each
        for each in filters
        for count in each["MetricTransformations"]
        if (count["MetricName"], count["MetricNamespace"]) == (THROTTLED["MetricName"], THROTTLED["Namespace"])
    ]
    if not counting:
        yield "nothing counts what the API turns away"
    for each in counting:
        if "429" not in each["FilterPattern"]:
            yield "something else is counted"
        for name in re.findall(r"\$\.(\w+)", each["FilterPattern"]):
            if f'"{name}":' not in written:
                yield f"the access log has no {name}"
        if each["LogGroupName"] != {"Ref": target(settings["DestinationArn"])}:
            yield "it is counted in another log"


def a_line_of_the_access_log_is_json_whatever_is_not_known(tree: Tree) -> Iterator[str]:
    # What is not known of a request is written as `-`, without quotes of its own.
    line = _accessed(tree)
    try:
        told = json.loads(line)
    except ValueError:
        yield f"the access log has lines that are no JSON: {line}"
    else:
        if len(told) != line.count('":"'):
            yield "the access log tells a thing twice, or in another way than as text"


def only_the_gateway_s_own_429_is_throttling(tree: Tree) -> Iterator[str]:
    throttled = {"status": "429"}
    refused = throttled | {"integration.status": "429"}
    for told, expected in (({}, []), (throttled, [THROTTLED["MetricName"]]), (refused, [])):
        try:
            counted = [*patterns.counting(tree, json.loads(_accessed(tree, **told)))]
        except ValueError:
            counted = ["nothing that can be read"]
        if counted != expected:
            status, integration = told.get("status", "-"), told.get("integration.status", "-")
            yield f"a request with {status} of {integration} is counted as {counted}"


def _format(tree: Tree) -> str:
    written: str = tree["Resources"]["Api"]["Properties"]["AccessLogSettings"]["Format"]
    return written


def _accessed(tree: Tree, **told: str) -> str:
    """Write a line of the access log of a request of which *told* is known."""
    return re.sub(r"\$context\.([\w.]+)", lambda found: told.get(found[1], "-"), _format(tree))


def work_that_is_not_got_through_is_heard_of(tree: Tree) -> Iterator[str]:
    if not _alarms(tree, SLOW, ApiId="Api"):
        yield "nobody hears that the API is slow"
    for name, _, event in triggers(tree, "SQS"):
        queue = target(event["Queue"])
        waits = [{"Name": "QueueName", "Value": {"Fn::GetAtt": [queue, "QueueName"]}}]
        if not _alarms(tree, WAITS | {"Dimensions": waits}):
            yield f"nobody hears that {name} does not get through {queue}"
    [longest, lease] = [tree["Parameters"][each]["Default"] for each in ("SyncDeadlineSeconds", "LeaseSeconds")]
    named = [
        {"Name": "service", "Value": tree["Globals"]["Function"]["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"]}
    ]
    held = _alarms(tree, HELD | {"Dimensions": named})
    if not held:
        yield "nobody hears that a guard is held for too long"
    if any(tree["Resources"][name]["Properties"]["Threshold"] <= longest + lease for name in held):
        yield "a sync that Microsoft holds back for as long as it may is said to hold its guard for too long"
    throttled = set(_summed(tree))
    for name in template.resources(tree, "AWS::DynamoDB::Table"):
        if ("WriteThrottleEvents", name) not in throttled:
            yield f"nobody hears that {name} is throttled"
    for name, function in template.functions(tree).items():
        in_background = any(event["Type"] != "HttpApi" for event in function.get("Events", {}).values())
        if in_background and ("Throttles", name) not in throttled:
            yield f"nobody hears that {name} is throttled"


def the_dashboard_shows_what_is_there(tree: Tree) -> Iterator[str]:
    for dashboard in template.resources(tree, "AWS::CloudWatch::Dashboard").values():
        body = dashboard["Properties"]["DashboardBody"]["Fn::Sub"]
        try:
            widgets = json.loads(body)["widgets"]
        except ValueError:
            yield "the dashboard is no JSON"
            continue
        always = {name for name, each in tree["Resources"].items() if "Condition" not in each}
        for name in sorted(set(re.findall(r"\$\{([A-Za-z]+)(?:\.\w+)?\}", body)) - always):
            yield f"the dashboard shows {name}, which is not there"
        for name, _, _ in [*triggers(tree, "SQS"), *triggers(tree, "ScheduleV2"), *triggers(tree, "DynamoDB")]:
            if f'"${{{name}}}"' not in body:
                yield f"the dashboard does not show {name}"
        places = [(each["x"], each["y"]) for each in widgets]
        if len(set(places)) < len(places):
            yield "one widget lies on another"


def every_function_is_traced(tree: Tree) -> Iterator[str]:
    for name, function in template.functions(tree).items():
        if function.get("Tracing") != "Active":
            yield f"{name} leaves no trace"


def _summed(tree: Tree) -> Iterator[tuple[str, str]]:
    """Give the metrics that alarms add up, each with the resource that it is of."""
    for alarm in template.resources(tree, ALARM).values():
        for each in alarm["Properties"].get("Metrics", []):
            if metric := each.get("MetricStat", {}).get("Metric"):
                yield metric["MetricName"], target(metric["Dimensions"][0]["Value"]) or ""


def _alarms(tree: Tree, wanted: Tree, **dimensions: str) -> list[str]:
    """Name the alarms that watch *wanted* of the resources in *dimensions*."""
    expected = wanted.get("Dimensions") or [
        {"Name": name, "Value": {"Ref": value}} for name, value in dimensions.items()
    ]
    return [
        name
        for name, alarm in template.resources(tree, ALARM).items()
        if wanted.items() <= alarm["Properties"].items() and alarm["Properties"].get("Dimensions", []) == expected
    ]


# ── The rules, each with templates that break it ─────────────────────────────────────────────────────────────────────

NEW: Tree = {"Type": ALARM, "Properties": {"AlarmActions": HEARD, "OKActions": HEARD, "AlarmDescription": "Oh."}}

TWINS: list[tuple[Rule, Change, str]] = [
    (
        every_alarm_is_heard_and_says_what_to_do,
        remove(of("ProbesAreDead", "AlarmActions")),
        "ProbesAreDead: AlarmActions tell nobody",
    ),
    (every_alarm_is_heard_and_says_what_to_do, put(of("ApiFails", "OKActions"), []), "ApiFails: OKActions tell nobody"),
    (
        every_alarm_is_heard_and_says_what_to_do,
        put(of("ApiFails", "ActionsEnabled"), value=False),
        "ApiFails is silenced",
    ),
    (every_alarm_is_heard_and_says_what_to_do, put("Resources/New", NEW), "New does not say what to do"),
    (
        every_alarm_is_heard_and_says_what_to_do,
        put("Resources/New", NEW),
        "the runbook does not say what to do about New",
    ),
    (
        every_alarm_is_heard_and_says_what_to_do,
        remove("Resources/ApiFails"),
        "the runbook tells of ApiFails, which is no alarm",
    ),
    (
        a_topic_is_told_only_if_there_is_one,
        put("Conditions/SomebodyListens", {"Fn::Equals": ["", ""]}),
        "alarms that point nowhere",
    ),
    (a_topic_is_told_only_if_there_is_one, remove("Parameters/AlarmTopic/Default"), "AlarmTopic has to be given"),
    (
        the_clock_s_function_is_missed_if_it_fails_or_does_not_come,
        remove("Resources/SweepFails"),
        "nobody hears that Sweep fails",
    ),
    (
        the_clock_s_function_is_missed_if_it_fails_or_does_not_come,
        put(of("SweepIsMissing", "TreatMissingData"), "notBreaching"),
        "nobody hears that Sweep does not come",
    ),
    (
        the_clock_s_function_is_missed_if_it_fails_or_does_not_come,
        put(of("SweepIsMissing", "Dimensions"), [{"Name": "FunctionName", "Value": {"Ref": "GetRun"}}]),
        "nobody hears that Sweep does not come",
    ),
    (
        the_clock_s_function_is_missed_if_it_fails_or_does_not_come,
        put(of("Sweep", "Events/EveryMinute/Properties/State"), "DISABLED"),
        "Sweep is not asked to come",
    ),
    (
        the_clock_s_function_is_missed_if_it_fails_or_does_not_come,
        remove(of("Sweep", "Events/EveryMinute/Properties/RetryPolicy")),
        "the Scheduler asks twice for Sweep",
    ),
    (
        the_clock_s_function_is_missed_if_it_fails_or_does_not_come,
        remove(of("Sweep", "EventInvokeConfig")),
        "Lambda tries Sweep again",
    ),
    (
        every_asynchronous_source_says_where_failures_end,
        remove(of("DispatchRuns", "Events/SavedRuns/Properties/DestinationConfig")),
        "DispatchRuns loses what it cannot do",
    ),
    (
        every_asynchronous_source_says_where_failures_end,
        put(of("Sweep", "Events/New"), {"Type": "SNS", "Properties": {}}),
        "Sweep is invoked by SNS",
    ),
    (every_stream_is_followed, remove("Resources/DispatchFails"), "nobody hears that DispatchRuns fails"),
    (
        every_stream_is_followed,
        remove("Resources/DispatchFallsShort"),
        "nobody hears that DispatchRuns leaves something",
    ),
    (every_stream_is_followed, remove("Resources/EventsNotTaken"), "nobody hears that PublishAudit leaves something"),
    (
        every_stream_is_followed,
        put(of("RunsNotTaken", "FilterPattern"), '{ ($.message = "sent") && ($.lost > 0) }'),
        "nobody hears that DispatchRuns leaves something",
    ),
    (
        every_stream_is_followed,
        put(of("EventsNotTaken", "FilterPattern"), '{ ($.message = "published") && ($.missing > 0) }'),
        "nobody hears that PublishAudit leaves something",
    ),
    (
        every_stream_is_followed,
        put(of("RunsNotTaken", "LogGroupName"), "/aws/lambda/x"),
        "nobody hears that DispatchRuns leaves something",
    ),
    (
        every_stream_is_followed,
        lambda tree: tree["Resources"]["RunsNotTaken"]["Properties"].update(
            FilterPattern='{ $.message = "dispatched" }',
            MetricTransformations=[
                {"MetricNamespace": {"Ref": "AWS::StackName"}, "MetricName": "x", "MetricValue": "1"}
            ],
        ),
        "DispatchRuns is said to leave something over when it does not",
    ),
    (every_stream_is_followed, put(of("DispatchLags", "Threshold"), 3_600_000), "DispatchRuns lags behind"),
    (the_api_is_watched, put(of("ApiFails", "MetricName"), "4xx"), "nobody hears that the API fails"),
    (the_api_is_watched, remove("Resources/ApiIsThrottled"), "turns people away"),
    (what_is_throttled_is_counted_in_the_access_log, remove("Resources/ThrottledRequests"), "nothing counts"),
    (
        what_is_throttled_is_counted_in_the_access_log,
        put(of("ThrottledRequests", "FilterPattern"), '{ $.status = "404" }'),
        "something else is counted",
    ),
    (
        what_is_throttled_is_counted_in_the_access_log,
        put(of("Api", "AccessLogSettings/Format"), '{"request_id":"$context.requestId"}'),
        "the access log has no status",
    ),
    (
        what_is_throttled_is_counted_in_the_access_log,
        put(of("ThrottledRequests", "LogGroupName"), "/aws/lambda/x"),
        "it is counted in another log",
    ),
    (
        a_line_of_the_access_log_is_json_whatever_is_not_known,
        put(of("Api", "AccessLogSettings/Format"), '{"status":"$context.status","error":$context.error.messageString}'),
        "lines that are no JSON",
    ),
    (
        a_line_of_the_access_log_is_json_whatever_is_not_known,
        put(
            of("Api", "AccessLogSettings/Format"), '{"status":"$context.status","status":"$context.integration.status"}'
        ),
        "a thing twice",
    ),
    (
        only_the_gateway_s_own_429_is_throttling,
        put(of("ThrottledRequests", "FilterPattern"), '{ $.status = "429" }'),
        "a request with 429 of 429 is counted as ['ThrottledRequests']",
    ),
    (
        only_the_gateway_s_own_429_is_throttling,
        put(of("ThrottledRequests", "FilterPattern"), '{ $.status = "*" }'),
        "a request with - of - is counted as ['ThrottledRequests']",
    ),
    (
        only_the_gateway_s_own_429_is_throttling,
        put(of("ThrottledRequests", "FilterPattern"), '{ ($.status = "429") && ($.integration_status = "429") }'),
        "a request with 429 of - is counted as []",
    ),
    (work_that_is_not_got_through_is_heard_of, remove("Resources/ApiIsSlow"), "the API is slow"),
    (
        work_that_is_not_got_through_is_heard_of,
        put(of("ApiIsSlow", "ExtendedStatistic"), "p50"),
        "the API is slow",
    ),
    (work_that_is_not_got_through_is_heard_of, remove("Resources/SyncsWait"), "ExecuteSync does not get through Sync"),
    (
        work_that_is_not_got_through_is_heard_of,
        put("Globals/Function/Environment/Variables/POWERTOOLS_SERVICE_NAME", "another"),
        "a guard is held for too long",
    ),
    (
        work_that_is_not_got_through_is_heard_of,
        put(of("GuardIsHeld", "Threshold"), 7200),
        "a sync that Microsoft holds back for as long as it may",
    ),
    (
        work_that_is_not_got_through_is_heard_of,
        lambda tree: tree["Resources"]["TablesAreThrottled"]["Properties"]["Metrics"].pop(),
        "Audit is throttled",
    ),
    (
        work_that_is_not_got_through_is_heard_of,
        lambda tree: tree["Resources"]["FunctionsAreThrottled"]["Properties"]["Metrics"].pop(),
        "Sweep is throttled",
    ),
    (the_dashboard_shows_what_is_there, put(of("Dashboard", "DashboardBody"), {"Fn::Sub": "{,"}), "is no JSON"),
    (the_dashboard_shows_what_is_there, remove("Resources/Probe"), "the dashboard shows Probe, which is not there"),
    (
        the_dashboard_shows_what_is_there,
        put("Resources/Probe/Condition", "SomebodyListens"),
        "the dashboard shows Probe, which is not there",
    ),
    (
        the_dashboard_shows_what_is_there,
        put(of("Dashboard", "DashboardBody"), {"Fn::Sub": '{"widgets": []}'}),
        "does not show Sweep",
    ),
    (
        the_dashboard_shows_what_is_there,
        put(of("Dashboard", "DashboardBody"), {"Fn::Sub": '{"widgets": [{"x": 0, "y": 0}, {"x": 0, "y": 0}]}'}),
        "one widget lies on another",
    ),
    (every_function_is_traced, put("Globals/Function/Tracing", "PassThrough"), "GetRun leaves no trace"),
    (every_function_is_traced, put(of("Sweep", "Tracing"), "Disabled"), "Sweep leaves no trace"),
]


@twins.each_rule(TWINS)
def test_the_template_keeps_the_rule(rule: Rule) -> None:
    assert list(rule(template.read())) == []


@twins.each_twin(TWINS)
def test_a_template_that_breaks_the_rule_is_caught(rule: Rule, change: Change, breach: str) -> None:
    twin = template.read()
    change(twin)

    assert twins.catches(rule, twin, breach)


def test_every_rule_in_this_file_is_asked() -> None:
    assert twins.written(globals(), "tree") == set(twins.rules(TWINS))
