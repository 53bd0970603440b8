"""license_check: has the customer a subscription that includes Intune, and may it be used?

Source of the states: https://learn.microsoft.com/graph/api/resources/subscribedsku (`capabilityStatus`).
"""

from datetime import datetime

from onboarding.domain.connection import Connection
from onboarding.domain.finding import Finding, FindingStatus
from onboarding.domain.payloads import LicensesPayload, SkuPayload
from onboarding.domain.reasons import ReasonCode
from onboarding.domain.tenant import Sku, Tenant

_INTUNE_PLANS = {"INTUNE_A", "INTUNE_EDU", "INTUNE_SMB", "INTUNE_SMBIZ"}
"""Service plans that are Intune. `INTUNE_O365` is not: it is the basic mobility of Microsoft 365; `INTUNE_P2` and
the like only add to it (https://learn.microsoft.com/entra/identity/users/licensing-service-plan-reference)."""

_INTUNE_VARIANTS = "INTUNE_A_"
"""`INTUNE_A_VL`, `INTUNE_A_GOV`, `INTUNE_A_D`: the same plan sold by volume, to governments, per device."""


def examine(tenant: Tenant, connection: Connection, now: datetime) -> Finding:  # noqa: ARG001 - probes are asked alike
    """Find the best subscription that includes Intune. That every unit is in use is normal, and only noted.

    Raises:
        Obstacle: If Microsoft gave no answer that could be judged.
    """
    skus = sorted((sku for sku in tenant.skus() if _includes_intune(sku)), key=lambda sku: sku.name)
    names = ", ".join(f"{sku.name} ({sku.status})" for sku in skus)
    states = {sku.status for sku in skus}
    payload = LicensesPayload(
        skus=tuple(
            SkuPayload(
                sku=sku.name,
                status=sku.status,
                enabled_units=sku.enabled_units,
                consumed_units=sku.consumed_units,
            )
            for sku in skus
        )
    ).kept()

    if not skus:
        return Finding.because(FindingStatus.FAIL, ReasonCode.LICENSE_MISSING, **payload)
    if "Enabled" in states:
        return Finding.ok(f"Intune is included in {names}.", **payload)
    if "Warning" in states:
        message = f"In the grace period after its end: {names}."
        return Finding.because(FindingStatus.WARN, ReasonCode.LICENSE_WARNING, message=message, **payload)
    message = f"No longer usable: {names}."
    return Finding.because(FindingStatus.FAIL, ReasonCode.LICENSE_SUSPENDED, message=message, **payload)


def _includes_intune(sku: Sku) -> bool:
    plans = {plan.upper() for plan in sku.plans}
    return bool(plans & _INTUNE_PLANS) or any(plan.startswith(_INTUNE_VARIANTS) for plan in plans)
