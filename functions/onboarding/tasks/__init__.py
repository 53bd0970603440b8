"""The tasks: what each asks of a tenant, and how an answer is judged.

An obstacle that a task cannot judge passes through it; whoever runs the task takes `obstacle.finding` for its finding.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

from onboarding.domain.catalogue import Task
from onboarding.domain.connection import Connection
from onboarding.domain.finding import Finding
from onboarding.domain.tenant import Tenant
from onboarding.tasks import (
    connection_diagnostics,
    consent_status,
    initial_sync,
    intune_status,
    license_check,
    rbac_check,
    verify_permissions,
)

Probe = Callable[[Tenant, Connection, datetime], Finding]
"""Examines a tenant over a connection at a time; decides within one invocation."""

PROBES: Mapping[Task, Probe] = {
    Task.CONSENT_STATUS: consent_status.examine,
    Task.VERIFY_PERMISSIONS: verify_permissions.examine,
    Task.CONNECTION_DIAGNOSTICS: connection_diagnostics.examine,
    Task.LICENSE_CHECK: license_check.examine,
    Task.INTUNE_STATUS: intune_status.examine,
    Task.RBAC_CHECK: rbac_check.examine,
}
"""Every probe of the catalogue."""

EXCLUSIVE = {Task.INITIAL_SYNC: initial_sync.examine}
"""Every exclusive task of the catalogue: each can be put back, and resumes where it stopped."""
