"""The typed environment of a function, read once per process; `template.yaml` sets it."""

import os
import re
from datetime import timedelta
from typing import NamedTuple, Self

from onboarding.domain.catalogue import Kind


class Settings(NamedTuple):
    """What the deployment decided."""

    sessions_table: str
    runs_table: str
    evidence_table: str
    audit_table: str
    user_id_claim: str
    lock_length: timedelta
    idle: timedelta
    watch_every: timedelta
    """How often a tenant is verified again once its session is completed."""
    lease: timedelta
    resend_after: timedelta
    run_budget: int
    """How many runs the people of a tenant may start in ten minutes."""
    deadlines: dict[Kind, timedelta]
    public_url: str
    """Where people reach the API; empty where API Gateway's own name for it is the one."""

    @classmethod
    def from_environment(cls) -> Self:
        """Read the settings.

        Raises:
            KeyError: If one is missing: the function is deployed wrongly and must not start.
            ValueError: If a number, or a length of time in seconds, is no whole one.
        """
        return cls(
            sessions_table=os.environ["SESSIONS_TABLE"],
            runs_table=os.environ["RUNS_TABLE"],
            evidence_table=os.environ["EVIDENCE_TABLE"],
            audit_table=os.environ["AUDIT_TABLE"],
            user_id_claim=os.environ["USER_ID_CLAIM"],
            lock_length=_seconds("LOCK_SECONDS"),
            idle=_seconds("IDLE_SECONDS"),
            watch_every=_seconds("WATCH_SECONDS"),
            lease=_seconds("LEASE_SECONDS"),
            resend_after=_seconds("RESEND_SECONDS"),
            run_budget=int(os.environ["RUN_BUDGET"]),
            deadlines={
                Kind.PROBE: _seconds("PROBE_DEADLINE_SECONDS"),
                Kind.EXCLUSIVE: _seconds("SYNC_DEADLINE_SECONDS"),
            },
            public_url=os.environ["PUBLIC_URL"],
        )


class PageSettings(NamedTuple):
    """What the page, and whoever serves it, has to know."""

    folder: str
    """Where the page's files lie."""
    issuer: str
    audience: str
    user_id_claim: str
    client_id: str
    """Who the page is to the issuer."""
    scope: str
    """What the page asks the issuer for, in the issuer's words."""
    sign_in_origins: tuple[str, ...]
    """Whom the page may ask for tokens."""
    over_tls: bool

    @classmethod
    def from_environment(cls) -> Self:
        """Read the settings, which only `serve_page` has.

        Raises:
            KeyError: If one is missing: the function is deployed wrongly and must not start.
            ValueError: If the issuer or the origin it signs in at is no address that a browser could be told of.
        """
        issuer, elsewhere = os.environ["ISSUER"], os.environ["PAGE_SIGN_IN_ORIGIN"]
        return cls(
            folder=os.environ["PAGE_FOLDER"],
            issuer=issuer,
            audience=os.environ["AUDIENCE"],
            user_id_claim=os.environ["USER_ID_CLAIM"],
            client_id=os.environ["PAGE_CLIENT_ID"],
            scope=os.environ["PAGE_SCOPE"],
            sign_in_origins=tuple(_origin(each) for each in (issuer, elsewhere) if each),
            over_tls=not os.environ["PUBLIC_URL"].startswith("http://"),
        )


class QueueUrls(NamedTuple):
    """Where runs are sent, by the kind of their task."""

    by_kind: dict[Kind, str]

    @classmethod
    def from_environment(cls) -> Self:
        """Read the queues' URLs, which only the dispatcher has.

        Raises:
            KeyError: If one is missing.
        """
        return cls({Kind.PROBE: os.environ["PROBE_QUEUE_URL"], Kind.EXCLUSIVE: os.environ["SYNC_QUEUE_URL"]})


def event_bus_name() -> str:
    """Read which bus hears of the audit trail; only the publisher knows.

    Raises:
        KeyError: If it is missing.
    """
    return os.environ["EVENT_BUS_NAME"]


def reference_folder() -> str:
    """Read where the files of the reference lie; only who serves them knows.

    Raises:
        KeyError: If it is missing.
    """
    return os.environ["REFERENCE_FOLDER"]


def trace_id() -> str | None:
    """Tell which trace of X-Ray the invocation belongs to, which the runtime says anew for each."""
    return os.environ.get("_X_AMZN_TRACE_ID", "").partition(";")[0].removeprefix("Root=") or None


def _seconds(name: str) -> timedelta:
    return timedelta(seconds=int(os.environ[name]))


def _origin(url: str) -> str:
    """Give the origin of *url*; it goes into a header, so nothing may stand there that means more than an origin."""
    found = re.match(r"https?://[A-Za-z0-9.-]+(:[0-9]+)?(?=/|\Z)", url)
    if found is None:
        raise ValueError("the issuer's address has no origin")
    return found[0]
