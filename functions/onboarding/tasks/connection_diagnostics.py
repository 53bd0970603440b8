"""connection_diagnostics: does the connection reach the right tenant, fast enough, and for how much longer?"""

from datetime import datetime, timedelta

from onboarding.domain.connection import Connection
from onboarding.domain.finding import Finding, FindingStatus
from onboarding.domain.payloads import DiagnosticsPayload
from onboarding.domain.reasons import ReasonCode
from onboarding.domain.tenant import Organization, Tenant

SLOW = timedelta(seconds=2)
"""An answer that takes longer is worth a word: Microsoft's own usually come within a few hundred milliseconds."""

EXPIRES_SOON = timedelta(days=30)


def examine(tenant: Tenant, connection: Connection, now: datetime) -> Finding:
    """Find whether the tenant that answers is the one that was registered, and how long the credential lasts.

    Raises:
        Obstacle: If Microsoft gave no answer that could be judged.
    """
    tenant.token_roles()
    organization = tenant.organization()

    payload = DiagnosticsPayload(
        entra_tenant_id=organization.id,
        display_name=organization.display_name,
        answered_in_ms=round(organization.answered_in / timedelta(milliseconds=1)),
    ).kept()

    if stranger := _stranger(organization, connection):
        return Finding.because(FindingStatus.FAIL, ReasonCode.WRONG_TENANT, message=stranger, **payload)
    if expiring := _expiring(connection, now):
        return Finding.because(FindingStatus.WARN, ReasonCode.CREDENTIAL_EXPIRING, message=expiring, **payload)
    if organization.answered_in > SLOW:
        message = f"Microsoft Graph answers, but took {organization.answered_in.total_seconds():.1f} seconds."
        return Finding.because(FindingStatus.WARN, ReasonCode.GRAPH_SLOW, message=message, **payload)
    return Finding.ok(f"{organization.display_name} answers.", **payload)


def _stranger(organization: Organization, connection: Connection) -> str | None:
    if organization.id != connection.entra_tenant_id:
        return f"Tenant {organization.id} answers in place of {connection.entra_tenant_id}."
    if connection.expected_domain is not None and connection.expected_domain.lower() not in organization.domains:
        return (
            f"{organization.display_name} answers, and {connection.expected_domain} is not among its verified domains."
        )
    return None


def _expiring(connection: Connection, now: datetime) -> str | None:
    expires_at = connection.credential_expires_at
    if expires_at is None or expires_at - now >= EXPIRES_SOON:
        return None
    if expires_at <= now:
        return f"The credential still works, though it was to expire on {expires_at:%Y-%m-%d}."
    return f"The credential expires on {expires_at:%Y-%m-%d}."
