"""The contract, and what this project adds to it, explored over HTTP by a program that knows how to break promises.

Schemathesis reads the document and makes up what keeps to it and what does not, alone and in sequences
(https://schemathesis.readthedocs.io). What it finds becomes a plain test of its own.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.calling import connection
from tests.e2e.conftest import AT_MOST, PATIENCE, ROOT, LocalDeployment
from tests.e2e.document import document, held
from tests.tallies import tally

SEED = int(os.environ.get("SEED", "1"))
SECONDS = 300 if os.environ.get("SOAK") == "1" else 15
"""How long more is made up in each way, once every operation has had all that follows from its description."""

TENANT = 4711
"""A tenant of its own, in which nobody else is a member: whatever is done here disturbs nobody."""

CONNECTION, MEMBERS = TENANT * 100 + 1, [TENANT + 1, TENANT + 2]
DESCRIBED, MADE_UP = ("examples", "coverage"), ("fuzzing", "stateful")
"""Phases: the first have an end of their own, however slow the machine is; each other goes on for as long as it may."""
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "ignored_auth",
    "unsupported_method",
    "use_after_free",
)
OURS_ALONE = "violates `enum` at /properties/"
"""Ids are narrowed to few for this test, so that it disturbs nobody; the API rightly takes others as well."""

TALLY = f"EXPLORED (seed {SEED}): {{cases:,}} requests, {{operations}} operations, {{failures}} failures"

OF_OURS = TALLY.replace("EXPLORED", "EXPLORED by our own document")


@pytest.fixture(scope="module")
def token(local: LocalDeployment) -> str:
    """A token of the owner of a tenant that nobody else knows."""
    admin = local.token(100, scope="onboarding.admin")
    for path, body in {
        f"/tenants/{TENANT}": {"name": "Explored"},
        f"/tenants/{TENANT}/members/{TENANT}": {"role": "owner"},
        f"/tenants/{TENANT}/provider-connections/{CONNECTION}": connection(),
    }.items():
        answer = local.call("PUT", path, token=admin, body=body)
        assert answer.status in {200, 201}, answer.data
    return local.token(TENANT)


def explored(
    local: LocalDeployment, token: str, told: dict[str, Any], folder: Path, *phases: str, seconds: int | None = None
) -> dict[str, Any]:
    """Explore what is *told* in some *phases*, for so many *seconds* if it shall end then; give the report."""
    document_path, report = folder / "openapi.json", folder / "report.json"
    document_path.write_text(json.dumps(told))
    report.unlink(missing_ok=True)
    done = subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli", "run", str(document_path), f"--url={local.url}"),
            *(f"--header=Authorization: Bearer {token}", f"--seed={SEED}", f"--request-timeout={PATIENCE}"),
            *([] if seconds is None else [f"--max-time={seconds}"]),
            *(f"--phases={','.join(phases)}", f"--checks={','.join(CHECKS)}", "--max-examples=15", "--no-color"),
            *("--continue-on-failure", "--generation-database=none", "--suppress-health-check=too_slow"),
            *("--report=json", f"--report-json-path={report}"),
        ],
        cwd=folder,
        check=False,
        capture_output=True,
        text=True,
        timeout=AT_MOST,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert report.is_file(), done.stdout + done.stderr
    found: dict[str, Any] = json.loads(report.read_text())
    found["failures"] = [failure for failure in found["failures"] if OURS_ALONE not in str(failure)]
    found["said"] = done.stdout
    return found


def promises_are_kept(
    local: LocalDeployment, token: str, described: dict[str, Any], folder: Path, counted_as: str
) -> None:
    """Assert that nothing that is *described* is broken, and that every operation of it was tried."""
    operations = sum(len(methods) for methods in described["paths"].values())

    found = explored(local, token, described, folder, *DESCRIBED)
    more = [explored(local, token, described, folder, phase, seconds=SECONDS) for phase in MADE_UP]

    tally(counted_as).update(
        cases=sum(each["test_cases"]["generated"] for each in (found, *more)),
        operations=operations,
        failures=sum(each["test_cases"]["unique_failures"] for each in (found, *more)),
    )
    for each in (found, *more):
        assert each["failures"] == [], each["said"]
        assert each["test_cases"]["generated"] > 0
    assert found["operations"]["tested"] == found["operations"]["total"] == operations
    assert {phase["status"] for phase in found["phases"].values()} == {"success", "skip"}
    assert {phase["status"] for each in more for phase in each["phases"].values()} <= {"success", "skip", "interrupted"}


def test_nothing_that_the_document_promises_is_broken(local: LocalDeployment, token: str, tmp_path: Path) -> None:
    promises_are_kept(local, token, document(TENANT, CONNECTION, MEMBERS), tmp_path, TALLY)


def test_nothing_that_our_own_document_promises_is_broken(local: LocalDeployment, token: str, tmp_path: Path) -> None:
    served = local.call("GET", "/openapi.json").json()
    told, settings = held(served, tenantId=TENANT, connectionId=CONNECTION, userId=MEMBERS)
    (tmp_path / "schemathesis.toml").write_text(settings)

    promises_are_kept(local, token, told, tmp_path, OF_OURS)


def test_a_promise_that_is_broken_is_found(local: LocalDeployment, token: str, tmp_path: Path) -> None:
    """The judge is no judge unless it can find fault: here the document promises what no route gives."""
    described = document(TENANT, CONNECTION, MEMBERS)
    path = "/tenants/{tenantId}/onboarding/tasks"
    described["paths"] = {path: described["paths"][path]}
    described["components"]["schemas"]["OnboardingTaskSummary"]["required"].append("no_such_field")

    found = explored(local, token, described, tmp_path, *DESCRIBED)

    assert [failure["type"] for failure in found["failures"]] == ["JsonSchemaError"]
