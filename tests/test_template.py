"""What must hold of the template, whatever is added to it; each rule is shown to catch what it forbids."""

import importlib
import re
from collections.abc import Callable, Iterator
from typing import Any

import yaml

from tests import template, twins
from tests.template import ROOT, Rule, Tree, of, put, remove, target, triggers

FUNCTION = "AWS::Serverless::Function"
TABLE = "AWS::DynamoDB::Table"
QUEUE = "AWS::SQS::Queue"
ALARM = "AWS::CloudWatch::Alarm"
RULE = "AWS::Events::Rule"

PUBLIC = {
    ("OPTIONS", "/{proxy+}"),
    ("GET", "/consent/callback"),
    *((method, path) for method in ("GET", "HEAD") for path in ("/app", "/app/{proxy+}", "/docs", "/openapi.json")),
}
"""The routes that need no token: a closed list. A CORS preflight could not carry one."""

SECRETS = ":secret:tenant-onboarding/*"
"""The one pattern that a policy may have: connections name their secrets, which the template cannot know."""

NARROWED: dict[str, tuple[str, Tree]] = {
    "kms:Sign": (
        "arn:${AWS::Partition}:kms:${AWS::Region}:${AWS::AccountId}:key/*",
        {
            "ForAnyValue:StringLike": {"kms:ResourceAliases": "alias/tenant-onboarding/*"},
            "StringEquals": {"kms:MessageType": "DIGEST", "kms:SigningAlgorithm": "RSASSA_PSS_SHA_256"},
        },
    ),
    "sts:GetWebIdentityToken": (
        "*",
        {
            "ForAllValues:StringEquals": {"sts:IdentityTokenAudience": "api://AzureADTokenExchange"},
            "Null": {"sts:IdentityTokenAudience": "false"},
            "NumericLessThanEquals": {"sts:DurationSeconds": 3600},
            "StringEquals": {"sts:SigningAlgorithm": "RS256"},
        },
    ),
}
"""The two rights that a condition narrows in place of the resource, each alone and just so: connections name their keys
(https://docs.aws.amazon.com/kms/latest/developerguide/alias-authorization.html), and STS vouches on no resource
(https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_outbound_policies.html)."""

APPEND_ONLY = {"dynamodb:ConditionCheckItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"}
"""What may be granted on evidence and the audit trail: nobody may change or remove either."""

WATCHED = {
    "Namespace": "AWS/SQS",
    "MetricName": "ApproximateNumberOfMessagesVisible",
    "Statistic": "Maximum",
    "Period": 60,
    "EvaluationPeriods": 1,
    "Threshold": 0,
    "ComparisonOperator": "GreaterThanThreshold",
    "TreatMissingData": "notBreaching",
}
"""An alarm at the first message, and at none."""

CONSENT = "/consent/callback"
"""What is asked with GET and acts."""

DEPENDENCIES: Tree = {"Ref": "Dependencies"}
LAYERS: dict[str, list[Tree]] = {
    "ServePage": [DEPENDENCIES, {"Ref": "Page"}],
    "ServeDocs": [DEPENDENCIES, {"Ref": "Reference"}],
    "ServeOpenapi": [DEPENDENCIES, {"Ref": "Reference"}],
}
"""Who has more than the packages: what some serve is a burden to the others."""

# ── Reading the template ─────────────────────────────────────────────────────────────────────────────────────────────


def modules(tree: Tree) -> dict[str, str]:
    """Name the module of every function: `StartRun` → `api.start_run`."""
    return {name: each["Handler"].removesuffix(".handler") for name, each in template.functions(tree).items()}


def grants(tree: Tree) -> Iterator[tuple[str, str, str]]:
    """Find every function, action and resource that belong together; a resource as text, `Sessions.Arn`."""
    yield from ((name, action, resource) for name, action, resource, _ in conditional_grants(tree))


def conditional_grants(tree: Tree) -> Iterator[tuple[str, str, str, Tree]]:
    """Find what `grants` does, and under which condition."""
    for name, function in template.functions(tree).items():
        for policy in function.get("Policies", []):
            for statement in policy["Statement"] if isinstance(policy, dict) and "Statement" in policy else []:
                for action in _listed(statement.get("Action", [])):
                    for resource in _listed(statement.get("Resource", [])):
                        yield name, action, _text(resource), statement.get("Condition", {})


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _text(resource: Any) -> str:
    if isinstance(resource, dict):
        [value] = resource.values()
        return ".".join(value) if isinstance(value, list) else str(value)
    return str(resource)


# ── One name per Lambda ──────────────────────────────────────────────────────────────────────────────────────────────


def every_handler_imports(tree: Tree) -> Iterator[str]:
    for name, module in modules(tree).items():
        try:
            handler = getattr(importlib.import_module(module), "handler", None)
        except ModuleNotFoundError as missing:
            yield f"{name}: {missing}"
        else:
            if not callable(handler):
                yield f"{name}: {module} has no handler"


def a_function_is_named_as_its_module(tree: Tree) -> Iterator[str]:
    for name, module in modules(tree).items():
        if name != "".join(word.capitalize() for word in module.rpartition(".")[2].split("_")):
            yield f"{name} is not the name of {module}"


def the_folders_list_the_functions(tree: Tree) -> Iterator[str]:
    folders = ("api", "workers", "schedules")
    there = {
        f"{folder}.{path.stem}"
        for folder in folders
        for path in (ROOT / "functions" / folder).glob("*.py")
        if path.stem != "__init__"
    }
    named = set(modules(tree).values())
    yield from (f"{module} is in no function" for module in sorted(there - named))
    yield from (f"{module} is in no folder" for module in sorted(named - there))


def every_function_has_a_sample_event(tree: Tree) -> Iterator[str]:
    there = {path.stem for path in (ROOT / "events").glob("*.json")}
    named = {module.rpartition(".")[2] for module in modules(tree).values()}
    yield from (f"events/{name}.json is missing" for name in sorted(named - there))
    yield from (f"events/{name}.json is no function's" for name in sorted(there - named))


def every_function_has_a_test(tree: Tree) -> Iterator[str]:
    # test_events.py names them all, and judges none but by its sample.
    tests = [path.read_text() for path in (ROOT / "tests").glob("*/**/test_*.py") if path.stem != "test_events"]
    for name, module in modules(tree).items():
        word = re.compile(rf"\b{module.rpartition('.')[2]}\b")
        if not any(word.search(text) for text in tests):
            yield f"{name}: no test names {module}"


# ── Queues, streams, schedules ───────────────────────────────────────────────────────────────────────────────────────


def every_queue_has_a_dead_letter_queue(tree: Tree) -> Iterator[str]:
    queues = template.resources(tree, QUEUE)
    redrives = {name: each["Properties"].get("RedrivePolicy", {}) for name, each in queues.items()}
    ends = {target(each.get("deadLetterTargetArn")) for each in redrives.values()}
    ends |= {
        target(event.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination"))
        for _, _, event in triggers(tree, "DynamoDB")
    } | set(_undelivered(tree))
    for name, redrive in redrives.items():
        if name in ends:
            if queues[name]["Properties"].get("MessageRetentionPeriod") != 14 * 24 * 3600:
                yield f"{name} does not keep what failed as long as SQS can"
        elif target(redrive.get("deadLetterTargetArn")) not in queues or not redrive.get("maxReceiveCount"):
            yield f"{name} has no dead-letter queue"


def _undelivered(tree: Tree) -> Iterator[str | None]:
    """Name where each target of a rule leaves what it did not take; None for nowhere."""
    for rule in template.resources(tree, RULE).values():
        for each in rule["Properties"]["Targets"]:
            yield target(each.get("DeadLetterConfig", {}).get("Arn"))


def every_queue_is_encrypted(tree: Tree) -> Iterator[str]:
    for name, queue in template.resources(tree, QUEUE).items():
        if queue["Properties"].get("SqsManagedSseEnabled") is not True:
            yield f"{name} is not encrypted"


def a_batch_fails_message_by_message(tree: Tree) -> Iterator[str]:
    for kind in ("SQS", "DynamoDB"):
        for name, _, event in triggers(tree, kind):
            if event.get("FunctionResponseTypes") != ["ReportBatchItemFailures"]:
                yield f"{name} does not report which of a batch failed"


def every_queue_s_consumers_are_bounded(tree: Tree) -> Iterator[str]:
    for name, function, event in triggers(tree, "SQS"):
        if not 2 <= event.get("ScalingConfig", {}).get("MaximumConcurrency", 0) <= 100:
            yield f"{name} has no MaximumConcurrency"
        if "ReservedConcurrentExecutions" in function:
            yield f"{name}: reserved concurrency sends good messages to the dead letters"


def a_stream_is_filtered_bounded_and_loses_nothing(tree: Tree) -> Iterator[str]:
    for name, _, event in triggers(tree, "DynamoDB"):
        if not event.get("FilterCriteria", {}).get("Filters"):
            yield f"{name} has no filter"
        if not target(event.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination")):
            yield f"{name} has no failure destination"
        if not 0 < event.get("MaximumRetryAttempts", -1) < 100:
            yield f"{name} tries a poisonous batch for ever"
        if event.get("BisectBatchOnFunctionError") is not True:
            yield f"{name} lets one record hold up its batch"
        if event.get("StartingPosition") != "TRIM_HORIZON":
            yield f"{name} skips what was saved before it was there"


def timeouts_are_in_order(tree: Tree) -> Iterator[str]:
    lease = tree["Parameters"]["LeaseSeconds"]["Default"]
    queues = template.resources(tree, QUEUE)
    for name, function, event in triggers(tree, "SQS"):
        timeout = function["Timeout"]
        visibility = queues[str(target(event["Queue"]))]["Properties"].get("VisibilityTimeout", 30)
        if not timeout < lease < visibility:
            yield f"{name}: not timeout {timeout} < lease {lease} < visibility {visibility}"
        if visibility < 6 * timeout:
            yield f"{name}: visibility {visibility} is less than 6 times timeout {timeout}"
    for name, function, _ in triggers(tree, "HttpApi"):
        if function["Timeout"] >= 30:
            yield f"{name} outlives the gateway's patience of 30 s"
    for name, function, event in triggers(tree, "ScheduleV2"):
        if event["ScheduleExpression"] == "rate(1 minute)" and function["Timeout"] >= 60:
            yield f"{name} would meet itself"


def what_lies_with_the_dead_letters_raises_an_alarm(tree: Tree) -> Iterator[str]:
    fed = {
        target(each["Properties"].get("RedrivePolicy", {}).get("deadLetterTargetArn"))
        for each in template.resources(tree, QUEUE).values()
    } | {
        target(event.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination"))
        for _, _, event in triggers(tree, "DynamoDB")
    }
    fed |= set(_undelivered(tree))
    watched = set()
    for name, alarm in template.resources(tree, ALARM).items():
        properties = alarm["Properties"]
        if properties.get("MetricName") == WATCHED["MetricName"]:
            watched |= {target(each["Value"]) for each in properties["Dimensions"]}
            if not WATCHED.items() <= properties.items():
                yield f"{name} does not tell of the first message"
    yield from (f"nobody hears of what lies in {name}" for name in sorted(fed - {None, *watched}, key=str))


# ── The API ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def every_route_is_authorised(tree: Tree) -> Iterator[str]:
    public = set()
    for name, _, event in triggers(tree, "HttpApi"):
        authorizer = event.get("Auth", {}).get("Authorizer")
        route = (event.get("Method", "ANY"), event.get("Path", "$default"))
        if authorizer == "NONE":
            public.add(route)
        if authorizer == "NONE" and route not in PUBLIC:
            yield f"{name}: {' '.join(route)} needs no token"
        if authorizer not in (None, "NONE"):
            yield f"{name} has an authorizer of its own"
        if target(event.get("ApiId")) != "Api":
            yield f"{name} is behind another API"
    yield from (f"{' '.join(route)} is listed as public and is not" for route in sorted(PUBLIC - public))


def the_default_authorizer_checks_issuer_and_audience(tree: Tree) -> Iterator[str]:
    auth = tree["Resources"]["Api"]["Properties"].get("Auth", {})
    jwt = auth.get("Authorizers", {}).get(auth.get("DefaultAuthorizer"), {}).get("JwtConfiguration", {})
    if jwt != {"issuer": {"Ref": "Issuer"}, "audience": [{"Ref": "Audience"}]}:
        yield "no token of just our issuer, for just our audience, is demanded by default"


def the_api_is_throttled_and_open_to_named_origins_only(tree: Tree) -> Iterator[str]:
    properties = tree["Resources"]["Api"]["Properties"]
    throttle = properties.get("DefaultRouteSettings", {})
    if not throttle.get("ThrottlingRateLimit") or not throttle.get("ThrottlingBurstLimit"):
        yield "Api is not throttled"
    if properties["CorsConfiguration"]["AllowOrigins"] != {"Ref": "AllowedOrigins"}:
        yield "Api does not take its origins from AllowedOrigins"
    if "*" in str(tree["Parameters"]["AllowedOrigins"].get("Default")):
        yield "AllowedOrigins lets every origin in"


def every_route_of_the_contract_is_there(tree: Tree) -> Iterator[str]:
    contract = yaml.safe_load((ROOT / "tests" / "contract" / "openapi.yaml").read_text())
    there = {(event.get("Method"), event.get("Path")) for _, _, event in triggers(tree, "HttpApi")}
    for path, methods in contract["paths"].items():
        for method in methods:
            if (method.upper(), path) not in there:
                yield f"{method.upper()} {path} is missing"


def what_is_shown_can_be_asked_for_its_head(tree: Tree) -> Iterator[str]:
    asked: dict[tuple[str, str], set[str]] = {}
    for name, _, event in triggers(tree, "HttpApi"):
        asked.setdefault((name, event.get("Path", "")), set()).add(event.get("Method", "ANY"))
    for (name, path), methods in asked.items():
        if "GET" in methods and path != CONSENT and "HEAD" not in methods:
            yield f"{name} cannot be asked for the head of {path}"
        if "HEAD" in methods and "GET" not in methods:
            yield f"{name} is asked for nothing but the head of {path}"
    if "HEAD" in asked.get(("RecordConsent", CONSENT), ()):
        yield "a consent is recorded by whoever asks for the head of its page"


# ── Tables and rights ────────────────────────────────────────────────────────────────────────────────────────────────


def tables_survive_mistakes(tree: Tree) -> Iterator[str]:
    for name, table in template.resources(tree, TABLE).items():
        properties = table["Properties"]
        if table.get("DeletionPolicy") != "Retain" or table.get("UpdateReplacePolicy") != "Retain":
            yield f"{name} goes with its stack"
        if properties.get("PointInTimeRecoverySpecification") != {"PointInTimeRecoveryEnabled": True}:
            yield f"{name} cannot be restored to a point in time"
        if properties.get("SSESpecification", {}).get("SSEEnabled") is not True:
            yield f"{name} is not encrypted with a key of the account"
        if properties.get("BillingMode") != "PAY_PER_REQUEST":
            yield f"{name} has a fixed capacity"


def what_expires_is_removed(tree: Tree) -> Iterator[str]:
    expected = {name: {"AttributeName": "expires_at", "Enabled": True} for name in ("Runs", "Sessions")}
    for name, table in template.resources(tree, TABLE).items():
        if table["Properties"].get("TimeToLiveSpecification") != expected.get(name):
            yield f"{name}: not {expected.get(name)}"


def policies_are_statements_without_wildcards(tree: Tree) -> Iterator[str]:
    for name, function in template.functions(tree).items():
        if "Role" in function:
            yield f"{name} has a role from elsewhere"
        for policy in function.get("Policies", []):
            if not isinstance(policy, dict) or set(policy) - {"Version"} != {"Statement"}:
                yield f"{name} has a policy that says less than it grants: {policy}"
                continue
            for statement in policy["Statement"]:
                if set(statement) - {"Sid", "Condition"} != {"Effect", "Action", "Resource"}:
                    yield f"{name} has a statement of another form: {sorted(statement)}"
    for name, action, resource, condition in conditional_grants(tree):
        if "*" in action or "?" in action or "dynamodb:Scan" in action or "PartiQL" in action:
            yield f"{name} is granted {action}"
        if re.search(r"[*?]", resource.removesuffix(SECRETS)) and NARROWED.get(action) != (resource, condition):
            yield f"{name} is granted {action} on {resource}"


def nobody_changes_what_is_kept_for_ever(tree: Tree) -> Iterator[str]:
    for name, action, resource in grants(tree):
        if re.search(r"\b(Evidence|Audit)\b", resource) and action not in APPEND_ONLY:
            yield f"{name} is granted {action} on {resource}"


def only_owners_read_the_audit_trail(tree: Tree) -> Iterator[str]:
    for name, action, resource in grants(tree):
        if resource == "Audit.Arn" and action != "dynamodb:PutItem" and name != "ListAudit":
            yield f"{name} is granted {action} on {resource}"


def events_are_put_in_our_name_only(tree: Tree) -> Iterator[str]:
    for name, action, resource, condition in conditional_grants(tree):
        if action == "events:PutEvents":
            if not resource.endswith(":event-bus/${EventBusName}"):
                yield f"{name} puts events onto {resource}"
            if condition != {
                "ForAllValues:StringEquals": {"events:source": "tenant-onboarding"},
                "Null": {"events:source": "false"},
            }:
                yield f"{name} puts events in anybody's name"


def a_route_reaches_tables_only(tree: Tree) -> Iterator[str]:
    routes = {name for name, _, _ in triggers(tree, "HttpApi")}
    for name, action, _ in grants(tree):
        if name in routes and not action.startswith("dynamodb:"):
            yield f"{name} is granted {action}"


def rights_on_an_index_are_on_one_that_is_there(tree: Tree) -> Iterator[str]:
    there = {
        f"${{{name}.Arn}}/index/{index['IndexName']}"
        for name, table in template.resources(tree, TABLE).items()
        for kind in ("GlobalSecondaryIndexes", "LocalSecondaryIndexes")
        for index in table["Properties"].get(kind, [])
    }
    for name, _, resource in grants(tree):
        if "/index/" in resource and resource not in there:
            yield f"{name}: no such index as {resource}"


# ── Every function ───────────────────────────────────────────────────────────────────────────────────────────────────


def log_lines_are_kept_for_a_time(tree: Tree) -> Iterator[str]:
    groups = template.resources(tree, "AWS::Logs::LogGroup")
    for name, group in groups.items():
        if not group.get("Properties", {}).get("RetentionInDays"):
            yield f"{name} is kept for ever"
    for name, function in template.functions(tree).items():
        if target(function.get("LoggingConfig", {}).get("LogGroup")) not in groups:
            yield f"{name} logs into a group that is kept for ever"
    if target(tree["Resources"]["Api"]["Properties"].get("AccessLogSettings", {}).get("DestinationArn")) not in groups:
        yield "Api logs into no group of ours"


def the_runtime_is_one_and_the_same(tree: Tree) -> Iterator[str]:
    architecture = [{"Ref": "Architecture"}]
    if tree["Parameters"]["Architecture"]["Default"] != "arm64":
        yield "arm64 is not the default"
    for name, function in template.functions(tree).items():
        if function.get("Runtime") != "python3.13" or function.get("Architectures") != architecture:
            yield f"{name} has a runtime of its own"
        if function.get("CodeUri") != "functions/" or function.get("Layers") != LAYERS.get(name, [DEPENDENCIES]):
            yield f"{name} runs other code"
    layer = tree["Resources"]["Dependencies"]
    if layer["Properties"].get("CompatibleArchitectures") != architecture:
        yield "Dependencies has an architecture of its own"
    if layer["Metadata"] != {"BuildMethod": "python3.13", "BuildArchitecture": {"Ref": "Architecture"}}:
        yield "Dependencies is built for another runtime"


def there_is_no_secret_in_it(tree: Tree) -> Iterator[str]:
    telling = re.compile(r"secret|password|passwd|token|credential|private|key", re.IGNORECASE)
    shaped = re.compile(r"AKIA[0-9A-Z]{16}|-----BEGIN|eyJ[\w-]{10,}\.|\{\{resolve:|[A-Za-z0-9_~+/.-]{34,}")
    for name, parameter in tree["Parameters"].items():
        if telling.search(name) or shaped.search(str(parameter.get("Default", ""))):
            yield f"parameter {name} holds a secret"
    for name, function in template.functions(tree).items():
        for variable, value in function["Environment"]["Variables"].items():
            if telling.search(variable) or shaped.search(str(value)):
                yield f"{name}: {variable} holds a secret"


# ── The rules, each with templates that break it ─────────────────────────────────────────────────────────────────────


def grant(function: str, action: str, resource: Any, condition: Tree | None = None) -> Callable[[Tree], None]:
    """Make a change: *function* is also granted *action* on *resource*, under *condition* if there is one."""
    statement = {"Effect": "Allow", "Action": action, "Resource": resource}
    if condition is not None:
        statement["Condition"] = condition

    def change(tree: Tree) -> None:
        tree["Resources"][function]["Properties"]["Policies"].append({"Statement": [statement]})

    return change


GONE = of("GetRun", "Handler"), "api.vanish_route.handler"
SESSIONS = {"Fn::GetAtt": ["Sessions", "Arn"]}
EVIDENCE = {"Fn::GetAtt": ["Evidence", "Arn"]}
AUDIT = {"Fn::GetAtt": ["Audit", "Arn"]}
KEYS = {"Fn::Sub": NARROWED["kms:Sign"][0]}
MESSAGES = of("ExecuteProbe", "Events/Messages/Properties")
SAVED = of("DispatchRuns", "Events/SavedRuns/Properties")
ROUTE = of("GetRun", "Events/Route/Properties")

TWINS: list[tuple[Rule, Callable[[Tree], None], str]] = [
    (every_handler_imports, put(*GONE), "GetRun: No module named 'api.vanish_route'"),
    (every_handler_imports, put(of("GetRun", "Handler"), "onboarding.errors.handler"), "has no handler"),
    (a_function_is_named_as_its_module, put(*GONE), "GetRun is not the name of api.vanish_route"),
    (the_folders_list_the_functions, put(*GONE), "api.vanish_route is in no folder"),
    (the_folders_list_the_functions, remove("Resources/GetRun"), "api.get_run is in no function"),
    (every_function_has_a_sample_event, put(*GONE), "events/vanish_route.json is missing"),
    (every_function_has_a_sample_event, remove("Resources/GetRun"), "events/get_run.json is no function's"),
    (every_function_has_a_test, put(*GONE), "GetRun: no test names api.vanish_route"),
    (every_queue_has_a_dead_letter_queue, remove(of("Probe", "RedrivePolicy")), "Probe has no dead-letter queue"),
    (
        every_queue_has_a_dead_letter_queue,
        put("Resources/New", {"Type": QUEUE, "Properties": {}}),
        "New has no dead-letter queue",
    ),
    (every_queue_has_a_dead_letter_queue, remove(of("UndispatchedRuns", "MessageRetentionPeriod")), "does not keep"),
    (
        what_lies_with_the_dead_letters_raises_an_alarm,
        remove("Resources/SyncsAreDead"),
        "nobody hears of what lies in SyncDeadLetters",
    ),
    (
        what_lies_with_the_dead_letters_raises_an_alarm,
        remove("Resources/RunsAreUndispatched"),
        "nobody hears of what lies in UndispatchedRuns",
    ),
    (
        what_lies_with_the_dead_letters_raises_an_alarm,
        put(of("ProbesAreDead", "Threshold"), 10),
        "ProbesAreDead does not tell of the first message",
    ),
    (
        what_lies_with_the_dead_letters_raises_an_alarm,
        remove("Resources/EventsAreUndelivered"),
        "nobody hears of what lies in UndeliveredEvents",
    ),
    (every_queue_is_encrypted, remove(of("Sync", "SqsManagedSseEnabled")), "Sync is not encrypted"),
    (a_batch_fails_message_by_message, remove(f"{MESSAGES}/FunctionResponseTypes"), "ExecuteProbe does not"),
    (a_batch_fails_message_by_message, remove(f"{SAVED}/FunctionResponseTypes"), "DispatchRuns does not"),
    (every_queue_s_consumers_are_bounded, remove(f"{MESSAGES}/ScalingConfig"), "has no MaximumConcurrency"),
    (every_queue_s_consumers_are_bounded, put(of("ExecuteSync", "ReservedConcurrentExecutions"), 5), "good messages"),
    (a_stream_is_filtered_bounded_and_loses_nothing, remove(f"{SAVED}/FilterCriteria"), "has no filter"),
    (a_stream_is_filtered_bounded_and_loses_nothing, remove(f"{SAVED}/DestinationConfig"), "no failure destination"),
    (a_stream_is_filtered_bounded_and_loses_nothing, remove(f"{SAVED}/MaximumRetryAttempts"), "for ever"),
    (a_stream_is_filtered_bounded_and_loses_nothing, remove(f"{SAVED}/BisectBatchOnFunctionError"), "hold up"),
    (a_stream_is_filtered_bounded_and_loses_nothing, put(f"{SAVED}/StartingPosition", "LATEST"), "skips"),
    (timeouts_are_in_order, put(of("ExecuteProbe", "Timeout"), 120), "not timeout 120 < lease 120"),
    (timeouts_are_in_order, put("Parameters/LeaseSeconds/Default", 540), "lease 540 < visibility 540"),
    (timeouts_are_in_order, put(of("Sync", "VisibilityTimeout"), 539), "539 is less than 6 times timeout 90"),
    (timeouts_are_in_order, remove(of("Sync", "VisibilityTimeout")), "visibility 30"),
    (timeouts_are_in_order, put("Globals/Function/Timeout", 30), "outlives the gateway"),
    (timeouts_are_in_order, put(of("Sweep", "Timeout"), 60), "Sweep would meet itself"),
    (every_route_is_authorised, put(f"{ROUTE}/Auth", {"Authorizer": "NONE"}), "runs/{runId} needs no token"),
    (every_route_is_authorised, put(f"{ROUTE}/Auth", {"Authorizer": "Mine"}), "an authorizer of its own"),
    (every_route_is_authorised, remove(f"{ROUTE}/ApiId"), "GetRun is behind another API"),
    (
        every_route_is_authorised,
        remove(of("AnswerUnmatched", "Events/Options")),
        "OPTIONS /{proxy+} is listed as public and is not",
    ),
    (
        the_default_authorizer_checks_issuer_and_audience,
        remove(of("Api", "Auth/DefaultAuthorizer")),
        "demanded by default",
    ),
    (
        the_default_authorizer_checks_issuer_and_audience,
        remove(of("Api", "Auth/Authorizers/AccessToken/JwtConfiguration/audience")),
        "demanded by default",
    ),
    (the_api_is_throttled_and_open_to_named_origins_only, remove(of("Api", "DefaultRouteSettings")), "not throttled"),
    (
        the_api_is_throttled_and_open_to_named_origins_only,
        put(of("Api", "CorsConfiguration/AllowOrigins"), ["*"]),
        "does not take its origins",
    ),
    (
        the_api_is_throttled_and_open_to_named_origins_only,
        put("Parameters/AllowedOrigins/Default", "*"),
        "every origin",
    ),
    (
        what_is_shown_can_be_asked_for_its_head,
        remove(of("GetRun", "Events/Head")),
        "GetRun cannot be asked for the head",
    ),
    (what_is_shown_can_be_asked_for_its_head, remove(of("GetRun", "Events/Route")), "nothing but the head"),
    (
        what_is_shown_can_be_asked_for_its_head,
        put(of("RecordConsent", "Events/Head"), {"Type": "HttpApi", "Properties": {"Method": "HEAD", "Path": CONSENT}}),
        "a consent is recorded by whoever asks for the head",
    ),
    (every_route_of_the_contract_is_there, remove("Resources/ListTasks"), "GET /tenants/{tenantId}/onboarding/tasks"),
    (
        every_route_of_the_contract_is_there,
        put(of("UpdateSession", "Events/Route/Properties/Method"), "PUT"),
        "PATCH /tenants/{tenantId}/onboarding/session/{sessionId} is missing",
    ),
    (tables_survive_mistakes, remove("Resources/Runs/DeletionPolicy"), "Runs goes with its stack"),
    (tables_survive_mistakes, put("Resources/Runs/UpdateReplacePolicy", "Delete"), "Runs goes with its stack"),
    (
        tables_survive_mistakes,
        remove(of("Evidence", "PointInTimeRecoverySpecification")),
        "Evidence cannot be restored",
    ),
    (tables_survive_mistakes, remove(of("Sessions", "SSESpecification")), "Sessions is not encrypted"),
    (tables_survive_mistakes, put(of("Sessions", "BillingMode"), "PROVISIONED"), "Sessions has a fixed capacity"),
    (what_expires_is_removed, remove(of("Runs", "TimeToLiveSpecification")), "Runs: not {'AttributeName'"),
    (
        what_expires_is_removed,
        put(of("Evidence", "TimeToLiveSpecification"), {"AttributeName": "expires_at", "Enabled": True}),
        "Evidence: not None",
    ),
    (policies_are_statements_without_wildcards, grant("GetRun", "dynamodb:*", SESSIONS), "is granted dynamodb:*"),
    (policies_are_statements_without_wildcards, grant("GetRun", "dynamodb:Scan", SESSIONS), "granted dynamodb:Scan"),
    (policies_are_statements_without_wildcards, grant("GetRun", "dynamodb:GetItem", "*"), "dynamodb:GetItem on *"),
    (
        policies_are_statements_without_wildcards,
        grant("GetRun", "dynamodb:Query", {"Fn::Sub": "${Sessions.Arn}/index/*"}),
        "on ${Sessions.Arn}/index/*",
    ),
    (
        policies_are_statements_without_wildcards,
        grant("ExecuteProbe", "secretsmanager:GetSecretValue", "arn:aws:secretsmanager:*:*:secret:tenant-onboarding/*"),
        "GetSecretValue on arn:aws:secretsmanager:*",
    ),
    (policies_are_statements_without_wildcards, grant("ExecuteProbe", "kms:Sign", KEYS), "kms:Sign on arn:"),
    (
        policies_are_statements_without_wildcards,
        grant("ExecuteProbe", "kms:Sign", KEYS, {"ForAnyValue:StringLike": {"kms:ResourceAliases": "alias/*"}}),
        "kms:Sign on arn:",
    ),
    (
        policies_are_statements_without_wildcards,
        grant("ExecuteProbe", "kms:Sign", "*", NARROWED["kms:Sign"][1]),
        "kms:Sign on *",
    ),
    (
        policies_are_statements_without_wildcards,
        grant("ExecuteProbe", "kms:Decrypt", KEYS, NARROWED["kms:Sign"][1]),
        "kms:Decrypt on arn:",
    ),
    (
        policies_are_statements_without_wildcards,
        grant("ExecuteSync", "sts:GetWebIdentityToken", "*"),
        "sts:GetWebIdentityToken on *",
    ),
    (
        policies_are_statements_without_wildcards,
        grant(
            "ExecuteSync",
            "sts:GetWebIdentityToken",
            "*",
            {"ForAnyValue:StringEquals": {"sts:IdentityTokenAudience": "api://AzureADTokenExchange"}},
        ),
        "sts:GetWebIdentityToken on *",
    ),
    (
        policies_are_statements_without_wildcards,
        grant("ExecuteSync", "sts:AssumeRole", "*", NARROWED["sts:GetWebIdentityToken"][1]),
        "sts:AssumeRole on *",
    ),
    (policies_are_statements_without_wildcards, put(of("GetRun", "Policies"), ["AdministratorAccess"]), "says less"),
    (
        policies_are_statements_without_wildcards,
        put(of("GetRun", "Policies"), [{"DynamoDBCrudPolicy": {"TableName": {"Ref": "Runs"}}}]),
        "says less",
    ),
    (
        policies_are_statements_without_wildcards,
        put(of("GetRun", "Policies"), [{"Statement": [{"Effect": "Allow", "NotAction": "x", "Resource": SESSIONS}]}]),
        "of another form",
    ),
    (policies_are_statements_without_wildcards, put(of("GetRun", "Role"), "arn:aws:iam::1:role/r"), "from elsewhere"),
    (
        nobody_changes_what_is_kept_for_ever,
        grant("Sweep", "dynamodb:DeleteItem", EVIDENCE),
        "DeleteItem on Evidence.Arn",
    ),
    (
        nobody_changes_what_is_kept_for_ever,
        grant("ExecuteSync", "dynamodb:UpdateItem", EVIDENCE),
        "UpdateItem on Evidence.Arn",
    ),
    (
        nobody_changes_what_is_kept_for_ever,
        grant("GetRun", "dynamodb:BatchWriteItem", EVIDENCE),
        "BatchWriteItem on Evidence.Arn",
    ),
    (
        nobody_changes_what_is_kept_for_ever,
        grant("Sweep", "dynamodb:UpdateItem", AUDIT),
        "UpdateItem on Audit.Arn",
    ),
    (
        nobody_changes_what_is_kept_for_ever,
        grant("ListAudit", "dynamodb:DeleteItem", AUDIT),
        "DeleteItem on Audit",
    ),
    (only_owners_read_the_audit_trail, grant("GetSession", "dynamodb:Query", AUDIT), "Query on Audit.Arn"),
    (
        events_are_put_in_our_name_only,
        grant("PublishAudit", "events:PutEvents", {"Fn::Sub": "arn:aws:events:us-east-1:1:event-bus/${EventBusName}"}),
        "in anybody's name",
    ),
    (
        events_are_put_in_our_name_only,
        grant("PublishAudit", "events:PutEvents", {"Fn::Sub": "arn:aws:events:us-east-1:1:event-bus/other"}),
        "PublishAudit puts events onto",
    ),
    (
        a_route_reaches_tables_only,
        grant("StartRun", "sqs:SendMessage", {"Fn::GetAtt": ["Probe", "Arn"]}),
        "StartRun is granted sqs:SendMessage",
    ),
    (
        rights_on_an_index_are_on_one_that_is_there,
        put(of("Evidence", "LocalSecondaryIndexes"), []),
        "no such index as ${Evidence.Arn}/index/by_task",
    ),
    (log_lines_are_kept_for_a_time, remove(of("Logs", "RetentionInDays")), "Logs is kept for ever"),
    (log_lines_are_kept_for_a_time, put(of("Sweep", "LoggingConfig/LogGroup"), "/aws/lambda/x"), "Sweep logs into"),
    (log_lines_are_kept_for_a_time, remove(of("Api", "AccessLogSettings")), "Api logs into no group"),
    (the_runtime_is_one_and_the_same, put("Parameters/Architecture/Default", "x86_64"), "arm64 is not the default"),
    (the_runtime_is_one_and_the_same, put(of("Sweep", "Runtime"), "python3.12"), "Sweep has a runtime of its own"),
    (the_runtime_is_one_and_the_same, put(of("Sweep", "CodeUri"), "functions/schedules"), "Sweep runs other code"),
    (the_runtime_is_one_and_the_same, remove(of("ServePage", "Layers")), "ServePage runs other code"),
    (the_runtime_is_one_and_the_same, put(of("Sweep", "Layers"), [{"Ref": "Page"}]), "Sweep runs other code"),
    (the_runtime_is_one_and_the_same, remove(of("ServeDocs", "Layers")), "ServeDocs runs other code"),
    (the_runtime_is_one_and_the_same, put(of("Sweep", "Layers"), [{"Ref": "Reference"}]), "Sweep runs other code"),
    (
        the_runtime_is_one_and_the_same,
        put(of("Dependencies", "CompatibleArchitectures"), ["arm64"]),
        "Dependencies has an architecture of its own",
    ),
    (
        the_runtime_is_one_and_the_same,
        put("Resources/Dependencies/Metadata/BuildMethod", "python3.12"),
        "built for another runtime",
    ),
    (there_is_no_secret_in_it, put("Parameters/ClientSecret", {"Type": "String", "NoEcho": True}), "ClientSecret"),
    (
        there_is_no_secret_in_it,
        put(of("Sweep", "Environment/Variables/GRAPH_PASSWORD"), {"Ref": "Issuer"}),
        "Sweep: GRAPH_PASSWORD",
    ),
    (there_is_no_secret_in_it, put(of("Sweep", "Environment/Variables/SIGNING_KEY"), "x"), "Sweep: SIGNING_KEY"),
    (
        there_is_no_secret_in_it,
        put("Globals/Function/Environment/Variables/GRAPH", "Ab1~" * 10),
        "GRAPH holds a secret",
    ),
]


@twins.each_rule(TWINS)
def test_the_template_keeps_the_rule(rule: Rule) -> None:
    assert list(rule(template.read())) == []


@twins.each_twin(TWINS)
def test_a_template_that_breaks_the_rule_is_caught(rule: Rule, change: Callable[[Tree], None], breach: str) -> None:
    twin = template.read()
    change(twin)

    assert twins.catches(rule, twin, breach)


def test_every_rule_in_this_file_is_asked() -> None:
    assert twins.written(globals(), "tree") == set(twins.rules(TWINS))
