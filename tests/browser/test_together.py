"""Several people in one session: nobody loses what they typed, and nobody writes over what they have not seen."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, Response, Route, expect

from local.tenants import SeededTenant
from local.walking import Walk
from tests.browser.people import ALEX, MANAGER, OWNER, SAM, Room
from tests.browser.pictures import picture
from tests.browser.wizard import address, at_step, banner, let_the_lock_end, start, who_does_what
from tests.e2e.conftest import LocalDeployment

NOTHING = "\N{EN DASH}"
"""How the page says that there is none."""


LOOK = "**/onboarding/session"
"""What the page asks to see how the session is."""


def open_note(page: Page) -> None:
    page.get_by_role("button", name="Edit note and until when it waits").click()


def is_look(response: Response) -> bool:
    """Tell whether the page asked how the session is."""
    return response.request.method == "GET" and response.url.endswith("/onboarding/session")


def test_losing_the_lock_is_noticed_at_the_next_look_and_what_was_typed_stays(
    people: Room, arrange: Walk, tenant: SeededTenant
) -> None:
    alex = people.sit_down(ALEX, address(tenant.id))
    start(alex)
    open_note(alex)
    dialog = alex.get_by_role("dialog")
    typed = "The customer calls back on Monday, and wants to know why device scripts are read"
    dialog.get_by_label("Note", exact=True).fill(typed)
    session = arrange.ask(MANAGER, "GET", f"/tenants/{tenant.id}/onboarding/session").body["session"]

    with alex.expect_response(is_look):
        pass  # which is not answered in full again until there is something new
    looks: list[Route] = []
    with alex.expect_response(lambda response: is_look(response) and response.status == 200):
        arrange.edit(MANAGER, session, takeover=True)
    alex.route(LOOK, lambda look: looks.append(look))  # noqa: PLW0108 - Playwright takes no method of a list

    expect(banner(alex).get_by_text("You no longer hold the edit lock")).to_be_visible()
    expect(dialog.get_by_text("User 2 is editing")).to_be_visible()
    expect(dialog.get_by_label("Note", exact=True)).to_have_value(typed)
    picture(alex, "lock-lost")
    alex.unroute(LOOK)
    for look in looks:
        look.continue_()
    dialog.get_by_role("button", name="Cancel").click()
    arrange.edit(MANAGER, session, assigned_to_user_id=ALEX)  # hands it back
    expect(banner(alex).get_by_role("button", name="Start editing")).to_be_visible()
    open_note(alex)
    expect(dialog.get_by_label("Note", exact=True)).to_have_value(typed)
    dialog.get_by_role("button", name="Save").click()
    expect(who_does_what(alex)).to_contain_text(typed)


def test_a_stale_edit_shows_both_versions_and_saves_only_what_was_decided_again(
    people: Room, arrange: Walk, tenant: SeededTenant
) -> None:
    alex = people.sit_down(ALEX, address(tenant.id))
    start(alex)
    open_note(alex)
    dialog = alex.get_by_role("dialog", name="Note and waiting until")
    dialog.get_by_label("Note", exact=True).fill("Mine")
    session = arrange.ask(ALEX, "GET", f"/tenants/{tenant.id}/onboarding/session").body["session"]
    arrange.edit(ALEX, session, note="From another tab")  # whose lock is Alex's own
    people.watch.expects(f"412 /tenants/{tenant.id}/onboarding/session/{session['id']}")

    dialog.get_by_role("button", name="Save").click()

    stale = alex.get_by_role("dialog", name="The session changed in the meantime")
    row = stale.get_by_role("row").filter(has=alex.get_by_role("rowheader", name="Note", exact=True))
    expect(row.get_by_role("cell")).to_have_text([NOTHING, "From another tab", "Mine"])
    picture(alex, "stale")
    stale.get_by_role("button", name="Save mine all the same").click()
    expect(stale).to_be_hidden()
    expect(who_does_what(alex)).to_contain_text("Mine")
    now = arrange.ask(OWNER, "GET", f"/tenants/{tenant.id}/onboarding/session").body["session"]
    assert now["note"] == "Mine"


def test_a_session_is_handed_off_with_a_note_and_the_colleague_needs_no_takeover(
    people: Room, tenant: SeededTenant
) -> None:
    alex = people.sit_down(ALEX, address(tenant.id))
    start(alex)
    who_does_what(alex).get_by_role("button", name="Assign").click()
    dialog = alex.get_by_role("dialog", name="Assign this onboarding")
    dialog.get_by_role("button", name="Assign to").click()
    alex.get_by_role("option", name="User 5 (operator)").click()
    dialog.get_by_label("Note for whoever goes on").fill("Waits for their administrator")
    picture(alex, "hand-off")
    dialog.get_by_role("button", name="Hand off").click()
    expect(dialog).to_be_hidden()
    expect(who_does_what(alex)).to_contain_text("User 5")

    sam = people.sit_down(SAM, address(tenant.id))
    at_step(sam, 1)
    expect(who_does_what(sam)).to_contain_text("Waits for their administrator")
    banner(sam).get_by_role("button", name="Start editing").click()
    expect(who_does_what(sam)).to_contain_text("You, until")


@pytest.fixture
def held(arrange: Walk, contested: SeededTenant) -> SeededTenant:
    """A tenant whose session Alex is editing."""
    arrange.ask(ALEX, "POST", f"/tenants/{contested.id}/onboarding/session")
    return contested


@pytest.fixture(scope="module")
def contested(untouched: Iterator[SeededTenant]) -> SeededTenant:
    """A tenant of which several want the lock."""
    return next(untouched)


def test_who_may_not_take_over_is_told_why_by_sight_and_by_ear(people: Room, held: SeededTenant) -> None:
    sam = people.sit_down(SAM, address(held.id))
    why = "Only a manager or the assignee may take over."
    expect(banner(sam)).to_contain_text(why)
    button = banner(sam).get_by_role("button", name="Take over")
    expect(button).to_be_disabled()
    picture(sam, "may-not-take-over")

    button.focus()

    expect(button).to_be_focused()  # so that whoever listens gets there
    expect(button).to_have_accessible_description(why)
    sam.keyboard.press("Enter")
    expect(sam.get_by_role("dialog")).to_have_count(0)


def test_a_lock_that_ends_by_itself_is_noticed_and_whoever_comes_may_have_it(
    people: Room, local: LocalDeployment, held: SeededTenant
) -> None:
    alex = people.sit_down(ALEX, address(held.id))
    expect(who_does_what(alex)).to_contain_text("You, until")
    open_note(alex)
    dialog = alex.get_by_role("dialog")
    dialog.get_by_label("Note", exact=True).fill("Half a sentence")
    sam = people.sit_down(SAM, address(held.id))
    expect(banner(sam).get_by_text("User 3 is editing")).to_be_visible()

    alex.route(f"{LOOK}/*", lambda _: None)  # nobody uses the page any more, so nothing keeps the lock

    let_the_lock_end(local, held.id)

    expect(banner(sam).get_by_text("Nobody is editing")).to_be_visible()
    expect(banner(alex).get_by_text("You no longer hold the edit lock")).to_be_visible()
    expect(banner(alex)).to_contain_text("It ended while nobody used this page. What you typed is still here.")
    expect(dialog.get_by_label("Note", exact=True)).to_have_value("Half a sentence")
    picture(alex, "lock-ended")
    banner(sam).get_by_role("button", name="Start editing").click()
    expect(who_does_what(sam)).to_contain_text("You, until")
    expect(who_does_what(alex)).to_contain_text("User 5, until")
