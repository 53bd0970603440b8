"""What callers see: the contract's bodies, and what this project adds to them.

Times are RFC 3339 in UTC; an expired lock is shown as null; nothing here is looked up, only shown.
"""

from datetime import datetime
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, SerializeAsAny

from onboarding.domain import lock
from onboarding.domain.access import Access, Completed, Role
from onboarding.domain.acting import acts_next
from onboarding.domain.audit import ActOrLater, AuditEntry
from onboarding.domain.board import Board, TaskSummary
from onboarding.domain.catalogue import Step, Task
from onboarding.domain.comparison import Comparison, PayloadChange
from onboarding.domain.connection import Cloud, Connection, ConnectionDetails, CredentialKind
from onboarding.domain.discovery import DiscoveredTenant
from onboarding.domain.evidence import Evidence
from onboarding.domain.finding import FindingStatus
from onboarding.domain.model import Id, Instant
from onboarding.domain.progress import Progress
from onboarding.domain.reasons import REASONS, Party, ReasonCode
from onboarding.domain.run import Run, RunFinding, RunStatus, Started
from onboarding.domain.session import Completion, Session, SessionStatus
from onboarding.domain.steps import Unmet, is_stale


class View(BaseModel):
    """A body as callers see it."""

    model_config = ConfigDict(frozen=True, defer_build=True)


class SessionView(View):
    """`OnboardingSession` of the contract; all from `version` on is added."""

    id: Id
    tenant_id: Id
    provider_connection_id: Id | None
    """The connection that it chose; null where the tenant's only one is used, or none was chosen."""
    status: SessionStatus
    current_step: Step
    assigned_to_user_id: Id | None
    locked_by_user_id: Id | None
    """Who may edit until `locked_until`; null where nobody holds a live lock."""
    locked_until: Instant | None
    version: int
    """Counts the changes that others must know of; the renewal of a lock is none."""
    created_at: Instant
    updated_at: Instant
    """When the version last changed."""
    closed_at: Instant | None
    completion: Completion | None
    """What a completed session rests on."""
    note: str | None
    waiting_until: Instant | None

    @classmethod
    def of(cls, session: Session, now: datetime) -> Self:
        """Show *session* as it stands at *now*."""
        held = lock.live(session.lock, now)
        return cls(
            id=session.id,
            tenant_id=session.tenant_id,
            provider_connection_id=session.provider_connection_id,
            status=session.status,
            current_step=session.current_step,
            assigned_to_user_id=session.assigned_to_user_id,
            locked_by_user_id=held.user_id if held else None,
            locked_until=held.until if held else None,
            version=session.version,
            created_at=session.created_at,
            updated_at=session.updated_at,
            closed_at=session.closed_at,
            completion=session.completion,
            note=session.note,
            waiting_until=session.waiting_until,
        )


class CurrentSessionView(View):
    """`OnboardingSessionResponse` of the contract."""

    session: SessionView | None


class RemedyView(View):
    """What an operator can do about a finding, and where to read more."""

    text: str
    link: str | None

    @classmethod
    def of(cls, reason: ReasonCode | None) -> Self | None:
        """Show the remedy of *reason*; there is none where nothing is the matter."""
        return cls(text=REASONS[reason].remedy, link=REASONS[reason].link) if reason else None


class TaskView(View):
    """`OnboardingTaskSummary` of the contract; all from `step` on is added."""

    task_type: Task
    status: FindingStatus
    """What was last found over the connection in use."""
    reason_code: ReasonCode | None
    """Why it is not ok."""
    message: str | None
    last_run_id: Id | None
    """The newest started run, whatever it found."""
    step: Step
    required: bool
    """Whether its step can only be left forwards once its finding is good."""
    active_run_id: Id | None
    """The run that is under way."""
    recorded_at: Instant | None
    stale: bool
    """Whether the finding is older than 24 hours: too old to complete a session on."""
    remedy: RemedyView | None
    next_check_at: Instant | None
    """From when on looking again makes sense; of a consent that is propagating, when it is looked again."""

    @classmethod
    def of(cls, summary: TaskSummary, now: datetime) -> Self:
        """Show *summary* as it stands at *now*."""
        finding, reason = summary.finding, summary.reason_code
        sentence = REASONS[reason].sentence if reason else None
        return cls(
            task_type=summary.task,
            status=summary.status,
            reason_code=reason,
            message=finding.message if finding else sentence,
            last_run_id=summary.last_run_id,
            step=summary.task.spec.step,
            required=summary.task.spec.required,
            active_run_id=summary.active_run_id,
            recorded_at=finding.recorded_at if finding else None,
            stale=is_stale(finding.recorded_at, now) if finding else False,
            remedy=RemedyView.of(reason),
            next_check_at=finding.next_check_at if finding else None,
        )


class RunLinkView(View):
    """`OperationRunLink` of the contract."""

    run_id: Id
    url: str
    """Where the run can be watched; path-absolute."""

    @classmethod
    def of(cls, tenant_id: int, started: Started) -> Self:
        """Show where a started run can be watched; path-absolute."""
        return cls(run_id=started.run_id, url=f"/tenants/{tenant_id}/onboarding/runs/{started.run_id}")


class RunFindingView(View):
    """What a run found."""

    status: FindingStatus
    reason_code: ReasonCode | None
    message: str | None
    evidence_id: Id
    """The evidence that the run left."""
    remedy: RemedyView | None

    @classmethod
    def of(cls, finding: RunFinding) -> Self:
        """Show *finding* with its remedy."""
        return cls(
            status=finding.status,
            reason_code=finding.reason_code,
            message=finding.message,
            evidence_id=finding.evidence_id,
            remedy=RemedyView.of(finding.reason_code),
        )


class RunView(View):
    """A run: how it went, and what it found."""

    id: Id
    tenant_id: Id
    task_type: Task
    status: RunStatus
    """How the execution stands; what was found is another matter."""
    provider_connection_id: Id
    onboarding_session_id: Id | None
    started_by_user_id: Id | None
    """Null where the sweep started it."""
    queued_at: Instant
    started_at: Instant | None
    """When a worker first took it."""
    ended_at: Instant | None
    not_before: Instant | None
    """Until when it was put back."""
    attempts: int
    """Counts crashes, not patience."""
    cancel_requested_at: Instant | None
    progress: Progress | None
    finding: RunFindingView | None
    """What it found; null until it has ended, and where it was cancelled."""

    @classmethod
    def of(cls, run: Run) -> Self:
        """Show *run*; the worker's side of it is its own affair."""
        return cls(
            id=run.id,
            tenant_id=run.tenant_id,
            task_type=run.task_type,
            status=run.status,
            provider_connection_id=run.connection_id,
            onboarding_session_id=run.session_id,
            started_by_user_id=run.started_by_user_id,
            queued_at=run.queued_at,
            started_at=run.started_at,
            ended_at=run.ended_at,
            not_before=run.not_before,
            attempts=run.attempts,
            cancel_requested_at=run.cancel_requested_at,
            progress=run.progress,
            finding=RunFindingView.of(run.finding) if run.finding else None,
        )


class EvidenceView(View):
    """`OnboardingEvidence` of the contract."""

    id: Id
    tenant_id: Id
    onboarding_session_id: Id | None
    """The session that was open when the run was started."""
    provider_connection_id: Id | None
    task_type: Task
    status: FindingStatus
    reason_code: ReasonCode | None
    message: str | None
    payload: dict[str, Any]
    """What was seen, which differs by task; never a secret."""
    operation_run_id: Id | None
    """The run that left it."""
    recorded_at: Instant

    @classmethod
    def of(cls, evidence: Evidence) -> Self:
        """Show *evidence* as it was recorded."""
        return cls.model_validate(evidence, from_attributes=True)


class JudgementView(View):
    """How a piece of evidence judged, and when."""

    evidence_id: Id
    status: FindingStatus
    reason_code: ReasonCode | None
    recorded_at: Instant

    @classmethod
    def of(cls, evidence: Evidence) -> Self:
        """Show the judgement of *evidence*."""
        return cls(
            evidence_id=evidence.id,
            status=evidence.status,
            reason_code=evidence.reason_code,
            recorded_at=evidence.recorded_at,
        )


class EvidenceDiffView(View):
    """What changed since the previous evidence of the same task and connection; there may be none."""

    task_type: Task
    provider_connection_id: Id
    evidence: JudgementView
    previous: JudgementView | None
    changes: tuple[PayloadChange, ...]
    words: tuple[str, ...]
    """The changes as an operator says them."""

    @classmethod
    def of(cls, comparison: Comparison) -> Self:
        """Show *comparison*."""
        evidence, previous = comparison.evidence, comparison.previous
        return cls(
            task_type=evidence.task_type,
            provider_connection_id=evidence.provider_connection_id,
            evidence=JudgementView.of(evidence),
            previous=JudgementView.of(previous) if previous else None,
            changes=comparison.changes,
            words=comparison.words,
        )


class AuditEntryView(View):
    """A line of the audit trail; *details* has what applies to its act, and nothing else."""

    id: Id
    tenant_id: Id
    at: Instant
    act: ActOrLater
    by_user_id: Id | None
    """Null where nobody asked for it: the sweep, or a customer's consent."""
    source_ip: str | None
    """From where it was asked for."""
    request_id: str | None
    session_id: Id | None
    details: dict[str, Any]

    @classmethod
    def of(cls, entry: AuditEntry) -> Self:
        """Show *entry* as it was recorded."""
        return cls(**entry.model_dump(exclude={"details"}), details=entry.details.model_dump(exclude_none=True))


class TenantView(View):
    """A registered tenant."""

    id: Id
    name: str


class BlockingView(View):
    """A gate that is shut; without a task it is the choice of a connection."""

    task_type: Task | None
    status: FindingStatus
    reason_code: ReasonCode | None
    stale: bool

    @classmethod
    def of(cls, gate: Unmet) -> Self:
        """Show *gate*."""
        return cls(**gate._asdict())


class LastCompletedView(View):
    """When a tenant's onboarding was last completed, and by whom."""

    session_id: Id
    """The session whose report has what was found."""
    at: Instant
    by_user_id: Id

    @classmethod
    def of(cls, completed: Completed) -> Self:
        """Show what is known of it."""
        return cls(**completed.model_dump())


class QueuedTenantView(View):
    """A tenant in the caller's queue: where its onboarding stands, and who acts next."""

    tenant: TenantView
    role: Role
    session: SessionView | None
    last_completed: LastCompletedView | None
    """Null where it never was, or where that was before this was kept."""
    acts_next: Party
    because: tuple[BlockingView, ...]
    active_runs: tuple[Task, ...]
    credential_expires_at: Instant | None
    drifted: bool

    @classmethod
    def of(cls, access: Access, board: Board, connection: Connection | None, now: datetime) -> Self:
        """Show a tenant as its member's *access* and its *board* have it at *now*; *connection* is the one in use."""
        assert access.role is not None  # noqa: S101 - whose queue it is, is a member
        party, because = acts_next(access, board, now)
        return cls(
            tenant=TenantView(id=access.tenant.id, name=access.tenant.name),
            role=access.role,
            session=SessionView.of(access.session, now) if access.session else None,
            last_completed=LastCompletedView.of(completed) if (completed := access.tenant.last_completed) else None,
            acts_next=party,
            because=tuple(BlockingView.of(gate) for gate in because),
            active_runs=tuple(task for task in Task if task in board.guard.active),
            credential_expires_at=connection.credential_expires_at if connection else None,
            drifted=access.tenant.drifted,
        )


class MemberView(View):
    """A registered member."""

    tenant_id: Id
    user_id: Id
    role: Role


class ConnectionView(View):
    """A registered provider connection; the credential is named, never shown."""

    id: Id
    tenant_id: Id
    entra_tenant_id: str
    client_id: str
    cloud: Cloud
    expected_domain: str | None
    credential_kind: CredentialKind
    credential_arn: str | None
    """What names the credential."""
    certificate_thumbprint: str | None
    credential_expires_at: Instant | None

    @classmethod
    def of(cls, tenant_id: int, connection_id: int, details: ConnectionDetails) -> Self:
        """Show a connection as *details* registered it."""
        return cls(id=connection_id, tenant_id=tenant_id, **details.model_dump())


class ListedConnectionView(ConnectionView):
    """A provider connection as its tenant's members see it."""

    credential_arn: str | None
    """What names the credential; null to whoever may not register connections."""
    consented_at: Instant | None
    """When the customer's administrator consented; null if nobody did."""

    @classmethod
    def listed(cls, connection: Connection, *, named: bool) -> Self:
        """Show *connection* as it stands; what names its credential only if *named*."""
        return cls(**connection.model_dump() | ({} if named else {"credential_arn": None}))


class PreflightView(View):
    """What Microsoft's public metadata say of a tenant."""

    exists: bool
    entra_tenant_id: str | None
    cloud: Cloud | None
    reachable: bool
    """Whether a connection to it can be registered."""
    cloud_name: str | None
    region: str | None
    sub_region: str | None

    @classmethod
    def of(cls, tenant: DiscoveredTenant) -> Self:
        """Show *tenant*."""
        return cls(reachable=tenant.reachable, **tenant.model_dump())


class ConsentLinkView(View):
    """A link for a customer's administrator, good for one consent until *ends_at*."""

    url: str
    ends_at: Instant


class FieldError(View):
    """A field of a request that is wrong, and what is wrong with it."""

    field: str
    message: str


class ProblemView(View):
    """`ErrorResponse` of the contract and a problem of RFC 9457 in one; the code's own fields stand beside these."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, SerializeAsAny[Any]]

    error: str
    """What is the matter, in a sentence."""
    code: str
    """The same for programs."""
    type: str
    title: str
    status: int
    detail: str
    """The same sentence, where RFC 9457 has it."""
    request_id: str
    """By which the log finds the request."""
