"""The page of Microsoft's on which an administrator consents for their whole tenant."""

from urllib.parse import urlencode

from onboarding.domain.connection import Connection
from onboarding.graph.clouds import clouds


def admin_consent_url(connection: Connection, redirect_uri: str, state: str) -> str:
    """Write the link to the admin consent of *connection*'s own tenant; Microsoft sends them back to *redirect_uri*.

    https://learn.microsoft.com/entra/identity-platform/v2-admin-consent
    """
    hosts = clouds()[connection.cloud]
    query = {
        "client_id": connection.client_id,
        "scope": hosts.scope,
        "redirect_uri": redirect_uri,
        "state": state,
    }
    return f"{hosts.login}/{connection.entra_tenant_id}/v2.0/adminconsent?{urlencode(query)}"
