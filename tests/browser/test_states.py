"""What the page shows when there is nothing to show, or nobody may see it, or nobody answers."""

import re
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Route, expect

from local.tenants import SeededTenant
from tests.browser.people import ALEX, READONLY, STRANGER, Room, pick
from tests.browser.pictures import picture
from tests.browser.wizard import address, start, who_does_what

QUEUE = re.compile(r"/onboarding/sessions(\?|$)")
TOKENS = "**/_local/issuer/token"


def test_the_network_goes_and_comes_back_and_nothing_that_was_typed_is_gone(people: Room, tenant: SeededTenant) -> None:
    alex = people.sit_down(ALEX, address(tenant.id))
    start(alex)
    alex.get_by_role("button", name="Edit note and until when it waits").click()
    dialog = alex.get_by_role("dialog")
    dialog.get_by_label("Note", exact=True).fill("Kept")
    people.watch.expects("net::ERR_INTERNET_DISCONNECTED")

    alex.context.set_offline(True)
    expect(alex.get_by_text("You are offline")).to_be_visible()
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_role("alert")).to_contain_text("The note was not saved")
    picture(alex, "offline")
    alex.context.set_offline(False)
    expect(alex.get_by_text("You are offline")).to_be_hidden()
    expect(dialog.get_by_label("Note", exact=True)).to_have_value("Kept")
    dialog.get_by_role("button", name="Save").click()

    expect(who_does_what(alex)).to_contain_text("Kept")
    expect(alex.get_by_text("What you see may be out of date")).to_be_hidden()


def test_a_sign_in_that_ended_is_said_and_signing_in_again_goes_on_where_one_was(
    people: Room, tenant: SeededTenant
) -> None:
    alex = people.sit_down(ALEX, address(tenant.id))
    start(alex)
    alex.get_by_role("button", name="Edit note and until when it waits").click()
    dialog = alex.get_by_role("dialog", name="Note and waiting until")
    dialog.get_by_label("Note", exact=True).fill("Half a sentence")
    people.watch.expects("401 /tenants/", "400 /_local/issuer/token")

    def refuse(route: Route) -> None:
        route.fulfill(status=401, json={"message": "Unauthorized"})

    def refuse_token(route: Route) -> None:
        route.fulfill(status=400, json={"error": "invalid_grant"})

    alex.route("**/tenants/**", refuse)
    alex.route(TOKENS, refuse_token)
    ended = alex.get_by_role("dialog", name="You are signed out")
    expect(ended).to_be_visible()
    expect(alex.get_by_text("User 3 is editing")).to_have_count(0)  # the lock is still their own
    picture(alex, "signed-out")
    alex.unroute_all()
    ended.get_by_role("button", name="Sign in").last.click()
    pick(alex, ALEX)

    expect(alex).to_have_url(re.compile(f"{address(tenant.id)}$"))
    alex.get_by_role("button", name="Edit note and until when it waits").click()
    expect(dialog.get_by_label("Note", exact=True)).to_have_value("Half a sentence")


def test_a_token_that_runs_out_is_renewed_without_anybody_noticing(people: Room) -> None:
    alex = people.open()
    alex.clock.install()
    alex.goto("/app")
    alex.get_by_role("button", name="Sign in").click()
    pick(alex, ALEX)
    expect(alex.get_by_role("table", name="My tenants")).to_be_visible()

    with alex.expect_response(TOKENS) as renewal:
        alex.clock.fast_forward("01:00:00")

    assert renewal.value.status == 200
    expect(alex.get_by_role("table", name="My tenants")).to_be_visible()
    expect(alex.get_by_role("dialog")).to_have_count(0)


def test_nothing_of_a_sign_in_is_kept_where_a_script_or_a_colleague_could_find_it(people: Room) -> None:
    alex = people.sit_down(ALEX)

    kept = alex.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])")

    assert "ey" + "J" not in kept
    assert alex.context.cookies() == []
    alex.get_by_role("button", name="Sign out").click()
    expect(alex.get_by_role("button", name="Sign in")).to_be_visible()
    picture(alex, "sign-in")


def test_who_may_only_read_sees_everything_and_is_told_why_nothing_can_be_done(
    people: Room, tenant: SeededTenant
) -> None:
    robin = people.sit_down(READONLY, address(tenant.id))

    button = robin.get_by_role("button", name="Start onboarding")
    expect(button).to_be_disabled()
    picture(robin, "forbidden")
    alex = people.sit_down(ALEX, address(tenant.id))
    start(alex)
    expect(who_does_what(robin)).to_contain_text("User 3, until")
    for act in ("Assign", "Edit note and until when it waits", "Abandon this onboarding"):
        expect(robin.get_by_role("button", name=act, exact=True)).to_be_disabled()
    expect(robin.get_by_role("button", name="Take over")).to_have_count(0)
    robin.get_by_role("button", name="Next", exact=True).click()
    expect(robin.get_by_role("alert")).to_contain_text("This needs at least the role operator; yours is read only.")


def test_a_stranger_finds_no_tenants_and_nothing_at_any_tenants_address(people: Room) -> None:
    people.watch.expects("404 /tenants/1/onboarding/session")
    kim = people.sit_down(STRANGER)
    expect(kim.get_by_text("No tenants yet")).to_be_visible()
    picture(kim, "empty")

    kim.goto(address(1))
    pick(kim, STRANGER)  # tokens are kept in memory only, so going to an address signs in anew

    expect(kim.get_by_role("alert")).to_contain_text("There is nothing here")
    picture(kim, "not-found")


def test_an_error_names_its_request_and_trying_again_helps(people: Room) -> None:
    alex = people.open()
    people.watch.expects("503 /onboarding/sessions")

    def fail(route: Route) -> None:
        route.fulfill(
            status=503,
            headers={"retry-after": "0"},
            json={"code": "storage_unavailable", "detail": "Storage does not answer.", "request_id": "req-4711"},
        )

    alex.route(QUEUE, fail)
    alex.goto("/app")
    alex.get_by_role("button", name="Sign in").click()
    pick(alex, ALEX)

    refused = alex.get_by_role("alert").filter(has_text="This could not be loaded")
    expect(refused).to_contain_text("Storage does not answer.")
    expect(refused).to_contain_text("Request req-4711")
    picture(alex, "error")
    alex.unroute_all()
    refused.get_by_role("button", name="Try again").click()
    expect(alex.get_by_role("table", name="My tenants")).to_be_visible()


def test_a_slow_answer_is_said_to_be_slow_and_can_be_asked_for_again(people: Room) -> None:
    alex = people.open()
    held: list[Route] = []

    def hold(route: Route) -> None:
        if held:
            route.continue_()
        else:
            held.append(route)  # which is never answered

    alex.route(QUEUE, hold)
    alex.goto("/app")
    alex.get_by_role("button", name="Sign in").click()
    pick(alex, ALEX)

    expect(alex.get_by_text("Still loading. This takes longer than usual.")).to_be_visible()
    picture(alex, "slow")
    alex.get_by_role("button", name="Try again").click()
    expect(alex.get_by_role("table", name="My tenants")).to_be_visible()


def test_who_signs_out_is_signed_out_at_the_issuer_too_and_comes_back_to_the_page(people: Room) -> None:
    alex = people.sit_down(ALEX)

    with alex.expect_request("**/_local/issuer/end-session?*") as ending:
        alex.get_by_role("button", name="Sign out").click()

    told = parse_qs(urlsplit(ending.value.url).query)
    assert told["post_logout_redirect_uri"] == [f"{people.origin}/app"]
    assert told["client_id"]
    assert told["id_token_hint"][0].count(".") == 2
    expect(alex.get_by_role("button", name="Sign in")).to_be_visible()
    expect(alex).to_have_url(re.compile(r"/app$"))
    alex.reload()
    expect(alex.get_by_role("button", name="Sign in")).to_be_visible()  # nobody goes to the issuer by themselves
