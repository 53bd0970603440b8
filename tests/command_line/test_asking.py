"""What is asked again, what is not, for how long, and how a refusal is told."""

import json

import pytest

from tests.command_line.conftest import Cli
from tests.command_line.serving import LOST, Reply, Service, problem

TASKS = "/tenants/1/onboarding/tasks"
SESSION = "/tenants/1/onboarding/session"
RUNS = "/tenants/1/onboarding/tasks/license_check/runs"
OPEN = {
    "id": 7,
    "tenant_id": 1,
    "provider_connection_id": 101,
    "status": "in_progress",
    "current_step": 2,
    "assigned_to_user_id": 2,
    "locked_by_user_id": 2,
    "locked_until": "2026-01-01T00:00:00Z",
    "created_at": "2026-01-01T00:00:00Z",
    "closed_at": None,
    "completion": None,
}
NOTHING = Reply(200, [])
LINK = Reply(201, {"run_id": 9, "url": "/tenants/1/onboarding/runs/9"}, {"Operation-Reused": "false"})


def test_every_request_carries_the_token_and_says_who_asks(ask: Cli, service: Service) -> None:
    service.plan("GET", TASKS, NOTHING)

    ask("tasks", "list", 1)

    [asked] = service.asked
    assert asked.headers["authorization"] == "Bearer a-token"
    assert asked.headers["user-agent"].startswith("tenant-onboarding-cli/")


def test_a_lost_read_is_asked_again(ask: Cli, service: Service) -> None:
    service.plan("GET", TASKS, LOST, NOTHING)

    assert ask("tasks", "list", 1, "-o", "json").stdout == "[]\n"
    assert len(service.asked) == 2


def test_a_lost_start_is_asked_again_with_the_same_idempotency_key(ask: Cli, service: Service) -> None:
    service.plan("POST", RUNS, LOST, LINK)

    assert ask("run", "start", 1, "license_check").exit_code == 0
    keys = [asked.headers["idempotency-key"] for asked in service.asked]
    assert len(keys) == 2
    assert len(set(keys)) == 1


def test_a_key_that_was_given_is_used(ask: Cli, service: Service) -> None:
    service.plan("POST", RUNS, LINK)

    ask("run", "start", 1, "license_check", "--key", "monday")

    assert service.asked[0].headers["idempotency-key"] == "monday"


def test_a_lost_edit_is_asked_again_for_the_version_it_was_decided_from(ask: Cli, service: Service) -> None:
    service.plan("GET", SESSION, Reply(200, {"session": OPEN}, {"ETag": '"7.3.0"'}))
    service.plan("PATCH", f"{SESSION}/7", LOST, Reply(200, {**OPEN, "current_step": 3}))

    assert ask("session", "step", 1, 3).exit_code == 0
    assert [asked.headers["if-match"] for asked in service.of("PATCH", f"{SESSION}/7")] == ['"7.3.0"', '"7.3.0"']


def test_an_edit_whose_answer_was_lost_counts_as_done_if_the_session_is_as_asked(ask: Cli, service: Service) -> None:
    done = {**OPEN, "current_step": 3}
    service.plan("GET", SESSION, Reply(200, {"session": OPEN}, {"ETag": '"7.3.0"'}), Reply(200, {"session": done}))
    service.plan("PATCH", f"{SESSION}/7", LOST, problem(412, "version_stale", session=done))

    result = ask("session", "step", 1, 3, "-o", "json")

    assert (result.exit_code, json.loads(result.stdout)["current_step"]) == (0, 3)


def test_an_edit_that_somebody_else_came_before_is_stale_though_an_answer_was_lost(ask: Cli, service: Service) -> None:
    service.plan("GET", SESSION, Reply(200, {"session": OPEN}, {"ETag": '"7.3.0"'}))
    service.plan("PATCH", f"{SESSION}/7", LOST, problem(412, "version_stale", session={**OPEN, "current_step": 1}))

    result = ask("session", "step", 1, 3)

    assert result.exit_code == 3
    assert "may have been done already" in result.stderr


@pytest.mark.parametrize(("command", "status"), [("complete", "completed"), ("abandon", "abandoned")])
def test_an_end_whose_answer_was_lost_counts_as_done_if_it_is_next_to_what_was_read(
    ask: Cli, service: Service, command: str, status: str
) -> None:
    before, closed = {**OPEN, "version": 3}, {**OPEN, "version": 4, "status": status, "closed_at": OPEN["created_at"]}
    service.plan("GET", TASKS, NOTHING)
    service.plan("GET", SESSION, Reply(200, {"session": before}, {"ETag": '"7.3.0"'}))
    service.plan("PATCH", f"{SESSION}/7", LOST, problem(409, "session_closed"))
    service.plan("GET", f"{SESSION}s", Reply(200, [{**closed, "id": 8}, closed]))

    result = ask("session", command, 1, "-o", "json")

    assert (result.exit_code, json.loads(result.stdout)) == (0, closed)


@pytest.mark.parametrize("closed", [{"version": 5, "status": "abandoned"}, {"version": 4, "status": "completed"}])
def test_an_end_that_came_of_something_else_is_told_though_an_answer_was_lost(
    ask: Cli, service: Service, closed: dict[str, object]
) -> None:
    service.plan("GET", SESSION, Reply(200, {"session": {**OPEN, "version": 3}}, {"ETag": '"7.3.0"'}))
    service.plan("PATCH", f"{SESSION}/7", LOST, problem(409, "session_closed"))
    service.plan("GET", f"{SESSION}s", Reply(200, [{**OPEN, **closed}]))

    assert ask("session", "abandon", 1).exit_code == 3


def test_an_end_that_was_refused_at_the_first_try_is_not_looked_for(ask: Cli, service: Service) -> None:
    service.plan("GET", SESSION, Reply(200, {"session": {**OPEN, "version": 3}}, {"ETag": '"7.3.0"'}))
    service.plan("PATCH", f"{SESSION}/7", problem(409, "session_closed"))

    assert ask("session", "abandon", 1).exit_code == 3
    assert service.of("GET", f"{SESSION}s") == []


def test_what_could_be_done_twice_is_not_asked_again(ask: Cli, service: Service) -> None:
    path = "/tenants/1/provider-connections/101/consent-link"
    service.plan("POST", path, LOST, Reply(201, {"url": "https://x.example", "ends_at": "2026-01-01T00:00:00Z"}))

    result = ask("consent", "link", 1, 101)

    assert (result.exit_code, len(service.asked)) == (1, 1)
    assert "Whether it was done is not known" in result.stderr


def test_a_connection_that_stays_lost_is_given_up_with_the_next_thing_to_try(ask: Cli, service: Service) -> None:
    service.plan("GET", TASKS, LOST)

    result = ask("tasks", "list", 1)

    assert (result.exit_code, len(service.asked)) == (1, 4)
    assert "Next: tenant-onboarding doctor" in result.stderr


def test_retry_after_is_obeyed_and_told(ask: Cli, service: Service) -> None:
    service.plan("GET", TASKS, Reply(429, {"message": "Too Many Requests"}, {"Retry-After": "0"}), NOTHING)

    result = ask("tasks", "list", 1)

    assert (result.exit_code, len(service.asked)) == (0, 2)
    assert "Too Many Requests" in result.stderr


@pytest.mark.parametrize("method", ["a read", "a start"])
def test_nothing_is_waited_for_longer_than_was_allowed(ask: Cli, service: Service, method: str) -> None:
    spent = problem(429, "run_budget_spent", retry_after=600, limit=60)
    service.plan("GET", TASKS, spent)
    service.plan("POST", RUNS, spent)
    words = ("tasks", "list", 1) if method == "a read" else ("run", "start", 1, "license_check")

    result = ask(*words, "--timeout", 5)

    assert (result.exit_code, len(service.asked)) == (5, 1)
    assert "600 seconds more" in result.stderr
    assert "request-7" in result.stderr


def test_a_service_that_decided_nothing_is_asked_again(ask: Cli, service: Service) -> None:
    path = "/tenants/1/provider-connections/101/consent-link"
    made = Reply(201, {"url": "https://x.example", "ends_at": "2026-01-01T00:00:00Z"})
    service.plan("POST", path, problem(503, "unavailable", retry_after=0), made)

    assert ask("consent", "link", 1, 101).exit_code == 0


def test_a_gateway_that_gave_up_is_not_asked_again_for_what_could_be_done_twice(ask: Cli, service: Service) -> None:
    service.plan(
        "POST", "/tenants/1/provider-connections/101/consent-link", Reply(503, {"message": "Service Unavailable"})
    )

    assert (ask("consent", "link", 1, 101).exit_code, len(service.asked)) == (1, 1)


def test_a_redirect_does_not_carry_the_token_elsewhere(ask: Cli, service: Service) -> None:
    service.plan("GET", TASKS, Reply(302, None, {"Location": f"{service.url}/elsewhere"}))

    ask("tasks", "list", 1)

    assert [asked.path for asked in service.asked] == [TASKS]


def test_lists_are_read_to_their_last_page(ask: Cli, service: Service) -> None:
    path = "/tenants/1/onboarding/evidence"
    first = Reply(200, [{"id": 3}, {"id": 2}], {"Link": f'<{path}?cursor=abc&taskType=rbac_check>; rel="next"'})
    service.plan("GET", path, first, Reply(200, [{"id": 1}]))

    result = ask("evidence", "export", 1, "--task", "rbac_check")

    assert [piece["id"] for piece in json.loads(result.stdout)] == [3, 2, 1]
    assert [asked.query for asked in service.asked] == [
        {"taskType": "rbac_check"},
        {"cursor": "abc", "taskType": "rbac_check"},
    ]


STANDING: dict[str, object] = {
    "tenant": {"id": 1, "name": "Contoso"},
    "role": "operator",
    "session": None,
    "acts_next": "nobody",
    "because": [],
    "active_runs": [],
    "credential_expires_at": None,
    "drifted": False,
}
LAST = {"session_id": 7, "at": "2026-01-02T03:04:05Z", "by_user_id": 2}


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ({"last_completed": LAST}, ["completed", "2026-01-02 03:04:05Z"]),
        ({"last_completed": LAST, "session": OPEN}, ["2 consent", "2026-01-02 03:04:05Z"]),
        ({"last_completed": None}, []),
        ({}, []),
    ],
    ids=["completed", "begun again", "never begun", "a service of before"],
)
def test_the_queue_tells_a_completed_tenant_from_one_that_was_never_begun(
    ask: Cli, service: Service, said: dict[str, object], shown: list[str]
) -> None:
    service.plan("GET", "/onboarding/sessions", Reply(200, [STANDING | said]))

    heading, row = ask("queue").stdout.splitlines()[:2]

    assert "completed" in heading
    assert [each for each in ("completed", "2 consent", "2026-01-02 03:04:05Z") if each in row] == shown


def test_a_list_ends_at_its_limit(ask: Cli, service: Service) -> None:
    path = "/tenants/1/onboarding/sessions"
    service.plan("GET", path, Reply(200, [OPEN], {"Link": f'<{path}?cursor=abc&limit=1>; rel="next"'}))

    result = ask("session", "list", 1, "--limit", 1, "-o", "json")

    assert len(json.loads(result.stdout)) == 1
    assert [asked.query for asked in service.asked] == [{"limit": "1"}]


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (problem(400, "invalid_request", errors=[]), 2),
        (Reply(401, {"message": "Unauthorized"}), 4),
        (problem(403, "role_insufficient"), 1),
        (problem(404, "tenant_not_found"), 1),
        (problem(409, "session_locked", locked_by_user_id=3, locked_until="2026-01-01T00:00:00Z"), 3),
        (problem(409, "run_blocked", blocking_run_id=5, blocking_task_type="initial_sync"), 3),
        (problem(412, "version_stale"), 3),
        (problem(422, "connection_missing"), 1),
        (problem(500, "internal_error"), 1),
    ],
    ids=lambda value: value.body.get("code", "of the gateway") if isinstance(value, Reply) else str(value),
)
def test_the_exit_code_says_how_it_was_refused(ask: Cli, service: Service, reply: Reply, code: int) -> None:
    service.plan("GET", TASKS, reply)

    assert ask("tasks", "list", 1).exit_code == code


def test_a_refusal_comes_with_its_facts_its_remedy_its_request_and_the_next_command(ask: Cli, service: Service) -> None:
    service.plan(
        "POST",
        RUNS,
        problem(409, "run_blocked", blocking_run_id=5, blocking_task_type="initial_sync", started_by_user_id=3),
    )

    result = ask("run", "start", 1, "license_check")

    assert result.stdout == ""
    assert result.stderr.splitlines() == [
        "✗ This is run_blocked. Run 5 of initial_sync by user 3 blocks it.",
        "  Wait until the run that blocks has ended.",
        "  Request id: request-7",
        "Next: tenant-onboarding run watch 1 5",
    ]


def test_a_program_is_given_the_same_as_json_on_standard_error(ask: Cli, service: Service) -> None:
    service.plan("GET", TASKS, problem(404, "tenant_not_found"))

    result = ask("tasks", "list", 1, "-o", "json")

    assert result.stdout == ""
    told = json.loads(result.stderr.splitlines()[-1])
    assert (told["exit_code"], told["code"], told["request_id"]) == (1, "tenant_not_found", "request-7")
    assert told["next"] == "tenant-onboarding queue"  # what one may do without being a member


def test_every_mistake_of_a_request_is_told(ask: Cli, service: Service) -> None:
    errors = [{"field": "role", "message": "must be one of them"}, {"field": "name", "message": "must be there"}]
    service.plan("PUT", "/tenants/1/members/2", problem(400, "invalid_request", errors=errors))

    assert "name: must be there" in ask("admin", "member", "set", 1, 2, "owner").stderr


def test_a_fault_of_the_gateway_has_a_request_id_too(ask: Cli, service: Service) -> None:
    service.plan("GET", TASKS, Reply(403, {"message": "Forbidden"}, {"apigw-requestid": "gateway-3"}))

    assert "Request id: gateway-3" in ask("tasks", "list", 1).stderr


def test_what_is_no_json_is_refused_in_a_sentence(ask: Cli, service: Service) -> None:
    service.plan("GET", TASKS, Reply(502, "<html>"))

    assert "The service answered 502." in ask("tasks", "list", 1, "--timeout", 0).stderr


def test_a_command_that_is_wrong_is_refused_before_anything_is_asked(ask: Cli, service: Service) -> None:
    for words in (("tasks", "list", "x"), ("session", "step", 1, 6), ("run", "start", 1, "../../x"), ("nonsense",)):
        assert ask(*words).exit_code == 2
    assert service.asked == []
