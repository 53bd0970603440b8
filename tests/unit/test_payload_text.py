"""What can be kept as evidence: JSON, of at most 64 KiB, that can be read again."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic_core import from_json

from onboarding.domain.board import RecordedFinding
from onboarding.domain.catalogue import Task
from onboarding.domain.evidence import (
    Evidence,
    UnkeepableError,
    beside_the_run,
    on_the_board,
    payload_text,
    recorded,
)
from onboarding.domain.finding import Finding, FindingStatus
from onboarding.domain.reasons import REASONS, ReasonCode
from onboarding.domain.run import Run, RunFinding
from tests.unit.samples import CONNECTION, EARLIER, NOW, SESSION, TENANT

KIB = 1024
WRAPPING = len('{"a":""}')


def of_size(size: int, letter: str = "x") -> dict[str, Any]:
    """Make a payload that is *size* bytes as it is kept."""
    letters, rest = divmod(size - WRAPPING, len(letter.encode()))
    return {"a": letter * letters + "x" * rest}


def nested(depth: int) -> dict[str, Any]:
    """Make an object with *depth* more in it, each inside the other."""
    payload: dict[str, Any] = {}
    for _ in range(depth):
        payload = {"a": payload}
    return payload


def endless() -> dict[str, Any]:
    """Make an object that contains itself."""
    payload: dict[str, Any] = {}
    payload["a"] = payload
    return payload


@pytest.mark.parametrize("size", [63 * KIB, 64 * KIB - 1, 64 * KIB], ids=["63 KiB", "a byte less", "64 KiB"])
@pytest.mark.parametrize("letter", ["x", "ä", "😀"])
def test_up_to_64_kib_is_kept(size: int, letter: str) -> None:
    payload = of_size(size, letter)

    text = payload_text(payload)

    assert len(text.encode()) == size
    assert from_json(text) == payload


@pytest.mark.parametrize("size", [64 * KIB + 1, 65 * KIB], ids=["a byte more", "65 KiB"])
@pytest.mark.parametrize("letter", ["x", "ä", "😀"])
def test_more_than_64_kib_is_not_kept(size: int, letter: str) -> None:
    with pytest.raises(UnkeepableError, match=f"the payload is {size} bytes, more than 65536"):
        payload_text(of_size(size, letter))


@pytest.mark.parametrize(
    ("payload", "text"),
    [
        ({}, "{}"),
        ({"a": None, "b": [], "c": {}, "d": ""}, '{"a":null,"b":[],"c":{},"d":""}'),
        ({"größe": "10 €"}, '{"größe":"10 €"}'),
        ({"n": [0, -1, 2**53, 0.5, 1e300]}, '{"n":[0,-1,9007199254740992,0.5,1e+300]}'),
        ({"a": 'quote " line \n nul \x00'}, '{"a":"quote \\" line \\n nul \\u0000"}'),
    ],
    ids=["empty", "empty in every way", "letters as they are", "numbers", "escapes"],
)
def test_a_payload_is_kept_as_compact_json(payload: dict[str, Any], text: str) -> None:
    assert payload_text(payload) == text


@pytest.mark.parametrize(
    "value",
    [
        float("nan"),
        float("inf"),
        -float("inf"),
        "\ud800",
        b"bytes",
        datetime(2026, 3, 2, tzinfo=UTC),
        timedelta(1),
        {1, 2},
        object(),
        10**5000,
        {("a", "b"): 1},
    ],
    ids=[
        "not a number",
        "infinity",
        "minus infinity",
        "half a surrogate pair",
        "bytes",
        "a date",
        "a duration",
        "a set",
        "an object",
        "more digits than Python writes",
        "a key that is no text",
    ],
)
@pytest.mark.parametrize("deep", [False, True], ids=["at the top", "deeper down"])
def test_what_json_has_no_form_for_is_not_kept(value: object, *, deep: bool) -> None:
    with pytest.raises(UnkeepableError, match="the payload is no JSON"):
        payload_text({"a": [{"b": value}] if deep else value})


def test_a_key_with_half_a_surrogate_pair_is_not_kept() -> None:
    with pytest.raises(UnkeepableError, match="the payload is no JSON"):
        payload_text({"\udfff": 1})


@pytest.mark.parametrize("depth", [1, 10, 150])
def test_what_is_nested_and_can_be_read_again_is_kept(depth: int) -> None:
    assert from_json(payload_text(nested(depth))) == nested(depth)


@pytest.mark.parametrize("depth", [250, 900, 10_000])
def test_what_is_nested_too_deeply_to_be_read_again_is_not_kept(depth: int) -> None:
    with pytest.raises(UnkeepableError, match="the payload is no JSON"):
        payload_text(nested(depth))


def test_what_contains_itself_is_not_kept() -> None:
    with pytest.raises(UnkeepableError, match="the payload is no JSON"):
        payload_text(endless())


# ── A finding, as it is kept and shown ───────────────────────────────────────────────────────────────────────────────

RUN = Run(
    id=500,
    tenant_id=TENANT,
    task_type=Task.INTUNE_STATUS,
    connection_id=CONNECTION,
    session_id=SESSION,
    queued_at=EARLIER,
    deadline=NOW,
)
FINDING = Finding.because(
    FindingStatus.UNKNOWN, ReasonCode.GRAPH_THROTTLED, next_check_at=NOW + timedelta(minutes=5), http_status=429
)
EVIDENCE = Evidence(
    id=2_000,
    tenant_id=TENANT,
    onboarding_session_id=SESSION,
    provider_connection_id=CONNECTION,
    task_type=Task.INTUNE_STATUS,
    status=FindingStatus.UNKNOWN,
    reason_code=ReasonCode.GRAPH_THROTTLED,
    message=REASONS[ReasonCode.GRAPH_THROTTLED].sentence,
    payload={"http_status": 429},
    operation_run_id=500,
    recorded_at=NOW,
)


def test_evidence_names_the_session_and_connection_of_its_run_s_start() -> None:
    assert recorded(RUN, FINDING, 2_000, NOW) == EVIDENCE


def test_a_run_outside_any_session_leaves_evidence_outside_any_session() -> None:
    outside = RUN.model_copy(update={"session_id": None})

    assert recorded(outside, FINDING, 2_000, NOW) == EVIDENCE.model_copy(update={"onboarding_session_id": None})


def test_on_the_board_stands_what_was_found_and_when_to_look_again() -> None:
    look_again_at = NOW + timedelta(minutes=15)

    assert on_the_board(EVIDENCE, FINDING, look_again_at) == RecordedFinding(
        task_type=Task.INTUNE_STATUS,
        status=FindingStatus.UNKNOWN,
        reason_code=ReasonCode.GRAPH_THROTTLED,
        message=REASONS[ReasonCode.GRAPH_THROTTLED].sentence,
        connection_id=CONNECTION,
        run_id=500,
        evidence_id=2_000,
        recorded_at=NOW,
        next_check_at=NOW + timedelta(minutes=5),
        recheck_at=look_again_at,
    )


def test_beside_the_run_stands_what_it_found() -> None:
    assert beside_the_run(EVIDENCE) == RunFinding(
        status=FindingStatus.UNKNOWN,
        reason_code=ReasonCode.GRAPH_THROTTLED,
        message=REASONS[ReasonCode.GRAPH_THROTTLED].sentence,
        evidence_id=2_000,
    )
