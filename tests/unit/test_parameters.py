from typing import Any

import pytest
from pydantic import ValidationError

from onboarding.domain.catalogue import Task
from onboarding.domain.model import LARGEST_ID
from onboarding.parameters import (
    EvidenceQuery,
    NoQuery,
    PageQuery,
    Parameters,
    QueueQuery,
    RunPath,
    TenantPath,
    canonical_id,
)

ID = f"Value error, must be an integer from 1 to {LARGEST_ID}, in plain digits"
LIMIT = "Value error, must be an integer from 1 to 200"
NO_IDS = {
    "empty": "",
    "zero": "0",
    "negative": "-1",
    "signed": "+1",
    "leading zero": "01",
    "leading space": " 1",
    "trailing space": "1 ",
    "trailing line end": "1\n",
    "Arabic digits": "٣",
    "full-width digits": "\N{FULLWIDTH DIGIT ONE}",
    "superscript": "²",
    "underscore": "1_0",
    "comma": "1,0",
    "fraction": "1.0",
    "exponent": "1e3",
    "hexadecimal": "0x1",
    "2 to the 53": "9007199254740992",
    "2 to the 63": "9223372036854775808",
    "17 digits": "10000000000000000",
    "10,000 digits": "1" * 10_000,
    "no digits": "one",
    "NUL": "1\x00",
}


def errors(model: type[Parameters], **values: object) -> list[tuple[Any, str]]:
    """Say which parameters are refused, and why."""
    with pytest.raises(ValidationError) as refused:
        model.model_validate(values)
    return [(each["loc"], each["msg"]) for each in refused.value.errors()]


@pytest.mark.parametrize("number", [1, 9, 10, 10**15, LARGEST_ID], ids=["1", "9", "10", "16 digits", "2^53-1"])
def test_an_id_is_read_in_its_canonical_form(number: int) -> None:
    assert canonical_id(str(number)) == number


@pytest.mark.parametrize("text", NO_IDS.values(), ids=NO_IDS)
def test_what_is_not_in_canonical_form_is_no_id(text: str) -> None:
    assert canonical_id(text) is None


@pytest.mark.parametrize("text", NO_IDS.values(), ids=NO_IDS)
def test_a_path_with_no_id_in_it_is_refused_and_not_repeated(text: str) -> None:
    assert errors(TenantPath, tenantId=text) == [(("tenantId",), ID)]


@pytest.mark.parametrize("value", [1, 1.0, True, None, ["1"]], ids=repr)
def test_an_id_in_a_path_comes_as_text(value: object) -> None:
    assert errors(TenantPath, tenantId=value) == [(("tenantId",), ID)]


def test_a_path_is_read_under_the_names_it_has_in_the_url() -> None:
    path = RunPath.model_validate({"tenantId": "7", "runId": str(LARGEST_ID)})

    assert (path.tenant_id, path.run_id) == (7, LARGEST_ID)


def test_every_wrong_id_of_a_path_is_named() -> None:
    assert errors(RunPath, tenantId="x", runId="y") == [(("tenantId",), ID), (("runId",), ID)]


def test_a_query_parameter_nobody_asked_for_is_refused() -> None:
    assert errors(NoQuery, limit="1") == [(("limit",), "Extra inputs are not permitted")]
    assert errors(EvidenceQuery, tasktype="rbac_check") == [(("tasktype",), "Extra inputs are not permitted")]


@pytest.mark.parametrize("text", ["0", "101", "200", "-1", "1.0", "٣"])
def test_a_page_of_the_queue_has_at_most_100(text: str) -> None:
    assert errors(QueueQuery, limit=text) == [(("limit",), "Value error, must be an integer from 1 to 100")]


def test_a_page_of_the_queue_has_25_unless_another_number_is_asked_for() -> None:
    assert QueueQuery().limit == 25
    assert QueueQuery.model_validate({"limit": "100"}).limit == 100


def test_without_a_query_the_first_200_of_everything_are_asked_for() -> None:
    assert EvidenceQuery.model_validate({}).model_dump() == {"limit": 200, "cursor": None, "task_type": None}


def test_a_query_can_ask_for_a_page_of_one_task() -> None:
    query = EvidenceQuery.model_validate({"limit": "25", "cursor": "abc", "taskType": "rbac_check"})

    assert query.model_dump() == {"limit": 25, "cursor": "abc", "task_type": Task.RBAC_CHECK}


@pytest.mark.parametrize(("text", "limit"), [("1", 1), ("199", 199), ("200", 200)])
def test_a_page_holds_1_to_200(text: str, limit: int) -> None:
    assert PageQuery.model_validate({"limit": text}).limit == limit


@pytest.mark.parametrize("text", ["201", "9007199254740991", *NO_IDS.values()], ids=["201", "2^53-1", *NO_IDS])
def test_a_page_holds_no_other_number(text: str) -> None:
    assert errors(PageQuery, limit=text) == [(("limit",), LIMIT)]


@pytest.mark.parametrize("name", ["", "Rbac_Check", "everything", "rbac_check "])
def test_evidence_can_be_filtered_by_known_tasks_only(name: str) -> None:
    ((where, _),) = errors(EvidenceQuery, taskType=name)

    assert where == ("taskType",)


def test_a_cursor_is_not_longer_than_any_of_ours() -> None:
    assert errors(PageQuery, cursor="x" * 513) == [(("cursor",), "String should have at most 512 characters")]


@pytest.mark.parametrize("value", [None, 25, 1.0, ["25"]], ids=repr)
def test_the_size_of_a_page_comes_as_text(value: object) -> None:
    assert errors(PageQuery, limit=value) == [(("limit",), LIMIT)]
