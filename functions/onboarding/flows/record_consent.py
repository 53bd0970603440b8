"""Record a customer's consent as Microsoft reports it, and look at once whether it shows."""

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum

from onboarding.domain.catalogue import Kind, Task
from onboarding.domain.consent import State
from onboarding.domain.run import Run, started
from onboarding.errors import Transient
from onboarding.storage.consents import Asked, Consents, RequestUsedUp
from onboarding.storage.runs import GuardRefused, IdTaken

TRIES = 3


class Outcome(StrEnum):
    """What became of a report."""

    RECORDED = "recorded"
    ALREADY = "already"
    """The link was used up before; a page that is loaded again comes here."""
    NOT_OURS = "not_ours"
    """No link of ours, or one whose time ran out."""
    ANOTHER_TENANT = "another_tenant"
    """Somebody consented for another tenant than the one that was asked."""


def record_consent(
    state: State,
    entra_tenant_id: str,
    *,
    consents: Consents,
    new_id: Callable[[], int],
    deadlines: dict[Kind, timedelta],
    now: datetime,
) -> Outcome:
    """Record that the administrator of a customer consented, and start `consent_status` in nobody's name.

    Who brings the secret of *state* was given our link; that is all it proves. *entra_tenant_id* is what the report
    says and gives no right to anything: it only tells when somebody consented for the wrong tenant. Whether consent
    was truly given is for the run to find out.

    Raises:
        Transient: If DynamoDB did not take it; the same report can be brought again.
    """
    asked = consents.asked(state)
    if asked is None:
        return Outcome.NOT_OURS
    if asked.request.used_at:
        return Outcome.ALREADY
    if not asked.request.is_good(now):
        return Outcome.NOT_OURS
    if entra_tenant_id.lower() != asked.connection.entra_tenant_id:
        return Outcome.ANOTHER_TENANT
    run: Run | None = None
    may_start = True
    for _ in range(TRIES):
        run = _run(asked, new_id(), deadlines, now) if may_start else None
        try:
            consents.record(state, run, now)
        except RequestUsedUp:
            return Outcome.ALREADY
        except GuardRefused:
            may_start = False  # the consent counts all the same; whoever looks next sees it
        except IdTaken:
            continue
        else:
            return Outcome.RECORDED
    raise Transient("This tenant is busy; try again in a moment.")


def _run(asked: Asked, run_id: int, deadlines: dict[Kind, timedelta], now: datetime) -> Run:
    session, connection = asked.session, asked.connection
    in_use = session is not None and session.provider_connection_id == connection.id
    return started(
        run_id,
        Task.CONSENT_STATUS,
        connection.id,
        tenant_id=connection.tenant_id,
        session_id=session.id if session and in_use else None,
        user_id=None,
        now=now,
        deadlines=deadlines,
    )
