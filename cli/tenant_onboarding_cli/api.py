"""The API as this program asks it: who asks, what may be asked again, how long to wait, and how refusals are read."""

import ssl
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx

from tenant_onboarding_cli import VERSION
from tenant_onboarding_cli.exits import Exit
from tenant_onboarding_cli.failures import Failure, Remedy, command_line
from tenant_onboarding_cli.patience import Pace, Patience, backing_off
from tenant_onboarding_cli.refusals import refused, retry_after
from tenant_onboarding_cli.settings import LOOPBACK
from tenant_onboarding_cli.tokens import Tokens

TRIES = 4
"""How often a request is sent before a lost connection, or a service that is not available, counts as a failure."""

ANSWER_WITHIN = 35.0
"""Seconds for one answer; API Gateway itself gives up after 30."""
CONNECT_WITHIN = 10.0

_UNAUTHORIZED, _CONFLICT, _STALE, _TOO_MANY = 401, 409, 412, 429
_UNAVAILABLE = frozenset({502, 503, 504})


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, and was no refusal; *repeated* if a connection was lost before it came."""

    status: int
    body: Any
    headers: Mapping[str, str]
    repeated: bool = False

    @property
    def retry_after(self) -> float | None:
        """Seconds after which it is worth to look again; None if that is not said."""
        return retry_after(self.headers)

    @property
    def etag(self) -> str | None:
        """The version of what came back."""
        return self.headers.get("etag")


class Api:
    """Asks as one person, within one patience. Threads may share it."""

    def __init__(
        self,
        http: httpx.Client,
        tokens: Tokens,
        patience: Patience,
        tell: Callable[[str], None],
        pace: Pace | None = None,
    ) -> None:
        """Ask over *http*, and *tell* the person when that takes its time."""
        self._http = http
        self._tokens = tokens
        self.patience = patience
        self._tell = tell
        self._pace = pace or Pace()

    def within(self, patience: Patience, tell: Callable[[str], None]) -> "Api":
        """Ask as before, for another purpose with a *patience* of its own."""
        return Api(self._http, self._tokens, patience, tell, self._pace)

    def get(self, path: str, query: Mapping[str, str] | None = None) -> Answer:
        """Read."""
        return self.ask("GET", path, query=query)

    def ask(
        self,
        method: str,
        path: str,
        *,
        body: object = None,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        repeatable: bool = False,
    ) -> Answer:
        """Ask once, and again where that cannot do anything twice: *repeatable* says that this cannot.

        Raises:
            Failure: If the API refuses, cannot be reached, or takes longer than there is time for.
            Stopped: If somebody asked to stop.
        """
        given = dict(headers or {})
        safe = repeatable or method in {"GET", "PUT"} or given.keys() >= {"If-Match"} or "Idempotency-Key" in given
        lost = waited = 0
        renewed = False
        while True:
            self.patience.check()
            if delay := self._pace.delay:
                self.patience.pause(delay, "Slowing down, as the service asks,")
            token = self._tokens.get()
            try:
                answer = self._sent(method, path, body, query, {**given, "Authorization": f"Bearer {token}"})
            except httpx.TransportError as error:
                lost += 1
                # What never left cannot have been done.
                if lost >= TRIES or not (safe or isinstance(error, httpx.ConnectError | httpx.ConnectTimeout)):
                    raise self._unreachable(error, doubtful=not safe) from None
                self._tell(f"The connection was lost ({_said(error)}); asking again.")
                self.patience.pause(backing_off(lost), "Asking again")
                continue
            if answer.status_code == _UNAUTHORIZED and not renewed and self._tokens.renew(token):
                renewed = True
                continue
            if not answer.is_error:
                return Answer(answer.status_code, _json(answer), answer.headers, repeated=lost > 0)
            refusal = refused(answer.status_code, _json(answer), answer.headers, path, repeated=lost > 0)
            wait = _wait(answer, refusal, waited, safe=safe)
            if wait is None:
                raise refusal
            waited += 1
            self._wait_for(wait, refusal)

    def pages(self, path: str, query: Mapping[str, str] | None = None, limit: int | None = None) -> Iterator[Any]:
        """Read a list piece by piece, page by page; only a missing `Link` means the end."""
        asked, left = dict(query or {}), limit
        while True:
            answer = self.get(path, {**asked, **({"limit": str(min(left, 200))} if left is not None else {})})
            for piece in answer.body:
                yield piece
                if left is not None:
                    left -= 1
            following = httpx.Response(200, headers=dict(answer.headers)).links.get("next", {}).get("url")
            if following is None or left == 0:
                return
            parts = urlsplit(following)
            path, asked = parts.path, dict(httpx.QueryParams(parts.query))
            asked.pop("limit", None) if left is not None else None

    def _sent(
        self, method: str, path: str, body: object, query: Mapping[str, str] | None, headers: Mapping[str, str]
    ) -> httpx.Response:
        sent: dict[str, Any] = {} if body is None else {"json": body}
        return self._http.request(method, path, params=dict(query or {}), headers=dict(headers), **sent)

    def _wait_for(self, seconds: float, refusal: Failure) -> None:
        if refusal.code is None and refusal.problem.get("status") == _TOO_MANY:
            self._pace.hold(seconds)  # the gateway's own: it is meant for everybody who asks
        if seconds > self.patience.left:
            raise Failure(
                Exit.TIMEOUT,
                f"{refusal.message} It would take {seconds:g} seconds more, and --timeout does not allow that.",
                refusal.remedies,
                refusal.next_command,
                refusal.request_id,
                refusal.problem,
            )
        self._tell(f"{refusal.message} Asking again in {seconds:.0f} s.")
        self.patience.pause(seconds, "Asking again")

    def _unreachable(self, error: httpx.TransportError, *, doubtful: bool) -> Failure:
        slow = isinstance(error, httpx.TimeoutException)
        what = "did not answer in time" if slow else "cannot be reached"
        doubt = " Whether it was done is not known: look before you ask again." if doubtful else ""
        return Failure(
            Exit.TIMEOUT if slow else Exit.FAILED,
            f"{self._http.base_url} {what} ({_said(error)}).{doubt}",
            (Remedy("Look whether the address is right and whether this machine is online."),),
            command_line("doctor"),
        )


def connect(api_url: str) -> httpx.Client:
    """Make a client for the API. It follows no redirect, which would carry the token elsewhere."""
    return httpx.Client(
        base_url=api_url,
        timeout=httpx.Timeout(ANSWER_WITHIN, connect=CONNECT_WITHIN),
        headers={"User-Agent": f"tenant-onboarding-cli/{VERSION}", "Accept": "application/json"},
        follow_redirects=False,
        trust_env=urlsplit(api_url).hostname not in LOOPBACK,
        verify=trusted(api_url),
    )


def trusted(url: str) -> ssl.SSLContext:
    """Say whom to trust: whom this machine does; nobody where there is no TLS, since reading them all takes long."""
    over_tls = urlsplit(url).scheme == "https"
    return ssl.create_default_context() if over_tls else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _wait(answer: httpx.Response, refusal: Failure, waited: int, *, safe: bool) -> float | None:
    """Say how long to wait before asking again; None if that is no use, or could do something twice."""
    said = refusal.retry_after
    if answer.status_code == _TOO_MANY:
        return backing_off(waited) if said is None else said
    # Our own 503 says that nothing was decided; the gateway's says nothing of the kind.
    if answer.status_code in _UNAVAILABLE and (safe or refusal.code == "unavailable") and waited + 1 < TRIES:
        return max(said or 0.0, backing_off(waited))
    return None


def _json(answer: httpx.Response) -> Any:  # noqa: ANN401 - JSON values
    try:
        return answer.json() if answer.content else None
    except ValueError:
        return None


def _said(error: Exception) -> str:
    return str(error) or type(error).__name__
