"""Microsoft Graph's side: the resources that the tasks ask for, with Graph's own manners.

Wire forms: https://learn.microsoft.com/graph/errors, https://learn.microsoft.com/graph/paging,
https://learn.microsoft.com/graph/throttling, and the page of each resource.
"""

import asyncio
import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID, uuid4, uuid5

from aiohttp import web

from local.simulator.entra import Issuer
from local.simulator.ledger import Entry, Ledger
from local.simulator.scenarios import OTHER_PERMISSIONS, PERMISSIONS, SIZES, Fault, canary

GRAPH_APP_ID = "00000003-0000-0000-c000-000000000000"
_FIRST_CHANGE = datetime(2026, 1, 5, 8, tzinfo=UTC)

_FAULTS: Mapping[int, tuple[str, str]] = {
    401: ("InvalidAuthenticationToken", "Access token validation failure."),
    410: ("Gone", "The specified page token value has expired and can no longer be included in your request."),
    429: ("TooManyRequests", "Too many requests from Identifier under category. Please try again later."),
    503: ("serviceNotAvailable", "The service is temporarily unavailable."),
}


class Call(NamedTuple):
    """One authorised call: who asks which tenant for what."""

    entry: Entry
    claims: Mapping[str, Any]
    request: web.Request
    match: re.Match[str]

    @property
    def roles(self) -> frozenset[str]:
        """Permissions in the token: what Microsoft Graph judges by."""
        return frozenset(self.claims.get("roles", ()))


class Refusal(NamedTuple):
    """An error of Microsoft Graph."""

    status: int
    code: str
    message: str


class Route(NamedTuple):
    """A resource: its path, the permissions any of which will do, and how it answers."""

    pattern: re.Pattern[str]
    needs: frozenset[str]
    intune: bool
    answer: Callable[[Call], "dict[str, Any] | Refusal"]


class MicrosoftGraph:
    """Answers under `/graph`."""

    def __init__(self, ledger: Ledger, issuer: Issuer, *, least_sync_seconds: float) -> None:
        """Answer for the tenants of *ledger* to whoever brings a token of *issuer*.

        The first pages of all areas together take *least_sync_seconds*, so that people can see a sync run.
        """
        self._ledger = ledger
        self._issuer = issuer
        self._first_page_seconds = least_sync_seconds / len(SIZES) * 1.02

    def routes(self) -> list[web.RouteDef]:
        """List what it answers."""
        return [web.get("/graph/{path:.*}", self.answer)]

    async def answer(self, request: web.Request) -> web.Response:
        """Answer one call: authenticate, count, fail if a fault is due, authorise, answer."""
        claims = self._issuer.read(request.headers.get("Authorization", "").removeprefix("Bearer "))
        entry = self._ledger.by_name(claims["tid"]) if claims else None
        if claims is None or entry is None:
            return _refused(Refusal(401, "InvalidAuthenticationToken", "Access token is empty, expired or not valid."))

        path = request.match_info["path"]
        token = request.query.get("$skiptoken")
        fault = self._ledger.fault_of_next_call(entry, f"{path}#{token}" if token else path)
        if entry.scenario.delay:
            await asyncio.sleep(entry.scenario.delay)
        if fault is not None:
            return _failed(fault)

        for route in _ROUTES:
            match = route.pattern.fullmatch(path)
            if match is not None:
                return await self._answered(route, Call(entry, claims, request, match))
        return _refused(Refusal(404, "ResourceNotFound", f"Resource not found for the segment '{path}'."))

    async def _answered(self, route: Route, call: Call) -> web.Response:
        if "area" in route.pattern.groupindex and "$skiptoken" not in call.request.query:
            await asyncio.sleep(self._first_page_seconds)

        talkative = call.entry.scenario.talkative
        refusal = _denied(route, call)
        answer = refusal or route.answer(call)
        if isinstance(answer, Refusal):
            return _refused(answer, talkative=talkative)
        return web.json_response(_whisper(answer) if talkative else answer, headers=_headers(talkative=talkative))


def _denied(route: Route, call: Call) -> Refusal | None:
    scenario = call.entry.scenario
    if route.intune and not scenario.provisioned:
        return Refusal(400, "BadRequest", _intune_text("Request not applicable to target tenant."))
    if not route.needs or route.needs & call.roles:
        return None
    if not route.intune:
        return Refusal(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")

    scopes = ", ".join(sorted(route.needs, reverse=True))
    text = _intune_text(
        "Application is not authorized to perform this operation. "
        f"Application must have one of the following scopes: {scopes}"
    )
    if scenario.hides_forbidden:
        return Refusal(401, "Unauthorized", json.dumps({"ErrorCode": "Forbidden", "Message": text, "Target": None}))
    return Refusal(403, "Forbidden", text)


def _intune_text(sentence: str) -> str:
    """Wrap *sentence* as Intune does: a JSON document as the message of an error."""
    activity = uuid4()
    return json.dumps(
        {
            "_version": 3,
            "Message": f"{sentence} - Operation ID (for customer support): {UUID(int=0)} - Activity ID: {activity} - "
            "Url: https://fef.msub05.manage.microsoft.com/StatelessDeviceConfigurationFEService",
            "CustomApiErrorPhrase": "",
            "RetryAfter": None,
            "ErrorSourceService": "",
            "HttpHeaders": "{}",
        },
        indent=2,
    )


def _own_or_graph_principal(call: Call) -> dict[str, Any] | Refusal:
    app_id = call.match["app_id"].lower()
    if app_id == str(call.claims["appid"]).lower():
        return _selected(
            call,
            {
                "id": _principal_id(call.entry),
                "appId": app_id,
                "displayName": "Tenant Onboarding",
                "accountEnabled": call.entry.scenario.principal == "enabled",
                "servicePrincipalType": "Application",
            },
        )
    # Its own principal an application may read without any permission; another's it may not.
    if "Application.Read.All" not in call.roles:
        return Refusal(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")
    if app_id == GRAPH_APP_ID:
        roles = [
            {
                "id": role_id,
                "value": name,
                "displayName": name,
                "isEnabled": True,
                "allowedMemberTypes": ["Application"],
            }
            for name, role_id in {**PERMISSIONS, **OTHER_PERMISSIONS}.items()
        ]
        return _selected(
            call,
            {
                "id": _graph_principal_id(call.entry),
                "appId": GRAPH_APP_ID,
                "displayName": "Microsoft Graph",
                "accountEnabled": True,
                "appRoles": roles,
            },
        )
    return Refusal(404, "Request_ResourceNotFound", f"Resource '{app_id}' does not exist.")


def _grants(call: Call) -> dict[str, Any] | Refusal:
    if call.match["id"] != _principal_id(call.entry):
        return Refusal(404, "Request_ResourceNotFound", f"Resource '{call.match['id']}' does not exist.")
    ids = {**PERMISSIONS, **OTHER_PERMISSIONS}
    return _page(
        call,
        [
            {
                "id": _opaque(f"{call.match['id']}:{name}"),
                "deletedDateTime": None,
                "appRoleId": ids[name],
                "createdDateTime": "2026-01-05T08:00:00Z",
                "principalDisplayName": "Tenant Onboarding",
                "principalId": call.match["id"],
                "principalType": "ServicePrincipal",
                "resourceDisplayName": "Microsoft Graph",
                "resourceId": _graph_principal_id(call.entry),
            }
            for name in sorted(call.entry.scenario.granted)
        ],
    )


def _organizations(call: Call) -> dict[str, Any]:
    return _page(call, [_organization(call)])


def _one_organization(call: Call) -> dict[str, Any] | Refusal:
    if call.match["id"].lower() != str(call.entry.tenant.entra_tenant_id):
        return Refusal(404, "Request_ResourceNotFound", f"Resource '{call.match['id']}' does not exist.")
    answer = _organization(call)
    if call.entry.scenario.provisioned:
        answer["mobileDeviceManagementAuthority"] = "intune"
    return _selected(call, answer)


def _organization(call: Call) -> dict[str, Any]:
    tenant = call.entry.tenant
    name, domain = (
        ("Lamna Healthcare", "lamna.example") if call.entry.scenario.stranger else (tenant.name, tenant.domain)
    )
    return {
        "id": str(tenant.entra_tenant_id),
        "displayName": name,
        "countryLetterCode": "DE",
        "technicalNotificationMails": [canary("mail") if call.entry.scenario.talkative else f"it@{domain}"],
        "verifiedDomains": [
            {"capabilities": "Email", "isDefault": True, "isInitial": False, "name": domain, "type": "Managed"},
            {
                "capabilities": "Email",
                "isDefault": False,
                "isInitial": True,
                "name": f"{domain.split('.')[0]}.onmicrosoft.example",
                "type": "Managed",
            },
        ],
    }


def _skus(call: Call) -> dict[str, Any]:
    return _page(
        call,
        [
            {
                "id": f"{call.entry.tenant.entra_tenant_id}_{_guid_of(call.entry, sku.part_number)}",
                "accountName": call.entry.tenant.name,
                "appliesTo": "User",
                "capabilityStatus": sku.status,
                "consumedUnits": sku.consumed,
                "skuId": _guid_of(call.entry, sku.part_number),
                "skuPartNumber": sku.part_number,
                "prepaidUnits": {"enabled": sku.enabled, "suspended": 0, "warning": 0, "lockedOut": 0},
                "servicePlans": [
                    {
                        "servicePlanId": _guid_of(call.entry, plan),
                        "servicePlanName": plan,
                        "provisioningStatus": "Success",
                        "appliesTo": "User",
                    }
                    for plan in sku.plans
                ],
            }
            for sku in call.entry.scenario.skus
        ],
    )


def _device_management(call: Call) -> dict[str, Any]:
    answer: dict[str, Any] = {"id": str(call.entry.tenant.entra_tenant_id)}
    if call.entry.scenario.intune is not None:
        answer["subscriptionState"] = call.entry.scenario.intune
    return _selected(call, answer)


def _role_assignments(call: Call) -> dict[str, Any]:
    principal_id = _principal_id(call.entry)
    wanted = call.request.query.get("$filter") == f"principalId eq '{principal_id}'"
    return _page(
        call,
        [
            {
                "id": _opaque(f"{principal_id}:{role}"),
                "principalId": principal_id,
                "directoryScopeId": "/",
                "roleDefinitionId": role,
            }
            for role in (call.entry.scenario.directory_roles if wanted else ())
        ],
    )


def _inventory(call: Call) -> dict[str, Any]:
    area = call.match["area"]
    start, end = _window(call, call.entry.scenario.sizes[area])
    items = [_item(call, area, number) for number in range(start, end)]
    return _listed(call, items, end, call.entry.scenario.sizes[area])


def _item(call: Call, area: str, number: int) -> dict[str, Any]:
    changed = (_FIRST_CHANGE + timedelta(minutes=number)).strftime("%Y-%m-%dT%H:%M:%SZ")
    item = {"id": _guid_of(call.entry, f"{area}:{number}")}
    if area == "managedDevices":
        device, user = f"DESKTOP-{number:04}", f"user{number}@{call.entry.tenant.domain}"
        if call.entry.scenario.talkative:
            device, user = canary(f"device-{number}"), canary(f"user-{number}")
        return {**item, "deviceName": device, "userPrincipalName": user, "lastSyncDateTime": changed}
    return {**item, "displayName": f"{area} {number}", "lastModifiedDateTime": changed}


def _page(call: Call, items: list[dict[str, Any]]) -> dict[str, Any]:
    """Give the page of *items* that was asked for, and where the next one is."""
    start, end = _window(call, len(items))
    return _listed(call, items[start:end], end, len(items))


def _window(call: Call, total: int) -> tuple[int, int]:
    token = call.request.query.get("$skiptoken")
    place = (token or "").partition("~")[0]
    start = int(urlsafe_b64decode(place + "=" * (-len(place) % 4))) if place else 0
    return start, min(start + call.entry.scenario.page_size, total)


def _listed(call: Call, items: list[dict[str, Any]], end: int, total: int) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "@odata.context": f"https://graph.microsoft.com/v1.0/$metadata#{call.match[0]}",
        "value": [_selected(call, item) for item in items],
    }
    if end < total:
        url, foreign = call.request.url, call.entry.scenario.foreign_next_link
        # Intune's own have been seen to carry the name of the last device.
        named = f"~{canary('skiptoken')}" if call.entry.scenario.talkative else ""
        link = str(url.update_query({"$skiptoken": _opaque(str(end)) + named}))
        answer["@odata.nextLink"] = link.replace(str(url.origin()), foreign, 1) if foreign else link
    return answer


def _selected(call: Call, item: dict[str, Any]) -> dict[str, Any]:
    select = call.request.query.get("$select")
    # Some resources of Intune ignore $select; a talkative tenant shows what comes of it.
    if select is None or call.entry.scenario.talkative:
        return item
    names = set(select.split(","))
    return {name: value for name, value in item.items() if name in names}


def _whisper(answer: dict[str, Any]) -> dict[str, Any]:
    return {
        **answer,
        "@simulator.secret": canary("body"),
        "clientSecret": canary("secret"),
        "access_token": canary("token"),
    }


def _refused(refusal: Refusal, *, talkative: bool = False) -> web.Response:
    headers = _headers(talkative=talkative)
    body = {
        "error": {
            "code": refusal.code,
            "message": f"{refusal.message} {canary('refusal')}" if talkative else refusal.message,
            "innerError": {
                "date": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S"),
                "request-id": headers["request-id"],
                "client-request-id": headers["client-request-id"],
            },
        }
    }
    return web.json_response(body, status=refusal.status, headers=headers)


def _failed(fault: Fault) -> web.Response:
    code, message = _FAULTS[fault.status]
    response = _refused(Refusal(fault.status, code, message))
    if fault.retry_after is not None:
        response.headers["Retry-After"] = fault.retry_after
    return response


def _headers(*, talkative: bool = False) -> dict[str, str]:
    request_id = str(uuid4())
    headers = {
        "request-id": request_id,
        "client-request-id": request_id,
        "x-ms-ags-diagnostic": json.dumps({"ServerInfo": {"DataCenter": "Simulator", "Ring": "0"}}),
    }
    return {**headers, "x-simulator-secret": canary("header")} if talkative else headers


def _principal_id(entry: Entry) -> str:
    return _guid_of(entry, "our service principal")


def _graph_principal_id(entry: Entry) -> str:
    return _guid_of(entry, "Microsoft Graph")


def _guid_of(entry: Entry, what: str) -> str:
    return str(uuid5(entry.tenant.entra_tenant_id, what))


def _opaque(text: str) -> str:
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _route(
    pattern: str, needs: set[str], answer: Callable[[Call], dict[str, Any] | Refusal], *, intune: bool = False
) -> Route:
    return Route(re.compile(pattern), frozenset(needs), intune, answer)


def _either(name: str) -> set[str]:
    return {f"DeviceManagement{name}.Read.All", f"DeviceManagement{name}.ReadWrite.All"}


_ROUTES = (
    _route(r"v1\.0/servicePrincipals\(appId='(?P<app_id>[^']+)'\)", set(), _own_or_graph_principal),
    _route(r"v1\.0/servicePrincipals/(?P<id>[^/]+)/appRoleAssignments", {"Application.Read.All"}, _grants),
    _route(r"v1\.0/organization", {"Organization.Read.All"}, _organizations),
    _route(
        r"v1\.0/organization/(?P<id>[^/]+)",
        {"Organization.Read.All", "DeviceManagementServiceConfig.Read.All"},
        _one_organization,
    ),
    _route(r"v1\.0/subscribedSkus", {"LicenseAssignment.Read.All", "Organization.Read.All"}, _skus),
    _route(
        r"v1\.0/roleManagement/directory/roleAssignments",
        {"RoleManagement.Read.Directory", "RoleManagement.ReadWrite.Directory"},
        _role_assignments,
    ),
    _route(r"v1\.0/deviceManagement", _either("ManagedDevices"), _device_management, intune=True),
    _route(
        r"v1\.0/deviceManagement/(?P<area>deviceConfigurations|deviceCompliancePolicies)",
        _either("Configuration"),
        _inventory,
        intune=True,
    ),
    _route(r"beta/deviceManagement/(?P<area>configurationPolicies)", _either("Configuration"), _inventory, intune=True),
    _route(r"v1\.0/deviceManagement/(?P<area>managedDevices)", _either("ManagedDevices"), _inventory, intune=True),
    _route(r"beta/deviceManagement/(?P<area>deviceManagementScripts)", _either("Scripts"), _inventory, intune=True),
    _route(r"v1\.0/deviceAppManagement/(?P<area>mobileApps)", _either("Apps"), _inventory, intune=True),
)
