"""Each row of the table of signals is a test."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from onboarding.domain.finding import FindingStatus
from onboarding.domain.reasons import ReasonCode
from onboarding.graph.signals import Retry, of_graph, of_silence, of_token_endpoint

FAIL, UNKNOWN = FindingStatus.FAIL, FindingStatus.UNKNOWN
REQUEST_ID = "b3dce322-ef55-4d44-b65d-68c32d0d4054"
SOON = datetime(2026, 3, 2, 9, 31, tzinfo=UTC)


def token_error(*numbers: Any, error: str = "invalid_request", **more: Any) -> bytes:
    return json.dumps(
        {"error": error, "error_description": "AADSTS: text", "error_codes": [*numbers], "trace_id": REQUEST_ID, **more}
    ).encode()


def graph_error(code: str, message: str) -> bytes:
    return json.dumps({"error": {"code": code, "message": message, "innerError": {"request-id": REQUEST_ID}}}).encode()


@pytest.mark.parametrize(
    ("number", "reason", "status", "retry"),
    [
        (700016, ReasonCode.APP_NOT_IN_TENANT, FAIL, Retry.NO),
        (7000229, ReasonCode.APP_NOT_IN_TENANT, FAIL, Retry.NO),
        (700011, ReasonCode.APP_NOT_IN_TENANT, FAIL, Retry.NO),
        (65001, ReasonCode.CONSENT_MISSING, FAIL, Retry.NO),
        (90094, ReasonCode.CONSENT_MISSING, FAIL, Retry.NO),
        (650056, ReasonCode.CONSENT_MISSING, FAIL, Retry.NO),
        (65004, ReasonCode.CONSENT_DECLINED, FAIL, Retry.NO),
        (7000112, ReasonCode.APP_DISABLED, FAIL, Retry.NO),
        (70001, ReasonCode.APP_DISABLED, FAIL, Retry.NO),
        (7000215, ReasonCode.CREDENTIAL_INVALID, FAIL, Retry.NO),
        (70002, ReasonCode.CREDENTIAL_INVALID, FAIL, Retry.NO),
        (7000222, ReasonCode.CREDENTIAL_EXPIRED, FAIL, Retry.NO),
        (700027, ReasonCode.CERTIFICATE_REJECTED, FAIL, Retry.A_FEW_TIMES),
        (70021, ReasonCode.FEDERATION_NOT_TRUSTED, FAIL, Retry.NO),
        (700211, ReasonCode.FEDERATION_NOT_TRUSTED, FAIL, Retry.NO),
        (700212, ReasonCode.FEDERATION_NOT_TRUSTED, FAIL, Retry.NO),
        (700213, ReasonCode.FEDERATION_NOT_TRUSTED, FAIL, Retry.NO),
        (7002131, ReasonCode.FEDERATION_NOT_TRUSTED, FAIL, Retry.NO),
        (90002, ReasonCode.TENANT_NOT_FOUND, FAIL, Retry.NO),
        (5000224, ReasonCode.TENANT_NOT_FOUND, FAIL, Retry.NO),
        (90038, ReasonCode.WRONG_CLOUD, FAIL, Retry.NO),
        (900432, ReasonCode.WRONG_CLOUD, FAIL, Retry.NO),
        (900382, ReasonCode.WRONG_CLOUD, FAIL, Retry.NO),
        (500011, ReasonCode.RESOURCE_NOT_IN_TENANT, FAIL, Retry.NO),
        (650052, ReasonCode.RESOURCE_NOT_IN_TENANT, FAIL, Retry.NO),
        (53003, ReasonCode.BLOCKED_BY_CONDITIONAL_ACCESS, FAIL, Retry.NO),
        (530032, ReasonCode.BLOCKED_BY_CONDITIONAL_ACCESS, FAIL, Retry.NO),
        (50196, ReasonCode.TOKEN_THROTTLED, UNKNOWN, Retry.AFTER_A_WAIT),
        (90055, ReasonCode.TOKEN_THROTTLED, UNKNOWN, Retry.AFTER_A_WAIT),
        (90033, ReasonCode.GRAPH_UNAVAILABLE, UNKNOWN, Retry.AFTER_A_WAIT),
    ],
)
def test_a_number_of_the_token_endpoint_has_its_reason(
    number: int, reason: ReasonCode, status: FindingStatus, retry: Retry
) -> None:
    refused = of_token_endpoint(400, token_error(number))

    assert (refused.reason, refused.status, refused.retry) == (reason, status, retry)
    assert refused.finding().payload == {
        "version": 1,
        "http_status": 400,
        "error_numbers": [number],
        "request_id": REQUEST_ID,
        "permissions": [],
    }


def test_an_unknown_number_is_auth_failed_other_and_kept() -> None:
    refused = of_token_endpoint(400, token_error(1000031, error="invalid_client"))

    assert (refused.reason, refused.status, refused.retry) == (ReasonCode.AUTH_FAILED_OTHER, FAIL, Retry.NO)
    assert refused.signal.error_numbers == (1000031,)


def test_the_first_number_that_is_known_decides() -> None:
    refused = of_token_endpoint(400, token_error(1000031, 7000222, 90002))

    assert refused.reason is ReasonCode.CREDENTIAL_EXPIRED
    assert refused.signal.error_numbers == (1000031, 7000222, 90002)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        ("temporarily_unavailable", ReasonCode.GRAPH_UNAVAILABLE),
        ("server_error", ReasonCode.GRAPH_UNAVAILABLE),
        ("invalid_resource", ReasonCode.RESOURCE_NOT_IN_TENANT),
        ("unauthorized_client", ReasonCode.APP_NOT_IN_TENANT),
        ("invalid_client", ReasonCode.CREDENTIAL_INVALID),
        ("invalid_grant", ReasonCode.AUTH_FAILED_OTHER),
        ("", ReasonCode.AUTH_FAILED_OTHER),
    ],
)
def test_without_a_number_oauths_own_word_decides(error: str, reason: ReasonCode) -> None:
    assert of_token_endpoint(400, token_error(error=error)).reason is reason


def test_a_plain_word_counts_beside_an_unknown_number() -> None:
    refused = of_token_endpoint(400, token_error(123, error="temporarily_unavailable"))

    assert refused.reason is ReasonCode.GRAPH_UNAVAILABLE
    assert refused.signal.error_numbers == (123,)


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (429, ReasonCode.TOKEN_THROTTLED),
        (500, ReasonCode.GRAPH_UNAVAILABLE),
        (503, ReasonCode.GRAPH_UNAVAILABLE),
        (302, ReasonCode.AUTH_FAILED_OTHER),
        (404, ReasonCode.AUTH_FAILED_OTHER),
    ],
)
@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"null", b'"x"', b"[" * 100_000, b"\xff\xfe"])
def test_a_token_endpoint_that_makes_no_sense_is_judged_by_its_status(
    status: int, body: bytes, reason: ReasonCode
) -> None:
    assert of_token_endpoint(status, body).reason is reason


def test_what_is_no_number_and_no_guid_is_not_kept() -> None:
    body = token_error("secret", *[True, -1], 10**12, {"a": 1}, 7000215, trace_id="secret", correlation_id="secret")

    refused = of_token_endpoint(401, body)

    assert refused.reason is ReasonCode.CREDENTIAL_INVALID
    assert refused.signal.kept() == {"version": 1, "http_status": 401, "error_numbers": [7000215], "permissions": []}


INTUNE_FORBIDDEN = json.dumps(
    {
        "_version": 3,
        "Message": "Application is not authorized to perform this operation. Application must have one of the following"
        " scopes: DeviceManagementApps.ReadWrite.All, DeviceManagementApps.Read.All - Operation ID (for customer"
        " support): 00000000-0000-0000-0000-000000000000 - Url: https://fef.msub05.manage.microsoft.com/secret",
    },
    indent=2,
)


@pytest.mark.parametrize(
    ("status", "body", "reason", "judged", "retry"),
    [
        (
            400,
            graph_error("BadRequest", json.dumps({"Message": "Request not applicable to target tenant. - Activity"})),
            ReasonCode.INTUNE_NOT_PROVISIONED,
            FAIL,
            Retry.NO,
        ),
        (
            401,
            graph_error("InvalidAuthenticationToken", "Access token validation failure."),
            ReasonCode.TOKEN_REJECTED,
            FAIL,
            Retry.WITH_FRESH_TOKEN,
        ),
        (
            401,
            graph_error("Unauthorized", json.dumps({"ErrorCode": "Forbidden", "Message": INTUNE_FORBIDDEN})),
            ReasonCode.PERMISSION_MISSING,
            FAIL,
            Retry.NO,
        ),
        (401, graph_error("Forbidden", ""), ReasonCode.PERMISSION_MISSING, FAIL, Retry.NO),
        (
            403,
            graph_error("Authorization_RequestDenied", "Insufficient privileges to complete the operation."),
            ReasonCode.PERMISSION_MISSING,
            FAIL,
            Retry.NO,
        ),
        (404, graph_error("Request_ResourceNotFound", "…"), ReasonCode.RESOURCE_MISSING, FAIL, Retry.NO),
        (429, graph_error("TooManyRequests", "…"), ReasonCode.GRAPH_THROTTLED, UNKNOWN, Retry.AFTER_A_WAIT),
        (500, graph_error("generalException", "…"), ReasonCode.GRAPH_UNAVAILABLE, UNKNOWN, Retry.AFTER_A_WAIT),
        (502, b"<html>", ReasonCode.GRAPH_UNAVAILABLE, UNKNOWN, Retry.AFTER_A_WAIT),
        (503, b"", ReasonCode.GRAPH_UNAVAILABLE, UNKNOWN, Retry.AFTER_A_WAIT),
        (504, b"", ReasonCode.GRAPH_UNAVAILABLE, UNKNOWN, Retry.AFTER_A_WAIT),
        # In no row of the table: our own question was wrong, or Microsoft sends us elsewhere.
        (400, graph_error("BadRequest", "Invalid filter clause"), ReasonCode.GRAPH_UNAVAILABLE, UNKNOWN, Retry.NO),
        (302, b"", ReasonCode.GRAPH_UNAVAILABLE, UNKNOWN, Retry.NO),
        (410, b"", ReasonCode.GRAPH_UNAVAILABLE, UNKNOWN, Retry.NO),
        (204, b"", ReasonCode.GRAPH_UNAVAILABLE, UNKNOWN, Retry.NO),
    ],
)
def test_a_status_of_microsoft_graph_has_its_reason(
    status: int, body: bytes, reason: ReasonCode, judged: FindingStatus, retry: Retry
) -> None:
    refused = of_graph(status, {"request-id": REQUEST_ID}, body)

    assert (refused.reason, refused.status, refused.retry) == (reason, judged, retry)
    assert refused.signal.http_status == status
    assert refused.signal.request_id == REQUEST_ID


def test_silence_is_graph_unavailable_and_worth_another_try() -> None:
    refused = of_silence()

    assert (refused.reason, refused.status, refused.retry) == (
        ReasonCode.GRAPH_UNAVAILABLE,
        UNKNOWN,
        Retry.AFTER_A_WAIT,
    )


def test_only_what_passes_by_itself_says_when_to_look_again() -> None:
    assert of_silence().finding(SOON).next_check_at == SOON
    assert of_graph(403, {}, b"").finding(SOON).next_check_at is None
    assert of_graph(410, {}, b"").finding(SOON).next_check_at is None


def test_of_the_permissions_that_graph_names_ours_is_told() -> None:
    finding = of_graph(403, {}, graph_error("Forbidden", INTUNE_FORBIDDEN)).finding()

    assert finding.payload["permissions"] == ["DeviceManagementApps.Read.All"]
    assert finding.message == "Not granted: DeviceManagementApps.Read.All."


def test_permissions_we_never_ask_for_are_told_as_graph_names_them() -> None:
    named = "SecurityIncident.Read.All,SecurityIncident.ReadWrite.All"
    text = f"Missing application roles. API required roles: {named}, application roles: Policy.Read.All."

    refused = of_graph(403, {}, graph_error("Forbidden", text))

    assert refused.signal.permissions == ("SecurityIncident.Read.All", "SecurityIncident.ReadWrite.All")


def test_where_graph_names_no_permission_the_one_the_call_needs_is_told() -> None:
    body = graph_error("Authorization_RequestDenied", "Insufficient privileges to complete the operation.")

    finding = of_graph(403, {}, body, needs=("Organization.Read.All",)).finding()

    assert finding.message == "Not granted: Organization.Read.All."


@pytest.mark.parametrize(
    "text",
    [
        "must have one of the following scopes: alice@contoso.example, eyJhbGciOi.eyJ0aWQ.c2ln - Operation ID",
        "must have one of the following scopes: Secret.Read.Canary, x.Read.All, Device.Read.All.More - Operation ID",
        "must have one of the following scopes: DESKTOP-0001.Read.All - Operation ID",
        "must have one of the following scopes: " + "A" * 5_000,
        "API required roles: ../../etc/passwd, application roles: x",
    ],
)
def test_what_is_no_name_of_a_permission_is_never_kept(text: str) -> None:
    assert of_graph(403, {}, graph_error("Forbidden", text)).signal.permissions == ()


def test_a_permission_is_only_read_out_of_a_refusal() -> None:
    assert of_graph(404, {}, graph_error("NotFound", INTUNE_FORBIDDEN), needs=("A.Read.All",)).signal.permissions == ()


@pytest.mark.parametrize("body", [b'{"error": "text"}', b'{"error": {"message": 5}}', b'{"error": []}', b"{}", b"["])
def test_an_error_of_another_shape_is_judged_by_its_status(body: bytes) -> None:
    assert of_graph(403, {}, body).reason is ReasonCode.PERMISSION_MISSING
    assert of_graph(401, {}, body).reason is ReasonCode.TOKEN_REJECTED
