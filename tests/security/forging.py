"""Makes access tokens as a forger would, and as an issuer that went wrong would.

A forger has the public keys, an old token, and keys of their own; what only the issuer's key can sign is made with it,
because a service must not rest on its issuer never signing anything else: a token of another application is as genuine.
"""

import base64
import hmac
import json
import time
from collections.abc import Iterator
from typing import Any, NamedTuple

from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from jwt.algorithms import RSAAlgorithm

USER = 3
"""Whom every token says it is of, unless that is what is wrong with it: an operator."""

ABSENT = object()
"""Leaves a claim out."""

type Json = dict[str, Any]


class Token(NamedTuple):
    """What is sent as Authorization, and how it must be answered."""

    name: str
    headers: tuple[str, ...]
    """One value per Authorization header."""
    status: int = 401
    """400 and 431 are the gateway's, which cannot so much as read such a header."""


def encoded(raw: bytes) -> str:
    """Encode in base64url without padding, as all parts of a token are."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


class Maker:
    """Makes tokens that say they are of *issuer*, for *audience*."""

    def __init__(self, issuer: str, audience: str, key: rsa.RSAPrivateKey, key_id: str) -> None:
        """Know the issuer's *key*, as few forgers would."""
        self.issuer = issuer
        self._audience = audience
        self._key = key
        self._key_id = key_id
        self._forger_s = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    @classmethod
    def of(cls, pem: bytes, issuer: str, audience: str, key_id: str) -> "Maker":
        """Know the issuer's key from its file."""
        key = load_pem_private_key(pem, password=None)
        assert isinstance(key, rsa.RSAPrivateKey)
        return cls(issuer, audience, key, key_id)

    # ── Parts ──

    def header(self, **changes: Any) -> Json:
        """Give the header of a good token, but for *changes*."""
        return _changed({"alg": "RS256", "typ": "JWT", "kid": self._key_id}, changes)

    def claims(self, **changes: Any) -> Json:
        """Give the claims of a good token, but for *changes*."""
        now = int(time.time())
        good = {
            "iss": self.issuer,
            "aud": self._audience,
            "sub": f"user-{USER}",
            "iat": now - 1,
            "nbf": now - 1,
            "exp": now + 600,
            "token_use": "access",
            "user_id": str(USER),
        }
        return _changed(good, changes)

    def signed(self, header: object, claims: object, key: rsa.RSAPrivateKey | None = None) -> str:
        """Sign by RS256, with the issuer's key unless told otherwise; bytes are taken as they are."""
        signing_input = f"{_part(header)}.{_part(claims)}"
        signature = (key or self._key).sign(signing_input.encode(), padding.PKCS1v15(), SHA256())
        return f"{signing_input}.{encoded(signature)}"

    def good(self, **changes: Any) -> str:
        """Sign a token with nothing wrong but what *changes* say of its claims."""
        return self.signed(self.header(), self.claims(**changes))

    def by_forger(self, **changes: Any) -> str:
        """Sign a token with the forger's key, with *changes* to its header."""
        return self.signed(self.header(**changes), self.claims(), self._forger_s)

    def by_secret(self, secret: bytes, **changes: Any) -> str:
        """Sign a token by HS256 with *secret*, with *changes* to its header."""
        signing_input = f"{_part(self.header(**({'alg': 'HS256'} | changes)))}.{_part(self.claims())}"
        return f"{signing_input}.{encoded(hmac.digest(secret, signing_input.encode(), 'sha256'))}"

    # ── Tokens ──

    def refused(self) -> Iterator[Token]:
        """Make every token that must be refused."""
        for made in (
            self._algorithms(),
            self._keys(),
            self._headers(),
            self._tampered(),
            self._claimed(),
            self._misshapen(),
            self._sent_otherwise(),
        ):
            yield from made

    def accepted(self) -> Iterator[Token]:
        """Make tokens that are good, or that say nothing else than a good one: the maker itself is right.

        What nobody but the issuer can make of its own token, and what changes not one bit that was signed, is no
        forgery; the last two are such.
        """
        good, last = self.good(), 200
        head, claims, signature = good.split(".")
        twice = json.dumps(self.claims(user_id="1"))[:-1] + f', "user_id": "{USER}"}}'
        yield _token("a good token", good, last)
        yield Token("without a scheme, as API Gateway allows", (good,), last)
        yield Token("a scheme in lower case", (f"bearer {good}",), last)
        yield _token("a user id that is a number", self.good(user_id=USER), last)
        yield _token("an expiry with a fraction", self.good(exp=time.time() + 600.5), last)
        yield _token("our audience among others", self.good(aud=["another", self._audience]), last)
        yield _token(
            "no audience but our client id, as Cognito's", self.good(aud=ABSENT, client_id=self._audience), last
        )
        yield _token("without a use", self.good(token_use=ABSENT), last)
        # RFC 7519, 4: a parser takes the last of two, or refuses. The gateway's alone reads it, so it has one meaning.
        yield _token("two user ids, of which the last counts", self.signed(self.header(), twice.encode()), last)
        yield _token("spare bits of the signature's last letter", f"{head}.{claims}.{_respelled(signature)}", last)

    def _algorithms(self) -> Iterator[Token]:
        signature = self.good().rpartition(".")[2]
        for algorithm in ("none", "None", "NONE", "nOnE", "", None):
            unsigned = f"{_part(self.header(alg=algorithm))}.{_part(self.claims())}."
            yield _token(f"algorithm {algorithm!r} without a signature", unsigned)
            yield _token(f"algorithm {algorithm!r} with a signature", unsigned + signature)
        yield _token("algorithm none, signed by the issuer", self.signed(self.header(alg="none"), self.claims()))
        yield _token("no algorithm, signed by the issuer", self.signed(self.header(alg=ABSENT), self.claims()))
        yield _token("HS256 by name, RS256 by signature", self.signed(self.header(alg="HS256"), self.claims()))
        public = self._key.public_key()
        pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        jwk = RSAAlgorithm.to_jwk(public, as_dict=True)
        secrets = {
            "the public key in PEM": pem,
            "the public key in PEM, without its last line break": pem.rstrip(),
            "the public key in DER": public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
            "the public key in PKCS 1": public.public_bytes(Encoding.PEM, PublicFormat.PKCS1),
            "the modulus": base64.urlsafe_b64decode(jwk["n"] + "=="),
            "the modulus as it is written": jwk["n"].encode(),
            "the published key": json.dumps(jwk).encode(),
            "nothing": b"",
            "the key's id": self._key_id.encode(),
        }
        for name, secret in secrets.items():
            yield _token(f"HS256 with {name}", self.by_secret(secret))
            yield _token(f"RS256 by name, HS256 with {name}", self.by_secret(secret, alg="RS256"))

    def _keys(self) -> Iterator[Token]:
        yield _token("another key under our key's id", self.by_forger())
        yield _token("no key id, signed by the issuer", self.signed(self.header(kid=ABSENT), self.claims()))
        for key_id in ("another", "", None, 0, True, [self._key_id], {"kid": self._key_id}, self._key_id.upper()):
            yield _token(f"key id {key_id!r}", self.signed(self.header(kid=key_id), self.claims()))
        for key_id in (
            "../../dev/null",
            "../../../../../../dev/null",
            "/dev/null",
            "file:///dev/null",
            "http://127.0.0.1:1/jwks.json",
            "x' UNION SELECT 'AA==' -- ",
            "$(sleep 5)",
            "\u0000",
        ):
            yield _token(f"key id {key_id!r} and an empty secret", self.by_secret(b"", kid=key_id))
            yield _token(f"key id {key_id!r} and another key", self.by_forger(kid=key_id))

    def _headers(self) -> Iterator[Token]:
        public = RSAAlgorithm.to_jwk(self._forger_s.public_key(), as_dict=True)
        elsewhere = "http://127.0.0.1:1/jwks.json"
        pointers: dict[str, Json] = {
            "jku": {"jku": elsewhere},
            "jku that begins as the issuer": {"jku": f"{self.issuer}@127.0.0.1:1/jwks.json"},
            "x5u": {"x5u": elsewhere},
            "jwk": {"jwk": public},
            "jwk under our key's id": {"jwk": {**public, "kid": self._key_id}},
            "x5c": {"x5c": [base64.b64encode(b"not so much as a certificate").decode()]},
        }
        for name, pointer in pointers.items():
            yield _token(f"{name} that leads to another key", self.by_forger(**pointer))
            yield _token(f"{name} that leads to another key, without a key id", self.by_forger(kid=ABSENT, **pointer))
        extensions: dict[str, Json] = {
            "an unknown one": {"crit": ["urn:example:x"], "urn:example:x": 1},
            "a payload that is not encoded": {"crit": ["b64"], "b64": False},
            "none": {"crit": []},
        }
        for name, extension in extensions.items():
            yield _token(f"a critical extension: {name}", self.signed(self.header(**extension), self.claims()))

    def _tampered(self) -> Iterator[Token]:
        good, other = self.good(), self.good(jti="another")
        head, claims, signature = good.split(".")
        lies: dict[str, Json] = {
            "user": {"user_id": "1"},
            "scope": {"scope": "onboarding.admin"},
            "time": {"exp": 2**31},
        }
        for name, changes in lies.items():
            yield _token(
                f"another {name} under the old signature", f"{head}.{_part(self.claims(**changes))}.{signature}"
            )
        yield _token(
            "another header under the old signature", f"{_part(self.header(typ='at+jwt'))}.{claims}.{signature}"
        )
        yield _token("the signature of another token", f"{head}.{claims}.{other.rpartition('.')[2]}")
        yield _token("no signature", f"{head}.{claims}.")
        yield _token("no third part", f"{head}.{claims}")
        yield _token("a signature cut short", good[:-4])
        yield _token("half a signature", good[: -len(signature) // 2])
        yield _token("a signature with more to it", good + "AAAA")
        yield _token("a signature with padding", good + "==")
        yield _token("a signature of zeros", f"{head}.{claims}.{encoded(bytes(256))}")
        yield _token("a signature turned round", f"{head}.{claims}.{signature[::-1]}")
        yield _token("a signature in the other alphabet", f"{head}.{claims}.{_other_alphabet(signature)}")
        yield _token("claims with padding", f"{head}.{claims}==.{signature}")
        yield _token("parts in another order", f"{claims}.{head}.{signature}")

    def _claimed(self) -> Iterator[Token]:
        for name, changes in bad_claims(self.issuer).items():
            yield _token(name, self.good(**changes))

    def _misshapen(self) -> Iterator[Token]:
        good, header = self.good(), self.header()
        shapes: dict[str, object] = {
            "a list": [1],
            "a text": "text",
            "a token": good.encode(),
            "nothing": b"",
            "no JSON": b"user_id=3",
            "JSON with more behind it": json.dumps(self.claims()).encode() + b"{}",
            "JSON nested deeply": b"[" * 3000 + b"]" * 3000,
            "JSON in UTF-16": json.dumps(self.claims()).encode("utf-16"),
            "a NUL behind": json.dumps(self.claims()).encode() + b"\0",
        }
        for name, shape in shapes.items():
            yield _token(f"claims that are {name}", self.signed(header, shape))
        for name, wrong in {"a list": [1], "a text": "RS256", "no JSON": b"{", "nothing": b""}.items():
            yield _token(f"a header that is {name}", self.signed(wrong, self.claims()))
        yield _token("a token within a token", self.signed({**header, "cty": "JWT"}, good.encode()))
        yield _token(
            "five parts, as if encrypted", ".".join([_part({"alg": "RSA-OAEP", "enc": "A256GCM"}), *["AAAA"] * 4])
        )
        yield _token("no part", "..")
        yield _token("a word", "null")
        yield _token("an address", "https://tokens.example.invalid/mine")

    def _sent_otherwise(self) -> Iterator[Token]:
        good = self.good()
        yield Token("a scheme and nothing", ("bearer",))
        yield Token("a scheme and a space", ("Bearer ",))
        yield Token("another scheme", (f"Basic {good}",))
        yield Token("two schemes", (f"Bearer Bearer {good}",))
        yield Token("a tab for a space", (f"Bearer\t{good}",))
        yield Token("two tokens", (f"Bearer {good} {good}",))
        yield Token("two tokens and a comma", (f"Bearer {good},Bearer {good}",))
        yield Token("two headers, the first one good", (f"Bearer {good}", "Bearer x"))
        yield Token("two headers, the last one good", ("Bearer x", f"Bearer {good}"))
        yield Token("two headers, both good", (f"Bearer {good}", f"Bearer {good}"))
        yield Token("a space within", (f"Bearer {good[:50]} {good[50:]}",))
        yield Token("letters that base64 does not have", (f"Bearer {good[:50]}!*{good[50:]}",))
        yield Token("a letter beyond ASCII", (f"Bearer {good[:50]}é{good[50:]}",))
        # RFC 9110, 5.5: a server refuses such a field, or replaces what is wrong with it; ours refuses, as 400.
        yield Token("a NUL within", (f"Bearer {good[:50]}\0{good[50:]}",), 400)
        yield Token("base64 over two lines", (f"Bearer {good[:50]}\r\n {good[50:]}",), 400)
        yield Token("9 KB", (f"Bearer {good}{'A' * 8000}",))
        # More than the 10,240 bytes that API Gateway takes of a request line and headers.
        yield Token("6 KB twice", (f"Bearer {good}{'A' * 5500}", f"Bearer {good}{'A' * 5500}"), 431)
        yield Token("64 KB", (f"Bearer {good}{'A' * 65536}",), 431)
        yield Token("64 KB of a good token", (f"Bearer {self.good(x='A' * 48000)}",), 431)


def bad_claims(issuer: str) -> dict[str, Json]:
    """Give everything that may be wrong with claims, though the issuer signed them."""
    now = int(time.time())
    scheme, _, rest = issuer.partition("://")
    return {
        "expired": {"exp": now - 1},
        "expired half a second ago": {"exp": time.time() - 0.5},
        "expired in 1970": {"exp": 1},
        "not yet valid": {"nbf": now + 600},
        "issued in the future": {"iat": now + 600},
        **{
            f"an issuer: {name}": {"iss": value}
            for name, value in {
                "another": "https://issuer.example.invalid",
                "with something before": f"x{issuer}",
                "with something behind": f"{issuer}x",
                "with a slash behind": f"{issuer}/",
                "in capitals": issuer.upper(),
                "of another scheme": f"{'https' if scheme == 'http' else 'http'}://{rest}",
                "cut short": issuer[:-1],
                "empty": "",
                "null": None,
                "among others": [issuer],
                "absent": ABSENT,
            }.items()
        },
        **{
            f"an audience: {name}": {"aud": value}
            for name, value in {
                "another": "another-application",
                "with something behind": "tenant-onboarding-2",
                "in capitals": "TENANT-ONBOARDING",
                "others": ["one", "other"],
                "a list within a list": [["tenant-onboarding"]],
                "nobody": [],
                "empty": "",
                "null": None,
                "as a name": {"tenant-onboarding": True},
                "absent": ABSENT,
            }.items()
        },
        "another audience beside our client id": {"aud": "another", "client_id": "tenant-onboarding"},
        **unfit_claims(),
    }


def unfit_claims() -> dict[str, Json]:
    """Give what the gateway lets through, or may: the function judges it by itself.

    A token need not have an expiry (RFC 7519, 4.1.4), and says of its use and its user what its issuer likes.
    """
    return {
        **{
            f"an expiry: {name}": {"exp": value}
            for name, value in {
                "absent": ABSENT,
                "null": None,
                "a text": "tomorrow",
                "an empty text": "",
                "negative": -1,
                "zero": 0,
                "huge": 1e300,
                "of 400 digits": 10**400,
                "no number": float("nan"),
                "infinite": float("inf"),
                "true": True,
                "a list": [2**31],
                "an object": {"at": 2**31},
            }.items()
        },
        **{
            f"a use: {name}": {"token_use": value}
            for name, value in {
                "an id token's": "id",
                "a refresh token's": "refresh",
                "in capitals": "ACCESS",
                "with a space": "access ",
                "empty": "",
                "null": None,
                "true": True,
                "among others": ["access"],
                "two": ["id", "access"],
            }.items()
        },
        **{
            f"a user id: {name}": {"user_id": value}
            for name, value in {
                "absent": ABSENT,
                "null": None,
                "empty": "",
                "a space behind": "3 ",
                "a space before": " 3",
                "a zero before": "03",
                "a plus": "+3",
                "a minus": "-3",
                "Arabic": "\u0663",
                "full width": "\uff13",
                "superscript": "\u00b3",
                "a fraction": 3.5,
                "no fraction": "3.0",
                "an exponent": "1e3",
                "hexadecimal": "0x3",
                "with a separator": "1_0",
                "2 to the 53rd": 2**53,
                "2 to the 53rd as text": str(2**53),
                "negative": -1,
                "zero": 0,
                "zero as text": "0",
                "huge": 10**30,
                "a huge fraction": 1e300,
                "true": True,
                "a list": [3],
                "two": [3, 1],
                "an object": {"id": 3},
                "a line break behind": "3\n",
                "a NUL behind": "3\0",
                "two with a comma": "3,1",
                "a name": "alice",
                "a query": "3' OR '1'='1",
            }.items()
        },
    }


def as_text(value: object) -> str:
    """Write a claim as API Gateway hands it to a function: everything is text, and a list stands in brackets."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "[" + " ".join(as_text(each) for each in value) + "]"
    return json.dumps(value)


def pieces_in(token: str, text: str, length: int = 16) -> set[str]:
    """Find the pieces of *token*, each of *length* characters, that stand in *text*."""
    written = {text[start : start + length] for start in range(len(text) - length + 1)}
    return {token[start : start + length] for start in range(len(token) - length + 1)} & written


def _changed(values: Json, changes: Json) -> Json:
    return {name: value for name, value in (values | changes).items() if value is not ABSENT}


def _part(content: object) -> str:
    return encoded(content if isinstance(content, bytes) else json.dumps(content).encode())


def _token(name: str, text: str, status: int = 401) -> Token:
    return Token(name, (f"Bearer {text}",), status)


def _other_alphabet(signature: str) -> str:
    """Write a signature in base64's other alphabet; made to have a letter in which they differ."""
    return (signature if set(signature) & {"-", "_"} else "-" + signature[1:]).replace("-", "+").replace("_", "/")


def _respelled(signature: str) -> str:
    """Set a bit of a signature's last letter that stands for nothing: 256 bytes leave four of them."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return signature[:-1] + alphabet[alphabet.index(signature[-1]) + 1]
