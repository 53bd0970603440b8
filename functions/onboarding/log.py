"""The log: one JSON object a line, and a second net under what a line is made of.

The first net is that only ids, codes and counts are handed to `logger`. Behind it, whatever looks like a credential is
blotted out of every text of a line, those of exceptions and stack traces included, before the line is written: an
error of a library may quote what it was given, and nobody can promise what a next version will say.

What counts: what stands after a name such as `client_secret` or `access_token`, and forms that say by themselves what
they are: JWTs, `Bearer` and `Basic`, private keys, keys of AWS, client secrets and codes of Entra, passwords in URLs,
and the state of our own consent links.
"""

import json
import logging
import re
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache, lru_cache
from types import NoneType
from typing import Any, NamedTuple, override

from pydantic_core import PydanticSerializationError, to_json

from onboarding.settings import trace_id

SERVICE = "tenant-onboarding"

BLOT = "[redacted]"

_NAMES = (
    r"secret|(?:secret|password)_?(?:string|value|binary|text)|token|passw(?:or)?d|passphrase|pwd|assertion|authorization|credentials?"
    r"|signature|(?<![a-z])sig|(?:api|access|account|private|shared|subscription|session|secret_access)[_-]?key"
)
"""How a name ends that stands before a credential. `client_assertion_type` and `credential_arn` end otherwise."""

_SPOKEN = (
    # First, and left alone: the name of a secret in Secrets Manager, which has `secret:` in it.
    r"(?P<kept>arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:[A-Za-z0-9/_+=.@-]+)"
    # `name=value`, `name: value` and `"name": "value"`, also where the whole is itself quoted and so escaped. In prose
    # a colon or a spaced sign is followed by ordinary words, so there only a value with a digit in it counts.
    rf"|(?P<name>(?i:{_NAMES}))(?P<sign>[\\\"']*\s*(?:=|:|%3[Dd])\s*)"
    r"(?:[bru]?\"(?:[^\"\\]|\\.)*\"?|[bru]?'(?:[^'\\]|\\.)*'?"
    r"|\\{1,8}\"(?:(?!\\{1,8}\").)*|\\{1,8}'(?:(?!\\{1,8}').)*"
    r"|(?<=[=Dd])[^\s&;\"'\\]+|(?=[^\s&;\"'\\]{0,99}[0-9])[^\s&;\"'\\]{6,})"
    # A hyphen is of a header, not of prose, so there any value counts.
    r"|(?P<header>(?i:(?:api|access|account|functions|subscription)-key|(?<=-)(?:secret|token))\s*:\s*)[^\s&;,\"'\\]+"
    r"|(?P<cookie>(?i:cookie)[\\\"']*\s*:\s*)[^\r\n]+"
    r"|(?P<scheme>\b(?i:bearer|basic)\s+)(?:[A-Za-z0-9._~+/=-]{16,}|(?=[A-Za-z._~+/=-]{0,9}[0-9])[A-Za-z0-9._~+/=-]{6,})"
    r"|(?P<user>://[^\s:/?#@]{0,200}:)[^\s/?#@]{1,200}(?=@)"
    r"|-----BEGIN[A-Z0-9 ]* PRIVATE KEY(?: BLOCK)?-----(?:[\sA-Za-z0-9+/=:,-]|\\{1,8}[nr])*"
    r"|eyJ[A-Za-z0-9_-]{12,}(?:\.[A-Za-z0-9_-]*)*"
    r"|\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}\b"
    r"|[A-Za-z0-9_~.-]{3}[0-9]Q~[A-Za-z0-9_~.-]{31,34}"
    r"|\b[01]\.A[A-Za-z0-9_.-]{40,}"
    r"|\b[1-9][0-9]{0,15}\.[1-9][0-9]{0,15}\.[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])"
)
"""One pattern and one pass: forms of credentials wherever they are spoken of. `_spoken` has it."""

_SIGNS = (
    *("secret", "token", "pass", "pwd", "assertion", "authorization", "credential", "sig", "key", "cookie"),
    *("bearer", "basic", "://", "eyj", "q~"),
)
"""One of these, in lower case, is in whatever `_SPOKEN` finds in ASCII, unless it has one of the two forms below."""
_LONG_END = re.compile(r"\.[A-Za-z0-9_.-]{40}")
"""What is in a code of Entra, and in the state of a consent link."""
_AWS_KEY = re.compile(r"A(?:KIA|SIA|BIA|CCA)[A-Z2-7]{16}")

_PLAIN = frozenset({str, int, float, bool, NoneType})
"""What the values of a request's line are."""

_NAMED = re.compile(rf"(?i)(?:(?:{_NAMES})s?|cookie)\Z")
_OF_A_SECRET = re.compile(r"(?i)secret|passw(?:or)?d|passphrase|private[_-]?key")
"""Of a field's name more is known than of prose: such a word counts wherever it stands, as in `client_secret_value`…"""
_ABOUT_ONE = re.compile(r"(?i)(?:arn|kind|type|name|expires_?at)\Z")
"""… unless the name ends so: `secret_arn`, `client_secret_expires_at`."""
_LONGEST_END = 64
"""Characters of the end of a name that are looked at: names come from outside, too, and this is asked of each."""

_DEEPEST = 20


def redacted(value: Any, depth: int = 0) -> Any:  # noqa: ANN401 - JSON values, and what can be written as text
    """Copy *value*, all its texts without what looks like a credential; what is not JSON becomes text."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if depth > _DEEPEST:
        return BLOT
    if isinstance(value, dict):
        named = {name: _name(str(name)) for name in value}
        return {
            named[name].shown: BLOT if each and named[name].of_a_credential else redacted(each, depth + 1)
            for name, each in value.items()
        }
    if isinstance(value, list | tuple | set | frozenset):
        return [redacted(each, depth + 1) for each in value]
    return _without_credentials(str(value))


class _Name(NamedTuple):
    shown: str
    of_a_credential: bool


@lru_cache(maxsize=512)
def _name(name: str) -> _Name:
    """Judge the name of a field once: the lines of a function have the same few, request after request."""
    end = name[-_LONGEST_END:]
    of_a_credential = bool(_NAMED.search(end) or (_OF_A_SECRET.search(name) and not _ABOUT_ONE.search(end)))
    return _Name(_without_credentials(name), of_a_credential)


def _without_credentials(text: str) -> str:
    return _spoken().sub(_blotted, text) if _may_hold_any(text) else text


@cache
def _spoken() -> re.Pattern[str]:
    return re.compile(_SPOKEN)


def _may_hold_any(text: str) -> bool:
    """Tell whether *text* is worth the long look of `_SPOKEN`, which takes more than a request's own work."""
    if not text.isascii():  # letters of other scripts may pass for ours where case is ignored
        return True
    lower = text.lower()
    return any(map(lower.__contains__, _SIGNS)) or bool(_LONG_END.search(text) or _AWS_KEY.search(text))


def _blotted(found: re.Match[str]) -> str:
    if found["kept"]:
        return found["kept"]
    before = found.group("name", "sign", "header", "cookie", "scheme", "user")
    return "".join(filter(None, before)) + BLOT


def line(said: Mapping[str, Any]) -> str:
    """Write *said* as a line of the log.

    Nearly every line says a request's few plain facts, so it is looked at as it is written, once and whole. What the
    short look would find in one of its names or values it finds in all of them together: JSON writes letters, digits
    and what signs are made of as they are. A line that may hold anything is taken apart.
    """
    if _PLAIN.issuperset(map(type, said.values())):
        try:
            written = to_json(said).decode()
        except PydanticSerializationError:  # half a character, as of a text that was cut
            return _with_care(said)
        if not _may_hold_any(written):
            return written
    return _with_care(said)


def _with_care(said: Mapping[str, Any]) -> str:
    return json.dumps(redacted(said), separators=(",", ":"))


class _Lines(logging.Formatter):
    """Writes what was logged, with all of its `extra` that is there, as one line of JSON."""

    @override
    def format(self, record: logging.LogRecord) -> str:
        said: dict[str, Any] = {
            "level": record.levelname,
            "message": record.getMessage(),
            "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "service": SERVICE,
        }
        said |= {
            name: value for name, value in vars(record).items() if value is not None and name not in _OF_EVERY_RECORD
        }
        if record.exc_info and record.exc_info[1] is not None:
            said["exception"] = self.formatException(record.exc_info)
            said["exception_name"] = type(record.exc_info[1]).__name__
        if trace := trace_id():
            said["xray_trace_id"] = trace
        return line(said)


_OF_EVERY_RECORD = frozenset({*vars(logging.makeLogRecord({})), "message", "asctime"})


# No line says any of these, and finding them out takes a fifth of writing one. Where a line came from is told by its
# message, which stands once in what a function loads: https://docs.python.org/3/howto/logging.html#optimization.
logging._srcfile = None  # noqa: SLF001 - as that page has it
logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False


def _opened() -> logging.Logger:
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(_Lines())
    opened = logging.getLogger(SERVICE)
    opened.addHandler(handler)
    opened.setLevel(logging.INFO)
    opened.propagate = False  # Lambda's own handler would write every line a second time, past the net
    return opened


logger = _opened()
"""The one logger of every function."""
