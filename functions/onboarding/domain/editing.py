"""Editing a session: what a change asked for means, who may ask for it, and what stands in its way.

The order of judgement is the API's: lock and rights, version, what is named, gates.
"""

import math
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from pydantic import Field, field_validator, model_validator

from onboarding.domain import lock as locks
from onboarding.domain.access import Access, Caller, RegisteredTenant, Role
from onboarding.domain.audit import Act, AuditEntry, Details
from onboarding.domain.board import RecordedFinding
from onboarding.domain.catalogue import REQUIRED, Step, Task
from onboarding.domain.finding import FindingStatus
from onboarding.domain.lock import Lock
from onboarding.domain.model import Concept, GivenInstant, Id, Instant
from onboarding.domain.session import (
    AcceptedWarning,
    Change,
    Completion,
    Session,
    SessionStatus,
    closed,
)
from onboarding.domain.steps import Unmet, unmet_between, unmet_to_complete
from onboarding.errors import Conflict, Forbidden, Stale, Unacceptable

if TYPE_CHECKING:
    from onboarding.domain.watch import Watch


class End(StrEnum):
    """How a caller may close a session."""

    COMPLETED = "completed"
    ABANDONED = "abandoned"


LONGEST_NOTE = 500
"""Characters: a session is read by every route, and a note is no place for documents."""


class Edit(Concept):
    """What a caller asks to change. Absent leaves as it is; null takes away, and is refused where nothing can be."""

    current_step: Step | None = None
    assigned_to_user_id: Id | None = None
    takeover: bool | None = None
    provider_connection_id: Id | None = None
    status: End | None = None
    note: str | None = Field(default=None, max_length=LONGEST_NOTE)
    waiting_until: GivenInstant | None = None

    @field_validator("current_step", "provider_connection_id", "status")
    @classmethod
    def _null_only_where_it_means_something[Value](cls, given: Value | None) -> Value:
        if given is None:
            raise ValueError("must not be null")
        return given

    @field_validator("note")
    @classmethod
    def _a_blank_note_is_none(cls, given: str | None) -> str | None:
        return (given or "").strip() or None

    @model_validator(mode="after")
    def _an_end_is_the_end(self) -> Self:
        if self.status and self.model_fields_set - {"status", "takeover"}:
            raise ValueError("status can only be changed together with takeover")
        return self

    @property
    def is_heartbeat(self) -> bool:
        """Whether nothing is asked but to keep the lock."""
        return not self.model_fields_set

    @property
    def assigns(self) -> bool:
        """Whether the assignee is part of the edit; null unassigns."""
        return "assigned_to_user_id" in self.model_fields_set

    def note_in(self, session: Session) -> str | None:
        """Give the note that *session* has once this edit is made."""
        return self.note if "note" in self.model_fields_set else session.note

    def waiting_until_in(self, session: Session) -> Instant | None:
        """Tell until when *session* waits once this edit is made."""
        return self.waiting_until if "waiting_until" in self.model_fields_set else session.waiting_until

    def connection_in(self, session: Session, tenant: RegisteredTenant) -> int | None:
        """Name the connection that is in use once this edit of *tenant*'s *session* is made."""
        return self.provider_connection_id or tenant.connection_in_use(session)

    def start_in(self, session: Session, tenant: RegisteredTenant) -> Step:
        """Name the step that this edit goes on from: another connection puts *session* back to the consent.

        What was verified beyond it was verified of another connection.
        """
        changes = self.connection_in(session, tenant) != tenant.connection_in_use(session)
        return min(session.current_step, Step.CONSENT) if changes else session.current_step

    def goes_forward_from(self, session: Session, tenant: RegisteredTenant) -> bool:
        """Whether gates have to be judged, for which the findings are needed."""
        return self.status is End.COMPLETED or (self.current_step or 0) > self.start_in(session, tenant)


class Circumstances(NamedTuple):
    """What an edit is judged by, beside the session itself."""

    access: Access
    """Who asks; its session is not looked at."""
    if_match: str | None
    findings: Mapping[Task, RecordedFinding]
    """What the board says; needed only if the edit goes forwards."""
    now: datetime
    lock_length: timedelta
    watch_every: timedelta
    """How often a tenant is verified again once its session is completed."""
    entry_id: int
    """For the first entry in the audit trail; further ones take the next."""


def edited(session: Session, edit: Edit, by: Circumstances) -> Change:
    """Decide what *edit* makes of *session*.

    Raises:
        Conflict: `lock_lost`, `session_locked` or `step_prerequisites_unmet`, with what stands in the way.
        Forbidden: `takeover_forbidden`, `assignment_forbidden` or `abandon_forbidden`.
        Stale: `version_stale`, with the session as it is.
        Unacceptable: `connection_unknown`.
    """
    lock = _lock_after(session, edit, by)
    _check_rights(session, edit, by)
    check_version(session, by.if_match)
    _check_connection(edit, by)
    if edit.status is End.ABANDONED:
        after = closed(session, SessionStatus.ABANDONED, by.now)
    elif edit.status is End.COMPLETED:
        # It names what it rests on, though what is the default may be another as it is saved.
        named = session.model_copy(update={"provider_connection_id": edit.connection_in(session, by.access.tenant)})
        after = closed(named, SessionStatus.COMPLETED, by.now, _completion(session, by))
    else:
        after = _changed(session, edit, lock, by)
    return _change(session, after, by)


def check_version(session: Session, if_match: str | None) -> None:
    """Refuse an edit that was decided from another version than *session*'s.

    Only id and version of the tag count: a lock renewed meanwhile changes nothing anybody decided from
    (RFC 9110, 13.1.1).

    Raises:
        Stale: `version_stale` with the session as it is.
    """
    if if_match is None or if_match.strip() == "*":
        return
    current = f'"{session.id}.{session.version}.'
    if not any(tag.strip().startswith(current) for tag in if_match.split(",")):
        raise Stale("version_stale", "The session has changed since you read it.", session=session)


def _lock_after(session: Session, edit: Edit, by: Circumstances) -> Lock:
    lock, user = locks.live(session.lock, by.now), by.access.user_id
    if lock and lock.user_id == user:
        return locks.renewed(lock, by.now, by.lock_length)
    if edit.is_heartbeat:
        raise Conflict("lock_lost", "You no longer hold the edit lock.", **_holder(lock))
    if lock and not edit.takeover:
        raise Conflict(
            "session_locked",
            "Somebody else is editing this session.",
            **_holder(lock),
            retry_after=math.ceil((lock.until - by.now).total_seconds()),
        )
    if lock and not _may_take_over(session, by):
        raise Forbidden("takeover_forbidden", "Only a manager or the assignee may take over the edit lock.")
    return locks.taken(user, by.now, by.lock_length)


def _holder(lock: Lock | None) -> dict[str, Any]:
    return {"locked_by_user_id": lock.user_id if lock else None, "locked_until": lock.until if lock else None}


def _may_take_over(session: Session, by: Circumstances) -> bool:
    return by.access.is_at_least(Role.MANAGER) or session.assigned_to_user_id == by.access.user_id


def _may_decide_for_others(session: Session, by: Circumstances) -> bool:
    lock = session.lock
    return _may_take_over(session, by) or (lock is not None and lock.is_held_by(by.access.user_id, by.now))


def _check_rights(session: Session, edit: Edit, by: Circumstances) -> None:
    if edit.status is End.ABANDONED and not _may_decide_for_others(session, by):
        raise Forbidden("abandon_forbidden", "Only a manager, the assignee or the lock's holder may abandon it.")
    concerned = edit.assigned_to_user_id or session.assigned_to_user_id  # who comes; if nobody does, who goes
    reassigns = edit.assigns and edit.assigned_to_user_id != session.assigned_to_user_id
    if reassigns and concerned != by.access.user_id and not _may_decide_for_others(session, by):
        raise Forbidden("assignment_forbidden", "Only a manager, the assignee or the lock's holder may assign others.")


def _check_connection(edit: Edit, by: Circumstances) -> None:
    wanted = edit.provider_connection_id
    if wanted is not None and wanted not in by.access.tenant.connection_ids:
        raise Unacceptable("connection_unknown", "This tenant has no such provider connection.")


def _changed(session: Session, edit: Edit, lock: Lock, by: Circumstances) -> Session:
    start = edit.start_in(session, by.access.tenant)
    step = edit.current_step or start
    in_use = edit.connection_in(session, by.access.tenant)
    _check_gates(unmet_between(start, step, in_use, by.findings))
    assignee = edit.assigned_to_user_id if edit.assigns else session.assigned_to_user_id
    # Also to whom it is assigned already: so somebody who took over hands it back.
    handed_off = edit.assigns and assignee not in {None, by.access.user_id}
    moved = step is not session.current_step
    return session.model_copy(
        update={
            "provider_connection_id": edit.provider_connection_id or session.provider_connection_id,
            "current_step": step,
            "status": SessionStatus.IN_PROGRESS if moved else session.status,
            "assigned_to_user_id": assignee,
            "lock": None if handed_off else lock,
            "note": edit.note_in(session),
            "waiting_until": edit.waiting_until_in(session),
        }
    )


def _check_gates(unmet: tuple[Unmet, ...], *, completing: bool = False) -> None:
    if unmet:
        what = "completed" if completing else "moved on"
        raise Conflict(
            "step_prerequisites_unmet",
            f"The session cannot be {what} yet: some of its tasks are not good enough.",
            blocking=[_shown(gate, completing=completing) for gate in unmet],
        )


def _shown(gate: Unmet, *, completing: bool) -> dict[str, Any]:
    shown = {"task_type": gate.task_type, "status": gate.status, "reason_code": gate.reason_code}
    return {**shown, "stale": gate.stale} if completing else shown


def _completion(session: Session, by: Circumstances) -> Completion:
    unmet = unmet_to_complete(by.access.tenant.connection_in_use(session), by.findings, by.now)
    if session.current_step is not Step.REVIEW:
        raise Conflict(
            "step_prerequisites_unmet",
            "The session can only be completed from its last step, the review.",
            blocking=[_shown(gate, completing=True) for gate in unmet],
        )
    _check_gates(unmet, completing=True)
    rests_on = [by.findings[task] for task in REQUIRED]
    return Completion(
        evidence_ids=tuple(finding.evidence_id for finding in rests_on),
        accepted_warnings=tuple(
            AcceptedWarning(
                task_type=finding.task_type,
                reason_code=finding.reason_code or "",
                evidence_id=finding.evidence_id,
                accepted_by_user_id=by.access.user_id,
            )
            for finding in rests_on
            if finding.status is FindingStatus.WARN
        ),
    )


def _change(before: Session, after: Session, by: Circumstances) -> Change:
    """Count the version, and write down for the audit trail what counts."""
    renewal = before.model_copy(update={"lock": after.lock})
    same_holder = locks.live(before.lock, by.now) is not None and _user(before) == _user(after)
    if after == before or (after == renewal and same_holder):
        return Change(before, after, by.access.user_id, by.now)
    if not after.closed_at:
        after = after.model_copy(update={"version": before.version + 1, "updated_at": by.now})
    assigned = after.assigned_to_user_id != before.assigned_to_user_id
    chooses = after.provider_connection_id != before.provider_connection_id and not after.closed_at
    return Change(
        before,
        after,
        by.access.user_id,
        by.now,
        entries=_entries(before, after, by),
        # Also whoever assigns themselves: their role may be gone since it was read.
        assignee_must_be_eligible=after.assigned_to_user_id if assigned else None,
        nothing_may_be_active=chooses,
        watch=_watch(after, by.watch_every) if after.completion else None,
    )


def _watch(completed: Session, every: timedelta) -> "Watch | None":
    from onboarding.domain.watch import watch_of  # noqa: PLC0415 - one edit in many completes, and all start with this

    return watch_of(completed, every)


def _user(session: Session) -> int | None:
    return session.lock.user_id if session.lock else None


def _entries(before: Session, after: Session, by: Circumstances) -> tuple[AuditEntry, ...]:
    """Say for the audit trail what the edit does; acts of one edit have ids one after the other."""
    user, held = by.access.user_id, locks.live(before.lock, by.now)
    assigned = after.assigned_to_user_id != before.assigned_to_user_id
    handed_off = after.lock is None and after.closed_at is None
    acts: dict[Act, Details] = {}
    if held and held.user_id != user:
        acts[Act.SESSION_TAKEN_OVER] = Details(from_user_id=held.user_id)
    if handed_off:
        acts[Act.SESSION_HANDED_OFF] = _reassigned(before, after)
    elif assigned:
        acts[Act.SESSION_ASSIGNED] = _reassigned(before, after)
    if after.provider_connection_id != before.provider_connection_id and not after.closed_at:
        acts[Act.SESSION_CONNECTION_CHANGED] = Details(
            from_connection_id=before.provider_connection_id, to_connection_id=after.provider_connection_id
        )
    if (after.note, after.waiting_until) != (before.note, before.waiting_until):
        acts[Act.SESSION_NOTED] = Details()
    if after.status is SessionStatus.COMPLETED:
        acts[Act.SESSION_COMPLETED] = Details()
    if after.status is SessionStatus.ABANDONED:
        acts[Act.SESSION_ABANDONED] = Details()
    return tuple(
        by.access.caller.did(act, before.tenant_id, by.entry_id + n, by.now, session_id=before.id, details=details)
        for n, (act, details) in enumerate(acts.items())
    )


def _reassigned(before: Session, after: Session) -> Details:
    left = before.assigned_to_user_id if after.assigned_to_user_id != before.assigned_to_user_id else None
    return Details(from_user_id=left, to_user_id=after.assigned_to_user_id)


def resumed(session: Session, user_id: int, lock_length: timedelta, now: datetime) -> Change:
    """Resume *session* for *user_id*: they take the lock if they can have it, and may look if they cannot."""
    held = locks.live(session.lock, now)
    if held and held.user_id != user_id:
        return Change(session, session, user_id, now)
    if held:
        after = session.model_copy(update={"lock": locks.renewed(held, now, lock_length)})
    else:
        after = session.model_copy(
            update={
                "lock": locks.taken(user_id, now, lock_length),
                "version": session.version + 1,
                "updated_at": now,
            }
        )
    return Change(session, after, user_id, now)


def vacated(session: Session, leaver: int, by: Caller, entry_id: int, now: datetime) -> Change | None:
    """Take lock and assignment from *leaver*, who can no longer have them; None if they have neither."""
    had_lock = session.lock is not None and session.lock.user_id == leaver
    was_assigned = session.assigned_to_user_id == leaver
    if not had_lock and not was_assigned:
        return None
    after = session.model_copy(
        update={
            "lock": None if had_lock else session.lock,
            "assigned_to_user_id": None if was_assigned else session.assigned_to_user_id,
            "version": session.version + 1,
            "updated_at": now,
        }
    )
    entry = by.did(
        Act.SESSION_VACATED,
        session.tenant_id,
        entry_id,
        now,
        session_id=session.id,
        details=Details(member_user_id=leaver, lost_lock=had_lock, lost_assignment=was_assigned),
    )
    return Change(session, after, by.user_id, now, entries=(entry,))


def abandoned_by_the_sweep(session: Session, entry_id: int, now: datetime) -> Change:
    """Abandon an idle *session*, if at that moment nobody holds its lock and nothing is active in its tenant."""
    entry = AuditEntry(
        id=entry_id,
        tenant_id=session.tenant_id,
        at=now,
        act=Act.SESSION_ABANDONED,
        by_user_id=None,
        session_id=session.id,
    )
    after = closed(session, SessionStatus.ABANDONED, now)
    return Change(session, after, None, now, entries=(entry,), nothing_may_be_active=True)
