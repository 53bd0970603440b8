"""The webhook of the local deployment: what the emulator's CloudFormation does not know of it is made over its API.

The emulator posts what a rule sends on, once, without the tries of a day that EventBridge makes.
"""

import secrets
from contextlib import suppress
from typing import Any

CONNECTION, DESTINATION = "WebhookConnection", "WebhookDestination"
URL, AUTHORIZATION = "WebhookUrl", "WebhookAuthorization"

LISTENER = r"^(https://.+|http://127\.0\.0\.1:.+)?$"
"""Where a webhook may be here: on this machine also without TLS, for there is nobody on the way."""

type Template = dict[str, Any]


def bring_up(template: Template, given: dict[str, str], *, events: Any, secretsmanager: Any) -> Template:  # noqa: ANN401 - boto3
    """Make the connection and the destination of an expanded *template*, if a URL is *given*; return the rest of it.

    The entry whose text the webhook is sent is made up, if nobody made it before. It is read now, as in AWS.
    """
    connection, destination = (template["Resources"].pop(name)["Properties"] for name in (CONNECTION, DESTINATION))
    template["Parameters"][URL]["AllowedPattern"] = LISTENER
    arn = ""  # without a webhook nothing that refers to it is made
    if url := given.get(URL):
        name = given.get(AUTHORIZATION) or template["Parameters"][AUTHORIZATION]["Default"]
        key = connection["AuthParameters"]["ApiKeyAuthParameters"]
        key |= {"ApiKeyValue": _entry(secretsmanager, name)}
        with suppress(events.exceptions.ResourceNotFoundException):
            events.delete_api_destination(Name=DESTINATION)
        with suppress(events.exceptions.ResourceNotFoundException):
            events.delete_connection(Name=CONNECTION)
        made = events.create_connection(Name=CONNECTION, **connection)
        wanted = destination | {"ConnectionArn": made["ConnectionArn"], "InvocationEndpoint": url}
        arn = events.create_api_destination(Name=DESTINATION, **wanted)["ApiDestinationArn"]
    pointed: Template = _pointed(template, arn)
    return pointed


def _entry(secretsmanager: Any, name: str) -> str:  # noqa: ANN401 - a boto3 client
    """Read the text of the entry *name*."""
    with suppress(secretsmanager.exceptions.ResourceExistsException):
        secretsmanager.create_secret(Name=name, SecretString=secrets.token_urlsafe(32))
    text: str = secretsmanager.get_secret_value(SecretId=name)["SecretString"]
    return text


def _pointed(part: Any, arn: str) -> Any:  # noqa: ANN401 - JSON values
    """Point *part* at the destination by its ARN, where it refers to it as a resource."""
    if part == {"Fn::GetAtt": [DESTINATION, "Arn"]}:
        return arn
    if isinstance(part, dict):
        return {name: _pointed(each, arn) for name, each in part.items()}
    return [_pointed(each, arn) for each in part] if isinstance(part, list) else part
