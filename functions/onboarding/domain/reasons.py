"""The closed set of reason codes: each with a sentence, a remedy and a link for the operator."""

from enum import StrEnum
from typing import NamedTuple


class ReasonCode(StrEnum):
    """Why a finding is not ok. Closed: an unknown signal falls back to one of these."""

    # Answers of the token endpoint.
    APP_NOT_IN_TENANT = "app_not_in_tenant"
    CONSENT_MISSING = "consent_missing"
    CONSENT_DECLINED = "consent_declined"
    APP_DISABLED = "app_disabled"
    CREDENTIAL_INVALID = "credential_invalid"
    CREDENTIAL_EXPIRED = "credential_expired"
    CERTIFICATE_REJECTED = "certificate_rejected"
    FEDERATION_NOT_TRUSTED = "federation_not_trusted"
    TENANT_NOT_FOUND = "tenant_not_found"
    WRONG_CLOUD = "wrong_cloud"
    RESOURCE_NOT_IN_TENANT = "resource_not_in_tenant"
    BLOCKED_BY_CONDITIONAL_ACCESS = "blocked_by_conditional_access"
    TOKEN_THROTTLED = "token_throttled"
    AUTH_FAILED_OTHER = "auth_failed_other"

    # Answers of Microsoft Graph.
    INTUNE_NOT_PROVISIONED = "intune_not_provisioned"
    TOKEN_REJECTED = "token_rejected"
    PERMISSION_MISSING = "permission_missing"
    RESOURCE_MISSING = "resource_missing"
    GRAPH_THROTTLED = "graph_throttled"
    GRAPH_UNAVAILABLE = "graph_unavailable"

    # Findings that answer no single signal.
    PERMISSION_OPTIONAL_MISSING = "permission_optional_missing"
    PERMISSION_EXCESS = "permission_excess"
    CONSENT_PROPAGATING = "consent_propagating"
    WRONG_TENANT = "wrong_tenant"
    GRAPH_SLOW = "graph_slow"
    CREDENTIAL_EXPIRING = "credential_expiring"
    LICENSE_MISSING = "license_missing"
    LICENSE_WARNING = "license_warning"
    LICENSE_SUSPENDED = "license_suspended"
    INTUNE_PENDING = "intune_pending"
    INTUNE_WARNING = "intune_warning"
    INTUNE_DISABLED = "intune_disabled"
    INTUNE_UNKNOWN = "intune_unknown"
    ROLE_MISSING = "role_missing"
    ROLE_EXCESS = "role_excess"
    SYNC_PARTIAL = "sync_partial"
    SYNC_FAILED = "sync_failed"

    # The service's own.
    NEVER_RUN = "never_run"
    CONNECTION_CHANGED = "connection_changed"
    CONNECTION_MISSING = "connection_missing"
    RUN_FAILED = "run_failed"
    RUN_TIMED_OUT = "run_timed_out"


class Reason(NamedTuple):
    """What a reason code tells an operator."""

    sentence: str
    """What is the matter, in one sentence."""

    remedy: str
    """What to do about it, in the imperative."""

    link: str | None
    """Where Microsoft, or our own documentation, says more."""


REASONS: dict[ReasonCode, Reason] = {}
"""One reason per code."""
