"""What the simulator remembers of each tenant: its scenario, and how often it was asked what."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from local.simulator.scenarios import HEALTHY, Fault, Scenario, named
from local.tenants import SeededTenant


@dataclass(slots=True)
class Entry:
    """One tenant as the simulator knows it."""

    tenant: SeededTenant
    scenario_name: str
    graph_calls: int = 0
    """Since the scenario was chosen."""

    token_calls: int = 0
    paths: Counter[str] = field(default_factory=Counter)
    """How often each path of Microsoft Graph was asked, next pages apart."""

    @property
    def scenario(self) -> Scenario:
        """How the tenant stands now."""
        return named(self.scenario_name) or HEALTHY


class Ledger:
    """Every tenant, by our id and by Microsoft's; kept at *path* across restarts, if there is one."""

    def __init__(self, tenants: Iterable[SeededTenant], path: Path | None = None) -> None:
        """Remember *tenants*, as they were left at *path*."""
        self._path = path
        self._entries = {tenant.id: Entry(tenant, tenant.scenario) for tenant in tenants}
        self._load()

    def by_id(self, tenant_id: int) -> Entry | None:
        """Find a tenant by our id."""
        return self._entries.get(tenant_id)

    def by_name(self, name: str) -> Entry | None:
        """Find a tenant by the id or the domain that Microsoft knows it by."""
        wanted = name.lower()
        for entry in self._entries.values():
            if wanted in {str(entry.tenant.entra_tenant_id), entry.tenant.domain}:
                return entry
        return None

    def choose(self, entry: Entry, scenario_name: str) -> None:
        """Let *entry* start over in another scenario."""
        entry.scenario_name = scenario_name
        entry.graph_calls = entry.token_calls = 0
        entry.paths.clear()
        self.save()

    def fault_of_next_call(self, entry: Entry, path: str) -> Fault | None:
        """Count a call of Microsoft Graph, and find what is to go wrong with it."""
        entry.graph_calls += 1
        entry.paths[path] += 1
        fault = entry.scenario.faults(entry.graph_calls)
        if fault is not None:
            # A fault that was due once must not be due again after a restart.
            self.save()
        return fault

    def save(self) -> None:
        """Write everything down."""
        if self._path is None:
            return
        kept = {
            str(tenant_id): {"scenario": entry.scenario_name, "graph_calls": entry.graph_calls}
            for tenant_id, entry in self._entries.items()
        }
        self._path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = self._path.with_suffix(".new")
        unfinished.write_text(json.dumps(kept))
        unfinished.replace(self._path)

    def _load(self) -> None:
        if self._path is None or not self._path.exists():
            return
        for tenant_id, kept in json.loads(self._path.read_text()).items():
            entry = self._entries.get(int(tenant_id))
            if entry is not None and named(kept["scenario"]):
                entry.scenario_name = kept["scenario"]
                entry.graph_calls = kept["graph_calls"]
