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
    TOKEN_THROTTLED = "token_throttled"  # noqa: S105 - a word, no password
    AUTH_FAILED_OTHER = "auth_failed_other"

    # Answers of Microsoft Graph.
    INTUNE_NOT_PROVISIONED = "intune_not_provisioned"
    TOKEN_REJECTED = "token_rejected"  # noqa: S105 - a word, no password
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


class Party(StrEnum):
    """Who has to act, that an onboarding goes on."""

    US = "us"
    """The provider, by whoever works on the tenant."""
    CUSTOMER = "customer"
    """An administrator of the customer."""
    MICROSOFT = "microsoft"
    """Nobody but Microsoft, for whom there is only waiting: what propagates, is throttled or is out."""
    NOBODY = "nobody"


class Reason(NamedTuple):
    """What a reason code tells an operator."""

    sentence: str
    """What is the matter, in one sentence."""

    remedy: str
    """What to do about it, in the imperative."""

    link: str
    """Microsoft's page that says more."""

    acts: Party
    """Who has to act about it, by what the remedy says comes first."""

    by_consent: bool = False
    """Whether it ends once an administrator of the customer consents, or consents again."""


_ENTRA = "https://learn.microsoft.com/entra"
_GRAPH = "https://learn.microsoft.com/graph"
_INTUNE = "https://learn.microsoft.com/intune/intune-service"
_MICROSOFT_365 = "https://learn.microsoft.com/microsoft-365"

REASONS: dict[ReasonCode, Reason] = {
    # Answers of the token endpoint.
    ReasonCode.APP_NOT_IN_TENANT: Reason(
        "The application does not exist in the customer's Microsoft tenant.",
        "Have an administrator of the customer open the consent link, then check again.",
        f"{_ENTRA}/identity/enterprise-apps/grant-admin-consent",
        Party.CUSTOMER,
        by_consent=True,
    ),
    ReasonCode.CONSENT_MISSING: Reason(
        "The customer has not consented to the application's permissions.",
        "Have an administrator of the customer grant admin consent, then check again.",
        f"{_ENTRA}/identity/enterprise-apps/grant-admin-consent",
        Party.CUSTOMER,
        by_consent=True,
    ),
    ReasonCode.CONSENT_DECLINED: Reason(
        "The customer's administrator declined the consent.",
        "Agree with the customer on the permissions asked for, then send the consent link again.",
        f"{_ENTRA}/identity-platform/v2-admin-consent",
        Party.US,
        by_consent=True,
    ),
    ReasonCode.APP_DISABLED: Reason(
        "The application is disabled in the customer's Microsoft tenant.",
        "Have an administrator set the enterprise application's 'Enabled for users to sign-in' to Yes.",
        f"{_ENTRA}/identity/enterprise-apps/disable-user-sign-in-portal",
        Party.CUSTOMER,
    ),
    ReasonCode.CREDENTIAL_INVALID: Reason(
        "The application's credential was not accepted.",
        "Put the application's current client secret (its value, not its id) where the connection names it; a key in "
        "KMS must be there, enabled, and have an alias under tenant-onboarding/.",
        f"{_ENTRA}/identity-platform/how-to-add-credentials",
        Party.US,
    ),
    ReasonCode.CREDENTIAL_EXPIRED: Reason(
        "The application's client secret has expired.",
        "Add a new client secret to the app registration and store it where the connection names it.",
        f"{_ENTRA}/identity-platform/how-to-add-credentials",
        Party.US,
    ),
    ReasonCode.CERTIFICATE_REJECTED: Reason(
        "The signature made with the application's certificate was not accepted.",
        "Upload the certificate that belongs to the signing key to the app registration; after a rotation wait some "
        "minutes and check again.",
        f"{_ENTRA}/identity-platform/certificate-credentials",
        Party.US,
    ),
    ReasonCode.FEDERATION_NOT_TRUSTED: Reason(
        "The app registration does not trust the identity that signed for it.",
        "Compare issuer, subject and audience of the federated credential with those presented, letter by letter.",
        f"{_ENTRA}/workload-id/workload-identity-federation-considerations",
        Party.US,
    ),
    ReasonCode.TENANT_NOT_FOUND: Reason(
        "Microsoft knows no tenant with the registered id.",
        "Look up the customer's tenant id and register a new connection with it.",
        f"{_ENTRA}/fundamentals/how-to-find-tenant",
        Party.US,
    ),
    ReasonCode.WRONG_CLOUD: Reason(
        "The tenant lives in another Microsoft cloud.",
        "Register a new connection that names the cloud of the customer's tenant.",
        f"{_ENTRA}/identity-platform/authentication-national-cloud",
        Party.US,
    ),
    ReasonCode.RESOURCE_NOT_IN_TENANT: Reason(
        "The customer's tenant does not have the service that was asked for.",
        "Have the customer check that Microsoft Graph is present among the enterprise applications and not blocked.",
        f"{_ENTRA}/identity-platform/reference-error-codes",
        Party.CUSTOMER,
    ),
    ReasonCode.BLOCKED_BY_CONDITIONAL_ACCESS: Reason(
        "A Conditional Access policy of the customer blocks the application.",
        "Have the customer exclude the application in Conditional Access for workload identities, or allow where it "
        "calls from.",
        f"{_ENTRA}/identity/conditional-access/workload-identity",
        Party.CUSTOMER,
    ),
    ReasonCode.TOKEN_THROTTLED: Reason(
        "Microsoft is refusing tokens because too many were asked for.",
        "Wait some minutes, then check again.",
        f"{_ENTRA}/identity-platform/reference-error-codes",
        Party.MICROSOFT,
    ),
    ReasonCode.AUTH_FAILED_OTHER: Reason(
        "Microsoft refused to sign the application in, for a reason that is not in our list.",
        "Look the error number up at https://login.microsoftonline.com/error and follow what it says.",
        f"{_ENTRA}/identity-platform/reference-error-codes",
        Party.US,
    ),
    # Answers of Microsoft Graph.
    ReasonCode.INTUNE_NOT_PROVISIONED: Reason(
        "Intune has not been set up in the customer's tenant.",
        "Have the customer sign in to the Intune admin center once with a licensed administrator, then check again.",
        f"{_INTUNE}/fundamentals/account-sign-up",
        Party.CUSTOMER,
    ),
    ReasonCode.TOKEN_REJECTED: Reason(
        "Microsoft Graph rejected a token that had just been issued.",
        "Check again in some minutes; if it stays, have the customer review access restrictions on the application.",
        f"{_GRAPH}/resolve-auth-errors",
        Party.MICROSOFT,
    ),
    ReasonCode.PERMISSION_MISSING: Reason(
        "A permission that the application needs has not been granted.",
        "Have an administrator of the customer grant admin consent again, so that every permission is included.",
        f"{_GRAPH}/permissions-reference",
        Party.CUSTOMER,
        by_consent=True,
    ),
    ReasonCode.RESOURCE_MISSING: Reason(
        "Microsoft Graph does not know what was asked for in this tenant.",
        "Check that the tenant has the service behind it, then check again.",
        f"{_GRAPH}/errors",
        Party.US,
    ),
    ReasonCode.GRAPH_THROTTLED: Reason(
        "Microsoft Graph asked us to slow down, for longer than a check can wait.",
        "Check again after the time shown.",
        f"{_GRAPH}/throttling",
        Party.MICROSOFT,
    ),
    ReasonCode.GRAPH_UNAVAILABLE: Reason(
        "Microsoft gave no usable answer.",
        "Check again in some minutes; if it stays, look at the Microsoft 365 service health.",
        f"{_MICROSOFT_365}/enterprise/view-service-health",
        Party.MICROSOFT,
    ),
    # Findings that answer no single signal.
    ReasonCode.PERMISSION_OPTIONAL_MISSING: Reason(
        "A permission that the application can do without has not been granted.",
        "Decide whether what it reads is needed; if so, have the customer grant admin consent again.",
        f"{_GRAPH}/permissions-reference",
        Party.US,
        by_consent=True,
    ),
    ReasonCode.PERMISSION_EXCESS: Reason(
        "The application has been granted more than it needs.",
        "Have an administrator of the customer revoke the permissions named.",
        f"{_ENTRA}/identity/enterprise-apps/manage-application-permissions",
        Party.CUSTOMER,
    ),
    ReasonCode.CONSENT_PROPAGATING: Reason(
        "Consent was given a short while ago and does not show everywhere yet.",
        "Wait; it is checked again by itself at the time shown.",
        f"{_ENTRA}/identity/enterprise-apps/grant-admin-consent",
        Party.MICROSOFT,
    ),
    ReasonCode.WRONG_TENANT: Reason(
        "The Microsoft tenant that answers is not the one that was expected.",
        "Compare the tenant id and the expected domain with the customer's, and register a new connection.",
        f"{_ENTRA}/fundamentals/how-to-find-tenant",
        Party.US,
    ),
    ReasonCode.GRAPH_SLOW: Reason(
        "Microsoft Graph answers, but slowly.",
        "Go on; if it stays slow, look at the Microsoft 365 service health.",
        f"{_MICROSOFT_365}/enterprise/view-service-health",
        Party.MICROSOFT,
    ),
    ReasonCode.CREDENTIAL_EXPIRING: Reason(
        "The application's credential expires soon.",
        "Add a new credential to the app registration and store it before the old one expires.",
        f"{_ENTRA}/identity-platform/how-to-add-credentials",
        Party.US,
    ),
    ReasonCode.LICENSE_MISSING: Reason(
        "The customer has no subscription that includes Intune.",
        "Have the customer buy a subscription that includes Intune.",
        f"{_INTUNE}/fundamentals/licenses",
        Party.CUSTOMER,
    ),
    ReasonCode.LICENSE_WARNING: Reason(
        "The customer's subscription with Intune has expired and is in its grace period.",
        "Have the customer renew the subscription before the grace period ends.",
        f"{_MICROSOFT_365}/commerce/subscriptions/what-if-my-subscription-expires",
        Party.CUSTOMER,
    ),
    ReasonCode.LICENSE_SUSPENDED: Reason(
        "The customer's subscription with Intune can no longer be used.",
        "Have the customer reactivate the subscription, or buy a new one.",
        f"{_MICROSOFT_365}/commerce/subscriptions/what-if-my-subscription-expires",
        Party.CUSTOMER,
    ),
    ReasonCode.INTUNE_PENDING: Reason(
        "Intune is still being set up in the customer's tenant.",
        "Check again in an hour.",
        f"{_GRAPH}/api/resources/intune-devices-devicemanagementsubscriptionstate",
        Party.MICROSOFT,
    ),
    ReasonCode.INTUNE_WARNING: Reason(
        "The customer's Intune account is in a warning state.",
        "Have the customer renew the subscription that includes Intune.",
        f"{_GRAPH}/api/resources/intune-devices-devicemanagementsubscriptionstate",
        Party.CUSTOMER,
    ),
    ReasonCode.INTUNE_DISABLED: Reason(
        "The customer's Intune account is disabled, blocked, locked or deleted.",
        "Have the customer reactivate the subscription that includes Intune, or ask Microsoft's support.",
        f"{_GRAPH}/api/resources/intune-devices-devicemanagementsubscriptionstate",
        Party.CUSTOMER,
    ),
    ReasonCode.INTUNE_UNKNOWN: Reason(
        "Microsoft does not say how the customer's Intune account stands.",
        "Look at the tenant status in the Intune admin center, then check again.",
        f"{_INTUNE}/fundamentals/tenant-status",
        Party.US,
    ),
    ReasonCode.ROLE_MISSING: Reason(
        "The application lacks a directory role that it is expected to hold.",
        "Have an administrator of the customer assign the roles named to the application.",
        f"{_ENTRA}/identity/role-based-access-control/manage-roles-portal",
        Party.CUSTOMER,
    ),
    ReasonCode.ROLE_EXCESS: Reason(
        "The application holds directory roles that it does not need.",
        "Have an administrator of the customer remove the role assignments named.",
        f"{_ENTRA}/identity/role-based-access-control/best-practices",
        Party.CUSTOMER,
    ),
    ReasonCode.SYNC_PARTIAL: Reason(
        "Some areas of the tenant could not be read.",
        "Resolve the reason shown for each area, then run the initial sync again.",
        f"{_GRAPH}/api/resources/intune-graph-overview",
        Party.US,
    ),
    ReasonCode.SYNC_FAILED: Reason(
        "No area of the tenant could be read.",
        "Resolve the reason shown for each area, then run the initial sync again.",
        f"{_GRAPH}/api/resources/intune-graph-overview",
        Party.US,
    ),
    # The service's own.
    ReasonCode.NEVER_RUN: Reason(
        "This has not been checked yet.",
        "Start the task.",
        f"{_GRAPH}/auth-v2-service",
        Party.US,
    ),
    ReasonCode.CONNECTION_CHANGED: Reason(
        "The last check was made over another connection.",
        "Start the task again for the connection now chosen.",
        f"{_GRAPH}/auth-v2-service",
        Party.US,
    ),
    ReasonCode.CONNECTION_MISSING: Reason(
        "No connection to the customer's Microsoft tenant has been chosen.",
        "Register a connection, or choose one for the session.",
        f"{_ENTRA}/identity-platform/quickstart-register-app",
        Party.US,
    ),
    ReasonCode.RUN_FAILED: Reason(
        "The check broke off because of a fault of ours.",
        "Start the task again; if it happens twice, report the run's id.",
        f"{_GRAPH}/best-practices-concept",
        Party.US,
    ),
    ReasonCode.RUN_TIMED_OUT: Reason(
        "The check did not end in time.",
        "Start the task again.",
        f"{_GRAPH}/best-practices-concept",
        Party.US,
    ),
}
"""One reason per code."""
