"""Events: what whoever listens is told of, each worked out from what a table's stream shows of one change.

The same change gives the same event with the same id, however often the stream shows it. An event holds ids, codes
and instants, and nothing that a person typed, no address, no message: it goes where we cannot follow it.
"""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from pydantic import ConfigDict

from onboarding.domain.audit import ActOrLater, AuditEntry
from onboarding.domain.catalogue import Step, Task
from onboarding.domain.finding import FindingStatus
from onboarding.domain.model import Concept, Id, Instant
from onboarding.domain.reasons import ReasonCode
from onboarding.domain.run import Run, RunStatus
from onboarding.domain.session import Session


class Happening(StrEnum):
    """What is told of beside the acts of the audit trail; the name of its event."""

    SESSION_STEPPED = "session_stepped"
    SESSION_LOCKED = "session_locked"
    """Somebody holds the edit lock who did not: it was free, had expired, or was taken over."""
    RUN_STARTED = "run_started"
    RUN_ENDED = "run_ended"
    EVIDENCE_RECORDED = "evidence_recorded"


class Told(Concept):
    """What an event says. A later version may say more, so no schema of ours forbids what it does not know."""

    model_config = ConfigDict(extra="ignore")

    tenant_id: Id
    at: Instant


class ActTold(Told):
    """An act, as the audit trail has it, but for the address that it came from; *details* has what applies to it."""

    id: Id
    act: ActOrLater
    by_user_id: Id | None
    request_id: str | None
    session_id: Id | None
    details: dict[str, int | str | bool | None]


class SessionStepped(Told):
    """A session is at another step."""

    session_id: Id
    version: int
    by_user_id: Id | None
    """Who holds the lock since; None where the same edit handed the session on, of which the audit trail tells."""
    from_step: Step
    to_step: Step


class SessionLocked(Told):
    """A user holds a session's edit lock."""

    session_id: Id
    version: int
    by_user_id: Id
    locked_until: Instant
    from_user_id: Id | None
    """From whom it was taken over; None if nobody held it live."""


class RunStarted(Told):
    """A run was saved and is to be executed."""

    run_id: Id
    task_type: Task
    connection_id: Id
    session_id: Id | None
    started_by_user_id: Id | None
    """None when it was started in nobody's name."""


class RunEnded(Told):
    """A run came to its end. How it went is not what was found."""

    run_id: Id
    task_type: Task
    connection_id: Id
    session_id: Id | None
    started_by_user_id: Id | None
    status: RunStatus
    evidence_id: Id | None
    """None for a cancelled run, which leaves none."""


class EvidenceRecorded(Told):
    """A finding is kept as evidence."""

    evidence_id: Id
    run_id: Id
    task_type: Task
    connection_id: Id
    session_id: Id | None
    started_by_user_id: Id | None
    in_nobodys_name: bool
    """Whether nobody asked for the run: by this a rule of EventBridge can tell, which knows no "not null"."""
    status: FindingStatus
    reason_code: ReasonCode | None


class Event(NamedTuple):
    """One thing that happened, under an id that its tenant's events share with nothing else."""

    id: str
    name: str
    tenant_id: int
    at: datetime
    data: Told


def of_entry(entry: AuditEntry) -> Event:
    """Tell of an act. Its address stays in the trail, where owners read it; *request_id* leads there."""
    data = ActTold(
        tenant_id=entry.tenant_id,
        at=entry.at,
        id=entry.id,
        act=entry.act,
        by_user_id=entry.by_user_id,
        request_id=entry.request_id,
        session_id=entry.session_id,
        details=entry.details.model_dump(exclude_none=True),
    )
    return Event(f"{entry.tenant_id}-{entry.id}", str(entry.act), entry.tenant_id, entry.at, data)


def of_session(before: Session | None, after: Session) -> tuple[Event, ...]:
    """Tell what became of an open session between two images of it; *before* is None, or another one, for a new one.

    Every change but a renewal has a version of its own, so the version tells events apart. Assignments and ends are
    acts: the audit trail tells of them.
    """
    before = before if before and before.id == after.id else None
    if before and before.version == after.version:
        return ()
    told: list[tuple[Happening, Told]] = []
    if before and before.current_step is not after.current_step:
        told.append((Happening.SESSION_STEPPED, _stepped(before, after)))
    if locked := _locked(before, after):
        told.append((Happening.SESSION_LOCKED, locked))
    return tuple(_event(name, f"{after.id}.{after.version}", data) for name, data in told)


def of_run(run: Run) -> tuple[Event, ...]:
    """Tell what became of a run, from its newest image alone.

    A run that nobody claimed yet and that was asked for once is as it was saved; one that ended is left alone for
    ever. Whatever lies between (claimed, sent again, put back) is told to nobody.
    """
    if run.ended_at:
        ended = _event(Happening.RUN_ENDED, str(run.id), _ended(run, run.ended_at))
        return (ended, *_recorded(run, run.ended_at))
    if run.status is RunStatus.QUEUED and run.claim_id is None and run.sendings == 1:
        started = RunStarted.model_validate({**_of_run(run), "at": run.queued_at})
        return (_event(Happening.RUN_STARTED, str(run.id), started),)
    return ()


def _event(name: Happening, which: str, data: Told) -> Event:
    return Event(f"{data.tenant_id}-{name.value}-{which}", name.value, data.tenant_id, data.at, data)


def _stepped(before: Session, after: Session) -> SessionStepped:
    return SessionStepped(
        tenant_id=after.tenant_id,
        at=after.updated_at,
        session_id=after.id,
        version=after.version,
        by_user_id=after.lock.user_id if after.lock else None,
        from_step=before.current_step,
        to_step=after.current_step,
    )


def _locked(before: Session | None, after: Session) -> SessionLocked | None:
    if after.lock is None or not after.lock.is_live(after.updated_at):
        return None
    held = before.lock if before and before.lock and before.lock.is_live(after.updated_at) else None
    if held and held.user_id == after.lock.user_id:
        return None
    return SessionLocked(
        tenant_id=after.tenant_id,
        at=after.updated_at,
        session_id=after.id,
        version=after.version,
        by_user_id=after.lock.user_id,
        locked_until=after.lock.until,
        from_user_id=held.user_id if held else None,
    )


def _of_run(run: Run) -> dict[str, object]:
    return {
        "tenant_id": run.tenant_id,
        "run_id": run.id,
        "task_type": run.task_type,
        "connection_id": run.connection_id,
        "session_id": run.session_id,
        "started_by_user_id": run.started_by_user_id,
    }


def _ended(run: Run, at: datetime) -> RunEnded:
    evidence_id = run.finding.evidence_id if run.finding else None
    return RunEnded.model_validate({**_of_run(run), "at": at, "status": run.status, "evidence_id": evidence_id})


def _recorded(run: Run, at: datetime) -> tuple[Event, ...]:
    """Tell of the evidence that the same transaction put; how it was judged stands beside the run."""
    if run.finding is None:
        return ()
    found = run.finding
    data = EvidenceRecorded.model_validate(
        {
            **_of_run(run),
            "at": at,
            "evidence_id": found.evidence_id,
            "in_nobodys_name": run.started_by_user_id is None,
            "status": found.status,
            "reason_code": found.reason_code,
        }
    )
    return (_event(Happening.EVIDENCE_RECORDED, str(found.evidence_id), data),)
