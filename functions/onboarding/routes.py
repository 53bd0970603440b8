"""The routes: which Lambda answers what. `template.yaml` says the same to API Gateway; a test holds them together."""

import re
from typing import NamedTuple


class Route(NamedTuple):
    """A method and a path as API Gateway writes them."""

    method: str
    path: str

    def matches(self, path: str) -> bool:
        """Tell whether *path* is one of this route's."""
        form = re.sub(r"\{\w+\}", "[^/]+", self.path)
        return re.fullmatch(re.sub(r"\{\w+\+\}", r"[\\s\\S]+", form), path) is not None


_TENANT = "/tenants/{tenantId}"
_ONBOARDING = f"{_TENANT}/onboarding"

ROUTES = {
    "list_my_sessions": Route("GET", "/onboarding/sessions"),
    "list_sessions": Route("GET", f"{_ONBOARDING}/sessions"),
    "get_session": Route("GET", f"{_ONBOARDING}/session"),
    "create_session": Route("POST", f"{_ONBOARDING}/session"),
    "update_session": Route("PATCH", f"{_ONBOARDING}/session/{{sessionId}}"),
    "list_tasks": Route("GET", f"{_ONBOARDING}/tasks"),
    "start_run": Route("POST", f"{_ONBOARDING}/tasks/{{taskType}}/runs"),
    "get_run": Route("GET", f"{_ONBOARDING}/runs/{{runId}}"),
    "cancel_run": Route("POST", f"{_ONBOARDING}/runs/{{runId}}/cancel"),
    "list_evidence": Route("GET", f"{_ONBOARDING}/evidence"),
    "compare_evidence": Route("GET", f"{_ONBOARDING}/evidence/{{evidenceId}}/diff"),
    "list_audit": Route("GET", f"{_TENANT}/audit"),
    "register_tenant": Route("PUT", _TENANT),
    "list_members": Route("GET", f"{_TENANT}/members"),
    "register_member": Route("PUT", f"{_TENANT}/members/{{userId}}"),
    "remove_member": Route("DELETE", f"{_TENANT}/members/{{userId}}"),
    "preflight_connection": Route("GET", f"{_TENANT}/preflight"),
    "list_connections": Route("GET", f"{_TENANT}/provider-connections"),
    "create_consent_link": Route("POST", f"{_TENANT}/provider-connections/{{connectionId}}/consent-link"),
    "record_consent": Route("GET", "/consent/callback"),
    "register_connection": Route("PUT", f"{_TENANT}/provider-connections/{{connectionId}}"),
    "serve_page": Route("GET", "/app/{proxy+}"),
    "serve_openapi": Route("GET", "/openapi.json"),
    "serve_docs": Route("GET", "/docs"),
}
"""By the name of the Lambda; `answer_unmatched` answers everything else."""

PAGE = Route("GET", "/app")
"""Where the page itself is, which `serve_page` answers as well: a path variable never stands for nothing."""

ACTING = frozenset({ROUTES["record_consent"]})
"""Those asked with GET that act: whoever only asks for their head, as mail scanners do, must not have done so."""


def allowed(path: str) -> tuple[str, ...]:
    """List the methods that *path* can be asked with, in alphabetical order; none means there is no such path."""
    routes = (route for route in (*ROUTES.values(), PAGE) if route.matches(path))
    return tuple(sorted(method for route in routes for method in methods(route)))


def methods(route: Route) -> tuple[str, ...]:
    """List the methods that *route* is asked with: what can be shown can be asked for its head alone."""
    return (route.method, "HEAD") if route.method == "GET" and route not in ACTING else (route.method,)
