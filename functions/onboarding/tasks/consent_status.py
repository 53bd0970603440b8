"""consent_status: has the customer's administrator consented, and does it show yet?

Three witnesses must agree: the application's own service principal, which an application may read without any
permission (https://learn.microsoft.com/graph/api/serviceprincipal-get), the roles of a fresh token, and the grants
behind them, since a token may outlive a revocation. The grants are asked where the token allows it
(https://learn.microsoft.com/graph/api/serviceprincipal-list-approleassignments: Application.Read.All); where it does
not, nobody else can tell, and verify_permissions says that this permission is missing.
App-only consent that was never given is no error of the token endpoint: it shows as a token without roles
(https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow).
"""

from datetime import datetime

from onboarding.domain.connection import Connection
from onboarding.domain.finding import Finding, FindingStatus, Obstacle
from onboarding.domain.payloads import ConsentPayload
from onboarding.domain.permissions import OPTIONAL, READS_GRANTS, REQUIRED, names_of
from onboarding.domain.propagation import next_check, propagates
from onboarding.domain.reasons import ReasonCode
from onboarding.domain.tenant import Principal, Tenant

_LOOKS_LIKE_NO_CONSENT = {ReasonCode.APP_NOT_IN_TENANT, ReasonCode.CONSENT_MISSING}
"""Refusals that a consent given a moment ago explains as well as one never given."""

_REVOKED = "A fresh token still carries permissions, but the grants behind them are gone: the consent was revoked."


def examine(tenant: Tenant, connection: Connection, now: datetime) -> Finding:
    """Find whether consent shows: the application enabled, and a required permission granted and in a fresh token.

    A consent recorded less than 24 hours ago that does not show is on its way; a disabled application never is.

    Raises:
        Obstacle: If Microsoft gave no answer that could be judged.
    """
    try:
        roles = tenant.token_roles()
        principal = _principal(tenant, roles)
        works = principal is not None and bool(_granted(tenant, principal, roles))
    except Obstacle as obstacle:
        if obstacle.finding.reason_code in _LOOKS_LIKE_NO_CONSENT and propagates(connection.consented_at, now):
            return _propagating(connection, now, frozenset())
        raise

    if principal is not None and not principal.enabled:
        return _found(connection, roles, FindingStatus.FAIL, ReasonCode.APP_DISABLED)
    if works:
        return _consented(connection, roles)
    if propagates(connection.consented_at, now):
        return _propagating(connection, now, roles)
    message = _REVOKED if principal is not None and roles & REQUIRED else None
    return _found(connection, roles, FindingStatus.FAIL, ReasonCode.CONSENT_MISSING, message=message)


def _principal(tenant: Tenant, roles: frozenset[str]) -> Principal | None:
    try:
        return tenant.principal()
    except Obstacle as obstacle:
        # A token without any role may be refused even this; that says no more than that consent is missing.
        if obstacle.finding.reason_code is ReasonCode.PERMISSION_MISSING and not roles & REQUIRED:
            return None
        raise


def _granted(tenant: Tenant, principal: Principal, roles: frozenset[str]) -> frozenset[str]:
    """Name the required permissions that all witnesses who can be asked agree on; a disabled application has none."""
    if not principal.enabled or not roles & REQUIRED:
        return frozenset()
    if READS_GRANTS not in roles:
        return roles & REQUIRED
    return roles & REQUIRED & names_of(tenant.grants(principal.id), tenant.graph_principal())


def _payload(connection: Connection, roles: frozenset[str]) -> ConsentPayload:
    ours = tuple(sorted(roles & (REQUIRED | OPTIONAL)))
    return ConsentPayload(entra_tenant_id=connection.entra_tenant_id, permissions=ours)


def _consented(connection: Connection, roles: frozenset[str]) -> Finding:
    payload = _payload(connection, roles)
    asked_for = len(REQUIRED | OPTIONAL)
    return Finding.ok(
        f"Consent was given: a fresh token carries {len(payload.permissions)} of the {asked_for} permissions.",
        **payload.kept(),
    )


def _propagating(connection: Connection, now: datetime, roles: frozenset[str]) -> Finding:
    consented_at = connection.consented_at
    return _found(
        connection,
        roles,
        FindingStatus.WARN,
        ReasonCode.CONSENT_PROPAGATING,
        next_check_at=None if consented_at is None else next_check(consented_at, now),
    )


def _found(
    connection: Connection,
    roles: frozenset[str],
    status: FindingStatus,
    reason: ReasonCode,
    *,
    message: str | None = None,
    next_check_at: datetime | None = None,
) -> Finding:
    payload = _payload(connection, roles).kept()
    return Finding.because(status, reason, message=message, next_check_at=next_check_at, **payload)
