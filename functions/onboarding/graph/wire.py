"""The answers of Microsoft Graph, as far as we read them. What we do not name is dropped on arrival."""

import re
from datetime import UTC, datetime
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

_NEVER = datetime(1, 1, 2, tzinfo=UTC)
"""Microsoft writes the year 1 for what never happened."""


def _seen(value: object) -> object:
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None and moment > _NEVER else None


Guid = Annotated[str, StringConstraints(to_lower=True, pattern=r"^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$")]


def _catalogued(value: object) -> object:
    """Bring a catalogue's name into a form that can be kept: `O365_w/o Teams Bundle_M3` and stray blanks occur."""
    if not isinstance(value, str):
        return value
    return _UNUSUAL.sub("_", " ".join(value.split()))[:100]


_UNUSUAL = re.compile(r"[^A-Za-z0-9_.()/+& -]")

Word = Annotated[str, BeforeValidator(_catalogued)]
"""A name out of a catalogue of Microsoft's, such as that of a subscription. None is refused: one odd product must not
hide the others."""

ChangedAt = Annotated[datetime | None, BeforeValidator(_seen)]


class Answer(BaseModel):
    """Part of an answer."""

    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)


class ServicePrincipalAnswer(Answer):
    """`servicePrincipal`, by `$select=id,accountEnabled`."""

    id: Guid
    enabled: bool = Field(default=True, alias="accountEnabled")


class AppRole(Answer):
    """`appRole`."""

    id: Guid
    value: str | None = None


class GraphPrincipalAnswer(Answer):
    """`servicePrincipal`, by `$select=id,appRoles`."""

    id: Guid
    roles: tuple[AppRole, ...] = Field(alias="appRoles")


class AppRoleAssignment(Answer):
    """`appRoleAssignment`."""

    role_id: Guid = Field(alias="appRoleId")
    resource_id: Guid = Field(alias="resourceId")


class VerifiedDomain(Answer):
    """`verifiedDomain`."""

    name: str


class OrganizationAnswer(Answer):
    """`organization`, by `$select=id,displayName,verifiedDomains`."""

    id: Guid
    display_name: Annotated[str, StringConstraints(max_length=256)] = Field(alias="displayName")
    domains: tuple[VerifiedDomain, ...] = Field(alias="verifiedDomains")


class MdmAnswer(Answer):
    """`organization`, by `$select=mobileDeviceManagementAuthority`."""

    authority: str | None = Field(default=None, alias="mobileDeviceManagementAuthority")


class DeviceManagementAnswer(Answer):
    """`deviceManagement`, by `$select=subscriptionState`."""

    state: str | None = Field(default=None, alias="subscriptionState")


class Units(Answer):
    """`licenseUnitsDetail`."""

    enabled: int = 0


class ServicePlan(Answer):
    """`servicePlanInfo`."""

    name: str = Field(alias="servicePlanName")
    status: str | None = Field(default=None, alias="provisioningStatus")


class SubscribedSku(Answer):
    """`subscribedSku`."""

    name: Word = Field(alias="skuPartNumber")
    status: Word = Field(alias="capabilityStatus")
    consumed_units: int = Field(default=0, alias="consumedUnits")
    units: Units = Field(default=Units(), alias="prepaidUnits")
    plans: tuple[ServicePlan, ...] = Field(default=(), alias="servicePlans")


class RoleAssignment(Answer):
    """`unifiedRoleAssignment`."""

    role_id: Guid = Field(alias="roleDefinitionId")


class InventoryItem(Answer):
    """Anything of an area: only when it changed."""

    modified_at: ChangedAt = Field(default=None, alias="lastModifiedDateTime")
    synced_at: ChangedAt = Field(default=None, alias="lastSyncDateTime")
