"""Tokens that the gateway lets through, and that name no user for now: the function refuses them by itself.

What the gateway refuses is tried over HTTP, where there is one: `tests/e2e/test_forged_tokens.py`.
"""

import json
from collections.abc import Mapping
from importlib import import_module
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from local import authorizer
from onboarding.parameters import is_moment
from onboarding.routes import ROUTES
from tests import events
from tests.calling import register
from tests.deployment import Deployment
from tests.matching import a_problem
from tests.security.forging import Maker, as_text, pieces_in, unfit_claims
from tests.security.matrix import PUBLIC
from tests.security.scene import Known, asked
from tests.tallies import tally

REFUSED = tally("TOKENS: {claims} sets of claims that a gateway may let through, refused by the handlers")

NO_MOMENTS = (
    "<nil>",
    "None",
    "nan",
    "+1",
    " 1767225600",
    "1767225600 ",
    "1_767_225_600",
    "\u0661",
    "0x6957f200",
    "1e99",
)
"""More ways in which an expiry that is none could be written down for a function."""


@pytest.fixture(scope="module")
def maker() -> Maker:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return Maker("https://issuer.example.invalid", "tenant-onboarding", key, "a-key")


def handled(name: str, claims: Mapping[str, str], token: str) -> dict[str, Any]:
    """Have the handler of a route answer a request whose *token* the gateway let through with *claims*."""
    how = asked(name if name in ROUTES else "unmatched", Known(1, 1, 1))
    event = events.http(
        how.route.method,
        how.route.path,
        parameters={"tenantId": 1, **how.ids},
        token=claims,
        headers={"Authorization": f"Bearer {token}"},
    )
    answer: dict[str, Any] = import_module(f"api.{name}").handler(event, events.Context())
    return answer


def test_claims_that_name_no_user_for_now_are_refused_and_not_repeated(
    maker: Maker,
    deployed: Deployment,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    subtests: pytest.Subtests,
) -> None:
    assert deployed
    for name, changes in unfit_claims().items():
        claims = maker.claims(**changes)
        token = maker.signed(maker.header(), claims)
        texts = {claim: as_text(value) for claim, value in claims.items()}
        for route in ("get_session", "answer_unmatched"):
            with subtests.test(name, route=route):
                caplog.clear()

                answer = handled(route, texts, token)

                assert (answer["statusCode"], json.loads(answer["body"])) == (401, a_problem("unauthenticated", 401))
                assert answer["headers"]["www-authenticate"] == "Bearer"
                assert not pieces_in(token, json.dumps(answer))
                logged = repr([*capsys.readouterr(), *(record.__dict__ for record in caplog.records)])
                assert "request_id" in logged
                assert not pieces_in(token, logged)
                REFUSED["claims"] += 1


@pytest.mark.parametrize("wrong", ["an expiry: absent", "a use: an id token's", "a user id: a zero before"])
def test_every_route_refuses_them(wrong: str, maker: Maker, deployed: Deployment, subtests: pytest.Subtests) -> None:
    assert deployed
    claims = {name: as_text(value) for name, value in maker.claims(**unfit_claims()[wrong]).items()}
    for route in ROUTES.keys() - set(PUBLIC):
        with subtests.test(route):
            answer = handled(route, claims, "token")

            assert (answer["statusCode"], json.loads(answer["body"])) == (401, a_problem("unauthenticated", 401))
            REFUSED["claims"] += 1


def test_however_no_expiry_is_written_down_it_is_none(
    maker: Maker, deployed: Deployment, subtests: pytest.Subtests
) -> None:
    assert deployed
    for written in NO_MOMENTS:
        with subtests.test(written):
            claims = {name: as_text(value) for name, value in maker.claims().items()} | {"exp": written}

            assert handled("get_session", claims, "token")["statusCode"] == 401
            REFUSED["claims"] += 1


@pytest.mark.parametrize(
    "written", ["1767225600", "1767225600.5", "1.767225600e+09", "1.7672256E9", "1", "253402300799"]
)
def test_a_moment_may_be_written_as_numbers_are(written: str) -> None:
    assert is_moment(written)


@pytest.mark.parametrize("changes", [{}, {"user_id": 3}, {"aud": ["another", "tenant-onboarding"]}])
def test_the_maker_s_good_claims_are_let_in(changes: dict[str, Any], maker: Maker, deployed: Deployment) -> None:
    assert deployed
    register()
    claims = {name: as_text(value) for name, value in maker.claims(**changes).items()}

    assert handled("get_session", claims, "token")["statusCode"] == 200


def test_a_piece_of_a_token_is_found_wherever_it_stands(maker: Maker) -> None:
    token = maker.good()

    assert pieces_in(token, f"a line with {token[40:56]} in it") == {token[40:56]}
    assert pieces_in(token, f"a line with {token[40:55]} in it") == set()


# ── What the local deployment's front refuses in the gateway's place ─────────────────────────────────────────────────


def test_the_front_lets_good_tokens_through_to_be_judged(maker: Maker) -> None:
    assert [token.name for token in maker.accepted() if authorizer.refuses(token.headers[0])] == []


@pytest.mark.parametrize(
    "changes",
    [{"exp": "tomorrow"}, {"exp": None}, {"exp": float("nan")}, {"exp": float("inf")}, {"nbf": [1]}, {"iat": True}],
)
def test_the_front_refuses_times_that_are_no_numbers(changes: dict[str, Any], maker: Maker) -> None:
    assert authorizer.refuses(f"Bearer {maker.good(**changes)}")


@pytest.mark.parametrize("changes", [{"alg": "none"}, {"alg": "HS256"}, {"alg": None}, {"crit": ["b64"], "b64": False}])
def test_the_front_refuses_what_is_not_signed_by_rs256_alone(changes: dict[str, Any], maker: Maker) -> None:
    assert authorizer.refuses(f"Bearer {maker.signed(maker.header(**changes), maker.claims())}")
