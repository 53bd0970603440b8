import pytest

from tests.arranging import PROBES, claimed, dated, ended, entries, opened, run_entry, started, stored
from tests.calling import Answer, call, register
from tests.deployment import Deployment
from tests.matching import AN_ID, a_problem, a_run, malformed
from tests.wire import Wire

pytestmark = pytest.mark.parametrize("dynamodb", ["dynamodb_local"], indirect=True)


@pytest.fixture(autouse=True)
def _registered(deployed: Deployment) -> None:
    assert deployed
    register()


def start(task: str, *, user: int = 1, key: str | None = None, tenant: int = 1) -> Answer:
    """Start *task*, with an idempotency key if one is given."""
    headers = {"Idempotency-Key": key} if key is not None else {}
    return call("start_run", user=user, tenant=tenant, taskType=task, headers=headers)


def test_a_run_is_started_and_the_link_leads_to_it() -> None:
    session_id = opened()

    answer = start("rbac_check", user=3)

    run_id = answer.body["run_id"]
    assert (answer.status, answer.body) == (201, {"run_id": AN_ID, "url": f"/tenants/1/onboarding/runs/{run_id}"})
    assert answer.headers["location"] == answer.body["url"]
    assert answer.headers["operation-reused"] == "false"
    assert "idempotent-replayed" not in answer.headers
    expected = a_run("rbac_check", id=run_id, onboarding_session_id=session_id, started_by_user_id=3)
    assert call("get_run", runId=run_id).body == expected


def test_what_is_saved_is_to_be_sent_and_the_guard_names_it(deployed: Deployment) -> None:
    run_id = started("initial_sync")

    run = stored(deployed, deployed.tables.runs, run_entry(run_id)) or {}
    guard = stored(deployed, deployed.tables.runs, "board#guard") or {}
    assert run["outbox"] == run["queued_at"]
    assert guard["active"]["M"]["initial_sync"]["M"]["run_id"] == {"N": str(run_id)}
    assert guard["exclusive_run"] == {"N": str(run_id)}
    assert guard["last"]["M"] == {"initial_sync": {"N": str(run_id)}}


@pytest.mark.parametrize("task", ["rbac_check", "initial_sync"])
def test_the_same_task_under_way_is_reused(task: str) -> None:
    first = start(task)

    second = start(task, user=2)

    assert (second.status, second.body) == (201, first.body)
    assert second.headers["operation-reused"] == "true"


def test_all_probes_run_side_by_side() -> None:
    answers = [start(task) for task in PROBES]

    assert [answer.headers["operation-reused"] for answer in answers] == ["false"] * len(PROBES)
    assert [task["active_run_id"] for task in call("list_tasks").body][:6] == [
        answer.body["run_id"] for answer in answers
    ]


def test_the_same_task_on_another_connection_is_blocked(deployed: Deployment) -> None:
    run_id = started("rbac_check", user=3)
    deployed.dynamodb.update_item(
        TableName=deployed.tables.runs,
        Key={"tenant_id": {"N": "1"}, "entry": {"S": "board#guard"}},
        UpdateExpression="SET active.rbac_check.connection_id = :other",
        ExpressionAttributeValues={":other": {"N": "102"}},
    )

    answer = start("rbac_check")

    blocked = a_problem(
        "run_blocked", 409, blocking_run_id=run_id, blocking_task_type="rbac_check", started_by_user_id=3
    )
    assert (answer.status, answer.body) == (409, blocked)


@pytest.mark.parametrize(("active", "starting"), [("initial_sync", "rbac_check"), ("rbac_check", "initial_sync")])
def test_an_exclusive_task_and_any_other_block_each_other(active: str, starting: str) -> None:
    run_id = started(active, user=3)

    answer = start(starting)

    blocked = a_problem("run_blocked", 409, blocking_run_id=run_id, blocking_task_type=active, started_by_user_id=3)
    assert (answer.status, answer.body) == (409, blocked)
    assert answer.headers["retry-after"] == ("10" if active == "initial_sync" else "2")


def test_after_its_end_a_task_is_always_started_anew() -> None:
    first = started("rbac_check")
    ended(claimed(first))

    answer = start("rbac_check")

    assert (answer.status, answer.headers["operation-reused"]) == (201, "false")
    assert answer.body["run_id"] > first


def test_an_unknown_task_is_not_found() -> None:
    answer = start("consent")

    assert (answer.status, answer.body) == (404, a_problem("task_type_unknown", 404))


def test_without_a_connection_nothing_is_started() -> None:
    register(2, 201, 202)

    answer = start("rbac_check", tenant=2)

    assert (answer.status, answer.body) == (422, a_problem("connection_missing", 422))


def test_without_an_open_session_the_tenant_s_default_connection_is_used() -> None:
    run_id = started("rbac_check")

    assert call("get_run", runId=run_id).body == a_run("rbac_check", id=run_id)


def test_a_reader_may_not_start() -> None:
    answer = start("rbac_check", user=4)

    assert (answer.status, answer.body) == (403, a_problem("role_insufficient", 403))


def test_a_run_that_ended_between_the_refusal_and_the_look_is_no_obstacle(wire: Wire) -> None:
    run_id = started("initial_sync")
    wire.reset()
    wire.before(lambda: call("cancel_run", runId=run_id), on="GetItem")

    answer = start("rbac_check")

    assert (answer.status, answer.headers["operation-reused"]) == (201, "false")
    assert wire.count("TransactWriteItems") == 3


# ── Idempotency keys ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_same_key_replays_its_answer_even_after_the_run_ended() -> None:
    first = start("rbac_check", key="k-1")
    ended(claimed(first.body["run_id"]))

    second = start("rbac_check", key="k-1")

    assert (second.status, second.body) == (201, first.body)
    assert second.headers["idempotent-replayed"] == "true"
    assert second.headers["operation-reused"] == "false"


def test_the_answer_that_a_run_was_reused_is_replayed_too() -> None:
    first = start("rbac_check")
    reused = start("rbac_check", user=2, key="k-1")
    ended(claimed(first.body["run_id"]))

    replayed = start("rbac_check", user=2, key="k-1")

    assert (reused.body, replayed.body) == (first.body, first.body)
    assert reused.headers["operation-reused"] == replayed.headers["operation-reused"] == "true"
    assert replayed.headers["idempotent-replayed"] == "true"


def test_a_key_is_judged_before_the_guard() -> None:
    first = start("rbac_check", key="k-1")
    ended(claimed(first.body["run_id"]))
    started("initial_sync")

    answer = start("rbac_check", key="k-1")

    assert (answer.status, answer.body) == (201, first.body)


def test_a_key_that_is_answered_while_a_start_with_it_is_refused_is_judged_before_what_blocks_then(wire: Wire) -> None:
    first = started("initial_sync")
    answers: list[Answer] = []

    def meanwhile() -> None:
        call("cancel_run", runId=first)
        answers.append(start("rbac_check", key="k-1"))
        call("cancel_run", runId=answers[0].body["run_id"])
        started("initial_sync")

    wire.reset()
    wire.before(meanwhile, on="GetItem")

    answer = start("rbac_check", key="k-1")

    assert (answer.status, answer.body) == (201, answers[0].body)
    assert answer.headers["idempotent-replayed"] == "true"


def test_a_key_for_another_task_is_refused() -> None:
    start("rbac_check", key="k-1")

    answer = start("license_check", key="k-1")

    assert (answer.status, answer.body) == (422, a_problem("idempotency_key_reused", 422))


def test_keys_are_each_user_s_and_tenant_s_own() -> None:
    register(2)
    first = start("rbac_check", key="k-1")
    ended(claimed(first.body["run_id"]))

    others = [start("rbac_check", key="k-1", user=2), start("rbac_check", key="k-1", tenant=2)]

    assert [answer.status for answer in others] == [201, 201]
    assert first.body["run_id"] not in [answer.body["run_id"] for answer in others]


def test_a_refusal_is_not_remembered() -> None:
    run_id = started("initial_sync")
    refused = start("rbac_check", key="k-1")
    call("cancel_run", runId=run_id)

    answer = start("rbac_check", key="k-1")

    assert (refused.status, answer.status) == (409, 201)
    assert "idempotent-replayed" not in answer.headers


def test_an_expired_key_is_as_good_as_none_though_its_item_is_still_there(deployed: Deployment) -> None:
    first = start("rbac_check", key="k-1")
    ended(claimed(first.body["run_id"]))
    [entry] = [each for each in entries(deployed, deployed.tables.runs) if each.startswith("key#")]
    dated(deployed, deployed.tables.runs, entry, ends_at=-1)

    answer = start("rbac_check", key="k-1")

    assert answer.status == 201
    assert answer.body["run_id"] != first.body["run_id"]
    assert "idempotent-replayed" not in answer.headers


@pytest.mark.parametrize("key", ["", " ", " a", "a ", "x" * 65, "é", "a\tb", "a\u200bb"])
def test_a_key_that_is_not_64_printable_ascii_characters_is_refused(key: str) -> None:
    event_headers = {"Idempotency-Key": key or " "}

    answer = call("start_run", taskType="rbac_check", headers=event_headers)

    assert (answer.status, answer.body) == (400, malformed("Idempotency-Key"))


@pytest.mark.parametrize("key", ["x", "x" * 64, "5e2c a#b", "~!"])
def test_a_key_of_up_to_64_printable_ascii_characters_is_taken(key: str) -> None:
    assert start("rbac_check", key=key).status == 201
