"""The page as a browser gets it from `api.serve_page`, the real handler, out of a folder as the build leaves it."""

import base64
import gzip
import json
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from tests import events
from tests.deployment import ISSUER, Deployment
from tests.matching import SOME_TEXT, a_problem

INDEX = b'<!doctype html><html lang="en"><title>Tenants</title><script type="module" src="/app/assets/index-1a2b.js">'
SCRIPT = b"console.log('first view');" * 40
FONT = b"wOF2\x00\x01\xff" * 20
SECRET = b"SECRET = 'of somebody else'"

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self' data:; "
    f"connect-src 'self' {ISSUER}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
GUARDING = {
    "content-security-policy": POLICY,
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), clipboard-write=(self), geolocation=(), microphone=(), payment=(), usb=()",
    "referrer-policy": "no-referrer",
    "strict-transport-security": "max-age=63072000",
    "x-content-type-options": "nosniff",
    "x-request-id": SOME_TEXT,
}
"""What stands in every answer."""

NO_BROTLI = b"stands for what only Node.js can make: "


def write(folder: Path, name: str, content: bytes) -> None:
    """Put a file there as the build does: in each encoding, and not plain."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.with_name(f"{path.name}.gz").write_bytes(gzip.compress(content, mtime=0))
    path.with_name(f"{path.name}.br").write_bytes(NO_BROTLI + content)


@pytest.fixture
def page(deployed: Deployment, tmp_path: Path) -> Path:
    """A page that is built; beside it lies what is none of it."""
    folder = tmp_path / "opt" / "page"
    write(folder, "index.html", INDEX)
    write(folder, "assets/index-1a2b.js", SCRIPT)
    write(folder, "assets/index-3c4d.css", b"main { display: grid }")
    write(folder, "favicon.svg", b"<svg/>")
    (folder / "assets" / "sans-5e6f.woff2").write_bytes(FONT)
    (folder / ".inputs").write_text("a digest")
    (folder / "notes").write_bytes(SECRET)
    (folder / "server.py").write_bytes(SECRET)
    (tmp_path / "opt" / "secret.txt").write_bytes(SECRET)
    write(tmp_path / "opt", "secret.html", SECRET)
    deployed.configure(PAGE_FOLDER=str(folder))
    return folder


def ask(path: str, method: str = "GET", **headers: str) -> dict[str, Any]:
    """Ask for *path* as a browser does that nobody signed in with; headers are named in snake case."""
    event = events.http(
        method,
        path,
        route=f"{method} /app/{{proxy+}}",
        headers={"authorization": "", **{name.replace("_", "-"): value for name, value in headers.items()}},
        anonymous=True,
    )
    answer: dict[str, Any] = import_module("api.serve_page").handler(event, events.Context())
    return answer


def content(answer: dict[str, Any]) -> bytes:
    """Read what an answer carries, as API Gateway would hand it out."""
    body: str = answer["body"]
    return base64.b64decode(body, validate=True) if answer["isBase64Encoded"] else body.encode()


# ── What is there ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "path",
    ["/app", "/app/", "/app/signed-in", "/app/tenants/1", "/app/tenants/1/", "/app/tenants/1/steps/3", "/app/a_b-C9"],
)
def test_every_view_of_the_page_is_the_index_which_is_asked_for_again_each_time(page: Path, path: str) -> None:
    answer = ask(path)

    assert (answer["statusCode"], content(answer)) == (200, INDEX)
    assert answer["headers"] == GUARDING | {
        "cache-control": "no-cache",
        "content-type": "text/html; charset=utf-8",
        "etag": SOME_TEXT,
        "vary": "accept-encoding",
    }


@pytest.mark.parametrize(
    ("path", "whole", "media_type"),
    [
        ("/app/assets/index-1a2b.js", SCRIPT, "text/javascript; charset=utf-8"),
        ("/app/assets/index-3c4d.css", b"main { display: grid }", "text/css; charset=utf-8"),
        ("/app/assets/sans-5e6f.woff2", FONT, "font/woff2"),
    ],
)
def test_what_is_named_after_its_content_is_kept_for_good(page: Path, path: str, whole: bytes, media_type: str) -> None:
    answer = ask(path)

    assert (answer["statusCode"], content(answer)) == (200, whole)
    assert answer["headers"] == GUARDING | {
        "cache-control": "public, max-age=31536000, immutable",
        "content-type": media_type,
        "vary": "accept-encoding",
    }


def test_a_file_that_keeps_its_name_is_asked_for_again_each_time(page: Path) -> None:
    answer = ask("/app/favicon.svg")

    assert (answer["statusCode"], content(answer)) == (200, b"<svg/>")
    assert answer["headers"]["cache-control"] == "no-cache"
    assert answer["headers"]["content-type"] == "image/svg+xml; charset=utf-8"


# ── In which encoding ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, deflate", "gzip"),
        ("GZIP", "gzip"),
        ("gzip;q=1.0, br;q=0", "gzip"),
        ("br;q=0.001, gzip;q=0.0", "br"),
        ("*", "br"),
        ("*;q=0.5, br;q=0", "gzip"),
        ("*;q=0", None),
        ("identity", None),
        ("gzip;q=0", None),
        ("gzip;q=2", None),
        ("gzip;level=9", None),
        ("gzipped, xbr", None),
        ("", None),
        (",,;q=,", None),
    ],
)
def test_it_comes_in_the_smallest_encoding_that_is_admitted(page: Path, accepted: str, encoding: str | None) -> None:
    answer = ask("/app/assets/index-1a2b.js", accept_encoding=accepted)

    sent = {None: SCRIPT, "gzip": gzip.compress(SCRIPT, mtime=0), "br": NO_BROTLI + SCRIPT}[encoding]
    assert (answer["headers"].get("content-encoding"), content(answer)) == (encoding, sent)
    assert answer["isBase64Encoded"]


def test_what_is_small_by_itself_comes_as_it_is(page: Path) -> None:
    answer = ask("/app/assets/sans-5e6f.woff2", accept_encoding="gzip, br")

    assert ("content-encoding" in answer["headers"], content(answer)) == (False, FONT)


# ── Asked again ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("form", ["{}", '"other", {}', "*", '{} , W/"x"', "strong"])
@pytest.mark.parametrize("accepted", ["gzip", "br", ""])
def test_an_index_that_is_known_is_not_sent_again(page: Path, form: str, accepted: str) -> None:
    etag = ask("/app", accept_encoding="gzip")["headers"]["etag"]
    known = etag.removeprefix("W/") if form == "strong" else form.format(etag)

    answer = ask("/app/tenants/7", if_none_match=known, accept_encoding=accepted)

    assert (answer["statusCode"], answer["body"]) == (304, "")
    assert answer["headers"] == GUARDING | {"cache-control": "no-cache", "etag": etag, "vary": "accept-encoding"}


@pytest.mark.parametrize("known", ['W/"0"', "", '"', "W/"])
def test_another_index_is_sent(page: Path, known: str) -> None:
    assert ask("/app", if_none_match=known)["statusCode"] == 200


@pytest.mark.parametrize("path", ["/app", "/app/assets/index-1a2b.js", "/app/none.js"])
def test_the_head_is_that_of_the_answer(page: Path, path: str) -> None:
    whole, head = ask(path), ask(path, "HEAD")

    assert (head["statusCode"], head["body"], head["isBase64Encoded"]) == (whole["statusCode"], "", False)
    assert head["headers"] | {"x-request-id": ""} == whole["headers"] | {"x-request-id": ""}


def test_a_new_release_has_another_validator(page: Path, deployed: Deployment) -> None:
    before = ask("/app")["headers"]["etag"]
    write(page, "index.html", INDEX + b"<!-- new -->")
    deployed.configure()

    assert ask("/app", if_none_match=before)["statusCode"] == 200


# ── What is not there ────────────────────────────────────────────────────────────────────────────────────────────────

HOSTILE = [
    "/app/../secret.txt",
    "/app/../secret.html",
    "/app/../../etc/passwd",
    "/app/assets/../../secret.txt",
    "/app/assets/../index.html",
    "/app/./index.html",
    "/app/.",
    "/app/..",
    "/app/...",
    "/app//index.html",
    "/app//etc/passwd",
    "/app///",
    "/app/%2e%2e/secret.txt",
    "/app/%2e%2e%2fsecret.txt",
    "/app/..%2fsecret.txt",
    "/app/%252e%252e%252fsecret.txt",
    "/app/..%c0%afsecret.txt",
    "/app/%u002e%u002e/secret.txt",
    "/app/..\\secret.txt",
    "/app/..%5csecret.txt",
    "/app/assets\\index-1a2b.js",
    "/app/C:\\secret.txt",
    "/app/C:/secret.txt",
    "/app/file:///etc/passwd",
    "/app/\\\\host\\share",
    "/app/index.html\x00",
    "/app/index.html%00",
    "/app/index.html\x00.js",
    "/app/secret.txt\x00.html",
    "/app/\x00",
    "/app/index.html\n",
    "/app/tenants\n",
    "/app/tenants/1\r\nX-Injected: 1",
    "/app/tenants\u2028",
    "/app/tenants\u0301",
    "/app/tenant\u017f",
    "/app/\u202e",
    "/app/\ud800",
    "/app/~root",
    "/app/.inputs",
    "/app/.git/config",
    "/app/.env",
    "/app/notes.",
    "/app/server.py",
    "/app/server.py.gz",
    "/app/index.html.gz",
    "/app/index.html.br",
    "/app/assets/index-1a2b.js.gz",
    "/app/INDEX.HTML",
    "/app/index.html/",
    "/app/index.html;x=1",
    "/app/index.html?x=1",
    "/app/assets",
    "/app/assets/",
    "/app/assets/unknown",
    "/app/assets/unknown.js",
    "/app/config.json/",
    "/app/Config.json",
    "/app/<script>",
    "/app/${7*7}",
    "/app/" + "a/" * 4000 + ".",
    "/app/" + "../" * 4000,
    "/app/" + "a" * 9000 + "!",
    "/appindex.html",
    "/secret.txt",
    "index.html%",
]


@pytest.mark.parametrize("path", HOSTILE, ids=lambda path: repr(path[:40]))
@pytest.mark.parametrize("read", [str, unquote], ids=["as it came", "decoded"])
def test_no_path_leads_to_what_is_not_of_the_page(page: Path, path: str, read: Any) -> None:
    asked = events.http("GET", "/app", anonymous=True) | {"rawPath": read(path)}

    answer = import_module("api.serve_page").handler(asked, events.Context())

    assert (answer["statusCode"], json.loads(answer["body"])) == (404, a_problem("page_file_not_found", 404))
    assert answer["headers"] == GUARDING | {"cache-control": "no-store", "content-type": "application/json"}


@pytest.mark.parametrize("accepted", ["application/json", "text/html, application/problem+json"])
def test_a_file_that_is_not_there_is_a_problem_and_no_page(page: Path, accepted: str) -> None:
    answer = ask("/app/assets/index-0000.js", accept=accepted)

    assert (answer["statusCode"], json.loads(answer["body"])) == (404, a_problem("page_file_not_found", 404))
    media_type = "application/problem+json" if "problem" in accepted else "application/json"
    assert answer["headers"] == GUARDING | {"cache-control": "no-store", "content-type": media_type}


@pytest.mark.parametrize("path", ["/app", "/app/tenants/1", "/app/assets/index-1a2b.js"])
@pytest.mark.parametrize("there", ["nothing", "an empty folder"])
def test_a_deployment_without_a_page_says_how_to_build_one(
    deployed: Deployment, tmp_path: Path, path: str, there: str
) -> None:
    deployed.configure(PAGE_FOLDER=str(tmp_path if there == "an empty folder" else tmp_path / "page"))

    answer = ask(path)

    assert (answer["statusCode"], json.loads(answer["body"])) == (404, a_problem("page_not_built", 404))
    assert "make build" in answer["body"]


# ── What the page has to know ────────────────────────────────────────────────────────────────────────────────────────


def test_the_page_learns_whom_to_sign_in_with_and_nothing_else(deployed: Deployment) -> None:
    deployed.configure(PAGE_CLIENT_ID="a-client", PAGE_SCOPE="openid api://tenants/access")

    answer = ask("/app/config.json")

    assert (answer["statusCode"], json.loads(answer["body"])) == (
        200,
        {
            "issuer": ISSUER,
            "client_id": "a-client",
            "scope": "openid api://tenants/access",
            "audience": "tenant-onboarding",
            "user_id_claim": "user_id",
        },
    )
    assert answer["headers"] == GUARDING | {"cache-control": "no-store", "content-type": "application/json"}


@pytest.mark.parametrize(
    ("issuer", "elsewhere", "sources"),
    [
        ("https://login.microsoftonline.com/1-2/v2.0", "", "'self' https://login.microsoftonline.com"),
        ("http://127.0.0.1:8000/_local/issuer", "", "'self' http://127.0.0.1:8000"),
        (
            "https://cognito-idp.eu-west-1.amazonaws.com/pool",
            "https://sign-in.example.com",
            "'self' https://cognito-idp.eu-west-1.amazonaws.com https://sign-in.example.com",
        ),
    ],
)
def test_the_page_may_ask_its_own_origin_and_the_issuer_s_alone(
    deployed: Deployment, issuer: str, elsewhere: str, sources: str
) -> None:
    deployed.configure(ISSUER=issuer, PAGE_SIGN_IN_ORIGIN=elsewhere)

    policy = dict(
        each.split(" ", 1) for each in ask("/app/config.json")["headers"]["content-security-policy"].split("; ")
    )

    assert policy["connect-src"] == sources
    assert "unsafe" not in str(policy)
    assert "*" not in str(policy)


@pytest.mark.parametrize(
    "issuer",
    ["https://a.example; script-src *", "https://a.example'x", "https://", "ftp://a.example", "https://a.example x"],
)
def test_an_issuer_that_would_say_more_in_a_header_is_refused(deployed: Deployment, issuer: str) -> None:
    deployed.configure(ISSUER=issuer)

    with pytest.raises(ValueError, match="no origin"):
        ask("/app")


@pytest.mark.parametrize(
    ("public_url", "tls"),
    [("", True), ("https://onboarding.example", True), ("http://127.0.0.1:8000", False)],
)
def test_a_browser_is_bound_to_tls_where_there_is_tls(deployed: Deployment, public_url: str, *, tls: bool) -> None:
    deployed.configure(PUBLIC_URL=public_url)

    assert ("strict-transport-security" in ask("/app/config.json")["headers"]) == tls


# ── The log ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_request_is_one_line_of_the_log_without_what_its_address_holds(
    page: Path, caplog: pytest.LogCaptureFixture
) -> None:
    event = events.http(
        "GET", "/app/signed-in", query="code=of-one-use&state=s", route="GET /app/{proxy+}", anonymous=True
    )

    import_module("api.serve_page").handler(event, events.Context())

    [line] = [vars(record) for record in caplog.records]
    assert (line["route"], line["status"], line["code"], line["round_trips"]) == ("GET /app/{proxy+}", 200, None, 0)
    assert "of-one-use" not in str(line)


def test_what_nobody_thought_of_is_an_error_that_tells_nothing(page: Path, caplog: pytest.LogCaptureFixture) -> None:
    ask("/app")
    (page / "index.html.gz").unlink()

    answer = ask("/app")

    assert (answer["statusCode"], json.loads(answer["body"])) == (500, a_problem("internal_error", 500))
    assert "index.html.gz" not in answer["body"]
    assert [record.message for record in caplog.records][-2:] == ["unexpected", "request"]
