"""KMS and STS as far as they sign, over real HTTP: moto's KMS signs no digest and its STS vouches for nobody.

Wire forms: https://docs.aws.amazon.com/kms/latest/APIReference/API_Sign.html and
https://docs.aws.amazon.com/STS/latest/APIReference/API_GetWebIdentityToken.html.
"""

import json
import threading
import time
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, override
from urllib.parse import parse_qsl
from uuid import uuid4

import boto3
import jwt
from botocore.config import Config
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from mypy_boto3_kms import KMSClient
from mypy_boto3_sts import STSClient

from tests.deployment import REGION

ISSUER = "https://00000000-0000-4000-8000-000000000000.tokens.sts.global.api.aws"
ROLE = "arn:aws:iam::123456789012:role/execute-probe"
KEY_ARN = f"arn:aws:kms:{REGION}:123456789012:key/11111111-2222-4333-8444-555555555555"
IMPATIENT = Config(retries={"mode": "standard", "total_max_attempts": 1})

type Refused = tuple[int, str]
"""HTTP status and error code."""


class Signer:
    """One key of KMS, and the key that STS vouches with; both really sign."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.issuer_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.refused: Refused | None = None
        """What every call is refused with."""

        self.asked: list[dict[str, Any]] = []
        """The parameters of every call."""

    def kms(self) -> KMSClient:
        """Make a client of KMS here."""
        return boto3.client("kms", endpoint_url=self.url, region_name=REGION, config=IMPATIENT)

    def sts(self) -> STSClient:
        """Make a client of STS here."""
        return boto3.client("sts", endpoint_url=self.url, region_name=REGION, config=IMPATIENT)

    def certificate(self, *, days: int = 30) -> x509.Certificate:
        """Make a certificate of the key in KMS that ends *days* from now."""
        return certificate_of(self.key.public_key(), days=days)

    def answer(self, target: str, body: bytes) -> tuple[int, bytes]:
        """Answer one call."""
        if target == "TrentService.Sign":
            asked = json.loads(body)
            self.asked.append(asked)
            status, told = self._signed(asked)
            return status, json.dumps(told).encode()
        form = dict(parse_qsl(body.decode()))
        self.asked.append(form)
        return self._vouched(form)

    def _signed(self, asked: Mapping[str, str]) -> tuple[int, Mapping[str, str]]:
        if self.refused:
            return self.refused[0], {"__type": self.refused[1], "message": "no"}
        digest = b64decode(asked["Message"])
        if asked["KeyId"] != KEY_ARN:
            return 400, {"__type": "NotFoundException", "message": "no such key"}
        if (asked["MessageType"], asked["SigningAlgorithm"], len(digest)) != ("DIGEST", "RSASSA_PSS_SHA_256", 32):
            return 400, {"__type": "ValidationException", "message": "not a digest"}
        # "… with PSS padding using SHA-256 for both the message digest and the MGF1 mask generation function along
        # with a 256-bit salt": https://docs.aws.amazon.com/kms/latest/developerguide/asymmetric-key-specs.html
        pss = padding.PSS(padding.MGF1(SHA256()), salt_length=32)
        signature = self.key.sign(digest, pss, Prehashed(SHA256()))
        return 200, {"KeyId": KEY_ARN, "Signature": b64encode(signature).decode(), **_ALGORITHM}

    def _vouched(self, form: Mapping[str, str]) -> tuple[int, bytes]:
        if self.refused:
            status, code = self.refused
            return status, f"<ErrorResponse><Error><Code>{code}</Code></Error></ErrorResponse>".encode()
        now = int(time.time())
        claims = {
            "iss": ISSUER,
            "sub": ROLE,
            "aud": form["Audience.member.1"],
            "iat": now,
            "exp": now + int(form["DurationSeconds"]),
            "jti": str(uuid4()),
            "https://sts.amazonaws.com/": {"aws_account": "123456789012"},
        }
        token = jwt.encode(claims, self.issuer_key, algorithm=form["SigningAlgorithm"], headers={"kid": "RSA_0"})
        return 200, (
            f"<GetWebIdentityTokenResponse><GetWebIdentityTokenResult><WebIdentityToken>{token}</WebIdentityToken>"
            "<Expiration>2026-03-02T09:35:00Z</Expiration></GetWebIdentityTokenResult></GetWebIdentityTokenResponse>"
        ).encode()


_ALGORITHM = {"SigningAlgorithm": "RSASSA_PSS_SHA_256"}


def certificate_of(key: rsa.RSAPublicKey, *, days: int = 30) -> x509.Certificate:
    """Make a certificate of *key*. Another key signs it: whose it is shows in its being uploaded, not in that."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "tenant-onboarding")])
    end = datetime.now(UTC) + timedelta(days=days)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(min(end, datetime.now(UTC)) - timedelta(days=1))
        .not_valid_after(end)
        .sign(rsa.generate_private_key(public_exponent=65537, key_size=2048), SHA256())
    )


def pem(certificate: x509.Certificate) -> bytes:
    """Write *certificate* as it is uploaded."""
    return certificate.public_bytes(Encoding.PEM)


@contextmanager
def serve() -> Iterator[Signer]:
    """Run KMS and STS on a free port of 127.0.0.1."""
    server = _Server(("127.0.0.1", 0), _Answerer)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server.signer
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.signer = Signer(f"http://127.0.0.1:{self.server_port}")


class _Answerer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        status, answer = self.server.signer.answer(self.headers.get("X-Amz-Target", ""), body)
        self.send_response(status)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    @override
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""
