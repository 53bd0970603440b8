"""Which resources a rehearsal marks as off: those whose condition the parameters of the stage leave false."""

import pytest

from local import ROOT, expansion
from local.rehearsal import without

WEBHOOK = {"Webhook", "WebhookConnection", "WebhookDestination", "WebhookRole"}
NOTICES = {"CustomerConsented", "GotWorse", "NeedsSomebody", "NeedsYou", "Notices", "WhatIsNoticed"}
UNDELIVERED = {"EventsAreUndelivered", "UndeliveredEvents", "WhatIsUndelivered"}


@pytest.mark.parametrize(
    ("parameters", "off"),
    [
        ({}, WEBHOOK | NOTICES | UNDELIVERED),
        ({"NoticeEmail": "team@msp.example"}, WEBHOOK),
        ({"WebhookUrl": "https://listener.example"}, NOTICES),
        ({"NoticeEmail": "team@msp.example", "WebhookUrl": "https://listener.example"}, set()),
    ],
    ids=["nobody is named", "an address", "a webhook", "both"],
)
def test_what_nobody_asked_for_is_off(parameters: dict[str, str], off: set[str]) -> None:
    assert without(expansion.read(ROOT / "template.yaml"), parameters) == off
