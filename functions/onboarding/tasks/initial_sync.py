"""initial_sync: an inventory of the tenant, area by area and page by page, that can be put back and resumed.

After every page the position is handed out to be saved; whoever goes on from it neither loses nor repeats an item,
because an item is counted in the same step that moves the position past its page. Where that page can no longer be had,
its area is begun anew, and what was counted of it forgotten.
"""

from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from onboarding.domain.deadline import Deadline
from onboarding.domain.finding import Finding, FindingStatus, Obstacle, Postponed
from onboarding.domain.model import Concept
from onboarding.domain.payloads import AreaPayload, InventoryPayload
from onboarding.domain.progress import Progress
from onboarding.domain.reasons import REASONS, ReasonCode
from onboarding.domain.tenant import Area, Page, Tenant

AREAS = tuple(Area)

MAX_TRIES = 5
"""How often the same page is put back before its area is given up; crashes are counted elsewhere."""

MAX_RESTARTS = 3
"""How often an area is begun anew because its next page could no longer be had."""

_PASSING = {ReasonCode.GRAPH_THROTTLED, ReasonCode.TOKEN_THROTTLED, ReasonCode.GRAPH_UNAVAILABLE}
"""What says nothing of the tenant. With a time to look again it passes: the run is put back and tries again."""

_OF_ONE_AREA = {ReasonCode.PERMISSION_MISSING, ReasonCode.RESOURCE_MISSING, ReasonCode.INTUNE_NOT_PROVISIONED}
"""What closes one area and says nothing of the next. Anything else ends the whole run."""

_LINK_EXPIRED = {HTTPStatus.BAD_REQUEST, HTTPStatus.GONE}
"""How Microsoft refuses a link to a next page that waited too long (`Directory_ExpiredPageToken` is a 400,
https://learn.microsoft.com/graph/errors). Only the first page can be asked for then."""

_LABELS = {
    Area.DEVICE_CONFIGURATIONS: "device configurations",
    Area.CONFIGURATION_POLICIES: "configuration policies",
    Area.COMPLIANCE_POLICIES: "compliance policies",
    Area.MANAGED_DEVICES: "managed devices",
    Area.SCRIPTS: "scripts",
    Area.MOBILE_APPS: "apps",
}

Checkpoint = Callable[[Progress, dict[str, Any]], None]
"""Saves how far a run has come, and the position it can be resumed from; may raise to stop it."""


class Position(Concept):
    """Where the inventory stands: small, and made of JSON values once it is saved."""

    closed: tuple[AreaPayload, ...] = ()
    """Areas that are done with, in order."""

    current: AreaPayload | None = None
    """What was counted so far in the area under way."""

    next_link: str | None = None
    tries: int = 0
    """How often the page at *next_link* was put back."""

    restarts: int = 0
    """How often the area under way was begun anew."""

    @property
    def area(self) -> AreaPayload:
        """The area under way."""
        return self.current or AreaPayload(area=AREAS[len(self.closed)])

    def past(self, page: Page) -> "Position":
        """Count *page* and move past it."""
        counted = AreaPayload(
            area=self.area.area,
            items=self.area.items + page.items,
            newest_change=max(filter(None, (self.area.newest_change, page.newest)), default=None),
        )
        if page.next_link is None:
            return Position(closed=(*self.closed, counted))
        return Position(closed=self.closed, current=counted, next_link=page.next_link, restarts=self.restarts)

    def put_back(self) -> "Position":
        """Stay here, for one more try."""
        return self.model_copy(update={"tries": self.tries + 1})

    def restarted(self) -> "Position":
        """Go back to the first page of the area under way; what was counted of it is forgotten, to be counted once."""
        return Position(closed=self.closed, restarts=self.restarts + 1)

    def given_up(self, finding: Finding) -> "Position":
        """Close the area under way for the reason in *finding*, with what was counted so far."""
        closed = self.area.model_copy(
            update={
                "reason_code": finding.reason_code,
                "permissions": tuple(finding.payload.get("permissions", ())),
            }
        )
        return Position(closed=(*self.closed, closed))

    def progress(self) -> Progress:
        """Say how far this is, in areas; the message names what was counted last."""
        last = self.current or (self.closed[-1] if self.closed else self.area)
        return Progress(done=len(self.closed), total=len(AREAS), message=f"{last.items:,} {_LABELS[last.area]} read")


def examine(tenant: Tenant, *, resume: dict[str, Any] | None, checkpoint: Checkpoint, deadline: Deadline) -> Finding:
    """Take stock of every area from the position in *resume*, or from the start.

    *checkpoint* is called after every page, before a page is put back for another try, and when an area is begun anew.

    Raises:
        Postponed: If Microsoft asks for a longer wait than fits, or *deadline* is near; the position saved last is
            the one to resume from.
        Obstacle: If the whole tenant is out of reach; not for an area alone.
    """
    position = Position.model_validate(resume or {}, strict=False)

    while len(position.closed) < len(AREAS):
        if not deadline.fits():
            raise Postponed
        try:
            position = position.past(tenant.page(position.area.area, position.next_link))
        except Obstacle as obstacle:
            position = _after(obstacle, position, checkpoint)
        checkpoint(position.progress(), position.model_dump(mode="json"))

    return _judged(position.closed)


def _after(obstacle: Obstacle, position: Position, checkpoint: Checkpoint) -> Position:
    finding = obstacle.finding
    passes = finding.reason_code in _PASSING and finding.next_check_at is not None

    if passes and position.tries + 1 < MAX_TRIES:
        position = position.put_back()
        checkpoint(position.progress(), position.model_dump(mode="json"))
        raise Postponed(finding.next_check_at) from obstacle

    if _is_expired(position, finding) and position.restarts < MAX_RESTARTS:
        return position.restarted()

    if finding.reason_code in _PASSING | _OF_ONE_AREA:
        return position.given_up(finding)

    raise obstacle


def _is_expired(position: Position, finding: Finding) -> bool:
    """Tell whether Microsoft Graph refused the link to a next page, rather than anything else with such a status."""
    refused = finding.reason_code is ReasonCode.GRAPH_UNAVAILABLE and finding.next_check_at is None
    return refused and position.next_link is not None and finding.payload.get("http_status") in _LINK_EXPIRED


def _judged(areas: tuple[AreaPayload, ...]) -> Finding:
    unread = [area for area in areas if area.reason_code is not None]
    undecided = next((area.reason_code for area in areas if area.reason_code in _PASSING), None)
    payload = InventoryPayload(areas=areas).kept()

    if not unread:
        total = sum(area.items for area in areas)
        return Finding.ok(f"All {len(areas)} areas were read: {total:,} items.", **payload)

    causes = _causes(unread)
    if len(unread) < len(areas):
        message = f"{len(areas) - len(unread)} of {len(areas)} areas were read. {causes}"
        return Finding.because(FindingStatus.WARN, ReasonCode.SYNC_PARTIAL, message=message, **payload)
    message = f"No area could be read whole. {causes}"
    if undecided is not None:
        return Finding.because(FindingStatus.UNKNOWN, undecided, message=message, **payload)
    return Finding.because(FindingStatus.FAIL, ReasonCode.SYNC_FAILED, message=message, **payload)


def _causes(unread: Iterable[AreaPayload]) -> str:
    """Say why areas were not read, each cause once."""
    labels: dict[str, list[str]] = {}
    for area in unread:
        labels.setdefault(_cause(area), []).append(_LABELS[area.area])
    return " ".join(f"{', '.join(areas).capitalize()}: {cause}" for cause, areas in labels.items())


def _cause(area: AreaPayload) -> str:
    if area.permissions:
        return f"{' or '.join(area.permissions)} is not granted."
    return REASONS[area.reason_code].sentence if area.reason_code else ""
