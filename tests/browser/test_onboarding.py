"""A tenant is onboarded on the page, by people who work on it together, or stays where it must."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from local.tenants import CLIENT_ID, SeededTenant
from local.walking import Walk
from tests.browser.people import ALEX, MANAGER, OWNER, Room
from tests.browser.pictures import picture
from tests.browser.wizard import (
    CHECKS,
    FINISH,
    address,
    arrange_step,
    at_step,
    banner,
    card,
    found,
    go_on,
    start,
    who_does_what,
)
from tests.e2e.conftest import LocalDeployment

CONTOSO, FABRIKAM, NORTHWIND = 1, 2, 3


def test_two_people_onboard_a_tenant_and_one_takes_over_in_the_middle(people: Room, local: LocalDeployment) -> None:
    alex = people.sit_down(ALEX, address(CONTOSO))
    start(alex)
    go_on(alex)
    at_step(alex, 2)
    alex.get_by_role("button", name="Check now: Consent").click()
    found(alex, "Consent", "OK")
    go_on(alex)
    at_step(alex, 3)
    alex.get_by_role("button", name="Run all checks").click()
    expect(alex.get_by_text("5 of 5 good")).to_be_visible(timeout=FINISH)
    for check in CHECKS:
        found(alex, check, "OK")

    morgan = people.sit_down(MANAGER, address(CONTOSO))
    at_step(morgan, 3)
    expect(banner(morgan).get_by_text("User 3 is editing")).to_be_visible()
    picture(morgan, "lock-banner")
    banner(morgan).get_by_role("button", name="Take over").click()
    morgan.get_by_role("dialog").get_by_role("button", name="Take over").click()
    expect(who_does_what(morgan)).to_contain_text("You, until")
    expect(banner(alex).get_by_text("User 2 took it over.")).to_be_visible()
    go_on(alex)
    refused = alex.get_by_role("alert").filter(has_text="This was not done")
    expect(refused).to_contain_text("User 2 is editing. Take over the edit lock to change the session.")
    go_on(morgan)

    at_step(morgan, 4)
    at_step(alex, 4)  # who looks on sees it move
    local.play(CONTOSO, "slow")  # so that it does not end before it is seen
    morgan.get_by_role("button", name="Start the initial sync").click()
    expect(morgan.get_by_role("progressbar")).to_be_visible()
    picture(morgan, "initial-sync")
    local.play(CONTOSO, "healthy")
    rows = morgan.get_by_role("row").filter(has_text="Read")
    expect(rows).to_have_count(6, timeout=FINISH)
    go_on(morgan)
    at_step(morgan, 5)
    expect(morgan.get_by_text("Everything is as it should be")).to_be_visible()
    picture(morgan, "review")
    morgan.get_by_role("button", name="Complete onboarding").click()

    expect(morgan.get_by_text("Contoso is onboarded")).to_be_visible()
    expect(alex.get_by_text("Contoso is onboarded")).to_be_visible()
    expect(morgan.get_by_text("Onboarding completed on")).to_contain_text("by you.")
    expect(alex.get_by_text("Onboarding completed on")).to_contain_text("by User 2.")
    expect(alex.get_by_role("button", name="Onboard again")).to_be_enabled()
    expect(alex.get_by_text("No onboarding is under way")).to_have_count(0)
    picture(morgan, "onboarded")


def test_a_tenant_that_lacks_a_permission_goes_no_further_and_says_what_to_do(people: Room, arrange: Walk) -> None:
    session = arrange.ask(ALEX, "POST", f"/tenants/{FABRIKAM}/onboarding/session").body
    session = arrange.edit(ALEX, session, current_step=2)
    arrange.examine(ALEX, FABRIKAM, "consent_status")
    arrange.edit(ALEX, session, current_step=3)
    alex = people.sit_down(ALEX, address(FABRIKAM))
    at_step(alex, 3)
    alex.get_by_role("button", name="Run all checks").click()

    permissions = card(alex, "Permissions")
    expect(permissions.get_by_text("Failed", exact=True)).to_be_visible(timeout=FINISH)
    expect(alex.get_by_text("4 of 5 good")).to_be_visible(timeout=FINISH)
    remedy = permissions.get_by_text("What to do:")
    expect(remedy).to_be_visible()
    link = permissions.get_by_role("link", name="More at Microsoft about: permission is missing")
    href = link.get_attribute("href")
    assert href is not None
    assert urlsplit(href).hostname == "learn.microsoft.com"
    expect(who_does_what(alex)).to_contain_text("Customer")  # is who acts next
    picture(alex, "verification")
    permissions.get_by_role("button", name="Create a link").click()
    expect(permissions.locator("pre").first).to_contain_text("/adminconsent?")
    expect(permissions.get_by_role("button", name="Copy the link")).to_be_enabled()
    expect(permissions.get_by_role("button", name="Copy a message with the link")).to_be_enabled()
    permissions.get_by_role("button", name="Command").click()
    expect(permissions.locator("pre").last).to_contain_text("az ad app permission admin-consent --id")

    people.watch.expects("409 /tenants/2/onboarding/session/")
    go_on(alex)
    refused = alex.get_by_role("alert").filter(has_text="This step cannot be left yet")
    reasons = refused.get_by_role("listitem")
    expect(reasons).to_have_count(1)
    expect(reasons).to_contain_text("Permissions: permission is missing")
    expect(reasons).to_contain_text("Not granted: DeviceManagementConfiguration.Read.All.")
    expect(refused).to_be_focused()
    at_step(alex, 3)
    picture(alex, "blocked")


def test_a_customer_consents_over_the_link_that_they_were_sent(people: Room, arrange: Walk) -> None:
    session = arrange.ask(ALEX, "POST", f"/tenants/{NORTHWIND}/onboarding/session").body
    arrange.edit(ALEX, session, current_step=2)
    alex = people.sit_down(ALEX, address(NORTHWIND))
    at_step(alex, 2)
    alex.get_by_role("button", name="Check now: Consent").click()
    found(alex, "Consent", "Failed")
    alex.get_by_role("button", name="Create a link").click()
    link = alex.get_by_label("Link for the customer").text_content()
    picture(alex, "consent-link")

    assert link is not None
    customer = people.open()
    customer.goto(link)
    customer.get_by_role("button", name="Accept").click()
    customer.wait_for_url("**/consent/callback?**")
    picture(customer, "consent-given")

    expect(alex.get_by_text("The customer consented")).to_be_visible(timeout=FINISH)
    found(alex, "Consent", "OK")
    go_on(alex)
    at_step(alex, 3)


def test_a_run_that_was_cancelled_says_so_and_can_be_started_again(
    people: Room, arrange: Walk, local: LocalDeployment, tenant: SeededTenant
) -> None:
    arrange_step(arrange, tenant.id, 4)
    local.play(tenant.id, "slow")  # so that it does not end before it is told to
    alex = people.sit_down(ALEX, address(tenant.id))
    at_step(alex, 4)
    alex.get_by_role("button", name="Start the initial sync").click()
    expect(alex.get_by_role("progressbar")).to_be_visible()
    alex.get_by_role("button", name="Cancel: Initial sync").click()

    expect(card(alex, "Initial sync").get_by_text("The last run: cancelled.")).to_be_visible(timeout=FINISH)
    expect(alex.get_by_role("button", name="Start the initial sync")).to_be_enabled()


def test_a_connection_is_registered_once_microsoft_said_whose_it_is(
    people: Room, arrange: Walk, tenant: SeededTenant
) -> None:
    olivia = people.sit_down(OWNER, address(tenant.id))
    start(olivia)
    olivia.get_by_role("button", name="Register another connection").click()
    form = olivia.locator("form")
    button = form.get_by_role("button", name="Register", exact=True)
    expect(button).to_be_disabled()
    domain = form.get_by_label("The customer\N{RIGHT SINGLE QUOTATION MARK}s domain or tenant id")
    domain.fill("nobody-has-this.example")
    form.get_by_role("button", name="Look it up").click()
    expect(form.get_by_text("Microsoft knows no such tenant")).to_be_visible()
    domain.fill(tenant.domain)
    form.get_by_role("button", name="Look it up").click()
    expect(form.get_by_text(f"Microsoft tenant {tenant.entra_tenant_id}")).to_be_visible()
    expect(form.get_by_label("Expected domain")).to_have_value(tenant.domain)
    picture(olivia, "preflight")

    form.get_by_label("Application (client) id").fill("6f1c1d52")
    expect(form.get_by_text("A GUID looks like")).to_be_visible()
    form.get_by_label("Application (client) id").fill(str(CLIENT_ID))
    form.get_by_role("button", name="How the application proves who it is").click()
    olivia.get_by_role("option", name="Federation with AWS").click()
    form.get_by_label("The credential ends on").fill("2027-06-01")
    button.click()

    expect(form.get_by_text("Registered. Choose it above to use it.")).to_be_visible()
    picture(olivia, "registered")
    choices = olivia.get_by_role("radiogroup", name="How this tenant is reached").get_by_role("radio")
    expect(choices).to_have_count(2)
    choices.last.check()
    olivia.get_by_role("button", name="Use this connection").click()
    expect(olivia.get_by_role("button", name="Use this connection")).to_be_disabled()
    expect(olivia.get_by_role("radio", name=re.compile("In use"))).to_be_checked()
    kept = arrange.expect_list(OWNER, f"/tenants/{tenant.id}/provider-connections")
    assert [each["credential_kind"] for each in kept] == ["client_secret", "federation"]
    assert kept[1]["credential_expires_at"] == "2027-05-31T22:00:00Z"  # where Olivia is, that day begins then


@pytest.fixture(scope="module")
def twice(untouched: Iterator[SeededTenant]) -> SeededTenant:
    """A tenant that is onboarded twice: what is begun first is given up."""
    return next(untouched)


def test_an_onboarding_that_is_given_up_is_closed_and_another_can_be_started(people: Room, twice: SeededTenant) -> None:
    alex = people.sit_down(ALEX, address(twice.id))
    start(alex)
    alex.get_by_role("button", name="Abandon this onboarding").click()
    dialog = alex.get_by_role("dialog", name="Abandon this onboarding?")
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_be_hidden()
    at_step(alex, 1)
    alex.get_by_role("button", name="Abandon this onboarding").click()
    dialog.get_by_role("button", name="Abandon", exact=True).click()

    expect(alex.get_by_text("This onboarding was abandoned")).to_be_visible()
    expect(alex.get_by_role("row").filter(has_text="Abandoned")).to_have_count(1)
    picture(alex, "abandoned")
    start(alex)
    expect(who_does_what(alex)).to_contain_text("You, until")


def test_warnings_are_accepted_in_ones_own_name_before_it_is_completed(
    people: Room, arrange: Walk, local: LocalDeployment, twice: SeededTenant
) -> None:
    arrange_step(arrange, twice.id, 5)
    local.play(twice.id, "licence_warning")
    assert set(arrange.examine(ALEX, twice.id, "license_check").values()) == {"warn"}
    alex = people.sit_down(ALEX, address(twice.id))
    at_step(alex, 5)
    expect(card(alex, "Licences").get_by_text("Warning", exact=True)).to_be_visible()
    expect(card(alex, "Licences").get_by_text("What to do:")).to_be_visible()
    expect(alex.get_by_role("button", name="Create a link")).to_have_count(0)  # consenting buys no licence
    picture(alex, "warnings")
    complete = alex.get_by_role("button", name="Complete onboarding")
    complete.click()
    expect(alex.get_by_role("alert").filter(has_text="Accept the warnings first")).to_be_visible()
    alex.get_by_role("checkbox", name="I have seen the warnings above").check()
    complete.click()

    expect(alex.get_by_text(f"{twice.name} is onboarded")).to_be_visible()
    alex.get_by_role("link", name="Open the report").click()
    accepted = alex.get_by_role("article").get_by_role("listitem")
    expect(accepted).to_contain_text("Licences: subscription is in its grace period. Accepted by User 3")
    picture(alex, "report-warnings")
    alex.get_by_role("link", name="My tenants").first.click()
    alex.get_by_role("button", name="Step").first.click()
    alex.get_by_role("option", name="Completed").click()
    expect(alex).to_have_url(re.compile(r"\?step=completed$"))
    row = alex.get_by_role("row").filter(has=alex.get_by_role("link", name=twice.name, exact=True))
    expect(row.get_by_text("Completed", exact=True)).to_be_visible()
    picture(alex, "queue-completed")
