"""Registers the tenants of `local.tenants` over the API itself, as the owning product would.

Every request is a PUT that may be repeated, so a seeding that was cut short is simply done again.
"""

import asyncio

import aiohttp

from local.refusals import Refused
from local.tenants import CLIENT_ID, ROLES, TENANTS, SeededTenant

AT_ONCE = 3
"""Each request in flight takes a process of its own, and a process takes longer to start than the request."""


async def seed(api_url: str, token: str, credential_arn: str) -> None:
    """Register every tenant with its members and its connection; *token* must carry `onboarding.admin`.

    Raises:
        Refused: If the API does not take one of them, with its answer.
    """
    turns = asyncio.Semaphore(AT_ONCE)
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {token}"}) as session:

        async def put(path: str, body: dict[str, str]) -> None:
            async with turns, session.put(f"{api_url}{path}", json=body) as answer:
                if answer.status not in {200, 201, 204}:
                    raise Refused(f"seeding failed: PUT {path} → {answer.status} {await answer.text()}")

        async def register(tenant: SeededTenant) -> None:
            # What a tenant has can only be registered once the tenant is.
            path = f"/tenants/{tenant.id}"
            await put(path, {"name": tenant.name})
            members = [put(f"{path}/members/{user}", {"role": role}) for user, role in ROLES.items()]
            connection = {
                "entra_tenant_id": str(tenant.entra_tenant_id),
                "client_id": str(CLIENT_ID),
                "cloud": "global",
                "expected_domain": tenant.domain,
                "credential_kind": "client_secret",
                "credential_arn": credential_arn,
            }
            await asyncio.gather(*members, put(f"{path}/provider-connections/{tenant.connection_id}", connection))

        await asyncio.gather(*(register(tenant) for tenant in TENANTS))
