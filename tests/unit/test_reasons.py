from urllib.parse import urlsplit

import pytest

from onboarding.domain.reasons import REASONS, ReasonCode


def test_every_code_has_a_reason() -> None:
    assert set(REASONS) == set(ReasonCode)


@pytest.mark.parametrize("code", ReasonCode)
def test_every_reason_has_a_sentence_a_remedy_and_a_link_to_microsoft(code: ReasonCode) -> None:
    reason = REASONS[code]

    assert reason.sentence.endswith(".")
    assert reason.sentence[0].isupper()
    assert reason.remedy.endswith(".")
    assert reason.remedy[0].isupper()
    assert urlsplit(reason.link)[:2] == ("https", "learn.microsoft.com")


def test_no_two_codes_share_a_sentence() -> None:
    sentences = [reason.sentence for reason in REASONS.values()]

    assert len(set(sentences)) == len(sentences)


def test_consenting_mends_what_was_not_granted_and_nothing_else() -> None:
    mended = {code for code, reason in REASONS.items() if reason.by_consent}

    assert mended == {
        ReasonCode.APP_NOT_IN_TENANT,
        ReasonCode.CONSENT_MISSING,
        ReasonCode.CONSENT_DECLINED,
        ReasonCode.PERMISSION_MISSING,
        ReasonCode.PERMISSION_OPTIONAL_MISSING,
    }
