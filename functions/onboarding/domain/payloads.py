"""What each task may keep as evidence: an allow-list, written as types.

Kept: tenant ids and display names, names of subscriptions and counts, permission names, role template ids, HTTP
statuses, error numbers, request ids, timings. A field that is not here cannot be kept, so a token, a person's name
or the name of a device has nowhere to go. A payload says its version; a new field may come, an old one never changes
its meaning.
"""

from typing import Any, Literal

from onboarding.domain.model import Concept, Instant
from onboarding.domain.reasons import ReasonCode
from onboarding.domain.tenant import Area


class Payload(Concept):
    """What a finding keeps beside its judgement."""

    version: Literal[1] = 1

    def kept(self) -> dict[str, Any]:
        """Write it as JSON values; what is not known is left out."""
        return self.model_dump(mode="json", exclude_none=True)


class SignalPayload(Payload):
    """How Microsoft refused: the same for every task."""

    http_status: int | None = None
    error_numbers: tuple[int, ...] = ()
    """The numbers of AADSTS codes."""

    request_id: str | None = None
    """By which Microsoft's support finds the call."""

    permissions: tuple[str, ...] = ()
    """Permissions that Microsoft says would do; any one of them."""


class ConsentPayload(Payload):
    """Of `consent_status`."""

    entra_tenant_id: str
    permissions: tuple[str, ...]
    """Those of ours that a fresh token carries."""


class PermissionsPayload(Payload):
    """Of `verify_permissions`: permission names, each list sorted."""

    held: tuple[str, ...]
    missing: tuple[str, ...]
    optional_missing: tuple[str, ...]
    excess: tuple[str, ...]
    not_in_token: tuple[str, ...]
    judged_by: Literal["grants_and_token", "token"]


class DiagnosticsPayload(Payload):
    """Of `connection_diagnostics`."""

    entra_tenant_id: str
    display_name: str
    answered_in_ms: int


class SkuPayload(Concept):
    """One subscription with Intune in it."""

    sku: str
    status: str
    enabled_units: int
    consumed_units: int


class LicensesPayload(Payload):
    """Of `license_check`."""

    skus: tuple[SkuPayload, ...]


class IntunePayload(Payload):
    """Of `intune_status`, in Microsoft's words."""

    subscription_state: str | None = None
    mdm_authority: str | None = None


class RolesPayload(Payload):
    """Of `rbac_check`: template ids of directory roles, each list sorted."""

    held: tuple[str, ...]
    missing: tuple[str, ...]
    excess: tuple[str, ...]


class AreaPayload(Concept):
    """What was counted in one area, and why no more if it could not be read whole."""

    area: Area
    items: int = 0
    newest_change: Instant | None = None
    reason_code: ReasonCode | None = None
    permissions: tuple[str, ...] = ()


class InventoryPayload(Payload):
    """Of `initial_sync`."""

    areas: tuple[AreaPayload, ...]
