"""My tenants: everything that somebody is a member of, narrowed in ways that can be kept and sent."""

import re

from playwright.sync_api import expect

from local.tenants import TENANTS, SeededTenant
from local.walking import Walk
from tests.browser.people import ALEX, READONLY, Room, pick
from tests.browser.pictures import picture


def test_what_the_queue_is_narrowed_to_stands_in_the_address_and_survives_a_reload(
    people: Room, arrange: Walk, tenant: SeededTenant
) -> None:
    session = arrange.ask(ALEX, "POST", f"/tenants/{tenant.id}/onboarding/session").body
    arrange.edit(ALEX, session, note="Their administrator is on holiday", waiting_until="2027-01-03T23:00:00Z")
    alex = people.sit_down(ALEX)
    table = alex.get_by_role("table", name="My tenants")
    rows = table.get_by_role("rowheader")
    expect(rows).to_have_count(len(TENANTS))
    picture(alex, "queue")

    alex.get_by_role("searchbox", name="Find a tenant, a note, a reason").fill("on holiday")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text(tenant.name)
    expect(alex).to_have_url(re.compile(r"\?q=on\+holiday$"))
    alex.get_by_role("button", name="Assigned to").click()
    alex.get_by_role("option", name="Assigned to me").click()
    expect(alex).to_have_url(re.compile(r"\?q=on\+holiday&assigned=me$"))
    alex.reload()
    pick(alex, ALEX)
    expect(rows).to_have_count(1)
    expect(alex.get_by_role("searchbox")).to_have_value("on holiday")
    alex.get_by_role("searchbox").fill("no such tenant")
    expect(alex.get_by_text("No tenant matches")).to_be_visible()
    alex.get_by_role("button", name="Show all tenants").click()
    expect(rows).to_have_count(len(TENANTS))


def test_the_queue_is_sorted_by_a_column_either_way(people: Room) -> None:
    robin = people.sit_down(READONLY)
    table = robin.get_by_role("table", name="My tenants")
    names = sorted(each.name for each in TENANTS)

    table.get_by_role("button", name="Tenant").click()
    expect(table.get_by_role("columnheader", name="Tenant")).to_have_attribute("aria-sort", "ascending")
    expect(table.get_by_role("rowheader").get_by_role("link")).to_have_text(names)
    table.get_by_role("button", name="Tenant").click()

    expect(table.get_by_role("columnheader", name="Tenant")).to_have_attribute("aria-sort", "descending")
    expect(table.get_by_role("rowheader").get_by_role("link")).to_have_text(names[::-1])
