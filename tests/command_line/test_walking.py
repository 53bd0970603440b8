"""Where a walk through the wizard goes on, where it stops, and what it says then."""

import json
from typing import Any

import pytest

from tests.command_line.conftest import Cli
from tests.command_line.serving import Asked, Reply, Service, problem

SESSION = "/tenants/1/onboarding/session"
TASKS = "/tenants/1/onboarding/tasks"
SESSIONS = "/tenants/1/onboarding/sessions"
STEPS = {"consent_status": 2, "license_check": 3, "initial_sync": 4}


class Onboarding:
    """A tenant of the test's making: the service's answers follow from where it stands."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.session: dict[str, Any] = {
            "id": 7,
            "tenant_id": 1,
            "provider_connection_id": 101,
            "status": "draft",
            "current_step": 1,
            "assigned_to_user_id": 2,
            "locked_by_user_id": 2,
            "locked_until": "2026-01-01T00:00:00Z",
            "created_at": "2026-01-01T00:00:00Z",
            "closed_at": None,
            "completion": None,
        }
        self.tasks = {task: self._task(task, step) for task, step in STEPS.items()}
        self.finds: dict[str, tuple[str, str | None]] = dict.fromkeys(STEPS, ("ok", None))
        self.resumed = "false"
        self.started: list[str] = []
        service.plan("GET", SESSIONS, Reply(200, []))
        service.plan("GET", SESSION, lambda _: Reply(200, {"session": self.session}, {"ETag": '"7.2.0"'}))
        service.plan("POST", SESSION, lambda _: self._shown(201, {"Session-Resumed": self.resumed}))
        service.plan("PATCH", f"{SESSION}/7", self.edit)
        service.plan("GET", TASKS, lambda _: Reply(200, list(self.tasks.values())))
        for number, task in enumerate(STEPS, start=1):
            service.plan("POST", f"{TASKS}/{task}/runs", self.starts(task, number))
            service.plan("GET", f"/tenants/1/onboarding/runs/{number}", self._run(task, number))

    def _task(self, task: str, step: int) -> dict[str, Any]:
        left_out = dict.fromkeys(("last_run_id", "active_run_id", "recorded_at", "next_check_at", "message", "remedy"))
        found = {"task_type": task, "status": "unknown", "reason_code": "never_run", "step": step, "required": True}
        return {**left_out, **found, "stale": False}

    def _shown(self, status: int, headers: dict[str, str] | None = None) -> Reply:
        return Reply(status, self.session, {"ETag": '"7.1.0"', **(headers or {})})

    def edit(self, asked: Asked) -> Reply:
        self.session = {**self.session, **{name: value for name, value in asked.body.items() if name != "takeover"}}
        return self._shown(200)

    def starts(self, task: str, number: int) -> Any:
        def answer(_: Asked) -> Reply:
            self.started.append(task)
            self.found(task, *self.finds[task])
            return Reply(201, {"run_id": number, "url": f"/tenants/1/onboarding/runs/{number}"})

        return answer

    def _run(self, task: str, number: int) -> Any:
        def answer(_: Asked) -> Reply:
            status, reason = self.finds[task]
            finding = {"status": status, "reason_code": reason, "message": "So it is", "remedy": None, "evidence_id": 1}
            return Reply(200, {"id": number, "task_type": task, "status": "succeeded", "finding": finding})

        return answer

    def found(self, task: str, status: str, reason: str | None = None, **facts: object) -> None:
        """Have found something."""
        by_consent = reason in {"consent_missing", "app_not_in_tenant", "permission_missing"}
        told = {"text": f"Mend {reason}.", "link": "https://learn.microsoft.com/x", "by_consent": by_consent}
        remedy = told if reason else None
        changed = {"status": status, "reason_code": reason, "message": "So it is.", "remedy": remedy}
        self.tasks[task] = {**self.tasks[task], **changed, **facts}

    @property
    def edits(self) -> list[dict[str, Any]]:
        """What was asked to be changed."""
        return [asked.body for asked in self.service.of("PATCH", f"{SESSION}/7")]


@pytest.fixture
def tenant(service: Service) -> Onboarding:
    return Onboarding(service)


def test_a_healthy_tenant_is_walked_to_its_end(ask: Cli, tenant: Onboarding) -> None:
    result = ask("onboard", 1, "--watch", "-o", "json")

    assert result.exit_code == 0, result.stderr
    assert json.loads(result.stdout)["outcome"] == "completed"
    assert tenant.started == ["consent_status", "license_check", "initial_sync"]
    assert tenant.edits == [*({"current_step": step} for step in (2, 3, 4, 5)), {"status": "completed"}]


def test_every_edit_says_which_version_it_was_decided_from(ask: Cli, tenant: Onboarding) -> None:
    ask("onboard", 1, "--watch")

    versions = {asked.headers.get("if-match") for asked in tenant.service.of("PATCH", f"{SESSION}/7")}
    assert versions == {'"7.1.0"'}


def test_a_walk_goes_on_where_the_tenant_stands_and_starts_nothing_twice(ask: Cli, tenant: Onboarding) -> None:
    tenant.session |= {"current_step": 3}
    tenant.resumed = "true"
    for task in ("consent_status", "license_check"):
        tenant.found(task, "ok")

    assert ask("onboard", 1, "--watch").exit_code == 0
    assert tenant.started == ["initial_sync"]


def test_what_is_under_way_is_watched_and_not_started(ask: Cli, tenant: Onboarding) -> None:
    tenant.tasks["consent_status"]["active_run_id"] = 1
    tenant.finds["license_check"] = ("fail", "license_missing")

    def found(_: Asked) -> Reply:
        tenant.found("consent_status", "ok", active_run_id=None)
        return Reply(200, {"id": 1, "task_type": "consent_status", "status": "succeeded", "finding": None})

    tenant.service.replace("GET", "/tenants/1/onboarding/runs/1", found)

    ask("onboard", 1, "--watch")

    assert tenant.started == ["license_check"]


def test_without_watching_a_walk_starts_what_is_due_and_comes_back(ask: Cli, tenant: Onboarding) -> None:
    result = ask("onboard", 1, "-o", "json")

    assert result.exit_code == 0
    told = json.loads(result.stdout)
    assert (told["outcome"], told["next"]) == ("under_way", "tenant-onboarding onboard 1 --watch")
    assert tenant.started == ["consent_status"]


def test_a_tenant_that_was_completed_is_left_alone_unless_it_is_to_be_walked_again(
    ask: Cli, tenant: Onboarding
) -> None:
    tenant.service.replace("GET", SESSIONS, Reply(200, [{**tenant.session, "status": "completed"}]))

    result = ask("onboard", 1, "--watch")

    assert (result.exit_code, tenant.edits, tenant.started) == (0, [], [])
    assert "--again" in result.stderr
    assert ask("onboard", 1, "--watch", "--again").exit_code == 0
    assert len(tenant.started) == 3


def test_a_bad_finding_stops_the_walk_with_its_remedy_and_link(ask: Cli, tenant: Onboarding) -> None:
    tenant.finds["license_check"] = ("fail", "license_missing")

    result = ask("onboard", 1, "--watch")

    assert result.exit_code == 1
    assert "Step 3 (verification) cannot be left: license_check fail (license_missing)." in result.stderr
    assert "Mend license_missing." in result.stderr
    assert "https://learn.microsoft.com/x" in result.stderr
    assert result.stderr.endswith("Next: tenant-onboarding onboard 1 --watch\n")


@pytest.mark.parametrize(
    ("task", "reason"),
    [
        ("consent_status", "consent_missing"),
        ("consent_status", "app_not_in_tenant"),
        ("license_check", "permission_missing"),
    ],
)
def test_what_the_customer_has_not_granted_leads_to_the_link_for_them(
    ask: Cli, tenant: Onboarding, task: str, reason: str
) -> None:
    tenant.finds[task] = ("fail", reason)

    assert "Next: tenant-onboarding consent link 1 101\n" in ask("onboard", 1, "--watch").stderr
    assert "Next: tenant-onboarding consent link 1 101\n" in ask("tasks", "list", 1).stderr


def test_what_else_is_bad_leads_to_looking_again(ask: Cli, tenant: Onboarding) -> None:
    tenant.found("license_check", "fail", "license_missing")

    assert "Next: tenant-onboarding run start 1 license_check --watch\n" in ask("tasks", "list", 1).stderr


def test_a_consent_that_propagates_is_waited_for_and_no_failure(ask: Cli, tenant: Onboarding) -> None:
    tenant.finds["consent_status"] = ("warn", "consent_propagating")

    result = ask("onboard", 1, "--watch", "--timeout", 1)

    assert result.exit_code == 5
    assert result.stderr.endswith("Next: tenant-onboarding onboard 1 --watch\n")
    assert tenant.started == ["consent_status"]
    tenant.tasks["consent_status"]["active_run_id"] = None
    assert ask("onboard", 1).exit_code == 0


def test_warnings_are_accepted_by_somebody_or_not_at_all(ask: Cli, tenant: Onboarding) -> None:
    tenant.finds["license_check"] = ("warn", "license_warning")

    refused = ask("onboard", 1, "--watch")

    assert refused.exit_code == 3
    assert "license_check warn (license_warning)" in refused.stderr
    assert "Next: tenant-onboarding onboard 1 --watch --accept-warnings" in refused.stderr
    tenant.resumed = "true"
    assert ask("onboard", 1, "--watch", "--accept-warnings").exit_code == 0
    assert tenant.started == ["consent_status", "license_check", "initial_sync"]


def test_what_has_grown_old_is_looked_at_again_before_a_session_is_completed(ask: Cli, tenant: Onboarding) -> None:
    tenant.session |= {"current_step": 5}
    for task in STEPS:
        tenant.found(task, "ok", stale=task == "license_check")

    def fresh(_: Asked) -> Reply:
        tenant.started.append("license_check")
        tenant.found("license_check", "ok", stale=False)
        return Reply(201, {"run_id": 2, "url": "/tenants/1/onboarding/runs/2"})

    tenant.service.replace("POST", f"{TASKS}/license_check/runs", fresh)

    assert ask("onboard", 1, "--watch").exit_code == 0
    assert tenant.started == ["license_check"]


def test_a_session_that_somebody_else_edits_is_left_to_them(ask: Cli, tenant: Onboarding) -> None:
    tenant.resumed = "true"
    tenant.session |= {"locked_by_user_id": 3}
    lost = problem(409, "lock_lost", locked_by_user_id=3)

    def edit(asked: Asked) -> Reply:
        return lost if not asked.body else tenant.edit(asked)

    tenant.service.replace("PATCH", f"{SESSION}/7", edit)

    refused = ask("onboard", 1, "--watch")

    assert (refused.exit_code, tenant.started) == (3, [])
    assert "User 3 edits session 7" in refused.stderr
    assert ask("onboard", 1, "--watch", "--takeover").exit_code == 0
    assert {"takeover": True} in tenant.edits


def test_a_session_that_somebody_changed_meanwhile_is_looked_at_anew(ask: Cli, tenant: Onboarding) -> None:
    tenant.service.replace("PATCH", f"{SESSION}/7", problem(412, "version_stale"), tenant.edit)

    assert ask("onboard", 1, "--watch").exit_code == 0
    assert tenant.service.of("PATCH", f"{SESSION}/7")[1].headers["if-match"] == '"7.2.0"'


def test_a_session_that_others_keep_changing_is_left_to_them(ask: Cli, tenant: Onboarding) -> None:
    tenant.service.replace("PATCH", f"{SESSION}/7", problem(412, "version_stale"))

    assert ask("onboard", 1, "--watch").exit_code == 3


def test_a_run_that_is_blocked_is_waited_for_with_the_same_key(ask: Cli, tenant: Onboarding) -> None:
    path = f"{TASKS}/consent_status/runs"
    blocked = problem(409, "run_blocked", blocking_run_id=3, blocking_task_type="initial_sync", retry_after=0)
    started = tenant.starts("consent_status", 1)
    tenant.service.replace("POST", path, blocked, started)

    assert ask("onboard", 1).exit_code == 3
    tenant.service.replace("POST", path, blocked, started)
    assert ask("onboard", 1, "--watch", "--timeout", 20).exit_code == 0
    keys = [asked.headers["idempotency-key"] for asked in tenant.service.of("POST", path)]
    assert keys[1] == keys[2] != keys[0]


def test_a_connection_that_was_named_is_chosen_first(ask: Cli, tenant: Onboarding) -> None:
    ask("onboard", 1, "--watch", "--connection", 102)

    assert tenant.edits[0] == {"provider_connection_id": 102}
