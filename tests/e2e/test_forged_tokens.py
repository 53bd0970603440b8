"""Every way to forge a token, against the running deployment: refused, and nothing of it told or written down."""

import urllib3

from tests.e2e.conftest import PATIENCE, ROOT, LocalDeployment
from tests.security.forging import Maker, Token, pieces_in
from tests.tallies import tally

FORGED = tally(
    "FORGED: {refused} forged or unfit tokens refused over HTTP ({unread} of them as no request at all), {accepted} "
    "good ones of the same maker let in; {lines:,} lines of logs without a piece of one"
)
TENANT = 13


def maker_for(local: LocalDeployment) -> Maker:
    """Give a maker of tokens that knows the deployment's issuer, its key included."""
    stack = local.stack
    [published] = urllib3.request("GET", f"{stack['issuer']}/jwks.json", timeout=PATIENCE).json()["keys"]
    pem = (ROOT / local.folder / "issuer.pem").read_bytes()
    return Maker.of(pem, stack["issuer"], stack["audience"], published["kid"])


def sent(local: LocalDeployment, token: Token) -> urllib3.BaseHTTPResponse:
    """Ask for a session with *token*."""
    headers = urllib3.HTTPHeaderDict()
    for value in token.headers:
        headers.add("Authorization", value)
    path = f"{local.url}/tenants/{TENANT}/onboarding/session"
    return urllib3.request("GET", path, headers=headers, retries=False, timeout=PATIENCE)


def logs_of(local: LocalDeployment) -> str:
    """Give what functions, front and emulator wrote since they were started."""
    printed = local.make("logs")
    assert printed.returncode == 0, printed.stderr
    files = [(ROOT / local.folder / name).read_text() for name in ("run.log", "emulator.log")]
    return "\n".join([printed.stdout, *files])


def test_every_forged_token_is_refused_and_leaves_no_trace(local: LocalDeployment) -> None:
    maker = maker_for(local)
    tokens = list(maker.refused())
    secrets = {piece for token in tokens for piece in token.headers}

    answers = {token: sent(local, token) for token in tokens}

    wrong = {
        token.name: (answer.status, token.status) for token, answer in answers.items() if answer.status != token.status
    }
    assert wrong == {}
    assert {answer.status: answer.json().keys() for answer in answers.values() if answer.status != 401} == {
        400: {"message"},
        431: {"message"},
    }
    for token, answer in answers.items():
        told = answer.data.decode() + repr(dict(answer.headers))
        assert "Traceback" not in told, token.name
        assert ".py" not in told, token.name
        assert not any(pieces_in(value, told) for value in token.headers), token.name
    logs = logs_of(local)
    assert "GET /tenants/{tenantId}/onboarding/session" in logs  # what a function writes is among them
    written = {logs[start : start + 16] for start in range(len(logs) - 15)}
    pieces = {secret[start : start + 16] for secret in secrets for start in range(len(secret) - 15)}
    assert written & pieces == set()
    assert len({token.name for token in tokens}) == len(tokens) >= 40
    FORGED["refused"] += len(tokens)
    FORGED["unread"] += sum(token.status != 401 for token in tokens)
    FORGED["lines"] += logs.count("\n")


def test_the_same_maker_s_good_tokens_are_let_in(local: LocalDeployment) -> None:
    tokens = list(maker_for(local).accepted())

    answers = {token.name: sent(local, token).status for token in tokens}

    assert answers == {token.name: 200 for token in tokens}
    FORGED["accepted"] += len(tokens)
