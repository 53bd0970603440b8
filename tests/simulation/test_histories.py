"""Real histories can be told in order; histories that were tampered with cannot."""

from collections.abc import Callable, Iterator
from math import inf
from typing import Any

import pytest

from tests.calling import call, register
from tests.deployment import Deployment
from tests.simulation.histories import GuardState, Recorded, SessionState, guard_model, record, session_model
from tests.simulation.linearizability import Operation, order

type Corruption = Callable[[list[Operation]], Iterator[list[Operation]]]
"""Gives versions of a history that cannot be true."""


def operation(client: int, asked: tuple[Any, ...], answered: tuple[Any, ...] | None, *when: float) -> Operation:
    invoked, responded = when or (0.0, inf)
    return Operation(client, asked, answered, invoked, responded)


def session_in_order(history: list[Operation]) -> bool:
    return order(history, SessionState(), session_model) is not None


def guard_in_order(history: list[Operation]) -> bool:
    return order(history, GuardState(), guard_model) is not None


# ── The checker ──────────────────────────────────────────────────────────────────────────────────────────────────────

CREATED = operation(1, ("create", 1), ("created", 7, 1, 1, 1, 1, "draft"), 0, 1)
STEPPED = operation(1, ("edit", 1, 7, (("current_step", 2),), None), ("ok", 7, 2, 1, 1, 2, "in_progress"), 2, 5)


def seen(version: int, *when: float) -> Operation:
    step, status = (1, "draft") if version == 1 else (2, "in_progress")
    return operation(3, ("get", 3), ("ok", 7, version, 1, 1, step, status), *when)


def test_what_happens_at_once_may_be_told_in_either_order() -> None:
    assert session_in_order([CREATED, STEPPED, seen(1, 3, 4)])
    assert session_in_order([CREATED, STEPPED, seen(2, 3, 4)])


def test_what_was_answered_before_is_seen_by_whoever_asks_after() -> None:
    assert not session_in_order([CREATED, STEPPED, seen(1, 6, 7)])


def test_nobody_sees_back_behind_what_another_saw() -> None:
    assert not session_in_order([CREATED, STEPPED, seen(2, 2.5, 3), seen(1, 3.5, 4)])


def test_what_was_not_answered_may_have_happened_or_not() -> None:
    doubtful = STEPPED.unanswered()

    assert session_in_order([CREATED, doubtful, seen(1, 6, 7)])
    assert session_in_order([CREATED, doubtful, seen(1, 6, 7), seen(2, 8, 9)])
    assert not session_in_order([CREATED, doubtful, seen(2, 6, 7), seen(1, 8, 9)])


def test_a_session_whose_creation_was_not_answered_may_be_seen() -> None:
    assert session_in_order([CREATED.unanswered(), seen(1, 6, 7)])


# ── Real histories ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(params=["dynamodb_local"])
def dynamodb(request: pytest.FixtureRequest) -> Any:
    """Only Amazon's own engine judges races."""
    return request.getfixturevalue(request.param)


@pytest.fixture
def _registered(deployed: Deployment) -> None:
    for tenant in (1, 2, 3, 4):
        register(tenant)


@pytest.fixture
def recorded(_registered: None) -> Recorded:
    """What eight clients did at once to a tenant in which no session is closed."""
    return record(call, 1, seed=1, operations=160, closes=False)


@pytest.mark.usefixtures("_registered")
@pytest.mark.parametrize("seed", [1, 2])
def test_what_racing_clients_saw_can_be_told_one_after_the_other(seed: int) -> None:
    histories = [record(call, tenant, seed=seed, operations=80) for tenant in (2, 3, 4)]

    assert [session_in_order(each.session) for each in histories] == [True] * 3
    assert [guard_in_order(each.guard) for each in histories] == [True] * 3


# ── Histories that were tampered with ────────────────────────────────────────────────────────────────────────────────


def _replaced(history: list[Operation], n: int, **others: Any) -> list[Operation]:
    return [*history[:n], history[n]._replace(**others), *history[n + 1 :]]


def _made_changes(history: list[Operation]) -> list[int]:
    """Find the edits that made a version of their own."""
    versions = [each.answered[2] if each.answered and each.answered[0] == "ok" else 0 for each in history]
    edits = [n for n, each in enumerate(history) if each.asked[0] == "edit" and versions[n]]
    first = {versions[n]: n for n in sorted(edits, key=lambda n: -history[n].responded)}
    return [n for n in first.values() if history[n].asked[3] and versions[n] > 1]


def a_version_is_given_out_twice(history: list[Operation]) -> Iterator[list[Operation]]:
    for n in _made_changes(history):
        answered = list(history[n].answered or ())
        answered[2] += 1
        yield _replaced(history, n, answered=tuple(answered))


def a_locked_session_is_edited(history: list[Operation]) -> Iterator[list[Operation]]:
    newest = max(each.answered[2] for each in history if each.answered and len(each.answered) > 2)
    for n, each in enumerate(history):
        if each.answered and each.answered[0] == "session_locked":
            user, session_id = each.asked[1], each.asked[2]
            yield _replaced(history, n, answered=("ok", session_id, newest + 2, user, user, 2, "in_progress"))


def two_sessions_are_created(history: list[Operation]) -> Iterator[list[Operation]]:
    for n, each in enumerate(history):
        if each.answered and each.answered[0] == "resumed":
            user = each.asked[1]
            yield _replaced(history, n, answered=("created", 99, 1, user, user, 1, "draft"))


def a_change_is_lost(history: list[Operation]) -> Iterator[list[Operation]]:
    end = max(each.invoked for each in history)
    shown = [each.answered for each in history if each.answered and len(each.answered) > 2]
    for n in _made_changes(history):
        version = (history[n].answered or ())[2]
        if history[n].responded < end and any(answer[2] > version for answer in shown):
            yield [each for each in history if not _shows(each, version)]


def _shows(each: Operation, version: int) -> bool:
    return each.answered is not None and len(each.answered) > 2 and each.answered[2] == version


def an_old_session_is_seen(history: list[Operation]) -> Iterator[list[Operation]]:
    end = max(each.responded for each in history)
    for each in history:
        newer = any(
            other.answered
            and len(other.answered) > 2
            and each.answered
            and len(each.answered) > 2
            and other.answered[2] > each.answered[2]
            for other in history
        )
        if each.asked[0] == "get" and newer:
            yield [*history, each._replace(invoked=end + 1, responded=end + 2)]


def a_session_is_seen_before_it_is_created(history: list[Operation]) -> Iterator[list[Operation]]:
    begin = min(each.invoked for each in history)
    for n, each in enumerate(history):
        if each.asked[0] == "get" and each.answered and each.answered[1]:
            yield _replaced(history, n, invoked=begin - 2, responded=begin - 1)


def a_task_runs_twice(history: list[Operation]) -> Iterator[list[Operation]]:
    for n, each in enumerate(history):
        if each.answered and each.answered[0] == "reused":
            yield [*_replaced(history, n, answered=("started", 99, False)), _still_there(history)]


def _still_there(history: list[Operation]) -> Operation:
    """See, once all is over, what there is without the run that never was."""
    end = max(each.responded for each in history)
    path = order(history, GuardState(), guard_model)
    assert path is not None
    state = GuardState()
    for each in path:
        after = guard_model(state, each)
        assert after is not None
        state = after
    return operation(1, ("tasks", 1), ("ok", state.active), end + 1, end + 2)


def a_cancel_never_was(history: list[Operation]) -> Iterator[list[Operation]]:
    for run_id in {each.asked[2] for each in history if each.asked[0] == "cancel"}:
        without = [each for each in history if not (each.asked[0] == "cancel" and each.asked[2] == run_id)]
        yield [*without, _still_there(history)]


def nobody_blocks(history: list[Operation]) -> Iterator[list[Operation]]:
    for n, each in enumerate(history):
        if each.answered and each.answered[0] == "run_blocked":
            yield _replaced(history, n, answered=("run_blocked", 99))


def a_key_is_answered_twice(history: list[Operation]) -> Iterator[list[Operation]]:
    for n, each in enumerate(history):
        if each.answered and each.answered[0] == "replayed":
            yield _replaced(history, n, answered=("replayed", 99, each.answered[2]))


@pytest.mark.parametrize(
    "corrupt",
    [
        a_version_is_given_out_twice,
        a_locked_session_is_edited,
        two_sessions_are_created,
        a_change_is_lost,
        an_old_session_is_seen,
        a_session_is_seen_before_it_is_created,
    ],
)
def test_a_history_of_a_session_that_cannot_be_true_is_rejected(corrupt: Corruption, recorded: Recorded) -> None:
    corrupted = list(corrupt(recorded.session))

    assert session_in_order(recorded.session)
    assert corrupted
    assert not any(map(session_in_order, corrupted))


@pytest.mark.parametrize("corrupt", [a_task_runs_twice, a_cancel_never_was, nobody_blocks, a_key_is_answered_twice])
def test_a_history_of_a_guard_that_cannot_be_true_is_rejected(corrupt: Corruption, recorded: Recorded) -> None:
    corrupted = list(corrupt(recorded.guard))

    assert guard_in_order(recorded.guard)
    assert corrupted
    assert not any(map(guard_in_order, corrupted))
