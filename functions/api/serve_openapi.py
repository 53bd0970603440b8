"""GET /openapi.json: this API as an OpenAPI document."""

from http import HTTPStatus
from typing import Any

from onboarding.rest import Event, Json, Response, answered
from onboarding.wiring.reference import published


def handler(event: Event, _context: object) -> dict[str, Any]:
    """Show what programs have to know of this deployment; they ask again, for it changes with the next one."""
    return answered(
        event, lambda _now: Response(HTTPStatus.OK, Json(published("openapi.json")), {"cache-control": "no-cache"})
    )
