"""Everything that no route matches: 404, or 405 with the methods that the path does have."""

from datetime import datetime
from http import HTTPStatus
from typing import Any

from onboarding.errors import NotFound
from onboarding.problems import MethodNotAllowed
from onboarding.rest import Event, Response, answered, authenticate
from onboarding.routes import allowed


def handler(event: Event, _context: object) -> dict[str, Any]:
    """Answer a request that has no route. Where CORS is configured, API Gateway answers preflights itself."""
    method, methods = event["requestContext"]["http"]["method"], allowed(event["rawPath"])

    def respond(_now: datetime) -> Response:
        if method == "OPTIONS" and methods:
            return Response(HTTPStatus.NO_CONTENT, headers={"allow": ", ".join((*methods, "OPTIONS"))})
        authenticate(event)
        if methods:
            raise MethodNotAllowed(
                "method_not_allowed", "This path is not asked with this method.", allow=(*methods, "OPTIONS")
            )
        raise NotFound("route_not_found", "There is no such path.")

    return answered(event, respond)
