"""What people do on the page of a tenant's onboarding, in the words that they read there."""

import time
from typing import Any

from playwright.sync_api import Locator, Page, expect

from local.demo import VERIFICATION
from local.deployment import client
from local.walking import Walk
from tests.browser.people import ALEX
from tests.e2e.conftest import LocalDeployment

type Session = dict[str, Any]

STEPS = ("Connection", "Consent", "Verification", "Initial sync", "Review")
CHECKS = ("Permissions", "Connection", "Licences", "Intune", "Directory roles")
"""Of the step Verification, as the page calls them."""

FINISH = 600_000
"""Milliseconds in which the slowest run ends."""


def address(tenant: int, section: str = "") -> str:
    """Say where *tenant* is."""
    return f"/app/tenants/{tenant}" + (f"/{section}" if section else "")


def at_step(page: Page, step: int) -> None:
    """Wait until the wizard shows *step*."""
    expect(page.get_by_role("heading", level=1, name=STEPS[step - 1])).to_be_visible()
    expect(page.get_by_role("navigation", name="Steps of the onboarding")).to_be_visible()


def start(page: Page) -> None:
    """Start an onboarding."""
    page.get_by_role("button", name="Start onboarding").click()
    at_step(page, 1)


def go_on(page: Page) -> None:
    """Ask to go on to the next step."""
    page.get_by_role("button", name="Next", exact=True).click()


def who_does_what(page: Page) -> Locator:
    """Find the line that says who does what in the session."""
    return page.get_by_label("Who does what")


def banner(page: Page) -> Locator:
    """Find where the page says that somebody else is editing."""
    return page.get_by_role("region", name="Edit lock")


def card(page: Page, check: str) -> Locator:
    """Find the card of *check*."""
    return page.get_by_role("group", name=check, exact=True)


def found(page: Page, check: str, status: str) -> None:
    """Wait until *check* has ended with *status*."""
    expect(card(page, check).get_by_text(status, exact=True)).to_be_visible(timeout=FINISH)


def arrange_step(arrange: Walk, tenant: int, step: int, *, user: int = ALEX) -> Session:
    """Have *user* bring a healthy tenant as far as *step* elsewhere, with everything good on the way."""
    session: Session = arrange.ask(user, "POST", f"/tenants/{tenant}/onboarding/session").body
    for at, checks in ((2, ()), (3, ("consent_status",)), (4, VERIFICATION), (5, ("initial_sync",))):
        if at <= step:
            assert set(arrange.examine(user, tenant, *checks).values()) <= {"ok"}
            session = arrange.edit(user, session, current_step=at)
    return session


def let_the_lock_end(local: LocalDeployment, tenant: int) -> None:
    """Let the edit lock of *tenant*'s session have ended a moment ago: a quarter of an hour is too long to wait."""
    dynamodb: Any = client("dynamodb", int(local.stack["aws_endpoint_url"].rpartition(":")[2]))
    dynamodb.update_item(
        TableName=local.stack["tables"]["Sessions"],
        Key={"tenant_id": {"N": str(tenant)}, "entry": {"S": "open"}},
        UpdateExpression="SET locked_until = :then",
        ExpressionAttributeValues={":then": {"N": str(round(time.time() * 1000) - 1)}},
    )
