"""The watch: a tenant is held to what its completed session rests on, for as long as nobody opens another session.

Every so often a **round** begins: the probes run in nobody's name, over the connection that the session was completed
with. Once they have ended, what they found is compared with what the session rests on. Nothing is reopened: a finding
that got worse is told of, and the tenant is marked as drifted until all is as well again, or a session is completed.
"""

import zlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from onboarding.domain.audit import Act, AuditEntry, Details
from onboarding.domain.board import Board, RecordedFinding
from onboarding.domain.catalogue import REQUIRED, Kind, Task
from onboarding.domain.finding import FindingStatus
from onboarding.domain.model import Concept, Id, Instant
from onboarding.domain.reasons import ReasonCode
from onboarding.domain.run import Run, started
from onboarding.domain.session import AcceptedWarning, Session, SessionStatus

WATCHED = tuple(task for task in REQUIRED if task.spec.kind is Kind.PROBE)
"""What a round examines. An inventory is no verification: it takes long, and keeps people from everything else."""

_MILLISECOND = timedelta(milliseconds=1)
_BADNESS = {FindingStatus.OK: 0, FindingStatus.WARN: 1, FindingStatus.FAIL: 2}
"""How bad a finding is; `unknown` says nothing, for better or worse."""


class Judgement(Concept):
    """How a finding judged."""

    status: FindingStatus
    reason_code: ReasonCode | None = None

    @property
    def says_something(self) -> bool:
        """Whether it tells how the tenant stands. A consent that may be on its way does not, either way."""
        return self.status in _BADNESS and self.reason_code is not ReasonCode.CONSENT_PROPAGATING

    def is_worse_than(self, other: "Judgement") -> bool:
        """Tell whether this is worse; another warning than the one that was accepted is, for nobody accepted it."""
        if self.status is other.status:
            return self.reason_code is not other.reason_code
        return _BADNESS[self.status] > _BADNESS[other.status]


class Watch(Concept):
    """What a tenant is held to, and where its round stands."""

    tenant_id: Id
    session_id: Id
    """The completed session."""
    connection_id: Id
    rests_on: dict[Task, Judgement]
    worse: dict[Task, Judgement] = {}
    """What was last found to be worse; a tenant is marked as drifted exactly while there is something."""
    run_ids: dict[Task, Id] = {}
    """The runs of the round under way; none between rounds."""
    due_at: Instant

    def is_awaited(self, board: Board) -> bool:
        """Tell whether a run of the round is still under way."""
        active = board.guard.active
        return any(task in active and active[task].run_id == run_id for task, run_id in self.run_ids.items())


class Verdict(NamedTuple):
    """What came of a round."""

    worse: dict[Task, Judgement]
    got_worse: tuple[RecordedFinding, ...]
    """What is worse than was told before."""
    recovered: bool
    """Whether nothing is worse any more, and something was."""


def watch_of(session: Session, every: timedelta) -> Watch | None:
    """Make the watch that *session* leaves as it is closed; None if it was not completed.

    A completed session rests on findings that are ok, or warnings that somebody accepted. A warning that gave no reason
    was accepted without one.
    """
    completion, connection_id = session.completion, session.provider_connection_id
    if session.status is not SessionStatus.COMPLETED or completion is None or connection_id is None:
        return None
    accepted = {
        warning.task_type: Judgement(status=FindingStatus.WARN, reason_code=_reason(warning))
        for warning in completion.accepted_warnings
    }
    well = Judgement(status=FindingStatus.OK)
    return Watch(
        tenant_id=session.tenant_id,
        session_id=session.id,
        connection_id=connection_id,
        rests_on={task: accepted.get(task, well) for task in WATCHED},
        due_at=next_round(session.tenant_id, session.updated_at, every),
    )


def _reason(warning: AcceptedWarning) -> ReasonCode | None:
    return ReasonCode(warning.reason_code) if warning.reason_code else None


def next_round(tenant_id: int, after: datetime, every: timedelta) -> datetime:
    """Find the first moment after *after* at which a round of a tenant begins.

    Rounds begin *every* so often, at a moment of the tenant's own that follows from its id: so they lie spread over the
    whole of the time, whenever their sessions were completed, and Microsoft is asked evenly.
    """
    share = zlib.crc32(str(tenant_id).encode()) / 2**32
    place = every * share // _MILLISECOND * _MILLISECOND
    epoch = datetime.fromtimestamp(0, after.tzinfo) + place
    return epoch + ((after - epoch) // every + 1) * every


def round_of(watch: Watch, first_id: int, deadlines: dict[Kind, timedelta], now: datetime) -> tuple[Run, ...]:
    """Start the runs of a round, in nobody's name; their ids follow *first_id*, for one transaction saves them all."""
    return tuple(
        started(
            first_id + n,
            task,
            watch.connection_id,
            tenant_id=watch.tenant_id,
            session_id=None,
            user_id=None,
            now=now,
            deadlines=deadlines,
        )
        for n, task in enumerate(watch.rests_on)
    )


def judged(watch: Watch, findings: Mapping[Task, RecordedFinding]) -> Verdict:
    """Compare the newest *findings* with what *watch* holds the tenant to.

    What says nothing (nothing over this connection, `unknown`) leaves what was known: it neither drifts nor recovers.
    """
    worse: dict[Task, Judgement] = {}
    got_worse = []
    for task, was in watch.rests_on.items():
        finding, known = findings.get(task), watch.worse.get(task)
        seen = _seen(finding, watch.connection_id)
        if finding is None or seen is None:
            if known:
                worse[task] = known
        elif seen.is_worse_than(was):
            worse[task] = seen
            if seen.is_worse_than(known or was):
                got_worse.append(finding)
    return Verdict(worse, tuple(got_worse), recovered=bool(watch.worse) and not worse)


def entries_of(verdict: Verdict, watch: Watch, entry_id: int, now: datetime) -> tuple[AuditEntry, ...]:
    """Say for the audit trail, in nobody's name, what came of a round; ids follow one after the other."""
    told: list[tuple[Act, Details]] = [
        (
            Act.FINDING_GOT_WORSE,
            Details(
                task_type=finding.task_type,
                from_status=(watch.worse.get(finding.task_type) or watch.rests_on[finding.task_type]).status,
                status=finding.status,
                reason_code=finding.reason_code,
                evidence_id=finding.evidence_id,
            ),
        )
        for finding in verdict.got_worse
    ]
    if verdict.recovered:
        told.append((Act.TENANT_RECOVERED, Details()))
    return tuple(
        AuditEntry(
            id=entry_id + n,
            tenant_id=watch.tenant_id,
            at=now,
            act=act,
            by_user_id=None,
            session_id=watch.session_id,
            details=details,
        )
        for n, (act, details) in enumerate(told)
    )


def _seen(finding: RecordedFinding | None, connection_id: int) -> Judgement | None:
    if finding is None or finding.connection_id != connection_id:
        return None
    judgement = Judgement(status=finding.status, reason_code=finding.reason_code)
    return judgement if judgement.says_something else None
