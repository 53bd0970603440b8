"""What must hold of the code itself, beyond what the linters know; each rule is shown to catch what it forbids."""

import ast
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest

from tests import template, twins
from tests.template import ROOT

type Sources = dict[str, str]
"""Every module's text by its path in the project: `functions/api/get_run.py`."""

type Rule = Callable[[Sources], Iterator[str]]
"""Names every breach of one rule; none for sources that keep it."""

FORBIDDEN_WORDS = {
    *("base", "common", "constants", "helper", "helpers", "manager", "misc", "service", "util", "utils"),
    # These would hide, or be hidden by, modules of the standard library.
    *("http", "queue"),
}
READS = {"get_item", "batch_get", "batch_get_item", "query", "query_page", "transact_get", "transact_get_items"}
SDKS = ("boto3", "botocore")

PROPOSE = {"due", "by_user"}
"""The indexes that only propose: whoever reads one reads the items themselves after it."""

WAY_TO_GRAPH = (
    *(f"onboarding.graph.{name}" for name in ("batch", "client", "credentials", "tenant", "token")),
    "urllib3",
)
"""What calls Microsoft. Where its pages lie, `clouds` and `consent` know without calling anybody."""

WAY_TO_METADATA = ("onboarding.graph.discovery", "http.client", "ssl")
"""What asks Microsoft that which it tells everybody, by Python's own means."""

PREFLIGHT = "api.preflight_connection"
"""The one route that does."""


# ── Reading the code ─────────────────────────────────────────────────────────────────────────────────────────────────


def code() -> Sources:
    """Read every module of ours."""
    folders = [ROOT / name for name in ("functions", "cli", "local", "tests")]
    paths = sorted(path for folder in folders for path in folder.rglob("*.py"))
    return {path.relative_to(ROOT).as_posix(): path.read_text() for path in paths}


def under(sources: Sources, *folders: str) -> Iterator[tuple[str, ast.Module]]:
    """Parse the modules in *folders*."""
    for path, text in sources.items():
        if path.startswith(folders):
            yield path, parsed(text)


@cache
def parsed(text: str) -> ast.Module:
    """Parse *text*, once: every rule and every twin reads the same modules."""
    return ast.parse(text)


def calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    """Find every call, and the last word of what is called: `self._client.sync_query(…)` → `sync_query`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func
            yield called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", ""), node


@cache
def imports(tree: ast.AST) -> frozenset[str]:
    """Name everything imported, wherever it is written; `from a import b` may mean the module `a.b`."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{each.name}" for each in node.names)}
    return frozenset(names)


def is_of(name: str, *packages: str) -> bool:
    """Tell whether *name* is one of *packages* or lies in one."""
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def _modules(sources: Sources) -> dict[str, str]:
    """Name the modules that functions can import, with their paths: `onboarding.errors` → its path."""
    names = {}
    for path in sources:
        if path.startswith("functions/"):
            name = path.removeprefix("functions/").removesuffix(".py").removesuffix("/__init__").replace("/", ".")
            names[name] = path
    return names


def reached(sources: Sources, start: str) -> dict[str, list[str]]:
    """Follow imports from module *start*; give everything reached, ours or not, with the way there."""
    modules = _modules(sources)
    ways: dict[str, list[str]] = {start: [start]}
    waiting = [start]
    while waiting:
        here = waiting.pop()
        if here not in modules:
            continue
        for name in imports(parsed(sources[modules[here]])):
            parts = name.split(".")
            for each in (".".join(parts[: n + 1]) for n in range(len(parts))):  # a package runs before what is in it
                if each not in ways:
                    ways[each] = [*ways[here], each]
                    waiting.append(each)
    return ways


# ── The rules ────────────────────────────────────────────────────────────────────────────────────────────────────────


def the_environment_is_read_in_one_place(sources: Sources) -> Iterator[str]:
    words = {"environ", "environb", "getenv", "getenvb", "putenv"}
    for path, tree in under(sources, "functions/"):
        if path.startswith("functions/onboarding/wiring/") or path == "functions/onboarding/settings.py":
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and node.attr in words:
                yield f"{path}:{node.lineno} reads the environment"
            if isinstance(node, ast.ImportFrom) and node.module == "os" and words & {each.name for each in node.names}:
                yield f"{path}:{node.lineno} reads the environment"


def no_route_reaches_an_aws_sdk_or_graph(sources: Sources) -> Iterator[str]:
    for module in _modules(sources):
        if module.startswith("api."):
            forbidden = (*SDKS, *WAY_TO_GRAPH, "onboarding.tasks", *(() if module == PREFLIGHT else WAY_TO_METADATA))
            for name, way in reached(sources, module).items():
                if is_of(name, *forbidden):
                    yield " → ".join(way)


def only_storage_speaks_to_the_tables(sources: Sources) -> Iterator[str]:
    for path, tree in under(sources, "functions/"):
        if not path.startswith(("functions/onboarding/storage/", "functions/onboarding/wiring/")):
            yield from (f"{path} imports {name}" for name in imports(tree) if is_of(name, "pydynox"))
        for name, call in calls(tree):
            of_dynamodb = [each for each in call.args if isinstance(each, ast.Constant) and each.value == "dynamodb"]
            if name in {"client", "resource"} and of_dynamodb:
                yield f"{path}:{call.lineno} has a client of its own"


def nothing_scans(sources: Sources) -> Iterator[str]:
    for path, tree in under(sources, "functions/"):
        for name, call in calls(tree):
            if name.removeprefix("sync_") in {"scan", "parallel_scan", "execute_statement"}:
                yield f"{path}:{call.lineno} scans"


def every_read_is_consistent_but_the_sweep_s(sources: Sources) -> Iterator[str]:
    for path, tree in under(sources, "functions/"):
        of_library = any(is_of(name, "pydynox") for name in imports(tree))
        for name, call in calls(tree):
            given = {each.arg: each.value for each in call.keywords}
            consistent = given.get("consistent_read", given.get("consistent"))
            if of_library and name.removeprefix("sync_") in READS and "consistent_read" not in given:
                yield f"{path}:{call.lineno} leaves consistency to the library"
            if isinstance(consistent, ast.Constant) and consistent.value is not True:
                index = given.get("index", given.get("index_name"))
                if not (isinstance(index, ast.Constant) and index.value in PROPOSE):
                    yield f"{path}:{call.lineno} reads what may be old"
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef):
                for argument, default in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True):
                    if argument.arg.startswith("consistent") and not getattr(default, "value", False):
                        yield f"{path}:{node.lineno} reads what may be old unless told otherwise"


def the_domain_knows_no_clock_and_no_chance(sources: Sources) -> Iterator[str]:
    for path, tree in under(sources, "functions/onboarding/domain/"):
        for name in imports(tree):
            if is_of(name, "os", "random", "secrets", "socket", "subprocess", "time", "urllib", "uuid.uuid4"):
                yield f"{path} imports {name}"
        for name, call in calls(tree):
            if name in {"now", "utcnow", "today", "uuid1", "uuid4", "open"}:
                yield f"{path}:{call.lineno} calls {name}"


def a_module_s_name_says_what_is_in_it(sources: Sources) -> Iterator[str]:
    for path in sources:
        if FORBIDDEN_WORDS & {word for part in path.removesuffix(".py").split("/") for word in part.split("_")}:
            yield f"{path} says nothing"


def a_function_s_name_says_what_it_does(sources: Sources) -> Iterator[str]:
    for path, tree in under(sources, "functions/", "cli/", "local/"):
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                word = node.name.lstrip("_")
                if any(isinstance(each, ast.Name) and each.id == "override" for each in node.decorator_list):
                    continue  # it has the name that a library calls it by
                # http.server calls methods by these names.
                if word.startswith(("handle_", "process_", "do_")) and not word.removeprefix("do_").isupper():
                    yield f"{path}:{node.lineno} {node.name} says nothing"


def every_module_says_what_is_true_here(sources: Sources) -> Iterator[str]:
    for path, tree in under(sources, "functions/", "cli/", "local/"):
        if not ast.get_docstring(tree):
            yield f"{path} has no docstring"


def no_test_patches_or_sleeps(sources: Sources) -> Iterator[str]:
    for path, tree in under(sources, "tests/"):
        for name in imports(tree):
            if is_of(name, "unittest.mock", "mock", "pytest_mock"):
                yield f"{path} imports {name}"
        # Between two looks at a condition a test may pause; it may not take time for a condition.
        polling = {id(call) for loop in ast.walk(tree) if isinstance(loop, ast.While) for _, call in calls(loop)}
        for name, call in calls(tree):
            if name == "setattr" or (name == "sleep" and id(call) not in polling):
                yield f"{path}:{call.lineno} calls {name}"


# ── The rules, each with code that breaks it ─────────────────────────────────────────────────────────────────────────

ROUTE = "functions/api/get_session.py"
FLOW = "functions/onboarding/flows/twin.py"
STORAGE = "functions/onboarding/storage/twin.py"
DOMAIN = "functions/onboarding/domain/twin.py"
DISCOVERY = "functions/onboarding/graph/discovery.py"
TEST = "tests/unit/test_twin.py"

TWINS: list[tuple[Rule, Sources, str]] = [
    (the_environment_is_read_in_one_place, {FLOW: "import os\nos.environ['A']"}, f"{FLOW}:2"),
    (the_environment_is_read_in_one_place, {FLOW: "import os as o\no.getenv('A')"}, f"{FLOW}:2"),
    (the_environment_is_read_in_one_place, {FLOW: "from os import environ"}, f"{FLOW}:1"),
    (no_route_reaches_an_aws_sdk_or_graph, {ROUTE: "import boto3"}, "api.get_session → boto3"),
    (no_route_reaches_an_aws_sdk_or_graph, {ROUTE: "def f():\n    from botocore.config import Config"}, "botocore"),
    (
        no_route_reaches_an_aws_sdk_or_graph,
        {ROUTE: "from onboarding.flows import twin", FLOW: "import boto3"},
        "api.get_session → onboarding.flows.twin → boto3",
    ),
    (
        no_route_reaches_an_aws_sdk_or_graph,
        {ROUTE: "from onboarding.flows import twin", "functions/onboarding/flows/__init__.py": "import boto3"},
        "api.get_session → onboarding.flows → boto3",
    ),
    (no_route_reaches_an_aws_sdk_or_graph, {ROUTE: "from onboarding.graph import client"}, "onboarding.graph.client"),
    (no_route_reaches_an_aws_sdk_or_graph, {ROUTE: "from onboarding.graph.token import Tokens"}, "graph.token"),
    (no_route_reaches_an_aws_sdk_or_graph, {ROUTE: "import urllib3"}, "api.get_session → urllib3"),
    (
        no_route_reaches_an_aws_sdk_or_graph,
        {ROUTE: "from onboarding.wiring.discovery import discovery"},
        "api.get_session → onboarding.wiring.discovery → onboarding.graph.discovery",
    ),
    (
        no_route_reaches_an_aws_sdk_or_graph,
        {DISCOVERY: "from onboarding.graph.client import Client"},
        f"{PREFLIGHT} → onboarding.wiring.discovery → onboarding.graph.discovery → onboarding.graph.client",
    ),
    (no_route_reaches_an_aws_sdk_or_graph, {DISCOVERY: "import boto3"}, "onboarding.graph.discovery → boto3"),
    (only_storage_speaks_to_the_tables, {FLOW: "from pydynox import DynamoDBClient"}, f"{FLOW} imports pydynox"),
    (only_storage_speaks_to_the_tables, {FLOW: "import boto3\nboto3.client('dynamodb')"}, "a client of its own"),
    (nothing_scans, {STORAGE: "client.sync_scan('Runs')"}, f"{STORAGE}:1 scans"),
    (nothing_scans, {STORAGE: "client.parallel_scan('Runs')"}, f"{STORAGE}:1 scans"),
    (
        every_read_is_consistent_but_the_sweep_s,
        {STORAGE: "import pydynox\nclient.sync_get_item('Runs', {})"},
        f"{STORAGE}:2 leaves consistency to the library",
    ),
    (
        every_read_is_consistent_but_the_sweep_s,
        {STORAGE: "import pydynox\nclient.sync_query('Runs', 'x', consistent_read=False)"},
        f"{STORAGE}:2 reads what may be old",
    ),
    (
        every_read_is_consistent_but_the_sweep_s,
        {STORAGE: "dynamo.query('Evidence', 'x', index='by_task', consistent=False)"},
        f"{STORAGE}:1 reads what may be old",
    ),
    (
        every_read_is_consistent_but_the_sweep_s,
        {STORAGE: "def query(table, *, consistent=False): ..."},
        "unless told otherwise",
    ),
    (the_domain_knows_no_clock_and_no_chance, {DOMAIN: "import datetime\ndatetime.datetime.now()"}, "calls now"),
    (the_domain_knows_no_clock_and_no_chance, {DOMAIN: "import random"}, "imports random"),
    (a_module_s_name_says_what_is_in_it, {"functions/onboarding/utils.py": ""}, "utils.py says nothing"),
    (a_module_s_name_says_what_is_in_it, {"functions/common/text.py": ""}, "common/text.py says nothing"),
    (a_module_s_name_says_what_is_in_it, {"tests/run_helpers.py": ""}, "run_helpers.py says nothing"),
    (a_function_s_name_says_what_it_does, {FLOW: "def process_run(): ..."}, "process_run says nothing"),
    (a_function_s_name_says_what_it_does, {FLOW: "class A:\n    def _do_it(self): ..."}, "_do_it says nothing"),
    (every_module_says_what_is_true_here, {FLOW: "import json"}, f"{FLOW} has no docstring"),
    (no_test_patches_or_sleeps, {TEST: "from unittest.mock import patch"}, "unittest.mock"),
    (no_test_patches_or_sleeps, {TEST: "monkeypatch.setattr(a, 'b', 1)"}, "calls setattr"),
    (no_test_patches_or_sleeps, {TEST: "import time\ntime.sleep(1)"}, "calls sleep"),
    (no_test_patches_or_sleeps, {TEST: "import time\nwhile waits():\n    pass\ntime.sleep(1)"}, "calls sleep"),
]


@twins.each_rule(TWINS)
def test_the_code_keeps_the_rule(rule: Rule) -> None:
    assert list(rule(code())) == []


@twins.each_twin(TWINS)
def test_code_that_breaks_the_rule_is_caught(rule: Rule, change: Sources, breach: str) -> None:
    assert twins.catches(rule, {**code(), **change}, breach)


def test_every_rule_in_this_file_is_asked() -> None:
    assert twins.written(globals(), "sources") == set(twins.rules(TWINS))


def test_the_sweep_s_own_query_is_allowed() -> None:
    written = {STORAGE: "dynamo.query('Runs', 'x', index='due', consistent=False)"}

    assert list(every_read_is_consistent_but_the_sweep_s(written)) == []


def test_the_contract_is_as_its_author_wrote_it() -> None:
    digest = hashlib.sha256((ROOT / "tests" / "contract" / "openapi.yaml").read_bytes()).hexdigest()

    assert digest == "6db723b9c42800ed9acda2fa314a51210c4534d900ff2cb981347a3ac0a79337"


# ── What is built imports by itself ──────────────────────────────────────────────────────────────────────────────────

HANDLERS = {each["Handler"]: name for name, each in template.functions(template.read()).items()}
RUNTIME = ("boto3", "botocore", "dateutil", "jmespath", "s3transfer", "six.py")
"""What Lambda's managed runtime brings that ours use, besides urllib3, which the layer pins."""

IMPORT = """
import importlib, json, sys
sys.path[1:1] = sys.argv[2:]
module, _, name = sys.argv[1].rpartition(".")
assert callable(getattr(importlib.import_module(module), name))
print(json.dumps(sorted(sys.modules)))
"""


@pytest.fixture(scope="session")
def built() -> Path:
    """The folder that `make build` made; made now, if anything in it is out of date."""
    done = subprocess.run(["make", "build"], cwd=ROOT, check=False, capture_output=True, text=True)  # noqa: S607 - our own
    assert done.returncode == 0, done.stdout + done.stderr
    return ROOT / ".aws-sam" / "build"


@pytest.fixture(scope="session")
def runtime(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with nothing but what the managed runtime brings."""
    folder = tmp_path_factory.mktemp("runtime")
    packages = Path(pytest.__file__).parent.parent
    for name in RUNTIME:
        (folder / name).symlink_to(packages / name)
    return folder


def loaded(handler: str, *path: Path) -> set[str]:
    """Import *handler* in a fresh interpreter with only *path* and the standard library; name what it loaded.

    Raises:
        AssertionError: If it does not import, with what Python said.
    """
    done = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-I", "-S", "-W", "error", "-c", IMPORT, handler, *map(str, path)],
        env=_environment_of_a_function(),
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return set(json.loads(done.stdout.splitlines()[-1]))


def _environment_of_a_function() -> Mapping[str, str]:
    tables = {"Sessions": "Sessions", "Runs": "Runs", "Evidence": "Evidence"}
    queues = {"Probe": "https://queue.invalid/Probe", "Sync": "https://queue.invalid/Sync"}
    variables = template.environment(template.read(), tables | queues)
    return variables | {"AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1", "PATH": os.defpath}


@pytest.mark.parametrize("handler", [each for each in HANDLERS if each.startswith("api.")])
def test_a_route_imports_with_the_built_layer_alone_and_loads_no_sdk(handler: str, built: Path) -> None:
    modules = loaded(handler, built / HANDLERS[handler], built / "Dependencies" / "python")

    forbidden = {*SDKS, *WAY_TO_GRAPH, *WAY_TO_METADATA, "requests", "aws_xray_sdk", "onboarding.tasks"}
    assert modules & forbidden == ({*WAY_TO_METADATA} if handler == f"{PREFLIGHT}.handler" else set())


@pytest.mark.parametrize("handler", [each for each in HANDLERS if not each.startswith("api.")])
def test_a_worker_imports_with_the_built_layer_and_what_the_runtime_brings(
    handler: str, built: Path, runtime: Path
) -> None:
    modules = loaded(handler, built / HANDLERS[handler], built / "Dependencies" / "python", runtime)

    assert handler.removesuffix(".handler") in modules


def test_an_import_that_is_not_in_the_layer_is_caught(tmp_path: Path) -> None:
    (tmp_path / "twin.py").write_text("import yaml\ndef handler(): ...\n")

    with pytest.raises(AssertionError, match="No module named 'yaml'"):
        loaded("twin.handler", tmp_path)
