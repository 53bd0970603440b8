"""The manners of HTTP that the page's function and `rest` have in common.

It imports nothing, so that it costs neither of them a start: the page does without `rest`, which would be most of one.
"""

LONGEST_IP = 45
"""Characters of an IPv6 address that ends in an IPv4 one."""

FINEST_WEIGHT = 3
"""Digits after the point of a weight, at most."""


def has(if_none_match: str, etag: str) -> bool:
    """Tell whether *etag* is among those of *if_none_match*, compared weakly (RFC 9110, 13.1.2)."""
    known = [each.strip().removeprefix("W/") for each in if_none_match.split(",")]
    return known == ["*"] or etag.removeprefix("W/") in known


def admits(accept_encoding: str, coding: str) -> bool:
    """Tell whether whoever asks takes *coding*: by its name, else by the star (RFC 9110, 12.5.3)."""
    star = False
    for each in accept_encoding.lower().split(","):
        named, _, weight = each.partition(";")
        named = named.strip()
        if named == coding:
            return _counts(weight)
        if named == "*":
            star = _counts(weight)
    return star


def _counts(weight: str) -> bool:
    """Tell whether a *weight* is none, or one between 0 and 1 that is not 0 (RFC 9110, 12.4.2)."""
    stripped = weight.replace(" ", "")
    number = stripped.removeprefix("q=")
    if stripped == number:
        return not stripped
    whole, _, thousandths = number.partition(".")
    digits = thousandths or "0"
    if whole not in {"0", "1"} or len(digits) > FINEST_WEIGHT or not (digits.isascii() and digits.isdigit()):
        return False
    return (whole == "1") == (digits.strip("0") == "")


def source_ip(context: dict[str, object]) -> str | None:
    """Tell where a request came from; *context* is API Gateway's, which knows. None if it says no address."""
    http = context.get("http")
    said = str(http.get("sourceIp", "")) if isinstance(http, dict) else ""
    return said if said and len(said) <= LONGEST_IP else None


def problem_type(headers: dict[str, str]) -> str:
    """Choose the media type of a refusal: a problem's own only for whoever knows it (RFC 9457)."""
    problem = "application/problem+json"
    return problem if problem in headers.get("accept", "") else "application/json"


def problem(status: int, code: str, message: str, request_id: str) -> dict[str, str | int]:
    """Say what every refusal says: the contract's `error`, and a problem of RFC 9457."""
    return {
        "error": message,
        "code": code,
        "type": f"urn:onboarding:problem:{code}",
        "title": code.replace("_", " ").capitalize(),
        "status": int(status),
        "detail": message,
        "request_id": request_id,
    }
