"""The page is for everybody: with a keyboard, on a phone or a wall, in the dark, without motion, in one's own colours.

axe judges every page and state by WCAG 2.2 AA and its own best practice; what it cannot see is tried by hand here.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect
from playwright.sync_api import TimeoutError as TooLate

from local.tenants import SeededTenant
from local.walking import Walk
from tests import tallies
from tests.browser.equipment import Equipment
from tests.browser.people import ALEX, MANAGER, READONLY, STRANGER, Room, pick
from tests.browser.pictures import FOLDER, picture
from tests.browser.test_states import QUEUE
from tests.browser.wizard import address, arrange_step, at_step, who_does_what

RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
PHONE = {"width": 390, "height": 844}
WALL = {"width": 3840, "height": 2160}


def judged(page: Page, equipped: Equipment, state: str) -> list[str]:
    """Have axe judge *page*, and name each breach; how many there are is kept beside the pictures."""
    page.evaluate(equipped.axe)  # past the page's policy, as no script of the page's own could be
    found: list[dict[str, Any]] = page.evaluate(
        """async (rules) => (await axe.run(document, {runOnly: rules})).violations
             .map(({id, nodes}) => ({id, where: nodes.map(({target, any, all}) =>
                `${target.join(" ")} ${[...any, ...all].map(({message}) => message).join("; ")}`)}))""",
        list(RULES),
    )
    breaches = [f"{each['id']}: {where}" for each in found for where in each["where"]]
    counted = tallies.tally("axe: {breaches:,} violations in {states:,} pages and states")
    counted.update(states=1, breaches=len(breaches))
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / "axe.txt").open("a") as written:
        written.write(f"{len(breaches)} {state}\n")
    return breaches


@pytest.fixture(scope="module")
def walked(arrange: Walk, untouched: Iterator[SeededTenant]) -> SeededTenant:
    """A tenant whose session is at its last step, so that all five can be looked at."""
    tenant = next(untouched)
    arrange_step(arrange, tenant.id, 5)
    return tenant


@pytest.fixture(scope="module")
def bare(untouched: Iterator[SeededTenant]) -> SeededTenant:
    """A tenant that nobody has begun with."""
    return next(untouched)


type Show = Callable[[Room, SeededTenant, SeededTenant], Page]
"""Brings a page into a state, given a tenant that was walked and one that is bare."""


def _signed_out(people: Room, _walked: SeededTenant, _bare: SeededTenant) -> Page:
    page = people.open()
    page.goto("/app")
    page.get_by_role("button", name="Sign in").wait_for()
    return page


def _queue(people: Room, _walked: SeededTenant, _bare: SeededTenant) -> Page:
    page = people.sit_down(ALEX)
    page.get_by_role("table", name="My tenants").wait_for()
    return page


def _unmatched(people: Room, _walked: SeededTenant, _bare: SeededTenant) -> Page:
    page = people.sit_down(ALEX, "/app?q=nothing-of-the-kind")
    page.get_by_text("No tenant matches").wait_for()
    return page


def _empty(people: Room, _walked: SeededTenant, _bare: SeededTenant) -> Page:
    page = people.sit_down(STRANGER)
    page.get_by_text("No tenants yet").wait_for()
    return page


def _missing(people: Room, walked: SeededTenant, _bare: SeededTenant) -> Page:
    people.watch.expects(f"404 /tenants/{walked.id}/onboarding/session")
    page = people.sit_down(STRANGER, address(walked.id))
    page.get_by_text("There is nothing here").wait_for()
    return page


def _failed(people: Room, _walked: SeededTenant, _bare: SeededTenant) -> Page:
    people.watch.expects("500 /onboarding/sessions")
    page = people.open()

    def fail(route: Route) -> None:
        route.fulfill(status=500, headers={"retry-after": "0"}, json={"detail": "Broken.", "request_id": "req-1"})

    page.route(QUEUE, fail)
    page.goto("/app")
    page.get_by_role("button", name="Sign in").click()
    pick(page, ALEX)
    page.get_by_text("This could not be loaded").wait_for()
    return page


def _offline(people: Room, walked: SeededTenant, _bare: SeededTenant) -> Page:
    page = _step(3)(people, walked, _bare)
    page.route("**/*", lambda _: None)  # of a look that begins just as the network goes, a browser would complain
    page.context.set_offline(True)
    page.get_by_text("You are offline").wait_for()
    page.unroute("**/*")  # who knows of it asks for nothing more
    return page


def _none(people: Room, _walked: SeededTenant, bare: SeededTenant) -> Page:
    page = people.sit_down(ALEX, address(bare.id))
    page.get_by_role("button", name="Start onboarding").wait_for()
    return page


def _completed(people: Room, _walked: SeededTenant, bare: SeededTenant) -> Page:
    page = people.open()
    told: dict[str, Any] = {
        "tenant": {"id": bare.id, "name": bare.name},
        "role": "operator",
        "session": None,
        "last_completed": {"session_id": 7, "at": "2026-11-02T08:00:00Z", "by_user_id": MANAGER},
        "acts_next": "us",
        "because": [],
        "active_runs": [],
        "credential_expires_at": None,
        "drifted": True,
    }

    def complete(route: Route) -> None:
        route.fulfill(json=[told])

    page.route(re.compile(r"//[^/]+/onboarding/sessions(\?|$)"), complete)
    page.goto(address(bare.id))
    page.get_by_role("button", name="Sign in").click()
    pick(page, ALEX)
    page.get_by_role("button", name="Onboard again").wait_for()
    return page


def _unknown(people: Room, walked: SeededTenant, _bare: SeededTenant) -> Page:
    page = people.sit_down(ALEX, f"{address(walked.id, 'report')}?session=12345")
    page.get_by_role("alert").filter(has_text="There is no session 12345 in this tenant").wait_for()
    return page


def _forbidden(people: Room, _walked: SeededTenant, bare: SeededTenant) -> Page:
    page = people.sit_down(READONLY, address(bare.id))
    page.get_by_role("button", name="Start onboarding").wait_for()
    return page


def _step(step: int) -> Show:
    def show(people: Room, walked: SeededTenant, _bare: SeededTenant) -> Page:
        page = people.sit_down(ALEX, f"{address(walked.id)}?step={step}" if step < 5 else address(walked.id))
        at_step(page, step)
        expect(page.get_by_text("Loading…")).to_have_count(0)
        return page

    return show


def _locked(people: Room, walked: SeededTenant, _bare: SeededTenant) -> Page:
    page = people.sit_down(MANAGER, address(walked.id))
    page.get_by_role("button", name="Take over").click()
    page.get_by_role("dialog").wait_for()
    return page


def _dialog(button: str) -> Show:
    def show(people: Room, walked: SeededTenant, bare: SeededTenant) -> Page:
        page = _step(5)(people, walked, bare)
        page.get_by_role("button", name=button, exact=True).click()
        page.get_by_role("dialog").wait_for()
        return page

    return show


def _section(section: str) -> Show:
    def show(people: Room, walked: SeededTenant, _bare: SeededTenant) -> Page:
        page = people.sit_down(ALEX, address(walked.id, section))
        page.get_by_text("Licences").first.wait_for()
        return page

    return show


STATES: dict[str, Show] = {
    "signed out": _signed_out,
    "my tenants": _queue,
    "my tenants, none matches": _unmatched,
    "my tenants, empty": _empty,
    "not found": _missing,
    "error": _failed,
    "offline": _offline,
    "no onboarding": _none,
    "completed and drifted": _completed,
    "report, no such session": _unknown,
    "forbidden": _forbidden,
    "step 1": _step(1),
    "step 2": _step(2),
    "step 3": _step(3),
    "step 4": _step(4),
    "step 5": _step(5),
    "locked by a colleague, taking over": _locked,
    "note": _dialog("Edit note and until when it waits"),
    "assign": _dialog("Assign"),
    "abandon": _dialog("Abandon this onboarding"),
    "evidence": _section("evidence"),
    "report": _section("report"),
}


@pytest.mark.parametrize("state", STATES)
def test_axe_finds_nothing_on(
    people: Room, equipped: Equipment, walked: SeededTenant, bare: SeededTenant, state: str
) -> None:
    page = STATES[state](people, walked, bare)
    picture(page, f"state-{state.replace(', ', '-').replace(' ', '-')}")

    light = judged(page, equipped, state)
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    expect(page.locator("body.awsui-dark-mode")).to_be_visible()
    picture(page, f"state-{state.replace(', ', '-').replace(' ', '-')}-dark")

    assert (light, judged(page, equipped, f"{state}, dark")) == ([], [])


@pytest.mark.parametrize(
    ("state", "query", "status"),
    [
        ("consent refused", "error=access_denied", 400),
        ("consent link no longer good", "admin_consent=True&state=1", 400),
    ],
)
def test_the_page_that_a_customer_comes_back_to_is_for_everybody(
    people: Room, equipped: Equipment, state: str, query: str, status: int
) -> None:
    people.watch.expects(f"{status} /consent/callback")
    customer = people.open(viewport=PHONE)
    answer = customer.goto(f"/consent/callback?{query}")
    assert answer is not None
    assert answer.status == status
    name = f"state-{state.replace(' ', '-')}"
    picture(customer, name)
    light = judged(customer, equipped, state)
    behind = customer.evaluate("getComputedStyle(document.body).backgroundColor")
    customer.emulate_media(color_scheme="dark")
    picture(customer, f"{name}-dark")

    assert (light, judged(customer, equipped, f"{state}, dark")) == ([], [])
    assert customer.evaluate("getComputedStyle(document.body).backgroundColor") != behind  # its style does take effect
    assert customer.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_axe_finds_what_is_wrong(people: Room, equipped: Equipment) -> None:
    page = people.sit_down(ALEX)
    page.get_by_role("table", name="My tenants").wait_for()
    wrong = "<button></button><img src=data:,>"
    page.evaluate("(wrong) => document.querySelector('table').insertAdjacentHTML('beforebegin', wrong)", wrong)
    page.evaluate(equipped.axe)

    found = page.evaluate("axe.run(document).then(({violations}) => violations.map(({id}) => id))")

    assert {"button-name", "image-alt"} <= set(found)


@pytest.mark.parametrize("state", ["my tenants", "step 1", "step 3", "step 5", "note", "evidence", "report", "error"])
@pytest.mark.parametrize("size", [PHONE, WALL], ids=["phone", "wall"])
def test_nothing_has_to_be_scrolled_sideways_on(
    people: Room, walked: SeededTenant, bare: SeededTenant, state: str, size: dict[str, int]
) -> None:
    page = STATES[state](people, walked, bare)
    page.set_viewport_size({"width": size["width"], "height": size["height"]})
    page.evaluate("() => new Promise((laidOut) => requestAnimationFrame(() => requestAnimationFrame(laidOut)))")
    with suppress(TooLate):  # some of it is laid out by scripts; what stays too wide is told below
        page.wait_for_function("document.documentElement.scrollWidth <= innerWidth")
    picture(page, f"{'phone' if size is PHONE else 'wall'}-{state.replace(' ', '-')}")

    wide = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")

    assert wide[0] <= wide[1]


def test_a_step_is_walked_with_the_keyboard_alone_and_looking_again_moves_nobodys_focus(
    people: Room, arrange: Walk, tenant: SeededTenant
) -> None:
    session = arrange_step(arrange, tenant.id, 2)
    alex = people.sit_down(ALEX, address(tenant.id))
    at_step(alex, 2)

    def reach(name: str) -> None:
        target = alex.get_by_role("button", name=name, exact=True)
        expect(target).to_be_enabled()
        for _ in range(40):
            alex.keyboard.press("Tab")
            if target.evaluate("(element) => element === document.activeElement"):
                return
        pytest.fail(f"Tab does not lead to {name}")

    reach("Check now: Consent")
    alex.keyboard.press("Enter")
    expect(alex.get_by_text("Consent was given")).to_be_visible()
    reach("Next")
    with alex.expect_response(lambda answer: answer.url.endswith("/onboarding/session") and answer.status == 200):
        arrange.edit(ALEX, session, note="Seen at the next look")
    expect(who_does_what(alex)).to_contain_text("Seen at the next look")
    expect(alex.get_by_role("button", name="Next", exact=True)).to_be_focused()
    alex.keyboard.press("Enter")

    at_step(alex, 3)
    expect(alex.get_by_role("heading", level=1, name="Verification")).to_be_visible()


def test_whoever_wants_less_motion_gets_none(people: Room, walked: SeededTenant) -> None:
    alex = people.sit_down(ALEX, address(walked.id), reduced_motion="reduce")
    at_step(alex, 5)
    expect(alex.locator("body.awsui-motion-disabled")).to_be_visible()

    moving = alex.evaluate("document.getAnimations().filter((each) => each.playState === 'running').length")

    assert moving == 0


def test_what_is_chosen_can_be_told_in_ones_own_colours(people: Room, walked: SeededTenant) -> None:
    alex = people.sit_down(ALEX, address(walked.id), forced_colors="active")
    at_step(alex, 5)
    picture(alex, "forced-colours")
    sections = alex.get_by_role("navigation", name="Sections of this tenant")

    def looks(name: str) -> list[str]:
        look: list[str] = sections.get_by_role("link", name=name).evaluate(
            "(link) => { const {color, backgroundColor} = getComputedStyle(link); return [color, backgroundColor] }"
        )
        return look

    highlight: list[str] = alex.evaluate(
        """() => {
          const sample = document.createElement("p");
          sample.style.cssText = "forced-color-adjust: none; color: HighlightText; background: Highlight";
          document.body.append(sample);
          const {color, backgroundColor} = getComputedStyle(sample);
          return [color, backgroundColor];
        }"""
    )
    assert looks("Onboarding") == highlight
    assert looks("Evidence") == looks("Report") != highlight


def test_dark_is_chosen_once_and_stays(people: Room) -> None:
    alex = people.sit_down(ALEX)
    alex.get_by_role("button", name="Appearance: System").click()
    alex.get_by_role("button", name="Appearance: Light").click()
    expect(alex.locator("body.awsui-dark-mode")).to_be_visible()
    alex.reload()
    pick(alex, ALEX)

    expect(alex.get_by_role("button", name="Appearance: Dark")).to_be_visible()
    expect(alex.locator("body.awsui-dark-mode")).to_be_visible()
    picture(alex, "dark")
