"""A moment that a caller names is taken as it will be kept, or refused before anything is kept."""

import pytest
from pydantic import ValidationError

from onboarding.domain.connection import ConnectionDetails
from onboarding.domain.editing import Edit
from tests.calling import connection


@pytest.mark.parametrize("moment", ["9999-12-31T23:59:59-23:00", "0001-01-01T00:00:00+23:00"])
def test_a_moment_that_utc_has_no_year_for_is_refused_wherever_one_is_named(moment: str) -> None:
    with pytest.raises(ValidationError, match="UTC has a year for"):
        Edit.model_validate({"waiting_until": moment})
    with pytest.raises(ValidationError, match="UTC has a year for"):
        ConnectionDetails.model_validate({**connection(), "credential_expires_at": moment}, strict=False)


def test_a_moment_is_read_in_utc_and_in_whole_milliseconds() -> None:
    named = {**connection(), "credential_expires_at": "2027-02-01T01:00:00.123456+01:00"}
    details = ConnectionDetails.model_validate(named, strict=False)

    assert details.credential_expires_at is not None
    assert details.credential_expires_at.isoformat() == "2027-02-01T00:00:00.123000+00:00"
