"""GET /docs: the OpenAPI document as a page for people."""

import base64
from datetime import datetime
from hashlib import sha256
from http import HTTPStatus
from typing import Any

from onboarding.rest import Event, Html, Response, answered
from onboarding.wiring.reference import published


def handler(event: Event, _context: object) -> dict[str, Any]:
    """Show the page. It has no script, and its style is named by its digest: nothing else may take effect in it."""

    def respond(_now: datetime) -> Response:
        page = published("docs.html")
        style = page.partition("<style>")[2].partition("</style>")[0]
        digest = base64.b64encode(sha256(style.encode()).digest()).decode()
        headers = {
            "cache-control": "no-cache",
            "content-security-policy": f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; "
            "form-action 'none'; frame-ancestors 'none'",
            "referrer-policy": "no-referrer",
            "x-content-type-options": "nosniff",
        }
        return Response(HTTPStatus.OK, Html(page), headers)

    return answered(event, respond)
