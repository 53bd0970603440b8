"""Our OpenAPI document where people and programs find it, and what a program makes of it that has nothing else."""

import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from tests import described
from tests.e2e.conftest import PATIENCE, LocalDeployment

TENANT = 17
"""Of the seeded tenants one in whom nothing else is tried."""

OPERATOR, ANOTHER, MANAGER = 3, 5, 2


def test_whoever_asks_is_shown_the_document(local: LocalDeployment) -> None:
    answer = local.call("GET", "/openapi.json", headers={"Accept-Encoding": "gzip"})

    assert (answer.status, answer.headers["content-encoding"]) == (200, "gzip")
    assert answer.json() == described.document()


@pytest.mark.parametrize("path", ["/openapi.json", "/docs"])
def test_it_is_sent_again_only_once_it_has_changed(local: LocalDeployment, path: str) -> None:
    tag = local.call("GET", path).headers["etag"]

    answer = local.call("GET", path, headers={"If-None-Match": tag})

    assert (answer.status, answer.data) == (304, b"")


def test_whoever_asks_is_shown_the_page(local: LocalDeployment) -> None:
    answer = local.call("GET", "/docs")

    assert (answer.status, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; style-src 'sha256-")
    assert "<h1>Tenant Onboarding: the API</h1>" in answer.data.decode()


def test_what_is_shown_can_be_asked_for_its_head(local: LocalDeployment) -> None:
    token = local.token(OPERATOR)
    for path in (f"/tenants/{TENANT}/onboarding/tasks", f"/tenants/{TENANT}/onboarding/session", "/docs"):
        whole, head = (local.call(method, path, token=token) for method in ("GET", "HEAD"))

        assert (head.status, head.data) == (200, b"")
        assert head.headers["etag"] == whole.headers["etag"]
        assert head.headers["content-type"] == whole.headers["content-type"]


def test_what_is_known_of_a_tenant_s_tasks_is_not_sent_again(local: LocalDeployment) -> None:
    token, path = local.token(OPERATOR), f"/tenants/{TENANT}/onboarding/tasks"
    tag = local.call("GET", path, token=token).headers["etag"]

    answer = local.call("GET", path, token=token, headers={"If-None-Match": tag})

    assert (answer.status, answer.data) == (304, b"")


# ── A client that was generated ──────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a client, generated from the document and from nothing else."""
    folder = tmp_path_factory.mktemp("generated")
    tools = Path(sys.executable).parent
    done = subprocess.run(
        [
            *(tools / "openapi-python-client", "generate", "--path", described.DOCUMENT),
            *("--meta", "none", "--output-path", folder / "onboarding_client", "--fail-on-warning"),
        ],
        check=False,
        capture_output=True,
        text=True,
        env=os.environ | {"PATH": f"{tools}{os.pathsep}{os.environ['PATH']}"},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


class GeneratedClient:
    """The client as one user, by the names that the document gives its operations."""

    def __init__(self, local: LocalDeployment, user: int) -> None:
        self._as_user = {"base_url": local.url, "token": local.token(user), "timeout": PATIENCE}

    def __call__(self, operation: str, *ids: object, **given: Any) -> Any:
        """Ask for *operation*, `sessions.create_session`; give what the client read from the answer."""
        with import_module("onboarding_client").AuthenticatedClient(**self._as_user) as client:
            return import_module(f"onboarding_client.api.{operation}").sync(*ids, client=client, **given)


@pytest.fixture
def models(generated: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """What the client knows of bodies; the client can be imported from now on."""
    monkeypatch.syspath_prepend(generated)
    return import_module("onboarding_client.models")


def test_a_generated_client_onboards(local: LocalDeployment, models: Any) -> None:
    operator, another = GeneratedClient(local, OPERATOR), GeneratedClient(local, ANOTHER)

    session = operator("sessions.create_session", TENANT)
    tasks = operator("tasks.list_tasks", TENANT)
    link = operator("tasks.start_run", TENANT, models.TaskType.RBAC_CHECK)
    run = operator("tasks.get_run", TENANT, link.run_id)
    step = models.UpdateOnboardingSessionRequest(current_step=models.Step.VALUE_2)
    locked = another("sessions.update_session", TENANT, session.id, body=step)
    moved = operator("sessions.update_session", TENANT, session.id, body=step)

    assert isinstance(session, models.OnboardingSession)
    assert session.status is models.SessionStatus.DRAFT
    assert session.locked_by_user_id == OPERATOR
    assert {task.task_type for task in tasks} == set(models.TaskType)
    assert (run.id, run.task_type) == (link.run_id, models.TaskType.RBAC_CHECK)
    assert isinstance(locked, models.SessionLockedProblem)
    assert (locked.locked_by_user_id, locked.locked_until) == (OPERATOR, session.locked_until)
    assert (moved.current_step, moved.status) == (models.Step.VALUE_2, models.SessionStatus.IN_PROGRESS)


def test_a_generated_client_tells_refusals_apart(local: LocalDeployment, models: Any) -> None:
    stranger, reader = GeneratedClient(local, 9), GeneratedClient(local, 4)

    assert isinstance(stranger("tasks.list_tasks", TENANT), models.TenantNotFoundProblem)
    assert isinstance(reader("sessions.create_session", TENANT), models.RoleInsufficientProblem)
    assert isinstance(reader("tasks.get_run", TENANT, 5), models.RunNotFoundProblem)
