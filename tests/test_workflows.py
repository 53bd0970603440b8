"""What runs elsewhere on our behalf runs what we named, with no more rights than it needs, and holds no key.

Each rule is shown to catch what it forbids. Sources of the rules:
https://docs.github.com/actions/reference/security/secure-use.
"""

import re
import tomllib
from collections.abc import Callable, Iterator
from typing import Any

import yaml

from tests import twins
from tests.template import ROOT

FOLDER = ROOT / ".github" / "workflows"
CI = ROOT / ".ci" / "run"
CREDENTIALS = "aws-actions/configure-aws-credentials"

RIGHTS = {"check": {"contents": "read"}, "deploy": {"contents": "read", "id-token": "write"}}
"""What each job may do with the repository's token, and no more: only who deploys may ask for an identity."""

PINNED = re.compile(r"[\w-]+/[\w./-]+@[0-9a-f]{40}  # v\d+\.\d+\.\d+")
"""A commit cannot be moved, as a tag can."""

type Workflows = dict[str, str]
"""The text of each workflow, by its file's name without `.yaml`."""

type Rule = Callable[[Workflows], Iterator[str]]


def written() -> Workflows:
    """Read every workflow."""
    return {path.stem: path.read_text() for path in sorted(FOLDER.iterdir())}


def jobs(workflows: Workflows) -> Iterator[tuple[str, dict[str, Any]]]:
    """Find every job, named as its workflow if there is one only."""
    for text in workflows.values():
        yield from yaml.safe_load(text)["jobs"].items()


def steps(workflows: Workflows, action: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Find every step, with its job's name; only those that use *action*, if given."""
    for name, job in jobs(workflows):
        for step in job["steps"]:
            if step.get("uses", "").startswith(action):
                yield name, step


# ── The rules ────────────────────────────────────────────────────────────────────────────────────────────────────────


def every_action_is_named_by_its_commit(workflows: Workflows) -> Iterator[str]:
    named: dict[str, set[str]] = {}
    for name, text in workflows.items():
        for used in re.findall(r"uses: *(.+)", text):
            if not PINNED.fullmatch(used):
                yield f"{name}: {used} may change"
            named.setdefault(used.partition("@")[0], set()).add(used)
    yield from (f"{action} has two versions" for action, versions in named.items() if len(versions) > 1)


def nobody_has_more_rights_than_needed(workflows: Workflows) -> Iterator[str]:
    for name, text in workflows.items():
        if yaml.safe_load(text).get("permissions") != {}:
            yield f"{name}: jobs have rights that they do not name"
    for name, job in jobs(workflows):
        if job.get("permissions") != RIGHTS.get(name):
            yield f"{name} may do {job.get('permissions')}"
        if "id-token" in job.get("permissions", {}) and not job.get("environment"):
            yield f"{name} has an identity without an environment that somebody guards"


def nobody_holds_a_key(workflows: Workflows) -> Iterator[str]:
    for name, text in workflows.items():
        if re.search(r"secrets[.\[]|access-key|AKIA[0-9A-Z]{16}|AWS_SECRET", text):
            yield f"{name} knows a secret"
    for name, step in steps(workflows, CREDENTIALS):
        if "role-to-assume" not in step["with"]:
            yield f"{name} is somebody other than its role"
    for name, step in steps(workflows, "actions/checkout"):
        if step.get("with", {}).get("persist-credentials") is not False:
            yield f"{name} leaves the repository's token lying about"


def strangers_run_nothing_with_rights(workflows: Workflows) -> Iterator[str]:
    for name, text in workflows.items():
        # YAML 1.1 reads the word `on` as true.
        events = set(yaml.safe_load(text)[True])
        if not events <= {"push", "pull_request", "workflow_dispatch"}:
            yield f"{name} runs on {sorted(events)}"
        if RIGHTS.get(name, {}).get("id-token") and events != {"workflow_dispatch"}:
            yield f"{name} runs without anybody asking for it"


def nobody_s_words_become_commands(workflows: Workflows) -> Iterator[str]:
    for name, step in steps(workflows):
        if "${{" in step.get("run", ""):
            yield f"{name} runs what somebody wrote: {step['run']}"


def every_job_ends_and_runs_where_we_said(workflows: Workflows) -> Iterator[str]:
    for name, job in jobs(workflows):
        if not 0 < job.get("timeout-minutes", 0) <= 60:
            yield f"{name} may run for ever"
        if not re.fullmatch(r"ubuntu-\d\d\.04", job["runs-on"]):
            yield f"{name} runs on {job['runs-on']}"


def what_is_checked_is_what_everybody_checks(workflows: Workflows) -> Iterator[str]:
    for name, job in jobs(workflows):
        order = [step.get("run") or step["uses"].partition("@")[0] for step in job["steps"]]
        # What it costs is judged with every change: who deploys has passed it.
        commands = [line for line in CI.read_text().splitlines() if line.startswith("make ")]
        for command in [each for each in commands if name == "check" or "bench" not in each]:
            if command not in order:
                yield f"{name} does not {command}"
            elif CREDENTIALS in order and order.index(CREDENTIALS) < order.index(command):
                yield f"{name} has credentials while it runs {command}"


def the_tools_are_those_of_the_lock(workflows: Workflows) -> Iterator[str]:
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]
    [version] = [each.removeprefix("uv==") for each in groups["dev"] if str(each).startswith("uv==")]
    for name, step in steps(workflows, "astral-sh/setup-uv"):
        if step["with"].get("version") != version:
            yield f"{name} runs another uv"
        if step["with"].get("enable-cache") is not False:
            yield f"{name} installs what an earlier run left"


# ── The rules, each with workflows that break it ─────────────────────────────────────────────────────────────────────


def changed(name: str, old: str, new: str) -> Callable[[Workflows], Workflows]:
    """Give the workflows with *old* changed to *new* in one of them."""

    def change(workflows: Workflows) -> Workflows:
        assert old in workflows[name]
        return {**workflows, name: workflows[name].replace(old, new)}

    return change


SHA = "3d3c42e5aac5ba805825da76410c181273ba90b1"

TWINS: list[tuple[Rule, Callable[[Workflows], Workflows], str]] = [
    (every_action_is_named_by_its_commit, changed("check", f"{SHA}  # v7.0.1", "v7"), "checkout@v7 may change"),
    (every_action_is_named_by_its_commit, changed("check", SHA, SHA[:7]), "may change"),
    (every_action_is_named_by_its_commit, changed("check", "  # v7.0.1", ""), "may change"),
    (every_action_is_named_by_its_commit, changed("check", SHA, "0" * 40), "actions/checkout has two versions"),
    (nobody_has_more_rights_than_needed, changed("check", "permissions: {}", "permissions: write-all"), "do not name"),
    (nobody_has_more_rights_than_needed, changed("check", "permissions: {}\n", ""), "check: jobs have rights"),
    (nobody_has_more_rights_than_needed, changed("check", "contents: read", "contents: write"), "check may do"),
    (
        nobody_has_more_rights_than_needed,
        changed("deploy", "    environment: ${{ inputs.stage }}\n", ""),
        "an identity without an environment",
    ),
    (
        nobody_holds_a_key,
        changed("deploy", "${{ vars.DEPLOY_ROLE_ARN }}", "${{ secrets.ROLE }}"),
        "deploy knows a secret",
    ),
    (nobody_holds_a_key, changed("deploy", "role-to-assume", "role-session-name"), "somebody other than its role"),
    (
        nobody_holds_a_key,
        changed("check", "persist-credentials: false", "persist-credentials: true"),
        "check leaves the repository's token",
    ),
    (strangers_run_nothing_with_rights, changed("check", "pull_request:", "pull_request_target:"), "check runs on"),
    (strangers_run_nothing_with_rights, changed("deploy", "workflow_dispatch:", "push:"), "without anybody asking"),
    (
        nobody_s_words_become_commands,
        changed("deploy", 'STAGE="$STAGE"', "STAGE=${{ inputs.stage }}"),
        "deploy runs what somebody wrote",
    ),
    (every_job_ends_and_runs_where_we_said, changed("check", "timeout-minutes: 60", "timeout-minutes: 600"), "ever"),
    (every_job_ends_and_runs_where_we_said, changed("check", "ubuntu-24.04", "ubuntu-latest"), "runs on ubuntu-latest"),
    (what_is_checked_is_what_everybody_checks, changed("check", "make test", "true"), "check does not make test"),
    (
        what_is_checked_is_what_everybody_checks,
        changed("check", "make bench QUICK=1", "true"),
        "check does not make bench QUICK=1",
    ),
    (
        what_is_checked_is_what_everybody_checks,
        changed(
            "deploy", "      # Packages are fetched", f"      - uses: {CREDENTIALS}@x\n      # Packages are fetched"
        ),
        "deploy has credentials while it runs make check",
    ),
    (the_tools_are_those_of_the_lock, changed("check", '"0.13.9"', '"0.13.8"'), "check runs another uv"),
    (the_tools_are_those_of_the_lock, changed("check", "enable-cache: false", "enable-cache: true"), "earlier run"),
]


@twins.each_rule(TWINS)
def test_the_workflows_keep_the_rule(rule: Rule) -> None:
    assert list(rule(written())) == []


@twins.each_twin(TWINS)
def test_a_workflow_that_breaks_the_rule_is_caught(
    rule: Rule, change: Callable[[Workflows], Workflows], breach: str
) -> None:
    assert twins.catches(rule, change(written()), breach)


def test_every_rule_in_this_file_is_asked() -> None:
    assert twins.written(globals(), "workflows") == set(twins.rules(TWINS))


def test_every_job_has_its_rights_listed_here() -> None:
    assert {name for name, _ in jobs(written())} == set(RIGHTS)
