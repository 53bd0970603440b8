"""GET /docs: the OpenAPI document as a page for people."""

from datetime import datetime
from http import HTTPStatus
from typing import Any

from onboarding.browser_policy import guarding
from onboarding.rest import Event, Html, Response, answered
from onboarding.wiring.reference import published


def handler(event: Event, _context: object) -> dict[str, Any]:
    """Show the page, which has no script."""

    def respond(_now: datetime) -> Response:
        page = Html(published("docs.html"))
        return Response(HTTPStatus.OK, page, {"cache-control": "no-cache", **guarding(page)})

    return answered(event, respond)
