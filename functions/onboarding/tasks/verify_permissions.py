"""verify_permissions: what was granted, against what we asked for.

Judged by the grants in the customer's tenant (https://learn.microsoft.com/graph/api/serviceprincipal-list-approleassignments)
and by the roles of a fresh token, never by the application's manifest, which only says what was asked for.
"""

from datetime import datetime
from typing import Literal

from onboarding.domain.connection import Connection
from onboarding.domain.finding import Finding, FindingStatus, Obstacle
from onboarding.domain.payloads import PermissionsPayload
from onboarding.domain.permissions import READS_GRANTS, Granted, compare, names_of
from onboarding.domain.reasons import ReasonCode
from onboarding.domain.tenant import Tenant


def examine(tenant: Tenant, connection: Connection, now: datetime) -> Finding:  # noqa: ARG001 - probes are asked alike
    """Find whether every required permission works, and nothing more was granted.

    If Microsoft refuses to show the grants, the token's roles are judged alone; the permission to read grants then
    counts as missing, whatever the token says.

    Raises:
        Obstacle: If Microsoft gave no answer that could be judged.
    """
    in_token = tenant.token_roles()

    try:
        granted = _granted(tenant)
    except Obstacle as obstacle:
        if obstacle.finding.reason_code is not ReasonCode.PERMISSION_MISSING:
            raise
        seen = in_token - {READS_GRANTS}
        return _judged(compare(seen, seen), "token")

    return _judged(compare(granted, in_token), "grants_and_token")


def _granted(tenant: Tenant) -> frozenset[str]:
    principal = tenant.principal()
    if principal is None:
        raise Obstacle(Finding.because(FindingStatus.FAIL, ReasonCode.APP_NOT_IN_TENANT))
    return names_of(tenant.grants(principal.id), tenant.graph_principal())


def _judged(found: Granted, judged_by: Literal["grants_and_token", "token"]) -> Finding:
    payload = PermissionsPayload(
        held=tuple(sorted(found.held)),
        missing=found.missing,
        optional_missing=found.optional_missing,
        excess=found.excess,
        not_in_token=found.not_in_token,
        judged_by=judged_by,
    ).kept()

    if found.missing:
        return Finding.because(FindingStatus.FAIL, ReasonCode.PERMISSION_MISSING, message=_missing(found), **payload)
    # Too much is more urgent to hear of than a little too little.
    if found.excess:
        message = f"Granted beyond what the application needs: {', '.join(found.excess)}."
        return Finding.because(FindingStatus.WARN, ReasonCode.PERMISSION_EXCESS, message=message, **payload)
    if found.optional_missing:
        message = f"Not granted, and the application can do without: {', '.join(found.optional_missing)}."
        return Finding.because(FindingStatus.WARN, ReasonCode.PERMISSION_OPTIONAL_MISSING, message=message, **payload)
    return Finding.ok(f"All {len(found.held)} permissions are granted and work, and nothing beyond them.", **payload)


def _missing(found: Granted) -> str:
    waiting = [name for name in found.missing if name in found.not_in_token]
    absent = [name for name in found.missing if name not in found.not_in_token]

    sentences = []
    if absent:
        sentences.append(f"Not granted: {', '.join(absent)}.")
    if waiting:
        sentences.append(f"Granted, but not in a fresh token yet: {', '.join(waiting)}.")
    if found.excess:
        sentences.append(f"Granted beyond what the application needs: {', '.join(found.excess)}.")
    return " ".join(sentences)
