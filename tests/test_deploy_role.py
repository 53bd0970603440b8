"""The policy for the role that deploys, `docs/deploy-role.json`: enough for the template, and not for more."""

import json
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

import pytest

from local import ROOT
from tests import template

LARGEST = 6144
"""Characters without blanks: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html."""

MADE_WITH = {
    "AWS::CloudWatch::Alarm": ("cloudwatch:PutMetricAlarm", "cloudwatch:REGION:ACCOUNT:alarm:STACK-Name-1"),
    "AWS::CloudWatch::Dashboard": ("cloudwatch:PutDashboard", "cloudwatch::ACCOUNT:dashboard/STACK"),
    "AWS::DynamoDB::Table": ("dynamodb:CreateTable", "dynamodb:REGION:ACCOUNT:table/STACK-Name-1"),
    "AWS::Events::ApiDestination": ("events:CreateApiDestination", "events:REGION:ACCOUNT:api-destination/Webhook-1"),
    "AWS::Events::Connection": ("events:CreateConnection", "events:REGION:ACCOUNT:connection/WebhookConnection-1"),
    "AWS::Events::Rule": ("events:PutRule", "events:REGION:ACCOUNT:rule/STACK-Name-1"),
    "AWS::IAM::ManagedPolicy": ("iam:CreatePolicy", "iam::ACCOUNT:policy/STACK-Boundary-1"),
    "AWS::IAM::Role": ("iam:CreateRole", "iam::ACCOUNT:role/STACK-WebhookRole-1"),
    "AWS::Logs::LogGroup": ("logs:CreateLogGroup", "logs:REGION:ACCOUNT:log-group:STACK-Logs-1"),
    "AWS::Logs::MetricFilter": ("logs:PutMetricFilter", "logs:REGION:ACCOUNT:log-group:STACK-Logs-1"),
    "AWS::SNS::Topic": ("sns:CreateTopic", "sns:REGION:ACCOUNT:STACK-Name-1"),
    "AWS::SNS::TopicPolicy": ("sns:SetTopicAttributes", "sns:REGION:ACCOUNT:STACK-Name-1"),
    "AWS::SQS::Queue": ("sqs:CreateQueue", "sqs:REGION:ACCOUNT:STACK-Name-1"),
    "AWS::SQS::QueuePolicy": ("sqs:SetQueueAttributes", "sqs:REGION:ACCOUNT:STACK-Name-1"),
    "AWS::Serverless::Function": ("lambda:CreateFunction", "lambda:REGION:ACCOUNT:function:STACK-Name-1"),
    "AWS::Serverless::HttpApi": ("apigateway:POST", "apigateway:REGION::/apis"),
    "AWS::Serverless::LayerVersion": ("lambda:PublishLayerVersion", "lambda:REGION:ACCOUNT:layer:Name1"),
}
"""What making a resource of each type asks for first, and of what; of a service's permissions for each action:
https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html.
"""

FOREIGN = [
    ("dynamodb:DeleteTable", "dynamodb:REGION:ACCOUNT:table/another"),
    ("iam:CreateRole", "iam::ACCOUNT:role/another"),
    ("iam:CreateUser", "iam::ACCOUNT:user/STACK-Name"),
    ("iam:AttachRolePolicy", "iam::ACCOUNT:role/another"),
    ("iam:PassRole", "iam::ACCOUNT:role/another"),
    ("iam:DeleteRolePermissionsBoundary", "iam::ACCOUNT:role/STACK-Name-1"),
    ("lambda:UpdateFunctionCode", "lambda:REGION:ACCOUNT:function:another"),
    ("s3:GetObject", "s3:::another/thing"),
    ("secretsmanager:GetSecretValue", "secretsmanager:REGION:ACCOUNT:secret:tenant-onboarding/contoso"),
    ("sqs:DeleteQueue", "sqs:REGION:ACCOUNT:another"),
]


def policy() -> dict[str, Any]:
    read: dict[str, Any] = json.loads((ROOT / "docs" / "deploy-role.json").read_text())
    return read


def as_list(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def allowing(action: str, resource: str) -> Iterator[dict[str, Any]]:
    for statement in policy()["Statement"]:
        acts = any(fnmatchcase(action, each) for each in as_list(statement["Action"]))
        if acts and any(fnmatchcase(f"arn:aws:{resource}", each) for each in as_list(statement["Resource"])):
            yield statement


@pytest.mark.parametrize("kind", sorted({resource["Type"] for resource in template.read()["Resources"].values()}))
def test_whatever_the_template_holds_can_be_made(kind: str) -> None:
    assert list(allowing(*MADE_WITH[kind]))


@pytest.mark.parametrize(("action", "resource"), FOREIGN)
def test_what_is_not_the_stack_s_is_out_of_reach(action: str, resource: str) -> None:
    assert list(allowing(action, resource)) == []


@pytest.mark.parametrize("action", ["iam:CreateRole", "iam:PutRolePolicy", "iam:AttachRolePolicy"])
def test_a_role_gets_rights_only_within_the_boundary(action: str) -> None:
    statements = list(allowing(action, "iam::ACCOUNT:role/STACK-GetRunRole-1"))

    assert [list(each["Condition"]["ArnLike"]) for each in statements] == [["iam:PermissionsBoundary"]]


def test_a_role_is_passed_only_to_what_runs_with_one() -> None:
    (statement,) = allowing("iam:PassRole", "iam::ACCOUNT:role/STACK-GetRunRole-1")
    assert statement["Condition"]["StringEquals"].keys() == {"iam:PassedToService"}


def test_it_is_a_policy_that_iam_takes() -> None:
    text = json.dumps(policy(), separators=(",", ":"))
    names = [statement["Sid"] for statement in policy()["Statement"]]
    actions = [action for statement in policy()["Statement"] for action in as_list(statement["Action"])]

    assert len(text) <= LARGEST
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[A-Za-z0-9]+", name) for name in names)
    assert all(re.fullmatch(r"[a-z0-9]+:[A-Za-z*]+", action) for action in actions)
    assert {statement["Effect"] for statement in policy()["Statement"]} == {"Allow"}
