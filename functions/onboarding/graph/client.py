"""One small HTTP client for Microsoft: urllib3 with our own patience, no redirects, and every answer judged."""

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from http import HTTPStatus
from typing import Any, NamedTuple
from urllib.parse import urlencode

import urllib3

from onboarding.domain.deadline import Deadline
from onboarding.domain.finding import Finding, FindingStatus, Obstacle
from onboarding.domain.reasons import ReasonCode
from onboarding.graph.pace import AFTER_A_FAILURE, LONGEST_WAIT, MAX_TRIES, Pace, wait_asked_for
from onboarding.graph.signals import Refused, Retry, of_silence

CONNECT_SECONDS = 3.0
READ_SECONDS = 10.0
SIDE_BY_SIDE = 5
"""Connections to one host that are kept: the probes of a batch ask side by side, each over one of its own."""

_A_FEW = 3


class Request(NamedTuple):
    """What is sent: made anew for every try, so that a fresh token reaches it."""

    method: str
    url: str
    headers: Mapping[str, str]
    form: Mapping[str, str] | None = None


class Reply(NamedTuple):
    """A good answer, and how long it took; waits before it are not counted."""

    body: bytes
    took: timedelta

    def json(self) -> Any:  # noqa: ANN401 - JSON values
        """Read the body.

        Raises:
            Obstacle: `graph_unavailable` if it is no JSON.
        """
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError) as error:
            raise unusable() from error


Judge = Callable[[int, Mapping[str, str], bytes], Refused]
"""Reads a refusal: HTTP status, headers, body."""


def unusable() -> Obstacle:
    """Make the obstacle of an answer that came with a good status and cannot be used."""
    return Obstacle(Finding.because(FindingStatus.UNKNOWN, ReasonCode.GRAPH_UNAVAILABLE))


def connection_pool() -> urllib3.PoolManager:
    """Make the pool that a process keeps: connections outlive a batch, what was said over them does not."""
    return urllib3.PoolManager(num_pools=4, maxsize=SIDE_BY_SIDE, retries=False)


class Client:
    """Sends requests until they are answered, refused for good, or out of time."""

    def __init__(self, pool: urllib3.PoolManager, deadline: Deadline, pace: Pace) -> None:
        """Send over *pool*, within *deadline*, at *pace*."""
        self._pool = pool
        self._deadline = deadline
        self._pace = pace

    def send(self, request: Callable[[], Request], judge: Judge, renew: Callable[[], None] | None = None) -> Reply:
        """Send *request* and wait as Microsoft asks; *renew* replaces a token that was rejected, once.

        Raises:
            Obstacle: With what *judge* makes of the refusal, once trying again is over; one that passes by itself
                says when to look again.
        """
        tries = 0
        while True:
            tries += 1
            if not self._deadline.fits():
                again = self._pace.now() + timedelta(seconds=AFTER_A_FAILURE)
                raise Obstacle(of_silence().finding(next_check_at=again))

            started = self._pace.seconds()
            response = self._sent(request())
            if response is not None and response.status == HTTPStatus.OK:
                return Reply(response.data, timedelta(seconds=self._pace.seconds() - started))

            refused = of_silence() if response is None else judge(response.status, response.headers, response.data)
            if refused.retry is Retry.WITH_FRESH_TOKEN and renew is not None:
                renew()
                renew = None
                continue

            self._wait(refused, None if response is None else response.headers.get("Retry-After"), tries)

    def _sent(self, request: Request) -> urllib3.BaseHTTPResponse | None:
        try:
            return self._pool.request(
                request.method,
                request.url,
                headers=request.headers,
                body=None if request.form is None else urlencode(request.form),
                redirect=False,
                timeout=urllib3.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS, total=self._deadline.for_a_call),
            )
        except urllib3.exceptions.HTTPError:
            return None

    def _wait(self, refused: Refused, header: str | None, tries: int) -> None:
        now = self._pace.now()
        asked = wait_asked_for(header, now)
        wait = self._pace.jitter(tries) if asked is None else asked
        allowed = {Retry.AFTER_A_WAIT: MAX_TRIES, Retry.A_FEW_TIMES: _A_FEW}.get(refused.retry, 0)

        if tries < allowed and wait <= LONGEST_WAIT and self._deadline.fits(wait):
            self._pace.sleep(wait)
            return

        again = now + timedelta(seconds=AFTER_A_FAILURE if asked is None else asked)
        raise Obstacle(refused.finding(next_check_at=again))
