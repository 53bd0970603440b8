"""Requests and messages that are wrong in some way, made up by chance: the same chance makes the same ones.

What is odd in a text carries `MARK`, so that it is found wherever it got to.
"""

import base64
import json
import random
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from urllib.parse import quote

from onboarding.rest import LARGEST_BODY
from tests import events

MARK = "zq9fuzz"

TEXTS = (
    "",
    " ",
    MARK,
    f"{MARK}\x00",
    f"\x00{MARK}",
    f"{MARK}\r\nX-Injected: 1",
    f"\x1b[31m{MARK}\x7f\x85",
    f"\u202e{MARK}\u202c\u2066",
    f"e\u0301\u0327\u0489{MARK}" + "\u0301" * 50,
    f"\U0001f469\u200d\U0001f4bb{MARK}\U0001f3f4\U000e0067",
    f"{MARK}\ud800",
    f"\udfff\ud800{MARK}",
    f"\ufeff{MARK}\ufffe\uffff",
    f"{MARK}\u2028\u2029",
    f"ﬀſK{MARK}İı",  # noqa: RUF001 - it folds into ASCII
    f"<script>{MARK}</script>",
    f"{{{{7*7}}}}${{{MARK}}}%s%n{{0}}",
    f"' OR 1=1 --{MARK}",
    f"../../{MARK}",
    f"..%2f{MARK}%00",
    f"attribute_exists(#x) {MARK}",
    MARK * 1_000,
    "common",
    "null",
    "true",
    "NaN",
    "__proto__",
    "consent_status",
    "11111111222243338444555555555555",
    "{11111111-2222-4333-8444-555555555555}",
    "urn:uuid:11111111-2222-4333-8444-555555555555",
)

NUMBERS = (
    *("0", "-0", "-1", "1.0", "1e0", "1E+2", "0.1", "-1.5", "1e400", "-1e400", "1e-400", "01", "+1", ".5", "1.", "0x1"),
    *(
        "NaN",
        "Infinity",
        "-Infinity",
        str(2**31),
        str(2**53 - 1),
        str(2**53),
        str(2**53 + 1),
        str(2**63),
        str(-(2**63)),
    ),
    *("9" * 400, "1" + "0" * 5_000, "٣", "1_0", "1,0", "１"),  # noqa: RUF001 - digits of other scripts
)

WORDS = (
    *("null", "true", "false", "[]", "{}", "[[]]", "[null]", '{"":""}', "undefined", "'x'", "/**/1", "", '"'),
    *('"\\u0000"', '"\\ud800"', '"\\udc00\\ud800"', '"\\ud83d\\ude00"', '"\\x41"', '"\\u00"', '{"$ref":"#"}'),
)

NAMES = (
    *("__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "__class__", "$where", "model_config"),
    *("id", "tenant_id", "tenantId", "version", "locked_by_user_id", "locked_until", "created_at", "entry", "due_at"),
    *("", " ", "\x00", "\u202e", f"{MARK}.x", "current_step ", "Current_step", "takeover\u200b", MARK * 200),
)

MEDIA_TYPES = (
    *("", "text/plain", "application/xml", "application/json, text/html", "application/json\x00", "APPLICATION/JSON"),
    *("application/json;charset=utf-16", "multipart/form-data; boundary=x", "application/merge-patch+json", "*/*"),
)

HEADERS = (
    *("if-match", "if-none-match", "idempotency-key", "accept", "authorization", "cookie", "x-request-id", "host"),
    *("x-forwarded-for", "x-http-method-override", "content-encoding", "content-length", "transfer-encoding", "range"),
)

QUERIES = (
    *(
        "limit=0",
        "limit=201",
        "limit=-1",
        "limit=1&limit=2",
        "limit=",
        "limit=1e2",
        "limit=%00",
        "cursor=%FF",
        "cursor=",
    ),
    *("cursor=ZXZpZGVuY2VAMT9AMQ==", "cursor=" + "A" * 513, "taskType=__proto__", "taskType=rbac_check&taskType=x"),
    *("%", "&", "=", "==", "?", "a[]=1", "a[b]=1", "__proto__[x]=1", ";".join(["limit=1"] * 50), "x=" + "y" * 8_000),
    *("&".join(f"p{n}=1" for n in range(2_000)), "limit=1#x", "limit=%D9%A3", "cursor=%ED%A0%80", "\ud800=1"),
)


class Shape(NamedTuple):
    """How a route is asked when nothing is wrong."""

    path: Mapping[str, object]
    body: Mapping[str, object] | None = None
    query: str = ""


def text(chance: random.Random) -> str:
    """Make a text that few expect."""
    if chance.random() < 0.8:
        return chance.choice(TEXTS)
    return MARK + "".join(chr(chance.choice((0x41, 0x2F, 0x300, 0x5D0, 0xD801, 0xFFFD, 0x1F600))) for _ in range(30))


def value(chance: random.Random) -> str:
    """Make a value as it stands in JSON, more or less."""
    match chance.randrange(5):
        case 0:
            return chance.choice(WORDS)
        case 1 | 2:
            return chance.choice(NUMBERS)
        case 3:
            return json.dumps(text(chance))
        case _:
            return json.dumps(text(chance), ensure_ascii=False)


def written(members: list[tuple[str, str]]) -> str:
    """Write an object of *members*, whose values are JSON already."""
    return "{" + ",".join(f"{json.dumps(name)}:{each}" for name, each in members) + "}"


def body(chance: random.Random, good: Mapping[str, object]) -> bytes:  # noqa: C901, PLR0911 - a way to go wrong each
    """Make a body that is wrong in one of many ways, or in none."""
    members = [(name, json.dumps(each)) for name, each in good.items()]
    match chance.randrange(14):
        case 0 | 1 | 2 if members:
            place = chance.randrange(len(members))
            members[place] = (members[place][0], value(chance))
        case 3 | 4:
            members.insert(chance.randint(0, len(members)), (chance.choice(NAMES), value(chance)))
        case 5 if members:
            members.append((chance.choice(members)[0], value(chance)))
        case 6:
            opening, closing = chance.choice(("[]", ('{"a":', "}")))
            deep = chance.choice((10, 200, 2_000, 10_000))
            return (opening * deep + closing * chance.choice((deep, deep - 1, 0))).encode()
        case 7:
            encoding = chance.choice(("utf-16", "utf-32", "utf-8-sig", "utf-16-le", "utf-7", "cp037"))
            return written(members).encode(encoding)
        case 8:
            good_bytes = written(members).encode()
            place = chance.randint(0, len(good_bytes))
            broken = chance.choice((b"\xff", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf5\x80\x80\x80", b"\x00", b"\xe2\x82"))
            return good_bytes[:place] + broken + good_bytes[place:]
        case 9:
            return written(members).ljust(LARGEST_BODY + chance.choice((-1, 0, 1, 5_000))).encode()
        case 10:
            whole = written(members)
            return whole[: chance.randrange(len(whole))].encode()
        case 11:
            return (written(members) + chance.choice(("]", "}", "{}", ",", "\x00", " x"))).encode()
        case 12:
            return value(chance).encode("utf-8", "surrogatepass")
    return written(members).encode("utf-8", "surrogatepass")


def request(chance: random.Random, method: str, path: str, shape: Shape, **person: Any) -> events.Event:
    """Make the event of a request that was good until chance came over up to three of its parts."""
    event = events.http(method, path, parameters=shape.path, query=shape.query, body=shape.body, **person)
    for _ in range(chance.choice((0, 0, 1, 1, 1, 2, 3))):
        _MUTATIONS[chance.randrange(len(_MUTATIONS))](chance, event, shape)
    return event


def _of_the_path(chance: random.Random, event: events.Event, _shape: Shape) -> None:
    parameters = event.get("pathParameters") or {}
    if parameters:
        odd = chance.choice((text, lambda chance: chance.choice(NUMBERS)))(chance)
        parameters[chance.choice(sorted(parameters))] = odd
        event["rawPath"] = f"/tenants/{quote(odd, errors='surrogatepass')}"


def _of_the_query(chance: random.Random, event: events.Event, _shape: Shape) -> None:
    odd = quote(text(chance), errors="surrogatepass")
    name = chance.choice(("state", "tenant", "error", "admin_consent", "limit", "cursor", "taskType", "x"))
    event["rawQueryString"] = chance.choice((chance.choice(QUERIES), f"{name}={odd}", event["rawQueryString"] + odd))


def _of_the_headers(chance: random.Random, event: events.Event, _shape: Shape) -> None:
    long = chance.choice(("", "x" * 8_192, '"' * 8_192, '"1.2.3"' * 1_000))
    event["headers"][chance.choice(HEADERS)] = long or text(chance)


def _of_the_media_type(chance: random.Random, event: events.Event, _shape: Shape) -> None:
    event["headers"]["content-type"] = chance.choice(MEDIA_TYPES)


def _of_the_body(chance: random.Random, event: events.Event, shape: Shape) -> None:
    odd = body(chance, shape.body or {})
    event["headers"]["content-type"] = "application/json"
    event["isBase64Encoded"] = chance.random() < 0.3
    if event["isBase64Encoded"]:
        encoded = base64.b64encode(odd).decode()
        event["body"] = chance.choice((encoded, encoded, encoded[:-1], f"{encoded}=", f"é{encoded}", encoded + "\n{}"))
    else:
        event["body"] = odd.decode("utf-8", chance.choice(("surrogateescape", "replace")))


_MUTATIONS: tuple[Callable[[random.Random, events.Event, Shape], None], ...] = (
    _of_the_path,
    _of_the_query,
    _of_the_headers,
    _of_the_media_type,
    *[_of_the_body] * 4,
)


def message(chance: random.Random) -> str:
    """Make what might lie on a queue; whatever it names, it names no run there is."""
    return body(chance, {"tenant_id": chance.randint(1, 3), "run_id": chance.randint(1, 2**40)}).decode(
        "utf-8", "replace"
    )
