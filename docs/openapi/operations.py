"""What each route answers when it does not refuse, and which refusals are its own.

What every route has in common, what it takes and whom it lets in is read from its handler.
"""

from http import HTTPStatus
from typing import NamedTuple

from pydantic import BaseModel

from onboarding.views.audit import AuditEntryView
from onboarding.views.connections import ConnectionView, ConsentLinkView, ListedConnectionView, PreflightView
from onboarding.views.evidence import EvidenceDiffView, EvidenceView
from onboarding.views.queued_tenants import QueuedTenantView
from onboarding.views.runs import RunLinkView, RunView
from onboarding.views.sessions import CurrentSessionView, SessionView
from onboarding.views.tasks import TaskView
from onboarding.views.tenants import MemberView, TenantView


class ListOf(NamedTuple):
    """A bare array of views."""

    each: type[BaseModel]


class Page(NamedTuple):
    """A page of HTML, for people."""


class Itself(NamedTuple):
    """This very document."""


class Answer(NamedTuple):
    """What a route answers with one status: in words, its body and its headers beside those of every answer.

    That what is shown has an ETag, and may be 304, follows from its being asked with GET.
    """

    what: str
    body: type[BaseModel] | ListOf | Page | Itself | None
    headers: tuple[str, ...] = ()


class Operation(NamedTuple):
    """A route as its callers see it."""

    tag: str
    answers: dict[HTTPStatus, Answer]
    refuses: tuple[str, ...] = ()
    """The codes that only some routes have, in the order in which they are judged."""
    takes: tuple[str, ...] = ()
    """The request headers that it looks at."""
    links: dict[str, dict[str, str]] = {}
    """What can be asked next, by the name of the Lambda: parameter → where its value is found in the answer."""


TAGS = {
    "Sessions": "One walk of a tenant through the five steps; one person edits at a time.",
    "Tasks": "What examines a tenant, its runs, and what was found last.",
    "Evidence": "What was found, kept for ever.",
    "Consent": "How a customer's administrator consents, and what can be known of a tenant before.",
    "Registration": "What the owning product registers: tenants, members and provider connections.",
    "Audit": "Who did what to a tenant.",
    "Reference": "What this API is.",
}

_OK, _CREATED = HTTPStatus.OK, HTTPStatus.CREATED

OPERATIONS: dict[str, Operation] = {
    "list_my_sessions": Operation(
        "Sessions",
        {
            _OK: Answer(
                "One page of the caller's tenants, in the order of their ids.", ListOf(QueuedTenantView), ("Link",)
            )
        },
    ),
    "list_sessions": Operation(
        "Sessions", {_OK: Answer("One page of the sessions; the open one leads.", ListOf(SessionView), ("Link",))}
    ),
    "get_session": Operation(
        "Sessions",
        {_OK: Answer("The open session, or null.", CurrentSessionView)},
    ),
    "create_session": Operation(
        "Sessions",
        {
            _CREATED: Answer(
                "The session, new or resumed; who could not take its lock may look.",
                SessionView,
                ("ETag", "Location", "Session-Resumed"),
            )
        },
        links={"update_session": {"tenantId": "$request.path.tenantId", "sessionId": "$response.body#/id"}},
    ),
    "update_session": Operation(
        "Sessions",
        {_OK: Answer("The session as it is now.", SessionView, ("ETag",))},
        refuses=(
            "session_not_found",
            "session_closed",
            "lock_lost",
            "session_locked",
            "takeover_forbidden",
            "abandon_forbidden",
            "assignment_forbidden",
            "version_stale",
            "connection_unknown",
            "assignee_not_eligible",
            "step_prerequisites_unmet",
            "run_blocked",
        ),
        takes=("If-Match",),
    ),
    "list_tasks": Operation("Tasks", {_OK: Answer("Every task of the catalogue, in step order.", ListOf(TaskView))}),
    "start_run": Operation(
        "Tasks",
        {
            _CREATED: Answer(
                "The run that is under way now: new, reused, or the answer to the same key before.",
                RunLinkView,
                ("Location", "Operation-Reused", "Idempotent-Replayed"),
            )
        },
        refuses=(
            "task_type_unknown",
            "connection_missing",
            "idempotency_key_reused",
            "run_blocked",
            "run_budget_spent",
        ),
        takes=("Idempotency-Key",),
        links={
            "get_run": {"tenantId": "$request.path.tenantId", "runId": "$response.body#/run_id"},
            "cancel_run": {"tenantId": "$request.path.tenantId", "runId": "$response.body#/run_id"},
        },
    ),
    "get_run": Operation(
        "Tasks",
        {_OK: Answer("How the run goes, and what it found.", RunView, ("Retry-After",))},
        refuses=("run_not_found",),
    ),
    "cancel_run": Operation(
        "Tasks",
        {_OK: Answer("The run as it is now; one that has ended stays as it is.", RunView, ("Retry-After",))},
        refuses=("run_not_found",),
    ),
    "list_evidence": Operation(
        "Evidence", {_OK: Answer("One page of the evidence, newest first.", ListOf(EvidenceView), ("Link",))}
    ),
    "compare_evidence": Operation(
        "Evidence",
        {_OK: Answer("What changed since the previous evidence.", EvidenceDiffView)},
        refuses=("evidence_not_found",),
    ),
    "list_audit": Operation(
        "Audit", {_OK: Answer("One page of the audit trail, newest first.", ListOf(AuditEntryView), ("Link",))}
    ),
    "register_tenant": Operation(
        "Registration",
        {
            _OK: Answer("It was registered before, and has this name now.", TenantView),
            _CREATED: Answer("It is registered.", TenantView, ("Location",)),
        },
    ),
    "list_members": Operation("Registration", {_OK: Answer("One page of the members.", ListOf(MemberView), ("Link",))}),
    "list_connections": Operation(
        "Registration", {_OK: Answer("One page of the connections.", ListOf(ListedConnectionView), ("Link",))}
    ),
    "register_member": Operation("Registration", {_OK: Answer("They have this role now.", MemberView)}),
    "remove_member": Operation(
        "Registration",
        {HTTPStatus.NO_CONTENT: Answer("They are no member any more.", None)},
        refuses=("member_not_found",),
    ),
    "preflight_connection": Operation("Consent", {_OK: Answer("What Microsoft tells everybody of it.", PreflightView)}),
    "create_consent_link": Operation(
        "Consent",
        {_CREATED: Answer("The link, good for one consent.", ConsentLinkView)},
        refuses=("connection_not_found",),
    ),
    "record_consent": Operation(
        "Consent",
        {
            _OK: Answer("The consent was recorded, now or before.", Page()),
            HTTPStatus.BAD_REQUEST: Answer("No consent was given, or not over a link of ours.", Page()),
            HTTPStatus.SERVICE_UNAVAILABLE: Answer(
                "Nothing was recorded yet; the same address may do in a moment.", Page(), ("Retry-After",)
            ),
        },
    ),
    "serve_openapi": Operation("Reference", {_OK: Answer("This document.", Itself())}),
    "serve_docs": Operation("Reference", {_OK: Answer("The same for people.", Page())}),
    "register_connection": Operation(
        "Registration",
        {
            _OK: Answer("It was registered before, and is as given now.", ConnectionView),
            _CREATED: Answer("It is registered.", ConnectionView, ("Location",)),
        },
        refuses=("connection_fixed",),
    ),
}
"""By the name of the Lambda."""

NO_API = frozenset({"serve_page"})
"""What is for a browser and no program: the page with its files, which uses the API as any other client does."""
