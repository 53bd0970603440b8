from collections import Counter
from datetime import datetime, timedelta
from typing import Any, override

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onboarding.domain.deadline import ROOM_FOR_A_CALL, Deadline
from onboarding.domain.finding import Finding, FindingStatus, Obstacle, Postponed
from onboarding.domain.progress import Progress
from onboarding.domain.reasons import ReasonCode
from onboarding.domain.tenant import Area, Page
from onboarding.tasks import initial_sync
from onboarding.tasks.initial_sync import AREAS, MAX_RESTARTS, MAX_TRIES
from tests.tenant import NOW, PlainTenant, obstacle, pages

OK, WARN, FAIL, UNKNOWN = FindingStatus
ENDLESS = Deadline(lambda: 1e9)
SOON = NOW + timedelta(minutes=2)


class Saved:
    """What the flow saves at each checkpoint."""

    def __init__(self) -> None:
        self.progress: list[Progress] = []
        self.positions: list[dict[str, Any]] = []

    def __call__(self, progress: Progress, position: dict[str, Any]) -> None:
        self.progress.append(progress)
        self.positions.append(position)

    @property
    def resume(self) -> dict[str, Any] | None:
        return self.positions[-1] if self.positions else None


def examine(tenant: PlainTenant, saved: Saved | None = None, deadline: Deadline = ENDLESS) -> Finding:
    saved = saved or Saved()
    return initial_sync.examine(tenant, resume=saved.resume, checkpoint=saved, deadline=deadline)


def inventory(**sizes: tuple[int, ...]) -> dict[tuple[Area, str | None], Page]:
    return {key: page for area in Area for key, page in pages(area, *sizes.get(area.name.lower(), (2,))).items()}


def items_of(finding: Finding) -> dict[str, int]:
    return {area["area"]: area["items"] for area in finding.payload["areas"]}


def test_all_areas_read_is_ok_with_counts_and_newest_change() -> None:
    tenant = PlainTenant(inventory=inventory(managed_devices=(50, 50, 7)))

    finding = examine(tenant)

    assert (finding.status, finding.reason_code) == (OK, None)
    assert finding.message == "All 6 areas were read: 117 items."
    assert finding.payload["areas"][3] == {
        "area": "managedDevices",
        "items": 107,
        "newest_change": "2026-03-02T09:30:00Z",
        "permissions": [],
    }


def test_an_area_without_items_is_read() -> None:
    empty: dict[tuple[Area, str | None], Page] = {(area, None): Page(0, None, None) for area in Area}

    finding = examine(PlainTenant(inventory=empty))

    assert finding.status is OK
    assert finding.payload["areas"][0] == {"area": "deviceConfigurations", "items": 0, "permissions": []}


def test_some_areas_read_warns_and_says_why_of_the_others() -> None:
    refused = obstacle(ReasonCode.PERMISSION_MISSING, permissions=("DeviceManagementScripts.Read.All",))

    finding = examine(
        PlainTenant(refusals={Area.SCRIPTS: refused, Area.MOBILE_APPS: obstacle(ReasonCode.RESOURCE_MISSING)})
    )

    assert (finding.status, finding.reason_code) == (WARN, ReasonCode.SYNC_PARTIAL)
    assert finding.message == (
        "4 of 6 areas were read. Scripts: DeviceManagementScripts.Read.All is not granted. "
        "Apps: Microsoft Graph does not know what was asked for in this tenant."
    )
    assert finding.payload["areas"][4] == {
        "area": "deviceManagementScripts",
        "items": 0,
        "reason_code": "permission_missing",
        "permissions": ["DeviceManagementScripts.Read.All"],
    }


def test_no_area_read_fails() -> None:
    refused = obstacle(ReasonCode.INTUNE_NOT_PROVISIONED)

    finding = examine(PlainTenant(refusals=dict.fromkeys(Area, refused)))

    assert (finding.status, finding.reason_code) == (FAIL, ReasonCode.SYNC_FAILED)
    assert finding.message is not None
    assert finding.message.startswith("No area could be read whole. Device configurations, configuration policies, ")


def test_an_area_that_breaks_off_halfway_is_not_read_whole() -> None:
    def break_off(area: Area, link: str | None) -> None:
        if area is Area.MANAGED_DEVICES and link:
            raise obstacle(ReasonCode.RESOURCE_MISSING)

    finding = examine(PlainTenant(inventory=inventory(managed_devices=(50, 50)), before_page=break_off))

    assert (finding.status, finding.reason_code) == (WARN, ReasonCode.SYNC_PARTIAL)
    assert items_of(finding)["managedDevices"] == 50


@pytest.mark.parametrize("reason", [ReasonCode.CREDENTIAL_EXPIRED, ReasonCode.TOKEN_REJECTED, ReasonCode.WRONG_TENANT])
def test_what_closes_the_whole_tenant_ends_the_run(reason: ReasonCode) -> None:
    with pytest.raises(Obstacle) as raised:
        examine(PlainTenant(refusals={Area.DEVICE_CONFIGURATIONS: obstacle(reason)}))

    assert raised.value.finding.reason_code is reason


def test_after_every_page_progress_and_position_are_handed_out() -> None:
    saved = Saved()

    examine(PlainTenant(inventory=inventory(managed_devices=(1000, 250))), saved)

    assert len(saved.progress) == 7
    assert saved.progress[0] == Progress(done=1, total=6, message="2 device configurations read")
    assert saved.progress[3] == Progress(done=3, total=6, message="1,000 managed devices read")
    assert saved.progress[4] == Progress(done=4, total=6, message="1,250 managed devices read")
    assert saved.progress[6] == Progress(done=6, total=6, message="2 apps read")


@pytest.mark.parametrize(
    "reason", [ReasonCode.GRAPH_THROTTLED, ReasonCode.TOKEN_THROTTLED, ReasonCode.GRAPH_UNAVAILABLE]
)
def test_what_passes_by_itself_puts_the_run_back_until_then(reason: ReasonCode) -> None:
    tenant, saved = PlainTenant(refusals={Area.MANAGED_DEVICES: obstacle(reason, UNKNOWN, next_check_at=SOON)}), Saved()

    with pytest.raises(Postponed) as postponed:
        examine(tenant, saved)

    assert postponed.value.not_before == SOON
    assert saved.positions[-1]["tries"] == 1

    tenant.refusals = {}
    assert examine(tenant, saved).status is OK
    assert Counter(tenant.read) == dict.fromkeys(((area, None) for area in Area), 1)


def test_a_page_that_is_put_back_too_often_closes_its_area() -> None:
    refused = obstacle(ReasonCode.GRAPH_THROTTLED, UNKNOWN, next_check_at=SOON)
    tenant, saved = PlainTenant(refusals={Area.SCRIPTS: refused}), Saved()

    for _ in range(MAX_TRIES - 1):
        with pytest.raises(Postponed):
            examine(tenant, saved)
    finding = examine(tenant, saved)

    assert (finding.status, finding.reason_code) == (WARN, ReasonCode.SYNC_PARTIAL)
    assert finding.payload["areas"][4]["reason_code"] == "graph_throttled"


def test_tries_are_counted_for_one_page_at_a_time() -> None:
    trouble = [True]

    def flicker(_area: Area, _link: str | None) -> None:
        trouble[0] = not trouble[0]
        if not trouble[0]:
            raise obstacle(ReasonCode.GRAPH_UNAVAILABLE, UNKNOWN, next_check_at=SOON)

    tenant, saved = PlainTenant(before_page=flicker), Saved()

    for _ in AREAS:
        with pytest.raises(Postponed):
            examine(tenant, saved)

    assert examine(tenant, saved).status is OK


def test_an_answer_that_will_never_do_closes_its_area_at_once() -> None:
    finding = examine(PlainTenant(refusals={Area.SCRIPTS: obstacle(ReasonCode.GRAPH_UNAVAILABLE, UNKNOWN)}))

    assert (finding.status, finding.reason_code) == (WARN, ReasonCode.SYNC_PARTIAL)


class ExpiringTenant(PlainTenant):
    """Refuses links to next pages of devices as long as `expired` lasts."""

    expired = 0
    status = 410

    @override
    def page(self, area: Area, link: str | None) -> Page:
        if area is Area.MANAGED_DEVICES and link is not None and self.expired:
            self.expired -= 1
            raise obstacle(ReasonCode.GRAPH_UNAVAILABLE, UNKNOWN, http_status=self.status)
        return super().page(area, link)


@pytest.mark.parametrize("status", [400, 410])
@pytest.mark.parametrize("times", [1, MAX_RESTARTS])
def test_an_area_whose_next_page_expired_is_begun_anew_and_counted_once(status: int, times: int) -> None:
    tenant, saved = ExpiringTenant(inventory=inventory(managed_devices=(50, 50, 7))), Saved()
    tenant.expired, tenant.status = times, status

    finding = examine(tenant, saved)

    assert finding.status is OK
    assert items_of(finding)["managedDevices"] == 107
    assert Counter(tenant.read)[Area.MANAGED_DEVICES, None] == 1 + times
    others = {area: times for (area, _), times in Counter(tenant.read).items() if area is not Area.MANAGED_DEVICES}
    assert set(others.values()) == {1}


def test_that_an_area_was_begun_anew_is_saved() -> None:
    tenant, saved = ExpiringTenant(inventory=inventory(managed_devices=(50, 50))), Saved()
    tenant.expired = 1

    examine(tenant, saved)

    anew = [position for position in saved.positions if position["restarts"]]
    assert [(each["current"], each["next_link"]) for each in anew[:1]] == [(None, None)]
    assert len(anew) == 2  # begun anew, and past its first page; then the area is closed


def test_an_area_whose_next_page_expires_again_and_again_is_closed() -> None:
    tenant = ExpiringTenant(inventory=inventory(managed_devices=(50, 50)))
    tenant.expired = MAX_RESTARTS + 1

    finding = examine(tenant)

    assert (finding.status, finding.reason_code) == (WARN, ReasonCode.SYNC_PARTIAL)
    assert finding.payload["areas"][3]["reason_code"] == "graph_unavailable"


@pytest.mark.parametrize(
    ("reason", "status"),
    [
        (ReasonCode.GRAPH_UNAVAILABLE, 404),
        (ReasonCode.GRAPH_UNAVAILABLE, None),
        (ReasonCode.INTUNE_NOT_PROVISIONED, 400),
    ],
)
def test_any_other_refusal_of_a_next_page_closes_its_area(reason: ReasonCode, status: int | None) -> None:
    def refuse(area: Area, link: str | None) -> None:
        if area is Area.MANAGED_DEVICES and link is not None:
            raise obstacle(reason, UNKNOWN, http_status=status)

    tenant = PlainTenant(inventory=inventory(managed_devices=(50, 50)), before_page=refuse)

    assert examine(tenant).reason_code is ReasonCode.SYNC_PARTIAL
    assert Counter(tenant.read)[Area.MANAGED_DEVICES, None] == 1


def test_a_token_that_is_refused_while_a_next_page_waits_ends_the_run_and_begins_nothing_anew() -> None:
    def refuse(_area: Area, link: str | None) -> None:
        if link is not None:
            raise obstacle(ReasonCode.CREDENTIAL_EXPIRED, http_status=400)

    with pytest.raises(Obstacle) as raised:
        examine(PlainTenant(inventory=inventory(managed_devices=(50, 50)), before_page=refuse))

    assert raised.value.finding.reason_code is ReasonCode.CREDENTIAL_EXPIRED


def test_a_position_that_was_saved_before_areas_could_be_begun_anew_is_resumed() -> None:
    old: dict[str, Any] = {"closed": [], "current": None, "next_link": None, "tries": 2}

    finding = initial_sync.examine(PlainTenant(), resume=old, checkpoint=Saved(), deadline=ENDLESS)

    assert finding.status is OK


def test_nothing_read_because_microsoft_was_busy_is_undecided() -> None:
    refused = obstacle(ReasonCode.GRAPH_THROTTLED, UNKNOWN)

    finding = examine(PlainTenant(refusals=dict.fromkeys(Area, refused)))

    assert (finding.status, finding.reason_code) == (UNKNOWN, ReasonCode.GRAPH_THROTTLED)


def test_near_the_end_of_the_invocation_the_run_is_put_back_at_once() -> None:
    left = iter([ROOM_FOR_A_CALL, ROOM_FOR_A_CALL, ROOM_FOR_A_CALL - 0.1])
    tenant, saved = PlainTenant(), Saved()

    with pytest.raises(Postponed) as postponed:
        examine(tenant, saved, Deadline(lambda: next(left)))

    assert postponed.value.not_before is None
    assert len(saved.positions) == 2

    assert examine(tenant, saved).status is OK
    assert Counter(tenant.read) == dict.fromkeys(((area, None) for area in Area), 1)


def test_a_checkpoint_that_raises_stops_the_run() -> None:
    class Stopped(Exception):  # noqa: N818 - stands for whatever a flow raises
        pass

    def stop(_progress: Progress, _position: dict[str, Any]) -> None:
        raise Stopped

    tenant = PlainTenant()

    with pytest.raises(Stopped):
        initial_sync.examine(tenant, resume=None, checkpoint=stop, deadline=ENDLESS)
    assert len(tenant.read) == 1


def test_a_position_from_an_unknown_field_is_refused_rather_than_misread() -> None:
    with pytest.raises(ValueError, match="Extra inputs"):
        initial_sync.examine(PlainTenant(), resume={"page": 7}, checkpoint=Saved(), deadline=ENDLESS)


@given(st.data())
def test_however_it_is_interrupted_no_item_is_lost_or_repeated(data: st.DataObject) -> None:
    sizes = {area.name.lower(): tuple(data.draw(st.lists(st.integers(0, 50), min_size=1, max_size=5))) for area in Area}
    tenant, saved = PlainTenant(inventory=inventory(**sizes)), Saved()
    interruptions = data.draw(st.lists(st.integers(0, 3), max_size=40))

    def interrupt(_area: Area, _link: str | None) -> None:
        match interruptions.pop() if interruptions else 0:
            case 1:
                raise ConnectionError  # a crash before the page was read
            case 2 if (saved.resume or {}).get("tries", 0) < MAX_TRIES - 1:
                raise obstacle(ReasonCode.GRAPH_THROTTLED, UNKNOWN, next_check_at=SOON)

    def save(progress: Progress, position: dict[str, Any]) -> None:
        if interruptions and interruptions.pop() == 3:
            raise ConnectionError  # a crash after the page was read: what was not saved is gone
        saved(progress, position)

    tenant.before_page = interrupt
    finding = None
    while finding is None:
        try:
            finding = initial_sync.examine(tenant, resume=saved.resume, checkpoint=save, deadline=ENDLESS)
        except (Postponed, ConnectionError):
            continue

    assert finding.status is OK
    assert items_of(finding) == {area.value: sum(sizes[area.name.lower()]) for area in Area}


def newest(finding: Finding, area: Area) -> datetime:
    return datetime.fromisoformat(finding.payload["areas"][AREAS.index(area)]["newest_change"])


def test_the_newest_change_is_the_latest_of_all_pages() -> None:
    older, newer = Page(1, NOW - timedelta(days=1), "next"), Page(1, NOW, None)
    area = Area.DEVICE_CONFIGURATIONS

    finding = examine(PlainTenant(inventory={**inventory(), (area, None): older, (area, "next"): newer}))

    assert newest(finding, area) == NOW
