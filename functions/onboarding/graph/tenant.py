"""Answers the domain's `Tenant` questions with Microsoft Graph."""

from collections.abc import Iterator
from functools import partial
from typing import NamedTuple
from urllib.parse import quote

from pydantic import BaseModel, ValidationError

from onboarding.domain.connection import Connection
from onboarding.domain.finding import Obstacle
from onboarding.domain.permissions import GRAPH_APP_ID
from onboarding.domain.reasons import ReasonCode
from onboarding.domain.tenant import Area, Grant, GraphPrincipal, Organization, Page, Principal, Sku
from onboarding.graph.client import Client, Reply, Request, unusable
from onboarding.graph.clouds import Hosts
from onboarding.graph.signals import of_graph
from onboarding.graph.token import Tokens
from onboarding.graph.wire import (
    Answer,
    AppRoleAssignment,
    DeviceManagementAnswer,
    GraphPrincipalAnswer,
    InventoryItem,
    MdmAnswer,
    OrganizationAnswer,
    RoleAssignment,
    ServicePrincipalAnswer,
    SubscribedSku,
)

_MOST_PAGES = 100
"""Of a list that is read whole: more would be a loop."""


class _Listing(NamedTuple):
    """Where an area is listed, what of each item is asked for, and the permission that takes."""

    path: str
    select: str
    needs: str


_LISTINGS = {
    Area.DEVICE_CONFIGURATIONS: _Listing(
        "v1.0/deviceManagement/deviceConfigurations",
        "id,lastModifiedDateTime",
        "DeviceManagementConfiguration.Read.All",
    ),
    # Beta only: https://learn.microsoft.com/graph/api/intune-deviceconfigv2-devicemanagementconfigurationpolicy-list
    Area.CONFIGURATION_POLICIES: _Listing(
        "beta/deviceManagement/configurationPolicies",
        "id,lastModifiedDateTime",
        "DeviceManagementConfiguration.Read.All",
    ),
    Area.COMPLIANCE_POLICIES: _Listing(
        "v1.0/deviceManagement/deviceCompliancePolicies",
        "id,lastModifiedDateTime",
        "DeviceManagementConfiguration.Read.All",
    ),
    # What a device changes itself shows in its last contact; devices have no time of modification.
    Area.MANAGED_DEVICES: _Listing(
        "v1.0/deviceManagement/managedDevices", "id,lastSyncDateTime", "DeviceManagementManagedDevices.Read.All"
    ),
    # Beta only: https://learn.microsoft.com/graph/api/intune-shared-devicemanagementscript-list
    Area.SCRIPTS: _Listing(
        "beta/deviceManagement/deviceManagementScripts", "id,lastModifiedDateTime", "DeviceManagementScripts.Read.All"
    ),
    Area.MOBILE_APPS: _Listing(
        "v1.0/deviceAppManagement/mobileApps", "id,lastModifiedDateTime", "DeviceManagementApps.Read.All"
    ),
}


class _PageAnswer(BaseModel):
    value: list[dict[str, object]]


class GraphTenant:
    """One customer's tenant over one connection, for as long as one batch."""

    def __init__(self, connection: Connection, hosts: Hosts, tokens: Tokens, client: Client) -> None:
        """Ask *hosts* through *client*, signed in by *tokens*."""
        self._connection = connection
        self._hosts = hosts
        self._tokens = tokens
        self._client = client

    def token_roles(self) -> frozenset[str]:
        """Name the application permissions in the batch's token."""
        return self._tokens.of(self._connection, self._hosts, self._client).roles

    def principal(self) -> Principal | None:
        """Find our application in the tenant; None if Microsoft Graph does not know it there."""
        app_id = quote(self._connection.client_id, safe="")
        path = f"v1.0/servicePrincipals(appId='{app_id}')?$select=id,accountEnabled"
        try:
            found = self._one(ServicePrincipalAnswer, path)
        except Obstacle as obstacle:
            if obstacle.finding.reason_code is ReasonCode.RESOURCE_MISSING:
                return None
            raise
        return Principal(found.id, found.enabled)

    def graph_principal(self) -> GraphPrincipal:
        """Find Microsoft Graph's own service principal."""
        path = f"v1.0/servicePrincipals(appId='{GRAPH_APP_ID}')?$select=id,appRoles"
        found = self._one(GraphPrincipalAnswer, path, "Application.Read.All")
        return GraphPrincipal(found.id, {role.id: role.value for role in found.roles if role.value})

    def grants(self, principal_id: str) -> tuple[Grant, ...]:
        """List the app roles assigned to *principal_id*."""
        path = f"v1.0/servicePrincipals/{quote(principal_id, safe='')}/appRoleAssignments"
        assignments = self._all(AppRoleAssignment, path, "Application.Read.All")
        return tuple(Grant(item.role_id, item.resource_id) for item in assignments)

    def organization(self) -> Organization:
        """Ask who the customer is; a tenant has exactly one organization."""
        path = "v1.0/organization?$select=id,displayName,verifiedDomains"
        reply = self._get(f"{self._hosts.graph}/{path}", "Organization.Read.All")
        found = _items(OrganizationAnswer, reply)
        if not found:
            raise unusable()
        domains = frozenset(domain.name.lower() for domain in found[0].domains)
        return Organization(found[0].id, found[0].display_name, domains, reply.took)

    def skus(self) -> tuple[Sku, ...]:
        """List what the customer has bought; a service plan switched off within it does not count."""
        return tuple(
            Sku(
                name=item.name,
                status=item.status,
                enabled_units=item.units.enabled,
                consumed_units=item.consumed_units,
                plans=frozenset(plan.name for plan in item.plans if plan.status != "Disabled"),
            )
            for item in self._all(SubscribedSku, "v1.0/subscribedSkus", "LicenseAssignment.Read.All")
        )

    def intune_subscription(self) -> str | None:
        """Ask how the Intune account stands.

        Source: https://learn.microsoft.com/graph/api/intune-devices-devicemanagement-get; without `$select` the
        property does not come.
        """
        path = "v1.0/deviceManagement?$select=subscriptionState"
        return self._one(DeviceManagementAnswer, path, "DeviceManagementManagedDevices.Read.All").state

    def mdm_authority(self) -> str | None:
        """Ask who manages the tenant's devices.

        Asked of the organization itself: the property comes only by `$select`, and is documented for
        `GET /organization/{id}` (https://learn.microsoft.com/graph/api/intune-onboarding-organization-get).
        """
        tenant_id = quote(self._connection.entra_tenant_id, safe="")
        path = f"v1.0/organization/{tenant_id}?$select=mobileDeviceManagementAuthority"
        return self._one(MdmAnswer, path, "DeviceManagementServiceConfig.Read.All").authority

    def directory_roles(self, principal_id: str) -> frozenset[str]:
        """List the directory roles assigned to *principal_id*."""
        path = f"v1.0/roleManagement/directory/roleAssignments?$filter=principalId%20eq%20'{quote(principal_id)}'"
        return frozenset(item.role_id for item in self._all(RoleAssignment, path, "RoleManagement.Read.Directory"))

    def page(self, area: Area, link: str | None) -> Page:
        """Read one page of *area*; names stay behind, only the count and the latest change go on."""
        listing = _LISTINGS[area]
        reply = self._get(link or f"{self._hosts.graph}/{listing.path}?$select={listing.select}", listing.needs)
        items = _items(InventoryItem, reply)
        changes = (item.modified_at or item.synced_at for item in items)
        return Page(len(items), max(filter(None, changes), default=None), self._next(reply))

    def _one[A: Answer](self, answer: type[A], path: str, *needs: str) -> A:
        return _parsed(answer, self._get(f"{self._hosts.graph}/{path}", *needs).json())

    def _all[A: Answer](self, answer: type[A], path: str, *needs: str) -> Iterator[A]:
        url: str | None = f"{self._hosts.graph}/{path}"
        for _ in range(_MOST_PAGES):
            if url is None:
                return
            reply = self._get(url, *needs)
            yield from _items(answer, reply)
            url = self._next(reply)
        raise unusable()

    def _get(self, url: str, *needs: str) -> Reply:
        # Also what was saved by an earlier invocation passes here: a link is checked where it is used.
        if not self._hosts.is_graph(url):
            raise unusable()

        token = self._tokens.of(self._connection, self._hosts, self._client)

        def request() -> Request:
            return Request("GET", url, {"Authorization": token.header, "Accept": "application/json"})

        def renew() -> None:
            nonlocal token
            self._tokens.reject(self._connection, token)
            token = self._tokens.of(self._connection, self._hosts, self._client)

        return self._client.send(request, partial(of_graph, needs=needs), renew)

    def _next(self, reply: Reply) -> str | None:
        """Find the link to the next page.

        Source: https://learn.microsoft.com/graph/paging; the whole link is opaque and used as it is.

        Raises:
            Obstacle: `graph_unavailable` if it leads anywhere but to the same Microsoft Graph.
        """
        link = reply.json().get("@odata.nextLink")
        if link is None:
            return None
        if not isinstance(link, str) or not self._hosts.is_graph(link):
            raise unusable()
        return link


def _items[A: Answer](answer: type[A], reply: Reply) -> list[A]:
    return [_parsed(answer, item) for item in _parsed(_PageAnswer, reply.json()).value]


def _parsed[A: BaseModel](answer: type[A], value: object) -> A:
    try:
        return answer.model_validate(value)
    except ValidationError:
        # Without its cause: it would quote what the tenant said.
        raise unusable() from None
