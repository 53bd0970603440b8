"""What one onboarding asks of the API, recorded once and played by many: each in a tenant, with ids of their own.

Imports nothing but the standard library: who makes load has an environment without our packages.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

ENDED = frozenset({"succeeded", "failed", "cancelled", "timed_out"})
MOST_LOOKS = 40
"""How often one looks at a run that does not end."""

_PER_TENANT = 100
"""A tenant's only provider connection has the id tenant × 100 + 1, here and in the seeded tenants."""


class Request(NamedTuple):
    """What *user* asks. In a script, *path* and *body* name what is only known when it is played, as `{session}`."""

    user: int
    method: str
    path: str
    body: dict[str, Any] | None = None


class Recorder:
    """Turns what was asked and answered in one tenant after the other into a script."""

    def __init__(self) -> None:
        """Begin with an empty script."""
        self.script: list[Request] = []
        self._names: dict[str, str] = {}

    def add(self, request: Request, status: int, answer: Any) -> None:  # noqa: ANN401 - JSON
        """Record a request; looking at a run again and again is recorded once."""
        tenant = request.path.split("/")[2]
        path = re.sub(r"^/tenants/\d+", "/tenants/{tenant}", request.path)
        for known, name in self._names.items():
            path = path.replace(f"/{known}", f"/{name}")
        body = None if request.body is None else dict(request.body)
        if body and body.get("provider_connection_id") == int(tenant) * _PER_TENANT + 1:
            body["provider_connection_id"] = "{connection}"
        recorded = Request(request.user, request.method, path, body)
        if not (_is_look(recorded) and self.script and self.script[-1] == recorded):
            self.script.append(recorded)
        if status == 201:  # noqa: PLR2004 - HTTP's Created
            self._learn(path, answer)

    def _learn(self, path: str, answer: dict[str, Any]) -> None:
        if path.endswith("/session"):
            self._names[str(answer["id"])] = "{session}"
        elif path.endswith("/runs"):
            task = path.split("/")[-2]
            self._names[str(answer["run_id"])] = f"{{{task}}}"


@dataclass
class Player:
    """Plays a script in one tenant, over and over; says what to ask, and is told what was answered."""

    script: list[Request]
    tenant: int
    known: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Know what a tenant has from the start."""
        self.known |= {"tenant": self.tenant, "connection": self.tenant * _PER_TENANT + 1}

    def play(self) -> Iterator[Request]:
        """Go through the script once; `send` the status and body of each answer back."""
        for step in self.script:
            for _ in range(MOST_LOOKS if _is_look(step) else 1):
                asked = self._filled_in(step)
                if asked is None:  # what it is about never came to be: somebody else was in the way
                    break
                self._answer = (0, None)
                yield asked
                status, body = self._answer
                self._learn(step, status, body)
                if not isinstance(body, dict) or body.get("status") in ENDED:
                    break

    def answered(self, status: int, body: Any) -> None:  # noqa: ANN401 - JSON
        """Hear what was answered to the request that was last given."""
        self._answer = (status, body)

    def _learn(self, step: Request, status: int, body: Any) -> None:  # noqa: ANN401 - JSON
        if status != 201 or not isinstance(body, dict):  # noqa: PLR2004 - HTTP's Created
            return
        if step.path.endswith("/session"):
            self.known["session"] = body["id"]
        elif step.path.endswith("/runs"):
            self.known[step.path.split("/")[-2]] = body["run_id"]

    def _filled_in(self, step: Request) -> Request | None:
        if {*re.findall(r"{(\w+)}", step.path)} - self.known.keys():
            return None
        body = step.body
        if body:
            body = {name: self.known["connection"] if each == "{connection}" else each for name, each in body.items()}
        return Request(step.user, step.method, step.path.format_map(self.known), body)


def _is_look(step: Request) -> bool:
    return step.method == "GET" and "/runs/" in step.path
