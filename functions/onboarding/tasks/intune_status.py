"""intune_status: how does the customer's Intune account stand?

Source of the states: https://learn.microsoft.com/graph/api/resources/intune-devices-devicemanagementsubscriptionstate
(pending, active, warning, disabled, deleted, blocked, lockedOut) and
https://learn.microsoft.com/graph/api/resources/intune-onboarding-mdmauthority (unknown, intune, sccm, office365).
"""

from datetime import datetime

from onboarding.domain.connection import Connection
from onboarding.domain.finding import Finding, FindingStatus, Obstacle
from onboarding.domain.payloads import IntunePayload
from onboarding.domain.reasons import ReasonCode
from onboarding.domain.tenant import Tenant

_JUDGEMENTS = {
    "warning": (FindingStatus.WARN, ReasonCode.INTUNE_WARNING),
    "pending": (FindingStatus.WARN, ReasonCode.INTUNE_PENDING),
    "disabled": (FindingStatus.FAIL, ReasonCode.INTUNE_DISABLED),
    "deleted": (FindingStatus.FAIL, ReasonCode.INTUNE_DISABLED),
    "blocked": (FindingStatus.FAIL, ReasonCode.INTUNE_DISABLED),
    "lockedOut": (FindingStatus.FAIL, ReasonCode.INTUNE_DISABLED),
}
_STATES = {"active", *_JUDGEMENTS}
_AUTHORITIES = {"unknown", "intune", "sccm", "office365"}


def examine(tenant: Tenant, connection: Connection, now: datetime) -> Finding:  # noqa: ARG001 - probes are asked alike
    """Find how Intune stands. Who manages the devices is told with it, and judges nothing.

    Raises:
        Obstacle: If Microsoft gave no answer that could be judged; `intune_not_provisioned` among them.
    """
    answer = tenant.intune_subscription()
    state = answer if answer in _STATES else None
    authority = _authority(tenant)
    payload = IntunePayload(subscription_state=state, mdm_authority=authority).kept()

    if state is None:
        return Finding.because(FindingStatus.UNKNOWN, ReasonCode.INTUNE_UNKNOWN, **payload)
    if state == "active":
        managed = "" if authority in {None, "intune"} else f" Its authority for managing devices is {authority}."
        return Finding.ok(f"Intune is active.{managed}", **payload)
    status, reason = _JUDGEMENTS[state]
    return Finding.because(status, reason, message=f"Microsoft says that Intune is {state}.", **payload)


def _authority(tenant: Tenant) -> str | None:
    try:
        authority = tenant.mdm_authority()
    except Obstacle as obstacle:
        # The state alone can be judged; a permission that is missing for more is for verify_permissions to tell.
        if obstacle.finding.reason_code is ReasonCode.PERMISSION_MISSING:
            return None
        raise
    return authority if authority in _AUTHORITIES else None
