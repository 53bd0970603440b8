"""rbac_check: does the application hold only the directory roles it is expected to hold?

Source: https://learn.microsoft.com/graph/api/rbacapplication-list-roleassignments. For a built-in role the id of its
definition is its template id (https://learn.microsoft.com/graph/api/resources/unifiedroledefinition).
"""

from datetime import datetime

from onboarding.domain.connection import Connection
from onboarding.domain.finding import Finding, FindingStatus
from onboarding.domain.payloads import RolesPayload
from onboarding.domain.reasons import ReasonCode
from onboarding.domain.roles import EXPECTED, HeldRoles, compare, name_of
from onboarding.domain.tenant import Tenant


def examine(tenant: Tenant, connection: Connection, now: datetime) -> Finding:  # noqa: ARG001 - probes are asked alike
    """Find whether the application's directory roles are those expected.

    Raises:
        Obstacle: If Microsoft gave no answer that could be judged.
    """
    principal = tenant.principal()
    if principal is None:
        return Finding.because(FindingStatus.FAIL, ReasonCode.APP_NOT_IN_TENANT)

    return judged(compare(tenant.directory_roles(principal.id), EXPECTED))


def judged(roles: HeldRoles) -> Finding:
    """Judge the *roles* held: one that is missing stops the work, one too many is a risk."""
    payload = RolesPayload(held=roles.held, missing=roles.missing, excess=roles.excess).kept()

    if roles.missing:
        message = f"Not assigned: {', '.join(map(name_of, roles.missing))}."
        return Finding.because(FindingStatus.FAIL, ReasonCode.ROLE_MISSING, message=message, **payload)
    if roles.excess:
        message = f"Assigned beyond what the application needs: {', '.join(map(name_of, roles.excess))}."
        return Finding.because(FindingStatus.WARN, ReasonCode.ROLE_EXCESS, message=message, **payload)
    return Finding.ok("The application holds no directory role but those expected.", **payload)
