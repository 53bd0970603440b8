"""What is compared: our own built artefact, and the peers, each with exactly the packages it pins.

All answer the same two requests from the same endpoint: GET session, and PATCH session with a conditional write.
"""

import compileall
import fcntl
import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from py_compile import PycInvalidationMode
from typing import Any, NamedTuple

from bench import CACHE, ROOT
from bench.endpoint import SESSION, TABLE
from local.build import BUILT, LAYER, build, machine_architecture
from tests import template

PEERS = ROOT / "bench" / "peers"
_UV = ROOT / ".venv" / "bin" / "uv"
_ALONE = ("-S", "-s", "-P")
"""No site-packages, and nothing of where this is started: its paths are all there is beside Python's own library."""

LAMBDA = {
    "AWS_ACCESS_KEY_ID": "bench",
    "AWS_SECRET_ACCESS_KEY": "bench",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_LAMBDA_FUNCTION_NAME": "bench",
    "LAMBDA_TASK_ROOT": "/var/task",
    "NO_PROXY": "127.0.0.1",
    # A request that X-Ray does not sample, as 19 of 20 are.
    "_X_AMZN_TRACE_ID": "Root=1-5e6722a7-cc56f3a1b46db7ae02d4da47;Parent=53995c3f42cd8ad8;Sampled=0",
    "PYTHONDONTWRITEBYTECODE": "1",
    "TZ": ":UTC",
    "LANG": "en_US.UTF-8",
    "PATH": "/usr/bin:/bin",
}
"""The environment that Lambda gives everybody."""


class Stack(NamedTuple):
    """Something that answers the two requests."""

    name: str
    title: str
    packages: Path
    """Where its packages lie; a peer's code lies beside them."""
    code: dict[str, Path]
    """By handler: where our own code lies, which is a folder for each function."""
    handlers: dict[str, str]
    """By route: `get`, `patch`."""
    events: dict[str, Path]
    environment: dict[str, str]
    starts: dict[str, str]
    """The handler of each of our functions, by the function's name in the template; of a peer's, none."""


_TITLES = {
    "fastapi": "FastAPI + Mangum, boto3 Table",
    "powertools": "Powertools best practice, boto3 Table",
    "flask": "Flask + apig-wsgi, boto3 Table",
    "chalice": "Chalice, boto3 Table",
    "boto3_pydantic": "bare boto3 + pydantic",
    "pydynox_lean": "pydynox + Logger + pydantic, lean",
}


def ours() -> Stack:
    """Bring our artefacts up to date and give a copy of them: the next build must not pull away what is measured."""
    build(machine_architecture())
    built = CACHE / "ours"
    shutil.rmtree(built, ignore_errors=True)
    shutil.copytree(BUILT, built)
    physical = {name: name for name in ("Sessions", "Runs", "Evidence", "Audit")} | {"Sessions": TABLE}
    return Stack(
        "ours",
        "**ours**",
        built / LAYER / "python",
        {handler: built / name for name, handler in functions().items()},
        {"get": "api.get_session.handler", "patch": "api.update_session.handler"},
        _events(),
        template.environment(template.read(), physical),
        functions(),
    )


def functions() -> dict[str, str]:
    """Name the handler of every function, by the function's name in the template."""
    return {name: function["Handler"] for name, function in template.functions(template.read()).items()}


def routes() -> dict[str, str]:
    """Name the handler of every function that answers HTTP."""
    return {name: function["Handler"] for name, function, _ in template.triggers(template.read(), "HttpApi")}


def peers() -> list[Stack]:
    """Install every peer, if that is not done, and give them."""
    return [_peer(name, title) for name, title in _TITLES.items()]


def command(stack: Stack, route: str, requests: int) -> list[str]:
    """Spell out how *stack* is started, and answers so many requests to *route*."""
    return _command(stack, stack.handlers[route], requests, stack.events[route])


def import_of(stack: Stack, handler: str) -> list[str]:
    """Spell out how only *handler* of *stack* is imported."""
    return _command(stack, handler, 0, Path("none"))


def yardstick() -> list[str]:
    """Spell out how the work is done that every machine's counts are held against."""
    return [sys.executable, *_ALONE, str(Path(__file__).with_name("yardstick.py"))]


def nothing(stack: Stack) -> list[str]:
    """Spell out how the runtime is started, and *stack* is not."""
    return _command(stack, "", 0, Path("none"))


def environment(stack: Stack, endpoint: str) -> Mapping[str, str]:
    """Give the whole environment of *stack* where DynamoDB answers at *endpoint*."""
    return {**LAMBDA, **stack.environment, "AWS_ENDPOINT_URL_DYNAMODB": endpoint}


def _command(stack: Stack, handler: str, requests: int, event: Path) -> list[str]:
    paths = [stack.code[handler], stack.packages] if handler in stack.code else [stack.packages]
    subject = str(Path(__file__).with_name("subject.py"))
    return [sys.executable, *_ALONE, subject, *map(str, paths), "--", handler, str(requests), str(event)]


def _peer(name: str, title: str) -> Stack:
    packages = _installed(name)
    return Stack(
        name,
        title,
        packages,
        {},
        {"get": "handler.get", "patch": "handler.patch"},
        _events(rest=name == "chalice"),
        {"POWERTOOLS_SERVICE_NAME": "bench", "POWERTOOLS_METRICS_NAMESPACE": "bench"},
        {},
    )


def _installed(name: str) -> Path:
    """Give the folder with a peer's packages and code, compiled like ours; made anew when either has changed."""
    sources = [PEERS / name / "requirements.txt", PEERS / name / "handler.py", *sorted(PEERS.glob("*.py"))]
    digest = hashlib.sha256(b"\0".join(path.read_bytes() for path in [*sources, Path(__file__)])).hexdigest()
    folder = CACHE / name
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        stamp = CACHE / f"{name}.digest"
        if stamp.is_file() and stamp.read_text() == digest:
            return folder
        stamp.unlink(missing_ok=True)
        shutil.rmtree(folder, ignore_errors=True)
        pinned = ["--require-hashes", "--no-deps", "--only-binary", ":all:", "-r", str(sources[0])]
        print(f"Installing {name} …", flush=True)
        subprocess.run(
            [_UV, "pip", "install", "--quiet", "--python", sys.executable, "--target", folder, *pinned], check=True
        )
        for gone in ("bin", ".lock"):
            path = folder / gone
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        for source in sources[1:]:
            shutil.copy(source, folder)
        compileall.compile_dir(
            folder,
            quiet=2,
            stripdir=str(folder),
            prependdir="/var/task",
            invalidation_mode=PycInvalidationMode.UNCHECKED_HASH,
        )
        stamp.write_text(digest)
    return folder


def _events(*, rest: bool = False) -> dict[str, Path]:
    """Write the events of the two requests down; with *rest* in the older form of REST APIs."""
    get = json.loads((ROOT / "events" / "get_session.json").read_text())
    patch = json.loads((ROOT / "events" / "update_session.json").read_text())
    patch["headers"].pop("if-match", None)
    patch["pathParameters"]["sessionId"] = str(SESSION)
    patch["body"] = '{"current_step": 1}'  # a step back: no gate is asked
    CACHE.mkdir(parents=True, exist_ok=True)
    written = {}
    for route, event in (("get", get), ("patch", patch)):
        written[route] = CACHE / f"{route}{'.rest' if rest else ''}.json"
        written[route].write_text(json.dumps(_rest(event) if rest else event))
    return written


def _rest(event: dict[str, Any]) -> dict[str, Any]:
    """Say in payload format 1.0 what *event* says in 2.0."""
    context = event["requestContext"]
    method, path = context["routeKey"].split(" ", 1)
    return {
        "resource": path,
        "path": event["rawPath"],
        "httpMethod": method,
        "headers": event["headers"],
        "multiValueHeaders": {name: [value] for name, value in event["headers"].items()},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": event["pathParameters"],
        "stageVariables": None,
        "requestContext": {
            "authorizer": context["authorizer"],
            "httpMethod": method,
            "identity": {"sourceIp": context["http"]["sourceIp"]},
            "path": event["rawPath"],
            "requestId": context["requestId"],
            "resourcePath": path,
            "stage": "prod",
        },
        "body": event.get("body"),
        "isBase64Encoded": False,
    }
