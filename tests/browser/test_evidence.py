"""What was found can be looked through, compared, taken away and printed."""

import json
import re
from collections.abc import Iterator
from datetime import datetime

import pytest
from playwright.sync_api import Route, expect

from local.tenants import SeededTenant
from local.walking import Walk
from tests.browser.people import ALEX, READONLY, Room, pick
from tests.browser.pictures import picture
from tests.browser.wizard import address, arrange_step


def one_at_a_time(route: Route) -> None:
    """Have a list of sessions answer page by page, however few there are."""
    url = route.request.url
    route.continue_(url=url if "limit=" in url else f"{url}{'&' if '?' in url else '?'}limit=1")


@pytest.fixture(scope="module")
def examined(arrange: Walk, untouched: Iterator[SeededTenant]) -> SeededTenant:
    """A tenant with findings of several checks, two of one of them."""
    tenant = next(untouched)
    arrange_step(arrange, tenant.id, 4)
    arrange.examine(ALEX, tenant.id, "license_check")
    return tenant


def test_evidence_is_narrowed_and_the_choice_stands_in_the_address(people: Room, examined: SeededTenant) -> None:
    robin = people.sit_down(READONLY, address(examined.id, "evidence"))
    timeline = robin.get_by_role("list", name="Evidence")
    expect(timeline.get_by_role("checkbox")).to_have_count(7)
    picture(robin, "evidence")

    robin.get_by_role("button", name="Check", exact=False).filter(has_text="All checks").click()
    robin.get_by_role("option", name="Licences").click()

    expect(timeline.get_by_role("checkbox")).to_have_count(2)
    expect(robin).to_have_url(re.compile(r"\?task=license_check$"))
    robin.get_by_role("button", name="Finding").click()
    robin.get_by_role("option", name="Failed").click()
    expect(robin.get_by_text("No evidence matches")).to_be_visible()
    expect(robin).to_have_url(re.compile(r"\?task=license_check&found=fail$"))


def test_two_pieces_of_a_check_are_compared_and_of_two_checks_are_not(people: Room, examined: SeededTenant) -> None:
    robin = people.sit_down(READONLY, address(examined.id, "evidence"))
    compare = robin.get_by_role("button", name="Compare the two chosen")
    licences = robin.get_by_role("checkbox", name="Choose Licences of")
    licences.first.check()
    expect(compare).to_be_disabled()
    robin.get_by_role("checkbox", name="Choose Intune of").check()
    expect(compare).to_be_disabled()
    robin.get_by_role("checkbox", name="Choose Intune of").uncheck()
    licences.last.check()
    compare.click()

    dialog = robin.get_by_role("dialog", name="What changed in Licences")
    expect(dialog.get_by_role("row").filter(has_text="Judgement").get_by_role("cell")).to_have_text(["OK", "OK"])
    picture(robin, "comparison")


def test_evidence_is_downloaded_as_the_api_gave_it(people: Room, arrange: Walk, examined: SeededTenant) -> None:
    robin = people.sit_down(READONLY, f"{address(examined.id, 'evidence')}?task=license_check")
    expect(robin.get_by_role("checkbox")).to_have_count(2)

    with robin.expect_download() as download:
        robin.get_by_role("button", name="Download JSON").click()

    assert download.value.suggested_filename == f"evidence-{examined.id}.json"
    kept = json.loads(download.value.path().read_text())
    pieces = arrange.expect_list(ALEX, f"/tenants/{examined.id}/onboarding/evidence")
    assert kept == [piece for piece in pieces if piece["task_type"] == "license_check"]


def test_every_time_is_in_the_users_zone_and_has_its_exact_instant(people: Room, examined: SeededTenant) -> None:
    robin = people.sit_down(READONLY, address(examined.id, "evidence"), timezone_id="Asia/Tokyo")
    times = robin.get_by_role("list", name="Evidence").locator("time")
    expect(times).to_have_count(7)

    for time in times.all():
        instant = datetime.fromisoformat(time.get_attribute("datetime") or "")
        assert instant.utcoffset() is not None
        shown = time.get_attribute("title") or ""
        assert "GMT+9" in shown, shown
        there = (instant.hour + 9) % 24
        assert f"{there:02}:{instant.minute:02}" in shown, shown


def test_the_report_prints_on_one_page_without_what_is_around_it(people: Room, examined: SeededTenant) -> None:
    robin = people.sit_down(READONLY, address(examined.id, "report"))
    expect(robin.get_by_role("article").get_by_role("row")).to_have_count(8)
    picture(robin, "report")

    robin.emulate_media(media="print")
    printed = robin.pdf(format="A4", print_background=True)

    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1
    expect(robin.get_by_role("article")).to_be_visible()
    expect(robin.get_by_role("banner")).to_be_hidden()
    expect(robin.get_by_role("navigation", name="Sections of this tenant")).to_be_hidden()
    expect(robin.get_by_role("button", name="Print")).to_be_hidden()


def test_a_report_of_a_session_that_is_not_there_shows_no_other(people: Room, examined: SeededTenant) -> None:
    robin = people.sit_down(READONLY, f"{address(examined.id, 'report')}?session=12345")

    expect(robin.get_by_role("alert")).to_contain_text("There is no session 12345 in this tenant")
    expect(robin.get_by_role("article")).to_have_count(0)
    picture(robin, "report-no-such-session")
    robin.get_by_role("link", name="Open the newest report").click()
    expect(robin.get_by_role("article")).to_be_visible()


def test_evidence_of_a_session_that_is_not_there_is_not_that_of_all(people: Room, examined: SeededTenant) -> None:
    robin = people.sit_down(READONLY, f"{address(examined.id, 'evidence')}?session=12345")

    expect(robin.get_by_role("alert")).to_contain_text("There is no session 12345 in this tenant")
    expect(robin.get_by_role("checkbox")).to_have_count(0)
    robin.get_by_role("link", name="Show the evidence of all sessions").click()
    expect(robin.get_by_role("list", name="Evidence").get_by_role("checkbox")).to_have_count(7)


def test_what_was_found_in_an_earlier_onboarding_counts_and_says_so_and_old_reports_are_paged_through(
    people: Room, arrange: Walk, tenant: SeededTenant
) -> None:
    first = arrange_step(arrange, tenant.id, 3)
    arrange.edit(ALEX, first, status="abandoned")
    second = arrange.ask(ALEX, "POST", f"/tenants/{tenant.id}/onboarding/session").body
    robin = people.open()
    robin.route(re.compile(rf"/tenants/{tenant.id}/onboarding/sessions(\?|$)"), one_at_a_time)
    robin.goto(address(tenant.id, "report"))
    robin.get_by_role("button", name="Sign in").click()
    pick(robin, READONLY)
    report = robin.get_by_role("article")
    consent = report.get_by_role("row").filter(has=robin.get_by_role("rowheader", name="Consent", exact=True))
    expect(consent).to_contain_text("from an earlier onboarding")
    expect(report.get_by_role("row").filter(has_text="Not checked yet over the connection in use")).to_have_count(6)
    expect(report).to_contain_text(str(second["id"]))
    picture(robin, "report-earlier")

    robin.get_by_role("button", name="Load earlier onboardings").click()
    robin.get_by_role("button", name="Session").click()
    robin.get_by_role("option", name="Abandoned").click()
    expect(report).to_contain_text(str(first["id"]))
    expect(report).not_to_contain_text("from an earlier onboarding")

    robin.goto(f"{address(tenant.id, 'report')}?session={first['id']}")  # an address finds it, however far back
    pick(robin, READONLY)
    expect(report).to_contain_text(str(first["id"]))


def test_looking_again_asks_for_the_newest_evidence_alone(people: Room, arrange: Walk, examined: SeededTenant) -> None:
    robin = people.open()
    robin.clock.install()
    asked: list[str] = []

    def few(route: Route) -> None:
        asked.append(route.request.url)
        route.continue_(url=route.request.url.replace("limit=50", "limit=3"))

    robin.route(f"**/tenants/{examined.id}/onboarding/evidence?*", few)
    robin.goto(address(examined.id, "evidence"))
    robin.get_by_role("button", name="Sign in").click()
    pick(robin, READONLY)
    pieces = robin.get_by_role("list", name="Evidence").get_by_role("checkbox")
    expect(pieces).to_have_count(3)
    robin.get_by_role("button", name="Load older evidence").click()
    expect(pieces).to_have_count(6)
    robin.get_by_role("button", name="Load older evidence").click()
    expect(pieces).to_have_count(7)

    arrange.examine(ALEX, examined.id, "rbac_check")
    before = len(asked)
    with robin.expect_response(lambda answer: "/onboarding/evidence?" in answer.url):
        robin.clock.fast_forward("00:16")

    expect(pieces).to_have_count(8)
    assert [url for url in asked[before:] if "cursor=" in url] == []
