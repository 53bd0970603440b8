"""The second net: whatever looks like a credential is blotted out of a line of the log, and what is none is left."""

import ast
import io
import json
import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onboarding import log
from onboarding.log import BLOT, redacted

ROOT = Path(__file__).parents[2]

SECRET = "kX3~hunter2-Zq_9vLw0"  # noqa: S105 - of nobody
PLAIN = "a-pass phrase, with 'quotes' and 4 words"
JWT = "eyJhbGciOiJSUzI1NiJ9.eyJ0aWQiOiIxMTExIn0.c2lnbmF0dXJlLW9mLW5vYm9keQ"
ENTRA_SECRET = "Ab18Q~" + "xY.z_0-~" * 4
ACCESS_KEY = "AKIA" + "IOSFODNN7EXAMPLE"
AWS_SECRET = "wJalrXUtnFEMI/K7MDENG/" + "bPxRfiCYEXAMPLEKEY"
STATE_SECRET = "q7Yc2Jm0Zk9s3Vd5Xh8Bn1Lf4Tg6Rw0Pa2Ue7Ko9Si5"  # noqa: S105 - as `token_urlsafe(32)` makes them
KEY = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj"
PEM = f"-----BEGIN PRIVATE KEY-----\n{KEY}\n-----END PRIVATE KEY-----"

CREDENTIALS: dict[str, tuple[str, str]] = {
    "a JWT": (f"token was {JWT}", JWT),
    "the head of a JWT": ("begins with eyJhbGciOiJSUzI1NiIsIng1dCI6Ii", "eyJhbGciOiJSUzI1NiIsIng1dCI6Ii"),
    "a JWT in a URL": (f"https://x.example/?t={JWT}#f", JWT),
    "an encrypted JWT of five parts": (f"{JWT}.AAAA.BBBB", "BBBB"),
    "Bearer": (f"Authorization: Bearer {SECRET}", SECRET),
    "bearer in lower case": (f"sent bearer {SECRET} to Graph", SECRET),
    "Bearer with an opaque token": ("Bearer abcdefghijklmnopqrstuvw", "abcdefghijklmnopqrstuvw"),
    "Basic": ("Basic dXNlcjpwYXNzd29yZA==", "dXNlcjpwYXNzd29yZA=="),
    "an Authorization header in a dict": (f"{{'Authorization': 'Bearer {SECRET}'}}", SECRET),
    "a form": (f"grant_type=client_credentials&client_secret={SECRET}&scope=x", SECRET),
    "a form, percent-encoded": ("client_secret=the-application%27s-own-secret&x=1", "own-secret"),
    "a form without digits": ("client_secret=abcdef", "abcdef"),
    "a form within a URL": (f"%3Fclient_secret%3D{SECRET}", SECRET),
    "JSON": (f'{{"client_secret": "{SECRET}"}}', SECRET),
    "JSON without spaces": (f'{{"client_secret":"{SECRET}"}}', SECRET),
    "JSON within JSON": (json.dumps({"body": json.dumps({"client_secret": SECRET})}), SECRET),
    "JSON within JSON within JSON": (json.dumps(json.dumps(json.dumps({"client_secret": SECRET}))), SECRET),
    "JSON with spaces in the value": (json.dumps({"password": PLAIN}), "phrase"),
    "a dict's repr": (repr({"client_secret": SECRET}), SECRET),
    "a dict's repr with an apostrophe in the value": (repr({"client_secret": PLAIN}), "words"),
    "a dict's repr with bytes": (repr({"client_secret": SECRET.encode()}), SECRET),
    "a call": (f"Credentials(secret={SECRET!r}, x=1)", SECRET),
    "an assignment": (f"client_secret = '{SECRET}'", SECRET),
    "camel case": (f'{{"clientSecret":"{SECRET}"}}', SECRET),
    "a client assertion": (f"client_assertion={SECRET}", SECRET),
    "an access token": (f'{{"token_type":"Bearer","access_token":"{SECRET}"}}', SECRET),
    "a refresh token": (f'{{"refresh_token":"{SECRET}"}}', SECRET),
    "an id token": (f"id_token: {SECRET}", SECRET),
    "a password": (f"password={SECRET}", SECRET),
    "a password in prose": (f"the password: {SECRET}", SECRET),
    "a passphrase": (f"passphrase={SECRET}", SECRET),
    "an API key": (f"x-api-key: {SECRET}", SECRET),
    "an API key of letters": ("x-api-key: abcdefg", "abcdefg"),
    "an API key of letters among headers": ("api-key:abcdefg\nAccept: text/html", "abcdefg"),
    "a key of a subscription": ("Ocp-Apim-Subscription-Key: abcdefg", "abcdefg"),
    "a token in a header": ("X-Auth-Token: abcdefg, x", "abcdefg"),
    "the value of a client secret": (f'{{"client_secret_value": "{SECRET}"}}', SECRET),
    "the value of a secret in camel case": (f"{{'secretValue': '{SECRET}'}}", SECRET),
    "what Secrets Manager answers in bytes": (f"{{'SecretBinary': b'{SECRET}'}}", SECRET),
    "the text of a secret": (f"secretText={SECRET}", SECRET),
    "what Secrets Manager answers": (f"{{'Name': 'x', 'SecretString': '{SECRET}'}}", SECRET),
    "an access key of AWS": (f"The key {ACCESS_KEY} does not exist", ACCESS_KEY),
    "a passing key of AWS": ("ASIA" + "Y34FZKBOKMUTVV7A in use", "Y34FZKBOKMUTVV7A"),
    "a secret key of AWS": (f"aws_secret_access_key = {AWS_SECRET}", AWS_SECRET),
    "a secret key of AWS, as the SDK has it": (f"{{'SecretAccessKey': '{AWS_SECRET}'}}", AWS_SECRET),
    "a session token of AWS": (f"AWS_SESSION_TOKEN=IQoJb3JpZ2luX2VjE{SECRET}", SECRET),
    "a signed URL of AWS": (f"https://x.example/?X-Amz-Security-Token={SECRET}&X-Amz-Date=1", SECRET),
    "a signature of AWS": (f"X-Amz-Signature={SECRET}", SECRET),
    "a shared access signature": (f"https://x.example/?sv=2024-01-01&sig={SECRET}&se=2", SECRET),
    "an account key": (f"AccountName=x;AccountKey={SECRET}==;EndpointSuffix=y", SECRET),
    "a client secret of Entra by its form": (f"got {ENTRA_SECRET}, hm", ENTRA_SECRET),
    "an authorization code of Entra": ("?code=0.A" + "X7a_-9" * 12, "X7a_-9X7a_-9"),
    "a private key": (PEM, KEY),
    "a private key on one line": (PEM.replace("\n", "\\n"), KEY),
    "a private key of RSA": (PEM.replace("PRIVATE", "RSA PRIVATE"), KEY),
    "a private key without its end": (PEM.partition("-----END")[0], KEY),
    "a private key within JSON": (json.dumps({"pem": PEM}), KEY),
    "a password in a URL": (f"http://proxy:{SECRET}@10.0.0.1:3128/", SECRET),
    "a cookie": (f"Set-Cookie: sid={SECRET}; Path=/", SECRET),
    "a state of a consent link": (f"/consent/callback?state=17.101.{STATE_SECRET}", STATE_SECRET),
}

ORDINARY = (
    "11111111-2222-4333-8444-555555555555",
    "{11111111-2222-4333-8444-555555555555}",
    "JKJaXmPLvHcESHA123=",
    "1-5e6722a7-cc56xmpl46db7ae02d4da47e",
    "arn:aws:secretsmanager:us-east-1:123456789012:secret:tenant-onboarding/contoso-AbCdEf",
    "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-4333-8444-555555555555",
    "arn:aws:sts::123456789012:assumed-role/tenant-onboarding-ExecuteProbe/execute-probe",
    "SPE_E5",
    "ENTERPRISEPREMIUM_NOPSTNCONF",
    "O365_w/o_Teams_Bundle_M3",
    "DeviceManagementManagedDevices.Read.All",
    "Not granted: RoleManagement.Read.Directory.",
    "GET /tenants/{tenantId}/onboarding/session",
    "credential_invalid",
    "token_throttled",
    "https://login.microsoftonline.com/11111111-2222-4333-8444-555555555555/oauth2/v2.0/token",
    "https://graph.microsoft.com/v1.0/organization?$select=id,displayName",
    "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    "contoso.onmicrosoft.com",
    '"credential_kind":"client_secret","credential_expires_at":null',
    '"token_use":"access","user_id":"17"',
    "client_assertion_type=urn%3Aietf",
    "secret_arn: arn:aws:secretsmanager:us-east-1:123456789012:secret:tenant-onboarding/contoso-AbCdEf",
    "Cache-Control: no-store",
    "x-request-id: JKJaXmPLvHcESHA123=",
    "idempotency-key: run it once",
    "ab" * 32,
    "2026-03-02T09:30:00.000Z",
    "evidence@1?@9007199254740991",
    "ZXZpZGVuY2VAMT9AOTAwNzE5OTI1NDc0MDk5MQ==",
    '"11111111-2222-4333-8444-555555555555.7.1772444400000"',
    "No access token could be had: the credential was refused.",
    "The bearer of this token is unknown",
    "design: 12 areas",
    "9007199254740991",
    "tenant 7: run 113504 is queued, and the guard does not name it",
    "ConditionalCheckFailedException",
    "203.0.113.7",
)


@contextmanager
def written(logger: logging.Logger, to: io.StringIO) -> Iterator[None]:
    """Have *logger* write to *to* for a while."""
    [handler] = [each for each in logger.handlers if type(each) is logging.StreamHandler]
    assert isinstance(handler, logging.StreamHandler)
    before = handler.setStream(to)
    try:
        yield
    finally:
        handler.setStream(before)


def lines(say: Callable[[], object], logger: logging.Logger = log.logger) -> str:
    """Give the lines that *say* has *logger* write; each is JSON."""
    stream = io.StringIO()
    with written(logger, stream):
        say()
    for line in stream.getvalue().splitlines():
        json.loads(line)
    return stream.getvalue()


@pytest.mark.parametrize(("text", "secret"), CREDENTIALS.values(), ids=CREDENTIALS)
def test_what_looks_like_a_credential_is_blotted_out(text: str, secret: str) -> None:
    assert secret in text

    found = redacted(text)

    assert secret not in found
    assert BLOT in found


@pytest.mark.parametrize("text", ORDINARY)
def test_what_is_no_credential_is_left_alone(text: str) -> None:
    assert redacted(text) == text
    assert redacted({"message": text, "of": [text]}) == {"message": text, "of": [text]}


SILENCED = 'logging.getLogger("urllib3").setLevel(logging.ERROR)'
"""A library that is made to say less; nothing is written by this."""

FRAGMENTS = (
    *("=", ":", "'", "1", "A", ".", "~", "-", "_", "@", "/", "\u017f", "\u212a", "\u0131"),
    *(
        "secret",
        "Token",
        "passwd",
        "passphrase",
        "pwd",
        "assert\u0131on",
        "authorization",
        "credentials",
        "\u017fig",
        "api_key",
    ),
    *(
        "-key: ",
        "Cookie: ",
        "Bearer ",
        "basic ",
        "https://u:",
        "eyJ",
        "AKIA",
        "Q~",
        "0.A",
        "1.2.",
        "%3D",
        "x" * 20,
        "9" * 43,
    ),
)


def test_the_short_look_misses_nothing_that_the_long_one_finds() -> None:
    chance = Random(20)  # noqa: S311 - texts, no secrets
    texts = ["".join(chance.choices(FRAGMENTS, k=chance.randint(1, 6))) for _ in range(20_000)]

    missed = [text for text in texts if log._spoken().search(text) and not log._may_hold_any(text)]  # noqa: SLF001 - the short look is held against the long one

    assert missed == []
    assert sum(log._spoken().search(text) is not None for text in texts) > 1000  # noqa: SLF001 - and there is much to miss


def looked_at_in_full(said: dict[str, Any]) -> dict[str, Any]:
    """Judge every name and every value of a line by the patterns themselves: what no short look may differ from."""

    def blotted(text: str) -> str:
        return log._spoken().sub(log._blotted, text)  # noqa: SLF001 - the net itself

    def is_of_a_credential(name: str) -> bool:
        end = name[-log._LONGEST_END :]  # noqa: SLF001 - the same
        return bool(
            log._NAMED.search(end) or (log._OF_A_SECRET.search(name) and not log._ABOUT_ONE.search(end))  # noqa: SLF001 - the short look is held against the long one
        )

    return {
        blotted(name): BLOT if value and is_of_a_credential(name) else blotted(value) if type(value) is str else value
        for name, value in said.items()
    }


words = st.one_of(
    st.lists(st.sampled_from(FRAGMENTS), max_size=4).map("".join),
    st.sampled_from([*ORDINARY, *(text for text, _ in CREDENTIALS.values())]),
    st.text(max_size=60),
)
facts = st.dictionaries(words, st.one_of(words, st.integers(), st.booleans(), st.none()), max_size=6)


@given(facts)
def test_a_line_that_is_looked_at_once_and_whole_is_what_a_full_look_at_each_of_its_parts_makes_of_it(
    said: dict[str, Any],
) -> None:
    assert json.loads(log.line(said)) == looked_at_in_full(said)


def test_what_fits_no_encoding_is_written_all_the_same() -> None:
    assert json.loads(log.line({"message": "cut \ud83d", "of": [f"token={SECRET}"]})) == {
        "message": "cut \ud83d",
        "of": [f"token={BLOT}"],
    }


@pytest.mark.parametrize(
    "name",
    [
        *("client_secret", "accessToken", "Authorization", "SECRET", "sig", "Set-Cookie", "tokens"),
        *(
            "client_secret_value",
            "secretValue",
            "SecretBinary",
            "secret_2",
            "password_hash",
            "PrivateKeyPem",
            "passwdOld",
        ),
        *("x" * 100_000 + "_token", "secret_" + "x" * 100_000),
    ],
    ids=lambda name: name[:20],
)
def test_what_stands_under_the_name_of_a_credential_is_blotted_out_whatever_it_is(name: str) -> None:
    assert redacted({"of": [{name: "abc"}, {name: ["abc"]}, {name: b"abc"}]}) == {"of": [{name: BLOT}] * 3}


@pytest.mark.parametrize(
    "name",
    [
        *("secret_arn", "SecretARN", "secret_name", "client_secret_expires_at", "password_type", "private_key_arn"),
        *(
            "client_assertion_type",
            "credential_arn",
            "credential_kind",
            "credential_expires_at",
            "certificate_thumbprint",
        ),
        *("token_type", "token_use", "tenant_id", "message", "signature_type", "x" * 100_000),
    ],
    ids=lambda name: name[:25],
)
def test_what_stands_under_a_name_that_only_tells_of_a_credential_is_left_alone(name: str) -> None:
    assert redacted({name: "abc", "of": [{name: ["abc"]}]}) == {name: "abc", "of": [{name: ["abc"]}]}


@pytest.mark.parametrize("unit", ["secret", "token", "a", "key-", "sig_", "\u017f"])
def test_a_name_of_any_length_is_read_in_one_go(unit: str) -> None:
    assert redacted({unit * (200_000 // len(unit)): 1}) is not None


def test_numbers_truths_and_nothing_stay_what_they_are() -> None:
    record = {"milliseconds": 1.5, "status": 201, "lost": 0, "replayed": True, "code": None, "token": None}

    assert redacted(record) == record


def test_what_is_nested_without_end_is_cut_off() -> None:
    deep: Any = "x"
    for _ in range(5_000):
        deep = [deep]

    assert BLOT in json.dumps(redacted(deep))


@pytest.mark.parametrize(
    "unit", ["-key ", "x-key:", "token:", "eyJ", "://a:", "1.", "bearer ", '"token": "', "secret=\\", "-", "a", "123Q~"]
)
def test_a_text_of_any_length_is_read_in_one_go(unit: str) -> None:
    """A pattern that goes back and forth would need hours for this, and the function's time is up after 15 seconds."""
    assert isinstance(redacted(unit * (200_000 // len(unit))), str)


@pytest.mark.parametrize(("text", "secret"), CREDENTIALS.values(), ids=CREDENTIALS)
def test_a_line_of_the_log_holds_no_credential_wherever_it_came_in(text: str, secret: str) -> None:
    def quote() -> None:
        raise ValueError(text)

    def say() -> None:
        log.logger.error(text)
        log.logger.info("x", extra={"a": {"b": [text]}})
        try:
            quote()
        except ValueError as error:
            error.add_note(text)
            log.logger.exception("unexpected: %s", text)

    said = lines(say)

    assert len(said.splitlines()) == 3
    assert secret not in said.replace("\\\\", "\\").replace('\\"', '"')
    assert "unexpected" in said


def test_a_line_without_credentials_is_written_as_it_was() -> None:
    facts = {"request_id": "JKJaXmPLvHcESHA123=", "tenant_id": 17, "status": 201, "code": "x", "milliseconds": 3.5}

    said = json.loads(lines(lambda: log.logger.info("request", extra=facts)))

    assert facts.items() <= said.items()
    assert said["message"] == "request"


def test_a_logger_without_the_net_is_caught() -> None:
    """The broken twin: a formatter without the net lets nearly everything through."""

    class WithoutTheNet(logging.Formatter):
        def format(self, record: logging.LogRecord) -> str:
            return json.dumps(super().format(record))

    twin = logging.getLogger("twin")
    twin.propagate = False
    twin.addHandler(logging.StreamHandler())
    twin.handlers[0].setFormatter(WithoutTheNet())

    through = [secret for text, secret in CREDENTIALS.values() if secret in lines(lambda t=text: twin.error(t), twin)]  # type: ignore[misc]  # mypy infers no lambda that has a default

    assert len(through) == len(CREDENTIALS)


def test_every_function_writes_through_this_logger_alone() -> None:
    others = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in sorted((ROOT / "functions").rglob("*.py"))
        if path.name != "log.py"
        for node in ast.walk(ast.parse(path.read_text().replace(SILENCED, "")))
        if (isinstance(node, ast.ImportFrom) and any(name.name == "Logger" for name in node.names))
        or (isinstance(node, ast.Attribute) and node.attr in {"getLogger", "basicConfig"})
        or (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print")
    ]

    assert others == []
    assert re.search(
        r"^    handler\.setFormatter\(_Lines\(\)\)$", (ROOT / "functions/onboarding/log.py").read_text(), re.MULTILINE
    )
