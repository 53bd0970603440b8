"""Links that ask for consent: what travels with them, and how long they are good."""

from datetime import timedelta

import pytest

from onboarding.domain.consent import LIFE, ConsentRequest, State
from tests.unit.samples import ALICE, CONNECTION, MILLISECOND, NOW, TENANT

STATE = State(TENANT, CONNECTION, "a-secret.with_dots")


def request(**others: object) -> ConsentRequest:
    """Make a request that was handed out now."""
    known = {
        "tenant_id": TENANT,
        "connection_id": CONNECTION,
        "requested_by_user_id": ALICE,
        "requested_at": NOW,
        "ends_at": NOW + LIFE,
    }
    return ConsentRequest.model_validate(known | others)


def test_a_state_comes_back_as_it_was_sent() -> None:
    assert str(STATE) == "1.101.a-secret.with_dots"
    assert State.read(str(STATE)) == STATE


@pytest.mark.parametrize(
    "text",
    [
        *("", ".", "..", "1", "1.101", "1.101.", ".101.x", "1..x", "x.101.x", "1.x.x", "-1.101.x", "1.101.é"),
        *("٣.101.x", "1.².x", "11111111111111111.101.x"),
    ],
)
def test_what_was_never_a_state_of_ours_is_none(text: str) -> None:
    assert State.read(text) is None


def test_a_request_is_named_by_a_digest_of_its_secret_alone() -> None:
    assert STATE.digest == State(2, 202, STATE.secret).digest
    assert STATE.digest != State(TENANT, CONNECTION, "another").digest
    assert STATE.secret not in STATE.digest


@pytest.mark.parametrize(
    ("after", "is_good"),
    [(timedelta(), True), (LIFE - MILLISECOND, True), (LIFE, False)],
    ids=["at once", "to the last", "over"],
)
def test_a_link_is_good_for_14_days(after: timedelta, *, is_good: bool) -> None:
    assert timedelta(days=14) == LIFE
    assert request().is_good(NOW + after) is is_good


def test_a_link_is_good_for_one_consent() -> None:
    assert not request(used_at=NOW).is_good(NOW)
