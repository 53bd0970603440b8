"""Evidence: what a run found, kept for ever. One piece per run that ended other than cancelled."""

import json
from datetime import datetime
from typing import Any

from pydantic_core import from_json

from onboarding.domain.board import RecordedFinding
from onboarding.domain.catalogue import Task
from onboarding.domain.finding import Finding, FindingStatus
from onboarding.domain.model import Concept, Id, Instant
from onboarding.domain.reasons import ReasonCode
from onboarding.domain.run import Run, RunFinding

LARGEST_PAYLOAD = 64 * 1024
"""Bytes of a payload as JSON in UTF-8."""


class Evidence(Concept):
    """A finding with where it comes from: append only, never changed, never deleted."""

    id: Id
    tenant_id: Id
    onboarding_session_id: Id | None
    provider_connection_id: Id
    task_type: Task
    status: FindingStatus
    reason_code: ReasonCode | None
    message: str | None
    payload: dict[str, Any]
    operation_run_id: Id
    recorded_at: Instant


class UnkeepableError(ValueError):
    """A payload that cannot be kept: too large, or no JSON to be read again. Not the tenant is to blame."""


def payload_text(payload: dict[str, Any]) -> str:
    """Write *payload* as the JSON text that is kept.

    Raises:
        UnkeepableError: If it is larger than 64 KiB, holds something that JSON has no form for (NaN included), or is
            nested too deeply to be read again.
    """
    try:
        text = json.dumps(payload, allow_nan=False, ensure_ascii=False, separators=(",", ":"))
        size = len(text.encode())
        from_json(text)  # the reader gives up at a depth that the writer does not mind
    except (TypeError, ValueError, RecursionError) as error:
        raise UnkeepableError(f"the payload is no JSON: {error}") from error
    if size > LARGEST_PAYLOAD:
        raise UnkeepableError(f"the payload is {size} bytes, more than {LARGEST_PAYLOAD}")
    return text


def recorded(run: Run, finding: Finding, evidence_id: int, now: datetime) -> Evidence:
    """Make the evidence of *finding*; session and connection are those of the run's start."""
    return Evidence(
        id=evidence_id,
        tenant_id=run.tenant_id,
        onboarding_session_id=run.session_id,
        provider_connection_id=run.connection_id,
        task_type=run.task_type,
        status=finding.status,
        reason_code=finding.reason_code,
        message=finding.message,
        payload=finding.payload,
        operation_run_id=run.id,
        recorded_at=now,
    )


def on_the_board(evidence: Evidence, finding: Finding, recheck_at: datetime | None) -> RecordedFinding:
    """Put *evidence* on the board as its task's newest finding, to be looked at again at *recheck_at*."""
    return RecordedFinding(
        task_type=evidence.task_type,
        status=evidence.status,
        reason_code=evidence.reason_code,
        message=evidence.message,
        connection_id=evidence.provider_connection_id,
        run_id=evidence.operation_run_id,
        evidence_id=evidence.id,
        recorded_at=evidence.recorded_at,
        next_check_at=finding.next_check_at,
        recheck_at=recheck_at,
    )


def beside_the_run(evidence: Evidence) -> RunFinding:
    """Show *evidence* beside the run that left it."""
    return RunFinding(
        status=evidence.status,
        reason_code=evidence.reason_code,
        message=evidence.message,
        evidence_id=evidence.id,
    )
