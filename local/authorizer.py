"""What API Gateway's JWT authorizer refuses, and the emulator's lets through or breaks on; the rest is the emulator's.

Left to the emulator: the signature, the key's id, the issuer, the audience, and whether the times are right.
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html
"""

import base64
import json
import math
import re
from typing import Any, NoReturn

_BEARER = re.compile(r"bearer ", re.IGNORECASE)
_COMPACT = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.[A-Za-z0-9_-]+")
_TIMES = ("exp", "nbf", "iat")


def refuses(authorization: str) -> bool:
    """Tell whether the token in an Authorization header is none that could be judged.

    It must be in compact form and alone (RFC 7515, 3.1), signed by RS256, which is all that the issuer here does, ask
    for no extension (4.1.11), and give every time as a number (RFC 7519, 4.1).
    """
    parts = _COMPACT.fullmatch(_BEARER.sub("", authorization.strip(), count=1).strip())
    if parts is None:
        return True
    header, claims = _object(parts[1]), _object(parts[2])
    if header is None or claims is None or header.get("alg") != "RS256" or "crit" in header:
        return True
    return not all(_is_number(claims[name]) for name in _TIMES if name in claims)


def _object(part: str) -> dict[str, Any] | None:
    """Read a JSON object in base64url; None if it is none."""
    try:
        text = base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True).decode()
        read = json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError):
        return None
    return read if isinstance(read, dict) else None


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _is_number(value: object) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, int) and not isinstance(value, bool)
