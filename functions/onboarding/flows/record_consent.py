"""Record a customer's consent as Microsoft reports it, and look at once whether it shows."""

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum

from onboarding.domain.audit import Act, AuditEntry, Details, Origin
from onboarding.domain.catalogue import Kind
from onboarding.domain.consent import State
from onboarding.domain.propagation import look
from onboarding.errors import Transient
from onboarding.storage.consents import Asked, Consents, RequestUsedUp, StandingMoved
from onboarding.storage.runs import GuardRefused, IdTaken

TRIES = 4


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
    origin: Origin,
    consents: Consents,
    new_id: Callable[[], int],
    deadlines: dict[Kind, timedelta],
    now: datetime,
) -> Outcome:
    """Record that the administrator of a customer consented, and have it looked for in nobody's name.

    If the connection is the one in use, `consent_status` is started, or a look left for the sweep while something
    keeps it from starting. If it is not, nothing is: what is found over one connection takes the place of what was
    found over another.

    Who brings the secret of *state* was given our link; that is all it proves. *entra_tenant_id* is what the report
    says and gives no right to anything: it only tells when somebody consented for the wrong tenant. Whether consent
    was truly given is for the run to find out.

    Raises:
        Transient: If DynamoDB did not take it; the same report can be brought again.
    """
    may_start = True
    for _ in range(TRIES):
        asked = consents.asked(state)
        if asked is None:
            return Outcome.NOT_OURS
        if (refused := _refused(asked, entra_tenant_id, now)) is not None:
            return refused
        starts = may_start and asked.standing.is_in_use
        run = look(asked.standing, new_id(), deadlines, now) if starts else None
        try:
            consents.record(state, asked.standing, run, _entry(state, origin, new_id(), now), now)
        except GuardRefused:
            may_start = False  # the consent counts all the same, and the sweep looks for it
        except (RequestUsedUp, StandingMoved, IdTaken):
            continue  # what became of it is seen when it is read again
        else:
            return Outcome.RECORDED
    raise Transient("This tenant is busy; try again in a moment.")


def _refused(asked: Asked, entra_tenant_id: str, now: datetime) -> Outcome | None:
    if asked.request.used_at:
        return Outcome.ALREADY
    if not asked.request.is_good(now):
        return Outcome.NOT_OURS
    if entra_tenant_id.lower() != asked.standing.connection.entra_tenant_id:
        return Outcome.ANOTHER_TENANT
    return None


def _entry(state: State, origin: Origin, entry_id: int, now: datetime) -> AuditEntry:
    """Tell of it in nobody's name: who knocked is a stranger with our link."""
    return AuditEntry(
        id=entry_id,
        tenant_id=state.tenant_id,
        at=now,
        act=Act.CONSENT_RECORDED,
        by_user_id=None,
        source_ip=origin.source_ip,
        request_id=origin.request_id,
        details=Details(connection_id=state.connection_id),
    )
