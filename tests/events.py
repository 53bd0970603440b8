"""What AWS hands to a function: events as API Gateway, SQS, DynamoDB Streams and the Scheduler make them.

Sources: payload format 2.0 of HTTP APIs
(https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html), and "Using
Lambda with" SQS, DynamoDB and EventBridge Scheduler in the Lambda developer guide.
"""

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from urllib.parse import parse_qsl, quote

ACCOUNT = "123456789012"
REGION = "us-east-1"
_API_ID = "a1b2c3d4e5"
_DOMAIN = f"{_API_ID}.execute-api.{REGION}.amazonaws.com"

_numbers = count(1)

type Event = dict[str, Any]


def claims(user: int | str | None, *, now: datetime | None = None, **others: str) -> dict[str, str]:
    """Make the claims of an access token of *user* as they reach a function: every value a string.

    Without *user* the token has no user id. *others* are added, `scope="onboarding.admin"` say.
    """
    now = now or datetime.now(UTC)
    known = {
        "aud": "tenant-onboarding",
        "exp": str(int((now + timedelta(hours=1)).timestamp())),
        "iat": str(int(now.timestamp())),
        "iss": "https://issuer.example.invalid",
        "sub": f"user-{user}",
        "token_use": "access",
    }
    return known | ({} if user is None else {"user_id": str(user)}) | others


def http(  # noqa: PLR0913 - a request has many parts
    method: str,
    path: str,
    *,
    parameters: Mapping[str, object] | None = None,
    query: str = "",
    headers: Mapping[str, str] | None = None,
    body: object = None,
    user: int | str | None = 1,
    scope: str = "",
    token: Mapping[str, str] | None = None,
    anonymous: bool = False,
    encoded: bool = False,
    route: str | None = None,
    now: datetime | None = None,
) -> Event:
    """Make the event of a request to the route *method* *path*, `/tenants/{tenantId}/…` with its *parameters* put in.

    *query* is the raw query string. *body* is text as it is, bytes (sent base64-encoded), or anything else as JSON;
    None sends none. A body comes with `Content-Type: application/json` unless *headers* say another, or `""` for none.
    *encoded* has API Gateway encode the body in base64, as it does for media types that it does not know as text.
    The authorizer found the claims of *user* with *scope*, or else those of *token*; an *anonymous* request came past
    no authorizer. *route* is the route's key where it is not `method path`: `$default`.
    """
    now = now or datetime.now(UTC)
    texts = {name: str(value) for name, value in (parameters or {}).items()}
    safe = "/" if path.endswith("+}") else ""  # what is greedy takes slashes as they are
    raw_path = path.replace("+}", "}").format_map({name: quote(value, safe=safe) for name, value in texts.items()})
    token = token or claims(user, now=now, **({"scope": scope} if scope else {}))
    route = route or f"{method} {path}"
    data = None if body is None else _bytes(body)
    sent = _headers(headers or {}, data)
    event: Event = {
        "version": "2.0",
        "routeKey": route,
        "rawPath": raw_path,
        "rawQueryString": query,
        "headers": sent,
        "requestContext": {
            "accountId": ACCOUNT,
            "apiId": _API_ID,
            "domainName": _DOMAIN,
            "domainPrefix": _API_ID,
            "http": {
                "method": method,
                "path": raw_path,
                "protocol": "HTTP/1.1",
                "sourceIp": "203.0.113.7",
                "userAgent": sent.get("user-agent", ""),
            },
            "requestId": f"JKJaXmPLvHcESHA{next(_numbers)}=",
            "routeKey": route,
            "stage": "$default",
            "time": now.strftime("%d/%b/%Y:%H:%M:%S +0000"),
            "timeEpoch": int(now.timestamp() * 1000),
        },
        "isBase64Encoded": False,
    }
    # API Gateway leaves out what a request does not have, rather than sending null.
    if not anonymous:
        event["requestContext"]["authorizer"] = {"jwt": {"claims": dict(token), "scopes": None}}
    if texts:
        event["pathParameters"] = texts
    if query:
        event["queryStringParameters"] = _joined(query)
    if data is not None:
        event["isBase64Encoded"] = encoded or isinstance(body, bytes)
        event["body"] = base64.b64encode(data).decode() if event["isBase64Encoded"] else data.decode()
    return event


def _bytes(body: object) -> bytes:
    """Give *body* as it goes over the network."""
    if isinstance(body, bytes):
        return body
    return (body if isinstance(body, str) else json.dumps(body)).encode()


def _headers(given: Mapping[str, str], body: bytes | None) -> dict[str, str]:
    """Give the headers as a function sees them: lower case, with those that every request has."""
    usual = {
        "accept": "application/json",
        "authorization": "Bearer eyJraWQiOiJkZXYifQ.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
        "host": _DOMAIN,
        "user-agent": "curl/8.5.0",
        "x-amzn-trace-id": "Root=1-5e6722a7-cc56xmpl46db7ae02d4da47e",
        "x-forwarded-for": "203.0.113.7",
        "x-forwarded-port": "443",
        "x-forwarded-proto": "https",
    }
    if body is not None:
        usual |= {"content-length": str(len(body)), "content-type": "application/json"}
    sent = usual | {name.lower(): value for name, value in given.items()}
    return {name: value for name, value in sorted(sent.items()) if value}


def _joined(query: str) -> dict[str, str]:
    """Decode *query* as payload format 2.0 does: repeated names have their values joined with commas."""
    answer: dict[str, str] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        answer[name] = f"{answer[name]},{value}" if name in answer else value
    return answer


def sqs(*bodies: object, queue: str = "Probe", received: int = 1, now: datetime | None = None) -> Event:
    """Make a batch of messages from *queue*; each of *bodies* is text as it is, or anything else as JSON."""
    return {"Records": [_message(body, queue, received, now or datetime.now(UTC)) for body in bodies]}


def _message(body: object, queue: str, received: int, now: datetime) -> Event:
    """Make one message; its id tells it from every other one."""
    text = body if isinstance(body, str) else json.dumps(body)
    sent = str(int(now.timestamp() * 1000))
    return {
        "messageId": f"059f36b4-87a3-44ab-83d2-{next(_numbers):012d}",
        "receiptHandle": "AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a",
        "body": text,
        "attributes": {
            "ApproximateReceiveCount": str(received),
            "SentTimestamp": sent,
            "SenderId": "AIDAIENQZJOLO23YVJ4VO",
            "ApproximateFirstReceiveTimestamp": sent,
        },
        "messageAttributes": {},
        "md5OfBody": hashlib.md5(text.encode(), usedforsecurity=False).hexdigest(),
        "eventSource": "aws:sqs",
        "eventSourceARN": f"arn:aws:sqs:{REGION}:{ACCOUNT}:{queue}",
        "awsRegion": REGION,
    }


def stream(*images: Mapping[str, Any], table: str = "Runs", name: str = "INSERT", now: datetime | None = None) -> Event:
    """Make a batch from the stream of *table*: one record per new image, each in DynamoDB's own typed form."""
    return {"Records": [_record(dict(image), table, name, now or datetime.now(UTC)) for image in images]}


def changes(
    *images: tuple[Mapping[str, Any] | None, Mapping[str, Any]], table: str = "Sessions", now: datetime | None = None
) -> Event:
    """Make a batch from the stream of *table*, whose records show what an item was, None for nothing, and is now."""
    return {
        "Records": [
            _change(dict(old) if old else None, dict(new), table, now or datetime.now(UTC)) for old, new in images
        ]
    }


def _change(old: dict[str, Any] | None, new: dict[str, Any], table: str, now: datetime) -> Event:
    """Make one record of view type NEW_AND_OLD_IMAGES."""
    record = _record(new, table, "MODIFY" if old else "INSERT", now)
    record["dynamodb"] |= {"StreamViewType": "NEW_AND_OLD_IMAGES"} | ({"OldImage": old} if old else {})
    return record


def _record(image: dict[str, Any], table: str, name: str, now: datetime) -> Event:
    """Make one record of view type NEW_IMAGE."""
    number = next(_numbers)
    arn = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{table}/stream/2026-01-01T00:00:00.000"
    return {
        "eventID": hashlib.md5(str(number).encode(), usedforsecurity=False).hexdigest(),
        "eventName": name,
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": REGION,
        "dynamodb": {
            "ApproximateCreationDateTime": int(now.timestamp()),
            "Keys": {key: image[key] for key in ("tenant_id", "entry", "entry_id") if key in image},
            "NewImage": image,
            "SequenceNumber": f"{number:021d}",
            "SizeBytes": len(json.dumps(image)),
            "StreamViewType": "NEW_IMAGE",
        },
        "eventSourceARN": arn,
    }


def schedule(*, now: datetime | None = None) -> Event:
    """Make what the Scheduler sends to a target that has no input of its own."""
    now = now or datetime.now(UTC)
    return {
        "version": "0",
        "id": f"53dc4d37-cffa-4f76-80c9-{next(_numbers):012d}",
        "detail-type": "Scheduled Event",
        "source": "aws.scheduler",
        "account": ACCOUNT,
        "time": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": REGION,
        "resources": [
            f"arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule/default/tenant-onboarding-SweepEveryMinute-1H7K2M9QX4TZC"
        ],
        "detail": "{}",
    }


@dataclass(frozen=True)
class Context:
    """What Lambda says of an invocation; as the runtime's own `LambdaContext` has it."""

    function_name: str = "start-run"
    memory_limit_in_mb: int = 512
    aws_request_id: str = "8f507cfc-xmpl-4697-b07a-ac58fc914c95"
    remaining_ms: int = 15_000
    function_version: str = "$LATEST"
    log_group_name: str = "tenant-onboarding"
    log_stream_name: str = "2026/01/01/[$LATEST]0123456789abcdef"

    @property
    def invoked_function_arn(self) -> str:
        return f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{self.function_name}"

    def get_remaining_time_in_millis(self) -> int:
        return self.remaining_ms


def header(answer: Mapping[str, Any], name: str) -> str | None:
    """Find the header *name* in a function's answer, whatever its case; None if it has none."""
    headers: Mapping[str, str] = answer.get("headers") or {}
    return next((value for each, value in headers.items() if each.lower() == name.lower()), None)


def failures(answer: Mapping[str, Sequence[Mapping[str, str]]]) -> list[str]:
    """Name the messages or records that a batch answer asks to be delivered again."""
    return [each["itemIdentifier"] for each in answer["batchItemFailures"]]
