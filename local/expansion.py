"""The template as the emulator can take it: SAM's transform done here, and the API's OpenAPI body as resources.

ministack ignores the `Body` of an HttpApi, so an API deployed as SAM writes it would have no route.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/AWS_ApiGatewayV2.html
"""

import os
import re
from pathlib import Path
from typing import Any

from samtranslator.yaml_helper import yaml_parse

from local.emulator import REGION

type Template = dict[str, Any]

METHODS = {"x-amazon-apigateway-any-method": "ANY"}
"""OpenAPI's word for a method → a route key's, where they differ by more than case."""

CATCH_ALL = "$default"
ALARM = "AWS::CloudWatch::Alarm"


def read(path: Path) -> Template:
    """Read a template, short forms such as `!Ref` included."""
    template: Template = yaml_parse(path.read_text())
    return template


def expand(template: Template, parameters: dict[str, str], *, code: str, layer: str, api_id: str) -> Template:
    """Transform the built *template* into plain CloudFormation that the emulator serves.

    *code* and *layer* are the S3 URIs of what all functions and the layer run; the API gets *api_id*.
    """
    # A second to import, and needed only when something has changed.
    from samtranslator.parser.parser import Parser  # noqa: PLC0415 - a second of import, seldom needed
    from samtranslator.translator.translator import Translator  # noqa: PLC0415 - a second of import, seldom needed

    template["Globals"]["Function"].pop("CodeUri", None)
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = code
        elif resource["Type"] == "AWS::Serverless::LayerVersion":
            resource["Properties"]["ContentUri"] = layer
    os.environ.setdefault("AWS_DEFAULT_REGION", REGION)  # the translator asks boto3 for the partition
    plain: Template = Translator({}, Parser()).translate(template, _typed(template, parameters))
    for logical_id, resource in list(plain["Resources"].items()):
        if resource["Type"] == "AWS::ApiGatewayV2::Api":
            plain["Resources"] |= _api(logical_id, resource["Properties"], api_id)
        elif resource["Type"] == ALARM and "Metrics" in resource["Properties"]:
            del plain["Resources"][logical_id]  # refused by the emulator; nobody watches alarms here
    return plain


def _typed(template: Template, given: dict[str, str]) -> dict[str, str | list[str]]:
    """Give every parameter the value that CloudFormation hands to a transform: lists as lists, defaults filled in."""
    values: dict[str, str | list[str]] = {}
    for name, declared in template["Parameters"].items():
        value = given.get(name, declared.get("Default"))
        if value is not None:
            values[name] = str(value).split(",") if declared["Type"] == "CommaDelimitedList" else value
    return values


def _api(logical_id: str, properties: dict[str, Any], api_id: str) -> dict[str, Any]:
    """Spell out one HttpApi's body: the API itself, its authorizers, and a route and an integration per operation."""
    body = properties["Body"]
    resources = {
        logical_id: _resource(
            "Api",
            Name={"Ref": "AWS::StackName"},
            ProtocolType="HTTP",
            Description=body["info"].get("description", ""),
            # The emulator stores this as it is given, and reads it in the API's spelling, which is also the body's.
            CorsConfiguration=body.get("x-amazon-apigateway-cors", {}),
            Tags={"ms-custom-id": api_id},
        )
    }
    for name, scheme in body.get("components", {}).get("securitySchemes", {}).items():
        authorizer = scheme["x-amazon-apigateway-authorizer"]
        configuration = authorizer["jwtConfiguration"]
        resources[logical_id + name] = _resource(
            "Authorizer",
            ApiId={"Ref": logical_id},
            Name=name,
            AuthorizerType="JWT",
            IdentitySource=[authorizer["identitySource"]],
            JwtConfiguration={"Issuer": configuration["issuer"], "Audience": configuration["audience"]},
        )
    for path, operations in body["paths"].items():
        for method, operation in operations.items():
            key = path if path == CATCH_ALL else f"{METHODS.get(method, method.upper())} {path}"
            name = logical_id + re.sub(r"\W", "", key.title())
            integration = operation["x-amazon-apigateway-integration"]
            resources[f"{name}Integration"] = _resource(
                "Integration",
                ApiId={"Ref": logical_id},
                IntegrationType="AWS_PROXY",
                IntegrationUri=integration["uri"],
                PayloadFormatVersion=integration["payloadFormatVersion"],
            )
            resources[f"{name}Route"] = _resource(
                "Route",
                ApiId={"Ref": logical_id},
                RouteKey=key,
                Target={"Fn::Sub": f"integrations/${{{name}Integration}}"},
                **_authorization(logical_id, operation.get("security", [])),
            )
    return resources


def _authorization(logical_id: str, security: list[dict[str, list[str]]]) -> dict[str, Any]:
    """Say who may take a route; SAM writes `NONE` for a route that opted out of the default authorizer."""
    for requirement in security:
        for name, scopes in requirement.items():
            if name != "NONE":
                return {
                    "AuthorizationType": "JWT",
                    "AuthorizerId": {"Ref": logical_id + name},
                    "AuthorizationScopes": scopes,
                }
    return {"AuthorizationType": "NONE"}


def _resource(kind: str, **properties: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON values
    return {"Type": f"AWS::ApiGatewayV2::{kind}", "Properties": properties}
