"""The verification shares no code with the functions, so its words are held to theirs here."""

from local import verify
from onboarding.domain import access, catalogue
from onboarding.domain.run import RunStatus
from onboarding.domain.session import SessionStatus
from onboarding.storage import keys


def test_it_knows_the_same_words_as_the_functions() -> None:
    assert {task.value for task, spec in catalogue.CATALOGUE.items() if spec.kind is catalogue.Kind.EXCLUSIVE} == (
        verify.EXCLUSIVE
    )
    assert {role.value for role in access.ELIGIBLE} == verify.EDITORS
    assert keys.SHARDS == verify.SHARDS
    assert {status.value for status in RunStatus if status.is_active} == verify.ACTIVE
    assert {status.value for status in RunStatus} == verify.ACTIVE | verify.ENDED
    assert {status.value for status in SessionStatus} == verify.OPEN | verify.CLOSED
