"""What comes in: read in one way only, or refused before anything is done with it."""

import base64
import json
from importlib import import_module
from typing import Any

import pytest

from tests import events
from tests.arranging import ADMIN, opened, stored
from tests.calling import ENTRA_TENANT, MEMBERS, Answer, call, connection, register
from tests.deployment import Deployment
from tests.matching import a_problem


@pytest.fixture(autouse=True)
def _registered(deployed: Deployment) -> None:
    assert deployed
    register()


TWICE = {
    "update_session": '{"current_step": 1, "current_step": 2}',
    "the same value": '{"current_step": 1, "current_step": 1}',
    "escaped": '{"current_step": 1, "curr\\u0065nt_step": 1}',
    "null and a value": '{"takeover": null, "takeover": true}',
}


@pytest.mark.parametrize("body", TWICE.values(), ids=TWICE)
def test_a_member_that_comes_twice_is_refused_and_named(body: str, deployed: Deployment) -> None:
    session_id = opened()
    before = stored(deployed, deployed.tables.sessions, "open")

    answer = call("update_session", sessionId=session_id, body=body)

    [error] = answer.body["errors"]
    assert (answer.status, answer.code, error["message"]) == (400, "invalid_request", "must not be repeated")
    assert error["field"] in {"current_step", "takeover"}
    assert stored(deployed, deployed.tables.sessions, "open") == before


def test_nobody_is_made_an_owner_by_the_second_of_two_roles() -> None:
    answer = call("register_member", userId=77, body='{"role": "readonly", "role": "owner"}', **ADMIN)

    assert (answer.status, answer.body["errors"]) == (400, [{"field": "role", "message": "must not be repeated"}])
    assert call("get_session", user=77).status == 404


@pytest.mark.parametrize("wrapped", ["{{{}}}", "urn:uuid:{}", "({})", " {}", "{}\n"])
@pytest.mark.parametrize("field", ["entra_tenant_id", "client_id"])
def test_a_guid_in_any_form_but_microsoft_s_is_refused(field: str, wrapped: str) -> None:
    details = connection() | {field: wrapped.format(ENTRA_TENANT)}

    answer = call("register_connection", connectionId=102, body=details, **ADMIN)

    assert (answer.status, [error["field"] for error in answer.body["errors"]]) == (400, [field])


def sent(body: str, **changes: Any) -> Answer:
    """Register a member with the event's own body, encoded or not as it says."""
    event = events.http("PUT", "/", parameters={"tenantId": 1, "userId": 77}, user=100, scope="onboarding.admin")
    event |= {"body": body, "isBase64Encoded": True, **changes}
    event["headers"] |= {"content-type": "application/json"}
    answer = import_module("api.register_member").handler(event, events.Context())
    return Answer(answer["statusCode"], json.loads(answer["body"]), answer["headers"])


GOOD = base64.b64encode(b'{"role": "operator"}').decode()


def test_a_body_in_base64_is_read() -> None:
    assert sent(GOOD).status == 200


@pytest.mark.parametrize(
    "body",
    [GOOD[:-1], GOOD + "=", GOOD[:4] + "\n" + GOOD[4:], GOOD[:4] + "!" + GOOD[4:], "é" + GOOD, "====", "e", "-_" * 8],
    ids=["cut off", "padded twice", "a line end", "a stray sign", "not ASCII", "padding", "one sign", "for URLs"],
)
def test_what_is_not_base64_to_the_letter_is_refused(body: str) -> None:
    answer = sent(body)

    assert (answer.status, answer.code) == (400, "invalid_request")


@pytest.mark.parametrize(
    "media_type",
    [
        "application/json, text/plain",
        "application/json,application/json",
        "text/plain; application/json",
        "application/json\x00",
        "application/jsonp",
        "application/json/x",
        "multipart/form-data; boundary=application/json",
        "application/x-www-form-urlencoded",
        "text/json",
    ],
)
def test_a_body_of_two_kinds_or_of_no_kind_of_ours_is_refused(media_type: str) -> None:
    answer = call(
        "register_member", userId=77, body={"role": "operator"}, headers={"content-type": media_type}, **ADMIN
    )

    assert (answer.status, answer.body) == (415, a_problem("unsupported_media_type", 415))


@pytest.mark.parametrize("size", [16 * 1024 - 1, 16 * 1024, 16 * 1024 + 1])
@pytest.mark.parametrize("encoded", [False, True])
def test_sixteen_kilobytes_are_read_and_not_a_byte_more(size: int, encoded: bool) -> None:  # noqa: FBT001 - a row's value
    text = '{"role": "operator"}'

    answer = call("register_member", userId=77, body=text + " " * (size - len(text)), encoded=encoded, **ADMIN)

    assert answer.status == (200 if size <= 16 * 1024 else 413)


def test_the_limit_counts_bytes_and_not_characters() -> None:
    answer = call("register_tenant", body=json.dumps({"name": "é" * 8_192}, ensure_ascii=False), **ADMIN)

    assert answer.status == 413


@pytest.mark.parametrize(
    "name", ["If-Match", "Idempotency-Key", "Accept", "If-None-Match", "X-Forwarded-For", "Cookie"]
)
def test_a_header_of_eight_kilobytes_breaks_nothing(name: str) -> None:
    session_id = opened()
    long = {name: "x" * 8_192}

    answers = [
        call("update_session", sessionId=session_id, body={"current_step": 1}, headers=long),
        call("start_run", taskType="rbac_check", headers=long),
        call("get_session", headers=long),
    ]

    expected = {"If-Match": [412, 201, 200], "Idempotency-Key": [200, 400, 200]}
    assert [answer.status for answer in answers] == expected.get(name, [200, 201, 200])


@pytest.mark.parametrize("number", ["1.0", "true", "-0", "1e0", "01", "+1", "0x1", "1e400", "NaN", "9007199254740992"])
def test_a_step_or_a_user_is_a_whole_number_written_as_one(number: str) -> None:
    session_id = opened()

    answers = [
        call("update_session", sessionId=session_id, body=f'{{"{field}": {number}}}')
        for field in ("current_step", "assigned_to_user_id", "provider_connection_id")
    ]

    assert [answer.status for answer in answers] == [400] * 3


def test_the_largest_id_that_javascript_keeps_exact_is_read() -> None:
    session_id = opened()

    answer = call("update_session", sessionId=session_id, body={"assigned_to_user_id": 2**53 - 1})

    assert (answer.status, answer.code) == (422, "assignee_not_eligible")
    assert 2**53 - 1 not in MEMBERS


@pytest.mark.parametrize("field", ["is_admin", "tenant_id", "version", "__proto__", "Role", "role ", "ro\\u006ce2"])
def test_a_field_that_nobody_knows_is_refused_and_nothing_is_done(field: str) -> None:
    body = f'{{"role": "operator", "{field}": 1}}'

    answer = call("register_member", userId=77, body=body, **ADMIN)

    assert (answer.status, answer.code) == (400, "invalid_request")
    assert call("get_session", user=77).status == 404
