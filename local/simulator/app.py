"""The application that is mounted under a prefix: Entra, Microsoft Graph, and a control to try things out with."""

from collections.abc import AsyncIterator, Iterable, Mapping
from pathlib import Path
from types import MappingProxyType

from aiohttp import web
from cryptography import x509

from local.simulator.assertions import FederatedCredential, Registration
from local.simulator.consent import AdminConsent
from local.simulator.entra import Entra, Issuer
from local.simulator.graph import MicrosoftGraph
from local.simulator.ledger import Entry, Ledger
from local.simulator.scenarios import SCENARIOS, named
from local.tenants import SeededTenant

LEAST_SYNC_SECONDS = 3.0


def create_app(
    *,
    tenants: Iterable[SeededTenant],
    secrets: Mapping[str, str],
    federations: Mapping[str, Iterable[FederatedCredential]] = MappingProxyType({}),
    state_path: Path | None = None,
    least_sync_seconds: float = LEAST_SYNC_SECONDS,
) -> web.Application:
    """Stand in for Microsoft towards *tenants*.

    *secrets* are client secrets by client id, and *federations* who may vouch for an application. With *state_path*
    the scenarios chosen and the faults already spent outlive a restart. No initial sync takes less than
    *least_sync_seconds*.
    """
    ledger = Ledger(tenants, state_path)
    issuer = Issuer()
    applications = {
        client_id: Registration(secrets.get(client_id), federations=tuple(federations.get(client_id, ())))
        for client_id in secrets.keys() | federations.keys()
    }

    async def kept(_app: web.Application) -> AsyncIterator[None]:
        yield
        ledger.save()

    app = web.Application()
    app.cleanup_ctx.append(kept)
    app.add_routes(Entra(ledger, applications, issuer).routes())
    app.add_routes(AdminConsent(ledger).routes())
    app.add_routes(MicrosoftGraph(ledger, issuer, least_sync_seconds=least_sync_seconds).routes())
    app.add_routes(Control(ledger, applications).routes())
    return app


class Control:
    """Answers under `/control`: shows how a tenant stands, and lets it stand otherwise."""

    def __init__(self, ledger: Ledger, applications: Mapping[str, Registration]) -> None:
        """Control the tenants of *ledger*, and *applications* by client id."""
        self._ledger = ledger
        self._applications = applications

    def routes(self) -> list[web.RouteDef]:
        """List what it answers."""
        return [
            web.get("/control/scenarios", self.scenarios),
            web.get("/control/tenants/{tenant_id}", self.tenant),
            web.put("/control/tenants/{tenant_id}/scenario", self.choose),
            web.post("/control/applications/{client_id}/certificates", self.upload),
        ]

    async def scenarios(self, _request: web.Request) -> web.Response:
        """List the scenarios, each with its story."""
        return web.json_response({name: scenario.story for name, scenario in SCENARIOS.items()})

    async def tenant(self, request: web.Request) -> web.Response:
        """Show a tenant's scenario, and how often it was asked what since it was chosen."""
        return _shown(self._entry(request))

    async def choose(self, request: web.Request) -> web.Response:
        """Choose another scenario: `{"scenario": "<name>"}`, or two at once, `one+other`; counting starts over."""
        entry = self._entry(request)
        body = await request.json()
        name = body.get("scenario") if isinstance(body, dict) else None
        if not isinstance(name, str) or named(name) is None:
            raise web.HTTPBadRequest(text=f"no such scenario, or two that exclude each other; {', '.join(SCENARIOS)}")
        self._ledger.choose(entry, name)
        return _shown(entry)

    async def upload(self, request: web.Request) -> web.Response:
        """Upload a certificate in PEM form to an application's registration; it is forgotten at the end."""
        application = self._applications.get(request.match_info["client_id"])
        if application is None:
            raise web.HTTPNotFound(text="no such application")
        try:
            certificate = x509.load_pem_x509_certificate(await request.read())
        except ValueError:
            raise web.HTTPBadRequest(text="no certificate in PEM form") from None
        return web.json_response({"thumbprint": application.upload(certificate)})

    def _entry(self, request: web.Request) -> Entry:
        tenant_id = request.match_info["tenant_id"]
        entry = self._ledger.by_id(int(tenant_id)) if tenant_id.isascii() and tenant_id.isdigit() else None
        if entry is None:
            raise web.HTTPNotFound(text="no such tenant")
        return entry


def _shown(entry: Entry) -> web.Response:
    return web.json_response(
        {
            "tenant_id": entry.tenant.id,
            "entra_tenant_id": str(entry.tenant.entra_tenant_id),
            "scenario": entry.scenario_name,
            "truth": dict(entry.scenario.truth),
            "calls": {"token": entry.token_calls, "graph": entry.graph_calls, "paths": dict(entry.paths)},
        }
    )
