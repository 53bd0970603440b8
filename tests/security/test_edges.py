"""What keeps the deployed service within its edges, whatever a role is given and whoever asks.

Each rule of the template is shown to catch what it forbids.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from tests import rights, template, twins
from tests.rights import Right, Use
from tests.template import Change, Rule, Tree, of, put, remove, target, triggers

QUEUE = "AWS::SQS::Queue"
TABLE = "AWS::DynamoDB::Table"

STREAMS = "/stream/*"
"""How the streams of a table are named: their own names are not known before they are there."""

KEYS = "arn:aws:kms:us-east-1:123456789012:key/*"

FOR_THE_TABLES = {
    f"kms:{action}"
    for action in (
        *("CreateGrant", "Decrypt", "DescribeKey", "Encrypt", "GenerateDataKey", "GenerateDataKeyWithoutPlaintext"),
        *("ReEncryptFrom", "ReEncryptTo"),
    )
}
"""What DynamoDB asks of a table's key in the name of who calls it
(https://docs.aws.amazon.com/kms/latest/developerguide/services-dynamodb.html#dynamodb-authz)."""

VIA_DYNAMODB: Tree = {"StringEquals": {"kms:ViaService": {"Fn::Sub": "dynamodb.${AWS::Region}.amazonaws.com"}}}

UNNAMED = {
    **dict.fromkeys(FOR_THE_TABLES, KEYS),
    "secretsmanager:GetSecretValue": "arn:aws:secretsmanager:us-east-1:123456789012:secret:tenant-onboarding/*",
    "kms:Sign": KEYS,
    "sts:GetWebIdentityToken": "*",
    "xray:PutTelemetryRecords": "*",
    "xray:PutTraceSegments": "*",
}
"""The rights on what the template cannot name: connections name their secrets and keys, each function's own statement
has the condition; STS and X-Ray know no resource
(https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsx-ray.html)."""

LONGEST_NAME = 150
"""Characters that the ARN of a table or queue may have, in a stack with a long name."""

COSTLY = {
    "GET /onboarding/sessions",
    "GET /tenants/{tenantId}/preflight",
    "POST /tenants/{tenantId}/onboarding/tasks/{taskType}/runs",
}
"""Routes whose requests cost more than a read of ours: Microsoft's patience, a worker's minute, hundreds of reads."""

ROOM = {"ThrottlingBurstLimit": 100, "ThrottlingRateLimit": 50}
"""What a public route takes at least: each request of a stranger's costs one read, and a customer's needs one place."""

TOLD = {"error.message", "integration.status", "requestId", "responseLatency", "routeKey", "status"}
"""What the access log may tell: ids and figures. No address, no path, no query string (the callback's has a state and
a tenant in it), no header, no claim (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html)."""


# ── The boundary ─────────────────────────────────────────────────────────────────────────────────────────────────────


def every_function_ends_at_the_boundary(tree: Tree) -> Iterator[str]:
    for name, function in template.functions(tree).items():
        if function.get("PermissionsBoundary") != {"Ref": "Boundary"}:
            yield f"{name} has no boundary, or another"


def the_boundary_is_around_what_is_granted_and_no_more(tree: Tree) -> Iterator[str]:
    within = {grant.right for grant in rights.boundary(tree)}
    granted = {grant.right for name in template.functions(tree) for grant in rights.grants(tree, name)}
    needed = granted | set(_used_by_the_platform(tree))
    yield from (f"{' on '.join(right)} is granted and beyond the boundary" for right in sorted(needed - within))
    yield from (f"{' on '.join(right)} is within the boundary for nobody" for right in sorted(within - needed))


def _used_by_the_platform(tree: Tree) -> Iterator[Right]:
    """Name what AWS does with a function's role: Lambda polls, tells of failures and logs, DynamoDB uses its key."""
    for _, _, event in triggers(tree, "SQS"):
        for action in ("DeleteMessage", "GetQueueAttributes", "ReceiveMessage"):
            yield Right(f"sqs:{action}", str(target(event["Queue"])))
    for _, _, event in triggers(tree, "DynamoDB"):
        for action in ("DescribeStream", "GetRecords", "GetShardIterator", "ListStreams"):
            yield Right(f"dynamodb:{action}", f"{target(event['Stream'])}{STREAMS}")
        yield Right("sqs:SendMessage", str(target(event["DestinationConfig"]["OnFailure"]["Destination"])))
    if any("SSESpecification" in made["Properties"] for made in template.resources(tree, TABLE).values()):
        yield from (Right(action, KEYS) for action in sorted(FOR_THE_TABLES))
    for action in ("CreateLogStream", "PutLogEvents"):
        yield Right(f"logs:{action}", "Logs")
    for action in ("PutTelemetryRecords", "PutTraceSegments"):
        yield Right(f"xray:{action}", "*")


def the_boundary_names_what_is_within(tree: Tree) -> Iterator[str]:
    document = tree["Resources"]["Boundary"]["Properties"]["PolicyDocument"]
    for statement in document["Statement"]:
        for_the_tables = FOR_THE_TABLES & set(statement["Action"] if isinstance(statement["Action"], list) else ())
        expected = {"Effect", "Action", "Resource"} | ({"Condition"} if for_the_tables else set())
        if set(statement) != expected or statement["Effect"] != "Allow":
            yield f"a statement of another form: {sorted(statement)}"
    for action, resource in (grant.right for grant in rights.boundary(tree)):
        if re.search(r"[*?]", action):
            yield f"the boundary lets {action}"
        if re.search(r"[*?]", resource.removesuffix(STREAMS)) and UNNAMED.get(action) != resource:
            yield f"the boundary lets {action} on {resource}"


def keys_are_used_by_dynamodb_alone(tree: Tree) -> Iterator[str]:
    for grant in rights.boundary(tree):
        if grant.right.action in FOR_THE_TABLES and grant.condition != VIA_DYNAMODB:
            yield f"the boundary lets {grant.right.action} by whatever way"


def the_boundary_is_short_enough(tree: Tree) -> Iterator[str]:
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html#reference_iam-quotas-entity-length
    document = tree["Resources"]["Boundary"]["Properties"]["PolicyDocument"]
    length = len(re.sub(r"\s|\$\{\w+\.Arn\}", "", json.dumps(document)))
    length += LONGEST_NAME * len(re.findall(r"GetAtt|\.Arn\}", json.dumps(document)))
    if length > 6144:
        yield f"the boundary may have {length} characters, and a policy 6144 at most"


def what_is_recorded_is_beyond_everybody_s_change(tree: Tree) -> Iterator[str]:
    for action, resource in (grant.right for grant in rights.boundary(tree)):
        changes = {"dynamodb:BatchWriteItem", "dynamodb:DeleteItem", "dynamodb:UpdateItem"}
        if action in changes and resource.startswith(("Audit", "Evidence")):
            yield f"the boundary lets {action} on {resource}"


# ── Who may send ─────────────────────────────────────────────────────────────────────────────────────────────────────


def a_queue_takes_from_its_sender_only(tree: Tree) -> Iterator[str]:
    roles = {f"{name}Role" for name in template.functions(tree)}
    for queue, made in template.resources(tree, QUEUE).items():
        may = set(_senders(tree, queue))
        if "RedrivePolicy" in made["Properties"]:
            may.add("RedriveRole")
        admitted = {who for who in {*roles, "RedriveRole", "Anybody"} if not _is_denied(tree, queue, who)}
        yield from (f"{queue} takes from {who}" for who in sorted(admitted - may))
        yield from (f"{queue} does not take from {who}" for who in sorted(may - admitted))
        if not _is_denied(tree, queue, "RedriveRole", redrives=False):
            yield f"{queue} takes from a role that was never named"


def _senders(tree: Tree, queue: str) -> Iterator[str]:
    for name in template.functions(tree):
        if Right("sqs:SendMessage", queue) in {grant.right for grant in rights.grants(tree, name)}:
            yield f"{name}Role"
    for name, _, event in triggers(tree, "DynamoDB"):
        if target(event["DestinationConfig"]["OnFailure"]["Destination"]) == queue:
            yield f"{name}Role"


def sqs_itself_moves_what_is_dead(tree: Tree) -> Iterator[str]:
    for queue in template.resources(tree, QUEUE):
        if _is_denied(tree, queue, "a service", service="true"):
            yield f"{queue} takes nothing from SQS itself"


def nothing_goes_to_or_from_a_queue_in_the_clear(tree: Tree) -> Iterator[str]:
    for queue in template.resources(tree, QUEUE):
        for action in ("sqs:SendMessage", "sqs:ReceiveMessage"):
            if not _is_denied(tree, queue, "DispatchRunsRole", action=action, secure="false"):
                yield f"{queue} lets {action} without TLS"


def _is_denied(
    tree: Tree,
    queue: str,
    who: str,
    *,
    action: str = "sqs:SendMessage",
    secure: str = "true",
    service: str = "false",
    redrives: bool = True,
) -> bool:
    context = {
        "aws:PrincipalArn": [who],
        "aws:PrincipalIsAWSService": [service],
        "aws:SecureTransport": [secure],
    }
    return rights.denied(tree, queue, Use(Right(action, queue), context), conditions={"SomebodyRedrives": redrives})


# ── The API ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def what_is_public_or_costly_is_throttled_more(tree: Tree) -> Iterator[str]:
    properties = tree["Resources"]["Api"]["Properties"]
    usual, own = properties["DefaultRouteSettings"], properties.get("RouteSettings", {})
    routes = {
        f"{event['Method']} {event['Path']}": event for _, _, event in triggers(tree, "HttpApi") if "Method" in event
    }
    public = {route for route, event in routes.items() if event.get("Auth", {}).get("Authorizer") == "NONE"}
    for route in sorted(public | COSTLY):
        for limit in ("ThrottlingBurstLimit", "ThrottlingRateLimit"):
            if not 0 < own.get(route, {}).get(limit, 0) < usual[limit]:
                yield f"{route} is not throttled more than others"
    yield from (f"{route} is throttled and not there" for route in sorted(own.keys() - routes.keys()))


def what_is_public_has_room_for_customers(tree: Tree) -> Iterator[str]:
    # A limit is shared by all callers (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-throttling.html),
    # so a low one lets whoever knocks a few times a second turn away the customers who come back from Microsoft.
    own = tree["Resources"]["Api"]["Properties"].get("RouteSettings", {})
    for _, _, event in triggers(tree, "HttpApi"):
        if event.get("Auth", {}).get("Authorizer") == "NONE" and "Method" in event:
            route = f"{event['Method']} {event['Path']}"
            if any(own.get(route, {}).get(limit, least) < least for limit, least in ROOM.items()):
                yield f"a few requests a second close {route}"


def the_access_log_tells_of_nobody(tree: Tree) -> Iterator[str]:
    written: str = tree["Resources"]["Api"]["Properties"]["AccessLogSettings"]["Format"]
    told = set(re.findall(r"\$context\.([\w.]+)", written))
    yield from (f"the access log tells {variable}" for variable in sorted(told - TOLD))
    if "requestId" not in told:
        yield "the access log cannot be held against the functions' log"
    if "$" in re.sub(r"\$context\.[\w.]+", "", written):
        yield "the access log tells more than of the request's context"


def no_browser_sends_along_what_it_keeps(tree: Tree) -> Iterator[str]:
    cors = tree["Resources"]["Api"]["Properties"]["CorsConfiguration"]
    if cors.get("AllowCredentials"):
        yield "other pages may have a browser send its cookies"
    for allowed in ("AllowHeaders", "AllowMethods", "ExposeHeaders"):
        if "*" in cors[allowed]:
            yield f"{allowed} is anything"


def people_and_tokens_come_over_tls(tree: Tree) -> Iterator[str]:
    # An HTTP API at its own address speaks TLS 1.2 or better, and nothing in the template could change that:
    # https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-custom-domain-tls-version.html.
    for name in ("Issuer", "PublicUrl"):
        pattern = re.compile(tree["Parameters"][name].get("AllowedPattern", ""))
        if pattern.search("http://issuer.example/path"):
            yield f"{name} may be without TLS"
        if pattern.search("http://127.0.0.1.example/path"):
            yield f"{name} may be somebody else's without TLS"
        if not all(pattern.search(each) for each in ("https://issuer.example", "http://127.0.0.1:8000/path")):
            yield f"{name} may not be what it is"
    domains = [made["Properties"] for made in template.resources(tree, "AWS::Serverless::HttpApi").values()]
    domains = [each["Domain"] for each in domains if "Domain" in each]
    for made in template.resources(tree, "AWS::ApiGatewayV2::DomainName").values():
        domains += made["Properties"]["DomainNameConfigurations"]
    if not all(each.get("SecurityPolicy") == "TLS_1_2" for each in domains):
        yield "a domain of the API takes old TLS"


# ── The rules, each with templates that break it ─────────────────────────────────────────────────────────────────────


def permit(function: str, action: str, resource: Any) -> Change:
    """Make a change: *function* is also granted *action* on *resource*."""
    statement = {"Effect": "Allow", "Action": action, "Resource": resource}
    return lambda tree: tree["Resources"][function]["Properties"]["Policies"].append({"Statement": [statement]})


def widen(action: str | list[str], resource: Any, **others: Any) -> Change:
    """Make a change: the boundary also lets *action* on *resource*."""
    statement = {"Effect": "Allow", "Action": action, "Resource": resource, **others}
    return lambda tree: tree["Resources"]["Boundary"]["Properties"]["PolicyDocument"]["Statement"].append(statement)


def policy(name: str, statement: int, path: str) -> str:
    """Give the path of *path* in a statement of queue policy *name*; see `at`."""
    return f"{of(name, 'PolicyDocument/Statement')}/{statement}/{path}"


def at(path: str, value: Any) -> Change:
    """Make a change as `put` does, where *path* leads through lists, too."""

    def change(tree: Tree) -> None:
        *above, last = path.split("/")
        place: Any = tree
        for key in above:
            place = place[int(key)] if isinstance(place, list) else place[key]
        place[last] = value

    return change


SESSIONS = {"Fn::GetAtt": ["Sessions", "Arn"]}
EVIDENCE = {"Fn::GetAtt": ["Evidence", "Arn"]}
PROBE = {"Fn::GetAtt": ["Probe", "Arn"]}
FORMAT = of("Api", "AccessLogSettings/Format")
CORS = of("Api", "CorsConfiguration")
PREFLIGHT = "GET /tenants/{tenantId}/preflight"

TWINS: list[tuple[Rule, Change, str]] = [
    (every_function_ends_at_the_boundary, remove("Globals/Function/PermissionsBoundary"), "GetRun has no boundary"),
    (
        every_function_ends_at_the_boundary,
        put(of("Sweep", "PermissionsBoundary"), "arn:aws:iam::aws:policy/AdministratorAccess"),
        "Sweep has no boundary, or another",
    ),
    (
        the_boundary_is_around_what_is_granted_and_no_more,
        permit("GetRun", "dynamodb:Scan", SESSIONS),
        "dynamodb:Scan on Sessions is granted and beyond the boundary",
    ),
    (
        the_boundary_is_around_what_is_granted_and_no_more,
        widen("dynamodb:DescribeTable", SESSIONS),
        "dynamodb:DescribeTable on Sessions is within the boundary for nobody",
    ),
    (the_boundary_names_what_is_within, widen("dynamodb:*", SESSIONS), "the boundary lets dynamodb:*"),
    (the_boundary_names_what_is_within, widen("dynamodb:GetItem", "*"), "the boundary lets dynamodb:GetItem on *"),
    (the_boundary_names_what_is_within, widen("xray:GetTraceSummaries", "*"), "lets xray:GetTraceSummaries on *"),
    (
        the_boundary_names_what_is_within,
        widen("x", "y", Condition={}),
        "a statement of another form",
    ),
    (
        the_boundary_is_around_what_is_granted_and_no_more,
        put("Resources/Boundary/Properties/PolicyDocument/Statement", []),
        "kms:Decrypt on arn:aws:kms:us-east-1:123456789012:key/* is granted and beyond the boundary",
    ),
    (keys_are_used_by_dynamodb_alone, widen("kms:Decrypt", KEYS), "the boundary lets kms:Decrypt by whatever way"),
    (
        keys_are_used_by_dynamodb_alone,
        widen(["kms:Encrypt"], KEYS, Condition={"StringEquals": {"kms:ViaService": "s3.us-east-1.amazonaws.com"}}),
        "the boundary lets kms:Encrypt by whatever way",
    ),
    (the_boundary_is_short_enough, widen("dynamodb:GetItem", [SESSIONS] * 40), "and a policy 6144 at most"),
    (
        what_is_recorded_is_beyond_everybody_s_change,
        widen("dynamodb:UpdateItem", EVIDENCE),
        "the boundary lets dynamodb:UpdateItem on Evidence",
    ),
    (
        what_is_recorded_is_beyond_everybody_s_change,
        widen("dynamodb:DeleteItem", {"Fn::GetAtt": ["Audit", "Arn"]}),
        "the boundary lets dynamodb:DeleteItem on Audit",
    ),
    (a_queue_takes_from_its_sender_only, remove("Resources/WhatIsDispatched"), "Probe takes from Anybody"),
    (a_queue_takes_from_its_sender_only, remove("Resources/WhatIsDead"), "SyncDeadLetters takes from SweepRole"),
    (
        a_queue_takes_from_its_sender_only,
        at(policy("WhatIsDispatched", 1, "Condition/ArnNotLike"), {"aws:PrincipalArn": [{"Ref": "RedriveRole"}]}),
        "Sync does not take from DispatchRunsRole",
    ),
    (
        a_queue_takes_from_its_sender_only,
        at(
            policy("WhatIsDispatched", 1, "Condition/ArnNotLike"),
            {"aws:PrincipalArn": [{"Fn::GetAtt": ["DispatchRunsRole", "Arn"]}, {"Ref": "RedriveRole"}]},
        ),
        "Probe takes from a role that was never named",
    ),
    (a_queue_takes_from_its_sender_only, permit("StartRun", "sqs:SendMessage", PROBE), "does not take from StartRun"),
    (
        sqs_itself_moves_what_is_dead,
        at(policy("WhatIsDead", 1, "Condition"), {}),
        "ProbeDeadLetters takes nothing from SQS itself",
    ),
    (
        nothing_goes_to_or_from_a_queue_in_the_clear,
        at(policy("WhatIsDead", 0, "Action"), "sqs:SendMessage"),
        "ProbeDeadLetters lets sqs:ReceiveMessage without TLS",
    ),
    (
        nothing_goes_to_or_from_a_queue_in_the_clear,
        at(policy("WhatIsUndispatched", 0, "Effect"), "Allow"),
        "UndispatchedRuns lets sqs:SendMessage without TLS",
    ),
    (
        what_is_public_or_costly_is_throttled_more,
        remove(of("Api", "RouteSettings")),
        "GET /consent/callback is not throttled",
    ),
    (
        what_is_public_or_costly_is_throttled_more,
        lambda tree: tree["Resources"]["Api"]["Properties"]["RouteSettings"].pop(PREFLIGHT),
        "preflight is not throttled more",
    ),
    (
        what_is_public_or_costly_is_throttled_more,
        put(of("Api", "DefaultRouteSettings/ThrottlingRateLimit"), 5),
        "OPTIONS /{proxy+} is not throttled more",
    ),
    (
        what_is_public_or_costly_is_throttled_more,
        put("Resources/GetRun/Properties/Events/Route/Properties/Auth", {"Authorizer": "NONE"}),
        "runs/{runId} is not throttled more",
    ),
    (
        what_is_public_or_costly_is_throttled_more,
        lambda tree: tree["Resources"]["Api"]["Properties"]["RouteSettings"].update({"GET /gone": {}}),
        "GET /gone is throttled and not there",
    ),
    (
        what_is_public_has_room_for_customers,
        lambda tree: tree["Resources"]["Api"]["Properties"]["RouteSettings"].update(
            {"GET /consent/callback": {"ThrottlingBurstLimit": 100, "ThrottlingRateLimit": 5}}
        ),
        "a few requests a second close GET /consent/callback",
    ),
    (
        what_is_public_has_room_for_customers,
        lambda tree: tree["Resources"]["Api"]["Properties"]["RouteSettings"].update(
            {"OPTIONS /{proxy+}": {"ThrottlingBurstLimit": 20, "ThrottlingRateLimit": 50}}
        ),
        "a few requests a second close OPTIONS /{proxy+}",
    ),
    (the_access_log_tells_of_nobody, put(FORMAT, "$context.requestId $context.identity.sourceIp"), "identity.sourceIp"),
    (the_access_log_tells_of_nobody, put(FORMAT, "$context.requestId $context.path"), "the access log tells path"),
    (
        the_access_log_tells_of_nobody,
        put(FORMAT, "$context.requestId $context.authorizer.claims.sub"),
        "authorizer.claims.sub",
    ),
    (the_access_log_tells_of_nobody, put(FORMAT, "$context.status"), "cannot be held against"),
    (
        the_access_log_tells_of_nobody,
        put(FORMAT, "$context.requestId $input.params('Authorization')"),
        "more than of the request's context",
    ),
    (no_browser_sends_along_what_it_keeps, put(f"{CORS}/AllowCredentials", value=True), "its cookies"),
    (no_browser_sends_along_what_it_keeps, put(f"{CORS}/AllowHeaders", ["*"]), "AllowHeaders is anything"),
    (
        people_and_tokens_come_over_tls,
        put("Parameters/Issuer/AllowedPattern", "^https?://.+$"),
        "Issuer may be without",
    ),
    (people_and_tokens_come_over_tls, remove("Parameters/PublicUrl/AllowedPattern"), "PublicUrl may be without TLS"),
    (
        people_and_tokens_come_over_tls,
        put("Parameters/Issuer/AllowedPattern", "^(https://|http://127.0.0.1).+$"),
        "Issuer may be somebody else's",
    ),
    (people_and_tokens_come_over_tls, put("Parameters/Issuer/AllowedPattern", "^https://.+$"), "not be what it is"),
    (people_and_tokens_come_over_tls, put(of("Api", "Domain"), {"DomainName": "x"}), "takes old TLS"),
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
