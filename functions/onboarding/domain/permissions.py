"""The application permissions we ask a customer for, and what was made of that request.

Role ids: https://learn.microsoft.com/graph/permissions-reference. They are the fallback; names and ids are resolved
from the tenant's own Microsoft Graph service principal.
"""

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from onboarding.domain.catalogue import Task
from onboarding.domain.tenant import Grant, GraphPrincipal

GRAPH_APP_ID = "00000003-0000-0000-c000-000000000000"
"""Microsoft Graph's application id, the same in every tenant and cloud
(https://learn.microsoft.com/troubleshoot/entra/entra-id/governance/verify-first-party-apps-sign-in)."""

_DEFAULT_ACCESS = "00000000-0000-0000-0000-000000000000"
"""An assignment without any role: it grants nothing (https://learn.microsoft.com/graph/api/resources/approleassignment)."""

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[._-][A-Za-z0-9]+){1,5}")


class Permission(NamedTuple):
    """One application permission of Microsoft Graph, and the tasks that read with it."""

    name: str
    role_id: str
    tasks: tuple[Task, ...]
    required: bool = True


PERMISSIONS = (
    Permission("Application.Read.All", "9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30", (Task.VERIFY_PERMISSIONS,)),
    Permission("Organization.Read.All", "498476ce-e0fe-48b0-b801-37ba7e2685c6", (Task.CONNECTION_DIAGNOSTICS,)),
    Permission("LicenseAssignment.Read.All", "e2f98668-2877-4f38-a2f4-8202e0717aa1", (Task.LICENSE_CHECK,)),
    Permission(
        "DeviceManagementManagedDevices.Read.All",
        "2f51be20-0bb4-4fed-bf7b-db946066c75e",
        (Task.INTUNE_STATUS, Task.INITIAL_SYNC),
    ),
    Permission("DeviceManagementServiceConfig.Read.All", "06a5fe6d-c49d-46a7-b082-56b1b14103c7", (Task.INTUNE_STATUS,)),
    Permission("RoleManagement.Read.Directory", "483bed4a-2ad3-4361-a73b-c83ccdbdc53c", (Task.RBAC_CHECK,)),
    Permission("DeviceManagementConfiguration.Read.All", "dc377aa6-52d8-4e23-b271-2a7ae04cedf3", (Task.INITIAL_SYNC,)),
    Permission("DeviceManagementApps.Read.All", "7a6ee1e7-141e-4cec-ae74-d9db155731ff", (Task.INITIAL_SYNC,)),
    # Optional: scripts are read over a beta endpoint only, no judgement rests on them, and some customers refuse to
    # show them since they may hold secrets of their own. Without them the initial sync says what it left out.
    Permission(
        "DeviceManagementScripts.Read.All", "c7a5be92-2b3d-4540-8a67-c96dcaae8b43", (Task.INITIAL_SYNC,), required=False
    ),
)
"""Everything we ask for: nothing that writes."""

REQUIRED = frozenset(permission.name for permission in PERMISSIONS if permission.required)
OPTIONAL = frozenset(permission.name for permission in PERMISSIONS if not permission.required)

READS_GRANTS = "Application.Read.All"
"""The permission to read what was granted to our application."""

_NAMES = {permission.role_id: permission.name for permission in PERMISSIONS}


class Granted(NamedTuple):
    """Application permissions by name: what was granted, against what we asked for."""

    held: frozenset[str]
    """Granted, and in the token: these work."""

    missing: tuple[str, ...]
    """Required, and not held."""

    optional_missing: tuple[str, ...]

    excess: tuple[str, ...]
    """Granted or in the token, and never asked for."""

    not_in_token: tuple[str, ...]
    """Granted, but a fresh token does not carry it yet, so it does not work yet."""


def names_of(grants: Iterable[Grant], graph: GraphPrincipal) -> frozenset[str]:
    """Name what *grants* give, by what the tenant's own *graph* principal calls its roles.

    A role nobody can name, and a role of any other resource, is named by its id, so that it shows as excess.
    """
    return frozenset(
        _name(grant.role_id, graph.roles) if grant.resource_id == graph.id else f"role {grant.role_id} of another API"
        for grant in grants
        if grant.role_id != _DEFAULT_ACCESS
    )


def _name(role_id: str, roles: Mapping[str, str]) -> str:
    name = roles.get(role_id) or _NAMES.get(role_id, "")

    # A name is kept as evidence: nothing but a permission's name may pass for one.
    return name if _NAME.fullmatch(name) else f"role {role_id}"


def compare(granted: frozenset[str], in_token: frozenset[str]) -> Granted:
    """Compare the permissions *granted* and those *in_token* with what we ask for.

    Neither is trusted alone: a grant that no fresh token carries does not work yet, and a token may outlive a
    revoked grant.
    """
    readable = frozenset(name for name in in_token if _NAME.fullmatch(name))
    held = granted & readable

    return Granted(
        held=held & (REQUIRED | OPTIONAL),
        missing=tuple(sorted(REQUIRED - held)),
        optional_missing=tuple(sorted(OPTIONAL - held)),
        excess=tuple(sorted((granted | readable) - REQUIRED - OPTIONAL)),
        not_in_token=tuple(sorted(granted - readable)),
    )
