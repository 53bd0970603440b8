"""The rules that the template offers: off until somebody is named, and for just the events that they are about.

What a notice says is looked up in an event of its kind: a path that leads nowhere is a hole in a sentence.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import boto3
import pytest

from docs.event_schemas import examples
from onboarding.domain.audit import Act, AuditEntry, Details
from onboarding.domain.events import Event, of_entry
from onboarding.event_bus import Envelope, EventBus
from tests import template, twins
from tests.deployment import REGION, Engine
from tests.template import Change, Rule, Tree, of, put, remove
from tests.unit.samples import NOW

RULE = "AWS::Events::Rule"
TOLD = (
    "AWS::SNS::Topic",
    "AWS::SNS::TopicPolicy",
    "AWS::Events::Connection",
    "AWS::Events::ApiDestination",
    "AWS::IAM::Role",
    RULE,
)
"""What there is only for whoever is told."""

ABOUT = {
    "CustomerConsented": {"consent_recorded"},
    "NeedsYou": {"session_assigned", "session_handed_off"},
    "NeedsSomebody": {"evidence_recorded"},
    "GotWorse": {"finding_got_worse"},
}

DETAILS = {
    Act.CONSENT_RECORDED: Details(connection_id=101),
    Act.SESSION_ASSIGNED: Details(to_user_id=3),
    Act.SESSION_HANDED_OFF: Details(from_user_id=1, to_user_id=3),
    Act.FINDING_GOT_WORSE: Details(
        task_type="rbac_check", from_status="ok", status="fail", reason_code="role_missing", evidence_id=7
    ),
}


def entry(act: Act, details: Details | None = None) -> Event:
    """Make the event of an act."""
    about = details or DETAILS.get(act, Details())
    user = None if act in {Act.CONSENT_RECORDED, Act.FINDING_GOT_WORSE} else 1
    return of_entry(AuditEntry(id=9, tenant_id=1, at=NOW, act=act, by_user_id=user, session_id=8, details=about))


def everything() -> list[Event]:
    """Make an event of every kind."""
    return [*(entry(act) for act in Act), *(event for event in examples() if event.name not in {*Act})]


# ── Off by default ───────────────────────────────────────────────────────────────────────────────────────────────────


def nobody_is_told_unless_somebody_is_named(tree: Tree) -> Iterator[str]:
    for name in ("NoticeEmail", "WebhookUrl"):
        if tree["Parameters"].get(name, {}).get("Default") != "":
            yield f"{name} has to be given"
    named = {
        "SomebodyIsNoticed": {"Fn::Not": [{"Fn::Equals": [{"Ref": "NoticeEmail"}, ""]}]},
        "AWebhookListens": {"Fn::Not": [{"Fn::Equals": [{"Ref": "WebhookUrl"}, ""]}]},
    }
    for name, condition in named.items():
        if tree["Conditions"].get(name) != condition:
            yield f"{name} holds without anybody"
    for kind in TOLD:
        for name, resource in template.resources(tree, kind).items():
            if resource.get("Condition") not in named:
                yield f"{name} is there for nobody"


def what_is_not_taken_is_kept(tree: Tree) -> Iterator[str]:
    for name, rule in template.resources(tree, RULE).items():
        if not all("DeadLetterConfig" in each for each in rule["Properties"]["Targets"]):
            yield f"{name} loses what is not taken"


def a_webhook_is_posted_to_in_secret_and_in_the_envelope(tree: Tree) -> Iterator[str]:
    properties = tree["Resources"]["WebhookConnection"]["Properties"]
    if not re.fullmatch(
        r"\{\{resolve:secretsmanager:\$\{WebhookAuthorization\}:SecretString\}\}",
        properties["AuthParameters"]["ApiKeyAuthParameters"]["ApiKeyValue"].get("Fn::Sub", ""),
    ):
        yield "what the webhook is sent stands in the template"
    if not tree["Parameters"]["WebhookUrl"]["AllowedPattern"].startswith("^(https://"):
        yield "a webhook may be posted to in the clear"
    [target] = tree["Resources"]["Webhook"]["Properties"]["Targets"]
    if target.get("InputPath") != "$.detail":
        yield "a webhook is not posted the envelope"


def no_rule_compares_an_id_by_its_size(tree: Tree) -> Iterator[str]:
    # Beyond five thousand million nothing is found to be anything, and ids go up to 2⁵³:
    # https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html#eb-filtering-numeric-matching
    for name, rule in template.resources(tree, RULE).items():
        if '"numeric"' in json.dumps(rule["Properties"]["EventPattern"]):
            yield f"{name} finds no large id"


def only_our_rules_notice_anybody(tree: Tree) -> Iterator[str]:
    [statement] = tree["Resources"]["WhatIsNoticed"]["Properties"]["PolicyDocument"]["Statement"]
    let_in = {each["Fn::GetAtt"][0] for each in statement["Condition"]["ArnEquals"]["aws:SourceArn"]}
    noticing = {
        name
        for name, rule in template.resources(tree, RULE).items()
        if rule["Properties"]["Targets"][0]["Arn"] == {"Ref": "Notices"}
    }
    yield from (f"{name} may not notice anybody" for name in sorted(noticing - let_in))
    yield from (f"{name} may notice, and does not" for name in sorted(let_in - noticing))


TWINS: list[tuple[Rule, Change, str]] = [
    (
        no_rule_compares_an_id_by_its_size,
        put(of("NeedsSomebody", "EventPattern/detail"), {"data": {"started_by_user_id": [{"numeric": [">", 0]}]}}),
        "NeedsSomebody finds no large id",
    ),
    (nobody_is_told_unless_somebody_is_named, remove("Parameters/NoticeEmail/Default"), "NoticeEmail has to be given"),
    (nobody_is_told_unless_somebody_is_named, put("Conditions/AWebhookListens", {}), "holds without anybody"),
    (nobody_is_told_unless_somebody_is_named, remove("Resources/GotWorse/Condition"), "GotWorse is there for nobody"),
    (nobody_is_told_unless_somebody_is_named, remove("Resources/WebhookRole/Condition"), "is there for nobody"),
    (
        what_is_not_taken_is_kept,
        put(of("Webhook", "Targets"), [{"Id": "Webhook"}]),
        "Webhook loses what is not taken",
    ),
    (
        a_webhook_is_posted_to_in_secret_and_in_the_envelope,
        put(of("WebhookConnection", "AuthParameters/ApiKeyAuthParameters/ApiKeyValue"), {"Fn::Sub": "Bearer x"}),
        "stands in the template",
    ),
    (
        a_webhook_is_posted_to_in_secret_and_in_the_envelope,
        put("Parameters/WebhookUrl/AllowedPattern", "^(https?://.+)?$"),
        "in the clear",
    ),
    (a_webhook_is_posted_to_in_secret_and_in_the_envelope, put(of("Webhook", "Targets"), [{}]), "not posted"),
    (
        only_our_rules_notice_anybody,
        lambda tree: tree["Resources"]["WhatIsNoticed"]["Properties"]["PolicyDocument"]["Statement"][0]["Condition"][
            "ArnEquals"
        ]["aws:SourceArn"].pop(),
        "GotWorse may not notice anybody",
    ),
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


# ── What they are about ──────────────────────────────────────────────────────────────────────────────────────────────

type Told = Callable[[str, list[Event]], list[dict[str, Any]]]


@pytest.fixture
def told(moto: Engine, request: pytest.FixtureRequest) -> Told:
    """Tells which of some events a rule of the template lets through, on a bus of its own."""
    sqs: Any = boto3.client("sqs", endpoint_url=moto.url, region_name=REGION)
    bus: Any = boto3.client("events", endpoint_url=moto.url, region_name=REGION)

    def ask(rule: str, events: list[Event]) -> list[dict[str, Any]]:
        name = re.sub(r"\W", "-", f"{request.node.name}-{rule}")[-60:]
        url = sqs.create_queue(QueueName=name)["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        bus.create_event_bus(Name=name)
        pattern = template.read()["Resources"][rule]["Properties"]["EventPattern"]
        bus.put_rule(Name=name, EventBusName=name, EventPattern=json.dumps(pattern))
        bus.put_targets(Rule=name, EventBusName=name, Targets=[{"Id": "1", "Arn": arn}])
        assert EventBus(bus, name).put(events) is None
        heard: list[dict[str, Any]] = []
        while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            heard += [json.loads(message["Body"]) for message in messages]
            for message in messages:
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return heard

    return ask


@pytest.mark.parametrize("rule", ABOUT)
def test_a_rule_is_about_what_it_says_and_nothing_else(told: Told, rule: str) -> None:
    heard = told(rule, everything())

    assert {event["detail-type"] for event in heard} == ABOUT[rule]


@pytest.mark.parametrize("rule", ABOUT)
def test_a_notice_has_no_holes(told: Told, rule: str) -> None:
    [target] = template.read()["Resources"][rule]["Properties"]["Targets"]
    paths, sentence = target["InputTransformer"]["InputPathsMap"], target["InputTransformer"]["InputTemplate"]

    for event in told(rule, everything()):
        found = {name: at(event, path) for name, path in paths.items()}
        assert set(re.findall(r"<(\w+)>", sentence)) == set(found)
        assert None not in found.values()
        assert len(json.loads(re.sub(r"<(\w+)>", lambda each: str(found[each[1]]), sentence))) > 20  # noqa: B023 - called before the loop goes on


def at(event: Mapping[str, Any], path: str) -> Any:
    """Follow a JSON path, `$.detail.data.tenant_id`."""
    place: Any = event
    for name in path.removeprefix("$.").split("."):
        place = place[name]
    return place


def test_who_is_taken_off_a_session_is_not_told_that_it_needs_them(told: Told) -> None:
    assert told("NeedsYou", [entry(Act.SESSION_ASSIGNED, Details(from_user_id=3))]) == []


def test_what_a_round_finds_needs_nobody_by_itself(told: Told) -> None:
    [found] = [event for event in examples() if event.name == "evidence_recorded"]
    nobody = {"started_by_user_id": None, "in_nobodys_name": True}
    by_nobody = found._replace(data=found.data.model_copy(update=nobody))

    assert told("NeedsSomebody", [by_nobody]) == []


def test_a_webhook_is_posted_every_event(told: Told) -> None:
    heard = told("Webhook", everything())

    shown = sorted(Envelope.of(event).model_dump(mode="json")["type"] for event in everything())
    assert sorted(event["detail"]["type"] for event in heard) == shown
