"""Customers' administrators: sent to Microsoft over a link, and back to the callback as having consented."""

from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from api import record_consent
from tests import events
from tests.arranging import entries, stored
from tests.calling import ENTRA_TENANT, call
from tests.deployment import Deployment


def linked(connection_id: int = 101, *, tenant: int = 1) -> str:
    """Create a link; give the state that travels with it."""
    url: str = call("create_consent_link", user=3, tenant=tenant, connectionId=connection_id).body["url"]
    return parse_qs(urlsplit(url).query)["state"][0]


def come_back(state: str, *, tenant: str = ENTRA_TENANT, **query: str) -> dict[str, Any]:
    """Come back from Microsoft as an administrator who consented, unless *query* says otherwise."""
    asked = urlencode({"admin_consent": "True", "tenant": tenant, "state": state} | query)
    event = events.http("GET", "/consent/callback", query=asked, anonymous=True, headers={"accept": "text/html"})
    return record_consent.handler(event, events.Context())


def consented(deployed: Deployment, connection_id: int = 101) -> bool:
    """Tell whether a consent is recorded."""
    item = stored(deployed, deployed.tables.sessions, f"connection#{connection_id:016d}")
    return item is not None and "consented_at" in item


def active_run(task: str = "consent_status") -> int | None:
    """Give the id of the task's run that is under way."""
    summaries = call("list_tasks").body
    run_id: int | None = next(each["active_run_id"] for each in summaries if each["task_type"] == task)
    return run_id


def looks(deployed: Deployment) -> list[str]:
    """Name the looks that are left for the sweep."""
    return [entry for entry in entries(deployed, deployed.tables.runs) if entry.startswith("look#")]
