"""Examples of every body, made by the code that makes the bodies: of the session, runs and findings of one tenant."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import BaseModel

from api.register_member import MemberDetails
from api.register_tenant import TenantDetails
from docs.openapi.refusals import RefusalKind
from onboarding.domain import budget, guard
from onboarding.domain.access import Access, Caller, Completed, RegisteredTenant, Role
from onboarding.domain.audit import Act, AuditEntry, Details, Origin
from onboarding.domain.board import Board, RecordedFinding, TaskSummary, summarise
from onboarding.domain.catalogue import Kind, Step, Task
from onboarding.domain.comparison import compared
from onboarding.domain.connection import Cloud, ConnectionDetails
from onboarding.domain.discovery import DiscoveredTenant
from onboarding.domain.editing import Circumstances, Edit, edited
from onboarding.domain.evidence import Evidence, beside_the_run, on_the_board, recorded
from onboarding.domain.finding import Finding, FindingStatus
from onboarding.domain.guard import ActiveRun, Blocking, Guard
from onboarding.domain.lock import Lock
from onboarding.domain.reasons import ReasonCode
from onboarding.domain.run import Run, RunStatus, Started, started
from onboarding.domain.session import Session
from onboarding.errors import Refusal, Transient
from onboarding.problems import STATUS, Problem, internal_error, invalid, problem
from onboarding.views.audit import AuditEntryView
from onboarding.views.connections import ConnectionView, ConsentLinkView, ListedConnectionView, PreflightView
from onboarding.views.evidence import EvidenceDiffView, EvidenceView
from onboarding.views.problems import FieldError
from onboarding.views.queued_tenants import QueuedTenantView
from onboarding.views.runs import RunLinkView, RunView
from onboarding.views.sessions import CurrentSessionView, SessionView
from onboarding.views.tasks import TaskView
from onboarding.views.tenants import MemberView, TenantView

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
LOCKED_FOR = timedelta(minutes=15)
TENANT, CONNECTION, ALICE, BOB, READER = 1, 101, 3, 5, 4
SESSION_ID, RUN_ID, EVIDENCE_ID, EARLIER_ID = 150742694400001, 150743431680014, 150743448064022, 150391521281027
ENTRA_TENANT, CLIENT = "5f6c6f2e-3a53-4a1c-9c5e-0b8f3d1a7e42", "0c1d2e3f-4a5b-4c6d-8e7f-9a0b1c2d3e4f"
SECRET = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:tenant-onboarding/contoso-AbCdEf"  # noqa: S105 - a name
REQUEST_ID = "JKJaXmPLvHcESHA="
IDEMPOTENCY_KEY = "5b0c1f0a-start-rbac"
DEADLINES = {Kind.PROBE: timedelta(hours=1), Kind.EXCLUSIVE: timedelta(hours=12)}

_TENANT = RegisteredTenant(id=TENANT, name="Contoso", connection_ids=frozenset({CONNECTION}))
_CALLER = Caller(ALICE, platform_scope=False, origin=Origin("203.0.113.7", REQUEST_ID))


def _session(**others: Any) -> Session:  # noqa: ANN401 - any field
    known: dict[str, Any] = {
        "id": SESSION_ID,
        "tenant_id": TENANT,
        "provider_connection_id": CONNECTION,
        "assigned_to_user_id": ALICE,
        "lock": Lock(user_id=ALICE, until=NOW + LOCKED_FOR),
        "created_at": NOW - timedelta(hours=1),
        "updated_at": NOW,
    }
    return Session(**known | others)


def _access(session: Session | None) -> Access:
    """Tell of a tenant whose *session* is open, or that was completed if none is."""
    completed = None if session else Completed(session_id=SESSION_ID, at=NOW, by_user_id=ALICE)
    return Access(_CALLER, _TENANT.model_copy(update={"last_completed": completed}), Role.OPERATOR, session)


def _run(task: Task, run_id: int = RUN_ID, **others: Any) -> Run:  # noqa: ANN401 - any field
    run = started(
        run_id,
        task,
        CONNECTION,
        tenant_id=TENANT,
        session_id=SESSION_ID,
        user_id=ALICE,
        now=NOW,
        deadlines=DEADLINES,
    )
    return run.model_copy(update=others)


_MISSING = Finding.because(
    FindingStatus.FAIL,
    ReasonCode.PERMISSION_MISSING,
    version=1,
    held=["DeviceManagementApps.Read.All"],
    missing=["DeviceManagementConfiguration.Read.All"],
    optional_missing=[],
    excess=[],
    not_in_token=[],
    judged_by="grants_and_token",
)
_GRANTED = Finding.ok(
    "Every permission is there.",
    version=1,
    held=["DeviceManagementApps.Read.All", "DeviceManagementConfiguration.Read.All"],
    missing=[],
    optional_missing=[],
    excess=[],
    not_in_token=[],
    judged_by="grants_and_token",
)


def _evidence(finding: Finding, evidence_id: int, at: datetime) -> Evidence:
    return recorded(_run(Task.VERIFY_PERMISSIONS), finding, evidence_id, at)


_EARLIER = _evidence(_MISSING, EARLIER_ID, NOW - timedelta(hours=23))
_EVIDENCE = _evidence(_GRANTED, EVIDENCE_ID, NOW + timedelta(seconds=4))


def _ended_run() -> Run:
    return _run(
        Task.VERIFY_PERMISSIONS,
        status=RunStatus.SUCCEEDED,
        started_at=NOW + timedelta(seconds=1),
        ended_at=NOW + timedelta(seconds=4),
        attempts=1,
        finding=beside_the_run(_EVIDENCE),
    )


def _board() -> Board:
    finding: RecordedFinding = on_the_board(_EARLIER, _MISSING, None)
    active = ActiveRun(run_id=RUN_ID, connection_id=CONNECTION, started_by_user_id=ALICE, started_at=NOW)
    its_guard = Guard(active={Task.RBAC_CHECK: active}, last={Task.RBAC_CHECK: RUN_ID, Task.VERIFY_PERMISSIONS: 7})
    return Board(its_guard, {Task.VERIFY_PERMISSIONS: finding})


def _summaries() -> list[TaskSummary]:
    shown = {Task.VERIFY_PERMISSIONS, Task.RBAC_CHECK}
    return [summary for summary in summarise(_board(), CONNECTION) if summary.task in shown]


_DETAILS = ConnectionDetails(
    entra_tenant_id=ENTRA_TENANT, client_id=CLIENT, expected_domain="contoso.com", credential_arn=SECRET
)

_CONNECTION = ConnectionView.of(TENANT, CONNECTION, _DETAILS)

BODIES: dict[type[BaseModel], dict[str, Any]] = {
    Edit: {
        "heartbeat": {},
        "next step": {"current_step": 2},
        "handoff": {"assigned_to_user_id": BOB},
        "unassign": {"assigned_to_user_id": None},
        "takeover": {"current_step": 3, "takeover": True},
        "another connection": {"provider_connection_id": CONNECTION},
        "note": {"note": "They call back on Monday.", "waiting_until": "2026-03-09T09:00:00Z"},
        "complete": {"status": "completed"},
        "abandon": {"status": "abandoned", "takeover": True},
    },
    ConnectionDetails: {
        "client secret": {
            "entra_tenant_id": ENTRA_TENANT,
            "client_id": CLIENT,
            "expected_domain": "contoso.com",
            "credential_arn": SECRET,
        },
        "certificate": {
            "entra_tenant_id": ENTRA_TENANT,
            "client_id": CLIENT,
            "credential_kind": "certificate",
            "credential_arn": "arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab",
            "certificate_thumbprint": "ab" * 32,
            "credential_expires_at": "2027-03-01T00:00:00Z",
        },
        "federation": {"entra_tenant_id": ENTRA_TENANT, "client_id": CLIENT, "credential_kind": "federation"},
    },
    TenantDetails: {"registered": {"name": "Contoso"}},
    MemberDetails: {"operator": {"role": "operator"}},
}
"""What can be sent, by the model that it becomes."""


def answers() -> dict[type[BaseModel], dict[str, BaseModel]]:
    """Give examples of every view, by the model and by what each shows."""
    session = SessionView.of(_session(), NOW)
    return {
        SessionView: {"locked": session},
        CurrentSessionView: {"open": CurrentSessionView(session=session), "none": CurrentSessionView(session=None)},
        TaskView: {summary.task.value: TaskView.of(summary, NOW) for summary in _summaries()},
        RunLinkView: {"started": RunLinkView.of(TENANT, Started(RUN_ID, Task.RBAC_CHECK, reused=False))},
        RunView: {
            "ended": RunView.of(_ended_run()),
            "queued": RunView.of(_run(Task.INITIAL_SYNC)),
        },
        EvidenceView: {"recorded": EvidenceView.of(_EVIDENCE)},
        EvidenceDiffView: {"mended": EvidenceDiffView.of(compared(_EVIDENCE, _EARLIER))},
        AuditEntryView: {
            "handed off": AuditEntryView.of(
                AuditEntry(
                    id=EVIDENCE_ID,
                    tenant_id=TENANT,
                    at=NOW,
                    act=Act.SESSION_HANDED_OFF,
                    by_user_id=ALICE,
                    source_ip="203.0.113.7",
                    request_id=REQUEST_ID,
                    session_id=SESSION_ID,
                    details=Details(from_user_id=ALICE, to_user_id=BOB),
                )
            )
        },
        QueuedTenantView: {
            "waiting for us": QueuedTenantView.of(_access(_session()), _board(), None, NOW),
            "completed": QueuedTenantView.of(_access(None), _board(), None, NOW),
        },
        ListedConnectionView: {"consented": ListedConnectionView(**_CONNECTION.model_dump(), consented_at=NOW)},
        TenantView: {"registered": TenantView(id=TENANT, name="Contoso")},
        MemberView: {"registered": MemberView(tenant_id=TENANT, user_id=BOB, role=Role.OPERATOR)},
        ConnectionView: {"registered": _CONNECTION},
        PreflightView: {
            "reachable": PreflightView.of(
                DiscoveredTenant(
                    exists=True,
                    entra_tenant_id=ENTRA_TENANT,
                    cloud=Cloud.GLOBAL,
                    cloud_name="microsoftonline.com",
                    region="EU",
                )
            ),
            "unknown": PreflightView.of(DiscoveredTenant(exists=False)),
        },
        ConsentLinkView: {
            "created": ConsentLinkView(
                url=f"https://login.microsoftonline.com/{ENTRA_TENANT}/v2.0/adminconsent?client_id={CLIENT}&state=…",
                ends_at=NOW + timedelta(days=14),
            )
        },
    }


def refusal(known: RefusalKind) -> dict[str, Any]:
    """Give an example of the body of a refusal, as it is answered."""
    if known.code == "internal_error":
        return _read(internal_error(REQUEST_ID))
    made = _made().get(known.code)
    if made is None:
        kind = next(kind for kind, status in STATUS.items() if status is known.status)
        made = kind(known.code, known.sentence or "")
    return _read(problem(made, REQUEST_ID, NOW))


def _read(answered: Problem) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(answered.body)
    return body


def _made() -> dict[str, Refusal]:
    """Have the domain refuse, where a refusal says what it is about."""
    others = _session(assigned_to_user_id=BOB, lock=Lock(user_id=BOB, until=NOW + LOCKED_FOR))
    syncing = ActiveRun(run_id=RUN_ID, connection_id=CONNECTION, started_by_user_id=BOB, started_at=NOW)
    refused = [
        invalid(FieldError(field="current_step", message="Input should be 1, 2, 3, 4 or 5")),
        Transient("The service is busy; try again in a moment."),
        guard.blocked(Blocking(Task.INITIAL_SYNC, syncing)),
        budget.spent(300, NOW + timedelta(minutes=4), NOW),
        _refused(others, Edit()),
        _refused(others, Edit(current_step=Step.CONSENT)),
        _refused(_session(version=4), Edit(current_step=Step.CONSENT), if_match=f'"{SESSION_ID}.3.0"'),
        _refused(_session(current_step=Step.CONSENT), Edit(current_step=Step.VERIFICATION)),
    ]
    return {each.code: each for each in refused}


def _refused(session: Session, edit: Edit, if_match: str | None = None) -> Refusal:
    by = Circumstances(_access(session), if_match, {}, NOW, LOCKED_FOR, timedelta(days=1), entry_id=1)
    try:
        edited(session, edit, by)
    except Refusal as refusal:
        return refusal
    raise AssertionError(f"{edit!r} is not refused any more")
